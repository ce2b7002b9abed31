// Decompression of IPv6 headers (RFC 6282): elided fields are restored from link addresses and defaults.
import { u16le } from '../../../core/bytes.ts';

/** Offsets of the link-layer addresses, least significant byte first; -1 if absent. */
export interface LinkAddresses {
  readonly src: number;
  readonly srcWidth: number;
  readonly dst: number;
  readonly dstWidth: number;
}

const IPV6_HEADER = 40;
const NO_NEXT_HEADER = 59;
const UDP = 17;
const UDP_HEADER = 8;
const HOP_LIMITS = [0, 1, 64, 255];
/** Extension headers by their identifier in the encoding (§4.2). */
const EXTENSIONS = [0, 43, 44, 60, 135, 59, 59, 41];
const EXTENSIONS_MAX = 8;

/** Reads the encoding byte by byte from `at`; records when it exceeds the end. */
class Reader {
  readonly b: Uint8Array;
  readonly end: number;
  at: number;
  isCut = false;

  constructor(b: Uint8Array, at: number, end: number) {
    this.b = b;
    this.at = at;
    this.end = end;
  }

  byte(): number {
    if (this.at >= this.end) {
      this.isCut = true;
      return 0;
    }
    return this.b[this.at++]!;
  }

  into(out: Uint8Array, at: number, count: number): void {
    for (let i = 0; i < count; i++) out[at + i] = this.byte();
  }
}

/**
 * The datagram encoded in [at, end), or null if the encoding is truncated.
 *
 * @param size - bytes of the whole datagram, if this is its first fragment; -1 if it is complete.
 */
export function expand(
  b: Uint8Array,
  at: number,
  end: number,
  link: LinkAddresses,
  size: number,
): Uint8Array | null {
  const r = new Reader(b, at, end);
  const first = r.byte();
  const second = r.byte();
  if (second & 0x80) r.byte();
  // The expansion is less than two addresses, a UDP header and the fixed parts.
  const out = new Uint8Array(IPV6_HEADER + UDP_HEADER + (end - at) + 64);
  out[0] = 0x60;
  trafficClass(r, (first >> 3) & 3, out);
  const isNextCompressed = (first & 4) !== 0;
  if (!isNextCompressed) out[6] = r.byte();
  out[7] = (first & 3) === 0 ? r.byte() : HOP_LIMITS[first & 3]!;
  unicast(r, (second >> 4) & 3, (second & 0x40) !== 0, out, 8, link.src, link.srcWidth);
  if (second & 8) multicast(r, second & 3, (second & 4) !== 0, out);
  else unicast(r, second & 3, (second & 4) !== 0, out, 24, link.dst, link.dstWidth);
  const header = isNextCompressed ? nextHeaders(r, out, size) : IPV6_HEADER;
  if (r.isCut) return null;
  if (header < 0) {
    // Unknown encoding: decompression stops here.
    out[6] = NO_NEXT_HEADER;
    return out.subarray(0, IPV6_HEADER);
  }
  const length = header + (end - r.at);
  out.set(b.subarray(r.at, end), header);
  const payload = (size < 0 ? length : size) - IPV6_HEADER;
  out[4] = payload >> 8;
  out[5] = payload & 255;
  return out.subarray(0, length);
}

/** Traffic class and flow label (§3.1.1), of which some fields may be elided. */
function trafficClass(r: Reader, kind: number, out: Uint8Array): void {
  if (kind === 3) return;
  const c = r.byte();
  // The encoding begins with the two ECN bits.
  const dscp = kind === 1 ? 0 : c & 0x3f;
  const value = (dscp << 2) | (c >> 6);
  out[0] = 0x60 | (value >> 4);
  out[1] = (value & 15) << 4;
  if (kind === 2) return;
  const flow = kind === 0 ? r.byte() & 15 : c & 15;
  out[1] |= flow;
  r.into(out, 2, 2);
}

/** A unicast address (§3.1.1, §3.2.2): carried in full, or 8, 2 or 0 bytes of it. */
function unicast(
  r: Reader,
  mode: number,
  isStateful: boolean,
  out: Uint8Array,
  to: number,
  link: number,
  linkWidth: number,
): void {
  if (mode === 0) {
    // Context-based: the unspecified address.
    if (!isStateful) r.into(out, to, 16);
    return;
  }
  out[to] = 0xfe;
  out[to + 1] = 0x80;
  if (mode === 1) r.into(out, to + 8, 8);
  else if (mode === 2) {
    out[to + 11] = 0xff;
    out[to + 12] = 0xfe;
    r.into(out, to + 14, 2);
  } else fromLink(r.b, link, linkWidth, out, to + 8);
}

/** Interface identifier derived from the link-layer address, §3.2.2. */
function fromLink(b: Uint8Array, link: number, width: number, out: Uint8Array, to: number): void {
  if (width === 8) {
    for (let i = 0; i < 8; i++) out[to + i] = b[link + 7 - i]!;
    out[to]! ^= 2;
  } else if (width === 2) {
    out[to + 3] = 0xff;
    out[to + 4] = 0xfe;
    const address = u16le(b, link);
    out[to + 6] = address >> 8;
    out[to + 7] = address & 255;
  }
}

/** A multicast address (§3.2.3, §3.2.4): carried in full, or 6, 4 or 1 bytes of it. */
function multicast(r: Reader, mode: number, isStateful: boolean, out: Uint8Array): void {
  const to = 24;
  if (isStateful) {
    out[to] = 0xff;
    r.into(out, to + 1, 2);
    r.into(out, to + 12, 4);
  } else if (mode === 0) r.into(out, to, 16);
  else {
    out[to] = 0xff;
    out[to + 1] = mode === 3 ? 2 : r.byte();
    const group = mode === 1 ? 5 : mode === 2 ? 3 : 1;
    r.into(out, to + 16 - group, group);
  }
}

/** Decompresses extension and UDP headers (§4); returns the length of all headers, or -1 if there are too many. */
function nextHeaders(r: Reader, out: Uint8Array, size: number): number {
  let typeAt = 6;
  let at = IPV6_HEADER;
  for (let i = 0; i < EXTENSIONS_MAX; i++) {
    const c = r.byte();
    if (c >> 3 === 0x1e) {
      out[typeAt] = UDP;
      return udpHeader(r, c, out, at, size);
    }
    if (c >> 4 !== 0x0e) return -1;
    out[typeAt] = EXTENSIONS[(c >> 1) & 7]!;
    if ((c & 1) === 0) out[at] = r.byte();
    const length = r.byte();
    if (length > 64 || at + 2 + length > out.length - UDP_HEADER) return -1;
    r.into(out, at + 2, length);
    // §4.2: lengths are in bytes here, in units of 8 in IPv6.
    const padded = (2 + length + 7) & ~7;
    out[at + 1] = padded / 8 - 1;
    typeAt = at;
    at += padded;
    if ((c & 1) === 0) return at;
  }
  return -1;
}

/** UDP header (§4.3): ports of 4 or 8 bits from 0xf000 on, or in full; the checksum may be elided. */
function udpHeader(r: Reader, c: number, out: Uint8Array, at: number, size: number): number {
  const ports = c & 3;
  if (ports === 3) {
    const both = r.byte();
    out[at] = out[at + 2] = 0xf0;
    out[at + 1] = 0xb0 | (both >> 4);
    out[at + 3] = 0xb0 | (both & 15);
  } else {
    if (ports === 2) {
      out[at] = 0xf0;
      out[at + 1] = r.byte();
    } else r.into(out, at, 2);
    if (ports === 1) {
      out[at + 2] = 0xf0;
      out[at + 3] = r.byte();
    } else r.into(out, at + 2, 2);
  }
  if ((c & 4) === 0) r.into(out, at + 6, 2);
  const length = size < 0 ? UDP_HEADER + (r.end - r.at) : size - at;
  out[at + 4] = length >> 8;
  out[at + 5] = length & 255;
  return at + UDP_HEADER;
}
