// Mesh time as a running clock, with the properties of its estimate.
import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { MeshTime } from '../../api/mesh-types.ts';
import { clock, day, duration } from '../../format/time.ts';
import { linkTo } from '../../state/navigation.ts';
import { Facts } from '../../ui/facts.tsx';
import { Panel } from '../../ui/panel.tsx';
import { aheadText, rateText, withinText } from './texts.ts';

/** Update interval; the clock shows tenths of a second. */
const TURN_MS = 100;

type TimedReading = MeshTime & { receivedMs: number };

export function MeshClock({ time }: { time: TimedReading }) {
  const isKnown = time.uncertainty_ms !== null;
  return (
    <Panel title="Mesh time" class="time-mesh" note={isKnown ? undefined : 'not known yet'}>
      <p class={`time-now num ${isKnown ? '' : 'quiet'}`}>
        <Now time={time} /> <span class="time-within">{withinText(time.uncertainty_ms)}</span>
      </p>
      <Facts
        facts={[
          ['Follows', followed(time)],
          ['Own clock', aheadText(time.ahead_ms)],
          ['Frequency', rateText(-time.skew_ppm)],
          ['Round trip', time.delay_ms === null || time.is_root ? '–' : duration(time.delay_ms / 1000)],
          ['Running for', duration(Math.round(time.age_seconds))],
          ['Steps', time.steps === 0 ? 'none' : String(time.steps)],
        ]}
      />
    </Panel>
  );
}

/** Between two answers the clock runs on the browser's monotonic clock. */
function Now({ time }: { time: TimedReading }) {
  const [nowMs, setNowMs] = useState(performance.now());
  useEffect(() => {
    const timer = setInterval(() => {
      if (!document.hidden) setNowMs(performance.now());
    }, TURN_MS);
    return () => clearInterval(timer);
  }, []);
  const seconds = (time.mesh_ms + Math.max(0, nowMs - time.receivedMs)) / 1000;
  const tenths = Math.floor(seconds * 10) / 10;
  return (
    <time title={`${day(seconds)}, in the time zone of this browser`}>
      {clock(Math.floor(tenths))}.{Math.round(tenths * 10) % 10}
    </time>
  );
}

function followed({ is_root, is_traceable, root, level }: MeshTime): ComponentChildren {
  const source = is_traceable ? 'time servers' : 'its own clock';
  if (is_root || root === null) return `${source}: this peer leads`;
  return (
    <>
      <a href={linkTo('mesh', root)}>{root}</a>, {level} {level === 1 ? 'link' : 'links'} away, and {source}{' '}
      there
    </>
  );
}
