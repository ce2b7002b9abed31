// The Packets page: list, tree and bytes, with a common selection.
import type { ComponentChildren } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { get } from '../../api/client.ts';
import type { PacketDetail, PacketRow } from '../../api/types.ts';
import { type Column, columnNamed } from '../../list/columns.ts';
import { nextMark } from '../../list/marks.ts';
import { running } from '../../state/captures.ts';
import { colourRulesOpen } from '../../state/colour-rules.ts';
import { allMarks, reference, toggleMark } from '../../state/marks.ts';
import { capture, filter, follow, linkTo, place, setView } from '../../state/navigation.ts';
import { announce } from '../../ui/announce.tsx';
import { later } from '../../ui/later.tsx';
import { openMenu } from '../../ui/menu.tsx';
import { Nothing } from '../../ui/nothing.tsx';
import { usePageKeys } from '../../ui/page-keys.ts';
import { Splitter } from '../../ui/splitter.tsx';
import { Loading, Trouble } from '../../ui/states.tsx';
import { canSort, useArranged } from './arranged.ts';
import { useChoice } from './choice.ts';
import { columnsMenu } from './columns-menu.ts';
import { Details } from './details.tsx';
import { FindBar } from './find.tsx';
import { orAnnounce, waysTo } from './go-to.tsx';
import { ListHead, type Sorting } from './list-head.tsx';
import { columnWidths, listShare, shownFields, timeForm } from './list-settings.ts';
import { useLook } from './look.ts';
import { type ListHandle, PacketList } from './packet-list.tsx';
import { packetMenu } from './packet-menu.ts';
import { isRefused, type Rows, SORTED_ROWS_MAX, useRows } from './rows.ts';
import { Toolbar } from './toolbar.tsx';

const ColourRules = later(async () => (await import('../opened.ts')).ColourRules, true);
const Values = later(async () => (await import('../opened.ts')).Values, true);

export function Packets() {
  const q = filter.value;
  const only = capture.value;
  const { sort = 'number', values = '' } = place.value.view;
  const sorting = sortingOf(sort);
  const fields = shownFields.value;
  const counted = useRows(q, only, fields);
  const rows = useArranged(counted, sorting, { q, capture: only, fields });
  const look = useLook(only);
  const list = useRef<ListHandle | null>(null);
  const { selected, select, need, isGone } = useChoice(rows, `${q} ${only} ${fields}`, list);
  const tail = useTail(rows, list);
  const find = useFind(rows, list, select);
  const { ways, followStream, draw, menuOf } = useActions({
    rows,
    list,
    selected,
    select,
    tail,
    only,
  });
  const header = (
    <ListHead
      columns={look.columns}
      widths={columnWidths.value}
      sorting={sorting}
      onSort={(column) => sortBy(column, sorting, counted)}
      onWidth={({ id }, width) => (columnWidths.value = { ...columnWidths.value, [id]: width })}
      onMenu={(event) => openMenu(event, columnsMenu())}
    />
  );
  return (
    <div class="packets">
      <Toolbar
        rows={rows}
        tail={tail}
        ways={ways}
        beginning={earliest(look.beginnings, only)}
        onFind={find.open}
      />
      {find.isOpen && <FindBar from={selected?.row ?? null} onFound={find.show} onClose={find.close} />}
      <Splitter
        label="Height of the list"
        share={listShare.value}
        onShare={(share) => (listShare.value = share)}
        first={
          <ListPane rows={rows}>
            <PacketList
              handle={list}
              rows={rows}
              look={look}
              widths={columnWidths.value}
              selected={selected?.number ?? -1}
              onSelect={select}
              onNeed={need}
              onOpen={() => document.querySelector<HTMLElement>('.tree')?.focus()}
              onLeaveEnd={() => tail.set(false)}
              onMenu={menuOf}
              header={header}
            />
          </ListPane>
        }
        second={
          place.value.packet === null && selected === null ? null : (
            <Details
              packet={selected?.row.id ?? null}
              isGone={isGone}
              onFollow={() => selected !== null && orAnnounce(followStream(selected.row))}
              onDraw={() => selected !== null && orAnnounce(draw(selected.row))}
            />
          )
        }
      />
      {colourRulesOpen.value && <ColourRules />}
      {values !== '' && <Values field={values} onClose={() => setView({ values: '' }, true)} />}
    </div>
  );
}

interface Shown extends Pick<ReturnType<typeof useChoice>, 'selected' | 'select'> {
  rows: Rows;
  list: { readonly current: ListHandle | null };
  tail: Tail;
  /** The capture that the list is limited to; null: all. */
  only: number | null;
}

/** Actions on packets, shared by keys, context menu and toolbar. */
function useActions({ rows, list, selected, select, tail, only }: Shown) {
  const followStream = async (row: PacketRow) => {
    const { flow: id } = await get<PacketDetail>(`/packets/${row.id}`);
    if (id === null) announce('This packet belongs to no stream');
    else follow(id);
  };
  const draw = async (row: PacketRow) => {
    const { flow: id } = await get<PacketDetail>(`/packets/${row.id}`);
    if (id === null) announce('This packet belongs to no stream');
    else location.hash = linkTo('flows', String(id));
  };
  const ways = waysTo(rows, (at, row) => {
    tail.set(false);
    select(at, row);
    list.current?.show(at, true);
    list.current?.focus();
  });
  const toMark = (way: 1 | -1) => {
    const mark = nextMark(allMarks(only), selected?.row ?? null, way);
    if (mark === null) announce('No packet is marked: m marks the selected one');
    else orAnnounce(ways.toNumber(mark.number, mark.capture));
  };
  usePageKeys({
    t: () => tail.isPossible && tail.set(!tail.isOn),
    m: () => selected !== null && mark(selected.row),
    n: () => toMark(1),
    N: () => toMark(-1),
    '.': () => selected !== null && orAnnounce(ways.along(selected.row, 1)),
    ',': () => selected !== null && orAnnounce(ways.along(selected.row, -1)),
    r: () => selected !== null && measureFrom(selected.row),
    f: () => selected !== null && orAnnounce(followStream(selected.row)),
    l: () => selected !== null && orAnnounce(draw(selected.row)),
  });
  const menuOf = (
    event: MouseEvent | KeyboardEvent,
    row: PacketRow,
    column: Column | null,
    anchor?: Element,
  ) => {
    const menu = packetMenu(row, column, {
      follow: (of) => orAnnounce(followStream(of)),
      draw: (of) => orAnnounce(draw(of)),
      mark,
      measureFrom,
    });
    openMenu(event, menu, anchor);
  };
  return { ways, followStream, draw, menuOf };
}

/** The bar of `Find`, opened by Ctrl F: only the rows in sight are in the document, so the browser's search misses most. */
function useFind(
  rows: Rows,
  list: { readonly current: ListHandle | null },
  select: ReturnType<typeof useChoice>['select'],
) {
  const [isOpen, set] = useState(false);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (!(event.ctrlKey || event.metaKey) || event.shiftKey || event.key.toLowerCase() !== 'f') return;
      if (isOpen || document.querySelector('dialog[open]') !== null) return;
      event.preventDefault();
      set(true);
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, [isOpen]);
  return {
    isOpen,
    open: () => set(true),
    close: () => {
      set(false);
      list.current?.focus();
    },
    show: (row: PacketRow) =>
      waysTo(rows, (at, found) => {
        select(at, found);
        list.current?.show(at, true);
      }).toRow(row),
  };
}

export interface Tail {
  /** True: the list follows the newest packets. */
  isOn: boolean;
  /** False: no new packets can arrive in what is shown. */
  isPossible: boolean;
  set: (isOn: boolean) => void;
}

/** Keeps the list at its end while it follows new packets. */
function useTail(rows: Rows, list: { readonly current: ListHandle | null }): Tail {
  const [isOn, set] = useState(false);
  const isPossible = running.value.length > 0;
  useEffect(() => {
    if (isOn) list.current?.toEnd();
  }, [isOn, rows.total]);
  useEffect(() => {
    if (!isPossible) set(false);
  }, [isPossible]);
  return useMemo(() => ({ isOn, isPossible, set }), [isOn, isPossible]);
}

function mark(row: PacketRow): void {
  announce(
    toggleMark(row) ? `Packet ${row.number} is marked` : `Packet ${row.number} is not marked any more`,
  );
}

function measureFrom(row: PacketRow): void {
  reference.value = { id: row.id, time: row.time };
  timeForm.value = 'since';
  announce(`Time counts from packet ${row.number}`);
}

/** The list, or the reason why it is empty. */
function ListPane({ rows, children }: { rows: Rows; children: ComponentChildren }) {
  if (rows.error !== null && (rows.total === 0 || isRefused(rows.error)))
    return <Trouble error={rows.error} onRetry={rows.reload} />;
  if (!rows.isCounted && rows.total === 0) return <Loading what="Counting packets" />;
  if (rows.total > 0 || !rows.isExact) return <>{children}</>;
  return <Nothing icon="packets" what="packets" />;
}

function sortingOf(text: string): Sorting {
  const column = text.replace(/^-/, '');
  return columnNamed(column) === undefined
    ? { column: 'number', isDescending: false }
    : { column, isDescending: text.startsWith('-') };
}

function sortBy(column: Column, now: Sorting, rows: Rows): void {
  if (!canSort(column.id, rows)) {
    const most = SORTED_ROWS_MAX.toLocaleString('en-US');
    announce(`Filter to ${most} packets or fewer to sort by ${column.title}`);
    return;
  }
  const isDescending = now.column === column.id && !now.isDescending;
  setView({ sort: isDescending ? `-${column.id}` : column.id });
}

/** Start of what is shown: of one capture, or of the earliest. */
function earliest(beginnings: ReadonlyMap<number, string>, only: number | null): string | null {
  if (only !== null) return beginnings.get(only) ?? null;
  return [...beginnings.values()].reduce<string | null>(
    (least, start) => (least === null || Number(start) < Number(least) ? start : least),
    null,
  );
}
