/**
 * Why reading stopped before the end of the input:
 * - `empty`: the input has no bytes;
 * - `unknown-format`: the first bytes belong to no supported capture format;
 * - `unsupported`: the format is known, but not this version or variant;
 * - `truncated`: the input ends in the middle of a record;
 * - `damaged`: a record is inconsistent, so that the next one cannot be found.
 */
export type CaptureProblemCode = 'empty' | 'unknown-format' | 'unsupported' | 'truncated' | 'damaged';

/** The error that ended reading; all packets before it have been delivered. */
export interface CaptureProblem {
  code: CaptureProblemCode;
  /** One line, without the file name. */
  message: string;
  /** Offset of the unreadable record in the (uncompressed) file, in bytes. */
  offset: number;
  /** Packets delivered before it. */
  frames: number;
}
