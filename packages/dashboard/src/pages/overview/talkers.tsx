// Top talkers: the hosts, conversations or ports with most traffic.
import { get } from '../../api/client.ts';
import type { Hosts, ProtocolSummary } from '../../api/types.ts';
import { familyOf } from '../../families.ts';
import { bytes, count } from '../../format/numbers.ts';
import { addToFilter, linkTo, place, scope, setView } from '../../state/navigation.ts';
import { type Resource, useResource } from '../../state/resource.ts';
import { Switch } from '../../ui/panel.tsx';
import { HostName, LINES, ListPanel } from './lists.tsx';
import { conversationOf, portOf, type Sum, sumsOf } from './sums.ts';

const KINDS = [
  ['hosts', 'Hosts'],
  ['conversations', 'Conversations'],
  ['ports', 'Ports'],
] as const;
type Kind = (typeof KINDS)[number][0];

/** One of those with most bytes may be the packets without addresses or ports. */
const TOP = LINES + 1;
/** Rows to sum up: a conversation or port has one for each of its protocols. */
const ROWS = 1000;

/** One panel for all kinds, so that the focus stays on the switch. */
export function TopTalkers({ hosts }: { hosts: Resource<Hosts> }) {
  const kind = KINDS.find(([name]) => name === place.value.view.talkers)?.[0] ?? 'hosts';
  const sums = useSums(kind);
  const names = new Map(hosts.data?.items.map(({ address, name }) => [address, name]));
  const panel = { title: 'Top talkers', class: 'talkers', tools: <Tools kind={kind} /> };
  return kind === 'hosts' ? (
    <ListPanel {...panel} of={hosts} empty="No addresses">
      {(items) => <HostLines items={items.slice(0, LINES)} />}
    </ListPanel>
  ) : (
    <ListPanel {...panel} of={sums} empty={`No ${kind}`}>
      {(items) => <SumLines items={items} names={names} />}
    </ListPanel>
  );
}

function Tools({ kind }: { kind: Kind }) {
  return (
    <>
      <Switch<Kind>
        label="Talkers"
        value={kind}
        options={KINDS}
        onChange={(next) => setView({ talkers: next === 'hosts' ? '' : next }, true)}
      />
      <a class="panel-link" href={linkTo(kind === 'hosts' ? 'hosts' : 'flows')}>
        {kind === 'hosts' ? 'All hosts' : 'All flows'}
      </a>
    </>
  );
}

function HostLines({ items }: { items: Hosts['items'] }) {
  const most = Math.max(1, items[0]?.bytes ?? 0);
  return (
    <>
      <p class="panel-note">
        <span class="dot meter-sent" /> sent <span class="dot meter-received" /> received
      </p>
      <ol class="lines">
        {items.map((host) => (
          <li key={host.address} class="talker">
            <HostName address={host.address} name={host.name} />
            <span class="num lines-count">{bytes(host.bytes)}</span>
            <span
              class="meter"
              aria-hidden="true"
              title={`sent ${bytes(host.bytes_sent)}, received ${bytes(host.bytes_received)}`}
            >
              <span class="meter-sent" style={{ width: `${(host.bytes_sent / most) * 100}%` }} />
              <span class="meter-received" style={{ width: `${(host.bytes_received / most) * 100}%` }} />
            </span>
          </li>
        ))}
      </ol>
    </>
  );
}

function useSums(kind: Kind): Resource<{ items: Sum[] }> {
  const [by, groupOf] =
    kind === 'ports' ? (['port', portOf] as const) : (['conversation', conversationOf] as const);
  const query = { ...scope.value, by, top: TOP, limit: ROWS };
  return useResource(kind === 'hosts' ? null : JSON.stringify(query), async (signal) => {
    const { items } = await get<ProtocolSummary>('/protocol_summary', query, signal);
    return { items: sumsOf(items, groupOf, LINES) };
  });
}

type Names = ReadonlyMap<string, string | null>;

function SumLines({ items, names }: { items: readonly Sum[]; names: Names }) {
  const most = Math.max(1, items[0]?.bytes ?? 0);
  return (
    <ol class="lines">
      {items.map((sum) => (
        <li key={sum.term} class="talker">
          <SumName sum={sum} names={names} />
          <span class="num lines-count" title={`${count(sum.packets)} packets`}>
            {bytes(sum.bytes)}
          </span>
          <span class="meter" aria-hidden="true">
            <span class="meter-sent" style={{ width: `${(sum.bytes / most) * 100}%` }} />
          </span>
        </li>
      ))}
    </ol>
  );
}

/** Two hosts, or a port; a click filters by it. */
function SumName({ sum, names }: { sum: Sum; names: Names }) {
  const { parts, protocol, term } = sum;
  const [first, second] = parts.map((part) => names.get(part) ?? part);
  return (
    <button
      type="button"
      class="link who"
      title={`${parts.join(' ')}\nFilter: ${term}`}
      onClick={() => addToFilter(term)}
    >
      <span class={`dot family-${familyOf(protocol)}`} />
      {term.includes('.port ') ? (
        <>
          <span class="who-name num">{first}</span>
          <span class="who-address">
            {second === protocol.toLowerCase() ? second : `${second}, ${protocol}`}
          </span>
        </>
      ) : (
        <>
          <span class="who-name">{first}</span>
          <span class="quiet">↔</span>
          <span class="who-name">{second}</span>
          <span class="tag">{protocol}</span>
        </>
      )}
    </button>
  );
}
