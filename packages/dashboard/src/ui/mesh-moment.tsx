// A time on the mesh clock, with its uncertainty.
import type { MeshMoment } from '../api/types.ts';
import { clockOf, dayAndClock, duration } from '../format/time.ts';

/** 11:52:18.123456 ± 40 µs; the tooltip has the date. */
export function MeshTime({ of: { mesh, time, uncertainty } }: { of: MeshMoment }) {
  const title = `${dayAndClock(time)} by the clock of the mesh ${mesh}, which all of its peers share`;
  return (
    <time class="num" title={title}>
      {clockOf(time)} ± {duration(uncertainty)}
    </time>
  );
}
