// quic.log: the handshake of each QUIC connection (https://docs.zeek.org/en/master/logs/quic.html).
import { type Packet, SHOWN, type Tap } from '@eyrie/dissect';
import { type Column, connColumns, type LogKind, type OfConn } from '../write/log-kind.ts';
import { type LogReader, numberOf, type Seen, tapOf, textOf } from './log.ts';

interface Connection extends OfConn {
  readonly version: number;
  initialDcid: string | null;
  clientScid: string | null;
  serverScid: string | null;
  serverName: string | null;
  protocol: string | null;
  history: string;
  /** Packets with a short header, of the originator and of the responder. */
  readonly shorts: [number, number];
}

const columns: readonly Column<Connection>[] = [
  ...connColumns,
  ['version', 'string', ({ version }) => VERSIONS[version] ?? draftOf(version)],
  ['client_initial_dcid', 'string', ({ initialDcid }) => initialDcid],
  ['client_scid', 'string', ({ clientScid }) => clientScid],
  ['server_scid', 'string', ({ serverScid }) => serverScid],
  ['server_name', 'string', ({ serverName }) => serverName],
  ['client_protocol', 'string', ({ protocol }) => protocol],
  ['history', 'string', ({ history }) => history],
];

export const quicLog: LogKind<Connection> = { path: 'quic', columns };

/** RFC 9000 §15, RFC 9369 §3.1. */
const VERSION_2 = 0x6b3343cf;
const VERSIONS: Readonly<Record<number, string>> = { 1: '1', [VERSION_2]: 'quicv2' };

/** Letters by type of a long header: RFC 9000 §17.2, and of version 2 RFC 9369 §3.2. */
const LETTERS = 'IZHR';
const LETTERS_2 = 'RIZH';
const HISTORY_MAX = 100;

const LONG_HEADER = 0x80;
/** Without it the bytes are no packet, such as zeros that fill a datagram up (RFC 9000 §14.1, §17.3.1). */
const FIXED_BIT = 0x40;
/** RFC 9000 §19.19: of QUIC, and of the application. */
const CLOSE_FRAMES = [0x1c, 0x1d];
const CLIENT_HELLO = 1;

const VERSION = 'quic.version';
const TYPES = ['quic.long.packet_type', 'quic.long.packet_type_v2'] as const;
const FRAME = 'quic.frame_type';
const HELLO = 'tls.handshake.type';
const SERVER_NAME = 'tls.handshake.extensions_server_name';
const PROTOCOL = 'tls.handshake.extensions_alpn_str';

interface State {
  row: Connection | null;
}

export const quicReader: LogReader = {
  protocols: ['quic'],
  make(logs) {
    const tap = tapOf(['quic'], [VERSION, ...TYPES, 'quic.dcid', 'quic.scid', FRAME]);
    const hello = tapOf(['tls'], [HELLO, SERVER_NAME, PROTOCOL]);

    function end(state: State): void {
      if (state.row !== null) logs.write(quicLog, state.row);
      state.row = null;
    }

    /** What a packet carries stands in the layers behind its header. */
    function contents(p: Packet, layer: number, state: State, row: Connection, isOrig: boolean): void {
      for (let at = layer + 1; at < p.count && !isPacket(p, at); at++) {
        const { name } = p.protocols[at]!;
        if (name === 'quic') {
          tap.take(p, at);
          if (!tap.values(FRAME).some((frame) => CLOSE_FRAMES.includes(Number(frame)))) continue;
          note(row, 'C', isOrig);
          end(state);
          return;
        }
        if (name !== 'tls') continue;
        hello.take(p, at);
        for (const type of hello.values(HELLO).map(Number))
          if (type === CLIENT_HELLO || type === 2) note(row, 'S', type === CLIENT_HELLO);
        if (hello.number(HELLO) !== CLIENT_HELLO) continue;
        row.serverName ??= textOf(hello, SERVER_NAME);
        row.protocol ??= textOf(hello, PROTOCOL);
      }
    }

    return (p, layer, seen) => {
      if (!isPacket(p, layer)) return;
      const { conn, isOrig } = seen;
      const first = p.bufferOf(layer)[p.start[layer]!]!;
      if ((first & LONG_HEADER) === 0) {
        const row = conn.kept<State>('quic')?.row ?? null;
        if (row === null) return;
        if ((first & FIXED_BIT) === 0) note(row, 'X', isOrig);
        else countShort(row, isOrig);
        return;
      }
      tap.take(p, layer);
      if (!tap.has(VERSION)) return;
      const letter = letterOf(tap);
      // Version negotiation has no type.
      if (letter === null) return;
      const state = conn.keep('quic', (): State => ({ row: null }), end);
      state.row ??= begun(seen, tap.number(VERSION));
      const { row } = state;
      readIds(row, tap, isOrig);
      note(row, letter, isOrig);
      // RFC 9000 §17.2.5: the client begins anew.
      if (letter === 'R') return end(state);
      contents(p, layer, state, row, isOrig);
    };
  },
};

/** A header; other layers of the protocol are what packets have within. */
function isPacket(p: Packet, layer: number): boolean {
  return p.protocols[layer]!.name === 'quic' && (p.flags[layer]! & SHOWN) !== 0;
}

function letterOf(tap: Tap): string | null {
  const isVersion2 = tap.number(VERSION) === VERSION_2;
  const type = numberOf(tap, TYPES[isVersion2 ? 1 : 0]);
  return type === null ? null : ((isVersion2 ? LETTERS_2 : LETTERS)[type] ?? null);
}

function begun({ conn, time }: Seen, version: number): Connection {
  return {
    ...{ conn, time, version, initialDcid: null, clientScid: null, serverScid: null, serverName: null },
    ...{ protocol: null, history: '', shorts: [0, 0] },
  };
}

function readIds(row: Connection, tap: Tap, isOrig: boolean): void {
  const [dcid, scid] = ['quic.dcid', 'quic.scid'].map((field) => hexOf(tap.values(field)[0]));
  if (isOrig) {
    row.initialDcid ??= dcid!;
    row.clientScid = scid!;
  } else row.serverScid = scid!;
}

function hexOf(value: unknown): string {
  return value instanceof Uint8Array ? Buffer.from(value).toString('hex') : '';
}

function note(row: Connection, letter: string, isOrig: boolean): void {
  if (row.history.length < HISTORY_MAX) row.history += isOrig ? letter : letter.toLowerCase();
}

/** Noted at the 1st, 2nd, 4th, 8th … */
function countShort(row: Connection, isOrig: boolean): void {
  const count = ++row.shorts[isOrig ? 0 : 1];
  if ((count & (count - 1)) === 0) note(row, 'O', isOrig);
}

/** Those before RFC 9000 are numbered 0xff000000 and on. */
function draftOf(version: number): string {
  const isDraft = version >>> 8 === 0xff0000;
  return isDraft ? `draft-${version & 0xff}` : `unknown-${version.toString(16)}`;
}
