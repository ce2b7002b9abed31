// SHA-384 (FIPS 180-4 §6.5). Numbers of 64 bits are bigints: it runs on keys, not on traffic.

const BLOCK = 128;
const DIGEST = 48;
const MASK = (1n << 64n) - 1n;

/** FIPS 180-4 §4.2.3: fractions of the cube roots of the first 80 primes; made when they are first needed. */
let constants: readonly bigint[] | null = null;

/** §5.3.4: fractions of the square roots of the ninth to sixteenth prime. */
const START = [
  0xcbbb9d5dc1059ed8n,
  0x629a292a367cd507n,
  0x9159015a3070dd17n,
  0x152fecd8f70e5939n,
  0x67332667ffc00b31n,
  0x8eb44a8768581511n,
  0xdb0c2e0d64f98fa7n,
  0x47b5481dbefa4fa4n,
] as const;

function roundConstants(): readonly bigint[] {
  if (constants !== null) return constants;
  const primes: number[] = [];
  for (let n = 2; primes.length < 80; n++) if (primes.every((prime) => n % prime !== 0)) primes.push(n);
  constants = primes.map((prime) => cubeRoot(BigInt(prime) << 192n) & MASK);
  return constants;
}

/** Newton's method, rounded down. */
function cubeRoot(value: bigint): bigint {
  let root = 1n << 70n;
  for (;;) {
    const next = (2n * root + value / (root * root)) / 3n;
    if (next >= root) return root;
    root = next;
  }
}

const rotated = (x: bigint, n: bigint): bigint => ((x >> n) | (x << (64n - n))) & MASK;

/** The 48-byte digest. */
export function sha384(message: Uint8Array): Uint8Array {
  const { length } = message;
  const padded = new Uint8Array((((length + 16) >> 7) + 1) * BLOCK);
  padded.set(message);
  padded[length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setBigUint64(padded.length - 8, BigInt(length) * 8n);
  const state: bigint[] = [...START];
  for (let block = 0; block < padded.length; block += BLOCK) mix(state, view, block);
  const digest = new Uint8Array(64);
  const out = new DataView(digest.buffer);
  state.forEach((word, i) => {
    out.setBigUint64(i * 8, word);
  });
  return digest.subarray(0, DIGEST);
}

/** FIPS 180-4 §6.4.2. */
function mix(state: bigint[], view: DataView, at: number): void {
  const k = roundConstants();
  const w: bigint[] = [];
  for (let i = 0; i < 16; i++) w.push(view.getBigUint64(at + i * 8));
  for (let i = 16; i < 80; i++) {
    const x = w[i - 15]!;
    const y = w[i - 2]!;
    const s0 = rotated(x, 1n) ^ rotated(x, 8n) ^ (x >> 7n);
    const s1 = rotated(y, 19n) ^ rotated(y, 61n) ^ (y >> 6n);
    w.push((s0 + s1 + w[i - 7]! + w[i - 16]!) & MASK);
  }
  let [a, b, c, d, e, f, g, h] = state as [bigint, bigint, bigint, bigint, bigint, bigint, bigint, bigint];
  for (let i = 0; i < 80; i++) {
    const s1 = rotated(e, 14n) ^ rotated(e, 18n) ^ rotated(e, 41n);
    const t1 = h + s1 + ((e & f) ^ (~e & MASK & g)) + k[i]! + w[i]!;
    const s0 = rotated(a, 28n) ^ rotated(a, 34n) ^ rotated(a, 39n);
    const t2 = s0 + ((a & b) ^ (a & c) ^ (b & c));
    h = g;
    g = f;
    f = e;
    e = (d + t1) & MASK;
    d = c;
    c = b;
    b = a;
    a = (t1 + t2) & MASK;
  }
  [a, b, c, d, e, f, g, h].forEach((word, i) => {
    state[i] = (state[i]! + word) & MASK;
  });
}
