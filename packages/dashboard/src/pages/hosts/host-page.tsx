// The page of one host.
import type { ComponentChildren } from 'preact';
import { useMemo } from 'preact/hooks';
import { get } from '../../api/client.ts';
import type { FlowRow, HostDetail, Timeline } from '../../api/types.ts';
import { DenseButton } from '../../charts/dense-button.tsx';
import { stackOf } from '../../charts/stack.ts';
import { TimelineChart } from '../../charts/timeline-chart.tsx';
import { familyOf } from '../../families.ts';
import { gradeOf, inOrder } from '../../findings.ts';
import { withoutPort, withPort } from '../../format/addresses.ts';
import { bytes, count, percent } from '../../format/numbers.ts';
import { duration, fromTo, justAfter } from '../../format/time.ts';
import {
  allOf,
  betweenAddresses,
  ofAddress,
  ofProtocol,
  quoted,
  withTimeRange,
} from '../../state/expression.ts';
import { capture, follow, go, linkTo, place, setView } from '../../state/navigation.ts';
import { useResource } from '../../state/resource.ts';
import { Grade } from '../../ui/grade.tsx';
import { Icon } from '../../ui/icons.tsx';
import { ItemHead } from '../../ui/item-head.tsx';
import { openMenu } from '../../ui/menu.tsx';
import { Panel } from '../../ui/panel.tsx';
import { Empty, Loading, Trouble } from '../../ui/states.tsx';
import { flowMenu, isNamed } from '../flows/flows.tsx';
import { hostMenu } from './hosts.tsx';

const FLOWS_SHOWN = 12;

function toPackets(q: string): void {
  go({ page: 'packets', item: '', q, packet: null, view: {} });
}

export function HostPage({ address }: { address: string }) {
  const detail = useResource(address, (signal) =>
    get<HostDetail>(`/hosts/${encodeURIComponent(address)}`, {}, signal),
  );
  if (detail.data === null) {
    if (detail.error === null) return <Loading what="Loading the host" />;
    if (detail.error.code === 'no_such_host') {
      return (
        <Empty icon="hosts" title="This host is not known">
          No stored packet is from or to <code>{address}</code>. <a href={linkTo('hosts')}>All hosts</a>
        </Empty>
      );
    }
    return <Trouble error={detail.error} onRetry={detail.reload} />;
  }
  const { host, names, protocols, ports, peers, fingerprints, flows, findings } = detail.data;
  return (
    <div class="host">
      <Head host={host} peers={peers.length} />
      <Traffic host={host} findings={findings} />
      <Ports address={address} ports={ports} />
      <Peers address={address} peers={peers} />
      <Protocols address={address} protocols={protocols} />
      <Panel
        title="Flows"
        class="host-flows"
        note={flows.length > FLOWS_SHOWN ? `the ${FLOWS_SHOWN} largest` : undefined}
      >
        <FlowLines flows={flows.slice(0, FLOWS_SHOWN)} own={host.address} />
      </Panel>
      <Names names={names} />
      <Fingerprints fingerprints={fingerprints} />
      <Findings findings={findings} />
    </div>
  );
}

type Of<K extends keyof HostDetail> = Pick<HostDetail, K>;

function Head({ host, peers }: Of<'host'> & { peers: number }) {
  return (
    <ItemHead
      back={['hosts', 'All hosts']}
      title={host.name ?? host.address}
      note={
        <>
          {host.name !== null && <span class="mono">{host.address}</span>}{' '}
          <span class="num host-times">{fromTo(host.first, host.last)}</span>
        </>
      }
      figures={[
        ['Packets', count(host.packets)],
        ['Sent', bytes(host.bytes_sent)],
        ['Received', bytes(host.bytes_received)],
        ['Peers', count(peers)],
      ]}
    >
      <button type="button" class="button" onClick={() => toPackets(ofAddress(host.address))}>
        <Icon name="packets" /> Packets
      </button>
      <button
        type="button"
        class="button"
        aria-label="More"
        aria-haspopup="menu"
        onClick={(event) => openMenu(event, hostMenu(host.address), event.currentTarget)}
      >
        <Icon name="more" />
      </button>
    </ItemHead>
  );
}

function Traffic({ host, findings }: Of<'host' | 'findings'>) {
  const { address } = host;
  const { from = '', to = '' } = place.value.view;
  const isZoomed = from !== '' && to !== '';
  const span = isZoomed ? { from, to } : { from: host.first, to: justAfter(host.last) };
  const own = { address, capture: capture.value };
  const terms = { ...own, ...span, by: 'protocol', series: 50, buckets: 240 };
  const timeline = useResource(JSON.stringify(terms), (signal) => get<Timeline>('/timeline', terms, signal));
  const stack = useMemo(
    () => (timeline.data === null ? null : stackOf(timeline.data, 'bytes')),
    [timeline.data],
  );
  return (
    <Panel
      title="Traffic"
      class="host-traffic"
      note={stack === null ? undefined : `bytes in bars of ${duration(stack.step)}`}
      tools={
        <>
          <DenseButton
            totals={stack}
            terms={own}
            onSpan={(dense, places) =>
              setView({ from: dense.from.toFixed(places), to: dense.to.toFixed(places) })
            }
          />
          {isZoomed && (
            <button type="button" class="button button-small" onClick={() => setView({ from: '', to: '' })}>
              <Icon name="close" size={12} /> Whole time
            </button>
          )}
        </>
      }
    >
      {stack === null &&
        (timeline.error === null ? (
          <Loading />
        ) : (
          <Trouble error={timeline.error} onRetry={timeline.reload} />
        ))}
      {stack !== null && stack.times.length > 0 && (
        <TimelineChart
          stack={stack}
          unit="bytes"
          height={140}
          findings={findings.filter(({ finder }) => finder === 'rule')}
          label={`Traffic of ${host.name ?? address} over time`}
          onRange={(from, to, places) => toPackets(withTimeRange(ofAddress(address), from, to, places))}
        />
      )}
    </Panel>
  );
}

function Ports({ address, ports }: Of<'ports'> & { address: string }) {
  return (
    <Lines title="Ports it serves" items={ports} none="None: it is only a client">
      {(port) => (
        <>
          <button
            type="button"
            class="link who"
            onClick={() => toPackets(allOf(ofAddress(address), `${port.transport}.port == ${port.port}`))}
          >
            <span class="mono">
              {port.transport}/{port.port}
            </span>
            <span class="tag">{port.applications.join(', ')}</span>
          </button>
          <span class="num lines-count">{bytes(port.bytes)}</span>
        </>
      )}
    </Lines>
  );
}

function Peers({ address, peers }: Of<'peers'> & { address: string }) {
  return (
    <Lines title="Peers" items={peers} none="No other address">
      {(peer) => (
        <>
          <button
            type="button"
            class="link who"
            title={betweenAddresses(address, peer.address)}
            onClick={() => toPackets(betweenAddresses(address, peer.address))}
          >
            {peer.name !== null && <span class="who-name">{peer.name}</span>}
            <span class={`mono ${peer.name === null ? 'who-name' : 'who-address'}`}>{peer.address}</span>
          </button>
          <span class="num lines-count">{bytes(peer.bytes)}</span>
        </>
      )}
    </Lines>
  );
}

function Protocols({ address, protocols }: Of<'protocols'> & { address: string }) {
  const largest = protocols.toSorted((a, b) => b.bytes - a.bytes);
  const all = protocols.reduce((sum, one) => sum + one.bytes, 0);
  return (
    <Lines title="Protocols" items={largest} none="None">
      {(one) => (
        <>
          <button
            type="button"
            class="link who"
            onClick={() => toPackets(allOf(ofAddress(address), ofProtocol(one.protocol)))}
          >
            <span class={`dot family-${familyOf(one.protocol)}`} />
            {one.protocol}
          </button>
          <span class="num lines-count">
            {bytes(one.bytes)}
            <span class="lines-share quiet">{percent(all === 0 ? 0 : one.bytes / all)}</span>
          </span>
        </>
      )}
    </Lines>
  );
}

function Names({ names }: Of<'names'>) {
  return (
    <Lines title="Names" items={names} none="No name seen">
      {(name) => (
        <>
          <span class="who-name">{name.name}</span>
          <span class="tag">{name.source}</span>
          <span class="num lines-count">{count(name.count)} ×</span>
        </>
      )}
    </Lines>
  );
}

function Fingerprints({ fingerprints }: Of<'fingerprints'>) {
  return (
    <Lines title="Fingerprints" items={fingerprints} none="None seen">
      {(print) => (
        <>
          <button
            type="button"
            class="link who"
            title={print.value}
            onClick={() => toPackets(`${print.field} == ${quoted(print.value)}`)}
          >
            <span class="tag">{print.field.split('.').at(-1)}</span>
            <span class="mono who-name">{print.value}</span>
          </button>
          <span class="num lines-count">
            {count(print.flows)} {print.flows === 1 ? 'flow' : 'flows'}
          </span>
        </>
      )}
    </Lines>
  );
}

function Findings({ findings }: Of<'findings'>) {
  return (
    <Lines title="Findings" items={inOrder(findings)} none="Nothing unusual found">
      {(finding) => (
        <>
          <Grade of={gradeOf(finding)} />
          <span class="who-name" title={finding.message}>
            {finding.message}
          </span>
          <span class="num lines-count">{count(finding.count)} ×</span>
        </>
      )}
    </Lines>
  );
}

function Lines<T>(props: {
  title: string;
  items: readonly T[];
  none: string;
  children: (item: T) => ComponentChildren;
}) {
  return (
    <Panel
      title={props.title}
      class="host-lines"
      note={props.items.length > 0 ? count(props.items.length) : undefined}
    >
      {props.items.length === 0 ? (
        <p class="quiet">{props.none}</p>
      ) : (
        <ol class="lines lines-scrolled" tabIndex={0} aria-label={props.title}>
          {props.items.map((item, i) => (
            <li key={i}>{props.children(item)}</li>
          ))}
        </ol>
      )}
    </Panel>
  );
}

function FlowLines({ flows, own }: { flows: FlowRow[]; own: string }) {
  if (flows.length === 0) return <p class="quiet">No flows</p>;
  return (
    <table class="plain">
      <thead>
        <tr>
          <th scope="col">Protocol</th>
          <th scope="col">Other end</th>
          <th scope="col" class="only-wide">
            State
          </th>
          <th scope="col" class="cell-right">
            Data
          </th>
        </tr>
      </thead>
      <tbody>
        {flows.map((flow) => {
          const isClient = flow.client.address === own;
          const other = isClient ? flow.server : flow.client;
          const application = flow.applications.at(-1) ?? flow.transport;
          return (
            <tr key={flow.id} onContextMenu={(event) => openMenu(event, flowMenu(flow))}>
              <td>
                <button type="button" class="link" onClick={() => follow(flow.id)}>
                  <span class={`dot family-${familyOf(application)}`} /> {application}
                </button>
              </td>
              <td>
                <span class="quiet">{isClient ? 'to ' : 'from '}</span>
                {isClient && isNamed(flow) && `${withoutPort(flow.server_name!)} `}
                <span class="mono">{withPort(other.address, other.port)}</span>
              </td>
              <td class="only-wide">{flow.state ?? '–'}</td>
              <td class="cell-right num">{bytes(flow.bytes_to_client + flow.bytes_to_server)}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
