// SMB 1 ([MS-CIFS] §2.2) for smb_mapping.log and smb_files.log.
import type { Tap } from '@eyrie/dissect';
import { type LogReader, type Logs, numberOf, type Seen, tapOf, textOf } from './log.ts';
import { connectShare, openedFile, type Share, SmbConnection, timesOf } from './smb.ts';

/** §2.2.3.1: where the command stands in the header. */
const COMMAND_AT = 4;
/** §2.2.4. */
const CLOSE = 0x04;
const DELETE = 0x06;
const RENAME = 0x07;
const TREE_DISCONNECT = 0x71;
const TREE_CONNECT = 0x75;
const CREATE = 0xa2;
const READ = new Set([CLOSE, DELETE, RENAME, TREE_DISCONNECT, TREE_CONNECT, CREATE]);

const RESPONSE = 'smb.flags.response';
const MESSAGE = 'smb.mid';
const PROCESS = 'smb.pid';
const TREE = 'smb.tid';
const PATH = 'smb.path';
const SERVICE = 'smb.service';
const FILE_SYSTEM = 'smb.native_fs';
const NAME = 'smb.file';
const FILE = 'smb.fid';
const BYTES = 'smb.end_of_file';
const KIND = 'smb.file_type';
/** §2.2.1.2.2: those of bytes and of messages. */
const PIPES = [1, 2];
const TIMES = ['smb.last_write.time', 'smb.access.time', 'smb.create.time', 'smb.change.time'];
const FIELDS = [
  ...[RESPONSE, MESSAGE, PROCESS, TREE, PATH, SERVICE, FILE_SYSTEM, NAME, FILE, BYTES, KIND, ...TIMES],
];

interface Asked {
  /** The path of a share, or the names of files. */
  readonly names: readonly string[];
  readonly time: number;
}

type State = SmbConnection<Asked>;

export const smb1Reader: LogReader = {
  protocols: ['smb'],
  make(logs) {
    const tap = tapOf(['smb'], FIELDS);
    return (p, layer, seen) => {
      const command = p.bufferOf(layer)[p.start[layer]! + COMMAND_AT]!;
      if (!READ.has(command) || p.stop[layer]! <= p.start[layer]! + COMMAND_AT) return;
      tap.take(p, layer);
      if (!tap.has(MESSAGE)) return;
      const state = seen.conn.keep('smb1', (): State => new SmbConnection());
      if (tap.number(RESPONSE) === 0) request(logs, state, tap, command, seen);
      else response(logs, state, tap, command, seen);
    };
  },
};

/** Messages are numbered for each process of the client (§2.2.1.6.2). */
function numberedAs(tap: Tap): number {
  return tap.number(PROCESS) * 65_536 + tap.number(MESSAGE);
}

function request(logs: Logs, state: State, tap: Tap, command: number, { conn, time }: Seen): void {
  if (command === TREE_CONNECT) state.asked.add(numberedAs(tap), { names: [tap.text(PATH)], time });
  else if (command === CREATE) state.asked.add(numberedAs(tap), { names: tap.texts(NAME), time });
  else if (command === TREE_DISCONNECT) state.shares.take(tap.number(TREE));
  else if (command === CLOSE) state.files.take(tap.text(FILE));
  else {
    const [name = '', to = ''] = tap.texts(NAME);
    const share = state.shares.get(tap.number(TREE));
    const file = openedFile({ conn, time }, share, name, { bytes: 0, times: null });
    if (file === null) return;
    if (command === DELETE) file.action = 'FILE_DELETE';
    else Object.assign(file, { action: 'FILE_RENAME', before: name, name: to });
    state.writeFile(logs, file);
  }
}

function response(logs: Logs, state: State, tap: Tap, command: number, seen: Seen): void {
  const asked = state.asked.take(numberedAs(tap));
  if (command === TREE_CONNECT && tap.has(SERVICE)) {
    const service = tap.text(SERVICE);
    const { conn, time } = seen;
    const fileSystem = textOf(tap, FILE_SYSTEM);
    const path = asked?.names[0] ?? null;
    connectShare(logs, state, tap.number(TREE), {
      ...{ conn, time, path, service, fileSystem },
      type: shareType(service),
    });
  } else if (command === CREATE && asked !== undefined && tap.has(FILE)) {
    if (PIPES.includes(tap.number(KIND))) return;
    const times = timesOf(TIMES.map((field) => tap.values(field)[0]));
    const share = state.shares.get(tap.number(TREE));
    const facts = { bytes: numberOf(tap, BYTES) ?? 0, times };
    const file = openedFile({ conn: seen.conn, time: asked.time }, share, asked.names[0] ?? '', facts);
    if (file === null) return;
    state.files.add(tap.text(FILE), file);
    state.writeFile(logs, file);
  }
}

/** §2.2.4.55.2: what the server calls it. */
function shareType(service: string): Share['type'] {
  if (service === 'IPC') return 'PIPE';
  return service.startsWith('LPT') ? 'PRINT' : 'DISK';
}
