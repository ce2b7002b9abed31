// Shares of the protocols, as a treemap and a list.
import { useMemo } from 'preact/hooks';
import type { ProtocolSummary } from '../../api/types.ts';
import type { Unit } from '../../charts/stack.ts';
import { type Share, Treemap } from '../../charts/treemap.tsx';
import { familyOf } from '../../families.ts';
import { bytes, count, percent } from '../../format/numbers.ts';
import { ofProtocol } from '../../state/expression.ts';
import { addToFilter, place, setView } from '../../state/navigation.ts';
import { Panel, Switch } from '../../ui/panel.tsx';
import { Empty } from '../../ui/states.tsx';
import type { Earlier } from './earlier.ts';

interface Props {
  summary: ProtocolSummary;
  /** As much time before the chosen range; null: none is chosen. */
  earlier: Earlier | null;
  isStale: boolean;
}

export function Protocols({ summary, earlier, isStale }: Props) {
  const unit: Unit = place.value.view.share === 'packets' ? 'packets' : 'bytes';
  const view = place.value.view.protocols === 'list' ? 'list' : 'areas';
  const shares = useMemo(() => {
    const all = summary[unit];
    return summary.items
      .map((item) => ({
        name: item.protocol,
        value: item[unit],
        amount: unit === 'bytes' ? bytes(item.bytes) : `${count(item.packets)} packets`,
        percent: percent(all === 0 ? 0 : item[unit] / all),
      }))
      .sort((a, b) => b.value - a.value);
  }, [summary, unit]);
  return (
    <Panel
      title="Protocols"
      class="protocols"
      note={`${summary.items.length}`}
      isStale={isStale}
      tools={
        <>
          <Switch
            label="View"
            value={view}
            options={[
              ['areas', 'Areas'],
              ['list', 'List'],
            ]}
            onChange={(next) => setView({ protocols: next }, true)}
          />
          <Switch
            label="Unit"
            value={unit}
            options={[
              ['packets', 'Packets'],
              ['bytes', 'Bytes'],
            ]}
            onChange={(next) => setView({ share: next }, true)}
          />
        </>
      }
    >
      {shares.length === 0 && <Empty title="None" />}
      {view === 'areas' && shares.length > 0 && (
        <Treemap
          shares={shares}
          label="Protocols by their share"
          onChoose={(name) => addToFilter(ofProtocol(name))}
        />
      )}
      {view === 'list' && shares.length > 0 && (
        <ShareList
          shares={shares}
          earlier={earlier === null || earlier === 'uncaptured' ? null : sharesOf(earlier, unit)}
        />
      )}
    </Panel>
  );
}

/** Shares of 0 to 1, by protocol. */
function sharesOf(summary: ProtocolSummary, unit: Unit): ReadonlyMap<string, number> {
  const all = Math.max(1, summary[unit]);
  return new Map(summary.items.map((item) => [item.protocol, item[unit] / all]));
}

/** All protocols, also those too small for an area; beside their shares those of the time before. */
function ShareList({ shares, earlier }: { shares: Share[]; earlier: ReadonlyMap<string, number> | null }) {
  return (
    <ol class="lines protocol-lines" tabIndex={0} aria-label="Protocols by their share">
      {shares.map(({ name, amount, percent: part }) => (
        <li key={name}>
          <button type="button" class="link who" onClick={() => addToFilter(ofProtocol(name))}>
            <span class={`dot family-${familyOf(name)}`} />
            {name}
          </button>
          <span class="num lines-count">
            {amount} <span class="lines-share quiet">{part}</span>
            {earlier !== null && (
              <span class="quiet">
                , before <span class="lines-share">{percent(earlier.get(name) ?? 0)}</span>
              </span>
            )}
          </span>
        </li>
      ))}
    </ol>
  );
}
