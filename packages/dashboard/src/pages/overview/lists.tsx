// The short lists: who talks most, who is new, which names, what is odd.
import type { ComponentChildren } from 'preact';
import type { FindingRow, Hosts, NameRow, Page } from '../../api/types.ts';
import { gradeOf, inOrder } from '../../findings.ts';
import { bytes, count } from '../../format/numbers.ts';
import { clockOf, dayAndClock } from '../../format/time.ts';
import { ofAddress } from '../../state/expression.ts';
import { addToFilter, linkTo } from '../../state/navigation.ts';
import type { Resource } from '../../state/resource.ts';
import { Grade } from '../../ui/grade.tsx';
import { Panel } from '../../ui/panel.tsx';
import { Empty, Loading, Trouble } from '../../ui/states.tsx';

function ListPanel<T>(props: {
  title: string;
  class: string;
  of: Resource<{ items: T[] }>;
  empty: string;
  link?: { href: string; text: string };
  children: (items: T[]) => ComponentChildren;
}) {
  const { data, error, isLoading, reload } = props.of;
  return (
    <Panel
      title={props.title}
      class={props.class}
      isStale={isLoading && data !== null}
      tools={
        props.link && (
          <a class="panel-link" href={props.link.href}>
            {props.link.text}
          </a>
        )
      }
    >
      {data === null && (error === null ? <Loading /> : <Trouble error={error} onRetry={reload} />)}
      {data !== null &&
        (data.items.length === 0 ? <Empty title={props.empty} /> : props.children(data.items))}
    </Panel>
  );
}

export function TopTalkers({ hosts }: { hosts: Resource<Hosts> }) {
  return (
    <ListPanel
      title="Top talkers"
      class="talkers"
      of={hosts}
      empty="No addresses"
      link={{ href: linkTo('hosts'), text: 'All hosts' }}
    >
      {(items) => {
        const most = Math.max(1, ...items.map((host) => host.bytes));
        return (
          <ol class="lines">
            {items.map((host) => (
              <li key={host.address} class="talker">
                <Who address={host.address} name={host.name} />
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
        );
      }}
    </ListPanel>
  );
}

/** A host as name and address; a click filters by it. */
function Who({ address, name }: { address: string; name: string | null }) {
  return (
    <button
      type="button"
      class="link who"
      title={`Filter: ${ofAddress(address)}`}
      onClick={() => addToFilter(ofAddress(address))}
    >
      {name !== null && <span class="who-name">{name}</span>}
      <span class={name === null ? 'who-name mono' : 'who-address mono'}>{address}</span>
    </button>
  );
}

export function NewHosts({ hosts }: { hosts: Resource<Hosts> }) {
  return (
    <ListPanel
      title="New hosts"
      class="newcomers"
      of={hosts}
      empty="No addresses"
      link={{ href: `${linkTo('hosts', '', { view: { sort: 'first' } })}`, text: 'All' }}
    >
      {(items) => (
        <ol class="lines">
          {items.map((host) => (
            <li key={host.address}>
              <Who address={host.address} name={host.name} />
              <time class="num lines-count" title={dayAndClock(host.first)}>
                {clockOf(host.first, 0).replace(/\.$/, '')}
              </time>
            </li>
          ))}
        </ol>
      )}
    </ListPanel>
  );
}

export function TopNames({ names }: { names: Resource<Page<NameRow>> }) {
  return (
    <ListPanel title="Top names" class="names" of={names} empty="No names were said">
      {(items) => (
        <ol class="lines">
          {items.map((row) => (
            <li key={`${row.address} ${row.name} ${row.source}`}>
              <button
                type="button"
                class="link who"
                title={`${row.name} is ${row.address}`}
                onClick={() => addToFilter(ofAddress(row.address))}
              >
                <span class="who-name">{row.name}</span>
                <span class="who-address mono">{row.address}</span>
                <span class="tag">{row.source}</span>
              </button>
              <span class="num lines-count">{count(row.count)}</span>
            </li>
          ))}
        </ol>
      )}
    </ListPanel>
  );
}

export function Findings({ findings }: { findings: Resource<Page<FindingRow>> }) {
  return (
    <ListPanel
      title="Findings"
      class="findings"
      of={findings}
      empty="Nothing odd was found"
      link={{ href: linkTo('security'), text: 'All findings' }}
    >
      {(items) => (
        <ol class="lines">
          {inOrder(items).map((row) => (
            <li key={row.id}>
              <Grade of={gradeOf(row)} />
              <a class="finding" href={placeOf(row)} title={row.detail?.summary ?? row.message}>
                <span class="who-name">{row.message.replace(TECHNIQUE, '')}</span>
                <span class="tag">{row.protocol}</span>
              </a>
              <span class="num lines-count">{count(row.count)}</span>
            </li>
          ))}
        </ol>
      )}
    </ListPanel>
  );
}

/** Of MITRE ATT&CK, behind the name of a finding: the finding's own page says it in full. */
const TECHNIQUE = / \(T\d{4}(\.\d+)?\)/;

/** What a rule found has a page of its own; what the protocols' expert found is a packet. */
function placeOf({ id, detail, frame, capture }: FindingRow): string {
  if (detail !== null) return linkTo('security', String(id));
  return linkTo('packets', '', { q: frame === null ? '' : `frame.number == ${frame}`, capture });
}
