// X25519 (RFC 7748 §5): Diffie-Hellman on Curve25519. Not in constant time: it opens recorded handshakes whose keys are known.

const P = 2n ** 255n - 19n;
const A24 = 121665n;
const BASE_POINT = Uint8Array.of(9, ...new Uint8Array(31));

/** The public key of a private key. Both have 32 bytes. */
export function x25519Public(privateKey: Uint8Array): Uint8Array {
  return x25519(privateKey, BASE_POINT);
}

/** The shared secret of a private key and a public key. All have 32 bytes. */
export function x25519(privateKey: Uint8Array, publicKey: Uint8Array): Uint8Array {
  const k = numberOf(privateKey);
  // §5: three lowest bits and the highest are cleared, the second highest is set.
  const scalar = (k & ~7n & (2n ** 255n - 1n)) | (2n ** 254n);
  const x1 = numberOf(publicKey) & (2n ** 255n - 1n);
  let [x2, z2, x3, z3] = [1n, 0n, x1, 1n];
  let isSwapped = false;
  for (let bit = 254n; bit >= 0n; bit--) {
    const isSet = ((scalar >> bit) & 1n) === 1n;
    if (isSet !== isSwapped) [x2, z2, x3, z3] = [x3, z3, x2, z2];
    isSwapped = isSet;
    const [a, b, c, d] = [x2 + z2, x2 - z2, x3 + z3, x3 - z3];
    const [aa, bb, da, cb] = [mod(a * a), mod(b * b), mod(d * a), mod(c * b)];
    const e = aa - bb;
    x3 = mod((da + cb) ** 2n);
    z3 = mod(x1 * mod((da - cb) ** 2n));
    x2 = mod(aa * bb);
    z2 = mod(e * (aa + A24 * e));
  }
  if (isSwapped) [x2, z2] = [x3, z3];
  return bytesOf(mod(x2 * power(z2, P - 2n)));
}

function mod(n: bigint): bigint {
  const rest = n % P;
  return rest < 0n ? rest + P : rest;
}

function power(base: bigint, exponent: bigint): bigint {
  let [result, square] = [1n, mod(base)];
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = mod(result * square);
    square = mod(square * square);
  }
  return result;
}

/** Little-endian. */
function numberOf(bytes: Uint8Array): bigint {
  let n = 0n;
  for (let i = bytes.length - 1; i >= 0; i--) n = (n << 8n) | BigInt(bytes[i]!);
  return n;
}

function bytesOf(n: bigint): Uint8Array {
  const bytes = new Uint8Array(32);
  for (let i = 0, rest = n; i < 32; i++, rest >>= 8n) bytes[i] = Number(rest & 0xffn);
  return bytes;
}
