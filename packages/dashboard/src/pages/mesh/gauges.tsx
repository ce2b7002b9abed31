// Summary of the whole mesh: minimum, quantiles and maximum of what the peers measure.
import type { MeshSummary, MeshView } from '../../api/mesh-types.ts';
import { measured } from '../../format/measured.ts';
import { count, percent } from '../../format/numbers.ts';
import { duration } from '../../format/time.ts';
import { Panel } from '../../ui/panel.tsx';

/** The attributes shown here; queries can ask for others. */
const SHOWN: readonly (readonly [name: string, title: string])[] = [
  ['cpu.used', 'Processor'],
  ['memory.used', 'Memory'],
  ['storage.used', 'Storage'],
  ['load.1', 'Load'],
  ['net.rx', 'Received'],
  ['net.tx', 'Sent'],
  ['latency', 'Latency'],
  ['temperature', 'Temperature'],
];

export function Gauges({ view }: { view: MeshView | null }) {
  return (
    <Panel
      title="The whole network"
      class="gauges"
      note={view === null ? undefined : `${count(view.peers)} peers, ${duration(view.ageMs / 1000)} old`}
    >
      {view === null ? (
        <p class="quiet">No summary has been received yet</p>
      ) : (
        <>
          {view.complete < 1 && (
            <p class="odd">
              {percent(view.complete)} of the peers have reported: {count(view.alive - view.peers)} are
              missing
            </p>
          )}
          <table class="plain gauge-table">
            <thead>
              <tr>
                <th scope="col">Measured</th>
                <th scope="col">From minimum to maximum</th>
                <th scope="col" class="cell-right">
                  Mean
                </th>
                <th scope="col" class="cell-right">
                  95 %
                </th>
              </tr>
            </thead>
            <tbody>
              {SHOWN.filter(([name]) => view.attributes[name] !== undefined).map(([name, title]) => (
                <Line key={name} title={title} name={name} of={view.attributes[name]!} />
              ))}
            </tbody>
          </table>
        </>
      )}
    </Panel>
  );
}

function Line({ title, name, of }: { title: string; name: string; of: MeshSummary }) {
  const { unit, min, max, mean, p50, p95 } = of;
  // The scale ends at 100 for percentages, otherwise at the maximum.
  const end = unit === '%' ? 100 : Math.max(max ?? 0, 1e-9);
  const at = (value: number | null) => `${Math.min(100, Math.max(0, ((value ?? 0) / end) * 100))}%`;
  const text = `least ${measured(min, unit)}, median ${measured(p50, unit)}, most ${measured(max, unit)}`;
  return (
    <tr>
      <td title={name}>{title}</td>
      <td>
        <span class="range" role="img" aria-label={text} title={text}>
          <span class="range-all" style={{ left: at(min), right: `calc(100% - ${at(max)})` }} />
          <span class="range-most" style={{ left: at(min), right: `calc(100% - ${at(p95)})` }} />
          <span class="range-mean" style={{ left: at(mean) }} />
        </span>
      </td>
      <td class="cell-right num">{measured(mean, unit)}</td>
      <td class="cell-right num">{measured(p95, unit)}</td>
    </tr>
  );
}
