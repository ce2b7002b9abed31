// ICMP multi-part messages (RFC 4884): MPLS labels (RFC 4950), interface information (RFC 5837), and the interface
// requested by extended echo (RFC 8335).
import { u16 } from '../core/bytes.ts';
import { bool, bytes, ipv4, ipv6, none, text, uint } from '../core/field.ts';
import type { Sink } from '../core/sink.ts';
import { BAD, checksumStatusNames, GOOD, isChecksumGood, NOT_PRESENT } from './checksum.ts';

const MPLS = 1;
const INTERFACE_INFORMATION = 2;
const INTERFACE_IDENTIFICATION = 3;

const classes = {
  1: 'MPLS Label Stack Class',
  2: 'Interface Information Object',
  3: 'Interface Identification Object',
};
const roles = {
  0: 'IP interface upon which datagram arrived',
  1: 'sub-IP component of an IP interface upon which datagram arrived',
  2: 'IP interface through which datagram would be forwarded',
  3: 'IP next-hop to which datagram would be forwarded',
};

export const icmpExtensionFields = {
  ext: none('icmp.ext', 'ICMP Multi-Part Extensions'),
  extVersion: uint('icmp.ext.version', 'Version').mask(0xf0),
  extReserved: uint('icmp.ext.res', 'Reserved').mask(0x0fff).hex(2),
  extChecksum: uint('icmp.ext.checksum', 'Checksum').hex(2),
  extChecksumStatus: uint('icmp.ext.checksum.status', 'Checksum Status').byName().named(checksumStatusNames),
  extLength: uint('icmp.ext.length', 'Length'),
  extClass: uint('icmp.ext.class', 'Class').named(classes),
  extCtype: uint('icmp.ext.ctype', 'C-Type'),
  extData: bytes('icmp.ext.data', 'Data'),
  mplsLabel: uint('icmp.mpls.label', 'Label').mask(0xfffff0),
  mplsExp: uint('icmp.mpls.exp', 'Experimental').mask(0x00000e),
  mplsBottom: bool('icmp.mpls.s', 'Stack bit').mask(0x000001),
  mplsTtl: uint('icmp.mpls.ttl', 'Time to live'),
  infoRole: uint('icmp.int_info.role', 'Interface Role').mask(0xc0).named(roles),
  infoHasIndex: bool('icmp.int_info.ifindex', 'ifIndex').mask(0x08),
  infoHasAddress: bool('icmp.int_info.ipaddr', 'IP Address').mask(0x04),
  infoHasName: bool('icmp.int_info.name_present', 'Interface Name').mask(0x02),
  infoHasMtu: bool('icmp.int_info.mtu_present', 'MTU').mask(0x01),
  infoIndex: uint('icmp.int_info.index', 'Interface Index'),
  infoAfi: uint('icmp.int_info.afi', 'Address Family Identifier'),
  infoIpv4: ipv4('icmp.int_info.ipv4', 'Source'),
  infoIpv6: ipv6('icmp.int_info.ipv6', 'Source'),
  infoNameLength: uint('icmp.int_info.name_length', 'Name Length'),
  infoName: text('icmp.int_info.name', 'Name'),
  infoMtu: uint('icmp.int_info.mtu', 'Maximum Transmission Unit'),
  identName: text('icmp.int_ident.name', 'Name'),
  identIndex: uint('icmp.int_ident.index', 'Interface Index'),
  identAfi: uint('icmp.int_ident.afi', 'Address Family Identifier'),
  identLength: uint('icmp.int_ident.addr_length', 'Address Length'),
  identIpv4: ipv4('icmp.int_ident.ipv4', 'Address'),
  identIpv6: ipv6('icmp.int_ident.ipv6', 'Address'),
};

const f = icmpExtensionFields;

/** RFC 4884 §7: a header with version and checksum, then objects of length, class and C-type. */
export function emitIcmpExtensions(b: Uint8Array, start: number, end: number, out: Sink): void {
  if (end - start < 4) return;
  out.open(f.ext, start, end - start);
  out.add(f.extVersion, start, 1);
  out.add(f.extReserved, start, 2);
  out.add(f.extChecksum, start + 2, 2);
  const status = u16(b, start + 2) === 0 ? NOT_PRESENT : isChecksumGood(b, start, end) ? GOOD : BAD;
  out.add(f.extChecksumStatus, start + 2, 0, status);
  const version = b[start]! >> 4;
  for (let at = start + 4; (version === 1 || version === 2) && at + 4 <= end; ) {
    const length = u16(b, at);
    if (length < 4) break;
    emitObject(b, at, Math.min(at + length, end), out);
    at += length;
  }
  out.close();
}

function emitObject(b: Uint8Array, at: number, end: number, out: Sink): void {
  const kind = b[at + 2]!;
  out.group(classes[kind as 1] ?? `Unknown object (${kind}/${b[at + 3]})`, at, end - at);
  out.add(f.extLength, at, 2);
  out.add(f.extClass, at + 2, 1);
  out.open(f.extCtype, at + 3, 1);
  if (kind === INTERFACE_INFORMATION)
    for (const flag of [f.infoRole, f.infoHasIndex, f.infoHasAddress, f.infoHasName, f.infoHasMtu])
      out.add(flag, at + 3, 1);
  out.close();
  if (kind === MPLS && b[at + 3] === 1) emitLabels(at + 4, end, out);
  else if (kind === INTERFACE_INFORMATION) emitInterface(b, b[at + 3]!, at + 4, end, out);
  else if (kind === INTERFACE_IDENTIFICATION) emitIdentification(b, b[at + 3]!, at + 4, end, out);
  else if (end > at + 4) out.add(f.extData, at + 4, end - at - 4);
  out.close();
}

function emitLabels(at: number, end: number, out: Sink): void {
  for (; at + 4 <= end; at += 4) {
    out.add(f.mplsLabel, at, 3);
    out.add(f.mplsExp, at, 3);
    out.add(f.mplsBottom, at, 3);
    out.add(f.mplsTtl, at + 3, 1);
  }
}

/** RFC 5837 §4: sub-objects as indicated by bits of the C-type, in this order. */
function emitInterface(b: Uint8Array, has: number, at: number, end: number, out: Sink): void {
  if (has & 0x08 && at + 4 <= end) {
    out.add(f.infoIndex, at, 4);
    at += 4;
  }
  if (has & 0x04 && at + 4 <= end) {
    const isIpv6 = u16(b, at) === 2;
    const width = isIpv6 ? 16 : 4;
    out.add(f.infoAfi, at, 2);
    if (at + 4 + width <= end) out.add(isIpv6 ? f.infoIpv6 : f.infoIpv4, at + 4, width);
    at += 4 + width;
  }
  if (has & 0x02 && at < end) {
    const length = Math.max(1, b[at]!);
    out.add(f.infoNameLength, at, 1);
    if (at + length <= end) out.add(f.infoName, at + 1, length - 1);
    at += length;
  }
  if (has & 0x01 && at + 4 <= end) out.add(f.infoMtu, at, 4);
}

/** Interface identification object (RFC 8335 §2.1): by name, index or address. */
function emitIdentification(b: Uint8Array, kind: number, at: number, end: number, out: Sink): void {
  if (kind === 1) out.add(f.identName, at, end - at);
  else if (kind === 2 && at + 4 <= end) out.add(f.identIndex, at, 4);
  else if (kind === 3 && at + 4 <= end) {
    const isIpv6 = u16(b, at) === 2;
    const width = isIpv6 ? 16 : 4;
    out.add(f.identAfi, at, 2);
    out.add(f.identLength, at + 2, 1);
    if (at + 4 + width <= end) out.add(isIpv6 ? f.identIpv6 : f.identIpv4, at + 4, width);
  }
}
