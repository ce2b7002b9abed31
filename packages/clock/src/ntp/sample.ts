// One exchange of four time stamps and what it says (RFC 5905 §8).
import type { NtpPacket } from './packet.ts';
import { secondsBetween, type Timestamp } from './timestamp.ts';

/** Frequency tolerance of a clock nobody has measured, in seconds per second (RFC 5905 §7.2). */
export const PHI = 15e-6;

export interface Sample {
  /** Seconds that the other clock is ahead of ours. */
  readonly offset: number;
  /** Seconds on the way there and back, without the time the server took. */
  readonly delay: number;
  /** Seconds of error from reading clocks and from drift during the exchange. */
  readonly dispersion: number;
  /** Steady seconds of our clock at which it was taken. */
  readonly at: number;
}

export interface Stamps {
  /** Ours, when asking. */
  readonly t1: Timestamp;
  /** Theirs, when the question came and when the answer went. */
  readonly t2: Timestamp;
  readonly t3: Timestamp;
  /** Ours, when the answer came. */
  readonly t4: Timestamp;
}

/** `at`: steady seconds; `precision`: log2 of seconds, of our clock. */
export function sampleOf(
  { t1, t2, t3, t4 }: Stamps,
  packet: NtpPacket,
  at: number,
  precision: number,
): Sample {
  const there = secondsBetween(t2, t1);
  const back = secondsBetween(t3, t4);
  const delay = secondsBetween(t4, t1) - secondsBetween(t3, t2);
  const reading = 2 ** packet.precision + 2 ** precision;
  return {
    offset: (there + back) / 2,
    // Two clocks that run at different rates may give less than nothing (RFC 5905 §8).
    delay: Math.max(delay, 2 ** precision),
    dispersion: reading + PHI * Math.max(0, secondsBetween(t4, t1)),
    at,
  };
}
