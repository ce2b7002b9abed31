/** What can go wrong with a store; each message is one line that says what to do. */
export type StoreErrorCode =
  /** The address of the store is none that we know. */
  | 'ERR_STORE_URL'
  | 'ERR_STORE_NOT_FOUND'
  /** Another process has it open. */
  | 'ERR_STORE_LOCKED'
  /** It was written by a newer Eyrie. */
  | 'ERR_STORE_NEWER'
  /** It was written by an older Eyrie, and may only be read: nobody brought it up to date yet. */
  | 'ERR_STORE_OLDER'
  /** The file is no store. */
  | 'ERR_STORE_FOREIGN'
  /** It can't be reached just now: try again. */
  | 'ERR_STORE_AWAY'
  | 'ERR_STORE_DENIED'
  | 'ERR_STORE_DISK_FULL'
  /** Too many batches wait: try again. */
  | 'ERR_STORE_BUSY'
  /** The batch breaks the rules of `rows.ts`: sending it again is no use. */
  | 'ERR_STORE_BATCH'
  /** A query's value is none that can be. */
  | 'ERR_STORE_QUERY'
  | 'ERR_STORE_CLOSED'
  | 'ERR_STORE_EXPORT'
  | 'ERR_STORE_FAILED';

export class StoreError extends Error {
  readonly code: StoreErrorCode;
  /** True: the same may go well later. */
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
