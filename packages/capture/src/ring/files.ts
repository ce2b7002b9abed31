// The ring's files: a folder a session, and in it pcapng files whose names say where they stand in the whole.
//
//     ring/eth0-20261121T140000Z-3f9a/000003-000000123456-000300000000.pcapng
//                                      │      │            └ bytes in all files before it
//                                      │      └ packets in all files before it
//                                      └ which file
//
// So a packet's place is one number, the bytes before it in the whole session, and still tells its file when older files
// are gone.
import { readdir, rmdir, stat, unlink } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { CaptureError, readError, systemCode } from '../errors.ts';

export interface RingFile {
  readonly path: string;
  readonly index: number;
  readonly packetsBefore: number;
  readonly bytesBefore: number;
}

export interface RingLimits {
  /** Bytes a file; a file ends with the packet that goes beyond. */
  readonly fileBytesMax: number;
  /** Files kept in all sessions together; the oldest go first. */
  readonly filesMax: number;
  /** Files older than this go too; Infinity: as long as there is room. */
  readonly ageSecondsMax: number;
}

export const RING_DEFAULTS: RingLimits = { fileBytesMax: 100e6, filesMax: 20, ageSecondsMax: Infinity };

const NAME = /^(\d{6})-(\d{12})-(\d{15})\.pcapng$/;

export function ringFileName(index: number, packetsBefore: number, bytesBefore: number): string {
  const digits = (value: number, width: number): string => String(value).padStart(width, '0');
  return `${digits(index, 6)}-${digits(packetsBefore, 12)}-${digits(bytesBefore, 15)}.pcapng`;
}

/** The files of a session, oldest first; none if the folder is not there. */
export async function ringFiles(folder: string): Promise<RingFile[]> {
  let names: string[];
  try {
    names = await readdir(folder);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return [];
    throw readError(folder, error);
  }
  return names
    .flatMap((name) => {
      const found = NAME.exec(name);
      if (found === null) return [];
      const [index, packetsBefore, bytesBefore] = found.slice(1).map(Number);
      return [
        {
          path: join(folder, name),
          index: index!,
          packetsBefore: packetsBefore!,
          bytesBefore: bytesBefore!,
        },
      ];
    })
    .sort((a, b) => a.index - b.index);
}

/**
 * Where a packet's bytes are: its `fileOffset` in the session becomes a file and an offset there.
 *
 * @throws CaptureError if the ring has gone on and the file is no more.
 */
export async function placeInRing(
  folder: string,
  fileOffset: number,
): Promise<{ path: string; offset: number }> {
  const files = await ringFiles(folder);
  const found = files.findLast((file) => file.bytesBefore <= fileOffset);
  if (found !== undefined) {
    const offset = fileOffset - found.bytesBefore;
    const { size } = await stat(found.path).catch(() => ({ size: 0 }));
    if (offset < size) return { path: found.path, offset };
  }
  throw new CaptureError(
    'ERR_CAPTURE_RING_GONE',
    `${folder}: the bytes of this packet are no longer kept; a larger ring keeps them longer, for example: --ring 50x100MB`,
  );
}

/** Files that sessions of this process write: a quiet one's is old, and goes on. */
const held = new Set<string>();

export function holdFile(path: string): void {
  held.add(resolve(path));
}

export function releaseFile(path: string): void {
  held.delete(resolve(path));
}

/** Removes what is too old or too much, but no file that is being written; of empty sessions the folder goes too. */
export async function prune(root: string, limits: RingLimits, now: number): Promise<void> {
  const dated = await datedFiles(root);
  const oldest = now - limits.ageSecondsMax * 1000;
  for (const [i, { path, time }] of dated.entries()) {
    const isTooMany = dated.length - i > limits.filesMax;
    if (!held.has(resolve(path)) && (isTooMany || time < oldest)) await removeFile(path);
  }
}

/** Removes one file to make room, but none that is being written. */
export async function pruneOldest(root: string): Promise<void> {
  const oldest = (await datedFiles(root)).find(({ path }) => !held.has(resolve(path)));
  if (oldest !== undefined) await removeFile(oldest.path);
}

/** Of all sessions, oldest first. What else lies in the folder is not ours. */
async function datedFiles(root: string): Promise<{ path: string; time: number }[]> {
  const entries = await readdir(root, { withFileTypes: true }).catch(() => []);
  const sessions = entries.filter((entry) => entry.isDirectory());
  const files = (await Promise.all(sessions.map(({ name }) => ringFiles(join(root, name))))).flat();
  const dated = await Promise.all(
    files.map(async ({ path }) => ({ path, time: (await stat(path).catch(() => null))?.mtimeMs ?? 0 })),
  );
  return dated.sort((a, b) => a.time - b.time || (a.path < b.path ? -1 : 1));
}

async function removeFile(path: string): Promise<void> {
  await unlink(path).catch(() => {});
  // Only an empty folder is removed; a session that goes on makes its own again.
  await rmdir(dirname(path)).catch(() => {});
}

/** `20x100MB`: how many files of which size. Null if the text is no such thing. */
export function parseRing(text: string): Pick<RingLimits, 'filesMax' | 'fileBytesMax'> | null {
  const found = /^(\d+)x(\d+(?:\.\d+)?)(k|M|G)B?$/i.exec(text.trim());
  if (found === null) return null;
  const [, files, size, unit] = found;
  const fileBytesMax = Number(size) * { k: 1e3, m: 1e6, g: 1e9 }[unit!.toLowerCase() as 'k' | 'm' | 'g'];
  const filesMax = Number(files);
  return filesMax >= 2 && fileBytesMax >= 10_000 ? { filesMax, fileBytesMax } : null;
}
