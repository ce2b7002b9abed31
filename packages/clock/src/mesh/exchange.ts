// The question and the answer of two peers about the time, as bytes for a link that is already encrypted.

/** The first question of a burst says of which era the asker is, and its answer all about the answerer. */
const QUESTION_BYTES = 14;
export const ANSWER_BYTES = 52;
/** Those right after it are about the time alone. */
const SHORT_QUESTION_BYTES = 2;
const SHORT_ANSWER_BYTES = 14;

/** Which of all the times that peers may have kept. Of two that meet, the older one holds. */
export interface Era {
  /** A number that whoever began it drew for it. */
  readonly founder: number;
  /** Seconds since. */
  readonly age: number;
}

export interface TimeQuestion {
  /** The asker's own mark, returned as it came. */
  readonly mark: number;
  /** Null in a short question. */
  readonly era: Era | null;
}

export interface Keeper extends Era {
  /** Seconds; Infinity: the answerer does not know the time itself. */
  readonly uncertainty: number;
  /** Nanoseconds by which mesh time was ahead of the answerer's counter when the question came, as it believes by now. */
  readonly aheadNs: bigint;
  /** Seconds a second by which that grows, and the standard error of it. */
  readonly skew: number;
  readonly skewError: number;
  /** Links to the root: 0 is the root. */
  readonly level: number;
  /** The answerer has its time from the asker. */
  readonly isYours: boolean;
  /** The root follows time servers. */
  readonly isTraceable: boolean;
}

export interface TimeAnswer {
  readonly mark: number;
  /** The answerer's counter when the question came, in nanoseconds: it runs evenly, whatever is learnt of the time. */
  readonly t2Ns: bigint;
  /** Nanoseconds from then until the answer went. */
  readonly heldNs: number;
  /** Null in a short answer. */
  readonly keeper: Keeper | null;
}

/** Two clocks that are each off by no more than works (discipline.ts) differ by no more than this. */
const SKEW_MAX = 4e-3;
const YOURS = 1;
const TRACEABLE = 2;

export function encodeQuestion({ mark, era }: TimeQuestion): Uint8Array {
  const bytes = new Uint8Array(era === null ? SHORT_QUESTION_BYTES : QUESTION_BYTES);
  const view = viewOf(bytes);
  view.setUint16(0, mark);
  if (era === null) return bytes;
  view.setUint32(2, era.founder);
  view.setFloat64(6, era.age);
  return bytes;
}

/** Null where it cannot be one. */
export function decodeQuestion(bytes: Uint8Array): TimeQuestion | null {
  if (bytes.length !== QUESTION_BYTES && bytes.length !== SHORT_QUESTION_BYTES) return null;
  const view = viewOf(bytes);
  const mark = view.getUint16(0);
  if (bytes.length === SHORT_QUESTION_BYTES) return { mark, era: null };
  const era = { founder: view.getUint32(2), age: view.getFloat64(6) };
  return era.age >= 0 ? { mark, era } : null;
}

export function encodeAnswer({ mark, t2Ns, heldNs, keeper }: TimeAnswer): Uint8Array {
  const bytes = new Uint8Array(keeper === null ? SHORT_ANSWER_BYTES : ANSWER_BYTES);
  const view = viewOf(bytes);
  view.setUint16(0, mark);
  view.setBigInt64(2, t2Ns);
  view.setUint32(10, Math.min(heldNs, 0xffff_ffff));
  if (keeper === null) return bytes;
  view.setUint32(14, keeper.founder);
  view.setFloat64(18, keeper.age);
  view.setFloat32(26, keeper.uncertainty);
  view.setUint8(30, keeper.level);
  view.setUint8(31, (keeper.isYours ? YOURS : 0) | (keeper.isTraceable ? TRACEABLE : 0));
  view.setBigInt64(32, keeper.aheadNs);
  view.setFloat64(40, keeper.skew);
  view.setFloat32(48, keeper.skewError);
  return bytes;
}

/** Null where it cannot be one: wrong length; an age, an uncertainty or a rate that is none. */
export function decodeAnswer(bytes: Uint8Array): TimeAnswer | null {
  if (bytes.length !== ANSWER_BYTES && bytes.length !== SHORT_ANSWER_BYTES) return null;
  const view = viewOf(bytes);
  const times = { mark: view.getUint16(0), t2Ns: view.getBigInt64(2), heldNs: view.getUint32(10) };
  if (bytes.length === SHORT_ANSWER_BYTES) return { ...times, keeper: null };
  const flags = view.getUint8(31);
  const keeper = {
    founder: view.getUint32(14),
    age: view.getFloat64(18),
    uncertainty: view.getFloat32(26),
    aheadNs: view.getBigInt64(32),
    skew: view.getFloat64(40),
    skewError: view.getFloat32(48),
    level: view.getUint8(30),
    isYours: (flags & YOURS) !== 0,
    isTraceable: (flags & TRACEABLE) !== 0,
  };
  const isRate = Math.abs(keeper.skew) <= SKEW_MAX && isLength(keeper.skewError);
  return keeper.uncertainty >= 0 && isLength(keeper.age) && isRate ? { ...times, keeper } : null;
}

function isLength(value: number): boolean {
  return Number.isFinite(value) && value >= 0;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}
