// Visits to the honeypot, with their replay.
import { useState } from 'preact/hooks';
import type { VisitRow } from '../../api/types.ts';
import { bytes, count } from '../../format/numbers.ts';
import { clock, dayAndClock, duration } from '../../format/time.ts';
import type { Resource } from '../../state/resource.ts';
import { Icon } from '../../ui/icons.tsx';
import { later } from '../../ui/later.tsx';
import { MeshTime } from '../../ui/mesh-moment.tsx';
import { Panel } from '../../ui/panel.tsx';
import { Empty, Loading, Trouble } from '../../ui/states.tsx';

const LINES = 50;

const Replay = later(async () => (await import('../opened.ts')).Replay, true);

export function VisitsPanel({ visits }: { visits: Resource<{ items: VisitRow[] }> }) {
  const [played, setPlayed] = useState<VisitRow | null>(null);
  const { data, error, reload } = visits;
  const items = data?.items ?? [];
  return (
    <Panel
      title="Honeypot"
      class="security-visits"
      note={data === null || items.length === 0 ? undefined : `${count(items.length)} visits`}
    >
      {data === null && (error === null ? <Loading /> : <Trouble error={error} onRetry={reload} />)}
      {data !== null && items.length === 0 && (
        <Empty icon="security" title="No visits to the honeypot">
          <code>eyrie honeypot</code> opens one; what visitors do there can be played again here.
        </Empty>
      )}
      {items.length > 0 && <Visits items={items.slice(0, LINES)} onPlay={setPlayed} />}
      {played !== null && <Replay visit={played} onClose={() => setPlayed(null)} />}
    </Panel>
  );
}

function Visits({ items, onPlay }: { items: readonly VisitRow[]; onPlay: (visit: VisitRow) => void }) {
  return (
    <table class="plain">
      <thead>
        <tr>
          <th scope="col">When</th>
          <th scope="col">From</th>
          <th scope="col">Spoke</th>
          <th scope="col" class="cell-right only-wide">
            Stayed
          </th>
          <th scope="col" class="cell-right only-wide">
            Sent
          </th>
          <th scope="col">
            <span class="sr">Play</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {items.map((visit) => (
          <tr key={visit.session}>
            <td class="num">
              <When visit={visit} />
            </td>
            <td class="mono">{visit.source}</td>
            <td>
              {visit.protocol} <span class="quiet num">:{visit.port}</span>
            </td>
            <td class="cell-right num only-wide">{duration(visit.seconds)}</td>
            <td class="cell-right num only-wide">{bytes(visit.bytes_in)}</td>
            <td class="cell-right">
              <button
                type="button"
                class="button button-small"
                aria-label={`Play the visit of ${visit.source}`}
                onClick={() => onPlay(visit)}
              >
                <Icon name="play" size={12} /> Play
              </button>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** The time of the visit on the mesh clock if known, as this machine's own clock may be off. */
function When({ visit: { time, mesh_time: moment } }: { visit: VisitRow }) {
  if (moment !== null) return <MeshTime of={moment} />;
  return <time title={dayAndClock(time)}>{clock(time)}</time>;
}
