import { sql as tables } from './001-tables.ts';
import { sql as findingDetail } from './002-finding-detail.ts';
import { sql as clocks } from './003-clocks.ts';
import { sql as outer } from './004-outer.ts';
import { sql as oneIndex } from './005-one-index.ts';

/** In order: the schema's version is how many of them were run. What has once been released is never changed. */
export const migrations: readonly string[] = [tables, findingDetail, clocks, outer, oneIndex];
