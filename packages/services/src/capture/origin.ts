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

/** A live interface; `folder` is the folder of its session in the ring. */
export function liveOrigin(name: string, started: Date, folder: string): CaptureOrigin {
  return { key: `live:${name}:${stamp(started)}`, kind: 'live', name, file: resolve(folder), hash: null };
}

/** The folder name of a session: `eth0-20261121T140000Z-3f9a`. Unique, because a ring has one writer. */
export function sessionName(name: string, started: Date): string {
  const time = started.toISOString().replace(/[-:]|\.\d+/g, '');
  return `${name.replace(/[^\w.-]/g, '_')}-${time}-${randomBytes(2).toString('hex')}`;
}

function stamp(time = new Date()): string {
  return `${time.toISOString()}:${randomBytes(6).toString('hex')}`;
}
