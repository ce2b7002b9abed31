// Above the list: how many, to a number, live or paused, columns, export.
import { useEffect, useRef, useState } from 'preact/hooks';
import { count, percent } from '../../format/numbers.ts';
import { captures, running } from '../../state/captures.ts';
import { colourRulesOpen } from '../../state/colour-rules.ts';
import { capture, filter } from '../../state/navigation.ts';
import { Icon } from '../../ui/icons.tsx';
import { exportShown } from './packet-menu.ts';
import type { Rows } from './rows.ts';

interface Props {
  rows: Rows;
  isTailing: boolean;
  onTail: (isOn: boolean) => void;
  onColumns: (event: MouseEvent) => void;
  onGoTo: (number: number) => void;
}

export function Toolbar({ rows, isTailing, onTail, onColumns, onGoTo }: Props) {
  const input = useRef<HTMLInputElement>(null);
  const [text, setText] = useState('');
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== 'g') return;
      event.preventDefault();
      input.current?.focus();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);

  return (
    <div class="toolbar" role="toolbar" aria-label="List">
      <p class="toolbar-count num" role="status">
        {said(rows)}
      </p>
      {running.value.length > 0 && (
        <button
          type="button"
          class="button button-small"
          aria-pressed={isTailing}
          title="Follow new packets (t)"
          onClick={() => onTail(!isTailing)}
        >
          <Icon name={isTailing ? 'pause' : 'down'} size={12} />
          {isTailing ? 'Pause' : 'Follow new packets'}
        </button>
      )}
      <form
        class="go-to"
        onSubmit={(event) => {
          event.preventDefault();
          const number = Number(text.replace(/[\s,]/g, ''));
          if (Number.isInteger(number) && number > 0) onGoTo(number);
        }}
      >
        <input
          ref={input}
          class="field num"
          inputMode="numeric"
          placeholder="Go to No."
          aria-label="Go to packet number"
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
        />
      </form>
      <button type="button" class="button button-small only-wide" aria-haspopup="menu" onClick={onColumns}>
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
        title="All packets that pass the filter, as pcapng"
        disabled={rows.total === 0}
        onClick={exportShown}
      >
        <Icon name="download" size={13} /> Export
      </button>
    </div>
  );
}

function said(rows: Rows): string {
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
