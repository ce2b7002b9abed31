// Matches GTP responses to requests by sequence number (3GPP TS 29.060 §11, TS 29.274 §7.6).
import { u16, u24 } from '../../core/bytes.ts';
import type { Field } from '../../core/field.ts';
import type { Packet } from '../../core/packet.ts';
import type { Sink } from '../../core/sink.ts';
import { Exchanges, FIRST } from '../../flows/exchanges.ts';

/** Request types; the response type is one more (TS 29.060 §7.1, Table 1). */
const REQUESTS_1 = new Set([1, 16, 18, 20, 48, 50, 53, 128, 240]);
/** The same for version 2 (TS 29.274 §6.1); a command is answered by its failure indication. */
const REQUESTS_2 = new Set([25, 27, 29, 32, 34, 36, 64, 66, 68, 95, 97, 99, 130, 133, 135, 137, 139]);
const HAS_SEQUENCE = 2;
const SEQUENCE_AT = 8;
/** Version 2: the sequence number follows the optional TEID. */
const HAS_TEID = 8;
/** Keeps sequence numbers of the two versions apart. */
const VERSION_2 = 2 ** 32;

const exchangesOf = (p: Packet): Exchanges => p.session.memoryOf('gtp', () => new Exchanges('gtp'));

const isRequest = (b: Uint8Array, start: number): boolean =>
  (b[start]! >> 5 === 1 ? REQUESTS_1 : REQUESTS_2).has(b[start + 1]!);

/** Key by which a message is matched; -1 if it is not matched. */
function sequenceOf(b: Uint8Array, start: number, end: number): number {
  const flags = b[start]!;
  const type = b[start + 1]!;
  if (flags >> 5 === 2) {
    const at = start + (flags & HAS_TEID ? 8 : 4);
    return at + 3 <= end && (REQUESTS_2.has(type) || REQUESTS_2.has(type - 1)) ? VERSION_2 + u24(b, at) : -1;
  }
  if (flags >> 5 !== 1 || (flags & HAS_SEQUENCE) === 0 || end - start < SEQUENCE_AT + 2) return -1;
  return REQUESTS_1.has(type) || REQUESTS_1.has(type - 1) ? u16(b, start + SEQUENCE_AT) : -1;
}

/**
 * Records the message; a retransmission is not matched again. The mark of a response is the index of the exchange + 1.
 */
export function track(p: Packet, layer: number, start: number): void {
  const sequence = sequenceOf(p.buf, start, p.end);
  if (sequence < 0) return;
  const exchanges = exchangesOf(p);
  if (isRequest(p.buf, start)) {
    exchanges.seeRequest(p, sequence, 0);
    if (exchanges.entry >= 0) exchanges.note[exchanges.entry] = p.buf[start + 1]!;
  } else if (exchanges.seeReply(p, sequence) === FIRST) p.mark[layer] = exchanges.entry + 1;
}

/** Type of the request that this response answers; -1 if it is not a response, or its request was not captured. */
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
  if (isRequest(b, start)) {
    const answer = exchanges.answerTo(p, sequence);
    if (answer > 0) out.add(f.responseIn, start, 0, answer);
  } else if (p.mark[layer]! > 0) {
    out.add(f.responseTo, start, 0, exchanges.request[p.mark[layer]! - 1]!);
    out.add(f.time, start, 0, exchanges.responseTimeNs(p, p.mark[layer]! - 1));
  }
}
