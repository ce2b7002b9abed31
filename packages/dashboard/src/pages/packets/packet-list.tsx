// The packet list; only the visible rows are rendered.
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { PacketRow } from '../../api/types.ts';
import type { Column } from '../../list/columns.ts';
import { isMarked } from '../../state/marks.ts';
import { showFullText } from '../../ui/full-text.ts';
import type { Look } from './look.ts';
import { Row } from './packet-row.tsx';
import type { Rows } from './rows.ts';
import { type Sight, useSight } from './sight.ts';

const NOWHERE = -1;

export interface ListHandle {
  show: (row: number, isCentred?: boolean) => void;
  toEnd: () => void;
  focus: () => void;
}

interface Props {
  rows: Rows;
  look: Look;
  /** Widths in pixels of the columns that were resized. */
  widths: Readonly<Record<string, number>>;
  /** Row number, -1 for none. */
  selected: number;
  onSelect: (number: number, row: PacketRow) => void;
  /** A row that is not loaded yet was selected; `then` is called once it is. NOWHERE cancels. */
  onNeed: (number: number, then?: (row: PacketRow) => void) => void;
  onOpen: () => void;
  onMenu: (
    event: MouseEvent | KeyboardEvent,
    row: PacketRow,
    column: Column | null,
    anchor?: Element,
  ) => void;
  /** The user scrolled up from the end. */
  onLeaveEnd: () => void;
  header: ComponentChildren;
  handle: { current: ListHandle | null };
}

export function PacketList(props: Props) {
  const { rows, look, selected } = props;
  const box = useRef<HTMLDivElement>(null);
  const sight = useSight(box, rows.total, selected);
  const { first, last, scroll } = sight;
  props.handle.current = {
    show: sight.show,
    toEnd: sight.toEnd,
    focus: () => box.current?.focus({ preventScroll: true }),
  };
  useEffect(() => rows.want(first, last), [first, last, rows.version]);
  const isInSight = selected >= first && selected < last;
  return (
    <div
      ref={box}
      class="list"
      role="grid"
      tabIndex={0}
      aria-label="Packets"
      aria-rowcount={rows.total + 1}
      aria-colcount={look.columns.length}
      aria-activedescendant={isInSight ? `row-${selected}` : undefined}
      style={{ '--columns': templateOf(look.columns, props.widths), '--row-height': `${scroll.rowHeight}px` }}
      onScroll={() => sight.follow() && props.onLeaveEnd()}
      onKeyDown={(event) => event.target === box.current && onKey(event, props, sight)}
      onPointerOver={showFullText}
      {...pointing(props, () => box.current?.focus({ preventScroll: true }))}
    >
      {props.header}
      <div class="list-rows" role="rowgroup" style={{ height: `${scroll.height}px` }}>
        {Array.from({ length: Math.max(0, last - first) }, (_, i) => first + i).map((number) => {
          const row = rows.row(number);
          return (
            <Row
              key={number}
              number={number}
              row={row}
              before={number > 0 && look.form === 'delta' ? rows.row(number - 1) : null}
              top={scroll.topOf(number)}
              isSelected={number === selected}
              isMarked={row !== null && isMarked(row)}
              isCompact={sight.isCompact}
              look={look}
            />
          );
        })}
      </div>
    </div>
  );
}

/**
 * Column widths as a CSS grid template: address columns follow the screen's width, and the last column takes the rest,
 * which may be less than its own width: to read text cut at the edge is better than to scroll for all of it.
 */
function templateOf(columns: readonly Column[], widths: Props['widths']): string {
  return columns
    .map(({ id, width, widthMax }, i) => {
      const isOwn = widths[id] !== undefined;
      const own = `${widths[id] ?? width}px`;
      if (i === columns.length - 1) return `minmax(${isOwn ? own : `min(${own}, 30vw)`}, 1fr)`;
      return isOwn || widthMax === undefined ? own : `clamp(${own}, 15.3vw, ${widthMax}px)`;
    })
    .join(' ');
}

/** Pointer handlers: a click selects, a double click opens, the right button opens the menu. */
function pointing(props: Props, focus: () => void) {
  const rowOf = (event: Event) => {
    const element = (event.target as Element).closest<HTMLElement>('[data-row]');
    const number = element === null ? -1 : Number(element.dataset.row);
    return { number, row: number < 0 ? null : props.rows.row(number) };
  };
  // Any other pointer action cancels waiting for a row.
  const forget = () => props.onNeed(NOWHERE);
  return {
    onPointerDown: forget,
    onWheel: forget,
    onClick: (event: MouseEvent) => {
      const { number, row } = rowOf(event);
      if (number < 0) return;
      focus();
      props.onLeaveEnd();
      if (row === null) props.onNeed(number);
      else props.onSelect(number, row);
    },
    onDblClick: (event: MouseEvent) => rowOf(event).row !== null && props.onOpen(),
    onContextMenu: (event: MouseEvent) => {
      const { number, row } = rowOf(event);
      if (number < 0) return;
      event.preventDefault();
      const cell = (event.target as Element).closest<HTMLElement>('[data-column]');
      const column = props.look.columns.find(({ id }) => id === cell?.dataset.column) ?? null;
      const open = (of: PacketRow) => props.onMenu(event, of, column);
      if (row === null) return props.onNeed(number, open);
      props.onSelect(number, row);
      open(row);
    },
  };
}

function onKey(event: KeyboardEvent, props: Props, sight: Sight): void {
  const { rows, selected } = props;
  const isMenu = event.key === 'ContextMenu' || (event.key === 'F10' && event.shiftKey);
  const to = goalOfKey(event, props, sight);
  if (to !== null) {
    if (event.key !== 'ArrowDown' && event.key !== 'PageDown') props.onLeaveEnd();
    if (rows.total === 0) return;
    const number = Math.min(rows.total - 1, Math.max(0, to));
    sight.show(number);
    const row = rows.row(number);
    if (row === null) props.onNeed(number);
    else props.onSelect(number, row);
  } else if (event.key === 'Enter') props.onOpen();
  else if (isMenu && selected >= 0) {
    const row = rows.row(selected);
    const list = event.currentTarget as HTMLElement;
    if (row !== null) props.onMenu(event, row, null, list.querySelector('[aria-selected="true"]') ?? list);
  } else return;
  event.preventDefault();
}

/** The row number that a key leads to; null if the key does not navigate. */
function goalOfKey(event: KeyboardEvent, { rows, selected }: Props, { scroll }: Sight): number | null {
  if (event.ctrlKey || event.altKey || event.metaKey) return null;
  const screen = Math.max(1, Math.floor(scroll.rowsInSight) - 1);
  const from = selected < 0 ? Math.floor(scroll.firstRow) - 1 : selected;
  const moves: Record<string, number> = {
    ArrowDown: from + 1,
    ArrowUp: from - 1,
    PageDown: from + screen,
    PageUp: from - screen,
    Home: 0,
    End: rows.total - 1,
  };
  return moves[event.key] ?? null;
}
