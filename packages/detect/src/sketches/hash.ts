// Non-cryptographic hashes for sketches; seeded, so that senders of items cannot predict collisions.

/** 64 bits of a text as two halves: MurmurHash3's mixing over UTF-16 units, two lanes. */
export function hashText(text: string, seed: number, out: Uint32Array): void {
  let a = seed ^ 0x9e3779b9;
  let b = Math.imul(seed, 0x85ebca6b) ^ 0x7f4a7c15;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    a = Math.imul(a ^ unit, 0xcc9e2d51);
    a = (a << 15) | (a >>> 17);
    b = Math.imul(b ^ unit, 0x1b873593) + a;
    b = (b << 13) | (b >>> 19);
  }
  out[0] = finish(a ^ text.length);
  out[1] = finish(b ^ Math.imul(a, 0xe6546b64) ^ text.length);
}

function finish(h: number): number {
  h ^= h >>> 16;
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return h ^ (h >>> 16);
}
