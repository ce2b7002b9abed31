// Samples of sFlow versions 2 and 4 (RFC 3176 §4): only the first sample of a datagram is dissected.
import { u32 } from '../../../core/bytes.ts';
import { uint } from '../../../core/field.ts';
import type { Sink } from '../../../core/sink.ts';
import { COUNTERS, FLOW, sampleFields as f } from './fields.ts';
import { counterLayouts } from './layouts.ts';
import { emitLayout, padded } from './records.ts';

/** Type, sequence number, source, rate, pool, drops, input, output, type of the packet data. */
const FLOW_FIXED = 36;
/** Type, sequence number, source, interval, type of the counters. */
const COUNTERS_FIXED = 20;
const HEADER_SAMPLED = 1;

const kinds: Record<number, string> = {
  [HEADER_SAMPLED]: 'Packet headers are sampled',
  2: 'IP Version 4 data',
  3: 'IP Version 6 data',
};
const counterKinds: Record<number, string> = {
  1: 'Generic counters',
  2: 'Ethernet counters',
  3: 'Token Ring counters',
  4: 'FDDI counters',
  5: '100baseVG counters',
  6: 'WAN counters',
  7: 'VLAN counters',
};

export const olderFields = {
  kind: uint('sflow_245.packet_information_type', 'Sample type').named(kinds),
  interval: uint('sflow.counters_sample.sampling_interval', 'Sampling Interval'),
  counters: uint('sflow.counters_sample.counters_type', 'Counters type').named(counterKinds),
};

/** Offset of a sampled header (protocol, frame length, bytes); 0: none. */
export function olderHeaderAt(b: Uint8Array, at: number, end: number): number {
  if (at + FLOW_FIXED + 12 > end || u32(b, at) !== FLOW) return 0;
  return u32(b, at + FLOW_FIXED - 4) === HEADER_SAMPLED ? at + FLOW_FIXED : 0;
}

export function emitOlderSamples(b: Uint8Array, at: number, end: number, out: Sink): void {
  if (at + 4 > end) return;
  const type = u32(b, at);
  if (type === FLOW && at + FLOW_FIXED <= end) emitFlow(b, at, end, out);
  if (type === COUNTERS && at + COUNTERS_FIXED <= end) emitCounters(b, at, end, out);
}

function emitFlow(b: Uint8Array, at: number, end: number, out: Sink): void {
  out.group(`Flow sample, seq ${u32(b, at + 4)}`, at, end - at);
  out.add(f.sampleType, at, 4);
  out.add(f.flowSequence, at + 4, 4);
  out.add(f.flowClass, at + 8, 4);
  out.add(f.flowIndex, at + 8, 4);
  const words = [f.rate, f.pool, f.drops, f.input, f.output, olderFields.kind];
  for (const [i, field] of words.entries()) out.add(field, at + 12 + 4 * i, 4);
  const header = olderHeaderAt(b, at, end);
  if (header > 0) {
    out.add(f.headerProtocol, header, 4);
    out.add(f.frameLength, header + 4, 4);
    out.add(f.sampledLength, header + 8, 4);
    const length = Math.min(padded(u32(b, header + 8)), end - header - 12);
    if (length > 0) out.add(f.header, header + 12, length);
  }
  out.close();
}

/** Counter types: the same numbers as in version 5, except for VLAN's. */
function emitCounters(b: Uint8Array, at: number, end: number, out: Sink): void {
  out.group(`Counters sample, seq ${u32(b, at + 4)}`, at, end - at);
  out.add(f.sampleType, at, 4);
  out.add(f.counterSequence, at + 4, 4);
  out.add(f.counterClass, at + 8, 4);
  out.add(f.counterIndex, at + 8, 4);
  out.add(olderFields.interval, at + 12, 4);
  out.add(olderFields.counters, at + 16, 4);
  const kind = u32(b, at + 16);
  const generic = emitLayout(b, counterLayouts[1] ?? [], at + COUNTERS_FIXED, end, out);
  const further = kind === 2 ? 2 : kind === 3 ? 3 : kind === 5 ? 4 : 0;
  if (generic > 0 && further > 0) emitLayout(b, counterLayouts[further] ?? [], generic, end, out);
  out.close();
}
