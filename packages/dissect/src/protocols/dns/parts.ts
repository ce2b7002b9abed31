// Shorthands for record layouts.
import { text, uint } from '../../core/field.ts';
import { fixed, type Layout, name, type Part, string } from './layout.ts';
import { algorithmNames } from './names.ts';
import { asSpan } from './span.ts';

/** Records whose owner is shown in the Info text. */
export const owner = (...parts: Part[]): Layout => ({ parts, hasOwnerInInfo: true });
export const plain = (...parts: Part[]): Layout => ({ parts });
/** Records whose first values are shown, with these labels. */
export const withInfo = (words: readonly (string | null)[], ...parts: Part[]): Layout => ({ parts, words });

export const u8 = (field: string, title: string): Part => fixed(uint(field, title), 1);
export const u16of = (field: string, title: string): Part => fixed(uint(field, title), 2);
export const u32of = (field: string, title: string): Part => fixed(uint(field, title), 4);
/** A number of seconds. */
export const spanOf = (field: string, title: string): Part =>
  fixed(uint(field, title).shownAs(asSpan(title)), 4);
export const nameOf = (field: string, title: string): Part => name(text(field, title));
export const stringOf = (length: string, lengthTitle: string, field: string, title: string): Part =>
  string(uint(length, lengthTitle), text(field, title));
export const algorithm = (field: string): Part => fixed(uint(field, 'Algorithm').named(algorithmNames), 1);

/** An address without trailing zero bytes, as its prefix length allows. */
export function padded(b: Uint8Array, start: number, end: number, width: number): Uint8Array {
  const whole = new Uint8Array(width);
  whole.set(b.subarray(start, Math.min(end, start + width)));
  return whole;
}
