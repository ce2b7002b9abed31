// A folder of capture files: those in it whose names say so, in the order of their names.
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { CaptureError, readError } from './errors.ts';

/** Names that capture tools give, also numbered by a ring (`trace.pcap3`) and compressed. */
const CAPTURE_NAME = /\.(pcap|pcapng|cap|dmp|snoop|ntar)\d*(\.(gz|zst))?$/i;

/**
 * The capture files that a path stands for: itself, or those in the folder.
 *
 * @throws CaptureError if there is nothing there, or a folder without any.
 */
export async function captureFiles(path: string): Promise<string[]> {
  if (path === '-') return [path];
  try {
    if (!(await stat(path)).isDirectory()) return [path];
    const names = (await readdir(path)).filter((name) => CAPTURE_NAME.test(name)).sort(inOrder);
    if (names.length > 0) return names.map((name) => join(path, name));
  } catch (error) {
    throw readError(path, error);
  }
  throw new CaptureError(
    'ERR_CAPTURE_NO_FILES',
    `${path}: no capture file in this folder; those named .pcap, .pcapng, .cap, .dmp or .snoop are read, also .gz and .zst`,
  );
}

/** `trace.pcap10` comes after `trace.pcap9`. */
function inOrder(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}
