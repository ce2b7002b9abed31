// Matches NTP responses to requests: by the origin timestamp, which repeats the request's transmit timestamp (RFC 5905
// §8), or by the sequence number of control and private messages (RFC 9327 §2).
import { u16, u32 } from '../../core/bytes.ts';
import { seconds, uint } from '../../core/field.ts';
import type { Packet } from '../../core/packet.ts';
import type { Sink } from '../../core/sink.ts';
import { Exchanges, UNASKED } from '../../flows/exchanges.ts';

const CLIENT = 3;
const SERVER = 4;
const CONTROL = 6;
const PRIVATE = 7;
const RESPONSE = 0x80;
const ORIGIN_AT = 24;
const TRANSMIT_AT = 40;
/** Separates the keys of the three kinds of messages. */
const KIND = 2 ** 32;

export const exchangeFields = {
  responseIn: uint('ntp.response_in', 'Response In'),
  requestIn: uint('ntp.request_in', 'Request In'),
  delta: seconds('ntp.delta_time', 'Delta Time'),
};

const exchangesOf = (p: Packet): Exchanges => p.session.memoryOf('ntp', () => new Exchanges('ntp'));

function isRequest(b: Uint8Array, start: number): boolean {
  const mode = b[start]! & 7;
  if (mode === CONTROL) return (b[start + 1]! & RESPONSE) === 0;
  return mode === PRIVATE ? (b[start]! & RESPONSE) === 0 : mode === CLIENT;
}

/** Key shared by a request and its response; -1 if the message is neither. Its header must be complete. */
function idOf(b: Uint8Array, start: number): number {
  switch (b[start]! & 7) {
    case CLIENT:
      return (u32(b, start + TRANSMIT_AT) ^ u32(b, start + TRANSMIT_AT + 4)) >>> 0;
    case SERVER:
      return (u32(b, start + ORIGIN_AT) ^ u32(b, start + ORIGIN_AT + 4)) >>> 0;
    case CONTROL:
      return KIND + u16(b, start + 2);
    case PRIVATE:
      return 2 * KIND + ((b[start + 1]! & ~RESPONSE) << 8) + b[start + 3]!;
    default:
      return -1;
  }
}

/** Enters the message into its exchange; a response's mark is the exchange's entry + 1. */
export function track(p: Packet, layer: number, start: number): void {
  const id = idOf(p.buf, start);
  if (id < 0) return;
  const exchanges = exchangesOf(p);
  if (isRequest(p.buf, start)) exchanges.seeRequest(p, id, 0);
  else if (exchanges.seeReply(p, id) !== UNASKED) p.mark[layer] = exchanges.entry + 1;
}

export function emitExchange(p: Packet, layer: number, out: Sink): void {
  const b = p.bufferOf(layer);
  const start = p.start[layer]!;
  const id = idOf(b, start);
  if (id < 0) return;
  const exchanges = exchangesOf(p);
  const entry = p.mark[layer]! - 1;
  if (isRequest(b, start)) {
    const answer = exchanges.answerTo(p, id);
    if (answer > 0) out.add(exchangeFields.responseIn, start, 0, answer);
  } else if (entry >= 0) {
    out.add(exchangeFields.requestIn, start, 0, exchanges.request[entry]!);
    out.add(exchangeFields.delta, start, 0, exchanges.responseTimeNs(p, entry));
  }
}
