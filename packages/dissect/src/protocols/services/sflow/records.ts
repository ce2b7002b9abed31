// Records of sFlow samples: format, length, and the fields of that format's layout.
import { u24, u32, utf8 } from '../../../core/bytes.ts';
import type { Sink } from '../../../core/sink.ts';
import { counterNames, sampleFields as f, flowNames, RAW_HEADER } from './fields.ts';
import { ADDRESS, counterLayouts, flowLayouts, type Item, LIST, TEXT } from './layouts.ts';

/** Format and length. */
export const RECORD_HEADER = 8;
/** Protocol, frame length, bytes stripped from its end, header length. */
export const SAMPLED_HEADER = 16;
const GATEWAY = 1003;
const PAYLOAD_80211 = 1013;
/** The upper bits of a format are the enterprise number (sFlow Version 5 §5). */
export const ENTERPRISE_SHIFT = 12;
const FORMAT_BITS = 0xfff;
const IPV4 = 1;
const IPV6 = 2;

/** XDR pads to a multiple of 4 (RFC 4506 §3). */
export const padded = (length: number): number => (length + 3) & ~3;

/** Emits a record of either kind; returns its end, at most `end`. */
export function emitRecord(b: Uint8Array, at: number, end: number, isFlow: boolean, out: Sink): void {
  const format = u32(b, at) & FORMAT_BITS;
  const isStandard = u32(b, at) >>> ENTERPRISE_SHIFT === 0;
  const name = isStandard ? (isFlow ? flowNames : counterNames)[format] : undefined;
  out.group(name ?? (isStandard ? 'Unknown sample format' : 'Unknown enterprise format'), at, end - at);
  out.add(f.enterprise, at, 4);
  // As in Wireshark, the format field of a flow record is the whole number.
  out.add(isFlow ? f.flowFormat : f.counterFormat, at, 4, isFlow ? format : undefined);
  out.add(f.recordLength, at + 4, 4);
  if (isStandard) {
    const body = at + RECORD_HEADER;
    if (isFlow && format === RAW_HEADER) emitSampledHeader(b, body, end, out);
    else if (isFlow && format === PAYLOAD_80211) emitPayload(b, body, end, out);
    else {
      const stop = emitLayout(b, (isFlow ? flowLayouts : counterLayouts)[format] ?? [], body, end, out);
      if (isFlow && format === GATEWAY && stop > 0) emitGateway(b, stop, end, out);
    }
  }
  out.close();
}

function emitSampledHeader(b: Uint8Array, at: number, end: number, out: Sink): void {
  if (at + SAMPLED_HEADER > end) return;
  out.add(f.headerProtocol, at, 4);
  out.add(f.frameLength, at + 4, 4);
  out.add(f.stripped, at + 8, 4);
  out.add(f.sampledLength, at + 12, 4);
  const length = Math.min(padded(u32(b, at + 12)), end - at - SAMPLED_HEADER);
  if (length > 0) out.add(f.header, at + SAMPLED_HEADER, length);
}

/** Emits the layout's fields; returns their end, or 0 if truncated. */
export function emitLayout(
  b: Uint8Array,
  layout: readonly Item[],
  at: number,
  end: number,
  out: Sink,
): number {
  for (const item of layout) {
    const [field, size] = item;
    if (size > 0 || field === null) {
      if (at + size > end) return 0;
      if (field !== null) out.add(field, at, size);
      at += size;
    } else if (size === 0) {
      if (at + 4 > end) return 0;
      out.add(field, at, 4);
    } else {
      at = emitCounted(b, item, at, end, out);
      if (at === 0) return 0;
    }
  }
  return at;
}

/** A string, an address or an array, whose first word gives its type or length. */
function emitCounted(b: Uint8Array, [field, kind, second]: Item, at: number, end: number, out: Sink): number {
  if (at + 4 > end || field === null || second === undefined) return 0;
  const count = u32(b, at);
  const body = at + 4;
  if (kind === ADDRESS) {
    const size = count === IPV4 ? 4 : count === IPV6 ? 16 : 0;
    if (size === 0 || body + size > end) return 0;
    out.add(count === IPV4 ? field : second, body, size);
    return body + size;
  }
  const size = kind === TEXT ? padded(count) : count * 4;
  if (body + size > end || count > end) return 0;
  if (field !== second) out.add(field, at, 4);
  if (kind === TEXT) out.add(second, body, count, utf8(b, body, body + count));
  if (kind === LIST) for (let i = 0; i < count; i++) out.add(second, body + 4 * i, 4);
  return body + size;
}

/** Extended gateway data (sFlow Version 5 §5.3): AS path segments, communities, local preference. */
function emitGateway(b: Uint8Array, at: number, end: number, out: Sink): void {
  if (at + 4 > end) return;
  const segments = u32(b, at);
  out.add(f.asEntries, at, 4);
  at += 4;
  for (let i = 0; i < segments && at + 8 <= end; i++) {
    const count = u32(b, at + 4);
    out.open(f.asType, at, 4);
    out.note(`, (${count} entries)`);
    at = emitSystems(at + 8, count, end, out);
    out.close();
  }
  if (at + 4 > end) return;
  out.open(f.communities, at, 4);
  at = emitSystems(at + 4, u32(b, at), end, out);
  out.close();
  if (at + 4 <= end) out.add(f.localPreference, at, 4);
}

function emitSystems(at: number, count: number, end: number, out: Sink): number {
  for (; count > 0 && at + 4 <= end; count--, at += 4) out.add(f.destinationAs, at, 4);
  return at;
}

/** Extended 802.11 payload: cipher suite and decrypted contents of a frame. */
function emitPayload(b: Uint8Array, at: number, end: number, out: Sink): void {
  if (at + 8 > end) return;
  out.add(f.suiteOui, at, 3, u24(b, at));
  out.add(f.suite, at + 3, 1);
  out.add(f.payloadLength, at + 4, 4);
  const length = Math.min(u32(b, at + 4), end - at - 8);
  if (length > 0) out.add(f.payload, at + 8, length);
}
