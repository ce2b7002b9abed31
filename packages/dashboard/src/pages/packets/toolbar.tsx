// Toolbar of the packet list: count, `Go to`, live or paused, columns, export.
import { count, percent } from '../../format/numbers.ts';
import { captures } from '../../state/captures.ts';
import { colourRulesOpen } from '../../state/colour-rules.ts';
import { capture, filter } from '../../state/navigation.ts';
import { Icon } from '../../ui/icons.tsx';
import { openMenu } from '../../ui/menu.tsx';
import { columnsMenu } from './columns-menu.ts';
import { GoTo, type Ways } from './go-to.tsx';
import { exportShown } from './packet-menu.ts';
import type { Tail } from './packets.tsx';
import type { Rows } from './rows.ts';

interface Props {
  rows: Rows;
  tail: Tail;
  ways: Ways;
  /** Start of what is shown, as decimal seconds since 1970. */
  beginning: string | null;
  onFind: () => void;
}

export function Toolbar({ rows, tail, ways, beginning, onFind }: Props) {
  const tailLabel = tail.isOn ? 'Pause' : 'Follow new packets';
  return (
    <div class="toolbar" role="toolbar" aria-label="List">
      <p class="toolbar-count num" role="status">
        {countText(rows)}
      </p>
      {tail.isPossible && (
        <button
          type="button"
          class="button button-small"
          aria-label={tailLabel}
          title={`${tailLabel} (t)`}
          onClick={() => tail.set(!tail.isOn)}
        >
          <Icon name={tail.isOn ? 'pause' : 'down'} size={12} /> <span class="only-wide">{tailLabel}</span>
        </button>
      )}
      <GoTo ways={ways} beginning={beginning} />
      <button
        type="button"
        class="button button-small"
        title="Find a packet (Ctrl F)"
        aria-label="Find"
        onClick={onFind}
      >
        <Icon name="find" size={13} /> <span class="only-wide">Find</span>
      </button>
      <button
        type="button"
        class="button button-small only-wide"
        aria-haspopup="menu"
        onClick={(event) => openMenu(event, columnsMenu(), event.currentTarget)}
      >
        <Icon name="columns" size={13} /> Columns
      </button>
      <button
        type="button"
        class="button button-small only-wide"
        aria-haspopup="dialog"
        onClick={() => (colourRulesOpen.value = true)}
      >
        Colours
      </button>
      <button
        type="button"
        class="button button-small"
        title="Export all packets that pass the filter, as pcapng"
        aria-label="Export"
        disabled={rows.total === 0}
        onClick={exportShown}
      >
        <Icon name="download" size={13} /> <span class="only-wide">Export</span>
      </button>
    </div>
  );
}

function countText(rows: Rows): string {
  if (!rows.isCounted) return rows.error === null ? 'Counting …' : '';
  if (!rows.isExact) return `${count(rows.total)} packets so far`;
  const all = (captures.value ?? [])
    .filter(({ id }) => capture.value === null || capture.value === id)
    .reduce((sum, { packets }) => sum + packets, 0);
  const packets = `${count(rows.total)} ${rows.total === 1 ? 'packet' : 'packets'}`;
  return filter.value === '' || all === 0
    ? packets
    : `${packets} of ${count(all)} (${percent(rows.total / all)})`;
}
