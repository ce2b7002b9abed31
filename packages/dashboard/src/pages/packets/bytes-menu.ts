// Menu for copying and saving bytes: those of the selected field, and all.
import { count } from '../../format/numbers.ts';
import { base64, byteArray, hexDump, hexStream, plainText } from '../../list/bytes-text.ts';
import type { MenuItem } from '../../ui/menu.tsx';
import { copy } from './packet-menu.ts';

const forms: readonly [label: string, of: (data: Uint8Array) => string][] = [
  ['Copy as hexadecimal digits', hexStream],
  ['Copy as hex dump', hexDump],
  ['Copy as text', plainText],
  ['Copy as array', byteArray],
  ['Copy as Base64', base64],
];

function itemsFor(what: string, data: Uint8Array): MenuItem[] {
  const size = `${count(data.length)} ${data.length === 1 ? 'byte' : 'bytes'}`;
  return [
    { heading: `${what}, ${size}` },
    ...forms.map(([label, of]): MenuItem => ({ label, run: () => copy(of(data), size) })),
  ];
}

/** @param mark bytes of the selected line of the tree; null: none is selected */
export function bytesMenu(data: Uint8Array, mark: { start: number; length: number } | null): MenuItem[] {
  if (mark === null || mark.length === 0) return itemsFor('All', data);
  const marked = data.subarray(mark.start, mark.start + mark.length);
  return [...itemsFor('Marked', marked), 'separator', ...itemsFor('All', data)];
}
