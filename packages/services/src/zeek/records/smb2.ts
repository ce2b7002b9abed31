// SMB 2 and 3 ([MS-SMB2] §2.2) for smb_mapping.log and smb_files.log.
import type { Packet, Tap } from '@eyrie/dissect';
import { type LogReader, type Logs, type Seen, tapOf, textOf } from './log.ts';
import { connectShare, openedFile, type Share, SmbConnection, timesOf } from './smb.ts';

/** §2.2.1: where the command stands in the header. Messages with data are the most, and none of those that are read. */
const COMMAND_AT = 12;
const TREE_CONNECT = 3;
const TREE_DISCONNECT = 4;
const CREATE = 5;
const CLOSE = 6;
const SET_INFO = 17;
const READ = new Set([TREE_CONNECT, TREE_DISCONNECT, CREATE, CLOSE, SET_INFO]);

/** §2.2.10. */
const SHARE_TYPES: Readonly<Record<number, Share['type']>> = { 1: 'DISK', 2: 'PIPE', 3: 'PRINT' };

const RESPONSE = 'smb2.flags.response';
const MESSAGE = 'smb2.msg_id';
const TREE = 'smb2.tid';
const PATH = 'smb2.tree';
const SHARE_TYPE = 'smb2.share_type';
const NAME = 'smb2.filename';
const FILE = 'smb2.fid';
const BYTES = 'smb2.eof';
const DELETES = 'smb2.disposition.delete_on_close';
const RENAMES = 'smb2.rename.replace_if';
const TIMES = ['smb2.last_write.time', 'smb2.last_access.time', 'smb2.create.time', 'smb2.last_change.time'];
const FIELDS = [RESPONSE, MESSAGE, TREE, PATH, SHARE_TYPE, NAME, FILE, BYTES, DELETES, RENAMES, ...TIMES];

/** A request: the path of a share, or the name of a file. */
interface Asked {
  readonly name: string;
  readonly time: number;
}

type State = SmbConnection<Asked>;

export const smb2Reader: LogReader = {
  protocols: ['smb2'],
  make(logs) {
    const tap = tapOf(['smb2'], FIELDS);
    return (p, layer, seen) => {
      const command = commandOf(p, layer);
      if (!READ.has(command)) return;
      tap.take(p, layer);
      if (!tap.has(MESSAGE)) return;
      const state = seen.conn.keep('smb2', (): State => new SmbConnection());
      if (tap.number(RESPONSE) === 0) request(logs, state, tap, command, seen);
      else response(logs, state, tap, command, seen);
    };
  },
};

/** -1 for messages that are encrypted or compressed. */
function commandOf(p: Packet, layer: number): number {
  const b = p.bufferOf(layer);
  const at = p.start[layer]!;
  const isPlain = b[at] === 0xfe && at + COMMAND_AT + 2 <= p.stop[layer]!;
  return isPlain ? b[at + COMMAND_AT]! + b[at + COMMAND_AT + 1]! * 256 : -1;
}

function request(logs: Logs, state: State, tap: Tap, command: number, { time }: Seen): void {
  const message = tap.number(MESSAGE);
  const file = state.files.get(tap.text(FILE));
  if (command === TREE_CONNECT) state.asked.add(message, { name: tap.text(PATH), time });
  else if (command === CREATE) state.asked.add(message, { name: tap.text(NAME), time });
  else if (command === TREE_DISCONNECT) state.shares.take(tap.number(TREE));
  else if (command === CLOSE) {
    state.files.take(tap.text(FILE));
    if (file?.action === 'PRINT_OPEN') state.writeFile(logs, Object.assign(file, { action: 'PRINT_CLOSE' }));
  } else if (file !== undefined && tap.has(RENAMES)) {
    const before = file.name;
    state.writeFile(logs, Object.assign(file, { action: 'FILE_RENAME', before, name: tap.text(NAME) }));
  } else if (file !== undefined && tap.number(DELETES) === 1)
    state.writeFile(logs, Object.assign(file, { action: 'FILE_DELETE' }));
}

function response(logs: Logs, state: State, tap: Tap, command: number, seen: Seen): void {
  const asked = state.asked.take(tap.number(MESSAGE));
  if (command === TREE_CONNECT && tap.has(SHARE_TYPE)) {
    const type = SHARE_TYPES[tap.number(SHARE_TYPE)] ?? 'DISK';
    const { conn, time } = seen;
    const path = asked?.name ?? null;
    connectShare(logs, state, tap.number(TREE), { conn, time, path, type, service: null, fileSystem: null });
  } else if (command === CREATE && asked !== undefined && tap.has(BYTES)) {
    const facts = { bytes: tap.number(BYTES), times: timesOf(TIMES.map((field) => tap.values(field)[0])) };
    const share = state.shares.get(tap.number(TREE));
    const file = openedFile({ conn: seen.conn, time: asked.time }, share, asked.name, facts);
    if (file === null) return;
    const id = textOf(tap, FILE);
    if (id !== null) state.files.add(id, file);
    state.writeFile(logs, file);
  }
}
