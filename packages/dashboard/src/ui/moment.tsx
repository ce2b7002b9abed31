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

/** Width of a column of moments, as CSS. */
export const momentWidth = computed(
  () => ({ none: '112px', day: '152px', year: 'clamp(158px, 13.5vw, 172px)' })[dating.value],
);

/** @param time decimal seconds since 1970 */
export function Moment({ time, places = 3 }: { time: string; places?: number }) {
  const title = `${dayAndClock(time)} ${zoneOf(Number(time))}`;
  const form = dating.value;
  if (form === 'none') return <time title={title}>{clockOf(time, places)}</time>;
  // Years apart, milliseconds do not tell two rows from each other; a phone has no room for them either.
  const [date, clock] = dayAndClock(time).split(' ');
  return (
    <time title={title}>
      {form === 'year' ? date : `${date!.slice(5)} ${clock}`}
      <span class="only-wide">{form === 'year' ? ` ${clock}` : clockOf(time, places).slice(8)}</span>
    </time>
  );
}
