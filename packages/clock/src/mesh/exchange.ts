// The question and the answer of two peers about the time, as bytes for a link that is already encrypted.

/** t1: the asker's own mark, returned as it came. */
export const QUESTION_BYTES = 8;
export const ANSWER_BYTES = 48;

export interface TimeAnswer {
  readonly t1Ns: bigint;
  /** Mesh time in nanoseconds since 1970, when the question came and when this went. */
  readonly t2Ns: bigint;
  readonly t3Ns: bigint;
  /** Seconds; Infinity: the answerer does not know the time itself. */
  readonly uncertainty: number;
  /** Links to the root: 0 is the root. */
  readonly level: number;
  /** Which root: the first eight bytes of its identity. */
  readonly root: bigint;
}

export function encodeQuestion(t1Ns: bigint): Uint8Array {
  const bytes = new Uint8Array(QUESTION_BYTES);
  new DataView(bytes.buffer).setBigInt64(0, t1Ns);
  return bytes;
}

/** Null where the length is not right. */
export function decodeQuestion(bytes: Uint8Array): bigint | null {
  return bytes.length === QUESTION_BYTES ? viewOf(bytes).getBigInt64(0) : null;
}

export function encodeAnswer(answer: TimeAnswer): Uint8Array {
  const bytes = new Uint8Array(ANSWER_BYTES);
  const view = viewOf(bytes);
  view.setBigInt64(0, answer.t1Ns);
  view.setBigInt64(8, answer.t2Ns);
  view.setBigInt64(16, answer.t3Ns);
  view.setFloat64(24, answer.uncertainty);
  view.setUint32(32, answer.level);
  view.setBigUint64(40, answer.root);
  return bytes;
}

/** Null where it cannot be one: wrong length, times in the wrong order, an uncertainty that is none. */
export function decodeAnswer(bytes: Uint8Array): TimeAnswer | null {
  if (bytes.length !== ANSWER_BYTES) return null;
  const view = viewOf(bytes);
  const answer = {
    t1Ns: view.getBigInt64(0),
    t2Ns: view.getBigInt64(8),
    t3Ns: view.getBigInt64(16),
    uncertainty: view.getFloat64(24),
    level: view.getUint32(32),
    root: view.getBigUint64(40),
  };
  return answer.uncertainty >= 0 && answer.t3Ns >= answer.t2Ns ? answer : null;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}
