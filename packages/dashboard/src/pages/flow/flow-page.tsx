// The page of one flow: a ladder of its packets, and the graphs of its stream.
import { useMemo } from 'preact/hooks';
import { type ApiError, get } from '../../api/client.ts';
import type { FlowRow, FlowSegment, FlowSegments } from '../../api/types.ts';
import { withPort } from '../../format/addresses.ts';
import { bytes, count } from '../../format/numbers.ts';
import { duration, fromTo } from '../../format/time.ts';
import { follow, go, linkTo, place, setView } from '../../state/navigation.ts';
import { useResource } from '../../state/resource.ts';
import { adoptStyle } from '../../ui/adopt-style.ts';
import { Icon } from '../../ui/icons.tsx';
import { ItemHead } from '../../ui/item-head.tsx';
import { Switch } from '../../ui/panel.tsx';
import { Empty, Loading, sentence, Trouble } from '../../ui/states.tsx';
import { termForFlow } from '../flows/flow-term.ts';
import style from './flow.lazy.css';
import { StreamGraph } from './graph.tsx';
import { Ladder } from './ladder.tsx';
import { type GraphKind, graphOf, largerSide, type Side } from './series.ts';

adoptStyle(style);

type View = 'ladder' | GraphKind;
const titles: Record<View, string> = {
  ladder: 'Ladder',
  sequence: 'Sequence',
  rtt: 'RTT',
  throughput: 'Throughput',
  window: 'Windows',
};
/** Graphs that need sequence numbers. */
const TCP_ONLY: readonly View[] = ['sequence', 'rtt', 'window'];

export function FlowPage({ id }: { id: string }) {
  const answer = useResource(id, (signal) =>
    get<FlowSegments>(`/flows/${encodeURIComponent(id)}/segments`, {}, signal),
  );
  if (answer.data === null) {
    if (answer.error === null) return <Loading what="Reading the conversation" />;
    if (answer.error.code === 'no_such_flow' || answer.error.code === 'bad_value') {
      return (
        <Empty icon="flows" title="This flow is not known">
          It may have been too old to keep. <a href={linkTo('flows')}>All flows</a>
        </Empty>
      );
    }
    if (answer.error.code === 'bytes_gone') return <Missing id={id} error={answer.error} />;
    return <Trouble error={answer.error} onRetry={answer.reload} />;
  }
  return <Shown {...answer.data} />;
}

/** What the store knows of a flow whose packets can't be read again. */
function Missing({ id, error }: { id: string; error: ApiError }) {
  const { data } = useResource(`gone ${id}`, (signal) =>
    get<FlowRow>(`/flows/${encodeURIComponent(id)}`, {}, signal),
  );
  if (data === null) return <Loading />;
  return (
    <div class="flow-page">
      <Head flow={data} onFollow={null} term={termForFlow(data)} />
      <Empty icon="captures" title="Its packets can no longer be read">
        {sentence(error.message)}. Ladder, graphs and stream need their bytes; figures and rows are kept.
        {error.hint !== null && (
          <>
            <br />
            {sentence(error.hint)}.
          </>
        )}
      </Empty>
    </div>
  );
}

function Shown({ flow, items, is_whole }: FlowSegments) {
  const isTcp = flow.transport === 'tcp';
  const views = (Object.keys(titles) as View[]).filter((view) => isTcp || !TCP_ONLY.includes(view));
  const requested = place.value.view.show as View;
  const view = views.includes(requested) ? requested : 'ladder';
  const term = termForFlow(flow);
  const packetPlace = ({ id }: FlowSegment) => ({ q: term, capture: flow.capture, packet: id });
  return (
    <div class="flow-page">
      <Head flow={flow} onFollow={() => follow(flow.id)} term={term} />
      <div class="flow-tools">
        <Switch
          label="View"
          value={view}
          options={views.map((one) => [one, titles[one]] as const)}
          onChange={(show) => setView({ show: show === 'ladder' ? '' : show })}
        />
        {TCP_ONLY.includes(view) && <Direction flow={flow} items={items} />}
        {!is_whole && (
          <span class="note-odd">The flow is longer: these are its first {count(items.length)} packets</span>
        )}
      </div>
      {view === 'ladder' ? (
        <Ladder
          segments={items}
          client={flow.client}
          server={flow.server}
          linkOf={(packet) => linkTo('packets', '', packetPlace(packet))}
        />
      ) : (
        <GraphView
          view={view}
          flow={flow}
          items={items}
          onOpen={(packet) => go({ page: 'packets', item: '', view: {}, ...packetPlace(packet) })}
        />
      )}
    </div>
  );
}

interface HeadProps {
  flow: FlowRow;
  /** Null: there is nothing to follow. */
  onFollow: (() => void) | null;
  term: string;
}

function Head({ flow, onFollow, term }: HeadProps) {
  const { client, server } = flow;
  const figures: [string, string][] = [
    ['Packets', count(flow.packets_to_server + flow.packets_to_client)],
    ['To server', bytes(flow.bytes_to_server)],
    ['To client', bytes(flow.bytes_to_client)],
    ['Duration', duration(Number(flow.end) - Number(flow.start))],
  ];
  if (flow.handshake_ms !== null) figures.push(['Handshake', duration(flow.handshake_ms / 1000)]);
  if (flow.retransmissions !== null) figures.push(['Retransmissions', count(flow.retransmissions)]);
  if (flow.zero_windows) figures.push(['Zero windows', count(flow.zero_windows)]);
  return (
    <ItemHead
      back={['flows', 'All flows']}
      title={
        <>
          {withPort(client.address, client.port)} → {withPort(server.address, server.port)}
        </>
      }
      note={
        <>
          {[flow.applications.at(-1) ?? flow.transport, flow.server_name, flow.state]
            .filter(Boolean)
            .join(' · ')}{' '}
          · <span class="num">{fromTo(flow.start, flow.end)}</span>
        </>
      }
      figures={figures}
    >
      <button
        type="button"
        class="button"
        onClick={() =>
          go({ page: 'packets', item: '', q: term, capture: flow.capture, packet: null, view: {} })
        }
      >
        <Icon name="packets" /> Packets
      </button>
      {onFollow !== null && (
        <button type="button" class="button" onClick={onFollow}>
          Follow
        </button>
      )}
    </ItemHead>
  );
}

function sideOf(items: readonly FlowSegment[]): Side {
  const { from } = place.value.view;
  if (from === 'client') return 0;
  return from === 'server' ? 1 : largerSide(items);
}

/** Whose data the graph is about. */
function Direction({ flow, items }: { flow: FlowRow; items: readonly FlowSegment[] }) {
  return (
    <Switch
      label="Data of"
      value={sideOf(items) === 0 ? 'client' : 'server'}
      options={[
        ['client', `Data of ${flow.client.address}`],
        ['server', `Data of ${flow.server.address}`],
      ]}
      onChange={(from) => setView({ from })}
    />
  );
}

interface GraphProps {
  view: GraphKind;
  flow: FlowRow;
  items: readonly FlowSegment[];
  onOpen: (packet: FlowSegment) => void;
}

function GraphView({ view, flow, items, onOpen }: GraphProps) {
  const side = sideOf(items);
  const graph = useMemo(() => graphOf(view, items, side), [view, items, side]);
  const hasValues = graph.lines.some(({ values }) => values.some((value) => value !== null));
  if (!hasValues)
    return (
      <Empty icon="flows" title="Nothing to draw">
        No packet of this direction has what the graph shows.
      </Empty>
    );
  const of = side === 0 ? flow.client : flow.server;
  const label = view === 'throughput' ? titles[view] : `${titles[view]}, data of ${of.address}`;
  return <StreamGraph graph={graph} label={label} onOpen={onOpen} />;
}
