// User Datagram Protocol (RFC 768).
import { u16 } from '../core/bytes.ts';
import { data } from '../core/data.ts';
import type { AddExpertInfo, Place } from '../core/expert.ts';
import { alias, bytes, none, seconds, uint } from '../core/field.ts';
import { type Packet, SHOWN } from '../core/packet.ts';
import { type Protocol, protocol } from '../core/protocol.ts';
import type { Sink } from '../core/sink.ts';
import { ipProtocols, udpHeuristics, udpPorts } from '../core/table.ts';
import { secondsSince } from '../core/times.ts';
import { badUdpChecksum, statusOf } from '../expert/checksums.ts';

const HEADER = 8;
export const UDP = 17;

const srcport = uint('udp.srcport', 'Source Port').at(0, 2);
const dstport = uint('udp.dstport', 'Destination Port').at(2, 2);
/** UDP-Lite has them, too (RFC 3828 §3.1). */
export const udpFields = {
  srcport,
  dstport,
  port: alias('udp.port', 'Source or Destination Port', [srcport, dstport]).behindAll(),
  // Of UDP-Lite, whose header has no length, it is derived.
  length: uint('udp.length', 'Length').get((p, layer) => lengthOf(p, layer)),
  possibleTraceroute: none('udp.possible_traceroute', 'Possible traceroute'),
  lengthBad: none('udp.length.bad', 'Bad length value'),
  checksum: uint('udp.checksum', 'Checksum').at(6, 2).hex(),
  checksumZero: none('udp.checksum.zero', 'Illegal checksum value (0)'),
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

const f = udpFields;

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

function lengthOf(p: Packet, layer: number): number | undefined {
  const start = p.start[layer]!;
  if (p.stop[layer]! - start < 6) return undefined;
  return p.protocols[layer]!.name === 'udp' ? u16(p.bufferOf(layer), start + 4) : (p.notes[layer] as number);
}

/** Whether the layer is carried by IPv6, be it in a tunnel or around one. */
function isOverIpv6(p: Packet, layer: number): boolean {
  let below = layer - 1;
  while (below > 0 && p.protocols[below]!.name !== 'ip' && p.protocols[below]!.name !== 'ipv6') below--;
  return p.protocols[below]!.name === 'ipv6';
}

function checksumStatus(p: Packet, layer: number): number {
  const isUdp = p.protocols[layer]!.name === 'udp';
  if (u16(p.bufferOf(layer), p.start[layer]! + 6) === 0)
    return isUdp && !isOverIpv6(p, layer) ? NOT_PRESENT : ILLEGAL;
  return isUdp ? statusOf(p.session.preferences['udp.check_checksum'], badUdpChecksum(p, layer)) : UNVERIFIED;
}

/** Whether a checksum of zero, "none", is there where it must not be: over IPv6 (RFC 8200 §8.1), and in UDP-Lite. */
export function isChecksumIllegal(p: Packet, layer: number): boolean {
  return p.stop[layer]! - p.start[layer]! >= HEADER && checksumStatus(p, layer) === ILLEGAL;
}

export function expertChecksumZero(p: Packet, layer: number, add: AddExpertInfo): void {
  if (isChecksumIllegal(p, layer))
    add('error', 'checksum', 'Illegal checksum value (0)', { name: f.checksumZero });
}

/** How the Info column says so. */
export const ILLEGAL_TEXT = ' [ILLEGAL CHECKSUM (0)]';

const NOTES: Readonly<Record<number, string>> = {
  [UNVERIFIED]: ' [unverified]',
  [NOT_PRESENT]: ' [zero-value ignored]',
  [ILLEGAL]: ' [zero-value illegal]',
};

/** The header's last field and what is derived. */
export function emitFromChecksum(p: Packet, layer: number, out: Sink): void {
  const start = p.start[layer]!;
  const status = checksumStatus(p, layer);
  const isZero = status === NOT_PRESENT || status === ILLEGAL;
  out.openFixed(f.checksum);
  out.note(NOTES[status] ?? '');
  if (status === ILLEGAL) out.add(f.checksumZero, start + 6, 0);
  if (!isZero) out.close();
  out.add(f.checksumStatus, start + 6, 0, status);
  if (isZero) out.close();
  const stream = streamOf(p, layer);
  if (stream !== undefined) out.add(f.stream, start, 0, stream);
  const payload = start + HEADER;
  const size = p.stop[layer]! - payload;
  // Wireshark times only datagrams that carry something.
  if (size > 0 || p.capturedLength < p.wireLength) {
    out.group('[Timestamps]', start, 0);
    out.fixed(f.timeRelative);
    out.fixed(f.timeDelta);
    out.close();
  }
  if (size > 0) out.add(f.payload, payload, size);
}

/** Enters the datagram of the layer in hand in the table of conversations; the layer's mark says where. */
export function seeDatagram(p: Packet): void {
  const { flows, deltaTimes } = p.session;
  p.mark[p.count - 1] = flows.see(p) + 1;
  if (flows.isNew) deltaTimes?.begin(p.flow, flows.capacity);
  deltaTimes?.see(p);
}

/** First port of traceroute's probes; Wireshark assumes three probes per hop, and looks at the first ten hops. */
const TRACEROUTE_PORT = 33_435;
const TRACEROUTE_PROBES = 30;

/** Which of traceroute's probes has the port at this offset of the header, from 0; -1: none. */
function tracerouteProbe(p: Packet, layer: number, offset: number): number {
  const at = p.start[layer]! + offset;
  if (at + 2 > p.stop[layer]!) return -1;
  const probe = u16(p.bufferOf(layer), at) - TRACEROUTE_PORT;
  return probe >= 0 && probe < TRACEROUTE_PROBES ? probe : -1;
}

export function expertTraceroute(p: Packet, layer: number, add: AddExpertInfo): void {
  for (const under of [f.srcport, f.dstport]) {
    const probe = tracerouteProbe(p, layer, under.offset);
    if (probe < 0) continue;
    const text = `Possible traceroute: hop #${Math.floor(probe / 3) + 1}, attempt #${(probe % 3) + 1}`;
    add('chat', 'sequence', text, { under, name: f.possibleTraceroute });
  }
}

/** The header's first two fields. */
export function emitPorts(p: Packet, layer: number, out: Sink): void {
  for (const port of [f.srcport, f.dstport]) {
    out.fixed(port);
    if (tracerouteProbe(p, layer, port.offset) >= 0)
      out.add(f.possibleTraceroute, p.start[layer]! + port.offset, 0);
  }
}

export const portsHeadline = (p: Packet, layer: number): string =>
  p.stop[layer]! - p.start[layer]! < 4
    ? ''
    : `, Src Port: ${u16(p.bufferOf(layer), p.start[layer]!)}, Dst Port: ${u16(p.bufferOf(layer), p.start[layer]! + 2)}`;

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
      if (p.end - start >= 6) p.notes[layer] = lengthNote(u16(b, start + 4), p.wireEnd - start);
      if (p.notes[layer] !== TOO_SHORT) return p.cut(HEADER);
      p.at = p.end;
      return null;
    }
    p.srcPort = u16(b, start);
    p.dstPort = u16(b, start + 2);
    p.transport = UDP;
    const length = u16(b, start + 4);
    seeDatagram(p);
    p.payload[layer] = p.at = start + HEADER;
    p.notes[layer] = lengthNote(length, p.wireEnd - start);
    if (p.notes[layer] === TOO_SHORT) return null;
    if (length > 0) p.narrow(layer, length);
    // The payload of a quoted datagram is shown next to the ICMP error, not inside it.
    if (p.isQuoted) p.visibility |= SHOWN;
    if (p.at < p.wireEnd) udpPayload(p);
    return null;
  },
  emit(p, layer, out) {
    const start = p.start[layer]!;
    emitPorts(p, layer, out);
    if (p.stop[layer]! - start >= 6) out.add(f.length, start + 4, 2);
    const note = p.notes[layer];
    if (note === TOO_SHORT) out.note(` (bogus, must be >= ${HEADER})`);
    else if (note === TOO_LONG && p.capturedLength >= p.wireLength)
      out.note(` (bogus, payload length ${p.stop[layer]! - start})`);
    if (note !== null) out.add(f.lengthBad, start + 4, 0);
    if (p.stop[layer]! - start < HEADER) return;
    emitFromChecksum(p, layer, out);
  },
  headline: portsHeadline,
  info(p, layer) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const captured = p.stop[layer]! - start;
    const ports = `${u16(b, start)} → ${u16(b, start + 2)}`;
    if (captured < 6) return ports;
    const length = u16(b, start + 4);
    if (p.notes[layer] === TOO_SHORT) return `${ports} [BAD UDP LENGTH ${length} < ${HEADER}]`;
    const bad = p.notes[layer] === TOO_LONG ? ` [BAD UDP LENGTH ${length} > IP PAYLOAD LENGTH]` : '';
    return `${ports}${bad} Len=${length - HEADER}${isChecksumIllegal(p, layer) ? ILLEGAL_TEXT : ''}`;
  },
});

/** Notes on a datagram with a length that cannot be. */
const TOO_SHORT = { reason: 'shorter than its header' };
const TOO_LONG = { reason: 'longer than its IP payload' };

/** `room`: bytes of the IP payload, with those not captured. */
function lengthNote(length: number, room: number): object | null {
  // RFC 2675 §4: length 0 in a jumbogram means the whole payload.
  if (length < HEADER) return length === 0 && room >= 0x10000 ? null : TOO_SHORT;
  return length > room ? TOO_LONG : null;
}

/** What expert information says of a length field that claims too little or too much; null: it does not. */
export function lengthFinding(p: Packet, layer: number): { message: string; place: Place } | null {
  const note = p.notes[layer];
  if (note === null) return null;
  const length = u16(p.bufferOf(layer), p.start[layer]! + 4);
  return {
    message: `Bad length value ${length} ${note === TOO_SHORT ? `< ${HEADER}` : '> IP payload length'}`,
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
