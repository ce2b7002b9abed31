// SHA-1 (FIPS 180-4 §6.1) for Community IDs and records of TLS before 1.2; not for security.

const BLOCK = 64;
const DIGEST = 20;

/** The message schedule of the current block. */
const words = new Int32Array(80);
/** Buffer for a message of one block, the common case. */
const oneBlock = new DataView(new ArrayBuffer(BLOCK));

/** The 20-byte digest of `message`. */
export function sha1(message: Uint8Array): Uint8Array {
  const padded = pad(message);
  const state = Int32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0);
  for (let at = 0; at < padded.byteLength; at += BLOCK) {
    for (let i = 0; i < 16; i++) words[i] = padded.getInt32(at + i * 4);
    for (let i = 16; i < 80; i++)
      words[i] = turned(words[i - 3]! ^ words[i - 8]! ^ words[i - 14]! ^ words[i - 16]!, 1);
    mix(state);
  }
  const digest = new Uint8Array(DIGEST);
  for (let i = 0; i < DIGEST; i++) digest[i] = state[i >> 2]! >>> (24 - 8 * (i & 3));
  return digest;
}

/** Padding (§5.1.1): a one bit, zeros, and the length in bits, high word first. Valid until the next call. */
function pad(message: Uint8Array): DataView {
  const length = (((message.length + 8) >> 6) + 1) * BLOCK;
  const view = length === BLOCK ? oneBlock : new DataView(new ArrayBuffer(length));
  const padded = new Uint8Array(view.buffer);
  padded.fill(0, message.length);
  padded.set(message);
  padded[message.length] = 0x80;
  view.setUint32(length - 8, message.length >>> 29);
  view.setUint32(length - 4, message.length << 3);
  return view;
}

function turned(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}

/** Processes a block (§6.1.2) with the constants of §4.2.1. */
function mix(state: Int32Array): void {
  let [a, b, c, d, e] = [state[0]!, state[1]!, state[2]!, state[3]!, state[4]!];
  for (let i = 0; i < 80; i++) {
    let f: number;
    if (i < 20) f = ((b & c) | (~b & d)) + 0x5a827999;
    else if (i < 40) f = (b ^ c ^ d) + 0x6ed9eba1;
    else if (i < 60) f = ((b & c) | (b & d) | (c & d)) - 0x70e44324;
    else f = (b ^ c ^ d) - 0x359d3e2a;
    const next = (turned(a, 5) + f + e + words[i]!) | 0;
    e = d;
    d = c;
    c = turned(b, 30);
    b = a;
    a = next;
  }
  state[0]! += a;
  state[1]! += b;
  state[2]! += c;
  state[3]! += d;
  state[4]! += e;
}
