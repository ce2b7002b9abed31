// DTLS handshake messages (RFC 6347 §4.2.2) and their reassembly from fragments.
import { u16, u24 } from '../../core/bytes.ts';
import { NESTED, type Packet } from '../../core/packet.ts';
import type { Protocol } from '../../core/protocol.ts';
import { cover } from '../../flows/fragments.ts';
import type { DtlsSession, Fragmented } from './dtls-record.ts';
import { ENCRYPTED, FIRST, LAST, notesOf, packVersions, readContents, WHOLE } from './handshake.ts';
import { handshakeTypeNames } from './names.ts';
import {
  CLIENT_HELLO,
  findConnectionId,
  newVersion,
  SERVER_HELLO,
  serverHelloCipher,
  serverHelloVersion,
} from './session.ts';

export const MESSAGE_HEADER = 12;
/** Reassembly limits per direction: concurrent messages, and bytes per message. */
const FRAGMENTED_MAX = 8;
const MESSAGE_BYTES_MAX = 1 << 18;

/** Reads the messages of a handshake record with body [at, end). `bare` is the protocol of a message's own layer. */
export function readDtlsHandshake(
  p: Packet,
  s: DtlsSession,
  layer: number,
  at: number,
  end: number,
  bare: Protocol,
): void {
  const notes = notesOf(p, layer);
  notes.carrier = 'd';
  const b = p.buf;
  const note = (kind: number, stop: number, type: number): void => {
    notes.pieces.push({ kind, at, end: stop, type, whole: null, version: s.version });
  };
  while (at < end) {
    const stop = at + MESSAGE_HEADER <= end ? at + MESSAGE_HEADER + u24(b, at + 9) : end + 1;
    const type = b[at]!;
    if (
      stop > end ||
      handshakeTypeNames[type] === undefined ||
      u24(b, at + 6) + u24(b, at + 9) > u24(b, at + 1)
    ) {
      note(ENCRYPTED, end, type);
      break;
    }
    if (u24(b, at + 9) === u24(b, at + 1)) {
      readMessage(p, s, type, at + MESSAGE_HEADER, stop);
      note(WHOLE, stop, type);
    } else {
      const whole = addFragment(s.fragmented[p.direction as 0 | 1], b, at);
      if (whole !== null) readWhole(p, s, b, at, whole, bare);
      note(whole === null ? FIRST : LAST, stop, type);
    }
    at = stop;
  }
  notes.cipher = s.cipher;
}

/** The body of the message, when this fragment completes it. */
function addFragment(list: Fragmented[], b: Uint8Array, at: number): Uint8Array | null {
  const length = u24(b, at + 1);
  const seq = u16(b, at + 4);
  if (length > MESSAGE_BYTES_MAX) return null;
  let i = list.findIndex((message) => message.seq === seq && message.bytes.length === length);
  if (i < 0) {
    if (list.length === FRAGMENTED_MAX) list.shift();
    i = list.push({ seq, bytes: new Uint8Array(length), ranges: [] }) - 1;
  }
  const message = list[i]!;
  const offset = u24(b, at + 6);
  const count = u24(b, at + 9);
  message.bytes.set(b.subarray(at + MESSAGE_HEADER, at + MESSAGE_HEADER + count), offset);
  cover(message.ranges, offset, offset + count);
  if (message.ranges[0] !== 0 || message.ranges[1] !== length) return null;
  list.splice(i, 1);
  return message.bytes;
}

/** A reassembled message becomes a layer, as if it had been sent whole (RFC 6347 §4.2.6 hashes it so too). */
function readWhole(
  p: Packet,
  s: DtlsSession,
  b: Uint8Array,
  at: number,
  body: Uint8Array,
  bare: Protocol,
): void {
  const whole = new Uint8Array(MESSAGE_HEADER + body.length);
  whole.set(b.subarray(at, at + 6));
  whole.set(b.subarray(at + 1, at + 4), 9);
  whole.set(body, MESSAGE_HEADER);
  p.within('Reassembled DTLS', whole, 0, whole.length, whole.length, () => {
    const before = s.version;
    if (!p.push(bare, NESTED)) return;
    const { layer } = p;
    const notes = notesOf(p, layer);
    notes.isBare = true;
    notes.carrier = 'd';
    readMessage(p, s, whole[0]!, MESSAGE_HEADER, whole.length);
    notes.cipher = s.cipher;
    p.mark[layer] = packVersions(before & 0x7fff, s.version);
  });
}

function readMessage(p: Packet, s: DtlsSession, type: number, at: number, end: number): void {
  const b = p.buf;
  if (type === SERVER_HELLO) {
    s.version = newVersion(s.version, serverHelloVersion(b, at, end), true);
    s.cipher = serverHelloCipher(b, at, end);
  }
  // RFC 9146 §3: each side announces the connection ID for records sent to it.
  if (type === CLIENT_HELLO || type === SERVER_HELLO)
    s.cidLength[(1 - p.direction) as 0 | 1] = findConnectionId(b, at, end, type === CLIENT_HELLO);
  readContents(p, type, at, end, s.version);
}
