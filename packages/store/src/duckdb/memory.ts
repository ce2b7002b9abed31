import { totalmem } from 'node:os';

/** More of a store in a file gains nothing: ten million packets are 290 MB. */
const FILE_BYTES_MAX = 2 * 2 ** 30;

/**
 * What DuckDB may use by default: half of the machine's memory, or of the container's, and for a file no more than
 * FILE_BYTES_MAX, as what does not fit is read again, or put beside it. DuckDB itself would take 80 % of all.
 */
export function memoryBytesMax(isInMemory: boolean): number {
  const constrained = process.constrainedMemory() || Infinity;
  const half = Math.floor(Math.min(totalmem(), constrained) / 2);
  return isInMemory ? half : Math.min(half, FILE_BYTES_MAX);
}
