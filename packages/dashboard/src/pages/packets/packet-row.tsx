// One row of the list: columns, or two lines on a phone.
import { Component } from 'preact';
import type { PacketRow } from '../../api/types.ts';
import { familyOf } from '../../families.ts';
import { count } from '../../format/numbers.ts';
import { secondsBetween } from '../../format/time.ts';
import type { Column, Context } from '../../list/columns.ts';
import { Icon } from '../../ui/icons.tsx';
import type { Look } from './look.ts';

interface Props {
  number: number;
  /** Null while it is being fetched. */
  row: PacketRow | null;
  before: PacketRow | null;
  top: number;
  isSelected: boolean;
  isMarked: boolean;
  /** Two lines instead of columns. */
  isCompact: boolean;
  look: Look;
}

/** Renders only when a property has changed: most rows stay the same while scrolling. */
export class Row extends Component<Props> {
  override shouldComponentUpdate(next: Readonly<Props>): boolean {
    const now = this.props;
    return (Object.keys(next) as (keyof Props)[]).some((key) => next[key] !== now[key]);
  }

  render({ number, row, before, top, isSelected, isMarked, isCompact, look }: Props) {
    const rule = row === null ? null : look.ruleFor(row);
    const family = row === null ? 'row-coming' : `family-${familyOf(row.protocol)}`;
    const beginning = (row && look.beginnings.get(row.capture)) ?? null;
    return (
      <div
        id={`row-${number}`}
        class={`row ${family} ${rule === null ? '' : `rule-${rule.look}`} ${isMarked ? 'row-marked' : ''}`}
        role="row"
        aria-rowindex={number + 2}
        aria-selected={isSelected}
        data-row={number}
        title={rule?.name}
        style={{ transform: `translateY(${top}px)` }}
      >
        {isCompact && <Compact row={row} beginning={beginning} />}
        {!isCompact &&
          look.columns.map((column) => (
            <span key={column.id} role="gridcell" class={classOf(column)} data-column={column.id}>
              {column.id === 'summary' && row?.has_comment && <Comment />}
              {row === null ? '' : column.text(row, { ...look, beginning, before })}
              {isMarked && column.id === 'number' && <span class="sr"> marked</span>}
            </span>
          ))}
      </div>
    );
  }
}

/** A row on a phone: the info column, and a line with the other important ones. */
function Compact({ row, beginning }: { row: PacketRow | null; beginning: Context['beginning'] }) {
  if (row === null) return <span role="gridcell" class="cell" />;
  return (
    <span role="gridcell" class="compact">
      <span class="cell-summary">
        {row.has_comment && <Comment />}
        {row.summary}
      </span>
      <span class="compact-rest">
        <span class="cell-number num">{count(row.number)}</span>
        {beginning !== null && <span class="num">{secondsBetween(beginning, row.time, 3)}</span>}
        <span class="cell-protocol">{row.protocol}</span>
        <span class="mono compact-end">{row.src}</span>
        <span aria-hidden="true">→</span>
        <span class="mono compact-end">{row.dst}</span>
      </span>
    </span>
  );
}

/** Marks a packet that the capture file has a comment on; the comment itself stands above its layers. */
function Comment() {
  return (
    <span class="row-comment" title="Has a comment: select the packet to read it">
      <Icon name="comment" size={12} /> <span class="sr">Commented: </span>
    </span>
  );
}

function classOf({ id, isNumber, isMono }: Column): string {
  return `cell cell-${id} ${isNumber ? 'cell-right' : ''} ${isMono ? 'mono' : ''}`;
}
