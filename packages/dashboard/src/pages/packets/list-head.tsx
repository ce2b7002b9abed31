// The list's column headers: sorting, resizing, and the columns menu.
import { useRef } from 'preact/hooks';
import type { Column } from '../../list/columns.ts';

const WIDTH_MIN = 36;
const KEY_STEP = 12;

export interface Sorting {
  column: string;
  isDescending: boolean;
}

interface Props {
  columns: readonly Column[];
  widths: Readonly<Record<string, number>>;
  sorting: Sorting;
  onSort: (column: Column) => void;
  onWidth: (column: Column, width: number) => void;
  onMenu: (event: MouseEvent) => void;
}

export function ListHead(props: Props) {
  return (
    <div class="list-head" role="rowgroup" onContextMenu={props.onMenu}>
      <div class="list-head-row" role="row" aria-rowindex={1}>
        {props.columns.map((column) => {
          const isSorted = props.sorting.column === column.id;
          return (
            <span
              key={column.id}
              role="columnheader"
              class={`head cell-${column.id} ${column.isNumber ? 'cell-right' : ''}`}
              aria-sort={isSorted ? (props.sorting.isDescending ? 'descending' : 'ascending') : 'none'}
            >
              <button type="button" class="head-title" onClick={() => props.onSort(column)}>
                {column.title}
                {isSorted && <span aria-hidden="true">{props.sorting.isDescending ? ' ↓' : ' ↑'}</span>}
              </button>
              <Grip column={column} width={props.widths[column.id] ?? column.width} onWidth={props.onWidth} />
            </span>
          );
        })}
      </div>
    </div>
  );
}

function Grip({ column, width, onWidth }: { column: Column; width: number; onWidth: Props['onWidth'] }) {
  const start = useRef<{ x: number; width: number } | null>(null);
  const set = (next: number) => onWidth(column, Math.max(WIDTH_MIN, Math.round(next)));
  return (
    <span
      class="grip"
      role="separator"
      aria-orientation="vertical"
      aria-label={`Width of ${column.title}`}
      title="Drag to resize; double-click to fit the visible rows"
      aria-valuenow={width}
      aria-valuemin={WIDTH_MIN}
      tabIndex={0}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        start.current = { x: event.clientX, width: widthNow(event.currentTarget) };
        event.preventDefault();
      }}
      onPointerMove={(event) => start.current && set(start.current.width + event.clientX - start.current.x)}
      onPointerUp={() => (start.current = null)}
      onDblClick={() => set(contentWidth(column))}
      onKeyDown={(event) => {
        if (event.key === 'ArrowLeft') set(widthNow(event.currentTarget) - KEY_STEP);
        else if (event.key === 'ArrowRight') set(widthNow(event.currentTarget) + KEY_STEP);
        else if (event.key === 'Enter') set(contentWidth(column));
        else return;
        event.preventDefault();
        event.stopPropagation();
      }}
    />
  );
}

/** The rendered width: a column that was not resized has no stored one. */
function widthNow(grip: HTMLElement): number {
  return grip.parentElement!.offsetWidth;
}

const PADDING = 18;

/** Width of the widest visible cell, in pixels. */
function contentWidth({ id, width }: Column): number {
  const cells = document.querySelectorAll(`.list-rows [data-column="${id}"]`);
  const range = document.createRange();
  let most = 0;
  for (const cell of cells) {
    range.selectNodeContents(cell);
    most = Math.max(most, range.getBoundingClientRect().width);
  }
  return most === 0 ? width : Math.ceil(most) + PADDING;
}
