// The Flows page: conversations with their endpoints, volume and state.
import type { End, FlowRow } from '../../api/types.ts';
import { familyOf } from '../../families.ts';
import { withoutPort, withPort } from '../../format/addresses.ts';
import { bytes, count } from '../../format/numbers.ts';
import { duration, timing } from '../../format/time.ts';
import { betweenAddresses, ofAddress, quoted } from '../../state/expression.ts';
import { addToFilter, follow, go, linkTo, place, scope, setFilter, setView } from '../../state/navigation.ts';
import { usePages } from '../../state/pages.ts';
import { DataTable, type TableColumn } from '../../ui/data-table.tsx';
import { later } from '../../ui/later.tsx';
import { type MenuItem, openMenu } from '../../ui/menu.tsx';
import { Moment } from '../../ui/moment.tsx';
import { Nothing } from '../../ui/nothing.tsx';
import { Loading, Trouble } from '../../ui/states.tsx';
import { copy } from '../packets/packet-menu.ts';
import { termForFlow } from './flow-term.ts';

const sizeOf = (flow: FlowRow) => flow.bytes_to_server + flow.bytes_to_client;
const packetsOf = (flow: FlowRow) => flow.packets_to_server + flow.packets_to_client;
const durationOf = (flow: FlowRow) => Number(flow.end) - Number(flow.start);
const applicationOf = (flow: FlowRow) => flow.applications.at(-1) ?? flow.transport;

/** False if the server's name is empty or only repeats its address; its port stands beside that. */
export const isNamed = ({ server: { address, port }, server_name: name }: FlowRow) =>
  name !== null && !['', address, withPort(address, port)].includes(name);

const flowColumns: readonly TableColumn<FlowRow>[] = [
  {
    id: 'application',
    title: 'Protocol',
    width: 'clamp(92px, 8vw, 124px)',
    cell: (flow) => (
      <a
        class="protocol"
        href={linkTo('flows', String(flow.id))}
        title={`Ladder and graphs\n${[flow.transport, ...flow.applications].join(' › ')}`}
      >
        <span class={`dot family-${familyOf(applicationOf(flow))}`} />
        {applicationOf(flow)}
      </a>
    ),
    value: applicationOf,
  },
  {
    id: 'client',
    title: 'Client',
    isExtra: true,
    cell: (flow) => <EndText end={flow.client} />,
    value: (flow) => flow.client.address,
  },
  {
    id: 'server',
    title: 'Server',
    cell: (flow) => (
      <>
        {isNamed(flow) && <span class="server-name">{withoutPort(flow.server_name!)}</span>}
        <EndText end={flow.server} isQuiet={isNamed(flow)} />
        <span class="only-narrow second-line">
          from <EndText end={flow.client} isQuiet />
        </span>
      </>
    ),
    value: (flow) => flow.server_name ?? flow.server.address,
  },
  {
    id: 'state',
    title: 'State',
    width: 'clamp(96px, 8vw, 124px)',
    isExtra: true,
    cell: (flow) => <State flow={flow} />,
    value: (flow) => flow.state ?? '',
  },
  {
    id: 'retransmissions',
    title: 'Retrans.',
    width: '88px',
    isNumber: true,
    isExtra: true,
    serverSort: 'retransmissions',
    cell: ({ retransmissions }) =>
      retransmissions ? <span class="odd">{count(retransmissions)}</span> : <span class="quiet">–</span>,
    value: (flow) => flow.retransmissions ?? 0,
  },
  {
    id: 'packets',
    title: 'Packets',
    width: '84px',
    isNumber: true,
    isExtra: true,
    serverSort: 'packets',
    cell: (flow) => count(packetsOf(flow)),
    value: packetsOf,
  },
  {
    id: 'bytes',
    title: 'Data',
    width: '88px',
    isNumber: true,
    serverSort: 'bytes',
    cell: (flow) => (
      <span title={`to server ${bytes(flow.bytes_to_server)}, to client ${bytes(flow.bytes_to_client)}`}>
        {bytes(sizeOf(flow))}
      </span>
    ),
    value: sizeOf,
  },
  {
    id: 'duration',
    title: 'Duration',
    width: '112px',
    isNumber: true,
    isExtra: true,
    serverSort: 'duration',
    cell: (flow) => timing(durationOf(flow)),
    value: durationOf,
  },
  {
    id: 'start',
    title: 'Start',
    width: 'var(--moment)',
    isNumber: true,
    isExtra: true,
    serverSort: 'start',
    cell: (flow) => <Moment time={flow.start} />,
    value: (flow) => Number(flow.start),
  },
];

function EndText({ end, isQuiet = false }: { end: End; isQuiet?: boolean }) {
  return (
    <span class={`mono ${isQuiet ? 'quiet' : ''}`}>
      {withPort(end.address, end.port).slice(0, -String(end.port).length - 1)}
      <span class="quiet">:{end.port}</span>
    </span>
  );
}

const odd = new Set(['unanswered', 'refused', 'half-open', 'reset']);

function State({ flow }: { flow: FlowRow }) {
  if (flow.state === null) return <span class="quiet">–</span>;
  const notes = [
    flow.handshake_ms === null ? '' : `handshake ${duration(flow.handshake_ms / 1000)}`,
    flow.retransmissions ? `${count(flow.retransmissions)} retransmissions` : '',
    flow.zero_windows ? `${count(flow.zero_windows)} zero windows` : '',
  ].filter((note) => note !== '');
  return (
    <span class={odd.has(flow.state) ? 'odd' : ''} title={notes.join(', ')}>
      {flow.state}
    </span>
  );
}

/** The field that the server's name was taken from. */
function nameFieldOf({ applications }: FlowRow): string {
  if (applications.includes('tls') || applications.includes('quic'))
    return 'tls.handshake.extensions_server_name';
  return applications.includes('http2') ? 'http2.headers.authority' : 'http.host';
}

export function flowMenu(flow: FlowRow): MenuItem[] {
  const term = termForFlow(flow);
  const packets = (q: string) =>
    go({ page: 'packets', item: '', q, capture: flow.capture, packet: null, view: {} });
  return [
    { heading: term },
    { label: 'Follow stream', run: () => follow(flow.id) },
    { label: 'Ladder and graphs', run: () => (location.hash = linkTo('flows', String(flow.id))) },
    { label: 'Show its packets', run: () => packets(term) },
    {
      label: 'Show packets between the two',
      run: () => packets(betweenAddresses(flow.client.address, flow.server.address)),
    },
    'separator',
    {
      label: 'Filter by client',
      hint: flow.client.address,
      run: () => addToFilter(ofAddress(flow.client.address)),
    },
    {
      label: 'Filter by server',
      hint: flow.server.address,
      run: () => addToFilter(ofAddress(flow.server.address)),
    },
    {
      label: 'Filter by port',
      hint: String(flow.server.port),
      run: () => addToFilter(`${flow.transport}.port == ${flow.server.port}`),
    },
    ...(flow.server_name === null || flow.server_name === ''
      ? []
      : [
          {
            label: 'Filter by name',
            hint: flow.server_name,
            run: () => setFilter(`${nameFieldOf(flow)} == ${quoted(flow.server_name!)}`),
          },
        ]),
    'separator',
    { label: 'Client’s page', run: () => (location.hash = linkTo('hosts', flow.client.address)) },
    { label: 'Server’s page', run: () => (location.hash = linkTo('hosts', flow.server.address)) },
    {
      label: 'Copy Community ID',
      hint: flow.community_id,
      run: () => copy(flow.community_id, 'Community ID'),
    },
    ...Object.entries(flow.fingerprints).map(
      ([field, value]): MenuItem => ({ label: `Copy ${field}`, hint: value, run: () => copy(value, field) }),
    ),
  ];
}

function countText(flows: number): string {
  return `${count(flows)} ${flows === 1 ? 'flow' : 'flows'}`;
}

const FlowPage = later(async () => (await import('../opened.ts')).FlowPage);

export function Flows() {
  const { item } = place.value;
  return item === '' ? <FlowTable /> : <FlowPage key={item} id={item} />;
}

function FlowTable() {
  const sort = place.value.view.sort ?? '-bytes';
  const serverSort = flowColumns.find(({ id }) => id === sort.replace('-', ''))?.serverSort ?? 'bytes';
  const list = usePages<FlowRow>('/flows', { ...scope.value, sort: serverSort });

  return (
    <div class="table-page">
      <p class="table-note num" role="status">
        {list.isLoading && 'Loading …'}
        {!list.isLoading && list.error === null && countText(Math.max(list.total ?? 0, list.rows.length))}
        {!list.isLoading && list.error === null && !list.isExact && (
          <span class="quiet">
            at most: their packets’ bytes, which decide this filter, were not read again
          </span>
        )}
        {list.error !== null && list.rows.length > 0 && (
          <>
            <span class="note-odd">Only {count(list.rows.length)} could be loaded</span>
            <button type="button" class="button button-small" title={list.error.message} onClick={list.retry}>
              Try again
            </button>
          </>
        )}
      </p>
      {list.error !== null && list.rows.length === 0 && <Trouble error={list.error} onRetry={list.retry} />}
      {list.error === null && list.isLoading && list.rows.length === 0 && <Loading />}
      {list.error === null && !list.isLoading && list.rows.length === 0 && (
        <Nothing icon="flows" what="flows" />
      )}
      {list.rows.length > 0 && (
        <DataTable
          label="Flows"
          columns={flowColumns}
          rows={list.rows}
          keyOf={(flow) => flow.id}
          isWhole={list.isWhole}
          sort={sort}
          onSort={(next) => setView({ sort: next })}
          onMore={list.more}
          onOpen={({ id }) => follow(id)}
          onMenu={(event, flow) => openMenu(event, flowMenu(flow))}
        />
      )}
    </div>
  );
}
