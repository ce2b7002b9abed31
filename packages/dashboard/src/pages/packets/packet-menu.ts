// Context menu of a packet or of one of its fields.
import { addressOf } from '../../api/client.ts';
import type { PacketRow, TreeLine } from '../../api/types.ts';
import { type Column, type Context, conversationOf } from '../../list/columns.ts';
import { termOf } from '../../list/terms.ts';
import { captures } from '../../state/captures.ts';
import { quoted, type Way } from '../../state/expression.ts';
import { allMarks, isMarked, marksOf, removeMarks } from '../../state/marks.ts';
import { addToFilter, capture, filter, go, setView } from '../../state/navigation.ts';
import { announce } from '../../ui/announce.tsx';
import type { MenuItem } from '../../ui/menu.tsx';
import { showField } from './list-settings.ts';

const ways: readonly [Way, string][] = [
  ['selected', 'Only this'],
  ['not selected', 'All but this'],
  ['and', '… and this'],
  ['or', '… or this'],
  ['and not', '… and not this'],
  ['or not', '… or not this'],
];

export function copy(text: string, what: string): void {
  // The clipboard API exists only in secure contexts: https or this machine.
  const clipboard = navigator.clipboard as Clipboard | undefined;
  if (clipboard === undefined)
    return void announce('The browser allows copying only over https, or on the machine that Eyrie runs on');
  clipboard.writeText(text).then(
    () => announce(`${what} copied`),
    () => announce('The browser did not allow copying'),
  );
}

/** Downloads a URL as a file. */
export function save(address: string, name: string): void {
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
}

/** Copies use this format regardless of the list's settings. */
const PLAIN: Omit<Context, 'captures'> = {
  form: 'date',
  beginning: null,
  before: null,
  reference: null,
  names: null,
};

/** `Apply as filter` and `Prepare as filter` for a term. */
function filterItems(term: string): MenuItem[] {
  return [
    { heading: term },
    ...ways.map(([way, label]): MenuItem => ({ label, run: () => addToFilter(term, way) })),
    'separator',
    { label: 'Prepare as filter', hint: 'write, not apply', run: () => addToFilter(term, 'and', true) },
    { label: 'Copy as filter', run: () => copy(term, 'Filter') },
  ];
}

export function packetMenu(
  row: PacketRow,
  column: Column | null,
  actions: {
    follow: (row: PacketRow) => void;
    draw: (row: PacketRow) => void;
    mark: (row: PacketRow) => void;
    measureFrom: (row: PacketRow) => void;
  },
): MenuItem[] {
  const term = column?.term?.(row) ?? `_ws.col.Protocol == ${quoted(row.protocol)}`;
  const conversation = row.stream === null ? null : conversationOf(row);
  return [
    ...filterItems(term),
    'separator',
    {
      label: 'Follow stream',
      hint: 'f',
      isDisabled: row.stream === null,
      run: () => actions.follow(row),
    },
    {
      label: 'Ladder and graphs',
      hint: 'l',
      isDisabled: row.stream === null,
      run: () => actions.draw(row),
    },
    {
      label: 'Filter by conversation',
      isDisabled: conversation === null,
      run: () => go({ q: conversation!, capture: row.capture }),
    },
    'separator',
    { label: isMarked(row) ? 'Remove the mark' : 'Mark', hint: 'm', run: () => actions.mark(row) },
    {
      label: 'Show marked packets only',
      isDisabled: marksOf(row.capture).length === 0,
      run: () => go({ q: `frame.number in {${marksOf(row.capture).join(', ')}}`, capture: row.capture }),
    },
    {
      label: 'Remove all marks',
      isDisabled: allMarks(capture.value).length === 0,
      run: () => removeMarks(capture.value),
    },
    { label: 'Measure time from here', hint: 'r', run: () => actions.measureFrom(row) },
    'separator',
    {
      label: 'Copy summary',
      run: () =>
        copy(
          `${row.number}\t${row.time}\t${row.src}\t${row.dst}\t${row.protocol}\t${row.length}\t${row.summary}`,
          'Summary',
        ),
    },
    ...(column === null
      ? []
      : [
          {
            label: `Copy ${column.title}`,
            run: () => copy(column.text(row, { ...PLAIN, captures: captureNames() }), column.title),
          },
        ]),
    'separator',
    {
      label: 'Export this packet',
      hint: 'pcapng',
      run: () =>
        save(
          addressOf('/export', { q: `frame.number == ${row.number}`, capture: row.capture }),
          `packet-${row.number}.pcapng`,
        ),
    },
    { label: 'Export all that pass the filter', hint: 'pcapng', run: exportShown },
  ];
}

function captureNames(): Map<number, string> {
  return new Map((captures.peek() ?? []).map(({ id, name }) => [id, name]));
}

export function exportShown(): void {
  save(addressOf('/export', { q: filter.value, capture: capture.value }), 'eyrie.pcapng');
}

export function fieldMenu(line: TreeLine): MenuItem[] {
  const term = termOf(line);
  return [
    ...(term === null ? [] : [...filterItems(term), 'separator' as const]),
    {
      label: 'Apply as column',
      hint: line.name,
      isDisabled: line.name === '',
      run: () => showField(line.name),
    },
    {
      label: 'Values of this field',
      hint: 'counted',
      isDisabled: line.name === '' || line.value === null,
      run: () => setView({ values: line.name }),
    },
    'separator',
    { label: 'Copy line', run: () => copy(line.text, 'Line') },
    { label: 'Copy value', isDisabled: line.value === null, run: () => copy(line.value!, 'Value') },
    {
      label: 'Copy field name',
      hint: line.name,
      isDisabled: line.name === '',
      run: () => copy(line.name, 'Field name'),
    },
  ];
}
