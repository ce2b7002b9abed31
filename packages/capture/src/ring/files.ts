// The ring's files: one folder per session, with pcapng files whose names give their position in the session.
//
//     ring/eth0-20261121T140000Z-3f9a/000003-000000123456-000300000000.pcapng
//                                      │      │            └ bytes in all files before it
//                                      │      └ packets in all files before it
//                                      └ file number
//
// A packet's position is thus a single number, its byte offset in the session, which leads to the right file even after
// older files were deleted.
import { readdirSync, rmdirSync, statSync, unlinkSync } from 'node:fs';
import { readdir, rm, rmdir, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { CaptureError, readError, systemCode, writeError } from '../errors.ts';

export interface RingFile {
  readonly path: string;
  readonly index: number;
  readonly packetsBefore: number;
  readonly bytesBefore: number;
}

export interface RingLimits {
  /** Bytes per file; the packet that exceeds this is the file's last. */
  readonly fileBytesMax: number;
  /** Files kept in all sessions together; the oldest is deleted first. */
  readonly filesMax: number;
  /** Older files are deleted too; Infinity: no limit. */
  readonly ageSecondsMax: number;
}

export const RING_DEFAULTS: RingLimits = { fileBytesMax: 100e6, filesMax: 20, ageSecondsMax: Infinity };

/** Numbers are padded so that a listing is in order; a longer one is no less of a number. */
const NAME = /^(\d{6,})-(\d{12,})-(\d{15,})\.pcapng$/;

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
  return filesNamed(folder, names);
}

function filesNamed(folder: string, names: readonly string[]): RingFile[] {
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
 * Finds a packet's bytes: turns its `fileOffset` in the session into a file and an offset in it.
 *
 * @throws CaptureError if the file has been overwritten.
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

/** Files being written by this process, which are kept even if a quiet session makes them look old. */
const held = new Set<string>();

export function holdFile(path: string): void {
  held.add(resolve(path));
}

export function releaseFile(path: string): void {
  held.delete(resolve(path));
}

/** Enforces the limits: deletes old and surplus files, except those being written, and folders of empty sessions. */
export function prune(root: string, limits: RingLimits, now: number): void {
  const dated = datedFiles(root);
  const oldest = now - limits.ageSecondsMax * 1000;
  for (const [i, { path, time }] of dated.entries()) {
    const isTooMany = dated.length - i > limits.filesMax;
    if (!held.has(resolve(path)) && (isTooMany || time < oldest)) removeFile(path);
  }
}

/** Deletes the oldest file that is not being written, to make room. */
export function pruneOldest(root: string): void {
  const oldest = datedFiles(root).find(({ path }) => !held.has(resolve(path)));
  if (oldest !== undefined) removeFile(oldest.path);
}

/**
 * Deletes all packets of a session that has ended. Leaves files that are not the ring's, and their folder.
 *
 * @throws CaptureError if a file cannot be deleted
 */
export async function removeSession(folder: string): Promise<void> {
  for (const { path } of await ringFiles(folder))
    await rm(path, { force: true }).catch((error) => {
      throw writeError(path, error);
    });
  // Removes only an empty folder.
  await rmdir(folder).catch(() => {});
}

/** The files of all sessions, oldest first. Anything else in the folder is ignored. */
function datedFiles(root: string): { path: string; time: number }[] {
  const sessions = attempt(
    () => readdirSync(root, { withFileTypes: true }).filter((each) => each.isDirectory()),
    [],
  );
  const folders = sessions.map(({ name }) => join(root, name)).sort();
  const files = folders.flatMap((folder) => {
    return filesNamed(
      folder,
      attempt(() => readdirSync(folder), []),
    );
  });
  const dated = files.map(({ path }) => ({ path, time: attempt(() => statSync(path).mtimeMs, 0) }));
  // Of a session they are in order already.
  return dated.sort((a, b) => a.time - b.time);
}

function removeFile(path: string): void {
  attempt(() => unlinkSync(path), undefined);
  // Removes only an empty folder; an active session recreates its own.
  attempt(() => rmdirSync(dirname(path)), undefined);
}

/** Files and folders may vanish at any time: another process may have the same ring. */
function attempt<T>(work: () => T, otherwise: T): T {
  try {
    return work();
  } catch {
    return otherwise;
  }
}

/** Parses `20x100MB`: number and size of files. Null if malformed. */
export function parseRing(text: string): Pick<RingLimits, 'filesMax' | 'fileBytesMax'> | null {
  const found = /^(\d+)x(\d+(?:\.\d+)?)(k|M|G)B?$/i.exec(text.trim());
  if (found === null) return null;
  const [, files, size, unit] = found;
  const fileBytesMax = Number(size) * { k: 1e3, m: 1e6, g: 1e9 }[unit!.toLowerCase() as 'k' | 'm' | 'g'];
  const filesMax = Number(files);
  return filesMax >= 2 && fileBytesMax >= 10_000 ? { filesMax, fileBytesMax } : null;
}
