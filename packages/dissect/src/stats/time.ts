import type { Packet } from '../core/packet.ts';

/** Seconds from the first frame of the capture to this one. */
export function secondsSinceStart(p: Packet): number {
  const { firstSeconds, firstNanoseconds } = p.session;
  // Whole seconds and the rest are added last, so that no digit is lost.
  const nanoseconds = p.nanoseconds - firstNanoseconds;
  const seconds = p.seconds - firstSeconds;
  return nanoseconds < 0 && seconds > 0
    ? seconds - 1 + (nanoseconds + 1e9) / 1e9
    : seconds + nanoseconds / 1e9;
}
