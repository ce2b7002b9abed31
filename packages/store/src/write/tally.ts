// Packets and bytes of a batch by protocol, path and time, from which summaries and time lines over millions of packets
// are computed. A batch has far fewer tallies than packets.

/** Maximum number of time steps in a batch's tallies. */
const STEPS_MAX = 32;

export interface Tally {
  /** Nanoseconds since 1970, a multiple of the width. */
  readonly bucket: bigint;
  readonly protocol: number;
  readonly path: number;
  packets: number;
  bytes: number;
}

export interface Tallies {
  /** Nanoseconds, a power of ten. */
  readonly width: bigint;
  readonly list: readonly Tally[];
  readonly first: bigint;
  readonly last: bigint;
  readonly bytes: number;
}

export interface Counted {
  readonly length: number;
  readonly time: BigInt64Array;
  readonly protocol: Int32Array;
  readonly path: Int32Array;
  readonly bytes: Uint32Array;
}

/** The tallies of a batch with at least one packet. */
export function tallied({ length, time, protocol, path, bytes }: Counted): Tallies {
  let first = time[0]!;
  let last = first;
  for (let i = 1; i < length; i++) {
    const at = time[i]!;
    if (at < first) first = at;
    else if (at > last) last = at;
  }
  const width = widthOf(first, last);
  const known = new Map<number, Map<number, Tally>>();
  let sum = 0;
  let bucket = floorTo(first, width);
  let end = bucket + width;
  let step = known.get(0);
  let tally: Tally | undefined;
  for (let i = 0; i < length; i++) {
    const at = time[i]!;
    if (step === undefined || at < bucket || at >= end) {
      bucket = floorTo(at, width);
      end = bucket + width;
      step = stepOf(known, Number((bucket - floorTo(first, width)) / width));
      tally = undefined;
    }
    const size = bytes[i]!;
    sum += size;
    // Consecutive packets mostly share path and protocol.
    if (tally === undefined || tally.path !== path[i] || tally.protocol !== protocol[i])
      tally = tallyOf(step, bucket, path[i]!, protocol[i]!);
    tally.packets++;
    tally.bytes += size;
  }
  const list = [...known.values()].flatMap((each) => [...each.values()]);
  return { width, list, first, last, bytes: sum };
}

function stepOf(known: Map<number, Map<number, Tally>>, step: number): Map<number, Tally> {
  let made = known.get(step);
  if (made === undefined) {
    made = new Map();
    known.set(step, made);
  }
  return made;
}

function tallyOf(step: Map<number, Tally>, bucket: bigint, path: number, protocol: number): Tally {
  // Exact in a double: a store has less than 2^26 of either.
  const key = path * 0x400_0000 + protocol;
  let made = step.get(key);
  if (made === undefined) {
    made = { bucket, protocol, path, packets: 0, bytes: 0 };
    step.set(key, made);
  }
  return made;
}

/** The least power of ten, at least a millisecond, that splits the span into at most STEPS_MAX steps. */
function widthOf(first: bigint, last: bigint): bigint {
  let width = 1_000_000n;
  while ((last - first) / width >= BigInt(STEPS_MAX)) width *= 10n;
  return width;
}

/** Rounds down to a multiple of `width`, also before 1970. */
export function floorTo(time: bigint, width: bigint): bigint {
  const rest = time % width;
  return rest < 0n ? time - rest - width : time - rest;
}
