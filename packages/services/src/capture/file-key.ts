// The identity of a capture file: the SHA-256 of its bytes.
import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { openPlain, type PlainFile } from '@eyrie/capture';

/** Files up to this are hashed whole. */
const WHOLE_BYTES_MAX = 1 << 30;
const PIECE_BYTES = 1 << 20;
/** Of longer files only the beginning, the end and regular pieces are hashed: reading 100 GB twice would take minutes. */
const EDGE_BYTES = 64 << 20;
const STEP_BYTES = 32 << 20;

export interface FileKey {
  /** `sha256:<hex>`, or `sha256-pieces:<hex>` of a long file. */
  readonly key: string;
  readonly hash: string;
}

export async function fileKey(path: string): Promise<FileKey> {
  const plain = await openPlain(path);
  if (plain.isEncrypted) return wholeKey(plain);
  await plain.close();
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const isWhole = size <= WHOLE_BYTES_MAX;
    const hash = createHash('sha256');
    if (!isWhole) hash.update(`${size}\n`);
    const buffer = Buffer.allocUnsafe(PIECE_BYTES);
    for (let at = 0; at < size; at += stepFrom(at, size, isWhole)) {
      const { bytesRead } = await file.read(buffer, 0, PIECE_BYTES, at);
      if (bytesRead === 0) break;
      hash.update(buffer.subarray(0, bytesRead));
    }
    const hex = hash.digest('hex');
    return { key: `${isWhole ? 'sha256' : 'sha256-pieces'}:${hex}`, hash: hex };
  } finally {
    await file.close();
  }
}

/** Of an encrypted file, its content: the same file, encrypted twice, has different bytes each time. */
async function wholeKey(plain: PlainFile): Promise<FileKey> {
  const hash = createHash('sha256');
  const buffer = new Uint8Array(PIECE_BYTES);
  try {
    for (let at = 0; ; ) {
      const bytesRead = await plain.read(buffer, 0, PIECE_BYTES, at);
      if (bytesRead === 0) break;
      hash.update(buffer.subarray(0, bytesRead));
      at += bytesRead;
    }
  } finally {
    await plain.close();
  }
  const hex = hash.digest('hex');
  return { key: `sha256:${hex}`, hash: hex };
}

function stepFrom(at: number, size: number, isWhole: boolean): number {
  return isWhole || at < EDGE_BYTES || at >= size - EDGE_BYTES ? PIECE_BYTES : STEP_BYTES;
}
