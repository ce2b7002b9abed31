// Menu of the packet list's columns, time format, and names or addresses.
import { COLUMNS, fieldColumnId, fieldsIn, SHOWN_AT_FIRST, timeForms } from '../../list/columns.ts';
import { reference } from '../../state/marks.ts';
import type { MenuItem } from '../../ui/menu.tsx';
import { columnWidths, isNaming, shownColumns, timeForm } from './list-settings.ts';

const sets: readonly [title: string, columns: readonly string[]][] = [
  ['Default columns', SHOWN_AT_FIRST],
  ['With ports and streams', COLUMNS.map(({ id }) => id).filter((id) => id !== 'path' && id !== 'capture')],
  ['Minimal', ['number', 'time', 'protocol', 'summary']],
];

export function columnsMenu(): MenuItem[] {
  const shown = shownColumns.value;
  return [
    { heading: 'Columns' },
    ...COLUMNS.map(({ id, title }): MenuItem => {
      const isShown = shown.includes(id);
      return {
        label: title,
        isOn: isShown,
        isDisabled: isShown && shown.length === 1,
        run: () => {
          const next = isShown ? shown.filter((one) => one !== id) : [...shown, id];
          const fields = fieldsIn(shown).map(fieldColumnId);
          const own = COLUMNS.map((column) => column.id).filter((one) => next.includes(one));
          shownColumns.value = [...own.slice(0, -1), ...fields, ...own.slice(-1)];
        },
      };
    }),
    ...fieldsIn(shown).map(
      (name): MenuItem => ({
        label: name,
        isOn: true,
        isDisabled: shown.length === 1,
        run: () => (shownColumns.value = shown.filter((one) => one !== fieldColumnId(name))),
      }),
    ),
    'separator',
    ...sets.map(
      ([title, columns]): MenuItem => ({
        label: title,
        run: () => {
          shownColumns.value = [...columns];
          columnWidths.value = {};
        },
      }),
    ),
    'separator',
    { heading: 'Time' },
    ...timeForms.map(
      ([form, title]): MenuItem => ({
        label: title,
        isOn: timeForm.value === form,
        isDisabled: form === 'since' && reference.value === null,
        run: () => (timeForm.value = form),
      }),
    ),
    'separator',
    {
      label: 'Names instead of addresses',
      isOn: isNaming.value,
      run: () => (isNaming.value = !isNaming.value),
    },
  ];
}
