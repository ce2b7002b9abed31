// A broadcast as it goes over links: its shape, what is signed of it, and its seal. It comes to all, and what is the same for
// many peers of one process is read, checked and opened once.

import { createCipheriv, createDecipheriv, createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';
import { isSignedBy } from '../identity/keys.ts';
import { peerId, peerIdOrNone } from '../identity/names.ts';
import { bytes, decode, encode, fixed, ownCopy, record, type Shape, text, varint } from '../wire/schema.ts';

export const BROADCAST_BYTES_MAX = 64 << 10;
const TAG_BYTES = 16;
const NOTHING = Buffer.alloc(0);

const fields = {
  origin: peerId,
  /** In milliseconds since 1970, and counted up where two are sent in one: it names the broadcast. */
  number: varint(),
  topic: text(64),
  /** Who gave it to the origin to send; '': nobody else. */
  by: peerIdOrNone,
  epoch: varint(),
  sealed: bytes(BROADCAST_BYTES_MAX + TAG_BYTES),
};
export const signedText = record(fields);
export const broadcast = record({ ...fields, waitMs: varint(60_000), signature: fixed(64) });
export type Broadcast = Shape<typeof broadcast>;
export const count = record({ origin: peerId, number: varint(), count: varint() });

/** What is known of one that came: whose key it was checked with, and what was in it under which key. */
interface Known {
  signer: Uint8Array | null;
  key: Uint8Array | null;
  body: Buffer | null;
}
const known = new WeakMap<Broadcast, Known>();
/** The last short ones by their bytes: peers of one process that are equally far from the origin are told the same. */
const recent = new Map<string, Broadcast>();
const RECENT_MAX = 64;
const RECENT_BYTES_MAX = 2_048;

/** @throws WireError */
export function readBroadcast(payload: Uint8Array): Broadcast {
  if (payload.length > RECENT_BYTES_MAX) return decode(broadcast, payload);
  const name = Buffer.from(payload.buffer, payload.byteOffset, payload.length).toString('latin1');
  const before = recent.get(name);
  if (before !== undefined) return before;
  const came = decode(broadcast, payload);
  const received = { ...came, sealed: ownCopy(came.sealed), signature: ownCopy(came.signature) };
  if (recent.size >= RECENT_MAX) recent.delete(recent.keys().next().value!);
  recent.set(name, received);
  return received;
}

function knownOf(received: Broadcast): Known {
  const before = known.get(received) ?? { signer: null, key: null, body: null };
  known.set(received, before);
  return before;
}

/** Whether the holder of that key has signed it. */
export function isTrue(received: Broadcast, publicKey: Uint8Array): boolean {
  const before = knownOf(received);
  if (before.signer === publicKey) return true;
  if (!isSignedBy(publicKey, received.signature, 'eyrie all', encode(signedText, received))) return false;
  before.signer = publicKey;
  return true;
}

/** What is in it; null if it was changed, or that is not its key. */
export function opened(received: Broadcast, key: Uint8Array): Buffer | null {
  const before = knownOf(received);
  if (before.key === null || Buffer.compare(before.key, key) !== 0) {
    const body = openBroadcast(key, received.origin, received.number, received.sealed);
    before.body = body === null ? null : ownCopy(body);
    before.key = key;
  }
  return before.body;
}

/** A key of its own for each broadcast, so that one nonce is enough. */
function keyOf(group: Uint8Array, origin: string, number: number): KeyObject {
  const info = `eyrie broadcast 1\n${origin}\n${number}`;
  // Node takes longer with keys that are plain bytes.
  return createSecretKey(Buffer.from(hkdfSync('sha256', createSecretKey(group), NOTHING, info, 32)));
}

export function seal(group: Uint8Array, origin: string, number: number, plain: Uint8Array): Buffer {
  const cipher = createCipheriv('aes-256-gcm', keyOf(group, origin, number), Buffer.alloc(12));
  return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

export function openBroadcast(
  group: Uint8Array,
  origin: string,
  number: number,
  sealed: Uint8Array,
): Buffer | null {
  if (sealed.length < TAG_BYTES) return null;
  const decipher = createDecipheriv('aes-256-gcm', keyOf(group, origin, number), Buffer.alloc(12));
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(0, -TAG_BYTES)), decipher.final()]);
  } catch {
    return null;
  }
}
