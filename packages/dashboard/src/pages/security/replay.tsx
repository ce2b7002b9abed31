// Replay of a honeypot visit: in real time with long pauses shortened, or faster.
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { get } from '../../api/client.ts';
import type { Visit, VisitRow } from '../../api/types.ts';
import { dayAndClock, duration } from '../../format/time.ts';
import { useResource } from '../../state/resource.ts';
import { Icon } from '../../ui/icons.tsx';
import { MeshTime } from '../../ui/mesh-moment.tsx';
import { Switch } from '../../ui/panel.tsx';
import { Loading, Trouble } from '../../ui/states.tsx';
import { countBy, piecesOf, shortened } from './playback.ts';
import { Screen } from './screen.tsx';

const SPEEDS = ['1', '4', '16'] as const;
type Speed = (typeof SPEEDS)[number];

export function Replay({ visit, onClose }: { visit: VisitRow; onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const record = useResource(
    visit.session,
    (signal) => get<Visit>(`/honeypot/visits/${encodeURIComponent(visit.session)}`, {}, signal),
    false,
  );
  const events = useMemo(() => shortened(record.data?.events ?? []), [record.data]);
  const end = events.at(-1)?.at ?? 0;
  const player = usePlayer(record.data === null ? null : end);
  useEffect(() => dialog.current!.showModal(), []);
  const pieces = useMemo(() => piecesOf(events, visit.protocol), [events, visit.protocol]);

  return (
    <dialog ref={dialog} class="dialog replay" aria-labelledby="replay-title" onClose={onClose}>
      <header class="dialog-head">
        <h2 id="replay-title">
          {visit.protocol} from <span class="mono">{visit.source}</span>
        </h2>
        <span class="quiet num">
          {dayAndClock(visit.time)}
          {visit.mesh_time !== null && (
            <>
              {' · '}
              <MeshTime of={visit.mesh_time} /> mesh time
            </>
          )}
        </span>
        <button type="button" class="icon-button" aria-label="Close" onClick={() => dialog.current!.close()}>
          <Icon name="close" />
        </button>
      </header>
      <Tools player={player} end={end} />
      {record.error !== null && <Trouble error={record.error} onRetry={record.reload} />}
      {record.data === null && record.error === null && <Loading what="Reading the visit" />}
      {record.data !== null && <Screen pieces={pieces} shown={countBy(pieces, player.at)} />}
    </dialog>
  );
}

interface Player {
  /** Position in seconds. */
  at: number;
  isPlaying: boolean;
  speed: Speed;
  setSpeed: (speed: Speed) => void;
  /** Goes to a position and pauses. */
  seek: (at: number) => void;
  /** Plays or pauses; at the end, starts again. */
  toggle: () => void;
}

/** @param end duration in seconds; null while nothing is loaded */
function usePlayer(end: number | null): Player {
  const [at, setAt] = useState(0);
  const [isPlaying, setPlaying] = useState(true);
  const [speed, setSpeed] = useState<Speed>('1');
  useEffect(() => {
    if (!isPlaying || end === null) return;
    let before = performance.now();
    let frame = requestAnimationFrame(function step(now) {
      const passed = ((now - before) / 1000) * Number(speed);
      before = now;
      setAt((old) => Math.min(end, old + passed));
      frame = requestAnimationFrame(step);
    });
    return () => cancelAnimationFrame(frame);
  }, [isPlaying, speed, end]);
  const isOver = end !== null && at >= end;
  useEffect(() => {
    if (isOver) setPlaying(false);
  }, [isOver]);
  const seek = (to: number) => {
    setPlaying(false);
    setAt(to);
  };
  const toggle = () => {
    if (isOver) setAt(0);
    setPlaying(isOver || !isPlaying);
  };
  return { at, isPlaying, speed, setSpeed, seek, toggle };
}

function Tools({ player, end }: { player: Player; end: number }) {
  const { at, isPlaying, speed } = player;
  return (
    <div class="replay-tools">
      <button
        type="button"
        class="icon-button"
        aria-label={isPlaying ? 'Pause' : 'Play'}
        onClick={player.toggle}
      >
        <Icon name={isPlaying ? 'pause' : 'play'} />
      </button>
      <input
        type="range"
        min={0}
        max={end || 1}
        step="any"
        value={at}
        aria-label="Position in the visit"
        aria-valuetext={duration(at)}
        onInput={(event) => player.seek(Number(event.currentTarget.value))}
      />
      <span class="num quiet">
        {duration(Math.round(at))} of {duration(Math.round(end))}
      </span>
      <Switch
        label="Speed"
        value={speed}
        options={SPEEDS.map((each) => [each, `${each}×`] as const)}
        onChange={player.setSpeed}
      />
    </div>
  );
}
