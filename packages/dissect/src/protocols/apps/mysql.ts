// MySQL and MariaDB client/server protocol: greeting, login, commands and response types.
import { indexOf, u16le, u24le, utf8 } from '../../core/bytes.ts';
import { bytes, none, text, uint, uint64 } from '../../core/field.ts';
import type { Packet } from '../../core/packet.ts';
import { printable } from '../../core/printable.ts';
import { protocol } from '../../core/protocol.ts';
import type { Sink } from '../../core/sink.ts';
import { tcpPorts } from '../../core/table.ts';
import { tls } from '../tls/tls.ts';
import { commandNames } from './mysql-names.ts';

const PORT = 3306;
const HEADER = 4;
const ERROR = 0xff;
const END_OF_FILE = 0xfe;
/** Client capability flags. */
const CONNECT_WITH_DB = 0x0008;
const PROTOCOL_41 = 0x0200;
const SWITCH_TO_TLS = 0x0800;
const SECURE_CONNECTION = 0x8000;
/** The SSL request, the only part of the login sent in the clear when a client switches to TLS. */
const TLS_REQUEST_BYTES = 32;
/** Command codes. */
const USE = 2;
const QUERY = 3;
const FIELD_LIST = 4;
const PREPARE = 22;
const EXECUTE = 23;
/** Length of the answer to PREPARE. */
const PREPARED_BYTES = 12;

/** Layer marks: kind of message. */
const GREETING = 1;
const LOGIN = 2;
const COMMAND = 3;
const RESPONSE = 4;
const TABULAR = 5;
const TLS_REQUEST = 6;

const f = {
  length: uint('mysql.packet_length', 'Packet Length').at(0, 3).le(),
  number: uint('mysql.packet_number', 'Packet Number').at(3, 1),
  greeting: none('mysql.server_greeting', 'Server Greeting'),
  protocol: uint('mysql.protocol', 'Protocol'),
  version: text('mysql.version', 'Version'),
  threadId: uint('mysql.thread_id', 'Thread ID').le(),
  salt: text('mysql.salt', 'Salt'),
  serverCaps: uint('mysql.caps.server', 'Server Capabilities').hex(2).le(),
  language: uint('mysql.server_language', 'Server Language'),
  serverStatus: uint('mysql.server_status', 'Server Status').hex(2).le(),
  login: none('mysql.login_request', 'Login Request'),
  clientCaps: uint('mysql.caps.client', 'Client Capabilities').hex(2).le(),
  maxPacket: uint('mysql.max_packet', 'MAX Packet').le(),
  charset: uint('mysql.charset', 'Charset'),
  user: text('mysql.user', 'Username'),
  password: bytes('mysql.passwd', 'Password'),
  schema: text('mysql.schema', 'Schema'),
  request: none('mysql.request', 'Request Command'),
  command: uint('mysql.command', 'Command').named(commandNames),
  query: text('mysql.query', 'Statement'),
  responseCode: uint('mysql.response_code', 'Response Code')
    .hex(1)
    .named({ 0: 'OK Packet', 254: 'EOF Packet', 255: 'Error Packet' }),
  affectedRows: uint64('mysql.affected_rows', 'Affected Rows'),
  errorCode: uint('mysql.error_code', 'Error Code').le(),
  sqlstate: text('mysql.sqlstate', 'SQL state'),
  errorMessage: text('mysql.error.message', 'Error message'),
};

/** State of the conversation. */
interface MysqlState {
  hasLoggedIn: boolean;
  command: number;
}
const newState = (): MysqlState => ({ hasLoggedIn: false, command: -1 });

const isRequest = (p: Packet): boolean => p.dstPort === PORT;

export const mysql = protocol({
  name: 'mysql',
  title: 'MySQL Protocol',
  column: 'MySQL',
  fields: f,
  on: [[tcpPorts, PORT]],
  framing: { header: HEADER, length: (p) => u24le(p.buf, p.at) + HEADER },
  step(p) {
    const b = p.buf;
    const start = p.at;
    if (p.end - start < HEADER) return p.cut(HEADER);
    const state = p.session.stateOf(p, 'mysql', newState);
    const at = start + HEADER;
    const left = p.end - at;
    p.mark[p.count - 1] = isRequest(p)
      ? requestKind(p, state, b, start, left)
      : responseKind(state, b, start, left);
    p.at = p.end;
    return null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const end = p.stop[layer]!;
    if (end - start < HEADER) return;
    out.fixed(f.length);
    out.fixed(f.number);
    const at = start + HEADER;
    if (at >= end) return;
    const kind = p.mark[layer]!;
    if (kind === GREETING && b[at] !== ERROR) emitGreeting(b, at, end, out);
    else if (kind === LOGIN || kind === TLS_REQUEST) emitLogin(b, at, end, out);
    else if (kind === COMMAND) emitCommand(b, at, end, out);
    else emitResponse(b, at, end, out);
  },
  info(p, layer) {
    // Kind of the first message of the segment.
    let first = layer;
    for (let i = 0; i < layer; i++) if (p.proto[i] === p.proto[layer] && i < first) first = i;
    return messageInfo(p.bufferOf(first), p.start[first]! + HEADER, p.stop[first]!, p.mark[first]!);
  },
});

function requestKind(p: Packet, state: MysqlState, b: Uint8Array, start: number, left: number): number {
  const at = start + HEADER;
  if (!state.hasLoggedIn && b[start + 3] === 1) {
    state.hasLoggedIn = true;
    if (left !== TLS_REQUEST_BYTES || (u16le(b, at) & SWITCH_TO_TLS) === 0) return LOGIN;
    p.session.flows.setApplication(p.flow, tls);
    return TLS_REQUEST;
  }
  if (left > 0) state.command = b[at]!;
  return COMMAND;
}

function responseKind(state: MysqlState, b: Uint8Array, start: number, left: number): number {
  const first = left > 0 ? b[start + HEADER]! : 0;
  if (b[start + 3] === 0 && !state.hasLoggedIn && state.command < 0) return GREETING;
  const isRows = state.command === QUERY || state.command === EXECUTE || state.command === FIELD_LIST;
  return isRows && b[start + 3] === 1 && first !== 0 && first < END_OF_FILE ? TABULAR : RESPONSE;
}

function stringEnd(b: Uint8Array, at: number, end: number): number {
  const zero = indexOf(b, 0, at, end);
  return zero < 0 ? end : zero;
}

function emitGreeting(b: Uint8Array, at: number, end: number, out: Sink): void {
  out.open(f.greeting, at, end - at);
  out.add(f.protocol, at, 1);
  const stop = stringEnd(b, at + 1, end);
  out.add(f.version, at + 1, stop - at - 1);
  at = stop + 1;
  if (at + 20 <= end) {
    out.add(f.threadId, at, 4);
    out.add(f.salt, at + 4, 8);
    out.add(f.serverCaps, at + 13, 2);
    out.add(f.language, at + 15, 1);
    out.add(f.serverStatus, at + 16, 2);
  }
  out.close();
}

/** Offset of the user name in a login; the older form has shorter numbers before it. */
const userAt = (b: Uint8Array, at: number): number => at + (u16le(b, at) & PROTOCOL_41 ? 32 : 5);

/** Offset of the database name, or -1; [at, end) is the message. */
function schemaAt(b: Uint8Array, at: number, end: number): number {
  const caps = u16le(b, at);
  if ((caps & CONNECT_WITH_DB) === 0) return -1;
  const behindUser = stringEnd(b, userAt(b, at), end) + 1;
  if (behindUser >= end) return -1;
  const place =
    caps & SECURE_CONNECTION ? behindUser + 1 + b[behindUser]! : stringEnd(b, behindUser, end) + 1;
  return place < end ? place : -1;
}

function emitLogin(b: Uint8Array, at: number, end: number, out: Sink): void {
  out.open(f.login, at, end - at);
  if (end - at >= 5) {
    out.add(f.clientCaps, at, 2);
    if (u16le(b, at) & PROTOCOL_41 && end - at >= 9) {
      out.add(f.maxPacket, at + 4, 4);
      out.add(f.charset, at + 8, 1);
    }
    const user = userAt(b, at);
    if (user < end) emitCredentials(b, at, user, end, out);
  }
  out.close();
}

function emitCredentials(b: Uint8Array, at: number, user: number, end: number, out: Sink): void {
  const stop = stringEnd(b, user, end);
  out.add(f.user, user, stop - user);
  const password = stop + 2;
  if (u16le(b, at) & SECURE_CONNECTION && password <= end && password + b[stop + 1]! <= end)
    out.add(f.password, password, b[stop + 1]!);
  const schema = schemaAt(b, at, end);
  if (schema >= 0) out.add(f.schema, schema, stringEnd(b, schema, end) - schema);
}

function emitCommand(b: Uint8Array, at: number, end: number, out: Sink): void {
  out.open(f.request, at, end - at);
  out.note(` ${commandNames[b[at]!] ?? 'Unknown'}`);
  out.add(f.command, at, 1);
  const command = b[at]!;
  if (end - at > 1) {
    if (command === QUERY || command === PREPARE) out.add(f.query, at + 1, end - at - 1);
    else if (command === USE) out.add(f.schema, at + 1, end - at - 1);
  }
  out.close();
}

function emitResponse(b: Uint8Array, at: number, end: number, out: Sink): void {
  const first = b[at]!;
  if (first !== ERROR && first !== 0 && !(first === END_OF_FILE && end - at < 9)) return;
  out.add(f.responseCode, at, 1);
  if (first === 0) emitAffectedRows(b, at + 1, end, out);
  if (first !== ERROR || end - at < 3) return;
  out.add(f.errorCode, at + 1, 2);
  const hasState = b[at + 3] === 0x23 && at + 9 <= end;
  if (hasState) out.add(f.sqlstate, at + 4, 5);
  const message = at + (hasState ? 9 : 3);
  if (message < end) out.add(f.errorMessage, message, end - message);
}

/** Of an OK packet; the answer to a prepared statement differs by its length. */
function emitAffectedRows(b: Uint8Array, at: number, end: number, out: Sink): void {
  const bytes = { 0xfc: 2, 0xfd: 3, 0xfe: 8 }[b[at]!] ?? 0;
  if (end - at < Math.max(6, bytes + 1) || end - at === PREPARED_BYTES - 1) return;
  let rows = bytes === 0 ? BigInt(b[at]!) : 0n;
  for (let k = bytes; k > 0; k--) rows = (rows << 8n) | BigInt(b[at + k]!);
  out.add(f.affectedRows, at, bytes + 1, rows);
}

function errorInfo(b: Uint8Array, at: number, end: number): string {
  return end - at >= 3 ? ` Error ${u16le(b, at + 1)} ` : ' Error ';
}

function messageInfo(b: Uint8Array, at: number, end: number, kind: number): string {
  switch (kind) {
    case GREETING: {
      if (at >= end) return 'Server Greeting ';
      if (b[at] === ERROR) return `Server Greeting ${errorInfo(b, at, end)}`;
      const version = printable(utf8(b, at + 1, stringEnd(b, at + 1, end)));
      return `Server Greeting  proto=${b[at]} version=${version} `;
    }
    case TLS_REQUEST:
      return 'Response: SSL Handshake user= ';
    case LOGIN:
      return `Login Request ${loginInfo(b, at, end)}`;
    case COMMAND:
      return at < end ? `Request ${commandNames[b[at]!] ?? `Unknown (${b[at]})`}` : 'Request';
    case TABULAR:
      return 'Response TABULAR Response ';
  }
  if (at < end && b[at] === ERROR) return `Response ${errorInfo(b, at, end)}`;
  if (at < end && b[at] === 0 && end - at >= 5 && end - at !== PREPARED_BYTES) return 'Response  OK ';
  return at < end && b[at] === END_OF_FILE && end - at < 9 ? 'Response  EOF ' : 'Response ';
}

function loginInfo(b: Uint8Array, at: number, end: number): string {
  if (end - at < 5) return '';
  const user = userAt(b, at);
  if (user >= end) return 'user= ';
  const name = printable(utf8(b, user, stringEnd(b, user, end)));
  const schema = schemaAt(b, at, end);
  if (schema < 0) return `user=${name} `;
  return `user=${name} db=${printable(utf8(b, schema, stringEnd(b, schema, end)))} `;
}
