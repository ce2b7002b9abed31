// Multipoint communication service (ITU-T T.125 §7) and conference control (T.124), the transport of RDP. The first two
// messages contain client and server settings ([MS-RDPBCGR] §2.2.1.3 and §2.2.1.4).
import { spells, u16, u16le, u32le } from '../../core/bytes.ts';
import { text, uint } from '../../core/field.ts';
import { LISTED, type Packet, SHOWN } from '../../core/packet.ts';
import { type Protocol, protocol } from '../../core/protocol.ts';
import type { Sink } from '../../core/sink.ts';
import { cotpHeuristics } from '../cotp.ts';
import { runSlowPath } from './rdp.ts';

/** T.125 §7: connect PDUs are in BER with application tags 101 to 104; others a CHOICE of 42 in PER. */
const CONNECT_TAG = 0x7f;
const CONNECT_INITIAL = 0x65;
const CONNECT_RESPONSE = 0x66;
const choices: Readonly<Record<number, string>> = {
  1: 'erectDomainRequest',
  8: 'disconnectProviderUltimatum',
  10: 'attachUserRequest',
  11: 'attachUserConfirm',
  14: 'channelJoinRequest',
  15: 'channelJoinConfirm',
  25: 'sendDataRequest',
  26: 'sendDataIndication',
};
const JOIN_REQUEST = 14;
const JOIN_CONFIRM = 15;
const SEND_REQUEST = 25;
const SEND_INDICATION = 26;

/** Marks of the layer: contains RDP data, and of which kind. */
const CLIENT_DATA = 1;
const SERVER_DATA = 2;
const SECURITY_EXCHANGE = 3;
const CLIENT_INFO = 4;
const LICENSE = 5;

/** Flags of the security header ([MS-RDPBCGR] §2.2.8.1.1.2.1). */
const EXCHANGE_FLAG = 0x0001;
const INFO_FLAG = 0x0040;
const LICENSE_FLAG = 0x0080;

/** User data blocks (§2.2.1.3.1): type, length, data. */
const CORE = 0xc001;
const NETWORK = 0xc003;
const SERVER_SECURITY = 0x0c02;
const BLOCKS_MAX = 32;

interface Talk {
  /** Client and server settings were exchanged; what follows is RDP. */
  isDesktop: boolean;
}

const f = {
  channel: uint('t125.channelId', 'channelId'),
  major: uint('rdp.version.major', 'versionMajor').le(),
  minor: uint('rdp.version.minor', 'versionMinor').le(),
  width: uint('rdp.desktop.width', 'desktopWidth').le(),
  height: uint('rdp.desktop.height', 'desktopHeight').le(),
  keyboard: uint('rdp.keyboardLayout', 'keyboardLayout').le(),
  build: uint('rdp.client.build', 'clientBuild').le(),
  name: text('rdp.client.name', 'clientName'),
  channels: uint('rdp.channelCount', 'channelCount').le(),
  method: uint('rdp.encryptionMethod', 'encryptionMethod').le().hex(4),
  level: uint('rdp.encryptionLevel', 'encryptionLevel').le().hex(4),
};

function isT125(p: Packet): boolean {
  const { buf: b, at, end } = p;
  if (at >= end) return false;
  if (b[at] === CONNECT_TAG) return b[at + 1]! >= CONNECT_INITIAL && b[at + 1]! <= 0x68 && end - at > 4;
  return choices[b[at]! >> 2] !== undefined;
}

/** Offset of the user data blocks, after T.124's client or server key and a length; -1: none. */
function blocksAt(b: Uint8Array, start: number, end: number, key: string): number {
  // The key follows 40 to 100 bytes of domain parameters.
  const last = Math.min(end - 8, start + 300);
  for (let i = start; i < last; i++)
    if (b[i] === key.charCodeAt(0) && spells(b, i, end, key)) return i + (b[i + 4]! & 0x80 ? 6 : 5);
  return -1;
}

export const t125: Protocol = protocol({
  name: 't125',
  title: 'MULTIPOINT-COMMUNICATION-SERVICE T.125',
  column: (p, layer) => (p.mark[layer] === 0 ? 'T.125' : 'RDP'),
  fields: f,
  heuristics: [[cotpHeuristics, isT125]],
  step(p) {
    const { buf: b, at: start, end } = p;
    if (!isT125(p)) return null;
    const { layer } = p;
    if (b[start] === CONNECT_TAG) connect(p, layer, start);
    else if (b[start]! >> 2 === SEND_REQUEST || b[start]! >> 2 === SEND_INDICATION) sendData(p, layer, start);
    p.at = end;
    return null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const end = p.stop[layer]!;
    const kind = p.mark[layer];
    if (kind === CLIENT_DATA) emitBlocks(b, blocksAt(b, start, end, 'Duca'), end, out);
    else if (kind === SERVER_DATA) emitBlocks(b, blocksAt(b, start, end, 'McDn'), end, out);
    else if (b[start] !== CONNECT_TAG && end - start >= 5 && channelAt(b, start) > 0)
      out.add(f.channel, channelAt(b, start), 2);
  },
  info(p, layer) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const summary = ['', 'ClientData', 'ServerData', 'SecurityExchange', 'ClientInfo', 'License'][
      p.mark[layer]!
    ];
    if (summary !== undefined && summary !== '') return summary;
    const choice = b[start]! >> 2;
    if (b[start] === CONNECT_TAG)
      return b[start + 1] === CONNECT_INITIAL ? 'connect-initial' : 'connect-response';
    const channel = channelAt(b, start);
    return `${choices[choice] ?? ''} ${channel > 0 && p.stop[layer]! >= channel + 2 ? u16(b, channel) : ''}`;
  },
});

/** Offset of the channel ID; 0 for PDUs without one. */
function channelAt(b: Uint8Array, start: number): number {
  switch (b[start]! >> 2) {
    case JOIN_REQUEST:
    case SEND_REQUEST:
    case SEND_INDICATION:
      return start + 3;
    case JOIN_CONFIRM:
      return start + 4;
    default:
      return 0;
  }
}

function connect(p: Packet, layer: number, start: number): void {
  const b = p.buf;
  const isClient = b[start + 1] === CONNECT_INITIAL;
  if (!isClient && b[start + 1] !== CONNECT_RESPONSE) return;
  if (blocksAt(b, start, p.end, isClient ? 'Duca' : 'McDn') < 0) return;
  p.session.stateOf(p, 'rdp', (): Talk => ({ isDesktop: false })).isDesktop = true;
  p.mark[layer] = isClient ? CLIENT_DATA : SERVER_DATA;
  p.push(t124, LISTED | SHOWN);
}

/** Send data PDUs (T.125 §7): initiator, channel, priority and segmentation, length, user data. */
function sendData(p: Packet, layer: number, start: number): void {
  const b = p.buf;
  const length = start + 6;
  if (p.session.knownState<Talk>(p, 'rdp')?.isDesktop !== true || p.end - start < 12) return;
  const content = length + (b[length]! & 0x80 ? 2 : 1);
  const flags = u16le(b, content);
  // A share control header begins with its length, a security header with flags.
  const isShare = flags === p.end - content;
  if (!isShare && flags & EXCHANGE_FLAG) p.mark[layer] = SECURITY_EXCHANGE;
  else if (!isShare && flags & INFO_FLAG) p.mark[layer] = CLIENT_INFO;
  else if (!isShare && flags & LICENSE_FLAG && u32le(b, content) === LICENSE_FLAG) {
    p.mark[layer] = LICENSE;
    p.at = content;
    runSlowPath(p);
  } else {
    p.at = content;
    runSlowPath(p);
  }
}

export const t124: Protocol = protocol({
  name: 't124',
  title: 'GENERIC-CONFERENCE-CONTROL T.124',
  step: () => null,
});

function emitBlocks(b: Uint8Array, start: number, end: number, out: Sink): void {
  let at = start;
  for (let i = 0; i < BLOCKS_MAX && at > 0 && at + 4 <= end; i++) {
    const type = u16le(b, at);
    const length = u16le(b, at + 2);
    if (length < 4) return;
    if (type === CORE) emitCore(b, at + 4, out);
    else if (type === NETWORK) out.add(f.channels, at + 4, 4);
    else if (type === SERVER_SECURITY) {
      out.add(f.method, at + 4, 4);
      out.add(f.level, at + 8, 4);
    }
    at += length;
  }
}

const NAME_BYTES = 32;
/** Client core data, §2.2.1.3.2. */
function emitCore(b: Uint8Array, at: number, out: Sink): void {
  out.add(f.minor, at, 2);
  out.add(f.major, at + 2, 2);
  out.add(f.width, at + 4, 2);
  out.add(f.height, at + 6, 2);
  out.add(f.keyboard, at + 12, 4);
  out.add(f.build, at + 16, 4);
  let name = '';
  for (let i = at + 20; i < at + 20 + NAME_BYTES; i += 2) {
    const c = u16le(b, i);
    if (c === 0) break;
    name += String.fromCharCode(c);
  }
  out.add(f.name, at + 20, NAME_BYTES, name);
}
