// User Datagram Protocol (RFC 768).
import { u16 } from '../core/bytes.ts';
import { data } from '../core/data.ts';
import { alias, bytes, uint } from '../core/field.ts';
import type { Packet } from '../core/packet.ts';
import { type Protocol, protocol } from '../core/protocol.ts';
import { ipProtocols, udpHeuristics, udpPorts } from '../core/table.ts';

const HEADER = 8;
export const UDP = 17;

const srcport = uint('udp.srcport', 'Source Port').at(0, 2);
const dstport = uint('udp.dstport', 'Destination Port').at(2, 2);
const f = {
  srcport,
  dstport,
  port: alias('udp.port', 'Source or Destination Port', [srcport, dstport]),
  length: uint('udp.length', 'Length').at(4, 2),
  checksum: uint('udp.checksum', 'Checksum').at(6, 2).hex(),
  stream: uint('udp.stream', 'Stream index').get((p, layer) => streamOf(p, layer)),
  payload: bytes('udp.payload', 'UDP payload'),
};

function streamOf(p: Packet, layer: number): number | undefined {
  return p.flow >= 0 && p.mark[layer] === 1 ? p.session.flows.stream[p.flow] : undefined;
}

export const udp: Protocol = protocol({
  name: 'udp',
  title: 'User Datagram Protocol',
  column: 'UDP',
  fields: f,
  on: [[ipProtocols, UDP]],
  step(p) {
    const b = p.buf;
    const start = p.at;
    if (p.end - start < HEADER) return p.cut(HEADER);
    const layer = p.count - 1;
    p.srcPort = u16(b, start);
    p.dstPort = u16(b, start + 2);
    p.transport = UDP;
    const length = u16(b, start + 4);
    // RFC 2675 §4: a length of 0 stands for a jumbogram's whole payload.
    if (length >= HEADER) p.narrow(layer, length);
    else if (length !== 0) return p.malformed();
    p.mark[layer] = 1;
    p.session.flows.see(p);
    p.payload[layer] = p.at = start + HEADER;
    if (p.at < p.end) udpPayload(p);
    return null;
  },
  emit(p, layer, out) {
    const start = p.start[layer]!;
    out.fixed(f.srcport);
    out.fixed(f.dstport);
    out.fixed(f.length);
    out.fixed(f.checksum);
    const stream = streamOf(p, layer);
    if (stream !== undefined) out.add(f.stream, start, 0, stream);
    const payload = start + HEADER;
    if (p.stop[layer]! > payload) out.add(f.payload, payload, p.stop[layer]! - payload);
  },
  headline: (p, layer) =>
    `, Src Port: ${u16(p.bufferOf(layer), p.start[layer]!)}, Dst Port: ${u16(p.bufferOf(layer), p.start[layer]! + 2)}`,
  info: (p, layer) => {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    return `${u16(b, start)} → ${u16(b, start + 2)} Len=${u16(b, start + 4) - HEADER}`;
  },
});

/** Guesses by content stop after this many datagrams of a conversation that none of them knew. */
const GUESSES_MAX = 32;

/** Who reads the payload: what the conversation is known for, what was announced, the ports (lower first), content. */
function udpPayload(p: Packet): void {
  const { session, srcPort, dstPort } = p;
  const flows = session.flows;
  const known = flows.application[p.flow]!;
  if (known !== 0 && p.offer(flows.protocolOf(known))) return;
  const announced = session.announced(p);
  if (announced !== undefined && p.offer(announced)) return;
  const low = udpPorts.get(Math.min(srcPort, dstPort));
  if (low !== undefined && p.offer(low)) return;
  const high = udpPorts.get(Math.max(srcPort, dstPort));
  if (high !== undefined && high !== low && p.offer(high)) return;
  if (flows.guesses[p.flow]! < GUESSES_MAX) {
    for (const { protocol: guess, matches } of udpHeuristics.entries) {
      if (!matches(p) || !p.offer(guess)) continue;
      flows.setApplication(p.flow, guess);
      return;
    }
    flows.guesses[p.flow]!++;
  }
  p.run(data);
}
