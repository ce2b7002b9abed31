// The offset of each peer's own clock from mesh time, with its uncertainty.
import { useMemo } from 'preact/hooks';
import type { MeshAnswer } from '../../api/mesh-types.ts';
import { count } from '../../format/numbers.ts';
import { duration } from '../../format/time.ts';
import { go, place, setView } from '../../state/navigation.ts';
import { DataTable, type TableColumn } from '../../ui/data-table.tsx';
import { Panel } from '../../ui/panel.tsx';
import { Empty, Loading } from '../../ui/states.tsx';
import { offsetText, withinText } from './texts.ts';

/** The maximum that a query may request. */
export const CLOCKS_MAX = 1_000;

interface Clock {
  id: string;
  aheadMs: number;
  uncertaintyMs: number;
  ageMs: number;
}

interface Props {
  /** Id of the peer on this machine. */
  own: string;
  answer: MeshAnswer | null;
  problem: string | null;
}

export function Clocks({ own, answer, problem }: Props) {
  const clocks = useMemo(() => clocksIn(answer), [answer]);
  // All bars share one scale; the largest offset fills it.
  const scaleMs = Math.max(
    1e-6,
    ...clocks.map(({ aheadMs, uncertaintyMs }) => Math.abs(aheadMs) + uncertaintyMs),
  );
  const columns = useMemo(() => columnsFor(own, scaleMs), [own, scaleMs]);
  return (
    <Panel
      title="Clocks of the peers"
      class="time-clocks"
      note={clocks.length === 0 || answer === null ? undefined : shownOf(clocks.length, answer.looked)}
    >
      {clocks.length > 0 && (
        <DataTable
          label="Clocks of the peers"
          columns={columns}
          rows={clocks}
          keyOf={({ id }) => id}
          isWhole
          sort={place.value.view.sort ?? '-ahead'}
          onSort={(sort) => setView({ sort })}
          onOpen={({ id }) => go({ page: 'mesh', item: id, view: {} })}
        />
      )}
      {clocks.length === 0 && problem !== null && <p class="odd">{problem}</p>}
      {clocks.length === 0 && problem === null && answer === null && <Loading />}
      {clocks.length === 0 && problem === null && answer !== null && (
        <Empty icon="time" title="No peer has reported its clock yet">
          Peers report what they measure every ten seconds.
        </Empty>
      )}
    </Panel>
  );
}

function shownOf(shown: number, peers: number): string {
  if (shown >= peers) return count(shown);
  const rest = count(peers - shown);
  return `${count(shown)}, ${rest} ${shown < CLOCKS_MAX ? 'have not reported yet' : 'are not shown'}`;
}

function clocksIn(answer: MeshAnswer | null): Clock[] {
  return (answer?.peers ?? []).flatMap(({ id, values, ageMs }) => {
    const aheadMs = values['clock.ahead'] ?? null;
    const uncertaintyMs = values['clock.uncertainty'] ?? null;
    return aheadMs === null || uncertaintyMs === null ? [] : [{ id, aheadMs, uncertaintyMs, ageMs }];
  });
}

function columnsFor(own: string, scaleMs: number): readonly TableColumn<Clock>[] {
  return [
    {
      id: 'id',
      title: 'Peer',
      cell: ({ id }) => (
        <>
          <button
            type="button"
            class="link"
            title="Details and path"
            onClick={() => go({ page: 'mesh', item: id, view: {} })}
          >
            {id}
          </button>
          {id === own && <span class="quiet"> this machine</span>}
        </>
      ),
      value: ({ id }) => id,
    },
    {
      id: 'ahead',
      title: 'Own clock',
      width: '132px',
      isNumber: true,
      cell: ({ aheadMs }) => offsetText(aheadMs),
      value: ({ aheadMs }) => Math.abs(aheadMs),
    },
    {
      id: 'bar',
      title: `Behind ← ${duration(scaleMs / 1000)} → ahead`,
      isExtra: true,
      cell: (clock) => <Bar clock={clock} scaleMs={scaleMs} />,
      value: ({ aheadMs }) => aheadMs,
    },
    {
      id: 'uncertainty',
      title: 'Uncertainty',
      width: '112px',
      isNumber: true,
      cell: ({ uncertaintyMs }) => withinText(uncertaintyMs),
      value: ({ uncertaintyMs }) => uncertaintyMs,
    },
    {
      id: 'age',
      title: 'Reported',
      width: '96px',
      isNumber: true,
      isExtra: true,
      cell: ({ ageMs }) => <span class="quiet">{duration(Math.round(ageMs / 1000))} ago</span>,
      value: ({ ageMs }) => ageMs,
    },
  ];
}

/** The centre is mesh time; the band is the uncertainty of the peer's clock. */
function Bar({ clock: { aheadMs, uncertaintyMs }, scaleMs }: { clock: Clock; scaleMs: number }) {
  const at = (ms: number) => 50 + 50 * Math.min(1, Math.max(-1, ms / scaleMs));
  const band = { left: `${at(aheadMs - uncertaintyMs)}%`, right: `${100 - at(aheadMs + uncertaintyMs)}%` };
  return (
    <span class="range clock-bar" aria-hidden="true">
      <span class="range-all" style={band} />
      <span class="clock-mesh" />
      <span class="range-mean" style={{ left: `${at(aheadMs)}%` }} />
    </span>
  );
}
