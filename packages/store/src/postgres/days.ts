// Splits batches by day (UTC): each day has a partition of its own.
import { SECONDS_MAX } from '../write/int64.ts';
import type { PacketRows } from '../write/packet-rows.ts';

/** Consecutive rows of one day: [from, to). */
export interface DayRun {
  /** 2026-11-22. */
  readonly day: string;
  readonly from: number;
  readonly to: number;
}

/** Seconds from 1970 to 2000, the epoch of PostgreSQL's timestamps. */
const YEAR_2000 = 946_684_800;
const DAY_US = 86_400e6;

/** Microseconds since 2000, clamped to ±SECONDS_MAX around 1970. */
function microsecondsOf(seconds: number, nanoseconds: number): number {
  const whole = Math.max(-SECONDS_MAX, Math.min(SECONDS_MAX, seconds));
  return (whole - YEAR_2000) * 1e6 + Math.floor(nanoseconds / 1000);
}

/** All rows, in runs of one day; a live batch has one or two. */
export function dayRuns({ columns, length }: PacketRows): DayRun[] {
  const { seconds, nanoseconds } = columns;
  const runs: DayRun[] = [];
  let [from, day] = [0, dayOf(seconds[0]!, nanoseconds[0]!)];
  for (let i = 1; i < length; i++) {
    const next = dayOf(seconds[i]!, nanoseconds[i]!);
    if (next === day) continue;
    runs.push({ day: nameOf(day), from, to: i });
    [from, day] = [i, next];
  }
  runs.push({ day: nameOf(day), from, to: length });
  return runs;
}

/** Days since 2000. */
function dayOf(seconds: number, nanoseconds: number): number {
  return Math.floor(microsecondsOf(seconds, nanoseconds) / DAY_US);
}

function nameOf(day: number): string {
  return new Date((day * DAY_US) / 1000 + YEAR_2000 * 1000).toISOString().slice(0, 10);
}
