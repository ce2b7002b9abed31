// The time from the first packet shown to the last.
import type { Timeline } from '../../api/types.ts';

/** Times of the first and the last packet, seconds since 1970. */
export interface Span {
  from: number;
  to: number;
}

/** To a bucket: its timeline begins and ends with those of all packets, also if few of them pass the filter. Null without packets. */
export function spanOfPackets({ start, step, buckets, series }: Timeline): Span | null {
  const isEmpty = (at: number) => series.every(({ packets }) => packets[at] === 0);
  let [first, last] = [0, buckets - 1];
  while (first <= last && isEmpty(first)) first++;
  while (last > first && isEmpty(last)) last--;
  return first > last ? null : { from: start + first * step, to: start + (last + 1) * step };
}
