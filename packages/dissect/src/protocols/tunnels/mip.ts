// Mobile IPv4: registration (RFC 5944 §3), revocation (RFC 3543) and NAT traversal (RFC 3519).
import { u32 } from '../../core/bytes.ts';
import { data } from '../../core/data.ts';
import { bool, bytes, ipv4, text, time, uint } from '../../core/field.ts';
import { COLUMN } from '../../core/packet.ts';
import { protocol, REJECTED } from '../../core/protocol.ts';
import type { Sink } from '../../core/sink.ts';
import { ipProtocols, udpPorts } from '../../core/table.ts';
import { ipv4Address } from '../../core/text.ts';
import { ntpTime } from '../ntp.ts';

const PORT = 434;
const REQUEST = 1;
const REPLY = 3;
const TUNNEL = 4;
const REVOCATION = 7;
const REVOKED = 15;

const typeNames: Readonly<Record<number, string>> = {
  1: 'Registration Request',
  3: 'Registration Reply',
  4: 'NAT Traversal Tunnel Data',
  7: 'Registration Revocation',
  15: 'Registration Revocation Acknowledgement',
};
/** Length before the extensions, by message type. */
const sizes: Readonly<Record<number, number>> = { 1: 24, 3: 20, 4: 4, 7: 20, 15: 12 };

const codes = {
  0: 'Reg Accepted',
  1: 'Reg Accepted, but Simultaneous Bindings Unsupported',
  64: 'Reg Deny (FA)- Unspecified Reason',
  65: 'Reg Deny (FA)- Administratively Prohibited',
  66: 'Reg Deny (FA)- Insufficient Resources',
  67: 'Reg Deny (FA)- MN Failed Authentication',
  68: 'Reg Deny (FA)- HA Failed Authentication',
  69: 'Reg Deny (FA)- Requested Lifetime too Long',
  70: 'Reg Deny (FA)- Poorly Formed Request',
  71: 'Reg Deny (FA)- Poorly Formed Reply',
  128: 'Reg Deny (HA)- Unspecified',
  129: 'Reg Deny (HA)- Administratively Prohibited',
  130: 'Reg Deny (HA)- Insufficient Resources',
  131: 'Reg Deny (HA)- MN Failed Authentication',
  132: 'Reg Deny (HA)- FA Failed Authentication',
  133: 'Reg Deny (HA)- Registration ID Mismatch',
  134: 'Reg Deny (HA)- Poorly Formed Request',
  135: 'Reg Deny (HA)- Too Many Simultaneous Bindings',
  136: 'Reg Deny (HA)- Unknown HA Address',
};

const f = {
  type: uint('mip.type', 'Message Type').at(0, 1).named(typeNames),
  flags: uint('mip.flags', 'Flags').hex(1),
  simultaneous: bool('mip.s', 'Simultaneous Bindings').mask(0x80),
  broadcasts: bool('mip.b', 'Broadcast Datagrams').mask(0x40),
  colocated: bool('mip.d', 'Co-located Care-of Address').mask(0x20),
  minimal: bool('mip.m', 'Minimal Encapsulation').mask(0x10),
  gre: bool('mip.g', 'GRE').mask(0x08),
  reverse: bool('mip.t', 'Reverse Tunneling').mask(0x02),
  code: uint('mip.code', 'Reply Code').named(codes),
  lifetime: uint('mip.life', 'Lifetime'),
  home: ipv4('mip.homeaddr', 'Home Address'),
  agent: ipv4('mip.haaddr', 'Home Agent'),
  careOf: ipv4('mip.coa', 'Care of Address'),
  identification: time('mip.ident', 'Identification'),
  next: uint('mip.nattt.nexthdr', 'NATTT NextHeader').named({
    4: 'IP Header',
    47: 'GRE Header',
    55: 'Minimal IP Encapsulation Header',
  }),
  homeDomain: ipv4('mip.rev.hda', 'Home Domain Address'),
  foreignDomain: ipv4('mip.rev.fda', 'Foreign Domain Address'),
  revocation: uint('mip.revid', 'Revocation Identifier'),
  extension: uint('mip.ext.type', 'Extension Type').named({
    32: 'Mobile-Home Authentication Extension',
    33: 'Mobile-Foreign Authentication Extension',
    34: 'Foreign-Home Authentication Extension',
    131: 'Mobile Node NAI Extension',
    132: 'MN-FA Challenge Extension',
    137: 'Revocation Support Extension',
    144: 'UDP Tunnel Request Extension',
  }),
  extensionLength: uint('mip.ext.len', 'Extension Length'),
  parameterIndex: uint('mip.auth.spi', 'SPI').hex(4),
  authenticator: bytes('mip.auth.auth', 'Authenticator'),
  nai: text('mip.nai', 'NAI'),
};

export const mip = protocol({
  name: 'mip',
  title: 'Mobile IP',
  column: 'MobileIP',
  fields: f,
  on: [[udpPorts, PORT]],
  step(p) {
    const b = p.buf;
    const start = p.at;
    if (p.end - start < 2) return p.cutUnseen(2, COLUMN);
    const size = sizes[b[start]!];
    if (size === undefined) return REJECTED;
    if (p.end - start < size) return p.cut(size);
    p.at += size;
    if (b[start] === TUNNEL) return p.at < p.end ? (ipProtocols.get(b[start + 1]!) ?? data) : null;
    p.at = p.end;
    return null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const end = p.stop[layer]!;
    const type = b[start]!;
    out.fixed(f.type);
    const size = sizes[type];
    if (size === undefined || end - start < size) return;
    emitMessage(b, type, start, out);
    if (type !== TUNNEL) emitExtensions(b, start + size, end, out);
  },
  info(p, layer) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const type = b[start]!;
    if (p.stop[layer]! - start < (sizes[type] ?? 256)) return '';
    const address = (at: number): string => ipv4Address(b, start + at);
    switch (type) {
      case REQUEST:
        return `Reg Request: HoA=${address(4)} HA=${address(8)} CoA=${address(12)}`;
      case REPLY:
        return `Reg Reply: HoA=${address(4)} HA=${address(8)}, Code=${b[start + 1]}`;
      case REVOCATION:
        return `Reg Revocation: HoA=${address(4)} HDA=${address(8)} FDA=${address(12)}`;
      case REVOKED:
        return `Reg Revocation Ack: HoA=${address(4)}`;
      default:
        return null;
    }
  },
});

function emitMessage(b: Uint8Array, type: number, start: number, out: Sink): void {
  switch (type) {
    case REQUEST:
      out.open(f.flags, start + 1, 1);
      for (const flag of [f.simultaneous, f.broadcasts, f.colocated, f.minimal, f.gre, f.reverse]) {
        out.add(flag, start + 1, 1);
      }
      out.close();
      out.add(f.lifetime, start + 2, 2);
      out.add(f.home, start + 4, 4);
      out.add(f.agent, start + 8, 4);
      out.add(f.careOf, start + 12, 4);
      out.add(f.identification, start + 16, 8, ntpTime(b, start + 16));
      break;
    case REPLY:
      out.add(f.code, start + 1, 1);
      out.add(f.lifetime, start + 2, 2);
      out.add(f.home, start + 4, 4);
      out.add(f.agent, start + 8, 4);
      out.add(f.identification, start + 12, 8, ntpTime(b, start + 12));
      break;
    case TUNNEL:
      out.add(f.next, start + 1, 1);
      break;
    case REVOCATION:
      out.add(f.home, start + 4, 4);
      out.add(f.homeDomain, start + 8, 4);
      out.add(f.foreignDomain, start + 12, 4);
      out.add(f.revocation, start + 16, 4);
      break;
    case REVOKED:
      out.add(f.home, start + 4, 4);
      out.add(f.revocation, start + 8, 4);
      break;
  }
}

/** Extensions (RFC 5944 §1.8) with one-byte type and length; the few with longer lengths end the list. */
function emitExtensions(b: Uint8Array, at: number, end: number, out: Sink): void {
  while (at + 2 <= end) {
    const type = b[at]!;
    const length = b[at + 1]!;
    if (type === 0) {
      at++;
      continue;
    }
    if (type === 36 || type === 37 || type === 38 || at + 2 + length > end) return;
    out.add(f.extension, at, 1);
    out.add(f.extensionLength, at + 1, 1);
    if (type >= 32 && type <= 34 && length >= 4) {
      out.add(f.parameterIndex, at + 2, 4, u32(b, at + 2));
      if (length > 4) out.add(f.authenticator, at + 6, length - 4);
    } else if (type === 131) out.add(f.nai, at + 2, length);
    at += 2 + length;
  }
}
