// Settings of the packet list, stored in this browser.
import { SHOWN_AT_FIRST, type TimeForm } from '../../list/columns.ts';
import { remembered } from '../../state/settings.ts';

export const shownColumns = remembered<string[]>('columns', SHOWN_AT_FIRST);
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
