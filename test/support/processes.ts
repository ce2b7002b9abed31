// Which files of tests share a process: what they import is loaded once, and what they start may be shared.

import { globSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');

/** For each process, by the file that begins it, the files of tests in it. Each of them also runs by itself. */
const FILES: Record<string, readonly string[]> = {
  'test/unit.ts': ['{packages/!(clock|lab|mesh)/,}test/**/*.test.ts'],
  'test/mesh.ts': ['packages/{clock,lab,mesh}/test/**/*.test.ts'],
  // But for one that changes the environment.
  'test/pages.ts': ['packages/dashboard/test/!(mesh).e2e.ts'],
  'test/postgres.ts': [
    'packages/store/test/postgres.e2e.ts',
    'packages/services/test/analyzer/{answers,hostile}-postgres.e2e.ts',
    'packages/services/test/{resend,two-writers}.e2e.ts',
  ],
  'test/reads.ts': ['packages/cli/test/{formats,names,odd-captures,secrets,statistics,twice}.e2e.ts'],
  'test/services.ts': [
    'packages/services/test/{coordinator,live,pipeline,services}.e2e.ts',
    'packages/services/test/analyzer/{answers,captures,far,io-graph,live,objects,overviews,path}.e2e.ts',
    'packages/services/test/analyzer/{requests,responses,segments,ui}.e2e.ts',
  ],
};

export const ENTRIES = Object.keys(FILES);

/** Paths from the root, in the order of their names. */
export function filesOf(entry: string): string[] {
  return globSync([...FILES[entry]!], { cwd: root }).sort();
}
