// Short lists of the overview: new hosts, names, findings.
import type { ComponentChildren } from 'preact';
import type { FindingRow, Hosts, Page } from '../../api/types.ts';
import { evidenceFilter, gradeOf, inOrder } from '../../findings.ts';
import { bytes, count } from '../../format/numbers.ts';
import { nameAmongOthers } from '../../state/captures.ts';
import { ofAddress } from '../../state/expression.ts';
import { addToFilter, capture, linkTo } from '../../state/navigation.ts';
import type { Resource } from '../../state/resource.ts';
import { Grade } from '../../ui/grade.tsx';
import { Moment } from '../../ui/moment.tsx';
import { Panel } from '../../ui/panel.tsx';
import { Empty, Loading, Trouble } from '../../ui/states.tsx';
import { termOfName, topNames } from './names.ts';

/** Lines in each list. */
export const LINES = 9;

export function ListPanel<T>(props: {
  title: string;
  class: string;
  of: Resource<{ items: T[] }>;
  empty: string;
  tools?: ComponentChildren;
  children: (items: T[]) => ComponentChildren;
}) {
  const { data, error, isLoading, reload } = props.of;
  return (
    <Panel title={props.title} class={props.class} isStale={isLoading && data !== null} tools={props.tools}>
      {data === null && (error === null ? <Loading /> : <Trouble error={error} onRetry={reload} />)}
      {data !== null &&
        (data.items.length === 0 ? <Empty title={props.empty} /> : props.children(data.items))}
    </Panel>
  );
}

/** A host's name and address; a click filters by the address. */
export function HostName({ address, name }: { address: string; name: string | null }) {
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
      tools={
        <a class="panel-link" href={linkTo('hosts', '', { view: { sort: 'first' } })}>
          All
        </a>
      }
    >
      {(items) => (
        <ol class="lines">
          {items.map((host) => (
            <li key={host.address}>
              <HostName address={host.address} name={host.name} />
              <span class="num lines-count">
                <Moment time={host.first} places={0} />
              </span>
            </li>
          ))}
        </ol>
      )}
    </ListPanel>
  );
}

export function TopNames({ hosts }: { hosts: Resource<Hosts> }) {
  return (
    <ListPanel title="Top names" class="names" of={hosts} empty="No names seen">
      {(items) => (
        <ol class="lines">
          {topNames(items, LINES).map((named) => (
            <li key={named.name}>
              <button
                type="button"
                class="link who"
                title={`Filter: ${termOfName(named)}`}
                onClick={() => addToFilter(termOfName(named))}
              >
                <span class="who-name">{named.name}</span>
                <span class="who-address mono">{named.addresses[0]}</span>
                {named.addresses.length > 1 && (
                  <span class="tag">and {count(named.addresses.length - 1)} more</span>
                )}
              </button>
              <span class="num lines-count">{bytes(named.bytes)}</span>
            </li>
          ))}
        </ol>
      )}
    </ListPanel>
  );
}

/** Findings of rules and expert information, the most severe first. */
export function Findings(props: { rules: Resource<Page<FindingRow>>; expert: Resource<Page<FindingRow>> }) {
  const { rules, expert } = props;
  const items = [...(rules.data?.items ?? []), ...(expert.data?.items ?? [])];
  const isThere = rules.data !== null && expert.data !== null;
  return (
    <ListPanel
      title="Findings"
      class="findings"
      of={{ ...expert, error: rules.error ?? expert.error, data: isThere ? { items } : null }}
      empty="Nothing unusual found"
      tools={
        <a class="panel-link" href={linkTo('security')}>
          All findings
        </a>
      }
    >
      {(items) => (
        <ol class="lines">
          {inOrder(items)
            .slice(0, LINES)
            .map((row) => (
              <li key={row.id}>
                <Grade of={gradeOf(row)} />
                <a class="finding" href={placeOf(row)} title={row.detail?.summary ?? row.message}>
                  <span class="who-name">{row.message.replace(TECHNIQUE, '')}</span>
                  <span class="tag">{row.protocol}</span>
                  {isRepeated(row) && <span class="who-address">{nameAmongOthers(row.capture)}</span>}
                </a>
                <span class="num lines-count">{count(row.count)} ×</span>
              </li>
            ))}
        </ol>
      )}
    </ListPanel>
  );
}

/** A rule names addresses; expert information reads the same in each capture. */
function isRepeated({ detail }: FindingRow): boolean {
  return detail === null && capture.value === null;
}

/** Suffix with the MITRE ATT&CK technique; only the finding's own page shows it. */
const TECHNIQUE = / \(T\d{4}(\.\d+)?\)/;

/** A rule's finding links to its page, expert information to its packets. */
function placeOf(row: FindingRow): string {
  if (row.detail !== null) return linkTo('security', String(row.id));
  return linkTo('packets', '', { q: evidenceFilter(row), capture: row.capture });
}
