// How much V8 takes for the peers of a host.

import { setFlagsFromString } from 'node:v8';

/**
 * Of what peers make, little lives on: with a large young generation a thread only takes more memory, up to 130 MB more if
 * the engine may choose. Three parts of it are 4 MiB each; two of them are there at once.
 */
export const YOUNG_MB = 12;

/**
 * While peers join, what is thrown away is spread over the whole old generation: let to itself, V8 lets that grow to four times
 * what lives, and then keeps every page of which a third is in use. Told to mind its size it moves what lives together,
 * and looks after 60 % more. For all threads, those that are there and those to come.
 */
export function keepHeapsSmall(): void {
  setFlagsFromString('--optimize-for-size');
  setFlagsFromString('--heap-growing-percent=60');
}
