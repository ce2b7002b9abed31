import type { Migration } from '../../sql/migrate.ts';
import { sql as tables } from './001-tables.ts';
import { sql as findingDetail } from './002-finding-detail.ts';
import { sql as clocks } from './003-clocks.ts';
import { sql as outer } from './004-outer.ts';
import { sql as oneIndex } from './005-one-index.ts';
import { sql as packed } from './006-packed.ts';
import { sql as reported } from './007-reported.ts';

/** In order: the schema's version is how many of them were run. What has once been released is never changed. */
export const migrations: readonly Migration[] = [
  { name: 'tables', sql: tables },
  { name: 'details of findings', sql: findingDetail },
  { name: 'clock readings', sql: clocks },
  { name: 'addresses of outer headers', sql: outer },
  { name: 'one index of all packets instead of two', sql: oneIndex },
  { name: 'packets in fewer columns', sql: packed },
  { name: 'how far conversations are stored', sql: reported },
];
