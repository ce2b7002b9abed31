// Guards against catastrophic backtracking: one regular expression such as `(a+)+$` from a client could block this
// process, and capturing with it. V8 can continue in linear time after too many backtracks, for expressions that it
// reports as eligible; dissect's `patternOf` then refuses all others.
import { setFlagsFromString } from 'node:v8';

/** Not before most of the program is loaded: under other flags than it was compiled with, cached code is refused. */
export function guardPatterns(): void {
  setFlagsFromString('--enable-experimental-regexp-engine');
  setFlagsFromString('--enable-experimental-regexp-engine-on-excessive-backtracks');
}
