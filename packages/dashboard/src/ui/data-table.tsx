// A sortable table that renders only the visible rows. If all rows are loaded, any column sorts; otherwise those that
// the server can sort by.
import type { ComponentChildren, RefObject } from 'preact';
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { announce } from './announce.tsx';
import { showFullText } from './full-text.ts';
import { useKeptScroll } from './kept-scroll.ts';
import { momentWidth } from './moment.tsx';

const ROW_HEIGHT = 28;
const ROW_HEIGHT_TOUCH = 40;
const SPARE = 10;
/** Requests more rows when this few are left. */
const AHEAD = 40;

export interface TableColumn<T> {
  id: string;
  title: string;
  isNumber?: boolean;
  /** Share of the width, `var(--moment)` for moments; columns without one fit their content. */
  width?: string;
  /** Hidden on phones. */
  isExtra?: boolean;
  cell: (row: T) => ComponentChildren;
  value: (row: T) => string | number;
  /** The server's name for this order, which is descending. */
  serverSort?: string;
}

interface Props<T> {
  label: string;
  columns: readonly TableColumn<T>[];
  rows: readonly T[];
  keyOf: (row: T) => string | number;
  /** False: the server has more rows. */
  isWhole: boolean;
  /** `bytes` or `-bytes`: a column id, with - for descending order. */
  sort: string;
  onSort: (sort: string, serverSort: string | null) => void;
  onMore?: () => void;
  onOpen?: (row: T) => void;
  /** A row was clicked or reached by the keys. */
  onSelect?: (row: T) => void;
  /** Key of the row whose details are shown beside the table; it is kept in view. */
  chosen?: string | number | null;
  onMenu?: (event: MouseEvent | KeyboardEvent, row: T) => void;
}

export function DataTable<T>(props: Props<T>) {
  const { keyOf, isWhole } = props;
  const isNarrow = useRef(matchMedia('(max-width: 760px)').matches).current;
  const columns = useMemo(
    () => props.columns.filter(({ isExtra }) => !(isNarrow && isExtra)),
    [props.columns],
  );
  const box = useRef<HTMLDivElement>(null);
  const [at, setAt] = useState(0);
  const rowHeight = isNarrow ? ROW_HEIGHT_TOUCH : ROW_HEIGHT;
  const column = props.sort.replace(/^-/, '');
  const isDescending = props.sort.startsWith('-');
  const rows = useMemo(
    () =>
      isWhole
        ? inOrder(
            props.rows,
            columns.find(({ id }) => id === column),
            isDescending,
          )
        : props.rows,
    [props.rows, isWhole, column, isDescending, columns],
  );

  const { first, last, onScroll } = useSight(box, rows.length, rowHeight);
  const keep = useKeptScroll(box, props.label, rows.length);
  useEffect(() => {
    if (last + AHEAD >= rows.length && !isWhole) props.onMore?.();
  }, [last, rows.length, isWhole]);

  const { chosen } = props;
  const chosenAt = useMemo(
    () => (chosen == null ? -1 : rows.findIndex((row) => keyOf(row) === chosen)),
    [chosen, rows],
  );
  // If another row were the tab stop, passing through the table would choose it.
  const reached = chosenAt >= 0 ? chosenAt : Math.min(at, rows.length - 1);
  useEffect(() => {
    if (chosenAt >= 0) bringIntoSight(chosenAt, box.current!, rowHeight);
  }, [chosen]);

  const sortBy = (wanted: TableColumn<T>) => {
    if (!isWhole && wanted.serverSort === undefined) {
      announce(`Filter to fewer rows to sort by ${wanted.title}`);
      return;
    }
    // Numbers sort in descending order first, text in ascending order.
    const goesDown = column === wanted.id ? !isDescending || !isWhole : wanted.isNumber === true;
    props.onSort(`${goesDown ? '-' : ''}${wanted.id}`, isWhole ? null : (wanted.serverSort ?? null));
  };

  return (
    <div
      ref={box}
      class="table-box"
      style={{ '--row-height': `${rowHeight}px`, '--moment': momentWidth.value }}
      onScroll={(event) => {
        onScroll(event);
        keep();
      }}
      onKeyDown={(event) => onKey(event, props, rows, { box: box.current!, rowHeight, setAt })}
      onPointerOver={showFullText}
    >
      <table class="table" aria-label={props.label} aria-rowcount={isWhole ? rows.length + 1 : -1}>
        <thead>
          <Heads columns={columns} column={column} isDescending={isDescending} onSort={sortBy} />
        </thead>
        <tbody>
          {first > 0 && <Gap height={first * rowHeight} columns={columns.length} />}
          {rows.slice(first, last).map((row, i) => (
            <Line
              key={keyOf(row)}
              row={row}
              at={first + i}
              isReached={first + i === reached}
              columns={columns}
              onReach={setAt}
              table={props}
            />
          ))}
          {last < rows.length && <Gap height={(rows.length - last) * rowHeight} columns={columns.length} />}
        </tbody>
      </table>
    </div>
  );
}

/** The visible rows, and some beyond them. */
function useSight(box: RefObject<HTMLDivElement | null>, count: number, rowHeight: number) {
  const [view, setView] = useState({ top: 0, height: 600 });
  useLayoutEffect(() => {
    const element = box.current!;
    const observer = new ResizeObserver(() => setView((old) => ({ ...old, height: element.clientHeight })));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return {
    first: Math.max(0, Math.floor(view.top / rowHeight) - SPARE),
    last: Math.min(count, Math.ceil((view.top + view.height) / rowHeight) + SPARE),
    onScroll: (event: { currentTarget: HTMLDivElement }) => {
      const top = event.currentTarget.scrollTop;
      setView((old) => ({ ...old, top }));
    },
  };
}

interface HeadsProps<T> {
  columns: readonly TableColumn<T>[];
  /** Id of the column that the rows are sorted by. */
  column: string;
  isDescending: boolean;
  onSort: (column: TableColumn<T>) => void;
}

function Heads<T>({ columns, column, isDescending, onSort }: HeadsProps<T>) {
  return (
    <tr>
      {columns.map((one) => (
        <th
          key={one.id}
          scope="col"
          class={`${one.isNumber ? 'cell-right' : ''}`}
          style={one.width === undefined ? {} : { width: one.width }}
          aria-sort={one.id === column ? (isDescending ? 'descending' : 'ascending') : undefined}
        >
          <button type="button" class="head-title" onClick={() => onSort(one)}>
            {one.title}
            {one.id === column && <span aria-hidden="true">{isDescending ? ' ↓' : ' ↑'}</span>}
          </button>
        </th>
      ))}
    </tr>
  );
}

interface LineProps<T> {
  row: T;
  /** Index of the row in the current order. */
  at: number;
  /** This row is the tab stop. */
  isReached: boolean;
  columns: readonly TableColumn<T>[];
  onReach: (at: number) => void;
  table: Props<T>;
}

function Line<T>({ row, at, isReached, columns, onReach, table }: LineProps<T>) {
  return (
    <tr
      data-row={at}
      aria-current={table.chosen != null && table.keyOf(row) === table.chosen}
      aria-rowindex={at + 2}
      tabIndex={isReached ? 0 : -1}
      onFocus={() => {
        onReach(at);
        table.onSelect?.(row);
      }}
      onDblClick={() => table.onOpen?.(row)}
      onContextMenu={(event) => table.onMenu?.(event, row)}
    >
      {columns.map((one) => (
        <td key={one.id} class={`${one.isNumber ? 'cell-right num' : ''}`}>
          {one.cell(row)}
        </td>
      ))}
    </tr>
  );
}

interface Place {
  box: HTMLElement;
  rowHeight: number;
  setAt: (at: number) => void;
}

function onKey<T>(event: KeyboardEvent, props: Props<T>, rows: readonly T[], place: Place): void {
  const line = (event.target as Element).closest<HTMLElement>('tr[data-row]');
  if (line === null || event.target !== line) return;
  const now = Number(line.dataset.row);
  const screen = Math.max(1, Math.floor(place.box.clientHeight / place.rowHeight) - 2);
  const moves: Record<string, number> = {
    ArrowDown: now + 1,
    ArrowUp: now - 1,
    PageDown: now + screen,
    PageUp: now - screen,
    Home: 0,
    End: rows.length - 1,
  };
  const isMenu = event.key === 'ContextMenu' || (event.key === 'F10' && event.shiftKey);
  if (event.key in moves) move(Math.min(rows.length - 1, Math.max(0, moves[event.key]!)), place);
  else if (event.key === 'Enter') props.onOpen?.(rows[now]!);
  else if (isMenu && props.onMenu !== undefined) props.onMenu(event, rows[now]!);
  else return;
  event.preventDefault();
}

/** Scrolls a row into view and focuses it once it is rendered. */
function move(to: number, { box, rowHeight, setAt }: Place): void {
  setAt(to);
  bringIntoSight(to, box, rowHeight);
  requestAnimationFrame(() =>
    box.querySelector<HTMLElement>(`tr[data-row="${to}"]`)?.focus({ preventScroll: true }),
  );
}

function bringIntoSight(row: number, box: HTMLElement, rowHeight: number): void {
  const top = row * rowHeight;
  const head = box.querySelector('thead')!.offsetHeight;
  if (top < box.scrollTop) box.scrollTop = top;
  else if (top + rowHeight > box.scrollTop + box.clientHeight - head) {
    box.scrollTop = top + rowHeight - box.clientHeight + head;
  }
}

function Gap({ height, columns }: { height: number; columns: number }) {
  return (
    <tr class="table-gap" aria-hidden="true">
      <td colSpan={columns} style={{ height: `${height}px` }} />
    </tr>
  );
}

function inOrder<T>(
  rows: readonly T[],
  column: TableColumn<T> | undefined,
  isDescending: boolean,
): readonly T[] {
  if (column === undefined) return rows;
  const compare = new Intl.Collator('en', { numeric: true }).compare;
  const sign = isDescending ? -1 : 1;
  return rows
    .map((row) => ({ row, value: column.value(row) }))
    .sort((a, b) =>
      typeof a.value === 'number' && typeof b.value === 'number'
        ? sign * (a.value - b.value)
        : sign * compare(String(a.value), String(b.value)),
    )
    .map(({ row }) => row);
}
