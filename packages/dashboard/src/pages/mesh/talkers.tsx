// Names and addresses with the most traffic in the mesh, from peers whose owners allow reporting them.
import type { Heavy, MeshTalkers } from '../../api/mesh-types.ts';
import { bytes, count } from '../../format/numbers.ts';
import { duration } from '../../format/time.ts';
import { Panel } from '../../ui/panel.tsx';

const SHOWN = 8;

/** Renders nothing if no peer reports them. */
export function Talkers({ talkers }: { talkers: MeshTalkers | null }) {
  if (talkers === null) return null;
  const { peers, ageMs, names, addresses } = talkers;
  const reporters = peers === 1 ? 'one peer' : `${count(peers)} peers`;
  return (
    <Panel title="Most traffic" note={`reported by ${reporters}, ${duration(ageMs / 1000)} ago`}>
      <Most title="Name" of={names} />
      <Most title="Address" of={addresses} />
    </Panel>
  );
}

function Most({ title, of: { items } }: { title: string; of: Heavy }) {
  if (items.length === 0) return null;
  const most = items[0]!.rate;
  return (
    <table class="plain gauge-table">
      <thead>
        <tr>
          <th scope="col">{title}</th>
          <th scope="col">Share of the maximum</th>
          <th scope="col" class="cell-right">
            A second
          </th>
        </tr>
      </thead>
      <tbody>
        {items.slice(0, SHOWN).map(({ name, rate }) => (
          <tr key={name}>
            <td title={name}>{name}</td>
            <td>
              <span class="range">
                <span class="range-most" style={{ left: 0, right: `${100 - (100 * rate) / most}%` }} />
              </span>
            </td>
            <td class="cell-right num">{bytes(rate)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
