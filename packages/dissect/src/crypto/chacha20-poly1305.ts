// ChaCha20-Poly1305 decryption (RFC 8439).

const TAG_BYTES = 16;
const BLOCK = 64;

/** Decrypts `sealed` (ciphertext and 16-byte tag) with a 32-byte key and a 12-byte nonce; null if the tag is wrong. */
export function openChaCha(
  key: Uint8Array,
  nonce: Uint8Array,
  header: Uint8Array,
  sealed: Uint8Array,
): Uint8Array | null {
  const length = sealed.length - TAG_BYTES;
  if (length < 0) return null;
  const text = sealed.subarray(0, length);
  const stream = new Uint8Array(BLOCK);
  // §2.6: the first block is the Poly1305 key.
  chachaBlock(key, nonce, 0, stream);
  const tag = poly1305(stream, header, text);
  let difference = 0;
  for (let i = 0; i < TAG_BYTES; i++) difference |= tag[i]! ^ sealed[length + i]!;
  if (difference !== 0) return null;
  const plain = new Uint8Array(length);
  for (let at = 0, n = 1; at < length; at += BLOCK, n++) {
    chachaBlock(key, nonce, n, stream);
    const end = Math.min(BLOCK, length - at);
    for (let i = 0; i < end; i++) plain[at + i] = text[at + i]! ^ stream[i]!;
  }
  return plain;
}

const state = new Int32Array(16);

/** Writes the 64-byte key stream block number `count` to `out`, RFC 8439 §2.3. */
export function chachaBlock(key: Uint8Array, nonce: Uint8Array, count: number, out: Uint8Array): void {
  const words = new Int32Array(16);
  const keys = new DataView(key.buffer, key.byteOffset, 32);
  const nonces = new DataView(nonce.buffer, nonce.byteOffset, 12);
  // "expand 32-byte k"
  words.set([0x61707865, 0x3320646e, 0x79622d32, 0x6b206574]);
  for (let i = 0; i < 8; i++) words[4 + i] = keys.getInt32(i * 4, true);
  words[12] = count;
  for (let i = 0; i < 3; i++) words[13 + i] = nonces.getInt32(i * 4, true);
  state.set(words);
  for (let round = 0; round < 10; round++) {
    for (let i = 0; i < 4; i++) quarter(i, 4 + i, 8 + i, 12 + i);
    for (let i = 0; i < 4; i++) quarter(i, 4 + ((i + 1) & 3), 8 + ((i + 2) & 3), 12 + ((i + 3) & 3));
  }
  const view = new DataView(out.buffer, out.byteOffset, BLOCK);
  for (let i = 0; i < 16; i++) view.setInt32(i * 4, (state[i]! + words[i]!) | 0, true);
}

/** Quarter round, §2.1. */
function quarter(a: number, b: number, c: number, d: number): void {
  const s = state;
  s[a] = s[a]! + s[b]!;
  s[d] = turned(s[d]! ^ s[a]!, 16);
  s[c] = s[c]! + s[d]!;
  s[b] = turned(s[b]! ^ s[c]!, 12);
  s[a] = s[a]! + s[b]!;
  s[d] = turned(s[d]! ^ s[a]!, 8);
  s[c] = s[c]! + s[d]!;
  s[b] = turned(s[b]! ^ s[c]!, 7);
}

function turned(x: number, n: number): number {
  return (x << n) | (x >>> (32 - n));
}

const PRIME = (1n << 130n) - 5n;
const CLAMP = 0x0ffffffc0ffffffc0ffffffc0fffffffn;

/** The tag over header and ciphertext, each padded to whole blocks, and their lengths (§2.8). */
function poly1305(key: Uint8Array, header: Uint8Array, text: Uint8Array): Uint8Array {
  const r = little(key, 0, 16) & CLAMP;
  let sum = 0n;
  const add = (bytes: Uint8Array): void => {
    for (let at = 0; at < bytes.length; at += 16)
      sum = ((sum + little(bytes, at, Math.min(16, bytes.length - at)) + (1n << 128n)) * r) % PRIME;
  };
  add(header);
  add(text);
  const lengths = new Uint8Array(16);
  const view = new DataView(lengths.buffer);
  view.setUint32(0, header.length, true);
  view.setUint32(8, text.length, true);
  add(lengths);
  const tag = new Uint8Array(TAG_BYTES);
  let value = sum + little(key, 16, 16);
  for (let i = 0; i < TAG_BYTES; i++, value >>= 8n) tag[i] = Number(value & 0xffn);
  return tag;
}

function little(bytes: Uint8Array, at: number, length: number): bigint {
  let value = 0n;
  for (let i = length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[at + i]!);
  return value;
}
