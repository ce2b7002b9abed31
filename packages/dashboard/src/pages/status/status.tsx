// The Status page: services, queues, losses, the store.
import { useEffect, useState } from 'preact/hooks';
import { get } from '../../api/client.ts';
import { connection, listen } from '../../api/live.ts';
import type { Status } from '../../api/types.ts';
import { bytes, count } from '../../format/numbers.ts';
import { dayAndClock, duration } from '../../format/time.ts';
import { useResource } from '../../state/resource.ts';
import { Facts } from '../../ui/facts.tsx';
import { Panel } from '../../ui/panel.tsx';
import { Loading, Trouble } from '../../ui/states.tsx';

export function StatusPage() {
  const initial = useResource('status', (signal) => get<Status>('/status', {}, signal));
  const [pushed, setPushed] = useState<Status | null>(null);
  useEffect(() => listen('status', setPushed), []);
  const status = pushed ?? initial.data;
  if (status === null) {
    return initial.error === null ? <Loading /> : <Trouble error={initial.error} onRetry={initial.reload} />;
  }
  return (
    <div class={`status-page ${connection.value === 'lost' ? 'stale' : ''}`}>
      <Services services={status.services} />
      <Queues queues={status.queues} />
      <Losses drops={status.drops} />
      <Store store={status.store} />
      <Process status={status} />
      <Panel title="For programs" class="status-wide">
        <p class="status-links">
          <a href="/docs">HTTP API reference</a>
          <a href="/openapi.json">OpenAPI document</a>
          <a href="/metrics">Metrics for Prometheus</a>
          <a href="/healthz">Health</a>
        </p>
      </Panel>
    </div>
  );
}

type Of<Part extends keyof Status> = Pick<Status, Part>;

function Services({ services }: Of<'services'>) {
  return (
    <Panel title="Services" class="status-wide">
      <table class="plain">
        <thead>
          <tr>
            <th scope="col">Service</th>
            <th scope="col">State</th>
            <th scope="col">Note</th>
          </tr>
        </thead>
        <tbody>
          {services.map((service) => (
            <tr key={service.name}>
              <td>{service.name}</td>
              <td>
                <span class={`badge badge-${service.state}`}>{service.state}</span>
              </td>
              <td class="quiet">{service.note ?? '–'}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Panel>
  );
}

/** From this fill level, 0 to 1, a queue is marked as nearly full. */
const HIGH = 0.8;

function Queues({ queues }: Of<'queues'>) {
  return (
    <Panel title="Queues">
      {queues.length === 0 && <p class="quiet">No queues in this process</p>}
      {queues.map(({ name, depth, capacity }) => (
        <div key={name} class="queue">
          <span>{name}</span>
          <meter min={0} max={capacity} high={capacity * HIGH} value={depth} aria-label={name} />
          <span class="num quiet">
            {fill(name, depth)} of {fill(name, capacity)}
          </span>
        </div>
      ))}
    </Panel>
  );
}

/** Queues count entries, or bytes where their name says so. */
function fill(name: string, value: number): string {
  return /^bytes\b/.test(name) ? bytes(value) : count(value);
}

function Losses({ drops }: Of<'drops'>) {
  return (
    <Panel title="Losses">
      {drops.length === 0 ? (
        <p class="quiet">No packets lost</p>
      ) : (
        <Facts
          facts={drops.map(({ name, packets }) => [
            name,
            packets === 0 ? 'none' : <span class="odd">{count(packets)} packets</span>,
          ])}
        />
      )}
    </Panel>
  );
}

function Store({ store }: Of<'store'>) {
  return (
    <Panel title="Store">
      <Facts
        facts={[
          ['Engine', store.version],
          ['Place', <code>{store.place}</code>],
          ['Size', store.size_bytes === null ? 'not known' : sizeText(store.size_bytes, store.packets)],
          ['Captures', count(store.captures)],
          ['Packets', count(store.packets)],
          ['Flows', count(store.flows)],
          ['Findings', count(store.findings)],
          ['From', store.first === null ? '–' : dayAndClock(store.first)],
          ['To', store.last === null ? '–' : dayAndClock(store.last)],
          ['Times are in', `${Intl.DateTimeFormat().resolvedOptions().timeZone}, as in this browser`],
          ['Kept', store.retention],
        ]}
      />
    </Panel>
  );
}

function Process({ status }: { status: Status }) {
  const { mesh, live } = status;
  return (
    <Panel title="This process">
      <Facts
        facts={[
          ['Eyrie', status.version],
          ['Node.js', status.node.replace(/^v/, '')],
          ['Running for', duration(Math.round(status.uptime_seconds))],
          ['Memory', bytes(status.memory_bytes)],
          ['Peer', mesh === null ? 'none runs here' : `${mesh.peer} of ${mesh.name}`],
          ['Pages open', count(live.clients)],
          ['Live messages skipped', live.messages_skipped === 0 ? 'none' : count(live.messages_skipped)],
        ]}
      />
    </Panel>
  );
}

function sizeText(size: number, packets: number): string {
  return packets === 0
    ? bytes(size)
    : `${bytes(size)}, ${Number((size / packets).toPrecision(3))} bytes a packet`;
}
