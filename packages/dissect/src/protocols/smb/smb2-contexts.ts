// Create contexts of SMB2 ([MS-SMB2] §2.2.13.2, §2.2.14.2), named by four letters or a GUID.
import { filetime } from '../../codec/filetime.ts';
import { guidLittleEndian } from '../../codec/guid.ts';
import { ascii, u16le, u32le } from '../../core/bytes.ts';
import type { Sink } from '../../core/sink.ts';
import { emitParts, type Part } from '../parts.ts';
import { ACCESS } from './open-fields.ts';
import * as bits from './smb2-bits.ts';
import { f } from './smb2-fields.ts';

const CONTEXTS_MAX = 1000;

const LEASE: readonly Part[] = [
  [f.leaseKey, 16, guidLittleEndian],
  [f.leaseState, 4, Object.values(bits.leaseStateBits)],
  [f.leaseFlags, 4, Object.values(bits.leaseFlagBits)],
  [f.leaseDuration, 8],
];
/** §2.2.13.2.10: version 2 is 52 bytes long. */
const LEASE_V2: readonly Part[] = [
  ...LEASE,
  [f.leaseParent, 16, guidLittleEndian],
  [f.leaseEpoch, 2],
  [f.leaseReserved, 2],
];
const LEASE_BYTES = 32;
const DURABLE_REPLY_BYTES = 8;

const FID: Part = [f.fid, 16, guidLittleEndian];
const DURABLE: readonly Part[] = [
  [f.durableTimeout, 4],
  [f.durableFlags, 4, [f.durablePersistent]],
];
const DURABLE_REQUEST: readonly Part[] = [
  ...DURABLE,
  [f.durableReserved, 8],
  [f.durableGuid, 16, guidLittleEndian],
];
const RECONNECT_V2: readonly Part[] = [
  FID,
  [f.durableGuid, 16, guidLittleEndian],
  [f.durableFlags, 4, [f.durablePersistent]],
];

interface Context {
  readonly name: string;
  /** The data's line and fields, which may depend on its length and on whether it is a reply's. */
  readonly data: (bytes: number, isReply: boolean) => readonly [title: string, parts: readonly Part[]];
}

const plain =
  (title: string, parts: readonly Part[]): Context['data'] =>
  () => [title, parts];

/** §2.2.13.2, with the names of Wireshark. */
const CONTEXTS: Readonly<Record<string, Context>> = {
  ExtA: { name: 'SMB2_CREATE_EA_BUFFER', data: plain('EA', []) },
  SecD: { name: 'SMB2_CREATE_SD_BUFFER', data: plain('SD', []) },
  DHnQ: {
    name: 'SMB2_CREATE_DURABLE_HANDLE_REQUEST',
    data: (_, isReply) => (isReply ? ['DHnQ Response', []] : ['', [FID]]),
  },
  DHnC: { name: 'SMB2_CREATE_DURABLE_HANDLE_RECONNECT', data: plain('', [FID]) },
  AlSi: { name: 'SMB2_CREATE_ALLOCATION_SIZE', data: plain('AlSi', [[f.allocation, 8]]) },
  MxAc: {
    name: 'SMB2_CREATE_QUERY_MAXIMAL_ACCESS_REQUEST',
    data: (_, isReply) =>
      isReply ? ['MxAc INFO', [[f.maximalStatus, 4], ACCESS]] : ['MxAc INFO', [[f.maximalTime, 8, filetime]]],
  },
  TWrp: { name: 'SMB2_CREATE_TIMEWARP_TOKEN', data: plain('TWrp', []) },
  QFid: { name: 'SMB2_CREATE_QUERY_ON_DISK_ID', data: plain('QFid INFO', [[f.diskFile, 32]]) },
  RqLs: {
    name: 'SMB2_CREATE_REQUEST_LEASE',
    data: (bytes) => (bytes > LEASE_BYTES ? ['LEASE_V2', LEASE_V2] : ['LEASE_V1', LEASE]),
  },
  DH2Q: {
    name: 'SMB2_CREATE_DURABLE_HANDLE_REQUEST_V2',
    data: (bytes) =>
      bytes <= DURABLE_REPLY_BYTES ? ['DH2Q Response', DURABLE] : ['DH2Q Request', DURABLE_REQUEST],
  },
  DH2C: {
    name: 'SMB2_CREATE_DURABLE_HANDLE_RECONNECT_V2',
    data: plain('DH2C Request', RECONNECT_V2),
  },
};

/** `at` is where offset and length of all contexts stand. */
export function emitCreateContexts(
  b: Uint8Array,
  start: number,
  end: number,
  at: number,
  isReply: boolean,
  out: Sink,
): void {
  if (at + 8 > end) return;
  const bytes = u32le(b, at + 4);
  if (bytes === 0) {
    out.add(f.extraInfo, at + 4, 0);
    out.note(': NO DATA');
    return;
  }
  let from = start + u32le(b, at);
  const stop = Math.min(end, from + bytes);
  out.open(f.extraInfo, from, Math.max(0, stop - from));
  for (let k = 0; k < CONTEXTS_MAX && from + 16 <= stop; k++) {
    const next = u32le(b, from);
    emitContext(b, from, next === 0 ? stop : Math.min(stop, from + next), isReply, out);
    if (next === 0) break;
    from += next;
  }
  out.close();
}

function emitContext(b: Uint8Array, from: number, stop: number, isReply: boolean, out: Sink): void {
  const tag = from + u16le(b, from + 4);
  const tagBytes = u16le(b, from + 6);
  const isNamed = tag + tagBytes <= stop;
  const name = !isNamed ? '' : tagBytes === 16 ? guidLittleEndian(b, tag) : ascii(b, tag, tag + tagBytes);
  const context = CONTEXTS[name];
  out.group(`Chain Element: ${context?.name ?? 'Unknown'} "${name}"`, from, stop - from);
  out.add(f.chainOffset, from, 4);
  if (isNamed) out.open(f.tag, tag, tagBytes, name);
  else out.group('Tag', from, 8);
  out.add(f.blobOffset, from + 4, 2);
  out.add(f.blobLength, from + 6, 2);
  out.close();
  out.add(f.blobOffset, from + 10, 2);
  out.add(f.blobLength, from + 12, 4);
  const data = from + u16le(b, from + 10);
  const bytes = u32le(b, from + 12);
  if (bytes === 0 || data >= stop) {
    out.add(f.chainData, from + 12, 0);
    out.note(': NO DATA');
  } else {
    const end = Math.min(stop, data + bytes);
    const [title, parts] = context?.data(bytes, isReply) ?? ['', []];
    out.open(f.chainData, data, end - data);
    if (title !== '') out.note(`: ${title}`);
    emitParts(out, b, data, end, parts);
    out.close();
  }
  out.close();
}
