// BitTorrent peer wire protocol over TCP (BEP 3, extensions of BEP 6 and BEP 10), including Azureus messages.
import { ascii, spells, u32 } from '../../core/bytes.ts';
import { bytes, none, text, uint } from '../../core/field.ts';
import { LISTED, type Packet } from '../../core/packet.ts';
import { protocol } from '../../core/protocol.ts';
import type { Sink } from '../../core/sink.ts';
import { tcpHeuristics, tcpPorts } from '../../core/table.ts';
import { bencode } from './bencode.ts';
import { joinedInfo } from './joined.ts';

const HEADER = 4;
const NAME = 'BitTorrent protocol';
/** Handshake: protocol name with its length, reserved bytes, info hash, peer id. */
const HANDSHAKE = 1 + 19 + 8 + 20 + 20;
/** A longer length means that the segment starts in the middle of a message. */
const LENGTH_MAX = 0x1000000;
const CHOKE = 0;
const HAVE = 4;
const BITFIELD = 5;
const REQUEST = 6;
const PIECE = 7;
const CANCEL = 8;
const PORT = 9;
const EXTENDED = 20;
/** Length, type, and extended message id. */
const EXTENDED_HEADER = HEADER + 2;

const names: Readonly<Record<number, string>> = {
  0: 'Choke',
  1: 'Unchoke',
  2: 'Interested',
  3: 'Not Interested',
  4: 'Have',
  5: 'Bitfield',
  6: 'Request',
  7: 'Piece',
  8: 'Cancel',
  9: 'Port',
  13: 'Suggest Piece',
  14: 'Have All',
  15: 'Have None',
  16: 'Reject Request',
  17: 'Allowed Fast',
  20: 'Extended',
};

/** Azureus sends the type as text, preceded by its length and followed by a priority. */
const azureusNames: Readonly<Record<string, string>> = {
  BT_KEEP_ALIVE: 'Keepalive',
  BT_CHOKE: 'Choke',
  BT_UNCHOKE: 'Unchoke',
  BT_INTERESTED: 'Interested',
  BT_UNINTERESTED: 'Not Interested',
  BT_HAVE: 'Have',
  BT_BITFIELD: 'Bitfield',
  BT_REQUEST: 'Request',
  BT_PIECE: 'Piece',
  BT_CANCEL: 'Cancel',
  AZ_HANDSHAKE: 'Azureus Handshake',
  BT_HANDSHAKE: 'Azureus BitTorrent Handshake',
  AZ_PEER_EXCHANGE: 'Azureus Peer Exchange',
  JPC_HELLO: 'Azureus PeerCache Hello',
  JPC_REPLY: 'Azureus PeerCache Reply',
};
/** Length of the longest type name. */
const AZUREUS_MAX = 16;

const f = {
  nameLength: uint('bittorrent.protocol.name.length', 'Protocol Name Length'),
  name: text('bittorrent.protocol.name', 'Protocol Name'),
  reserved: bytes('bittorrent.reserved', 'Reserved Extension Bytes'),
  infoHash: bytes('bittorrent.info_hash', 'SHA1 Hash of info dictionary'),
  peerId: bytes('bittorrent.peer_id', 'Peer ID'),
  msg: none('bittorrent.msg', 'Message'),
  length: uint('bittorrent.msg.length', 'Message Length'),
  type: uint('bittorrent.msg.type', 'Message Type').named(names),
  azureus: none('bittorrent.azureus_msg', 'Azureus Message'),
  typeLength: uint('bittorrent.msg.typelen', 'Message Type Length'),
  typeText: text('bittorrent.msg.aztype', 'Message Type'),
  priority: uint('bittorrent.msg.prio', 'Message Priority').named({ 0: 'Low', 1: 'Normal', 2: 'High' }),
  bitfield: bytes('bittorrent.msg.bitfield', 'Bitfield data'),
  index: uint('bittorrent.piece.index', 'Piece index').hex(4),
  begin: uint('bittorrent.piece.begin', 'Begin offset of piece').hex(4),
  pieceLength: uint('bittorrent.piece.length', 'Piece Length').hex(4),
  data: bytes('bittorrent.piece.data', 'Data in a piece'),
  port: uint('bittorrent.port', 'Port'),
  extended: bytes('bittorrent.extended', 'Extended Message'),
  continuous: bytes('bittorrent.continuous_data', 'Extended Message'),
};

function isHandshake(b: Uint8Array, at: number, end: number): boolean {
  return b[at] === NAME.length && spells(b, at + 1, end, NAME);
}

function isMessage(b: Uint8Array, at: number, end: number): boolean {
  if (end - at <= HEADER) return false;
  const type = b[at + HEADER]!;
  return names[type] !== undefined && u32(b, at) < LENGTH_MAX;
}

export const bittorrent = protocol({
  name: 'bittorrent',
  title: 'BitTorrent',
  column: 'BitTorrent',
  fields: f,
  on: [[tcpPorts, 6881, 6882, 6883, 6884, 6885, 6886, 6887, 6888, 6889]],
  heuristics: [[tcpHeuristics, (p) => isHandshake(p.buf, p.at, p.end)]],
  framing: {
    header: HEADER,
    length(p) {
      const { buf: b, at, end } = p;
      if (isHandshake(b, at, end)) return HANDSHAKE;
      const length = u32(b, at);
      if (length === 0) return HEADER;
      // An unknown type means the middle of a message whose beginning was not captured.
      return isMessage(b, at, end) ? HEADER + length : end - at;
    },
  },
  step(p) {
    const { buf: b, at, end } = p;
    if (!isHandshake(b, at, end) && isMessage(b, at, end)) {
      if (b[at + HEADER] === EXTENDED && end - at > EXTENDED_HEADER)
        callBencode(p, at + EXTENDED_HEADER, end);
      else if (b[at + HEADER] === CHOKE && end - at > HEADER + 1) callAzureus(p);
    }
    p.at = end;
    return null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const end = p.stop[layer]!;
    if (isHandshake(b, start, end)) emitHandshake(start, end, out);
    else if (end - start === HEADER) out.add(f.length, start, HEADER);
    else if (!isMessage(b, start, end)) out.add(f.continuous, start, end - start);
    else emitMessage(b, start, end, out);
  },
  info: (p, layer) => `${joinedInfo(p, layer, '  ', messageInfo)}  `,
});

/** Only the first message of a segment is listed in frame.protocols. */
function callBencode(p: Packet, at: number, end: number): void {
  const { layer } = p;
  p.call(bencode, at, end);
  if (p.flags[layer]! & LISTED) return;
  for (let inner = layer + 1; inner < p.count; inner++) p.flags[inner]! &= ~LISTED;
}

/** Azureus handshake and peer exchange are bencoded. */
function callAzureus(p: Packet): void {
  const type = azureusType(p.buf, p.at, p.end);
  if (!type.startsWith('AZ_')) return;
  const at = p.at + HEADER + 4 + type.length + 1;
  if (at < p.end) callBencode(p, at, p.end);
}

function emitHandshake(start: number, end: number, out: Sink): void {
  out.add(f.nameLength, start, 1);
  out.add(f.name, start + 1, 19);
  if (end - start < HANDSHAKE) return;
  out.add(f.reserved, start + 20, 8);
  out.add(f.infoHash, start + 28, 20);
  out.add(f.peerId, start + 48, 20);
}

/** Azureus type name, or '' for a standard message. */
function azureusType(b: Uint8Array, at: number, end: number): string {
  const length = u32(b, at);
  if (b[at + HEADER] !== CHOKE || length <= 4 || end - at < HEADER + 4) return '';
  const typeLength = u32(b, at + HEADER);
  if (typeLength > AZUREUS_MAX || at + HEADER + 4 + typeLength + 1 > end) return '';
  const type = ascii(b, at + HEADER + 4, at + HEADER + 4 + typeLength);
  return azureusNames[type] === undefined ? '' : type;
}

function emitMessage(b: Uint8Array, start: number, end: number, out: Sink): void {
  const azureus = azureusType(b, start, end);
  const length = u32(b, start);
  out.open(azureus === '' ? f.msg : f.azureus, start, end - start);
  out.note(azureus === '' ? `: Len:${length}, ${names[b[start + HEADER]!]}` : `: ${azureusNames[azureus]}`);
  out.add(f.length, start, HEADER);
  const at = start + HEADER;
  if (azureus !== '') {
    out.add(f.typeLength, at, 4);
    out.add(f.typeText, at + 4, azureus.length);
    out.add(f.priority, at + 4 + azureus.length, 1);
  } else {
    out.add(f.type, at, 1);
    emitBody(b[at]!, at + 1, end, out);
  }
  out.close();
}

function emitBody(type: number, at: number, end: number, out: Sink): void {
  const left = end - at;
  if (left === 0) return;
  if (type === BITFIELD) out.add(f.bitfield, at, left);
  else if (type === EXTENDED) out.add(f.extended, at, left);
  else if (type === PORT && left >= 2) out.add(f.port, at, 2);
  if ((type !== HAVE && type !== REQUEST && type !== PIECE && type !== CANCEL) || left < 4) return;
  out.add(f.index, at, 4);
  if (type === HAVE || left < 8) return;
  out.add(f.begin, at + 4, 4);
  if (type === PIECE) out.add(f.data, at + 8, left - 8);
  else if (left >= 12) out.add(f.pieceLength, at + 8, 4);
}

const hex = (b: Uint8Array, at: number): string => `0x${u32(b, at).toString(16)}`;

function messageInfo(p: Packet, layer: number): string {
  const b = p.bufferOf(layer);
  const start = p.start[layer]!;
  const end = p.stop[layer]!;
  if (isHandshake(b, start, end)) return 'Handshake';
  if (end - start === HEADER) return 'BitTorrent ';
  if (!isMessage(b, start, end)) return end - start < HEADER ? 'BitTorrent ' : 'Continuation data';
  const azureus = azureusType(b, start, end);
  if (azureus !== '') return azureusNames[azureus]!;
  const type = b[start + HEADER]!;
  const name = names[type]!;
  const at = start + HEADER + 1;
  const left = end - at;
  if (type === BITFIELD) return `${name}, Len:0x${left.toString(16)}`;
  if (type === HAVE && left >= 4) return `${name}, Piece (Idx:${hex(b, at)})`;
  if (type === PIECE && left >= 8)
    return `${name}, Idx:${hex(b, at)},Begin:${hex(b, at + 4)},Len:0x${(left - 8).toString(16)}`;
  if ((type === REQUEST || type === CANCEL) && left >= 12)
    return `${name}, Piece (Idx:${hex(b, at)},Begin:${hex(b, at + 4)},Len:${hex(b, at + 8)})`;
  return name;
}
