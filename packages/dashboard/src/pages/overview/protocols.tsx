// Which protocols take how much.
import { useMemo, useState } from 'preact/hooks';
import type { ProtocolSummary } from '../../api/types.ts';
import type { Unit } from '../../charts/stack.ts';
import { Treemap } from '../../charts/treemap.tsx';
import { bytes, count, percent } from '../../format/numbers.ts';
import { ofProtocol } from '../../state/expression.ts';
import { addToFilter } from '../../state/navigation.ts';
import { Panel, Switch } from '../../ui/panel.tsx';
import { Empty } from '../../ui/states.tsx';

export function Protocols({ summary, isStale }: { summary: ProtocolSummary; isStale: boolean }) {
  const [unit, setUnit] = useState<Unit>('bytes');
  const shares = useMemo(() => {
    const all = summary[unit];
    return summary.items
      .map((item) => ({
        name: item.protocol,
        value: item[unit],
        said: unit === 'bytes' ? bytes(item.bytes) : `${count(item.packets)} packets`,
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
        <Switch
          label="Unit"
          value={unit}
          options={[
            ['packets', 'Packets'],
            ['bytes', 'Bytes'],
          ]}
          onChange={setUnit}
        />
      }
    >
      {shares.length === 0 ? (
        <Empty title="None" />
      ) : (
        <Treemap
          shares={shares}
          label="Protocols by their share"
          onChoose={(name) => addToFilter(ofProtocol(name))}
        />
      )}
    </Panel>
  );
}
