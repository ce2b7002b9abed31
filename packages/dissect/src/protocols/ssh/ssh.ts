// SSH transport (RFC 4253), versions 2 and 1: banners and cleartext key exchange; encrypted packets are not decrypted.
import { u32 } from '../../core/bytes.ts';
import { MORE_SEGMENT, type Packet } from '../../core/packet.ts';
import { type Protocol, protocol } from '../../core/protocol.ts';
import { sctpPayloads, sctpPorts, tcpHeuristics, tcpPorts } from '../../core/table.ts';
import { emitSsh, sshInfo } from './emit.ts';
import { f } from './fields.ts';
import {
  agreedExchange,
  bannerVersion,
  isServers,
  KEXINIT,
  kexList,
  NEWKEYS,
  type SshState,
  sshState,
} from './state.ts';

/** Kinds of parts of the stream. */
export const BANNER = 0;
export const PACKET = 1;
export const PACKET1 = 2;
export const ENCRYPTED = 3;
export const ENCRYPTED1 = 4;

/** A dissected part: kind, range, and the kind of key exchange it belongs to. */
export interface Part {
  readonly kind: number;
  readonly at: number;
  readonly end: number;
  readonly exchange: number;
  /** Number of a packet of version 2 (RFC 4253 §6.4); else 0. */
  readonly sequence: number;
}

/** Marks of a layer: version for the column, sender, and whether a part was dissected. */
const VERSION_MASK = 3;
export const FROM_SERVER = 4;
export const IS_READ = 8;

/** RFC 4253 §6.1: implementations need not accept longer packets. */
const PACKET_BYTES_MAX = 0xffff;
const LINE_FEED = 0x0a;

export const ssh: Protocol = protocol({
  name: 'ssh',
  title: 'SSH Protocol',
  fields: f,
  on: [
    [tcpPorts, 22, 29418],
    [sctpPorts, 22],
    [sctpPayloads, 45],
  ],
  heuristics: [
    [
      tcpHeuristics,
      (p) => beginsBanner(p.buf, p.at, p.end) && (p.buf[p.at + 4] === 0x31 || p.buf[p.at + 4] === 0x32),
    ],
  ],
  column: (p, layer) => {
    const mark = p.mark[layer]!;
    if ((mark & IS_READ) === 0) return null;
    return COLUMNS[mark & VERSION_MASK]!;
  },
  step(p) {
    const s = sshState(p);
    const side = isServers(p) ? 1 : 0;
    const { layer } = p;
    let mark = s.version | (side === 1 ? FROM_SERVER : 0);
    p.mark[layer] = mark;
    while (p.at < p.end) {
      const stop = readPart(p, s, side);
      if (stop < 0) break;
      mark |= IS_READ;
      p.mark[layer] = mark;
      if (stop > p.end) {
        p.at = p.end;
        return p.end < p.wireEnd ? p.cut(1) : null;
      }
      p.at = stop;
    }
    return null;
  },
  emit: emitSsh,
  info: sshInfo,
  // The sender, where one is named, stands before all.
  joinInfo: (before, info) =>
    /^(?:Client|Server): /.test(info)
      ? `${info.slice(0, SENDER)}${before}, ${info.slice(SENDER)}`
      : before + info,
});

/** Characters of `Client: ` and `Server: `. */
const SENDER = 8;

const COLUMNS = ['SSH', 'SSHv1', 'SSHv2', 'SSHv2'];

/** Whether an identification string begins here (RFC 4253 §4.2), ignoring case. */
function beginsBanner(b: Uint8Array, at: number, end: number): boolean {
  return (
    end - at >= 5 &&
    (b[at]! | 32) === 0x73 &&
    (b[at + 1]! | 32) === 0x73 &&
    (b[at + 2]! | 32) === 0x68 &&
    b[at + 3] === 0x2d
  );
}

/** Dissects the part at the cursor; returns its end, or -1 if more of the stream is needed. */
function readPart(p: Packet, s: SshState, side: 0 | 1): number {
  if (!s.hasBanner[side] && beginsBanner(p.buf, p.at, p.end)) return readBanner(p, s, side);
  if (s.version === 0 || s.isEncrypted[side]) return readEncrypted(p);
  return s.version === 1 ? readPacket1(p, s, side) : readPacket(p, s, side);
}

function readBanner(p: Packet, s: SshState, side: 0 | 1): number {
  const b = p.buf;
  const feed = b.indexOf(LINE_FEED, p.at);
  if ((feed < 0 || feed >= p.end) && p.askMore(MORE_SEGMENT)) return -1;
  const end = feed < 0 || feed >= p.end ? p.end : feed + 1;
  s.hasBanner[side] = true;
  if (side === 0) s.version = bannerVersion(b, p.at, end);
  note(p, BANNER, p.at, end, 0);
  return end;
}

/** Consumes the rest of the segment: boundaries of encrypted packets are unknown. */
function readEncrypted(p: Packet): number {
  // No note is needed in a layer without notes, which is encrypted as a whole.
  if (p.notes[p.layer] !== null) note(p, ENCRYPTED, p.at, p.end, 0);
  return p.end;
}

/** Binary packet of version 2 (RFC 4253 §6): length, padding length, payload, padding; a MAC only if encrypted. */
function readPacket(p: Packet, s: SshState, side: 0 | 1): number {
  const b = p.buf;
  const { at, end } = p;
  if (end - at < 4) return p.askMore(4) ? -1 : end + 1;
  const length = u32(b, at);
  if (length > PACKET_BYTES_MAX) return readEncrypted(p);
  const stop = at + 4 + length;
  if (stop > end && p.askMore(4 + length)) return -1;
  const code = at + 5 < end ? b[at + 5]! : 0;
  if (code === KEXINIT) takeKexInit(s, side, kexList(b, at + 5, Math.min(end, stop)));
  else if (code === NEWKEYS) s.isEncrypted[side] = true;
  note(p, PACKET, at, Math.min(end, stop), s.exchange, s.packets[side]++);
  return stop;
}

function takeKexInit(s: SshState, side: 0 | 1, list: string): void {
  s.offers[side] = list;
  if (s.offers[0] !== '' && s.offers[1] !== '') s.exchange = agreedExchange(s.offers[0], s.offers[1]);
}

/** Packet of version 1: length, one to eight bytes of padding, type, data, checksum. */
function readPacket1(p: Packet, s: SshState, side: 0 | 1): number {
  const { at, end } = p;
  if (end - at < 4) return p.askMore(4) ? -1 : end + 1;
  const length = u32(p.buf, at);
  if (length > PACKET_BYTES_MAX) return readEncrypted(p);
  const stop = at + 4 + 8 - (length % 8) + length;
  if (stop > end && p.askMore(stop - at)) return -1;
  note(p, s.packets[side]++ === 0 ? PACKET1 : ENCRYPTED1, at, Math.min(end, stop), 0);
  return stop;
}

function note(p: Packet, kind: number, at: number, end: number, exchange: number, sequence = 0): void {
  const { layer } = p;
  const parts = (p.notes[layer] as Part[] | null) ?? [];
  parts.push({ kind, at, end, exchange, sequence });
  p.notes[layer] = parts;
}
