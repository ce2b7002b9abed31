// A folder of capture files: those with a known extension, in natural order of their names.
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { CaptureError, readError } from './errors.ts';

/** File names of capture tools, including ring buffers (`trace.pcap3`) and compressed files. */
const CAPTURE_NAME = /\.(pcap|pcapng|cap|dmp|snoop|ntar)\d*(\.(gz|zst))?$/i;

/**
 * The capture files at a path: the file itself, or those in the folder.
 *
 * @throws CaptureError if there is nothing there, or a folder without any.
 */
export async function captureFiles(path: string): Promise<string[]> {
  if (path === '-') return [path];
  try {
    if (!(await stat(path)).isDirectory()) return [path];
    const entries = await readdir(path, { withFileTypes: true });
    // A pipe would be waited for without end.
    const files = entries.filter((each) => each.isFile() || each.isSymbolicLink());
    const names = files
      .map(({ name }) => name)
      .filter((name) => CAPTURE_NAME.test(name))
      .sort(inOrder);
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
