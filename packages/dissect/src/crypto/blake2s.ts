// BLAKE2s (RFC 7693): a hash of 32 bytes, or a keyed one of up to 32.

const BLOCK = 64;
const HASH_BYTES = 32;

const IV = Uint32Array.of(
  0x6a09e667,
  0xbb67ae85,
  0x3c6ef372,
  0xa54ff53a,
  0x510e527f,
  0x9b05688c,
  0x1f83d9ab,
  0x5be0cd19,
);

/** §2.7: the order of message words in each round. */
const SIGMA = [
  [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
  [14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3],
  [11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4],
  [7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8],
  [9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13],
  [2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9],
  [12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11],
  [13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10],
  [6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5],
  [10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0],
] as const;

/** `key` has at most 32 bytes; none: a plain hash. `length`: bytes of the result, at most 32. */
export function blake2s(
  message: Uint8Array,
  key: Uint8Array = new Uint8Array(0),
  length = HASH_BYTES,
): Uint8Array {
  const h = IV.slice();
  // §2.5: the parameter block.
  h[0]! ^= 0x01010000 ^ (key.length << 8) ^ length;
  const isKeyed = key.length > 0;
  const bytes = new Uint8Array((isKeyed ? BLOCK : 0) + message.length);
  bytes.set(key);
  bytes.set(message, isKeyed ? BLOCK : 0);
  const block = new Uint8Array(BLOCK);
  let at = 0;
  do {
    const end = Math.min(at + BLOCK, bytes.length);
    block.fill(0);
    block.set(bytes.subarray(at, end));
    compress(h, block, end, end === bytes.length);
    at = end;
  } while (at < bytes.length);
  const out = new Uint8Array(HASH_BYTES);
  const view = new DataView(out.buffer);
  for (let i = 0; i < 8; i++) view.setUint32(i * 4, h[i]!, true);
  return out.subarray(0, length);
}

/** §3.2. Lengths here are below 2^32, so that the upper word of the counter stays 0. */
function compress(h: Uint32Array, block: Uint8Array, count: number, isLast: boolean): void {
  const v = new Uint32Array(16);
  v.set(h);
  v.set(IV, 8);
  v[12]! ^= count;
  if (isLast) v[14]! ^= 0xffffffff;
  const m = new Uint32Array(16);
  const view = new DataView(block.buffer);
  for (let i = 0; i < 16; i++) m[i] = view.getUint32(i * 4, true);
  for (const s of SIGMA) {
    mix(v, 0, 4, 8, 12, m[s[0]]!, m[s[1]]!);
    mix(v, 1, 5, 9, 13, m[s[2]]!, m[s[3]]!);
    mix(v, 2, 6, 10, 14, m[s[4]]!, m[s[5]]!);
    mix(v, 3, 7, 11, 15, m[s[6]]!, m[s[7]]!);
    mix(v, 0, 5, 10, 15, m[s[8]]!, m[s[9]]!);
    mix(v, 1, 6, 11, 12, m[s[10]]!, m[s[11]]!);
    mix(v, 2, 7, 8, 13, m[s[12]]!, m[s[13]]!);
    mix(v, 3, 4, 9, 14, m[s[14]]!, m[s[15]]!);
  }
  for (let i = 0; i < 8; i++) h[i]! ^= v[i]! ^ v[i + 8]!;
}

function mix(v: Uint32Array, a: number, b: number, c: number, d: number, x: number, y: number): void {
  v[a] = v[a]! + v[b]! + x;
  v[d] = rotate(v[d]! ^ v[a]!, 16);
  v[c] = v[c]! + v[d]!;
  v[b] = rotate(v[b]! ^ v[c]!, 12);
  v[a] = v[a]! + v[b]! + y;
  v[d] = rotate(v[d]! ^ v[a]!, 8);
  v[c] = v[c]! + v[d]!;
  v[b] = rotate(v[b]! ^ v[c]!, 7);
}

function rotate(word: number, bits: number): number {
  return (word >>> bits) | (word << (32 - bits));
}
