// ICMP as connections: the type of a message stands for the originator's port, and that of its answer for the responder's.
// One that has no answer has its code there (https://docs.zeek.org/en/master/scripts/base/protocols/conn/main.zeek.html).
import { type Packet, protocolNamed } from '@eyrie/dissect';

const icmpv6 = protocolNamed('icmpv6')!.id;

/** Questions and their answers: RFC 792, RFC 950, RFC 1256; RFC 4443, RFC 4861, RFC 2710, RFC 4620, RFC 6275. */
const PAIRS = [
  [8, 0],
  [13, 14],
  [15, 16],
  [17, 18],
  [10, 9],
] as const;
const PAIRS_V6 = [
  [128, 129],
  [133, 134],
  [135, 136],
  [130, 131],
  [139, 140],
  [144, 145],
] as const;

const answers = new Map<number, number>(PAIRS.flatMap(([a, b]) => [[a, b] as const, [b, a] as const]));
const answersV6 = new Map<number, number>(PAIRS_V6.flatMap(([a, b]) => [[a, b] as const, [b, a] as const]));

/** The type of the message that answers one of this type; undefined where none does. */
export function icmpAnswer(type: number, isV6: boolean): number | undefined {
  return (isV6 ? answersV6 : answers).get(type);
}

export interface Ends {
  readonly fromPort: number;
  readonly toPort: number;
  readonly isOneWay: boolean;
}

/** Null where the capture cut the message. */
export function icmpEnds(p: Packet, layer: number): Ends | null {
  const at = p.start[layer]!;
  if (at + 2 > p.stop[layer]!) return null;
  const b = p.bufferOf(layer);
  const type = b[at]!;
  const answer = icmpAnswer(type, p.proto[layer] === icmpv6);
  return { fromPort: type, toPort: answer ?? b[at + 1]!, isOneWay: answer === undefined };
}
