// sFlow (sFlow.org, "sFlow Version 5", 2004; RFC 3176 for versions 2 and 4): packet samples and counter samples.
import { u32 } from '../../core/bytes.ts';
import type { Field } from '../../core/field.ts';
import { COLUMN, type Packet } from '../../core/packet.ts';
import { type Protocol, protocol, REJECTED } from '../../core/protocol.ts';
import type { Sink } from '../../core/sink.ts';
import { udpPorts } from '../../core/table.ts';
import { ipv4Address, ipv6Address } from '../../core/text.ts';
import { eth } from '../eth.ts';
import { ip } from '../ip.ts';
import { ipv6 } from '../ipv6.ts';
import { fr } from '../link/framerelay.ts';
import { mpls } from '../link/mpls.ts';
import { fddi, tokenRing } from '../link/tokenring.ts';
import { quote } from '../quoted.ts';
import {
  COUNTERS,
  EXPANDED_COUNTERS,
  EXPANDED_FLOW,
  FLOW,
  sampleFields as f,
  RAW_HEADER,
  sampleNames,
} from './sflow/fields.ts';
import { layoutFields } from './sflow/layouts.ts';
import { emitOlderSamples, olderFields, olderHeaderAt } from './sflow/older.ts';
import { ENTERPRISE_SHIFT, emitRecord, padded, RECORD_HEADER, SAMPLED_HEADER } from './sflow/records.ts';

const LATEST = 5;
const IPV4 = 1;
const IPV6 = 2;
/** Version, agent address type and address; sub-agent ID (version 5), sequence number, uptime, number of samples. */
const AGENT_AT = 8;
/** Length of a sample before its records, after type and length. */
const FLOW_FIXED = 32;
const EXPANDED_FLOW_FIXED = 44;
const COUNTERS_FIXED = 12;
const EXPANDED_COUNTERS_FIXED = 16;

/** Protocols by header protocol number of a sampled packet. */
const inner = new Map<number, () => Protocol>([
  [1, () => eth],
  [3, () => tokenRing],
  [4, () => fddi],
  [5, () => fr],
  [11, () => ip],
  [12, () => ipv6],
  [13, () => mpls],
]);

const agentBytes = (b: Uint8Array, start: number): number => {
  const type = u32(b, start + 4);
  return type === IPV4 ? 4 : type === IPV6 ? 16 : 0;
};

/** Length of the datagram before the samples. */
const headerBytes = (b: Uint8Array, start: number): number =>
  AGENT_AT + agentBytes(b, start) + (u32(b, start) === LATEST ? 16 : 12);

export const sflow: Protocol = protocol({
  name: 'sflow',
  title: 'InMon sFlow',
  column: (p, layer) => (p.stop[layer]! - p.start[layer]! < 4 ? null : 'sFlow'),
  fields: { ...f, ...olderFields, ...layoutFields },
  on: [[udpPorts, 6343]],
  step(p) {
    const { buf: b, at: start, end } = p;
    if (end - start < 4) return p.cut(4);
    const version = u32(b, start);
    if (version !== LATEST && version !== 2 && version !== 4) return REJECTED;
    if (end - start < AGENT_AT) return p.cut(AGENT_AT);
    if (agentBytes(b, start) === 0) return REJECTED;
    const header = headerBytes(b, start);
    if (end - start < header) return p.cut(header);
    p.at = end;
    const samples = start + header;
    const count = u32(b, samples - 4);
    if (version === LATEST) return callSamples(p, samples, count, end) ? null : p.malformed();
    const sampled = olderHeaderAt(b, samples, end);
    if (sampled > 0)
      callHeader(p, u32(b, sampled), u32(b, sampled + 4), sampled + 12, u32(b, sampled + 8), end);
    return null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const end = p.stop[layer]!;
    if (end - start < AGENT_AT || end - start < headerBytes(b, start)) return;
    const address = agentBytes(b, start);
    out.fixed(f.version);
    out.fixed(f.agentType);
    out.add(address === 4 ? f.agent : f.agent6, start + AGENT_AT, address);
    let at = start + AGENT_AT + address;
    const isLatest = u32(b, start) === LATEST;
    for (const field of isLatest ? [f.subAgent, f.sequence] : [f.sequence]) {
      out.add(field, at, 4);
      at += 4;
    }
    out.add(f.uptime, at, 4);
    out.add(f.samples, at + 4, 4);
    if (isLatest) emitSamples(b, at + 8, u32(b, at + 4), end, out);
    else emitOlderSamples(b, at + 8, end, out);
  },
  info(p, layer) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const left = p.stop[layer]! - start;
    if (left < 4) return null;
    const version = u32(b, start);
    if (left < AGENT_AT) return `V${version}`;
    const address = agentBytes(b, start);
    const agent = (address === 4 ? ipv4Address : ipv6Address)(b, start + AGENT_AT);
    const info = [`V${version}`, `agent ${agent}`];
    const end = p.stop[layer]!;
    let at = start + AGENT_AT + address;
    if (version === LATEST) {
      if (at + 4 <= end) info.push(`sub-agent ID ${u32(b, at)}`);
      at += 4;
    }
    if (at + 4 <= end) info.push(`seq ${u32(b, at)}`);
    if (at + 12 <= end) info.push(`${u32(b, at + 8)} samples`);
    return info.join(', ');
  },
});

const fixedBytes = (type: number): number => {
  if (type === FLOW) return FLOW_FIXED;
  if (type === EXPANDED_FLOW) return EXPANDED_FLOW_FIXED;
  if (type === COUNTERS) return COUNTERS_FIXED;
  return type === EXPANDED_COUNTERS ? EXPANDED_COUNTERS_FIXED : 0;
};

/** Dissects the sampled packets; false if a length exceeds the datagram. */
function callSamples(p: Packet, at: number, count: number, end: number): boolean {
  const b = p.buf;
  for (let i = 0; i < count; i++) {
    if (at + RECORD_HEADER > end) return false;
    const type = u32(b, at);
    const body = at + RECORD_HEADER;
    const stop = body + u32(b, at + 4);
    const fixed = fixedBytes(type);
    if (stop > end || stop < body + fixed) return false;
    if (type === FLOW || type === EXPANDED_FLOW) {
      if (!callRecords(p, body + fixed, u32(b, body + fixed - 4), stop)) return false;
    }
    at = stop;
  }
  return true;
}

function callRecords(p: Packet, at: number, count: number, end: number): boolean {
  const b = p.buf;
  for (let i = 0; i < count; i++) {
    if (at + RECORD_HEADER > end) return false;
    const body = at + RECORD_HEADER;
    const stop = body + u32(b, at + 4);
    if (stop > end) return false;
    if (u32(b, at) === RAW_HEADER) {
      if (stop < body + SAMPLED_HEADER) return false;
      callHeader(p, u32(b, body), u32(b, body + 4), body + SAMPLED_HEADER, u32(b, body + 12), stop);
    }
    at = stop;
  }
  return true;
}

/** Dissects a sampled header; its truncation is not reported as an error. */
function callHeader(p: Packet, kind: number, wire: number, at: number, length: number, end: number): void {
  const made = inner.get(kind)?.();
  if (made === undefined) return;
  const before = p.count;
  const stop = Math.min(end, at + padded(length));
  quote(p, made, at, stop, Math.max(stop, at + wire));
  for (let layer = before; layer < p.count; layer++) p.flags[layer]! &= ~COLUMN;
}

function emitSamples(b: Uint8Array, at: number, count: number, end: number, out: Sink): void {
  for (let i = 0; i < count && at + RECORD_HEADER <= end; i++) {
    const type = u32(b, at);
    const body = at + RECORD_HEADER;
    const stop = Math.min(end, body + u32(b, at + 4));
    const isStandard = type >>> ENTERPRISE_SHIFT === 0;
    const fixed = fixedBytes(type);
    const name = sampleNames[type];
    const unknown = isStandard ? 'Unknown sample format' : 'Unknown enterprise format';
    out.group(fixed > 0 && stop >= body + 4 ? `${name}, seq ${u32(b, body)}` : unknown, at, stop - at);
    out.add(f.enterprise, at, 4);
    if (isStandard) {
      out.add(f.sampleType, at, 4);
      out.add(f.sampleLength, at + 4, 4);
    } else {
      out.add(f.enterpriseLength, at + 4, 4);
      out.add(f.enterpriseData, body, stop - body);
    }
    if (fixed > 0 && stop >= body + fixed) emitSample(b, type, body, stop, out);
    out.close();
    at = stop;
  }
}

function emitSample(b: Uint8Array, type: number, body: number, end: number, out: Sink): void {
  const isFlow = type === FLOW || type === EXPANDED_FLOW;
  const fields = fixedFields[type] ?? [];
  let at = body;
  for (const field of fields) {
    // Source ID type and index are separate words only in expanded samples.
    const isOwnWord = type === EXPANDED_COUNTERS && (field === f.counterIdType || field === f.counterIdIndex);
    out.add(field, at, 4, isOwnWord ? u32(b, at) : undefined);
    if (isOwnWord || !sharing.includes(field)) at += 4;
  }
  const count = u32(b, at - 4);
  for (let i = 0; i < count && at + RECORD_HEADER <= end; i++) {
    const stop = Math.min(end, at + RECORD_HEADER + u32(b, at + 4));
    emitRecord(b, at, stop, isFlow, out);
    at = stop;
  }
}

/** Fields that share a word with the next one. */
const sharing: readonly Field[] = [f.flowClass, f.counterIdType, f.output, f.outputFormat];

const fixedFields: Record<number, readonly Field[]> = {
  [FLOW]: [
    f.flowSequence,
    f.flowClass,
    f.flowIndex,
    f.rate,
    f.pool,
    f.drops,
    f.input,
    f.output,
    f.outputFormat,
    f.outputValue,
    f.flowRecords,
  ],
  [EXPANDED_FLOW]: [
    f.flowSequence,
    f.flowIdType,
    f.flowIdIndex,
    f.rate,
    f.pool,
    f.drops,
    f.inputFormat,
    f.inputValue,
    f.outputExpandedFormat,
    f.outputValue,
    f.flowRecords,
  ],
  [COUNTERS]: [f.counterSequence, f.counterIdType, f.counterIdIndex, f.counterRecords],
  [EXPANDED_COUNTERS]: [f.counterSequence, f.counterIdType, f.counterIdIndex, f.counterRecords],
};
