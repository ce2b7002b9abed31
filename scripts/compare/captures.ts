/** Finds the captures in the given files and folders. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const CAPTURE_NAME =
  /\.(pcap|pcapng|ntar|cap|dmp|dump|snoop|trace|trc|pkt)\d*(\.(gz|zst))?$|\.(pcap|cap)\.\w+\.(gz|zst)$/i;

export interface CaptureFile {
  readonly path: string;
  readonly bytes: number;
}

/** Named files are taken as they are; folders are searched recursively. Sorted. */
export function findCaptures(paths: readonly string[]): CaptureFile[] {
  const found: CaptureFile[] = [];
  for (const path of paths) {
    const status = statSync(path);
    if (!status.isDirectory()) {
      found.push({ path, bytes: status.size });
      continue;
    }
    for (const entry of readdirSync(path, { withFileTypes: true, recursive: true })) {
      if (!entry.isFile() || !CAPTURE_NAME.test(entry.name)) continue;
      const file = join(entry.parentPath, entry.name);
      found.push({ path: file, bytes: statSync(file).size });
    }
  }
  return found.sort((a, b) => (a.path < b.path ? -1 : 1));
}
