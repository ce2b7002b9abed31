// Decrypted application data as a stream of its own: messages are reassembled from records as otherwise from segments.
import { data } from '../../../core/data.ts';
import { COLUMN, LATE, type Packet, SHOWN } from '../../../core/packet.ts';
import { type Protocol, protocol } from '../../../core/protocol.ts';
import { tcpHeuristics, tcpPorts } from '../../../core/table.ts';
import { runFramed } from '../../../flows/framing.ts';
import { StreamReassembly } from '../../../flows/reassembly.ts';
import type { Decryption } from './decryption.ts';

interface ApplicationData {
  /** Bytes delivered of each direction. */
  sent: [number, number];
  /** Its dissector, once known. */
  reader: Protocol | null;
}

const newApplicationData = (): ApplicationData => ({ sent: [0, 0], reader: null });
const streamsOf = (p: Packet): StreamReassembly =>
  p.session.memoryOf('tls-streams', () => new StreamReassembly('Reassembled TLS'));

/** Ports of TLS, and those of the same protocols in clear. */
const IN_CLEAR: Readonly<Record<number, number>> = {
  443: 80,
  465: 25,
  636: 389,
  853: 53,
  993: 143,
  995: 110,
  5061: 5060,
  5671: 5672,
  8443: 80,
  8883: 1883,
};
const HTTP_PORT = 80;

/** A new handshake in this conversation: what was sent before is another stream. */
export function forgetStreams(p: Packet): void {
  const streams = streamsOf(p);
  streams.forget(p.flow * 2);
  streams.forget(p.flow * 2 + 1);
  Object.assign(p.session.stateOf(p, 'tls-application-data', newApplicationData), newApplicationData());
}

/** Adds the decrypted contents of the next record of its direction. True if they belong to an incomplete message. */
export function deliver(p: Packet, decryption: Decryption, plain: Uint8Array): boolean {
  if (plain.length === 0) return false;
  const inside = p.session.stateOf(p, 'tls-application-data', newApplicationData);
  const direction = p.direction as 0 | 1;
  const sequence = inside.sent[direction];
  inside.sent[direction] = (sequence + plain.length) >>> 0;
  // The record itself came whole: what TCP is asked for is another matter.
  const { mayAskMore, wanted, wantedAt, isPartOfMessage } = p;
  p.isPartOfMessage = false;
  const layers = p.count;
  p.within('Decrypted TLS', plain, 0, plain.length, plain.length, () => {
    const read = (packet: Packet): void => choose(packet, inside, decryption);
    streamsOf(p).payload(p, p.flow * 2 + direction, sequence, false, read, onWhole);
  });
  const isWaiting = p.isPartOfMessage;
  // As in Wireshark, a message that only begins here does not set the columns.
  if (isWaiting) for (let i = layers; i < p.count; i++) if (p.flags[i] === COLUMN) p.flags[i] = 0;
  Object.assign(p, { mayAskMore, wanted, wantedAt, isPartOfMessage });
  return isWaiting;
}

/** The side closed its direction: a message delimited by the end is complete. */
export function closeApplicationData(p: Packet, decryption: Decryption): void {
  const inside = p.session.stateOf(p, 'tls-application-data', newApplicationData);
  const direction = p.direction as 0 | 1;
  const { mayAskMore, wanted, wantedAt, isPartOfMessage } = p;
  const read = (packet: Packet): void => choose(packet, inside, decryption);
  streamsOf(p).close(p, p.flow * 2 + direction, inside.sent[direction], read, onWhole);
  Object.assign(p, { mayAskMore, wanted, wantedAt, isPartOfMessage });
}

const segments = protocol({ name: 'tls.segments', title: 'Reassembled TLS segments', step: () => null });

function onWhole(p: Packet): void {
  p.push(segments, SHOWN | LATE);
}

function choose(p: Packet, inside: ApplicationData, { alpn }: Decryption): void {
  if (inside.reader !== null && offer(p, inside.reader)) return;
  for (const made of candidates(p, alpn)) {
    if (!offer(p, made)) continue;
    inside.reader = made;
    return;
  }
  p.run(data);
}

function* candidates(p: Packet, alpn: string): Generator<Protocol> {
  const agreed = protocolOfAlpn(alpn);
  if (agreed !== undefined) yield agreed;
  for (const { protocol: guess, matches } of tcpHeuristics.entries)
    if (guess.name !== 'tls' && matches(p)) yield guess;
  const clear = protocolOfPort(p);
  if (clear !== undefined) yield clear;
}

function protocolOfAlpn(alpn: string): Protocol | undefined {
  if (alpn === 'h2')
    return tcpHeuristics.entries.find(({ protocol: guess }) => guess.name === 'http2')?.protocol;
  return alpn.startsWith('http/1') ? tcpPorts.get(HTTP_PORT) : undefined;
}

const protocolOfPort = (p: Packet): Protocol | undefined =>
  tcpPorts.get(IN_CLEAR[p.srcPort] ?? IN_CLEAR[p.dstPort] ?? 0);

/** What the application data should be, decrypted or not: as negotiated, else by port. */
export function expectedProtocol(p: Packet, alpn: string): Protocol | undefined {
  return protocolOfAlpn(alpn) ?? protocolOfPort(p);
}

function offer(p: Packet, made: Protocol): boolean {
  return made.framing === null ? p.offer(made) : runFramed(p, made, made.framing);
}
