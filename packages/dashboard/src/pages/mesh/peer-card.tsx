// One peer: state, readings and their history.
import { get } from '../../api/client.ts';
import type { MeshMetrics, MeshPeer, MeshSeries } from '../../api/mesh-types.ts';
import { Sparkline } from '../../charts/sparkline.tsx';
import { measured, unitOf } from '../../format/measured.ts';
import { count } from '../../format/numbers.ts';
import { dayAndClock } from '../../format/time.ts';
import type { Mesh } from '../../state/mesh.ts';
import { linkTo } from '../../state/navigation.ts';
import { useLatest, usePolled } from '../../state/ticking.ts';
import { Facts } from '../../ui/facts.tsx';
import { Panel } from '../../ui/panel.tsx';
import { aheadText, withinText } from '../time/texts.ts';
import { detailsOf, type InterfaceDetail, type StorageDetail } from './details.ts';
import { Way } from './way.tsx';

/** Peers measure at about this interval. */
const REFRESH_MS = 5_000;

interface Props {
  peer: MeshPeer;
  mesh: Mesh;
  onOpen: (id: string) => void;
}

export function PeerCard({ peer, mesh, onOpen }: Props) {
  const children = [...mesh.peers.values()].filter(({ parent }) => parent === peer.id);
  return (
    <Panel
      title={peer.id}
      class="peer-card"
      note={peer.id === mesh.peer ? 'this machine' : peer.id === mesh.root ? 'the root' : undefined}
    >
      <Facts
        facts={[
          ['State', peer.revoked === null ? peer.status : `${peer.status} (${peer.revoked})`],
          ['Role', peer.role],
          ['Parent', peer.parent === null ? '–' : <PeerLink id={peer.parent} onOpen={onOpen} />],
          ['Children', count(children.length)],
          ['Address', <span class="mono">{peer.addresses.join(' ') || '–'}</span>],
          ['Member since', dayAndClock(peer.admitted)],
        ]}
      />
      {peer.status === 'alive' && <Lately id={peer.id} />}
      {peer.status === 'alive' && peer.id !== mesh.peer && <Way from={mesh.peer} to={peer.id} />}
    </Panel>
  );
}

function PeerLink({ id, onOpen }: { id: string; onOpen: (id: string) => void }) {
  return (
    <button type="button" class="link" onClick={() => onOpen(id)}>
      {id}
    </button>
  );
}

/** Attributes with a chart, if the peer measures them. */
const CHARTS: readonly (readonly [name: string, title: string])[] = [
  ['cpu.used', 'Processor'],
  ['memory.used', 'Memory'],
  ['storage.used', 'Storage'],
  ['load.1', 'Load'],
  ['net.rx', 'Received'],
  ['net.tx', 'Sent'],
  ['latency', 'Latency'],
  ['packets', 'Packets'],
];

function Lately({ id }: { id: string }) {
  const { data, error } = usePolled(id, REFRESH_MS, (signal) =>
    get<MeshMetrics>(`/mesh/peers/${encodeURIComponent(id)}`, {}, signal),
  );
  const series = useLatest(data?.history ?? null);
  const problem = error?.message ?? data?.problem ?? null;
  if (series === null) return problem === null ? null : <p class="quiet">{problem}</p>;
  const { interfaces, storage } = detailsOf(series.details);
  return (
    <>
      <ul class="lately">
        {CHARTS.map(([name, title]) => {
          const values = series.attributes[name];
          if (values === undefined) return null;
          const known = values.map((value) => value ?? 0);
          return (
            <li key={name} title={name}>
              <span>{title}</span>
              <Sparkline values={known} label={`${title} of ${id}, lately`} />
              <span class="num">{measured(values.at(-1) ?? null, unitOf(name))}</span>
            </li>
          );
        })}
        <ClockLine values={series.attributes} />
      </ul>
      {interfaces.length > 0 && <Interfaces of={interfaces} />}
      {storage.length > 0 && <Storage of={storage} />}
    </>
  );
}

/** The clock in one line; the Time page has the details. */
function ClockLine({ values }: { values: MeshSeries['attributes'] }) {
  const aheadMs = values['clock.ahead']?.at(-1) ?? null;
  const uncertaintyMs = values['clock.uncertainty']?.at(-1) ?? null;
  if (aheadMs === null || uncertaintyMs === null) return null;
  return (
    <li class="lately-clock">
      <a href={linkTo('time')}>Clock</a>
      <span class="num">
        {aheadText(aheadMs)} {withinText(uncertaintyMs)}
      </span>
    </li>
  );
}

function Interfaces({ of }: { of: readonly InterfaceDetail[] }) {
  return (
    <table class="plain peer-details">
      <thead>
        <tr>
          <th scope="col">Interface</th>
          <th scope="col" class="cell-right">
            Received
          </th>
          <th scope="col" class="cell-right">
            Sent
          </th>
          <th scope="col" class="cell-right">
            Lost
          </th>
        </tr>
      </thead>
      <tbody>
        {of.map(({ name, received, sent, lost }) => (
          <tr key={name}>
            <td>{name}</td>
            <td class="cell-right num">{measured(received, 'bytes/s')}</td>
            <td class="cell-right num">{measured(sent, 'bytes/s')}</td>
            <td class={`cell-right num ${lost > 0 ? 'odd' : 'quiet'}`}>{measured(lost, '1/s')}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Storage({ of }: { of: readonly StorageDetail[] }) {
  return (
    <table class="plain peer-details">
      <thead>
        <tr>
          <th scope="col">File system</th>
          <th scope="col" class="cell-right">
            Free
          </th>
          <th scope="col" class="cell-right">
            Of
          </th>
        </tr>
      </thead>
      <tbody>
        {of.map(({ path, total, free }) => (
          <tr key={path}>
            <td class="mono">{path}</td>
            <td class="cell-right num">{measured(free, 'bytes')}</td>
            <td class="cell-right num">{measured(total, 'bytes')}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
