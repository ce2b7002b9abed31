// A point in time in a table or list: the date stands before the time of day if what is shown spans several days.
import { computed } from '@preact/signals';
import { clockOf, type Dating, datingOf, dayAndClock, zoneOf } from '../format/time.ts';
import { captures } from '../state/captures.ts';
import { capture } from '../state/navigation.ts';

/** The part of the date that all times on a page have, so that they can be compared. */
const dating = computed<Dating>(() => {
  const only = capture.value;
  const times = (captures.value ?? [])
    .filter(({ id }) => only === null || id === only)
    .flatMap(({ first, last }) => (first === null || last === null ? [] : [Number(first), Number(last)]));
  return datingOf(times);
});

/** @param time decimal seconds since 1970 */
export function Moment({ time, places = 3 }: { time: string; places?: number }) {
  const title = `${dayAndClock(time)} ${zoneOf(Number(time))}`;
  const text = {
    // Years apart, milliseconds do not tell two rows from each other.
    year: () => dayAndClock(time),
    day: () => `${dayAndClock(time).slice(5, 10)} ${clockOf(time, places)}`,
    none: () => clockOf(time, places),
  };
  return <time title={title}>{text[dating.value]()}</time>;
}
