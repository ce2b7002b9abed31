// The list: rows in sight and nothing else, however many there are.
import { Component, type ComponentChildren } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { PacketRow } from '../../api/types.ts';
import { familyOf } from '../../families.ts';
import { count } from '../../format/numbers.ts';
import { secondsBetween } from '../../format/time.ts';
import type { ColourRule } from '../../list/colours.ts';
import type { Column, TimeForm } from '../../list/columns.ts';
import { Scroll } from '../../list/scroll.ts';
import { ruleFor } from '../../state/colour-rules.ts';

const ROW_HEIGHT = 22;
const ROW_HEIGHT_TOUCH = 42;
/** Rows drawn above and below those in sight. */
const SPARE = 8;

export interface ListHandle {
  show: (row: number, isCentred?: boolean) => void;
  toEnd: () => void;
  focus: () => void;
}

interface Props {
  total: number;
  version: number;
  row: (number: number) => PacketRow | null;
  want: (from: number, to: number) => void;
  columns: readonly Column[];
  widths: Readonly<Record<string, number>>;
  form: TimeForm;
  beginning: string | null;
  /** Row number, -1: none. */
  selected: number;
  onSelect: (number: number, row: PacketRow) => void;
  onOpen: () => void;
  onMenu: (
    event: MouseEvent | KeyboardEvent,
    row: PacketRow,
    column: Column | null,
    anchor?: Element,
  ) => void;
  /** The user scrolled away from the end. */
  onLeaveEnd: () => void;
  onNeed: (number: number) => void;
  header: ComponentChildren;
  handle: { current: ListHandle | null };
}

export function PacketList(props: Props) {
  const { total, columns, widths } = props;
  const box = useRef<HTMLDivElement>(null);
  const isTouch = useRef(matchMedia('(max-width: 760px)').matches).current;
  const scroll = useRef<Scroll>(undefined as never);
  scroll.current ??= new Scroll(isTouch ? ROW_HEIGHT_TOUCH : ROW_HEIGHT);
  const [viewport, setViewport] = useState(0);
  const [, redraw] = useState(0);
  const headHeight = useRef(0);
  const it = scroll.current;

  const place = (scrollTop: number) => {
    const element = box.current;
    if (element !== null && element.scrollTop !== scrollTop) element.scrollTop = scrollTop;
    redraw((n) => n + 1);
  };

  useLayoutEffect(() => {
    const element = box.current!;
    const observer = new ResizeObserver(() => {
      headHeight.current = element.querySelector<HTMLElement>('.list-head')?.offsetHeight ?? 0;
      setViewport(element.clientHeight - headHeight.current);
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  useLayoutEffect(() => {
    const wasInSight = props.selected >= it.firstRow && props.selected < it.firstRow + it.rowsInSight;
    place(it.resize(total, viewport));
    // The first choice opens the panes below, and takes room from the list.
    if (wasInSight) place(it.show(props.selected));
  }, [total, viewport]);

  props.handle.current = {
    show: (row, isCentred) => place(it.show(row, isCentred)),
    toEnd: () => place(it.toPixel(it.whole)),
    focus: () => box.current?.focus({ preventScroll: true }),
  };

  const first = Math.max(0, Math.floor(it.firstRow) - SPARE);
  const last = Math.min(total, Math.ceil(it.firstRow + it.rowsInSight) + SPARE);
  useEffect(() => props.want(first, last), [first, last, props.version]);

  const onScroll = () => {
    const element = box.current!;
    const before = it.firstRow;
    const scrollTop = it.scrolled(element.scrollTop);
    if (it.firstRow < before - 0.5) props.onLeaveEnd();
    place(scrollTop);
  };

  const select = (number: number) => {
    const to = Math.min(total - 1, Math.max(0, number));
    place(it.show(to));
    const row = props.row(to);
    if (row === null) props.onNeed(to);
    else props.onSelect(to, row);
  };

  const onKey = (event: KeyboardEvent) => {
    if (event.target !== box.current) return;
    const screen = Math.max(1, Math.floor(it.rowsInSight) - 1);
    const { selected } = props;
    const from = selected < 0 ? Math.floor(it.firstRow) - 1 : selected;
    const moves: Record<string, number> = {
      ArrowDown: from + 1,
      ArrowUp: from - 1,
      PageDown: from + screen,
      PageUp: from - screen,
      Home: 0,
      End: total - 1,
    };
    const isMenu = event.key === 'ContextMenu' || (event.key === 'F10' && event.shiftKey);
    if (event.key in moves) {
      if (event.key !== 'ArrowDown' && event.key !== 'PageDown') props.onLeaveEnd();
      if (total > 0) select(moves[event.key]!);
    } else if (event.key === 'Enter') props.onOpen();
    else if (isMenu && selected >= 0) {
      const row = props.row(selected);
      const element = box.current!.querySelector('[aria-selected="true"]');
      if (row !== null) props.onMenu(event, row, null, element ?? box.current!);
    } else return;
    event.preventDefault();
  };

  const template = columns
    .map(({ id, width }, i) =>
      i === columns.length - 1 ? `minmax(${widths[id] ?? width}px, 1fr)` : `${widths[id] ?? width}px`,
    )
    .join(' ');
  const rows: ComponentChildren[] = [];
  for (let number = first; number < last; number++) {
    const row = props.row(number);
    rows.push(
      <Row
        key={number}
        number={number}
        row={row}
        before={number > 0 && props.form === 'delta' ? props.row(number - 1) : null}
        top={it.topOf(number)}
        isSelected={number === props.selected}
        columns={columns}
        form={props.form}
        beginning={props.beginning}
        ruleFor={ruleFor.value}
        isCompact={isTouch}
      />,
    );
  }

  const rowOf = (event: Event) => {
    const element = (event.target as Element).closest<HTMLElement>('[data-row]');
    const number = element === null ? -1 : Number(element.dataset.row);
    return { number, row: number < 0 ? null : props.row(number) };
  };

  return (
    <div
      ref={box}
      class="list"
      role="grid"
      tabIndex={0}
      aria-label="Packets"
      aria-rowcount={total + 1}
      aria-colcount={columns.length}
      aria-activedescendant={
        props.selected >= first && props.selected < last ? `row-${props.selected}` : undefined
      }
      style={{ '--columns': template, '--row-height': `${it.rowHeight}px` }}
      onScroll={onScroll}
      onKeyDown={onKey}
      onClick={(event) => {
        const { number, row } = rowOf(event);
        if (row === null) return;
        box.current!.focus({ preventScroll: true });
        props.onLeaveEnd();
        props.onSelect(number, row);
      }}
      onDblClick={() => props.onOpen()}
      onContextMenu={(event) => {
        const { number, row } = rowOf(event);
        if (row === null) return;
        props.onSelect(number, row);
        const cell = (event.target as Element).closest<HTMLElement>('[data-column]');
        props.onMenu(event, row, columns.find(({ id }) => id === cell?.dataset.column) ?? null);
      }}
    >
      {props.header}
      <div class="list-rows" role="rowgroup" style={{ height: `${it.height}px` }}>
        {rows}
      </div>
    </div>
  );
}

interface RowProps {
  number: number;
  row: PacketRow | null;
  before: PacketRow | null;
  top: number;
  isSelected: boolean;
  columns: readonly Column[];
  form: TimeForm;
  beginning: string | null;
  /** Two lines instead of columns. */
  isCompact: boolean;
  ruleFor: (row: PacketRow) => ColourRule | null;
}

/** Drawn again only when something of it has changed: while the list scrolls, most rows stay as they are. */
class Row extends Component<RowProps> {
  override shouldComponentUpdate(next: Readonly<RowProps>): boolean {
    const now = this.props;
    return (Object.keys(next) as (keyof RowProps)[]).some((key) => next[key] !== now[key]);
  }

  render({ number, row, before, top, isSelected, columns, form, beginning, isCompact }: RowProps) {
    const rule = row === null ? null : this.props.ruleFor(row);
    const family = row === null ? 'row-coming' : `family-${familyOf(row.protocol)}`;
    return (
      <div
        id={`row-${number}`}
        class={`row ${family} ${rule === null ? '' : `rule-${rule.look}`}`}
        role="row"
        aria-rowindex={number + 2}
        aria-selected={isSelected}
        data-row={number}
        title={rule?.name}
        style={{ transform: `translateY(${top}px)` }}
      >
        {isCompact && <Compact row={row} beginning={beginning} />}
        {(isCompact ? [] : columns).map((column) => (
          <span key={column.id} role="gridcell" class={classOf(column)} data-column={column.id}>
            {row === null ? '' : column.text(row, { form, beginning, before })}
          </span>
        ))}
      </div>
    );
  }
}

/** A row on a phone: what it says, and below it the rest that matters. */
function Compact({ row, beginning }: { row: PacketRow | null; beginning: string | null }) {
  if (row === null) return <span role="gridcell" class="cell" />;
  return (
    <span role="gridcell" class="compact">
      <span class="cell-summary">{row.summary}</span>
      <span class="compact-rest">
        <span class="cell-number num">{count(row.number)}</span>
        {beginning !== null && <span class="num">{secondsBetween(beginning, row.time, 3)}</span>}
        <span class="cell-protocol">{row.protocol}</span>
        <span class="mono compact-ends">
          {row.src} → {row.dst}
        </span>
      </span>
    </span>
  );
}

function classOf({ id, isNumber, isMono }: Column): string {
  return `cell cell-${id} ${isNumber ? 'cell-right' : ''} ${isMono ? 'mono' : ''}`;
}
