// Decryption of capture files, as a stream or with random access.
import { open } from 'node:fs/promises';
import { readError } from '../errors.ts';
import { DamagedError, type PlainFile, VaultFile } from './file.ts';
import { ambientKey, locked } from './key.ts';
import {
  HEAD_BYTES,
  isVault,
  Opener,
  RECORD_HEAD_BYTES,
  RECORD_MORE_BYTES,
  readRecordHead,
} from './records.ts';

/** @throws CaptureError, also if the key is missing or wrong */
export async function openPlain(path: string): Promise<PlainFile> {
  const file = await open(path, 'r').catch((error) => {
    throw readError(path, error);
  });
  try {
    const head = new Uint8Array(HEAD_BYTES);
    const { bytesRead } = await file.read(head, 0, HEAD_BYTES, 0);
    if (isVault(head.subarray(0, bytesRead))) return new VaultFile(path, file, openerFor(path, head));
    return {
      isEncrypted: false,
      read: async (buffer, offset, length, position) =>
        (await file.read(buffer, offset, length, position)).bytesRead,
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** @throws CaptureError */
function openerFor(path: string, head: Uint8Array): Opener {
  const key = ambientKey();
  if (key === null)
    throw locked(
      `${path}: is encrypted; give the key with EYRIE_CAPTURE_KEY=FILE, or EYRIE_CAPTURE_PASSPHRASE`,
    );
  const opener = Opener.of(head, key);
  if (opener === null) throw locked(`${path}: is encrypted with another key, or its beginning was changed`);
  return opener;
}

/** There is no end record: the file is still being written, or was truncated. Everything before is authentic. */
export class EndsEarly extends Error {
  readonly isTruncated = true;
}

/** Decrypts a stream from its beginning, up to the first damage. @throws CaptureError */
export async function* decrypted(
  path: string,
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, void> {
  let opener: Opener | null = null;
  let held: Buffer = Buffer.alloc(0);
  let isEnded = false;
  let lastNumber = -1;
  for await (const chunk of chunks) {
    held = Buffer.concat([held, chunk]);
    let at = 0;
    if (opener === null) {
      if (held.length < HEAD_BYTES) continue;
      opener = openerFor(path, held);
      at = HEAD_BYTES;
    }
    const plain: Buffer[] = [];
    let isDamaged = false;
    while (held.length - at >= RECORD_HEAD_BYTES) {
      const head = readRecordHead(held, at);
      isDamaged = head === null || head.number !== lastNumber + 1 || isEnded;
      if (head === null || isDamaged) break;
      const end = at + RECORD_MORE_BYTES + head.plainBytes;
      if (held.length < end) break;
      const opened = opener.open(held.subarray(at, end));
      isDamaged = opened === null;
      if (opened === null) break;
      lastNumber = head.number;
      isEnded = head.plainBytes === 0;
      plain.push(opened);
      at = end;
    }
    held = held.subarray(at);
    if (plain.length > 0) yield Uint8Array.from(Buffer.concat(plain));
    if (isDamaged) throw new DamagedError(path, null);
  }
  if (!isEnded) throw new EndsEarly('what is encrypted ends early');
}
