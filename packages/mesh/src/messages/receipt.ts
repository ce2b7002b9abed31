// Schemas of the content of a sealed message and of its receipt.
import { peerIdOrNone } from '../identity/names.ts';
import { bytes, fixed, list, record, type Shape, text, varint } from '../wire/schema.ts';
import { receiptOf } from './pairs.ts';

/** Refused messages remembered per sender. */
export const REFUSED_MAX = 32;

export const content = record({
  stream: fixed(8),
  sequence: varint(),
  sentMs: varint(),
  topic: text(64),
  /** The client on whose behalf it was sent, such as an MQTT client; '' if none. */
  by: peerIdOrNone,
  body: bytes(160 << 10),
});

export const delivered = record({
  epoch: fixed(8),
  stream: fixed(8),
  /** Cumulative: all messages up to this number were taken or refused. */
  upTo: varint(),
  /** Those among the latest that were refused. */
  refused: list(varint(), REFUSED_MAX),
  /** Why the message could not be opened; '' with a receipt. */
  problem: text(32),
  /** Authentication code (`receiptOf`); empty with a problem, because then there is no shared secret. */
  receipt: bytes(32),
});
export type Delivered = Shape<typeof delivered>;

/** A reply to a message that cannot be opened. */
export function problemWith(epoch: Uint8Array, problem: string): Delivered {
  return { epoch, stream: Buffer.alloc(8), upTo: 0, refused: [], problem, receipt: Buffer.alloc(0) };
}

/** A receipt, authenticated with the shared secret. */
export function receiptFor(
  epoch: Uint8Array,
  context: Parameters<typeof receiptOf>[0],
  { stream, upTo, refused }: Pick<Delivered, 'stream' | 'upTo' | 'refused'>,
): Delivered {
  const receipt = receiptOf(context, stream, receiptText({ upTo, refused }));
  return { epoch, stream, upTo, refused, problem: '', receipt };
}

export function receiptText({ upTo, refused }: Pick<Delivered, 'upTo' | 'refused'>): string {
  return `${upTo} ${refused.join(',')}`;
}
