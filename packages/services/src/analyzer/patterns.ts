// Filters come from strangers, and one regular expression such as `(a+)+$` could keep this process busy for ever, and with
// it whatever it captures and answers. V8 can go on in time proportional to the text where going back takes too long, and
// tells which expressions it can do that for; dissect's `patternOf` refuses the others then.
import { setFlagsFromString } from 'node:v8';

setFlagsFromString('--enable-experimental-regexp-engine');
setFlagsFromString('--enable-experimental-regexp-engine-on-excessive-backtracks');
