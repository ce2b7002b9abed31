// A broadcast on the wire: its schema, the signed part, and its encryption. Work that is the same for many peers of one
// process (decoding, verification, decryption) is done once.

import { createCipheriv, createDecipheriv, createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';
import { isSignedBy, signWith } from '../identity/keys.ts';
import { peerId, peerIdOrNone } from '../identity/names.ts';
import type { Random } from '../runtime.ts';
import { bytes, decode, encode, fixed, ownCopy, record, type Shape, text, varint } from '../wire/schema.ts';

export const BROADCAST_BYTES_MAX = 64 << 10;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const NOTHING = Buffer.alloc(0);

const fields = {
  origin: peerId,
  /** Milliseconds since 1970, incremented for a second broadcast in the same millisecond; identifies the broadcast. */
  number: varint(),
  topic: text(64),
  /** The peer that asked the origin to send it; '' if none. */
  by: peerIdOrNone,
  epoch: varint(),
  sealed: bytes(NONCE_BYTES + BROADCAST_BYTES_MAX + TAG_BYTES),
};
export const signedText = record(fields);
export const broadcast = record({ ...fields, waitMs: varint(60_000), signature: fixed(64) });
export type Broadcast = Shape<typeof broadcast>;
export const count = record({ origin: peerId, number: varint(), count: varint() });
export type Count = Shape<typeof count>;
/** A count that other peers forward is signed, for one receiver: neither another name nor another place makes it count. */
const countText = record({ to: peerId, origin: peerId, number: varint(), count: varint() });
type CountText = Shape<typeof countText>;
export const routedCount = record({
  origin: peerId,
  number: varint(),
  count: varint(),
  signature: fixed(64),
});

export function signCount(key: KeyObject, content: CountText): Buffer {
  return signWith(key, 'eyrie count', encode(countText, content));
}

export function isAuthenticCount(publicKey: Uint8Array, content: CountText, signature: Uint8Array): boolean {
  return isSignedBy(publicKey, signature, 'eyrie count', encode(countText, content));
}

/** Cached results for one broadcast: the key that verified it, and its plaintext with the key that opened it. */
interface Known {
  signer: Uint8Array | null;
  key: Uint8Array | null;
  body: Buffer | null;
}
const known = new WeakMap<Broadcast, Known>();
/**
 * Recent short broadcasts by their bytes: peers of one process at the same distance from the origin receive identical
 * ones.
 */
const recent = new Map<string, Broadcast>();
const RECENT_MAX = 64;
const RECENT_BYTES_MAX = 2_048;

/** @throws WireError */
export function readBroadcast(payload: Uint8Array): Broadcast {
  if (payload.length > RECENT_BYTES_MAX) return decode(broadcast, payload);
  const name = Buffer.from(payload.buffer, payload.byteOffset, payload.length).toString('latin1');
  const before = recent.get(name);
  if (before !== undefined) return before;
  const decoded = decode(broadcast, payload);
  const received = { ...decoded, sealed: ownCopy(decoded.sealed), signature: ownCopy(decoded.signature) };
  if (recent.size >= RECENT_MAX) recent.delete(recent.keys().next().value!);
  recent.set(name, received);
  return received;
}

function knownOf(received: Broadcast): Known {
  const before = known.get(received) ?? { signer: null, key: null, body: null };
  known.set(received, before);
  return before;
}

/** Whether the broadcast is signed with that key. */
export function isAuthentic(received: Broadcast, publicKey: Uint8Array): boolean {
  const before = knownOf(received);
  if (before.signer === publicKey) return true;
  if (!isSignedBy(publicKey, received.signature, 'eyrie all', encode(signedText, received))) return false;
  before.signer = publicKey;
  return true;
}

/** Decrypts the broadcast; null if it was tampered with or the key is wrong. */
export function opened(received: Broadcast, key: Uint8Array): Buffer | null {
  const before = knownOf(received);
  if (before.key === null || Buffer.compare(before.key, key) !== 0) {
    const body = openBroadcast(key, received.origin, received.number, received.sealed);
    before.body = body === null ? null : ownCopy(body);
    before.key = key;
  }
  return before.body;
}

/** A separate key for each broadcast: random nonces are unique among the few that could share one. */
function keyOf(group: Uint8Array, origin: string, number: number): KeyObject {
  const info = `eyrie broadcast 2\n${origin}\n${number}`;
  // A KeyObject is faster than raw key bytes in Node.
  return createSecretKey(Buffer.from(hkdfSync('sha256', createSecretKey(group), NOTHING, info, 32)));
}

/**
 * Returns nonce, ciphertext and tag. The number alone makes no nonce: it is a time, and a peer that was restarted after its
 * clock was set back gives it a second time.
 */
export function seal(
  random: Random,
  group: Uint8Array,
  origin: string,
  number: number,
  plain: Uint8Array,
): Buffer {
  const nonce = random.bytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', keyOf(group, origin, number), nonce);
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

/** Null if it was tampered with, or the key is another. */
export function openBroadcast(
  group: Uint8Array,
  origin: string,
  number: number,
  sealed: Uint8Array,
): Buffer | null {
  if (sealed.length < NONCE_BYTES + TAG_BYTES) return null;
  const nonce = sealed.subarray(0, NONCE_BYTES);
  const decipher = createDecipheriv('aes-256-gcm', keyOf(group, origin, number), nonce);
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
  } catch {
    return null;
  }
}
