// The Hosts page: a table or a map of the hosts, or the page of one host.
import { get } from '../../api/client.ts';
import type { Hosts as HostList, HostRow } from '../../api/types.ts';
import { bytes, count } from '../../format/numbers.ts';
import { ofAddress } from '../../state/expression.ts';
import { addToFilter, go, linkTo, place, scope, setView } from '../../state/navigation.ts';
import { useResource } from '../../state/resource.ts';
import { DataTable, type TableColumn } from '../../ui/data-table.tsx';
import { type MenuItem, openMenu } from '../../ui/menu.tsx';
import { Moment } from '../../ui/moment.tsx';
import { Nothing } from '../../ui/nothing.tsx';
import { Switch } from '../../ui/panel.tsx';
import { Loading, Trouble } from '../../ui/states.tsx';
import { copy } from '../packets/packet-menu.ts';
import { HostPage } from './host-page.tsx';
import { MapView } from './map-view.tsx';

const HOSTS_MAX = 1000;

const columns: readonly TableColumn<HostRow>[] = [
  {
    id: 'address',
    title: 'Host',
    cell: (host) => (
      <a class="host-link" href={linkTo('hosts', host.address)}>
        {host.name !== null && <span class="host-name">{host.name}</span>}
        <span class={host.name === null ? 'mono' : 'mono quiet'}>{host.address}</span>
      </a>
    ),
    value: (host) => host.name ?? host.address,
  },
  {
    id: 'packets',
    title: 'Packets',
    width: '100px',
    isNumber: true,
    isExtra: true,
    serverSort: 'packets',
    cell: (host) => count(host.packets),
    value: (host) => host.packets,
  },
  {
    id: 'bytes',
    title: 'Data',
    width: '92px',
    isNumber: true,
    serverSort: 'bytes',
    cell: (host) => bytes(host.bytes),
    value: (host) => host.bytes,
  },
  {
    id: 'sent',
    title: 'Sent',
    width: '92px',
    isNumber: true,
    isExtra: true,
    serverSort: 'sent',
    cell: (host) => bytes(host.bytes_sent),
    value: (host) => host.bytes_sent,
  },
  {
    id: 'received',
    title: 'Received',
    width: '92px',
    isNumber: true,
    isExtra: true,
    serverSort: 'received',
    cell: (host) => bytes(host.bytes_received),
    value: (host) => host.bytes_received,
  },
  {
    id: 'first',
    title: 'First seen',
    width: 'var(--moment)',
    isNumber: true,
    isExtra: true,
    serverSort: 'first',
    cell: (host) => <Moment time={host.first} />,
    value: (host) => Number(host.first),
  },
  {
    id: 'last',
    title: 'Last seen',
    width: 'var(--moment)',
    isNumber: true,
    serverSort: 'last',
    cell: (host) => <Moment time={host.last} />,
    value: (host) => Number(host.last),
  },
];

export function hostMenu(address: string): MenuItem[] {
  const term = ofAddress(address);
  return [
    { heading: address },
    { label: 'Its page', run: () => (location.hash = linkTo('hosts', address)) },
    {
      label: 'Show its packets',
      run: () => go({ page: 'packets', item: '', q: term, packet: null, view: {} }),
    },
    { label: 'Show its flows', run: () => go({ page: 'flows', item: '', q: term, packet: null, view: {} }) },
    'separator',
    { label: 'Filter: and this', run: () => addToFilter(term, 'and') },
    { label: 'Filter: and not this', run: () => addToFilter(term, 'and not') },
    { label: 'Copy as filter', run: () => copy(term, 'Filter') },
    { label: 'Copy address', run: () => copy(address, 'Address') },
  ];
}

export function Hosts() {
  const { item, view } = place.value;
  if (item !== '') return <HostPage key={item} address={item} />;
  return view.show === 'map' ? <MapView switcher={<Views />} /> : <HostTable />;
}

function Views() {
  return (
    <Switch
      label="View"
      value={place.value.view.show === 'map' ? 'map' : 'table'}
      options={[
        ['table', 'Table'],
        ['map', 'Map'],
      ]}
      onChange={(show) => setView({ show: show === 'map' ? 'map' : '' })}
    />
  );
}

function HostTable() {
  const terms = scope.value;
  const sort = place.value.view.sort ?? '-bytes';
  const serverSort = columns.find(({ id }) => id === sort.replace('-', ''))?.serverSort ?? 'bytes';
  const query = { ...terms, sort: serverSort, limit: HOSTS_MAX };
  const list = useResource(JSON.stringify(query), (signal) => get<HostList>('/hosts', query, signal));
  const rows = list.data?.items ?? [];
  const isWhole = rows.length < HOSTS_MAX;
  return (
    <div class="table-page">
      <p class="table-note num" role="status">
        {list.data === null
          ? list.isLoading && 'Loading …'
          : `${count(rows.length)}${isWhole ? '' : ' and more'} hosts`}
        <Views />
      </p>
      {list.error !== null && <Trouble error={list.error} onRetry={list.reload} />}
      {list.error === null && list.data === null && <Loading />}
      {list.data !== null && rows.length === 0 && <Nothing icon="hosts" what="hosts" />}
      {rows.length > 0 && (
        <DataTable
          label="Hosts"
          columns={columns}
          rows={rows}
          keyOf={(host) => host.address}
          isWhole={isWhole}
          sort={sort}
          onSort={(next) => setView({ sort: next })}
          onOpen={(host) => (location.hash = linkTo('hosts', host.address))}
          onMenu={(event, host) => openMenu(event, hostMenu(host.address))}
        />
      )}
    </div>
  );
}
