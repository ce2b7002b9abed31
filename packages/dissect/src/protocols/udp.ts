// User Datagram Protocol (RFC 768).
import { u16 } from '../core/bytes.ts';
import { data } from '../core/data.ts';
import type { Place } from '../core/expert.ts';
import { alias, bytes, none, seconds, uint } from '../core/field.ts';
import { IPV6, type Packet, SHOWN } from '../core/packet.ts';
import { type Protocol, protocol } from '../core/protocol.ts';
import { ipProtocols, udpHeuristics, udpPorts } from '../core/table.ts';
import { secondsSince } from '../core/times.ts';
import { badUdpChecksum, statusOf } from '../expert/checksums.ts';

const HEADER = 8;
export const UDP = 17;

const srcport = uint('udp.srcport', 'Source Port').at(0, 2);
const dstport = uint('udp.dstport', 'Destination Port').at(2, 2);
const f = {
  srcport,
  dstport,
  port: alias('udp.port', 'Source or Destination Port', [srcport, dstport]).behindAll(),
  length: uint('udp.length', 'Length').at(4, 2),
  lengthBad: none('udp.length.bad', 'Bad length value'),
  checksum: uint('udp.checksum', 'Checksum').at(6, 2).hex(),
  checksumStatus: uint('udp.checksum.status', 'Checksum Status').byName().named({
    0: 'Bad',
    1: 'Good',
    2: 'Unverified',
    3: 'Not present',
    4: 'Illegal',
  }),
  stream: uint('udp.stream', 'Stream index').get((p, layer) => streamOf(p, layer)),
  timeRelative: seconds('udp.time_relative', 'Time since first frame').get((p, layer) =>
    sinceFirst(p, layer),
  ),
  timeDelta: seconds('udp.time_delta', 'Time since previous frame')
    .timed()
    .get((p, layer) => (flowOf(p, layer) < 0 ? undefined : p.session.deltaTimes?.of(flowOf(p, layer)))),
  payload: bytes('udp.payload', 'UDP payload').shownAs(
    (_, width) => `UDP payload (${width} byte${width === 1 ? '' : 's'})`,
  ),
};

const UNVERIFIED = 2;
/** Values of the checksum status; 3: not present, 4: zero, which IPv6 forbids (RFC 8200 §8.1). */
const NOT_PRESENT = 3;
const ILLEGAL = 4;

/** The layer's flow, from its mark; -1: none. */
const flowOf = (p: Packet, layer: number): number => p.mark[layer]! - 1;

function streamOf(p: Packet, layer: number): number | undefined {
  const flow = flowOf(p, layer);
  return flow >= 0 ? p.session.flows.stream(flow) : undefined;
}

function sinceFirst(p: Packet, layer: number): number | bigint | undefined {
  const flow = flowOf(p, layer);
  if (flow < 0) return undefined;
  const { flows } = p.session;
  return secondsSince(p, flows.firstSeconds(flow), flows.firstNanoseconds(flow));
}

function checksumStatus(p: Packet, layer: number): number {
  if (u16(p.bufferOf(layer), p.start[layer]! + 6) !== 0)
    return statusOf(p.session.preferences['udp.check_checksum'], badUdpChecksum(p, layer));
  return p.netKind === IPV6 ? ILLEGAL : NOT_PRESENT;
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
    const layer = p.count - 1;
    if (p.end - start < HEADER) {
      if (p.end - start < 4) return p.cutUnseen(HEADER);
      if (p.end - start >= 6 && u16(b, start + 4) > p.wireEnd - start) p.notes[layer] = TOO_LONG;
      return p.cut(HEADER);
    }
    p.srcPort = u16(b, start);
    p.dstPort = u16(b, start + 2);
    p.transport = UDP;
    const length = u16(b, start + 4);
    const { flows, deltaTimes } = p.session;
    p.mark[layer] = flows.see(p) + 1;
    if (flows.isNew) deltaTimes?.begin(p.flow, flows.capacity);
    deltaTimes?.see(p);
    p.payload[layer] = p.at = start + HEADER;
    if (length > p.wireEnd - start) p.notes[layer] = TOO_LONG;
    if (length >= HEADER) p.narrow(layer, length);
    // RFC 2675 §4: length 0 in a jumbogram means the whole payload.
    else if (length !== 0 || p.wireEnd - start < 0x10000) return null;
    // The payload of a quoted datagram is shown next to the ICMP error, not inside it.
    if (p.isQuoted) p.visibility |= SHOWN;
    if (p.at < p.wireEnd) udpPayload(p);
    return null;
  },
  emit(p, layer, out) {
    const start = p.start[layer]!;
    out.fixed(f.srcport);
    out.fixed(f.dstport);
    out.fixed(f.length);
    if (p.notes[layer] === TOO_LONG) {
      if (p.capturedLength >= p.wireLength) out.note(` (bogus, payload length ${p.stop[layer]! - start})`);
      out.add(f.lengthBad, start + 4, 0);
    }
    if (p.stop[layer]! - start < HEADER) return;
    const status = checksumStatus(p, layer);
    out.openFixed(f.checksum);
    if (status === UNVERIFIED) out.note(' [unverified]');
    else if (status === NOT_PRESENT) out.note(' [zero-value ignored]');
    if (status !== NOT_PRESENT) out.close();
    out.add(f.checksumStatus, start + 6, 0, status);
    if (status === NOT_PRESENT) out.close();
    const stream = streamOf(p, layer);
    if (stream !== undefined) out.add(f.stream, start, 0, stream);
    out.group('[Timestamps]', start, 0);
    out.fixed(f.timeRelative);
    out.fixed(f.timeDelta);
    out.close();
    const payload = start + HEADER;
    if (p.stop[layer]! > payload) out.add(f.payload, payload, p.stop[layer]! - payload);
  },
  headline: (p, layer) =>
    p.stop[layer]! - p.start[layer]! < 4
      ? ''
      : `, Src Port: ${u16(p.bufferOf(layer), p.start[layer]!)}, Dst Port: ${u16(p.bufferOf(layer), p.start[layer]! + 2)}`,
  info(p, layer) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const captured = p.stop[layer]! - start;
    const ports = `${u16(b, start)} → ${u16(b, start + 2)}`;
    if (captured < 6) return ports;
    const length = u16(b, start + 4);
    const bad = p.notes[layer] === TOO_LONG ? ` [BAD UDP LENGTH ${length} > IP PAYLOAD LENGTH]` : '';
    if (captured < HEADER) return bad === '' ? ports : `${ports}${bad} Len=${length - HEADER}`;
    if (length < HEADER && (length !== 0 || captured < 0x10000))
      return `${ports} [BAD UDP LENGTH ${length} < ${HEADER}]`;
    const illegal = checksumStatus(p, layer) === ILLEGAL ? ' [ILLEGAL CHECKSUM (0)]' : '';
    return `${ports}${bad} Len=${length - HEADER}${illegal}`;
  },
});

/** Note on a datagram whose length exceeds the IP payload. */
const TOO_LONG = { reason: 'longer than its IP payload' };

/** What expert information says of a length field that claims too much; null: it does not. */
export function lengthFinding(p: Packet, layer: number): { message: string; place: Place } | null {
  if (p.notes[layer] !== TOO_LONG) return null;
  const length = u16(p.bufferOf(layer), p.start[layer]! + 4);
  return {
    message: `Bad length value ${length} > IP payload length`,
    place: { under: f.length, name: f.lengthBad },
  };
}

/** Heuristics are not tried any more once they have failed on this many datagrams of a conversation. */
const GUESSES_MAX = 32;

/** Tries, in this order: the conversation's known protocol, an announced one, the ports (lower first), heuristics. */
export function udpPayload(p: Packet): void {
  const { session, srcPort, dstPort } = p;
  const flows = session.flows;
  const known = flows.application(p.flow);
  if (known !== 0 && p.offer(flows.protocolOf(known))) return;
  const announced = session.announced(p);
  if (announced !== undefined && p.offer(announced)) return;
  const low = udpPorts.get(Math.min(srcPort, dstPort));
  if (low !== undefined && p.offer(low)) return;
  const high = udpPorts.get(Math.max(srcPort, dstPort));
  if (high !== undefined && high !== low && p.offer(high)) return;
  if (p.at >= p.end) {
    p.cut(1);
    return;
  }
  if (flows.guesses(p.flow) < GUESSES_MAX) {
    for (const { protocol: guess, matches } of udpHeuristics.entries) {
      if (!matches(p) || !p.offer(guess)) continue;
      flows.setApplication(p.flow, guess);
      return;
    }
    flows.addGuess(p.flow);
  }
  p.run(data);
}
