// Every other *.test.ts in one process: starting a process for each file takes longer than running them.
// Tests with servers or child processes are *.e2e.ts.
import { runFilesOf } from './support/one-process.ts';

runFilesOf('test/unit.ts');
