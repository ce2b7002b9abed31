// The question and the answer of two peers about the time, as bytes for a link that is already encrypted.

export const QUESTION_BYTES = 14;
export const ANSWER_BYTES = 32;

/** Which of all the times that peers may have kept. Of two that meet, the older one holds. */
export interface Era {
  /** A number that whoever began it drew for it. */
  readonly founder: number;
  /** Seconds since. */
  readonly age: number;
}

export interface TimeQuestion extends Era {
  /** The asker's own mark, returned as it came. */
  readonly mark: number;
}

export interface TimeAnswer extends Era {
  readonly mark: number;
  /** Mesh time in nanoseconds since 1970 when the question came. */
  readonly t2Ns: bigint;
  /** Nanoseconds from then until the answer went. */
  readonly heldNs: number;
  /** Seconds; Infinity: the answerer does not know the time itself. */
  readonly uncertainty: number;
  /** Links to the root: 0 is the root. */
  readonly level: number;
  /** The answerer has its time from the asker. */
  readonly isYours: boolean;
  /** The root follows time servers. */
  readonly isTraceable: boolean;
}

const YOURS = 1;
const TRACEABLE = 2;

export function encodeQuestion({ mark, founder, age }: TimeQuestion): Uint8Array {
  const bytes = new Uint8Array(QUESTION_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, mark);
  view.setUint32(2, founder);
  view.setFloat64(6, age);
  return bytes;
}

/** Null where it cannot be one. */
export function decodeQuestion(bytes: Uint8Array): TimeQuestion | null {
  if (bytes.length !== QUESTION_BYTES) return null;
  const view = viewOf(bytes);
  const question = { mark: view.getUint16(0), founder: view.getUint32(2), age: view.getFloat64(6) };
  return question.age >= 0 ? question : null;
}

export function encodeAnswer(answer: TimeAnswer): Uint8Array {
  const bytes = new Uint8Array(ANSWER_BYTES);
  const view = viewOf(bytes);
  view.setUint16(0, answer.mark);
  view.setUint32(2, answer.founder);
  view.setFloat64(6, answer.age);
  view.setBigInt64(14, answer.t2Ns);
  view.setUint32(22, Math.min(answer.heldNs, 0xffff_ffff));
  view.setFloat32(26, answer.uncertainty);
  view.setUint8(30, answer.level);
  view.setUint8(31, (answer.isYours ? YOURS : 0) | (answer.isTraceable ? TRACEABLE : 0));
  return bytes;
}

/** Null where it cannot be one: wrong length, an age or an uncertainty that is none. */
export function decodeAnswer(bytes: Uint8Array): TimeAnswer | null {
  if (bytes.length !== ANSWER_BYTES) return null;
  const view = viewOf(bytes);
  const flags = view.getUint8(31);
  const answer = {
    mark: view.getUint16(0),
    founder: view.getUint32(2),
    age: view.getFloat64(6),
    t2Ns: view.getBigInt64(14),
    heldNs: view.getUint32(22),
    uncertainty: view.getFloat32(26),
    level: view.getUint8(30),
    isYours: (flags & YOURS) !== 0,
    isTraceable: (flags & TRACEABLE) !== 0,
  };
  return answer.uncertainty >= 0 && answer.age >= 0 ? answer : null;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}
