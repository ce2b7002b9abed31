// Token Ring (IEEE Std 802.5-1998 §3) and FDDI (ISO 9314-2 §7): link headers, followed by LLC.
import { u16 } from '../../core/bytes.ts';
import { data } from '../../core/data.ts';
import { ether, uint } from '../../core/field.ts';
import { ETHER } from '../../core/packet.ts';
import { type Protocol, protocol } from '../../core/protocol.ts';
import { etherTypes, linkTypes } from '../../core/table.ts';
import { llc } from '../llc.ts';
import { head } from './head.ts';

/**
 * Length of access control, frame control and addresses; if the first bit of the source is set, routing information
 * follows.
 */
const TOKEN_RING = 14;
const HAS_ROUTE = 0x80;
const ROUTE_LENGTH = 0x1f;

const ring = {
  access: uint('tr.ac', 'Access Control').at(0, 1).hex(),
  control: uint('tr.fc', 'Frame Control').at(1, 1).hex(),
  frameType: uint('tr.frame_type', 'Frame type')
    .at(1, 1)
    .mask(0xc0)
    .named({ 0: 'MAC', 1: 'LLC', 2: 'Reserved', 3: 'Unknown' }),
  dst: ether('tr.dst', 'Destination').at(2, 6),
  src: ether('tr.src', 'Source').at(8, 6),
  route: uint('tr.rif_bytes', 'RIF bytes'),
};

function routeLength(b: Uint8Array, start: number, end: number): number {
  if ((b[start + 8]! & HAS_ROUTE) === 0 || start + TOKEN_RING >= end) return 0;
  return b[start + TOKEN_RING]! & ROUTE_LENGTH;
}

export const tokenRing: Protocol = protocol({
  name: 'tr',
  title: 'Token-Ring',
  column: 'TR',
  info: () => 'Token-Ring',
  fields: ring,
  on: [[linkTypes, 6]],
  step(p) {
    const b = p.buf;
    const start = p.at;
    if (p.end - start < TOKEN_RING) return p.cut(TOKEN_RING);
    p.showAddresses(ETHER, start + 8, start + 2);
    const length = TOKEN_RING + routeLength(b, start, p.end);
    if (p.end - start < length) return p.cut(length);
    p.at = start + length;
    const type = b[start + 1]! >> 6;
    if (type === 1) return llc;
    return type === 0 ? trmac : p.at < p.end ? data : null;
  },
  emit(p, layer, out) {
    const start = p.start[layer]!;
    if (p.stop[layer]! - start < TOKEN_RING) return;
    for (const field of [ring.access, ring.control, ring.frameType, ring.dst, ring.src]) out.fixed(field);
    const length = routeLength(p.bufferOf(layer), start, p.stop[layer]!);
    if (length > 0) out.add(ring.route, start + TOKEN_RING, length, length);
  },
});

const macVectors: Readonly<Record<number, string>> = {
  0x00: 'Response',
  0x02: 'Beacon',
  0x03: 'Claim Token',
  0x04: 'Ring Purge',
  0x05: 'Active Monitor Present',
  0x06: 'Standby Monitor Present',
  0x07: 'Duplicate Address Test',
};
export const trmac = head({
  name: 'trmac',
  title: 'Token-Ring Media Access Control',
  column: 'TR MAC',
  least: 4,
  on: [],
  info: (b, start) => macVectors[b[start + 3]!] ?? `Unknown Major Vector: ${b[start + 3]}`,
});

const FDDI = 13;
const fddiFields = {
  control: uint('fddi.fc', 'Frame Control').at(0, 1).hex(),
  dst: ether('fddi.dst', 'Destination'),
  src: ether('fddi.src', 'Source'),
};

/** Whether the frame is asynchronous and carries LLC. */
function isLlc(control: number): boolean {
  return (control & 0xf0) === 0x50;
}

const exactNames: Readonly<Record<number, string>> = {
  0x00: 'Void frame',
  0x80: 'Nonrestricted token',
  0xc0: 'Restricted token',
  0x41: 'SMT info',
  0x4f: 'SMT Next station address',
  0xc2: 'MAC beacon',
  0xc3: 'MAC claim token',
};
const classNames: Readonly<Record<number, string>> = {
  0x40: 'SMT frame, control ',
  0xc0: 'MAC frame, control ',
  0x60: 'Implementor async frame, control ',
  0xe0: 'Implementor sync frame, control ',
};

/** Meaning of a frame control value (§7.2.2). */
function frameText(control: number): string {
  const exact = exactNames[control];
  if (exact !== undefined) return exact;
  if ((control & 0xf0) === 0xd0) return 'Sync LLC frame';
  const start = classNames[control & 0xf0];
  return start === undefined ? 'Unknown frame type' : `${start}${control & 0x0f}`;
}

/** FDDI sends the most significant bit of an address first, Ethernet the least (RFC 1390 §4). */
export function swapBits(b: Uint8Array, at: number, length: number): Uint8Array {
  const swapped = new Uint8Array(length);
  for (let i = 0; i < length; i++) {
    let bits = b[at + i]!;
    bits = ((bits & 0xf0) >> 4) | ((bits & 0x0f) << 4);
    bits = ((bits & 0xcc) >> 2) | ((bits & 0x33) << 2);
    swapped[i] = ((bits & 0xaa) >> 1) | ((bits & 0x55) << 1);
  }
  return swapped;
}

export const fddi: Protocol = protocol({
  name: 'fddi',
  title: 'Fiber Distributed Data Interface',
  column: 'FDDI',
  fields: fddiFields,
  on: [[linkTypes, 10]],
  step(p) {
    const start = p.at;
    if (p.end - start < FDDI) return p.cut(FDDI);
    p.showAddresses(ETHER, 6, 0);
    if (!p.isQuoted) p.columnBuf = swapBits(p.buf, start + 1, 12);
    p.at = start + FDDI;
    return isLlc(p.buf[start]!) ? llc : p.at < p.end ? data : null;
  },
  emit(p, layer, out) {
    const start = p.start[layer]!;
    if (p.stop[layer]! - start < FDDI) return;
    const addresses = swapBits(p.bufferOf(layer), start + 1, 12);
    out.fixed(fddiFields.control);
    out.add(fddiFields.dst, start + 1, 6, addresses.subarray(0, 6));
    out.add(fddiFields.src, start + 7, 6, addresses.subarray(6));
  },
  info(p, layer) {
    const start = p.start[layer]!;
    return p.stop[layer]! - start < FDDI ? '' : frameText(p.bufferOf(layer)[start]!);
  },
});

const CLIP_SNAP = 0xaaaa;
/** Classical IP over ATM (RFC 2684) in Linux captures: LLC, or IP directly. */
export const clip = head({
  name: 'clip',
  title: 'Classical IP frame',
  column: 'CLIP',
  info: 'Classical IP frame',
  on: [[linkTypes, 106]],
  behind: (p) =>
    p.end - p.at >= 2 && u16(p.buf, p.at) === CLIP_SNAP ? llc : (etherTypes.get(0x0800) ?? null),
});
