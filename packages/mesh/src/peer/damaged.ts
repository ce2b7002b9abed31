// A file of a peer's folder that cannot be read is an error that names it: it is never replaced by a new one.

import type { Storage } from './storage.ts';

/** The message says in one line which file is wrong, and what to do. */
export class FolderError extends Error {}

export function damaged(name: string, advice: string): FolderError {
  return new FolderError(`${name} is missing or damaged: ${advice}`);
}

/** What a file holds in JSON, not checked further; null without the file. @throws FolderError */
export function readJson(storage: Storage, name: string, advice: string): unknown {
  const data = storage.read(name);
  if (data === null) return null;
  try {
    const value: unknown = JSON.parse(data.toString());
    if (typeof value === 'object' && value !== null) return value;
  } catch {
    // Below.
  }
  throw damaged(name, advice);
}

/** A list in JSON; empty without the file. @throws FolderError */
export function readJsonList<T>(storage: Storage, name: string, advice: string): T[] {
  const value = readJson(storage, name, advice) ?? [];
  if (Array.isArray(value)) return value as T[];
  throw damaged(name, advice);
}
