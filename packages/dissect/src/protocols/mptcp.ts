// Multipath TCP (RFC 8684; version 0: RFC 6824): TCP options that combine subflows into one connection.
import { u16, u32, u64 } from '../core/bytes.ts';
import { type Field, ipv4, ipv6, uint, uint64 } from '../core/field.ts';
import { protocol } from '../core/protocol.ts';
import type { Sink } from '../core/sink.ts';

const OPTION = 30;
const NOP = 1;
const END = 0;

const CAPABLE = 0;
const JOIN = 1;
const DSS = 2;
const ADD_ADDRESS = 3;
const REMOVE_ADDRESS = 4;
const PRIORITY = 5;
const FAIL = 6;
const FAST_CLOSE = 7;
const RESET = 8;

const subtypes: Readonly<Record<number, string>> = {
  0: 'Multipath Capable',
  1: 'Join Connection',
  2: 'Data Sequence Signal',
  3: 'Add Address',
  4: 'Remove Address',
  5: 'Change Subflow Priority',
  6: 'TCP Fallback',
  7: 'Fast Close',
  8: 'Reset',
};

const prefix = 'tcp.options.mptcp';
export const mptcpFields = {
  mpSubtype: uint(`${prefix}.subtype`, 'Multipath TCP subtype').mask(0xf0).named(subtypes),
  mpVersion: uint(`${prefix}.version`, 'Multipath TCP version').mask(0x0f),
  mpFlags: uint(`${prefix}.flags`, 'Multipath TCP flags').hex(),
  mpSendKey: uint64(`${prefix}.sendkey`, "Sender's Key"),
  mpReceiveKey: uint64(`${prefix}.recvkey`, "Receiver's Key"),
  mpLength: uint(`${prefix}.datalvllen`, 'Data-level Length'),
  mpBackup: uint(`${prefix}.backup.flag`, 'Backup flag').mask(0x01),
  mpAddressId: uint(`${prefix}.addrid`, 'Address ID'),
  mpToken: uint(`${prefix}.recvtok`, "Receiver's Token"),
  mpRandom: uint(`${prefix}.sendrand`, "Sender's Random Number"),
  mpTruncatedHmac: uint64(`${prefix}.sendtrunchmac`, "Sender's Truncated HMAC"),
  mpDataAck: uint64(`${prefix}.rawdataack`, 'Original MPTCP Data ACK'),
  mpDataSequence: uint64(`${prefix}.rawdataseqno`, 'Data Sequence Number'),
  mpSubflowSequence: uint(`${prefix}.subflowseqno`, 'Subflow Sequence Number'),
  mpChecksum: uint(`${prefix}.checksum`, 'Checksum').hex(2),
  mpIpVersion: uint(`${prefix}.ipver`, 'IP version').mask(0x0f),
  mpEcho: uint(`${prefix}.echo`, 'Echo').mask(0x01),
  mpIpv4: ipv4(`${prefix}.ipv4`, 'Advertised IPv4 Address'),
  mpIpv6: ipv6(`${prefix}.ipv6`, 'Advertised IPv6 Address'),
  mpPort: uint(`${prefix}.port`, 'Advertised port'),
  mpReason: uint(`${prefix}.rst_reason`, 'TCPRST Reason').hex(),
};

const f = mptcpFields;

/** Listed after TCP in frame.protocols, and sets the column; its fields belong to TCP's options. */
export const mptcp = protocol({
  name: 'mptcp',
  title: 'Multipath Transmission Control Protocol',
  column: 'MPTCP',
  step: () => null,
});

/** Two NOPs, and kind and length of the timestamps option (RFC 7323, appendix A). */
const PADDED_TIMESTAMPS = 0x0101080a;

/** Whether the options in [at, end) are timestamps alone, as in most segments. */
export function isTimestampsOnly(b: Uint8Array, at: number, end: number): boolean {
  if (end - at !== 12) return false;
  return ((b[at]! << 24) | (b[at + 1]! << 16) | (b[at + 2]! << 8) | b[at + 3]!) === PADDED_TIMESTAMPS;
}

/** Whether one of TCP's options in [at, end) is MPTCP. */
export function hasMultipath(b: Uint8Array, at: number, end: number): boolean {
  if (isTimestampsOnly(b, at, end)) return false;
  while (at + 2 < end) {
    const kind = b[at]!;
    if (kind === END) return false;
    if (kind === NOP) {
      at++;
      continue;
    }
    const length = b[at + 1]!;
    if (length < 2 || at + length > end) return false;
    if (kind === OPTION && length >= 3) return true;
    at += length;
  }
  return false;
}

/** The option at [at, at + length), §3. */
export function emitMptcp(b: Uint8Array, at: number, length: number, out: Sink): void {
  if (length < 3) return;
  const subtype = b[at + 2]! >> 4;
  out.add(f.mpSubtype, at + 2, 1);
  if (subtype === DSS) emitSignal(b, at, length, out);
  else if (subtype === ADD_ADDRESS) emitAddress(b, at, length, out);
  else
    for (const [field, offset, width] of layoutOf(subtype, length))
      if (offset + width <= length) out.add(field, at + offset, width);
}

type Layout = readonly (readonly [Field, number, number])[];

const capable: Layout = [
  [f.mpVersion, 2, 1],
  [f.mpFlags, 3, 1],
  [f.mpSendKey, 4, 8],
  [f.mpReceiveKey, 12, 8],
  [f.mpLength, 20, 2],
  [f.mpChecksum, 22, 2],
];
const joinStart: Layout = [
  [f.mpFlags, 2, 1],
  [f.mpBackup, 2, 1],
  [f.mpAddressId, 3, 1],
  [f.mpToken, 4, 4],
  [f.mpRandom, 8, 4],
];
const joinAnswer: Layout = [
  [f.mpFlags, 2, 1],
  [f.mpBackup, 2, 1],
  [f.mpAddressId, 3, 1],
  [f.mpTruncatedHmac, 4, 8],
  [f.mpRandom, 12, 4],
];
const joinEnd: Layout = [];
const removal: Layout = [[f.mpAddressId, 3, 1]];
const priority: Layout = [
  [f.mpFlags, 2, 1],
  [f.mpBackup, 2, 1],
  [f.mpAddressId, 3, 1],
];
const fallback: Layout = [[f.mpDataSequence, 4, 8]];
const fastClose: Layout = [[f.mpReceiveKey, 4, 8]];
const reset: Layout = [
  [f.mpFlags, 2, 1],
  [f.mpReason, 3, 1],
];

/** The three MP_JOIN messages (§3.2) are distinguished by length. */
function layoutOf(subtype: number, length: number): Layout {
  switch (subtype) {
    case CAPABLE:
      return capable;
    case JOIN:
      return length === 12 ? joinStart : length === 16 ? joinAnswer : joinEnd;
    case REMOVE_ADDRESS:
      return removal;
    case PRIORITY:
      return priority;
    case FAIL:
      return fallback;
    case FAST_CLOSE:
      return fastClose;
    case RESET:
      return reset;
    default:
      return joinEnd;
  }
}

/** Data acknowledgment and mapping (§3.3), each of 4 or 8 bytes according to the flags. */
function emitSignal(b: Uint8Array, at: number, length: number, out: Sink): void {
  if (length < 4) return;
  const flags = b[at + 3]!;
  const end = at + length;
  out.add(f.mpFlags, at + 3, 1);
  let next = at + 4;
  if (flags & 0x01) {
    const width = flags & 0x02 ? 8 : 4;
    if (next + width > end) return;
    out.add(f.mpDataAck, next, width, number(b, next, width));
    next += width;
  }
  if ((flags & 0x04) === 0) return;
  const width = flags & 0x08 ? 8 : 4;
  if (next + width + 6 > end) return;
  out.add(f.mpDataSequence, next, width, number(b, next, width));
  out.add(f.mpSubflowSequence, next + width, 4);
  out.add(f.mpLength, next + width + 4, 2);
  if (next + width + 8 <= end) out.add(f.mpChecksum, next + width + 6, 2);
}

const number = (b: Uint8Array, at: number, width: number): bigint =>
  width === 8 ? u64(b, at) : BigInt(u32(b, at));

/** ADD_ADDR (§3.4.1): in version 0 the low bits are the IP version, in version 1 the echo flag. */
function emitAddress(b: Uint8Array, at: number, length: number, out: Sink): void {
  if (length < 8) return;
  const low = b[at + 2]! & 0x0f;
  const isVersion0 = low === 4 || low === 6;
  const isIpv6 = isVersion0 ? low === 6 : length >= 20;
  const width = isIpv6 ? 16 : 4;
  out.add(isVersion0 ? f.mpIpVersion : f.mpEcho, at + 2, 1);
  out.add(f.mpAddressId, at + 3, 1);
  if (4 + width > length) return;
  out.add(isIpv6 ? f.mpIpv6 : f.mpIpv4, at + 4, width);
  const rest = length - 4 - width;
  if (rest === 2 || rest === 10) out.add(f.mpPort, at + 4 + width, 2, u16(b, at + 4 + width));
}
