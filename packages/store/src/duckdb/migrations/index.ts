import type { Migration } from '../../sql/migrate.ts';
import { sql as tables } from './001-tables.ts';
import { sql as findingDetail } from './002-finding-detail.ts';
import { sql as clocks } from './003-clocks.ts';
import { sql as outer } from './004-outer.ts';
import { sql as packed } from './005-packed.ts';
import { sql as plain } from './006-plain.ts';
import { sql as reported } from './007-reported.ts';

/** In order: the schema's version is how many of them were run. What has once been released is never changed. */
export const migrations: readonly Migration[] = [
  { name: 'tables', sql: tables },
  { name: 'details of findings', sql: findingDetail },
  { name: 'clock readings', sql: clocks },
  { name: 'addresses of outer headers', sql: outer },
  { name: 'packets in fewer columns', sql: packed },
  { name: 'packets without virtual columns', sql: plain },
  { name: 'how far conversations are stored', sql: reported },
];
