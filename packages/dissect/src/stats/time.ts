// Times relative to the first frame. Seconds and fractions are combined last, to keep all digits.
import type { Packet } from '../core/packet.ts';

export function secondsSinceStart(p: Packet): number {
  return wholeSeconds(p) + nanosecondsBeyond(p) / 1e9;
}

export function millisecondsSinceStart(p: Packet): number {
  return wholeSeconds(p) * 1000 + nanosecondsBeyond(p) / 1e6;
}

/** Both have the same sign. */
function wholeSeconds(p: Packet): number {
  const seconds = p.seconds - p.session.firstSeconds;
  return seconds > 0 && p.nanoseconds < p.session.firstNanoseconds ? seconds - 1 : seconds;
}

function nanosecondsBeyond(p: Packet): number {
  const nanoseconds = p.nanoseconds - p.session.firstNanoseconds;
  return nanoseconds < 0 && p.seconds > p.session.firstSeconds ? nanoseconds + 1e9 : nanoseconds;
}
