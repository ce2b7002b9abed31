// `Find` (Ctrl F): to the next packet with a text in it, or that a display filter lets pass, without leaving out others.
import { useEffect, useRef, useState } from 'preact/hooks';
import { get } from '../../api/client.ts';
import type { PacketRow, Page } from '../../api/types.ts';
import { type FindKind, stretchesOf, termOfFind } from '../../list/find.ts';
import { allOf } from '../../state/expression.ts';
import { addToFilter, capture, filter } from '../../state/navigation.ts';
import { remembered } from '../../state/settings.ts';
import { Icon } from '../../ui/icons.tsx';
import { Switch } from '../../ui/panel.tsx';
import { sentence } from '../../ui/states.tsx';
import { chosenCaptures } from './rows.ts';

const lastWanted = remembered<string>('find', '');
const lastKind = remembered<FindKind>('find-kind', 'text');

const WORDS: Readonly<Record<FindKind, { label: string; example: string }>> = {
  text: { label: 'Text to find', example: 'in bytes and Info, in either case' },
  bytes: { label: 'Bytes to find', example: '0d 0a 0d 0a' },
  filter: { label: 'Display filter of the packet to find', example: 'tcp.flags.reset == 1' },
};
const NO_BYTES = 'Write bytes as 0d 0a';

interface Props {
  /** The selected packet. */
  from: PacketRow | null;
  onFound: (row: PacketRow) => Promise<void>;
  /** Called when the bar closes; the focus belongs to the list again. */
  onClose: () => void;
}

export function FindBar({ from, onFound, onClose }: Props) {
  const input = useRef<HTMLInputElement>(null);
  const [wanted, setWanted] = useState(lastWanted.value);
  const kind = lastKind.value;
  const { message, find, filterBy } = useSearch(kind, wanted, from, onFound);
  useKeys(input, find);
  return (
    <div class="find">
      <form
        role="search"
        aria-label="Packets"
        onSubmit={(event) => {
          event.preventDefault();
          void find(1);
        }}
        onKeyDown={(event) => {
          if (event.key === 'Escape') onClose();
          else if (event.key === 'Enter' && event.shiftKey) void find(-1);
          else return;
          event.preventDefault();
        }}
      >
        <Switch
          label="Find by"
          value={kind}
          options={[
            ['text', 'Text'],
            ['bytes', 'Bytes'],
            ['filter', 'Filter'],
          ]}
          onChange={(next) => (lastKind.value = next)}
        />
        <input
          ref={input}
          class={`field ${kind === 'text' ? '' : 'mono'}`}
          aria-label={WORDS[kind].label}
          placeholder={WORDS[kind].example}
          value={wanted}
          maxLength={500}
          autocomplete="off"
          spellcheck={false}
          onInput={(event) => setWanted(event.currentTarget.value)}
        />
        <button type="button" class="button button-small" title="Shift Enter" onClick={() => void find(-1)}>
          Previous
        </button>
        <button type="submit" class="button button-small" title="Enter">
          Next
        </button>
        <button
          type="button"
          class="button button-small"
          title="Leave only these packets in the list"
          onClick={filterBy}
        >
          All
        </button>
        <span class="find-message" role="status">
          {message}
        </span>
        <button type="button" class="icon-button" aria-label="Close" onClick={onClose}>
          <Icon name="close" />
        </button>
      </form>
    </div>
  );
}

type Find = (way: 1 | -1) => Promise<void>;

/** F3 finds the next while the bar is open, wherever the focus is; Ctrl F brings it back to the bar. */
function useKeys(input: { readonly current: HTMLInputElement | null }, find: Find): void {
  const latest = useRef(find);
  latest.current = find;
  useEffect(() => {
    const enter = () => {
      input.current!.focus();
      input.current!.select();
    };
    enter();
    const onKey = (event: KeyboardEvent) => {
      const isFind = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'f';
      // A second Ctrl F is the browser's own search.
      if (isFind && document.activeElement !== input.current) enter();
      else if (event.key === 'F3') void latest.current(event.shiftKey ? -1 : 1);
      else return;
      event.preventDefault();
      event.stopImmediatePropagation();
    };
    addEventListener('keydown', onKey, true);
    return () => removeEventListener('keydown', onKey, true);
  }, []);
}

/** The search, one at a time, and what came of it in words. */
function useSearch(kind: FindKind, wanted: string, from: PacketRow | null, onFound: Props['onFound']) {
  const [message, setMessage] = useState('');
  const search = useRef<AbortController | null>(null);
  useEffect(() => () => search.current?.abort(), []);
  /** What to look for; null: nothing, and the message says why. */
  const term = (): string | null => {
    if (wanted.trim() === '') return null;
    lastWanted.value = wanted;
    const found = termOfFind(kind, wanted);
    if (found === null) setMessage(NO_BYTES);
    return found;
  };
  const filterBy = () => {
    const found = term();
    if (found !== null) addToFilter(found);
  };
  const find: Find = async (way) => {
    const sought = term();
    if (sought === null) return;
    search.current?.abort();
    const control = new AbortController();
    search.current = control;
    setMessage('Searching …');
    try {
      const hit = await nearest(sought, from, way, control.signal);
      if (hit === null) return setMessage('Not found');
      await onFound(hit.row);
      if (!control.signal.aborted) setMessage(hit.isRound ? 'Found, from the other end' : '');
    } catch (error) {
      if (!control.signal.aborted) setMessage(sentence((error as Error).message));
    }
  };
  return { message, find, filterBy };
}

/** The nearest packet of the list that passes; null: none does. */
async function nearest(
  term: string,
  from: PacketRow | null,
  way: 1 | -1,
  signal: AbortSignal,
): Promise<{ row: PacketRow; isRound: boolean } | null> {
  const order = way === 1 ? 'asc' : 'desc';
  for (const { capture: of, part, isRound } of stretchesOf(chosenCaptures(capture.value), from, way)) {
    const q = allOf(allOf(filter.value, term), part);
    let after: string | null = null;
    do {
      const page: Page<PacketRow> = await get('/packets', { q, capture: of, limit: 1, order, after }, signal);
      if (page.items[0] !== undefined) return { row: page.items[0], isRound };
      after = page.next;
    } while (after !== null);
  }
  return null;
}
