// Seeded pseudo-random numbers: sfc32, a small fast generator that passes PractRand. Not for cryptography.

export interface Random {
  /** Uniform in [0, 1), with 32 bits of resolution. */
  next(): number;
  /** A uniform integer in [0, below). */
  below(below: number): number;
  /** Standard normal. */
  normal(): number;
}

export function randomFrom(seed: number): Random {
  let a = 0x9e3779b9 ^ seed;
  let b = Math.floor(seed / 2 ** 32) | 0;
  let c = 0x243f6a88;
  let counter = 1;

  function next(): number {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    return (sum >>> 0) / 2 ** 32;
  }

  // Warm-up, so that similar seeds do not start with similar numbers.
  for (let i = 0; i < 15; i++) next();

  return {
    next,
    below: (below) => Math.floor(next() * below),
    // Box and Muller 1958; 1 - next() is never 0.
    normal: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
  };
}

/** `count` distinct integers below `total` in random order; all of them if there are fewer. */
export function sample(total: number, count: number, random: Random): Int32Array {
  const taken = new Int32Array(Math.min(count, total));
  // Floyd's algorithm needs only a set of the chosen; shuffling a list is faster if much of it is taken.
  if (count * 4 < total) {
    const seen = new Set<number>();
    while (seen.size < taken.length) seen.add(random.below(total));
    taken.set([...seen]);
    return taken;
  }
  const all = Int32Array.from({ length: total }, (_, i) => i);
  for (let i = 0; i < taken.length; i++) {
    const other = i + random.below(total - i);
    taken[i] = all[other]!;
    all[other] = all[i]!;
  }
  return taken;
}
