// Limits of V8's heaps for the peers of a host.

import { setFlagsFromString } from 'node:v8';

/**
 * Few objects of peers survive: a larger young generation only takes more memory, up to 130 MB if the engine may choose. It has
 * three parts of 4 MiB each, of which two exist at the same time.
 */
export const YOUNG_MB = 12;

/**
 * While peers join, garbage is spread over the whole old generation. By default V8 lets it grow to four times the live size,
 * and then keeps each page of which a third is in use. Optimized for size it compacts pages, and collects after a growth
 * of 60 %. This applies to all threads, present and future.
 */
export function keepHeapsSmall(): void {
  setFlagsFromString('--optimize-for-size');
  setFlagsFromString('--heap-growing-percent=60');
}
