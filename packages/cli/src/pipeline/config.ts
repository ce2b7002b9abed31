// The configuration of a command, from files, variables and flags. It loads neither store nor dissector: commands that need
// no more start in half the time.
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Config, ConfigError, type ConfigSources, loadConfig } from '@eyrie/services/config';
import { BAD_USAGE, UserError } from '../errors.ts';

/** Flags that each of these commands has. */
export interface CommonOptions {
  readonly config?: string;
  readonly logLevel?: string;
  readonly logFolder?: string;
}

/** Flags that are not called as the option that they set. */
const FLAG_NAMES = {
  'log.level': '--log-level',
  'log.folder': '--log-folder',
  'store.url': '--store',
  'parser.keylog': '--keylog',
  'capture.filter': '--capture-filter',
  'capture.snap_length': '--snapshot-length',
  'capture.buffer_kib': '--buffer-size',
};

/** Reads the configuration, and uses its keys. @throws UserError */
export function configFrom(options: CommonOptions, flags: ConfigSources['flags'] = {}): Config {
  const config = readConfig(options, flags);
  useCaptureKey(config.capture.key);
  pseudonymKey = config.store.pseudonym_key;
  return config;
}

/** Only reads it, also a second time. @throws UserError */
export function readConfig(
  { config, logLevel, logFolder }: CommonOptions,
  flags: ConfigSources['flags'] = {},
): Config {
  const log = { ...flags?.log, level: logLevel, folder: logFolder };
  try {
    return loadConfig({
      ...(config === undefined ? {} : { path: config }),
      flags: { ...flags, log },
      flagNames: FLAG_NAMES,
    });
  } catch (error) {
    throw error instanceof ConfigError ? new UserError(error.message, BAD_USAGE) : error;
  }
}

let pseudonymKey = '';

/** The file of the key that stores are opened with, once the configuration is read; '': none. */
export function pseudonymKeyPath(): string {
  return pseudonymKey;
}

/** For this process and its threads, which all read captures. */
function useCaptureKey(path: string | undefined): void {
  if (path !== undefined && path !== '') process.env.EYRIE_CAPTURE_KEY = resolve(path);
}

/** npm runs scripts in the package's folder; INIT_CWD is the user's. */
export function pathFrom(path: string): string {
  if (path === '-' || existsSync(path)) return path;
  const there = resolve(process.env.INIT_CWD ?? '', path);
  return existsSync(there) ? there : path;
}
