import type { StoreError, StoreErrorCode } from '@eyrie/store';

const OF_THE_BATCH: ReadonlySet<StoreErrorCode> = new Set([
  'ERR_STORE_BATCH',
  'ERR_STORE_QUERY',
  'ERR_STORE_FAILED',
]);

/** Whether the error concerns this batch. All others mean that the store accepts nothing until it is repaired. */
export function isOfTheBatch({ code }: StoreError): boolean {
  return OF_THE_BATCH.has(code);
}
