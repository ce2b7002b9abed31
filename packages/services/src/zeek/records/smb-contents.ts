// Files that were read and written over SMB, for files.log: one for each opening and direction.
import { SmbFiles } from '@eyrie/dissect';
import type { Conn } from '../conn/conn.ts';
import { FileStream } from './file-stream.ts';
import type { LogReader, Seen } from './log.ts';
import type { OpenFile, SmbConnection } from './smb.ts';
import { Waiting } from './waiting.ts';

/** Of one connection; beyond, the oldest is logged as far as it came. */
const OPEN_MAX = 64;

type OpenStreams = Waiting<string, FileStream>;

export const smbContentsReader: LogReader = {
  protocols: ['smb', 'smb2'],
  make(logs) {
    let seen: Seen;
    const streams = (): OpenStreams =>
      seen.conn.keep(
        'smb contents',
        (): OpenStreams => new Waiting(OPEN_MAX, (stream) => stream.end()),
        (open) => open.end(),
      );
    const files = new SmbFiles({
      write(key, _, offset, part, describe) {
        const of = `${key} ${seen.isOrig}`;
        let stream = streams().get(of);
        if (stream === undefined) {
          const filename = describe()?.name.replace(/^\\/, '') || null;
          // What is written has no size before.
          const totalBytes = seen.isOrig ? null : sizeOf(seen.conn, filename);
          stream = new FileStream(logs, seen, { source: 'SMB', filename, totalBytes });
          streams().add(of, stream);
        }
        stream.add(offset, part, seen.time);
      },
      finish(key) {
        for (const isOrig of [false, true]) streams().take(`${key} ${isOrig}`)?.end();
      },
    });

    return (p, layer, now) => {
      seen = now;
      files.add(p, layer);
    };
  },
};

/** As the server told when it was opened. */
function sizeOf(conn: Conn, name: string | null): number | null {
  const isIt = (file: OpenFile): boolean => file.name === name;
  for (const version of ['smb2', 'smb1']) {
    const found = conn.kept<SmbConnection<never>>(version)?.files.find(isIt);
    if (found !== undefined) return found.bytes;
  }
  return null;
}
