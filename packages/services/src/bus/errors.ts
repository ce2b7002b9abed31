// Errors between services: stable codes, and one line that says what to do.

export type BusErrorCode =
  /** The body does not match its schema. */
  | 'ERR_BODY'
  | 'ERR_BODY_TOO_LARGE'
  /** Not the batch that comes next: the answer says which one does (`expect`). */
  | 'ERR_SEQUENCE'
  /** The next service, or the store, is not available now: try again. */
  | 'ERR_NEXT_AWAY'
  /** The next service refuses it for good. */
  | 'ERR_NEXT_REFUSED'
  /** Too many sources at once. */
  | 'ERR_BUSY'
  /** The token is missing or wrong. */
  | 'ERR_UNAUTHORIZED'
  /** A web page sent it: these addresses are for programs. */
  | 'ERR_FOREIGN_ORIGIN';

/** Where a source is to go on: which batch comes next, and with which packet it begins. */
export interface Expected {
  readonly sequence: number;
  /** frame.number */
  readonly frame: number;
}

export class BusError extends Error {
  readonly code: BusErrorCode;
  readonly expect: Expected | undefined;
  /** True: the next service refuses this very body, and will every time. */
  readonly isForGood: boolean;

  constructor(code: BusErrorCode, message: string, expect?: Expected, isForGood = false) {
    super(message);
    this.code = code;
    this.expect = expect;
    this.isForGood = isForGood;
  }

  get status(): number {
    return STATUS[this.code];
  }
}

/** A service can't listen where it was told to. */
export class ListenError extends Error {}

const STATUS: Readonly<Record<BusErrorCode, number>> = {
  ERR_BODY: 400,
  ERR_BODY_TOO_LARGE: 413,
  ERR_SEQUENCE: 409,
  ERR_NEXT_AWAY: 503,
  ERR_NEXT_REFUSED: 422,
  ERR_BUSY: 503,
  ERR_UNAUTHORIZED: 401,
  ERR_FOREIGN_ORIGIN: 403,
};
