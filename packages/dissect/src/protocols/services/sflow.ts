// sFlow versions 2, 4 and 5 (RFC 3176, sflow.org "sFlow Version 5"): samples of packets and counters of switches.
import { u32 } from '../../core/bytes.ts';
import { ipv4, ipv6, uint } from '../../core/field.ts';
import type { Packet } from '../../core/packet.ts';
import { protocol, REJECTED } from '../../core/protocol.ts';
import { udpPorts } from '../../core/table.ts';
import { ipv4Address, ipv6Address } from '../../core/text.ts';

const IPV4_AGENT = 1;
const IPV6_AGENT = 2;
/** Samples read of one datagram. */
const SAMPLES_MAX = 255;

const formatNames: Record<number, string> = {
  1: 'Flow sample',
  2: 'Counters sample',
  3: 'Expanded flow sample',
  4: 'Expanded counters sample',
};

const f = {
  version: uint('sflow_245.version', 'Datagram version').at(0, 4),
  agentType: uint('sflow_245.agenttype', 'Agent address type').at(4, 4).named({ 1: 'IPv4', 2: 'IPv6' }),
  agent: ipv4('sflow_245.agent', 'Agent address'),
  agent6: ipv6('sflow_245.agent.v6', 'Agent address'),
  subAgent: uint('sflow_5.sub_agent_id', 'Sub-agent ID'),
  sequence: uint('sflow_245.sequence_number', 'Sequence number'),
  uptime: uint('sflow_245.sysuptime', 'SysUptime'),
  samples: uint('sflow_245.numsamples', 'NumSamples'),
  sampleType: uint('sflow_245.sampletype', 'sFlow sample type').named(formatNames),
  sampleLength: uint('sflow_5.sample_length', 'Sample length (byte)'),
};

/** Where the header's part after the agent's address starts, 0 for addresses of other kinds. */
function afterAgent(b: Uint8Array, start: number): number {
  const kind = u32(b, start + 4);
  return kind === IPV4_AGENT ? start + 12 : kind === IPV6_AGENT ? start + 24 : 0;
}

/** Version 5 numbers the parts of an agent. */
const countersAt = (b: Uint8Array, start: number): number =>
  afterAgent(b, start) + (u32(b, start) === 5 ? 4 : 0);

/** Do the samples end with the datagram or before? Each says its length (version 5 only). */
function areWhole(b: Uint8Array, start: number, end: number): boolean {
  let at = countersAt(b, start) + 12;
  for (let left = Math.min(u32(b, at - 4), SAMPLES_MAX); left > 0; left--) {
    if (end - at < 8) return false;
    at += 8 + u32(b, at + 4);
    if (at > end) return false;
  }
  return true;
}

export const sflow = protocol({
  name: 'sflow',
  title: 'InMon sFlow',
  column: 'sFlow',
  fields: f,
  on: [[udpPorts, 6343]],
  step(p) {
    const { buf: b, at, end } = p;
    if (end - at < 8) return REJECTED;
    const version = u32(b, at);
    if (version !== 2 && version !== 4 && version !== 5) return REJECTED;
    if (afterAgent(b, at) === 0) return REJECTED;
    const header = countersAt(b, at) + 12 - at;
    if (end - at < header) return p.cut(header);
    if (version === 5 && !areWhole(b, at, end)) return p.cut(p.wireEnd - at + 1);
    p.at = end;
    return null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const end = p.stop[layer]!;
    if (end - start < 8) return;
    const after = afterAgent(b, start);
    const counters = countersAt(b, start);
    if (end < counters + 12) return;
    out.fixed(f.version);
    out.fixed(f.agentType);
    if (after - start === 12) out.add(f.agent, start + 8, 4);
    else out.add(f.agent6, start + 8, 16);
    if (counters > after) out.add(f.subAgent, after, 4);
    out.add(f.sequence, counters, 4);
    out.add(f.uptime, counters + 4, 4);
    out.add(f.samples, counters + 8, 4);
    if (u32(b, start) !== 5) return;
    let at = counters + 12;
    for (let left = Math.min(u32(b, counters + 8), SAMPLES_MAX); left > 0 && at + 8 <= end; left--) {
      out.group(
        formatNames[u32(b, at) & 0xfff] ?? 'Unknown sample format',
        at,
        Math.min(8 + u32(b, at + 4), end - at),
      );
      out.add(f.sampleType, at, 4, u32(b, at) & 0xfff);
      out.add(f.sampleLength, at + 4, 4);
      out.close();
      at += 8 + u32(b, at + 4);
    }
  },
  info,
});

function info(p: Packet, layer: number): string {
  const b = p.bufferOf(layer);
  const start = p.start[layer]!;
  const after = afterAgent(b, start);
  const counters = countersAt(b, start);
  if (p.stop[layer]! < counters + 12) return 'sFlow';
  const agent = after - start === 12 ? ipv4Address(b, start + 8) : ipv6Address(b, start + 8);
  const part = counters > after ? `, sub-agent ID ${u32(b, after)}` : '';
  return `V${u32(b, start)}, agent ${agent}${part}, seq ${u32(b, counters)}, ${u32(b, counters + 8)} samples`;
}
