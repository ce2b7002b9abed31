// Which request of GTP version 1 a response answers: they share a sequence number (3GPP TS 29.060 §11).
import { u16 } from '../../core/bytes.ts';
import type { Field } from '../../core/field.ts';
import type { Packet } from '../../core/packet.ts';
import type { Sink } from '../../core/sink.ts';
import { Exchanges, UNASKED } from '../../flows/exchanges.ts';

/** Requests by type; the type of the response is one more. TS 29.060 §7.1, Table 1. */
const REQUESTS = new Set([1, 16, 18, 20, 48, 50, 53, 128, 240]);
const HAS_SEQUENCE = 2;
const SEQUENCE_AT = 8;

const exchangesOf = (p: Packet): Exchanges => p.session.memoryOf('gtp', () => new Exchanges('gtp'));

/** Where a message of version 1 that is matched has its sequence number; -1: it is not matched. */
function sequenceOf(b: Uint8Array, start: number, end: number): number {
  const type = b[start + 1]!;
  if (b[start]! >> 5 !== 1 || (b[start]! & HAS_SEQUENCE) === 0 || end - start < SEQUENCE_AT + 2) return -1;
  return REQUESTS.has(type) || REQUESTS.has(type - 1) ? u16(b, start + SEQUENCE_AT) : -1;
}

/** Enters the message. A response's mark is the exchange's entry + 1. */
export function track(p: Packet, layer: number, start: number): void {
  const sequence = sequenceOf(p.buf, start, p.end);
  if (sequence < 0) return;
  const exchanges = exchangesOf(p);
  const type = p.buf[start + 1]!;
  if (REQUESTS.has(type)) {
    exchanges.seeRequest(p, sequence, 0);
    if (exchanges.entry >= 0) exchanges.note[exchanges.entry] = type;
  } else if (exchanges.seeReply(p, sequence) !== UNASKED) p.mark[layer] = exchanges.entry + 1;
}

/** The type of the request that this response answers; -1: it is none, or its request was not seen. */
export function gtpRequestAnswered(p: Packet, layer: number): number {
  const mark = p.mark[layer]!;
  return mark > 0 && sequenceOf(p.bufferOf(layer), p.start[layer]!, p.stop[layer]!) >= 0
    ? exchangesOf(p).note[mark - 1]!
    : -1;
}

interface ExchangeFields {
  readonly responseIn: Field;
  readonly responseTo: Field;
  readonly time: Field;
}

export function emitExchange(p: Packet, layer: number, f: ExchangeFields, out: Sink): void {
  const b = p.bufferOf(layer);
  const start = p.start[layer]!;
  const sequence = sequenceOf(b, start, p.stop[layer]!);
  if (sequence < 0) return;
  const exchanges = exchangesOf(p);
  if (REQUESTS.has(b[start + 1]!)) {
    const answer = exchanges.answerTo(p, sequence);
    if (answer > 0) out.add(f.responseIn, start, 0, answer);
  } else if (p.mark[layer]! > 0) {
    out.add(f.responseTo, start, 0, exchanges.request[p.mark[layer]! - 1]!);
    out.add(f.time, start, 0, exchanges.secondsSince(p, p.mark[layer]! - 1));
  }
}
