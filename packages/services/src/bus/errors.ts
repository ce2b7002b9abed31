// Errors between services: stable codes, and a message of one line with the remedy.

export type BusErrorCode =
  /** The body does not match its schema. */
  | 'ERR_BODY'
  | 'ERR_BODY_TOO_LARGE'
  /** Not the next batch in sequence: `expect` in the answer has the one that is, or what is stored by now. */
  | 'ERR_SEQUENCE'
  /** The next service, or the store, is unavailable: retry. */
  | 'ERR_NEXT_AWAY'
  /** The next service refuses the batch permanently. */
  | 'ERR_NEXT_REFUSED'
  /** Too many sources at once. */
  | 'ERR_BUSY'
  /** The token is missing or wrong. */
  | 'ERR_UNAUTHORIZED'
  /** A web page sent the request: these endpoints are for programs only. */
  | 'ERR_FOREIGN_ORIGIN';

/** Where a source resumes: the sequence number of the next batch, and its first packet. */
export interface Expected {
  readonly sequence: number;
  /** frame.number */
  readonly frame: number;
}

export class BusError extends Error {
  readonly code: BusErrorCode;
  readonly expect: Expected | undefined;
  /** True: the next service refuses this body, and would refuse every retry. */
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

/** A service cannot listen on the configured address. */
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
