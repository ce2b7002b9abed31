// Identifies a capture: its key and display name.
import { randomBytes } from 'node:crypto';
import { resolve } from 'node:path';
import { readError } from '@eyrie/capture';
import type { CaptureOrigin } from '@eyrie/store';
import { fileKey } from './file-key.ts';

/** A file, identified by its content. @throws CaptureError */
export async function fileOrigin(path: string): Promise<CaptureOrigin> {
  try {
    const { key, hash } = await fileKey(path);
    return { key, kind: 'file', name: path, file: resolve(path), hash };
  } catch (error) {
    throw readError(path, error);
  }
}

/** A source that cannot be rewound: standard input, or a file in a loop. */
export function passingOrigin(path: string): CaptureOrigin {
  const isInput = path === '-';
  return {
    key: `${isInput ? 'stdin' : 'replay'}:${stamp()}`,
    kind: 'file',
    name: isInput ? 'standard input' : path,
    file: isInput ? null : resolve(path),
    hash: null,
  };
}

/** The key of a live capture: no two have the same. */
export function liveKey(name: string, started: Date): string {
  return `live:${name}:${stamp(started)}`;
}

const LIVE_KEY = /^live:(.*):(\d{4}-[\dT:.-]+Z):([0-9a-f]{4})[0-9a-f]{8}$/s;

/**
 * The folder name of a live capture's session in the ring: `eth0-20261121T140000Z-3f9a`. It follows from the key, since a store of
 * pseudonyms keeps no paths. Null: the key is not of a live capture.
 */
export function sessionName(key: string): string | null {
  const [, name, started, digits] = LIVE_KEY.exec(key) ?? [];
  if (name === undefined || started === undefined) return null;
  return `${name.replace(/[^\w.-]/g, '_')}-${started.replace(/[-:]|\.\d+/g, '')}-${digits}`;
}

function stamp(time = new Date()): string {
  return `${time.toISOString()}:${randomBytes(6).toString('hex')}`;
}
