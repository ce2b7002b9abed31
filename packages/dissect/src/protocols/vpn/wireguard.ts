// WireGuard (https://www.wireguard.com/papers/wireguard.pdf §5.4). Numbers are little-endian.
import { u32le, u64le } from '../../core/bytes.ts';
import { bool, bytes, none, text, uint, uint64 } from '../../core/field.ts';
import type { Packet } from '../../core/packet.ts';
import { protocol, REJECTED } from '../../core/protocol.ts';
import { udpHeuristics } from '../../core/table.ts';
import { ip } from '../ip.ts';
import { ipv6 } from '../ipv6.ts';
import { type Opened, openMessage } from './wireguard-sessions.ts';

const INITIATION = 1;
const RESPONSE = 2;
const COOKIE_REPLY = 3;
const DATA = 4;
/** Length of a message by type; a data message has at least header and tag. */
const LENGTHS = [0, 148, 92, 64, 32] as const;
const DATA_HEADER = 16;
const TAG_BYTES = 16;

const f = {
  type: uint('wg.type', 'Type')
    .at(0, 1)
    .named({ 1: 'Handshake Initiation', 2: 'Handshake Response', 3: 'Cookie Reply', 4: 'Transport Data' }),
  reserved: bytes('wg.reserved', 'Reserved').at(1, 3),
  sender: uint('wg.sender', 'Sender').hex(4),
  receiver: uint('wg.receiver', 'Receiver').hex(4),
  ephemeral: text('wg.ephemeral', 'Ephemeral'),
  encryptedStatic: none('wg.encrypted_static', 'Encrypted Static'),
  encryptedTimestamp: none('wg.encrypted_timestamp', 'Encrypted Timestamp'),
  encryptedEmpty: none('wg.encrypted_empty', 'Encrypted Empty'),
  mac1: bytes('wg.mac1', 'mac1'),
  mac2: bytes('wg.mac2', 'mac2'),
  nonce: bytes('wg.nonce', 'Nonce'),
  cookie: bytes('wg.encrypted_cookie', 'Encrypted Cookie'),
  counter: uint64('wg.counter', 'Counter'),
  packet: none('wg.encrypted_packet', 'Encrypted Packet'),
  staticKey: text('wg.static', 'Static Public Key'),
  handshakeOk: bool('wg.handshake_ok', 'Handshake decryption successful'),
  keepalive: none('wg.keepalive', 'This is a Keepalive message'),
};

/** Whether type, length and the three reserved bytes match; the latter are zero, except in some implementations. */
function matches(p: Packet): boolean {
  const { buf: b, at } = p;
  const type = b[at]!;
  if (p.end - at < 8 || type < INITIATION || type > DATA) return false;
  if (type <= RESPONSE) return p.wireLeft === LENGTHS[type];
  if (b[at + 1] !== 0 || b[at + 2] !== 0 || b[at + 3] !== 0) return false;
  return type === DATA ? p.wireLeft >= LENGTHS[DATA] : p.wireLeft === LENGTHS[type];
}

export const wireguard = protocol({
  name: 'wg',
  title: 'WireGuard Protocol',
  column: 'WireGuard',
  fields: f,
  heuristics: [[udpHeuristics, matches]],
  step(p) {
    if (p.end - p.at < 8) return p.cut(8);
    const length = LENGTHS[p.buf[p.at]!];
    if (length === undefined || length === 0) return REJECTED;
    if (p.end - p.at < length) return p.cut(length);
    const opened = openMessage(p);
    p.notes[p.layer] = opened;
    p.at = p.end;
    if (opened?.packet != null) callCarried(p, opened.packet);
    return null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const at = p.start[layer]!;
    const opened = p.notes[layer] as Opened | null;
    out.fixed(f.type);
    out.fixed(f.reserved);
    switch (b[at]) {
      case INITIATION:
        out.add(f.sender, at + 4, 4, u32le(b, at + 4));
        out.add(f.ephemeral, at + 8, 32, base64(b, at + 8, at + 40));
        out.add(f.encryptedStatic, at + 40, 48);
        if (opened?.staticKey != null) out.add(f.staticKey, at + 40, 48, base64(opened.staticKey, 0, 32));
        out.add(f.encryptedTimestamp, at + 88, 28);
        out.add(f.mac1, at + 116, 16);
        out.add(f.mac2, at + 132, 16);
        break;
      case RESPONSE:
        out.add(f.sender, at + 4, 4, u32le(b, at + 4));
        out.add(f.receiver, at + 8, 4, u32le(b, at + 8));
        out.add(f.ephemeral, at + 12, 32, base64(b, at + 12, at + 44));
        out.add(f.encryptedEmpty, at + 44, 16);
        if (opened !== null) out.add(f.handshakeOk, at + 44, 16, opened.isOpen);
        out.add(f.mac1, at + 60, 16);
        out.add(f.mac2, at + 76, 16);
        break;
      case COOKIE_REPLY:
        out.add(f.receiver, at + 4, 4, u32le(b, at + 4));
        out.add(f.nonce, at + 8, 24);
        out.add(f.cookie, at + 32, 32);
        break;
      case DATA:
        out.add(f.receiver, at + 4, 4, u32le(b, at + 4));
        out.add(f.counter, at + 8, 8, u64le(b, at + 8));
        out.add(f.packet, at + DATA_HEADER, p.stop[layer]! - at - DATA_HEADER);
        if (dataLength(p, layer) === 0) out.add(f.keepalive, at, 0);
        break;
    }
  },
  info(p, layer) {
    const b = p.bufferOf(layer);
    const at = p.start[layer]!;
    const id = (offset: number): string =>
      `0x${u32le(b, at + offset)
        .toString(16)
        .toUpperCase()
        .padStart(8, '0')}`;
    switch (b[at]) {
      case INITIATION:
        return `Handshake Initiation, sender=${id(4)}`;
      case RESPONSE:
        return `Handshake Response, sender=${id(4)}, receiver=${id(8)}`;
      case COOKIE_REPLY:
        return `Cookie Reply, receiver=${id(4)}`;
      default: {
        const length = dataLength(p, layer);
        const what = length === 0 ? 'Keepalive' : 'Transport Data';
        return `${what}, receiver=${id(4)}, counter=${u64le(b, at + 8)}${length === 0 ? '' : `, datalen=${length}`}`;
      }
    }
  },
});

/** A packet of the tunnel; what is behind its end is padding (§5.4.6). */
function callCarried(p: Packet, packet: Uint8Array): void {
  const made = packet[0]! >> 4 === 6 ? ipv6 : ip;
  p.callIn('Decrypted Packet', made, packet, 0, packet.length);
}

/** Payload length of a data message; one with only a tag is a keepalive (§5.4.6). */
function dataLength(p: Packet, layer: number): number {
  return p.stop[layer]! - p.start[layer]! - DATA_HEADER - TAG_BYTES;
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** Keys are shown in base64 (RFC 4648 §4). */
function base64(b: Uint8Array, at: number, end: number): string {
  let out = '';
  for (let i = at; i < end; i += 3) {
    const bits = (b[i]! << 16) | (i + 1 < end ? b[i + 1]! << 8 : 0) | (i + 2 < end ? b[i + 2]! : 0);
    out += ALPHABET[bits >> 18]! + ALPHABET[(bits >> 12) & 63]!;
    out += i + 1 < end ? ALPHABET[(bits >> 6) & 63]! : '=';
    out += i + 2 < end ? ALPHABET[bits & 63]! : '=';
  }
  return out;
}
