import type { StoreError, StoreErrorCode } from '@eyrie/store';

const OF_THE_BATCH: ReadonlySet<StoreErrorCode> = new Set([
  'ERR_STORE_BATCH',
  'ERR_STORE_QUERY',
  'ERR_STORE_FAILED',
]);

/** It speaks of the batch; with all others the store takes nothing at all, until somebody mends that. */
export function isOfTheBatch({ code }: StoreError): boolean {
  return OF_THE_BATCH.has(code);
}
