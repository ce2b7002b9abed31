// Headers of QUIC packets (RFC 8999 §5, RFC 9000 §17).
import { u32 } from '../../core/bytes.ts';
import { CID_BYTES_MAX } from './connection.ts';
import { isVarint, varint, varintBytes } from './varint.ts';
import { INITIAL, longType, RETRY } from './versions.ts';

/** A parsed long header; one object is reused. */
export interface LongHeader {
  version: number;
  type: number;
  dcid: number;
  dcidBytes: number;
  scid: number;
  scidBytes: number;
  /** Initial packets: offset and length of the token. */
  token: number;
  tokenBytes: number;
  /** Offset of the packet number, and the length from there on; -1: none. */
  packetNumber: number;
  length: number;
}

export const newLongHeader = (): LongHeader => ({
  version: 0,
  type: 0,
  dcid: 0,
  dcidBytes: 0,
  scid: 0,
  scidBytes: 0,
  token: 0,
  tokenBytes: 0,
  packetNumber: 0,
  length: -1,
});

export const isLong = (b: Uint8Array, at: number): boolean => (b[at]! & 0x80) !== 0;

/** Parses the long header at `at` into `h`; false if truncated. */
export function readLongHeader(h: LongHeader, b: Uint8Array, at: number, end: number): boolean {
  if (at + 7 > end) return false;
  h.version = u32(b, at + 1);
  h.type = longType(b[at]!, h.version);
  h.dcidBytes = b[at + 5]!;
  h.dcid = at + 6;
  const source = h.dcid + h.dcidBytes;
  if (source >= end) return false;
  h.scidBytes = b[source]!;
  h.scid = source + 1;
  h.packetNumber = h.scid + h.scidBytes;
  h.length = -1;
  h.token = h.packetNumber;
  h.tokenBytes = 0;
  if (h.packetNumber > end) return false;
  if (h.version === 0 || h.type === RETRY) return true;
  let i = h.packetNumber;
  if (h.type === INITIAL) {
    if (!isVarint(b, i, end)) return false;
    h.tokenBytes = varint(b, i);
    h.token = i + varintBytes(b, i);
    i = h.token + h.tokenBytes;
  }
  if (!isVarint(b, i, end)) return false;
  h.length = varint(b, i);
  h.packetNumber = i + varintBytes(b, i);
  return true;
}

/** Whether the connection IDs have at most 20 bytes, as in all known versions (RFC 9000 §17.2). */
export function hasPlainCids(h: LongHeader): boolean {
  return h.dcidBytes <= CID_BYTES_MAX && h.scidBytes <= CID_BYTES_MAX;
}

/** End of the packet at `at` in a datagram that ends at `wireEnd`; others may follow (RFC 9000 §12.2). */
export function packetEnd(h: LongHeader, wireEnd: number): number {
  const end = h.packetNumber + h.length;
  return h.length >= 0 && end < wireEnd ? end : wireEnd;
}
