// Three panes: the list, the packet in layers, its bytes. What is chosen in one shows in the others.
import type { ComponentChildren } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { get } from '../../api/client.ts';
import type { PacketDetail, PacketRow } from '../../api/types.ts';
import { COLUMNS, type Column, columnNamed, timeForms, transportOf } from '../../list/columns.ts';
import { captures, running } from '../../state/captures.ts';
import { capture, filter, go, place, setView } from '../../state/navigation.ts';
import { announce } from '../../ui/announce.tsx';
import { type MenuItem, openMenu } from '../../ui/menu.tsx';
import { isTyping } from '../../ui/shortcuts.ts';
import { Splitter } from '../../ui/splitter.tsx';
import { Empty, Loading, Trouble } from '../../ui/states.tsx';
import { canSort, useArranged } from './arranged.ts';
import { ColourRules } from './colour-rules.tsx';
import { Details } from './details.tsx';
import { Follow } from './follow.tsx';
import { ListHead, type Sorting } from './list-head.tsx';
import { columnWidths, listShare, shownColumns, timeForm } from './list-settings.ts';
import { type ListHandle, PacketList } from './packet-list.tsx';
import { packetMenu } from './packet-menu.ts';
import { type Rows, SORTED_ROWS_MAX, useRows } from './rows.ts';
import { Toolbar } from './toolbar.tsx';

/** While new packets are followed, the list is at its end. */
export function Packets() {
  const q = filter.value;
  const only = capture.value;
  const sorting = sortingOf(place.value.view.sort ?? 'number');
  const question = `${q} ${only}`;
  const counted = useRows(q, only);
  const rows = useArranged(counted, sorting, { q, capture: only });
  const [isTailing, setTailing] = useState(false);
  const [flow, setFlow] = useState<{ id: number; query: string } | null>(null);
  const list = useRef<ListHandle | null>(null);
  const columns = useMemo(
    () => shownColumns.value.flatMap((id) => columnNamed(id) ?? []),
    [shownColumns.value],
  );
  const { selected, select, need } = useChoice(rows, question, list);

  const isRunning = running.value.length > 0;
  useEffect(() => {
    if (isTailing) list.current?.toEnd();
  }, [isTailing, rows.total]);
  useEffect(() => {
    if (!isRunning) setTailing(false);
  }, [isRunning]);

  const follow = async (row: PacketRow) => {
    const { flow: id } = await get<PacketDetail>(`/packets/${row.id}`);
    if (id === null) announce('This packet belongs to no stream');
    else setFlow({ id, query: `${transportOf(row)}.stream == ${row.stream}` });
  };

  const sortBy = (column: Column) => {
    if (!canSort(column.id, counted)) {
      announce(
        `Filter to ${SORTED_ROWS_MAX.toLocaleString('en-US')} packets or fewer to sort by ${column.title}`,
      );
      return;
    }
    const isDescending = sorting.column === column.id && !sorting.isDescending;
    setView({ sort: isDescending ? `-${column.id}` : column.id });
  };

  const goTo = async (number: number) => {
    const row = await get<{ items: PacketRow[] }>('/packets', {
      q: `frame.number == ${number}`,
      capture: only ?? captures.value?.[0]?.id ?? null,
      limit: 1,
    });
    const found = row.items[0];
    const at = found === undefined ? -1 : await rows.find(found);
    if (found === undefined || at < 0) return announce(`Packet ${number} is not in this list`);
    setTailing(false);
    select(at, found);
    list.current?.show(at, true);
    list.current?.focus();
  };

  useKeys(isRunning, () => setTailing((now) => !now));

  const beginning = useMemo(() => beginningOf(only, captures.value ?? []), [only, captures.value]);
  const columnsMenu = (event: MouseEvent, anchor?: Element) => openMenu(event, columnItems(), anchor);

  return (
    <div class="packets">
      <Toolbar
        rows={rows}
        isTailing={isTailing}
        onTail={setTailing}
        onColumns={(event) => columnsMenu(event, event.currentTarget as Element)}
        onGoTo={goTo}
      />
      <Splitter
        label="Height of the list"
        share={listShare.value}
        onShare={(share) => (listShare.value = share)}
        first={
          <ListPane rows={rows} q={q}>
            <PacketList
              handle={list}
              total={rows.total}
              version={rows.version}
              row={rows.row}
              want={rows.want}
              columns={columns}
              widths={columnWidths.value}
              form={timeForm.value}
              beginning={beginning}
              selected={selected?.number ?? -1}
              onSelect={select}
              onOpen={() => document.querySelector<HTMLElement>('.tree')?.focus()}
              onLeaveEnd={() => setTailing(false)}
              onNeed={need}
              onMenu={(event, row, column, anchor) =>
                openMenu(
                  event,
                  packetMenu(row, column, {
                    isFollowable: row.stream !== null,
                    follow: () => void follow(row),
                  }),
                  anchor,
                )
              }
              header={
                <ListHead
                  columns={columns}
                  widths={columnWidths.value}
                  sorting={sorting}
                  onSort={sortBy}
                  onWidth={(column, width) =>
                    (columnWidths.value = { ...columnWidths.value, [column.id]: width })
                  }
                  onMenu={(event) => columnsMenu(event)}
                />
              }
            />
          </ListPane>
        }
        second={
          place.value.packet === null && selected === null ? null : (
            <Details
              packet={selected?.row.id ?? null}
              onFollow={() => selected !== null && void follow(selected.row)}
            />
          )
        }
      />
      <ColourRules />
      {flow !== null && <Follow flow={flow.id} query={flow.query} onClose={() => setFlow(null)} />}
    </div>
  );
}

interface Choice {
  /** Its place in the list, -1 if it is not in it. */
  number: number;
  row: PacketRow;
}

/** The chosen packet: it stands in the address, so a link and Back choose, too. */
function useChoice(rows: Rows, question: string, list: { readonly current: ListHandle | null }) {
  const [selected, setSelected] = useState<Choice | null>(null);
  const needed = useRef(-1);
  const wanted = place.value.packet;
  const select = (number: number, row: PacketRow) => {
    needed.current = -1;
    setSelected({ number, row });
    go({ packet: row.id }, place.value.packet !== null);
  };

  useEffect(() => {
    if (wanted === null) return setSelected(null);
    if (!rows.isCounted || selected?.row.id === wanted) return;
    const control = new AbortController();
    get<PacketDetail>(`/packets/${wanted}`, {}, control.signal)
      .then(async ({ packet }) => {
        const number = await rows.find(packet);
        if (control.signal.aborted) return;
        setSelected({ number, row: packet });
        if (number >= 0) list.current?.show(number, true);
      })
      .catch(() => {});
    return () => control.abort();
  }, [wanted, question, rows.isCounted, place.value.view.sort]);

  // A row that was chosen by key before it had come.
  useEffect(() => {
    const row = needed.current < 0 ? null : rows.row(needed.current);
    if (row !== null) select(needed.current, row);
  }, [rows.version]);
  const need = (number: number) => {
    needed.current = number;
  };
  return { selected, select, need };
}

/** The list, or why there is none. */
function ListPane({ rows, q, children }: { rows: Rows; q: string; children: ComponentChildren }) {
  if (rows.error !== null && (rows.total === 0 || rows.error.at !== null))
    return <Trouble error={rows.error} onRetry={rows.reload} />;
  if (!rows.isCounted && rows.total === 0) return <Loading what="Counting packets" />;
  if (rows.total > 0 || !rows.isExact) return <>{children}</>;
  return (
    <Empty icon="filter" title="No packets pass this filter">
      {q !== '' && (
        <button type="button" class="button" onClick={() => go({ q: '' })}>
          Show all packets
        </button>
      )}
    </Empty>
  );
}

/** F6 goes round the panes, t follows new packets. */
function useKeys(isRunning: boolean, onTail: () => void): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key === 'F6') {
        nextPane(event.shiftKey);
        event.preventDefault();
      } else if (
        event.key === 't' &&
        !event.ctrlKey &&
        !event.metaKey &&
        !event.altKey &&
        !isTyping(event.target) &&
        isRunning
      ) {
        onTail();
      }
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, [isRunning]);
}

function sortingOf(text: string): Sorting {
  const column = text.replace(/^-/, '');
  return columnNamed(column) === undefined
    ? { column: 'number', isDescending: false }
    : { column, isDescending: text.startsWith('-') };
}

function beginningOf(only: number | null, rows: { id: number; first: string | null }[]): string | null {
  const starts = rows
    .filter(({ id, first }) => first !== null && (only === null || id === only))
    .map(({ first }) => first!);
  return starts.reduce<string | null>(
    (least, start) => (least === null || Number(start) < Number(least) ? start : least),
    null,
  );
}

function columnItems(): MenuItem[] {
  const shown = shownColumns.value;
  return [
    { heading: 'Columns' },
    ...COLUMNS.map(({ id, title }): MenuItem => {
      const isShown = shown.includes(id);
      return {
        label: `${isShown ? '✓' : ' '} ${title}`,
        isDisabled: isShown && shown.length === 1,
        run: () => {
          const next = isShown ? shown.filter((one) => one !== id) : [...shown, id];
          shownColumns.value = COLUMNS.map((column) => column.id).filter((one) => next.includes(one));
        },
      };
    }),
    'separator',
    { heading: 'Time' },
    ...timeForms.map(
      ([form, title]): MenuItem => ({
        label: `${timeForm.value === form ? '✓' : ' '} ${title}`,
        run: () => (timeForm.value = form),
      }),
    ),
  ];
}

/** F6: list, tree, bytes, and around. */
function nextPane(isBack: boolean): void {
  const panes = [...document.querySelectorAll<HTMLElement>('.list, .tree, .bytes-box')];
  const at = panes.findIndex((pane) => pane.contains(document.activeElement));
  panes[(at + (isBack ? -1 : 1) + panes.length) % panes.length]?.focus();
}
