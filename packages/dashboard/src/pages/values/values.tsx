// The values of a field among the packets that pass the filter, the most frequent first; each can be filtered by.
import { useEffect, useRef, useState } from 'preact/hooks';
import { ApiError, get } from '../../api/client.ts';
import type { PacketRow, Page } from '../../api/types.ts';
import { count, percent } from '../../format/numbers.ts';
import { allOf } from '../../state/expression.ts';
import { addToFilter, scope } from '../../state/navigation.ts';
import { adoptStyle } from '../../ui/adopt-style.ts';
import { Icon } from '../../ui/icons.tsx';
import { Loading, Trouble } from '../../ui/states.tsx';
import { save } from '../packets/packet-menu.ts';
import { csvOf, ranked, count as tally, type Value } from './tally.ts';
import style from './values.lazy.css';

adoptStyle(style);

/** Packets that are looked at, in the order of the list, and how many of them at once. */
const PACKETS_MAX = 20_000;
const PACKETS_AT_ONCE = 1000;
const SHOWN_MAX = 200;

export function Values({ field, onClose }: { field: string; onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current!.showModal(), []);
  const counted = useCounted(field);
  const { values, packets } = counted;
  const apply = (value: Value) => {
    dialog.current!.close();
    addToFilter(value.term);
  };
  return (
    <dialog ref={dialog} class="dialog values" aria-labelledby="values-title" onClose={onClose}>
      <header class="dialog-head">
        <h2 id="values-title">
          Values of <code>{field}</code>
        </h2>
        <button
          type="button"
          class="button button-small"
          disabled={values.length === 0}
          onClick={() =>
            save(`data:text/csv;charset=utf-8,${encodeURIComponent(csvOf(field, values))}`, `${field}.csv`)
          }
        >
          <Icon name="download" size={12} /> CSV
        </button>
        <button type="button" class="icon-button" aria-label="Close" onClick={() => dialog.current!.close()}>
          <Icon name="close" />
        </button>
      </header>
      <p class="values-note num" role="status">
        {noteOf(counted)}
      </p>
      <div class="values-body" autofocus tabIndex={0} role="region" aria-label="Values">
        {counted.error !== null && <Trouble error={counted.error} onRetry={counted.again} />}
        {counted.error === null && packets === 0 && !counted.isOver && <Loading what="Counting" />}
        <ol>
          {values.slice(0, SHOWN_MAX).map((value) => (
            <Line key={value.text} value={value} share={value.packets / packets} onApply={apply} />
          ))}
        </ol>
        {values.length > SHOWN_MAX && (
          <p class="quiet">The other {count(values.length - SHOWN_MAX)} values are in the CSV.</p>
        )}
      </div>
    </dialog>
  );
}

interface LineProps {
  value: Value;
  /** 0 to 1 */
  share: number;
  onApply: (value: Value) => void;
}

function Line({ value, share, onApply }: LineProps) {
  const text = value.text === '' ? '(no value)' : value.text;
  return (
    <li>
      <button type="button" class="link mono" title={value.term} onClick={() => onApply(value)}>
        {text}
      </button>
      <span class="num">{count(value.packets)}</span>
      <span class="num quiet">{percent(share)}</span>
      <meter min={0} max={1} value={share} aria-label={`Share of ${text}`} />
    </li>
  );
}

interface Counted {
  values: readonly Value[];
  /** Packets that have the field, as far as they were counted. */
  packets: number;
  /** Nothing is being counted any more. */
  isOver: boolean;
  /** False: there are more packets. */
  isWhole: boolean;
  error: ApiError | null;
}

const NOTHING: Counted = { values: [], packets: 0, isOver: false, isWhole: false, error: null };

function noteOf({ values, packets, isOver, isWhole, error }: Counted): string {
  if (error !== null) return '';
  if (isOver && packets === 0) return 'No packet that passes the filter has this field';
  const what = `${count(values.length)} ${values.length === 1 ? 'value' : 'values'} in ${count(packets)} packets`;
  if (!isOver) return packets === 0 ? '' : `${what} so far …`;
  return isWhole ? what : `${what}: the first ones; filter to fewer to count all`;
}

function useCounted(field: string): Counted & { again: () => void } {
  const { q, capture } = scope.value;
  const [counted, set] = useState(NOTHING);
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    const control = new AbortController();
    const values = new Map<string, Value>();
    set(NOTHING);
    const run = async () => {
      const terms = { q: allOf(q, field), capture, fields: field, limit: PACKETS_AT_ONCE };
      let after: string | null = null;
      let packets = 0;
      do {
        const page: Page<PacketRow> = await get('/packets', { ...terms, after }, control.signal);
        tally(values, field, page.items);
        packets += page.items.length;
        after = page.next;
        const isOver = after === null || packets >= PACKETS_MAX;
        set({ values: ranked(values), packets, isOver, isWhole: after === null, error: null });
        if (isOver) return;
      } while (!control.signal.aborted);
    };
    run().catch((error) => {
      if (error instanceof ApiError) set((old) => ({ ...old, isOver: true, error }));
    });
    return () => control.abort();
  }, [field, q, capture, attempt]);
  return { ...counted, again: () => setAttempt((n) => n + 1) };
}
