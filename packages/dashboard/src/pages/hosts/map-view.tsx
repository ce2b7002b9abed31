// The connection map, with a choice of how many hosts it shows.
import type { ComponentChildren } from 'preact';
import { get } from '../../api/client.ts';
import type { ConnectionMap } from '../../api/types.ts';
import { ConnectionMapChart } from '../../charts/connection-map.tsx';
import { count } from '../../format/numbers.ts';
import { linkTo, place, scope, setView } from '../../state/navigation.ts';
import { useResource } from '../../state/resource.ts';
import { openMenu } from '../../ui/menu.tsx';
import { Nothing } from '../../ui/nothing.tsx';
import { Loading, Trouble } from '../../ui/states.tsx';
import { hostMenu } from './hosts.tsx';

const SIZES = [50, 100, 300, 1000];

export function MapView({ switcher }: { switcher: ComponentChildren }) {
  const hosts = Number(place.value.view.hosts ?? 100);
  const query = { ...scope.value, hosts };
  const { data, error, isLoading, reload } = useResource(JSON.stringify(query), (signal) =>
    get<ConnectionMap>('/map', query, signal),
  );
  return (
    <div class="table-page">
      <p class="table-note num" role="status">
        {data === null
          ? isLoading && 'Loading …'
          : `${count(data.hosts.length)} hosts, ${count(data.links.length)} connections`}
        {data !== null && data.hosts_left_out > 0 && (
          <span class="quiet only-wide">{count(data.hosts_left_out)} smaller ones are left out</span>
        )}
        <label class="map-size">
          <span class="sr">Hosts shown</span>
          <select
            class="chooser button-small"
            value={String(hosts)}
            onChange={(event) => setView({ hosts: event.currentTarget.value })}
          >
            {SIZES.map((size) => (
              <option key={size} value={String(size)}>
                {count(size)} hosts
              </option>
            ))}
          </select>
        </label>
        {switcher}
      </p>
      {error !== null && <Trouble error={error} onRetry={reload} />}
      {error === null && data === null && <Loading />}
      {data !== null && data.hosts.length === 0 && <Nothing icon="map" what="hosts" />}
      {data !== null && data.hosts.length > 0 && (
        <ConnectionMapChart
          map={data}
          onOpen={(address) => (location.hash = linkTo('hosts', address))}
          onMenu={(event, address) => openMenu(event, hostMenu(address))}
        />
      )}
    </div>
  );
}
