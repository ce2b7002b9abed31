// The line of a list (ASN.1's SEQUENCE OF and SET OF): how many items it has.
import type { Value } from '../core/field.ts';

/** `padata: 2 items` */
export const itemsLine =
  (title: string) =>
  (count: Value): string =>
    `${title}: ${count} ${count === 1 ? 'item' : 'items'}`;
