/** What can go wrong with a store; each message is one line that says what to do. */
export type StoreErrorCode =
  /** The store's URL is not of a known kind. */
  | 'ERR_STORE_URL'
  | 'ERR_STORE_NOT_FOUND'
  /** Another process has it open. */
  | 'ERR_STORE_LOCKED'
  /** It was written by a newer Eyrie. */
  | 'ERR_STORE_NEWER'
  /** It was written by an older Eyrie and opened read-only, so that it cannot be migrated. */
  | 'ERR_STORE_OLDER'
  /** The file is not a store. */
  | 'ERR_STORE_FOREIGN'
  /** It is unreachable at the moment: try again. */
  | 'ERR_STORE_AWAY'
  | 'ERR_STORE_DENIED'
  | 'ERR_STORE_DISK_FULL'
  /** Another process stores this capture. */
  | 'ERR_STORE_CLAIMED'
  /** Too many batches are queued: try again. */
  | 'ERR_STORE_BUSY'
  /** The batch violates the rules of `rows.ts`; retrying is useless. */
  | 'ERR_STORE_BATCH'
  /** A query has an invalid value. */
  | 'ERR_STORE_QUERY'
  /** `after` is not the cursor of a page, or that of a page in another order. */
  | 'ERR_STORE_CURSOR'
  | 'ERR_STORE_CLOSED'
  | 'ERR_STORE_EXPORT'
  | 'ERR_STORE_FAILED';

export class StoreError extends Error {
  readonly code: StoreErrorCode;
  /** Whether retrying may succeed. */
  readonly isTemporary: boolean;

  constructor(code: StoreErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'StoreError';
    this.code = code;
    this.isTemporary = TEMPORARY.has(code);
  }
}

const TEMPORARY = new Set<StoreErrorCode>([
  'ERR_STORE_AWAY',
  'ERR_STORE_BUSY',
  'ERR_STORE_DISK_FULL',
  'ERR_STORE_LOCKED',
]);
