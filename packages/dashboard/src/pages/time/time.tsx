// The Time page: the mesh clock, its sources, and the offset of each peer's own clock.
import { ApiError } from '../../api/client.ts';
import type { MeshAnswer, MeshTime } from '../../api/mesh-types.ts';
import { getOfPeer } from '../../state/of-peer.ts';
import { useLatest, usePolled } from '../../state/ticking.ts';
import { adoptStyle } from '../../ui/adopt-style.ts';
import { Failure, Loading, Trouble } from '../../ui/states.tsx';
import { NoPeer } from '../mesh/no-peer.tsx';
import { CLOCKS_MAX, Clocks } from './clocks.tsx';
import { MeshClock } from './mesh-clock.tsx';
import { Sources } from './sources.tsx';
import style from './time.lazy.css';

adoptStyle(style);

const TIME_MS = 1_000;
const CLOCKS_MS = 4_000;
const CLOCKS = `${CLOCKS_MAX} peers order by clock.uncertainty, clock.ahead`;

export function TimePage() {
  const polled = usePolled('time', TIME_MS, async (signal) => {
    const answer = await getOfPeer<MeshTime>('/mesh/time', {}, signal);
    return { ...answer, receivedMs: performance.now() };
  });
  const time = useLatest(polled.data);
  const { error, reload } = polled;
  if (time === null) {
    if (error === null) return <Loading />;
    if (error.code !== 'no_peer') return <Trouble error={error} onRetry={reload} />;
    return <NoPeer text={error.message} onRetry={reload} />;
  }
  if (error?.code === 'no_peer')
    return <Failure title="The peer on this machine does not answer" text={error.message} onRetry={reload} />;
  return <Whole time={time} />;
}

function Whole({ time }: { time: MeshTime & { receivedMs: number } }) {
  const { data, error } = usePolled('clocks', CLOCKS_MS, (signal) =>
    getOfPeer<MeshAnswer>('/mesh/query', { q: CLOCKS }, signal),
  );
  const clocks = useLatest(data);
  return (
    <div class="time-page">
      <MeshClock time={time} />
      <Sources time={time} />
      <Clocks own={time.peer} answer={clocks} problem={error instanceof ApiError ? error.message : null} />
    </div>
  );
}
