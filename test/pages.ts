// The tests of the page: one browser for all, and one Eyrie with the bundled sample for those that only read.
import '../packages/dashboard/test/support/shared.ts';
import { runFilesOf } from './support/one-process.ts';

runFilesOf('test/pages.ts');
