// Schemas of the content of a sealed message and of its receipt.
import { peerIdOrNone } from '../identity/names.ts';
import { bytes, fixed, list, record, type Shape, text, varint } from '../wire/schema.ts';
import { receiptOf } from './pairs.ts';

/** Of one sender, as many are remembered. */
export const REFUSED_MAX = 32;

export const content = record({
  stream: fixed(8),
  sequence: varint(),
  sentMs: varint(),
  topic: text(64),
  /** Who gave it to the sender to send, as a client of MQTT does; '': nobody else. */
  by: peerIdOrNone,
  body: bytes(160 << 10),
});

export const delivered = record({
  epoch: fixed(8),
  stream: fixed(8),
  /** All up to this number were taken or refused. */
  upTo: varint(),
  /** The last of them that were refused. */
  refused: list(varint(), REFUSED_MAX),
  /** Why nothing could be opened; '' with a receipt. */
  problem: text(32),
  /** Empty with a problem: then there is no shared secret to vouch for it. */
  receipt: bytes(32),
});
export type Delivered = Shape<typeof delivered>;

/** What cannot be opened, and why. */
export function problemWith(epoch: Uint8Array, problem: string): Delivered {
  return { epoch, stream: Buffer.alloc(8), upTo: 0, refused: [], problem, receipt: Buffer.alloc(0) };
}

/** What was taken, vouched for with the secret of the two. */
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
