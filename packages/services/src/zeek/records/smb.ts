// smb_mapping.log and smb_files.log: shares that are connected to, and files that are opened, renamed or deleted there
// (https://docs.zeek.org/en/master/logs/smb.html). Both versions of the protocol come down to this.
import { type Column, connColumns, type LogKind, type OfConn } from '../write/log-kind.ts';
import type { Logs, Seen } from './log.ts';
import { Waiting } from './waiting.ts';

export interface Share extends OfConn {
  readonly path: string | null;
  readonly service: string | null;
  readonly fileSystem: string | null;
  readonly type: 'DISK' | 'PIPE' | 'PRINT';
}

export type FileAction = 'FILE_OPEN' | 'FILE_RENAME' | 'FILE_DELETE' | 'PRINT_OPEN' | 'PRINT_CLOSE';

/** Seconds since 1970. */
export interface FileTimes {
  readonly modified: number;
  readonly accessed: number;
  readonly created: number;
  readonly changed: number;
}

/** A file that is open, and what is done to it. */
export interface OpenFile extends OfConn {
  readonly share: Share | undefined;
  action: FileAction;
  name: string;
  readonly bytes: number;
  before: string | null;
  readonly times: FileTimes | null;
}

export const mappingLog: LogKind<Share> = {
  path: 'smb_mapping',
  columns: [
    ...connColumns,
    ['path', 'string', ({ path }) => path],
    ['service', 'string', ({ service }) => service],
    ['native_file_system', 'string', ({ fileSystem }) => fileSystem],
    ['share_type', 'string', ({ type }) => type],
  ],
};

const fileColumns: readonly Column<OpenFile>[] = [
  ...connColumns,
  // Known only once it is read or written: files.log has it with the same name.
  ['fuid', 'string', () => null],
  ['action', 'enum', ({ action }) => `SMB::${action}`],
  ['path', 'string', ({ share }) => share?.path],
  ['name', 'string', ({ name }) => name],
  ['size', 'count', ({ bytes }) => bytes],
  ['prev_name', 'string', ({ before }) => before],
  ['times.modified', 'time', ({ times }) => times?.modified],
  ['times.accessed', 'time', ({ times }) => times?.accessed],
  ['times.created', 'time', ({ times }) => times?.created],
  ['times.changed', 'time', ({ times }) => times?.changed],
];

export const filesOfSmbLog: LogKind<OpenFile> = { path: 'smb_files', columns: fileColumns };

/** Of one connection: shares, files and requests that are remembered. */
const SHARES_MAX = 256;
const FILES_MAX = 1024;
const ASKED_MAX = 1024;
/** Actions that are not logged again while they are among the last so many. */
const RECENT_MAX = 256;

export class SmbConnection<Asked> {
  readonly shares = new Waiting<number, Share>(SHARES_MAX);
  /** By the handle that the server gave. */
  readonly files = new Waiting<string, OpenFile>(FILES_MAX);
  /** By the number of the message. */
  readonly asked = new Waiting<number, Asked>(ASKED_MAX);
  readonly #recent = new Waiting<string, true>(RECENT_MAX);

  writeFile(logs: Logs, file: OpenFile): void {
    const { action, share, name, bytes, times, before } = file;
    // Reading changes the time of access: it is no news.
    const key = [
      action,
      share?.path,
      name,
      before,
      bytes,
      times?.modified,
      times?.created,
      times?.changed,
    ].join();
    if (times !== null && this.#recent.get(key) === true) return;
    this.#recent.add(key, true);
    logs.write(filesOfSmbLog, file);
  }
}

/** A share that the server has granted. */
export function connectShare<Asked>(logs: Logs, state: SmbConnection<Asked>, id: number, share: Share): void {
  state.shares.add(id, share);
  logs.write(mappingLog, share);
}

/** A file that the server has opened; null for pipes, which are not logged. */
export function openedFile(
  { conn, time }: Pick<Seen, 'conn' | 'time'>,
  share: Share | undefined,
  name: string,
  { bytes, times }: { readonly bytes: number; readonly times: FileTimes | null },
): OpenFile | null {
  if (share?.type === 'PIPE') return null;
  const action = share?.type === 'PRINT' ? 'PRINT_OPEN' : 'FILE_OPEN';
  return { conn, time, share, action, name: name === '' ? '<share_root>' : name, bytes, before: null, times };
}

/** Values of a tap as seconds; null where the file has none, which a modification in 1970 tells. */
export function timesOf(values: readonly unknown[]): FileTimes | null {
  const [modified = 0, accessed = 0, created = 0, changed = 0] = values.map((value) =>
    typeof value === 'bigint' ? Number(value) / 1e9 : 0,
  );
  return modified > 0 ? { modified, accessed, created, changed } : null;
}
