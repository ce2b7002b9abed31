// Tests of what `eyrie read` prints, beside what tshark does: one thread reads for all of them.
import { runFilesOf } from './support/one-process.ts';

runFilesOf('test/reads.ts');
