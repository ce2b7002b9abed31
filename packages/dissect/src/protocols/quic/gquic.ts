// Google QUIC before IETF QUIC (versions Q02x to Q046): public header, and tags of the cleartext handshake.
// https://docs.google.com/document/d/1WJvyZflAO2pq77yOLbp9NsGjC1CHetAXV8I0fQe-B_U and its companion on the crypto
// handshake.
import { ascii, uint as number, spells, u32 } from '../../core/bytes.ts';
import { bool, bytes, text, uint, uint64 } from '../../core/field.ts';
import type { Packet } from '../../core/packet.ts';
import { protocol } from '../../core/protocol.ts';
import type { Sink } from '../../core/sink.ts';
import { udpHeuristics } from '../../core/table.ts';

const HAS_VERSION = 0x01;
const IS_RESET = 0x02;
const HAS_NONCE = 0x04;
const HAS_CID = 0x08;
const CID_BYTES = 8;
/** Length of the connection ID by a 2-bit code, before Q033. */
const OLD_CID_BYTES = [0, 1, 4, 8] as const;
const VERSION_BYTES = 4;
const NONCE_BYTES = 32;
const HEADER_MIN = 13;
/** Q046 has the long header of RFC 8999, but both connection ID lengths in one byte. */
const Q046 = 0x51303436;
const PACKET_NUMBER_BYTES = [1, 2, 4, 6] as const;

const f = {
  flags: uint('gquic.puflags', 'Public Flags').hex(1),
  hasVersion: bool('gquic.puflags.version', 'Version').mask(HAS_VERSION),
  isReset: bool('gquic.puflags.reset', 'Reset').mask(IS_RESET),
  hasNonce: bool('gquic.puflags.nonce', 'Diversification nonce').mask(HAS_NONCE),
  hasCid: bool('gquic.puflags.cid', 'CID Length').mask(HAS_CID),
  oldCidLength: uint('gquic.puflags.cid.old', 'CID Length').mask(0x0c).hex(1),
  numberLength: uint('gquic.puflags.pkn', 'Packet Number Length').mask(0x30).hex(1),
  cid: uint64('gquic.cid', 'CID'),
  version: text('gquic.version', 'Version'),
  nonce: bytes('gquic.diversification_nonce', 'Diversification nonce'),
  packetNumber: uint64('gquic.packet_number', 'Packet Number'),
  payload: bytes('gquic.payload', 'Payload'),
  tag: text('gquic.tag', 'Tag'),
  tagNumber: uint('gquic.tag_number', 'Tag Number'),
  sni: text('gquic.tag.sni', 'Server Name Indication'),
  version2: text('gquic.tag.version', 'Version'),
  userAgent: text('gquic.tag.uaid', "Client's User Agent ID"),
};

interface State {
  /** Version, for example that of Q046; 0: unknown. */
  version: number;
  /** Direction in which the client sends; -1: unknown. */
  client: number;
}

const newState = (): State => ({ version: 0, client: -1 });

function isLongHeader(b: Uint8Array, at: number): boolean {
  return (b[at]! & 0x80) !== 0 && u32(b, at + 1) === Q046;
}

function matches(p: Packet): boolean {
  const { buf: b, at, end } = p;
  if (end - at < HEADER_MIN) return false;
  if (isLongHeader(b, at)) return true;
  if ((b[at]! & (HAS_VERSION | HAS_CID)) !== (HAS_VERSION | HAS_CID)) return false;
  return b[at + 9] === 0x51 && b[at + 10] === 0x30 && b[at + 11]! >= 0x32 && b[at + 11]! <= 0x34;
}

/** Offsets of the public header's parts; -1 if absent. */
interface Parts {
  cid: number;
  cidBytes: number;
  version: number;
  nonce: number;
  packetNumber: number;
  packetNumberBytes: number;
  payload: number;
}

function partsOf(b: Uint8Array, at: number, isFromServer: boolean, version: number): Parts {
  const flags = b[at]!;
  let i = at + 1;
  if (isLongHeader(b, at)) {
    // The byte after the version contains both connection ID lengths, minus 3, in four bits each (draft-13 §4.1).
    const lengths = b[at + 5]!;
    const dcid = lengths >> 4 === 0 ? 0 : (lengths >> 4) + 3;
    const scid = (lengths & 15) === 0 ? 0 : (lengths & 15) + 3;
    const place = at + 6 + dcid + scid;
    return {
      cid: dcid > 0 ? at + 6 : -1,
      cidBytes: dcid,
      version: at + 1,
      nonce: -1,
      packetNumber: place,
      packetNumberBytes: (flags & 3) + 1,
      payload: place + (flags & 3) + 1,
    };
  }
  const cidBytes =
    version !== 0 && version < 33 ? OLD_CID_BYTES[(flags >> 2) & 3]! : flags & HAS_CID ? CID_BYTES : 0;
  const cid = cidBytes > 0 ? i : -1;
  i += cidBytes;
  const versionAt = flags & HAS_VERSION ? i : -1;
  if (versionAt >= 0) i += VERSION_BYTES;
  const nonce = flags & HAS_NONCE && isFromServer && version >= 33 ? i : -1;
  if (nonce >= 0) i += NONCE_BYTES;
  const packetNumberBytes = PACKET_NUMBER_BYTES[(flags >> 4) & 3]!;
  return {
    cid,
    cidBytes,
    version: versionAt,
    nonce,
    packetNumber: i,
    packetNumberBytes,
    payload: i + packetNumberBytes,
  };
}

export const gquic = protocol({
  name: 'gquic',
  title: 'GQUIC (Google Quick UDP Internet Connections)',
  column: 'GQUIC',
  fields: f,
  heuristics: [[udpHeuristics, matches]],
  step(p) {
    const { buf: b, at, end, layer } = p;
    if (end - at < 2) return p.cut(2);
    const s = p.session.stateOf(p, 'gquic', newState);
    if (s.client < 0) s.client = p.direction;
    const isFromServer = p.direction !== s.client;
    const parts = partsOf(b, at, isFromServer, s.version);
    if (parts.version >= 0 && parts.version + 4 <= end) {
      const version = Number(ascii(b, parts.version + 1, parts.version + 4));
      if (version > 0) s.version = version;
    }
    p.mark[layer] = s.version | (isFromServer ? 0x100 : 0);
    p.at = end;
    return null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const stop = p.stop[layer]!;
    const parts = partsOf(b, start, (p.mark[layer]! & 0x100) !== 0, p.mark[layer]! & 0xff);
    out.open(f.flags, start, 1);
    const isOld = versionOf(p, layer) !== 0 && versionOf(p, layer) < 33;
    const middle = isOld ? [f.oldCidLength] : [f.hasNonce, f.hasCid];
    for (const flag of [f.hasVersion, f.isReset, ...middle, f.numberLength]) out.add(flag, start, 1);
    out.close();
    if (parts.cid >= 0) out.add(f.cid, parts.cid, parts.cidBytes, cidOf(p, layer, parts));
    if (parts.version >= 0) out.add(f.version, parts.version, VERSION_BYTES);
    if (parts.nonce >= 0) out.add(f.nonce, parts.nonce, NONCE_BYTES);
    if (parts.payload > stop) return;
    out.add(f.packetNumber, parts.packetNumber, parts.packetNumberBytes, BigInt(numberOf(p, layer, parts)));
    const tag = findHello(b, parts.payload, stop);
    if (tag < 0) out.add(f.payload, parts.payload, stop - parts.payload);
    else emitTags(out, b, tag, stop);
  },
  info(p, layer) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const stop = p.stop[layer]!;
    const parts = partsOf(b, start, (p.mark[layer]! & 0x100) !== 0, p.mark[layer]! & 0xff);
    const cid = parts.cid < 0 ? 0n : cidOf(p, layer, parts);
    if (!isLongHeader(b, start) && b[start]! & IS_RESET) return `Public Reset, CID: ${cid}`;
    const tag = findHello(b, parts.payload, stop);
    const what = tag < 0 ? 'Payload (Encrypted)' : (HELLOS[ascii(b, tag, tag + 4)] ?? 'Payload (Encrypted)');
    const text = parts.payload > stop ? what : `${what}, PKN: ${numberOf(p, layer, parts)}`;
    return cid === 0n ? text : `${text}, CID: ${cid}`;
  },
});

const HELLOS: Readonly<Record<string, string>> = {
  CHLO: 'Client Hello',
  REJ: 'Rejection',
  SHLO: 'Server Hello',
};

const versionOf = (p: Packet, layer: number): number => p.mark[layer]! & 0xff;

/** Integers are little-endian before Q039. */
function isLittleEndian(p: Packet, layer: number): boolean {
  return versionOf(p, layer) !== 0 && versionOf(p, layer) < 39;
}

function numberOf(p: Packet, layer: number, parts: Parts): number {
  return number(p.bufferOf(layer), parts.packetNumber, parts.packetNumberBytes, isLittleEndian(p, layer));
}

function cidOf(p: Packet, layer: number, parts: Parts): bigint {
  const b = p.bufferOf(layer);
  let value = 0n;
  for (let k = 0; k < parts.cidBytes; k++) {
    const at = isLittleEndian(p, layer) ? parts.cid + parts.cidBytes - 1 - k : parts.cid + k;
    value = (value << 8n) | BigInt(b[at] ?? 0);
  }
  return value;
}

/** Bytes after the packet number in which a handshake message may start, after a hash and a STREAM frame header. */
const HELLO_WITHIN = 40;

/** Offset of the tag of a cleartext handshake message; -1: none. */
function findHello(b: Uint8Array, at: number, end: number): number {
  for (let i = at; i < at + HELLO_WITHIN && i + 8 <= end; i++)
    if ((b[i] === 0x43 && spells(b, i, end, 'CHLO')) || (b[i] === 0x52 && spells(b, i, end, 'REJ\0')))
      return i;
  return -1;
}

/** Emits a tag, the number of pairs, and for each a tag and the end offset of its value (little-endian). */
function emitTags(out: Sink, b: Uint8Array, at: number, end: number): void {
  const count = b[at + 4]! | (b[at + 5]! << 8);
  out.add(f.tag, at, 4);
  out.add(f.tagNumber, at + 4, 2, count);
  const values = at + 8 + count * 8;
  let start = values;
  for (let n = 0, pair = at + 8; n < count && pair + 8 <= end; n++, pair += 8) {
    const stop = values + number(b, pair + 4, 4, true);
    if (stop > end || stop < start) return;
    if (spells(b, pair, end, 'SNI\0')) out.add(f.sni, start, stop - start);
    else if (spells(b, pair, end, 'VER\0')) out.add(f.version2, start, stop - start);
    else if (spells(b, pair, end, 'UAID')) out.add(f.userAgent, start, stop - start);
    start = stop;
  }
}
