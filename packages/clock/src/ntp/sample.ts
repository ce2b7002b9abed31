// Offset and delay from the four timestamps of an exchange (RFC 5905 §8).
import type { NtpPacket } from './packet.ts';
import { secondsBetween, type Timestamp } from './timestamp.ts';

/** Frequency tolerance in seconds per second (RFC 5905 §7.2, PHI). */
export const PHI = 15e-6;

export interface Sample {
  /** Seconds by which the other clock is ahead. */
  readonly offset: number;
  /** Round-trip delay in seconds, without the server's processing time. */
  readonly delay: number;
  /** Dispersion: error in seconds from clock precision and from drift during the exchange. */
  readonly dispersion: number;
  /** Steady seconds of our clock at which it was taken. */
  readonly at: number;
}

export interface Stamps {
  /** Origin: our clock when the request was sent. */
  readonly t1: Timestamp;
  /** Receive and transmit: the server's clock when the request arrived and the response was sent. */
  readonly t2: Timestamp;
  readonly t3: Timestamp;
  /** Destination: our clock when the response arrived. */
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
    // Clocks with different rates may yield a negative delay (RFC 5905 §8).
    delay: Math.max(delay, 2 ** precision),
    dispersion: reading + PHI * Math.max(0, secondsBetween(t4, t1)),
    at,
  };
}
