// Where this user's files are, below the base directories of XDG (Base Directory 0.8 §3: relative ones are ignored).
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

const STANDARD = {
  XDG_DATA_HOME: '.local/share',
  XDG_STATE_HOME: '.local/state',
  XDG_CACHE_HOME: '.cache',
} as const;

function baseFolder(variable: keyof typeof STANDARD, env: NodeJS.ProcessEnv = process.env): string {
  const base = env[variable] ?? '';
  return join(isAbsolute(base) ? base : join(homedir(), STANDARD[variable]), 'eyrie');
}

export function dataFolder(): string {
  return baseFolder('XDG_DATA_HOME');
}

export function stateFolder(): string {
  return baseFolder('XDG_STATE_HOME');
}

/** Of fetched samples. */
export function cacheFolder(env?: NodeJS.ProcessEnv): string {
  return join(baseFolder('XDG_CACHE_HOME', env), 'samples');
}

/** The default store: a file of the user. */
export function defaultStoreUrl(): string {
  return `duckdb:${join(dataFolder(), 'eyrie.duckdb')}`;
}

/** Of captures that are dropped on the page. */
export function uploadFolder(): string {
  return join(dataFolder(), 'captures');
}

/** Of a honeypot's identity and records. */
export function honeypotFolder(chosen?: string): string {
  return chosen ?? join(stateFolder(), 'honeypot');
}
