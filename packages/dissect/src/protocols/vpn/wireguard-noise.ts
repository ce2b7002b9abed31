// The handshake of WireGuard, Noise_IKpsk2 (whitepaper §5.4), followed with known keys to those of the transport data.
import { joined } from '../../core/bytes.ts';
import { blake2s } from '../../crypto/blake2s.ts';
import { openChaCha } from '../../crypto/chacha20-poly1305.ts';
import { hmacOf } from '../../crypto/hmac.ts';
import { x25519 } from '../../crypto/x25519.ts';
import { type KeyPair, keyText, type WireGuardKeys } from './wireguard-keys.ts';

const text = (s: string): Uint8Array => new TextEncoder().encode(s);
const EMPTY = new Uint8Array(0);
const NONCE = 12;
const MAC = 16;

const hmac = hmacOf((message) => blake2s(message), 64);
const CONSTRUCTION = blake2s(text('Noise_IKpsk2_25519_ChaChaPoly_BLAKE2s'));
const HASH = blake2s(joined(CONSTRUCTION, text('WireGuard v1 zx2c4 Jason@zx2c4.com')));
const MAC_LABEL = text('mac1----');

/** Chaining key and hash, and what the reading of the first message found. */
export interface Initiation {
  readonly chain: Uint8Array;
  readonly hash: Uint8Array;
  readonly initiatorStatic: Uint8Array;
  readonly initiatorEphemeral: Uint8Array;
  readonly timestamp: Uint8Array;
}

/** Keys of transport data from the initiator, and from the responder. */
export type TransportKeys = readonly [fromInitiator: Uint8Array, fromResponder: Uint8Array];

/** §5.4.2. Null if the keys don't open it. `message`: the 148 bytes of the first message. */
export function openInitiation(keys: WireGuardKeys, message: Uint8Array): Initiation | null {
  const responder = responderOf(keys, message);
  if (responder === null) return null;
  const ephemeral = message.slice(8, 40);
  const own = keys.ephemerals.get(keyText(ephemeral));
  const local = keys.statics.get(keyText(responder));
  let hash = mixed(mixed(HASH, responder), ephemeral);
  let chain = derived(CONSTRUCTION, ephemeral, 1)[0]!;
  const first = sharedSecret(own, responder) ?? sharedSecret(local, ephemeral);
  if (first === null) return null;
  let [next, key] = derived(chain, first, 2);
  const sealedStatic = message.subarray(40, 88);
  const initiatorStatic = openChaCha(key!, new Uint8Array(NONCE), hash, sealedStatic);
  if (initiatorStatic === null) return null;
  hash = mixed(hash, sealedStatic);
  const initiator = keys.statics.get(keyText(initiatorStatic));
  const second = sharedSecret(initiator, responder) ?? sharedSecret(local, initiatorStatic);
  if (second === null) return null;
  [next, key] = derived(next!, second, 2);
  const sealedTime = message.subarray(88, 116);
  const timestamp = openChaCha(key!, new Uint8Array(NONCE), hash, sealedTime);
  if (timestamp === null) return null;
  chain = next!;
  return { chain, hash: mixed(hash, sealedTime), initiatorStatic, initiatorEphemeral: ephemeral, timestamp };
}

/** §5.4.3, §5.4.5. Null if the keys don't open it. `message`: the 92 bytes of the second message. */
export function openResponse(
  keys: WireGuardKeys,
  begun: Initiation,
  message: Uint8Array,
): TransportKeys | null {
  const ephemeral = message.subarray(12, 44);
  const initiator = keys.ephemerals.get(keyText(begun.initiatorEphemeral));
  const responder = keys.ephemerals.get(keyText(ephemeral));
  const third = sharedSecret(initiator, ephemeral) ?? sharedSecret(responder, begun.initiatorEphemeral);
  const fourth =
    sharedSecret(keys.statics.get(keyText(begun.initiatorStatic)), ephemeral) ??
    sharedSecret(responder, begun.initiatorStatic);
  if (third === null || fourth === null) return null;
  let [chain] = derived(begun.chain, ephemeral, 1);
  [chain] = derived(chain!, third, 1);
  [chain] = derived(chain!, fourth, 1);
  const before = mixed(begun.hash, ephemeral);
  for (const preshared of keys.preshared) {
    const [last, temporary, key] = derived(chain!, preshared, 3);
    const hash = mixed(before, temporary!);
    if (openChaCha(key!, new Uint8Array(NONCE), hash, message.subarray(44, 60)) === null) continue;
    const [fromInitiator, fromResponder] = derived(last!, EMPTY, 2);
    return [fromInitiator!, fromResponder!];
  }
  return null;
}

/** §5.4.6: the counter is the nonce. */
export function openTransport(key: Uint8Array, counter: bigint, sealed: Uint8Array): Uint8Array | null {
  const nonce = new Uint8Array(NONCE);
  new DataView(nonce.buffer).setBigUint64(4, counter, true);
  return openChaCha(key, nonce, EMPTY, sealed);
}

/** §5.4.4: the first MAC is keyed by the responder's public key. */
function responderOf(keys: WireGuardKeys, message: Uint8Array): Uint8Array | null {
  for (const key of keys.peers.values()) {
    const mac = blake2s(message.subarray(0, 116), blake2s(joined(MAC_LABEL, key)), MAC);
    if (mac.every((byte, i) => byte === message[116 + i])) return key;
  }
  return null;
}

function sharedSecret(own: KeyPair | undefined, other: Uint8Array): Uint8Array | null {
  return own === undefined ? null : x25519(own.privateKey, other);
}

function mixed(hash: Uint8Array, part: Uint8Array): Uint8Array {
  return blake2s(joined(hash, part));
}

/** KDF of §5.4: `count` keys. */
function derived(chain: Uint8Array, input: Uint8Array, count: number): Uint8Array[] {
  const secret = hmac(chain, input);
  const keys: Uint8Array[] = [];
  for (let n = 1; n <= count; n++) keys.push(hmac(secret, keys.at(-1) ?? EMPTY, Uint8Array.of(n)));
  return keys;
}
