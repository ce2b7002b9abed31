// The path between the peer on this machine and another: one-way delays, loss and hops, measured passively.
import { useState } from 'preact/hooks';
import { get } from '../../api/client.ts';
import type { PathAnswer } from '../../api/mesh-types.ts';
import { count } from '../../format/numbers.ts';
import { duration } from '../../format/time.ts';
import { useResource } from '../../state/resource.ts';

export function Way({ from, to }: { from: string; to: string }) {
  const [asked, setAsked] = useState(0);
  const { data, error, isLoading } = useResource(
    asked === 0 ? null : `${from} ${to} ${asked}`,
    (signal) => get<PathAnswer>('/mesh/path', { from, to }, signal),
    false,
  );
  return (
    <div class="way">
      <button
        type="button"
        class="button button-small"
        disabled={isLoading}
        onClick={() => setAsked((n) => n + 1)}
      >
        {isLoading ? 'Comparing …' : `Path from ${from}`}
      </button>
      {error !== null && <p class="quiet">{error.message}</p>}
      {data !== null && error === null && <Table path={data} />}
    </div>
  );
}

function Table({ path }: { path: PathAnswer }) {
  const delay = (ms: number | undefined) => (ms === undefined ? '–' : duration(ms / 1000));
  return (
    <>
      <table class="plain peer-details">
        <thead>
          <tr>
            <th scope="col">Direction</th>
            <th scope="col" class="cell-right">
              Median
            </th>
            <th scope="col" class="cell-right">
              95 %
            </th>
            <th scope="col" class="cell-right">
              Lost
            </th>
            <th scope="col" class="cell-right">
              Routers
            </th>
          </tr>
        </thead>
        <tbody>
          {(
            [
              [path.to, path.forth],
              [path.from, path.back],
            ] as const
          ).map(([end, way]) => (
            <tr key={end}>
              <td title={`${count(way.matched)} packets seen at both`}>to {end}</td>
              <td class="cell-right num">{delay(way.delay?.median_ms)}</td>
              <td class="cell-right num">{delay(way.delay?.p95_ms)}</td>
              <td class="cell-right num">
                {way.loss_percent === null ? '–' : `${way.loss_percent.toFixed(1)} %`}
              </td>
              <td class="cell-right num">{way.hops ?? '–'}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p class="quiet num">
        From {duration(path.overlap_seconds)} that both watched
        {path.uncertainty_ms !== null &&
          `; their clocks agree within ± ${duration(path.uncertainty_ms / 1000)}`}
      </p>
    </>
  );
}
