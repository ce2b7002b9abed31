/**
 * Why reading stopped before the end of the input:
 * - `empty`: there was no byte at all;
 * - `unknown-format`: the first bytes are of no capture format that is known here;
 * - `unsupported`: the format is known, this version or kind of it is not;
 * - `truncated`: the input ends in the middle of a record;
 * - `damaged`: a record contradicts itself, so that what follows cannot be found.
 */
export type CaptureProblemCode = 'empty' | 'unknown-format' | 'unsupported' | 'truncated' | 'damaged';

/** The one error of a capture; every packet before it has been delivered. */
export interface CaptureProblem {
  code: CaptureProblemCode;
  /** One line, without the name of the file. */
  message: string;
  /** Where in the (uncompressed) file the record that cannot be read begins, in bytes. */
  offset: number;
  /** How many packets were delivered before. */
  frames: number;
}
