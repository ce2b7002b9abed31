// Settings of the packet list, stored in this browser.
import { computed } from '@preact/signals';
import { fieldColumnId, fieldsIn, SHOWN_AT_FIRST, type TimeForm } from '../../list/columns.ts';
import { remembered } from '../../state/settings.ts';
import { announce } from '../../ui/announce.tsx';

/** Fields in one request for packets. */
const FIELDS_MAX = 12;

export const shownColumns = remembered<string[]>('columns', SHOWN_AT_FIRST);
/** Names of the fields that are shown as columns, separated by commas; null: none. */
export const shownFields = computed(() => fieldsIn(shownColumns.value).join() || null);

/** Adds a field as a column, before the last one, which takes the rest of the width. */
export function showField(name: string): void {
  const id = fieldColumnId(name);
  const others = shownColumns.value.filter((one) => one !== id);
  if (fieldsIn(others).length >= FIELDS_MAX)
    announce(`At most ${FIELDS_MAX} fields are shown as columns: remove one in Columns`);
  else shownColumns.value = [...others.slice(0, -1), id, ...others.slice(-1)];
}

export const columnWidths = remembered<Record<string, number>>('widths', {});
export const timeForm = remembered<TimeForm>('time', 'relative');
/** Show host names instead of addresses. */
export const isNaming = remembered<boolean>('names', false);
/** The list's share of the height, 0 to 1. */
export const listShare = remembered<number>('split', 0.52);
/** Keys of the expanded lines of the tree. */
export const openLines = remembered<string[]>('tree', []);

const OPEN_MAX = 300;

export function setOpen(key: string, isOpen: boolean): void {
  const others = openLines.value.filter((one) => one !== key);
  openLines.value = isOpen ? [...others, key].slice(-OPEN_MAX) : others;
}
