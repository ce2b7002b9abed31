// `Go to` by packet number, time, conversation or mark.
import { useEffect, useRef, useState } from 'preact/hooks';
import { get } from '../../api/client.ts';
import type { PacketRow } from '../../api/types.ts';
import { count } from '../../format/numbers.ts';
import { conversationOf } from '../../list/columns.ts';
import { goalOf } from '../../list/goal.ts';
import { captures } from '../../state/captures.ts';
import { allOf } from '../../state/expression.ts';
import { capture, filter, go, place } from '../../state/navigation.ts';
import { announce } from '../../ui/announce.tsx';
import type { Rows } from './rows.ts';

type Found = { items: PacketRow[]; next: string | null };

export interface Ways {
  /** To a packet of this list, which may come only later in a list that grows. */
  toRow: (row: PacketRow) => Promise<void>;
  toNumber: (number: number, of?: number | null) => Promise<void>;
  /** Decimal seconds since 1970. */
  toTime: (time: string) => Promise<void>;
  /** To the next (1) or previous (-1) packet of the same conversation. */
  along: (row: PacketRow, way: 1 | -1) => Promise<void>;
}

/** @param select receives the row's number in the list and the row */
export function waysTo(rows: Rows, select: (at: number, row: PacketRow) => void): Ways {
  const goTo = async (row: PacketRow | undefined, otherwise: string) => {
    const at = row === undefined ? -1 : await rows.find(row);
    if (row === undefined || at < 0) announce(otherwise);
    else select(at, row);
  };
  return {
    toRow: async (row) => {
      const at = await rows.find(row);
      if (at < 0) go({ packet: row.id }, place.value.packet !== null);
      else select(at, row);
    },
    toNumber: async (number, of = capture.value ?? captures.value?.[0]?.id ?? null) => {
      const query = { q: `frame.number == ${number}`, capture: of, limit: 1 };
      const { items } = await get<Found>('/packets', query);
      await goTo(items[0], `Packet ${count(number)} is not in this list`);
    },
    toTime: async (time) => {
      const query = { q: filter.value, capture: capture.value, from: time, limit: 1 };
      const { items } = await get<Found>('/packets', query);
      await goTo(items[0], 'No packet in this list is at or after this time');
    },
    along: async (row, way) => {
      if (row.stream === null) return announce('This packet belongs to no conversation');
      // By number: the clock of a capture may go back.
      const beyond = `frame.number ${way === 1 ? '>' : '<'} ${row.number}`;
      const q = [conversationOf(row), beyond].reduce(allOf, filter.value);
      const query = { q, capture: row.capture, limit: 1, order: way === 1 ? 'asc' : 'desc' };
      let found: Found = { items: [], next: null };
      // A filter that reads packets again may take several answers to find one.
      do found = await get<Found>('/packets', { ...query, after: found.next });
      while (found.items.length === 0 && found.next !== null);
      await goTo(
        found.items[0],
        `The conversation has no packet ${way === 1 ? 'after' : 'before'} this one in this list`,
      );
    },
  };
}

/** Announces the error if the work fails. */
export function orAnnounce(work: Promise<void>): void {
  work.catch((error) => announce(error.message));
}

/** @param beginning start of what is shown, as decimal seconds since 1970 */
export function GoTo({ ways, beginning }: { ways: Ways; beginning: string | null }) {
  const input = useRef<HTMLInputElement>(null);
  const [text, setText] = useState('');
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== 'g') return;
      event.preventDefault();
      input.current?.focus();
      input.current?.select();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);
  const submit = () => {
    const goal = goalOf(text, beginning);
    if (goal === null)
      return announce('Enter a packet number, or a time: 11:53:24, or 12.5 s since the beginning');
    const went = goal.kind === 'number' ? ways.toNumber(goal.number) : ways.toTime(goal.time);
    orAnnounce(went);
  };
  return (
    <form
      class="go-to"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <input
        ref={input}
        class="field num"
        placeholder="Go to No. or time"
        aria-label="Go to packet number or time"
        title="1,234 · 11:53:24.5 · 12.5 s since the beginning (Ctrl G)"
        value={text}
        onInput={(event) => setText(event.currentTarget.value)}
      />
    </form>
  );
}
