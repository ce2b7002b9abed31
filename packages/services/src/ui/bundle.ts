// The bundled files of the page, by URL path, with precompressed copies; held in memory.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

export type Coding = 'br' | 'gzip';

export interface PageFile {
  readonly type: string;
  readonly plain: Buffer;
  readonly coded: Readonly<Partial<Record<Coding, Buffer>>>;
  /** The name contains a content hash, so the file never changes. */
  readonly isImmutable: boolean;
  readonly tag: string;
}

export interface Bundle {
  /** Files by URL path: `/assets/main-3F2A.js`. */
  readonly files: ReadonlyMap<string, PageFile>;
  readonly index: PageFile;
}

/** The manifest that the build script writes. */
interface Manifest {
  readonly index: string;
  readonly files: Readonly<Record<string, { readonly type: string; readonly immutable: boolean }>>;
}

/** Reads the bundle; null if the folder has none. */
export async function readBundle(folder: string): Promise<Bundle | null> {
  const text = await readFile(join(folder, 'manifest.json'), 'utf8').catch(() => null);
  if (text === null) return null;
  const manifest: Manifest = JSON.parse(text);
  const files = new Map<string, PageFile>();
  for (const [address, { type, immutable }] of Object.entries(manifest.files))
    files.set(address, await readPageFile(join(folder, address), type, immutable));
  const index = files.get(manifest.index);
  return index === undefined ? null : { files, index };
}

async function readPageFile(path: string, type: string, isImmutable: boolean): Promise<PageFile> {
  const plain = await readFile(path);
  const [br, gzip] = await Promise.all(
    [`${path}.br`, `${path}.gz`].map((each) => readFile(each).catch(() => undefined)),
  );
  // Weak: copies in several codings share it (RFC 9110 §8.8.1).
  const tag = `W/"${createHash('sha256').update(plain).digest('base64url').slice(0, 22)}"`;
  return { type, plain, coded: { ...(br && { br }), ...(gzip && { gzip }) }, isImmutable, tag };
}
