// Conversations in DuckDB, which appends those that it surely does not have: whatever happens between the reports on them, each
// is stored once, with the sums of all its reports.
import assert from 'node:assert/strict';
import { copyFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { FlowBook } from '@eyrie/dissect';
import fc from 'fast-check';
import { folderOfProcess } from '../../../test/support/folders.ts';
import { openStore } from '../src/open.ts';
import type { FlowRow, StoreBatch } from '../src/rows.ts';
import type { Store } from '../src/store.ts';
import { batchOf } from './support.ts';

const SOURCES = ['live:eth0', 'sha256:ab'] as const;
const TRANSPORTS = ['tcp', 'udp', 'udplite'] as const;
const folder = folderOfProcess('eyrie-flows-');
let files = 0;

interface Report {
  readonly transport: (typeof TRANSPORTS)[number];
  readonly stream: number;
  readonly at: number;
  readonly bytes: number;
  readonly serverName: string | null;
}

interface Sent {
  readonly source: number;
  readonly reports: readonly Report[];
  readonly isAsColumns: boolean;
  readonly isBroken: boolean;
}

type Step =
  | { readonly write: readonly Sent[] }
  | 'reopen'
  | 'kill'
  | 'again'
  | 'delete'
  | 'erase'
  | 'end'
  | 'vacuum';

// Around the bounds of pages, and near the greatest number.
const stream = fc.oneof(
  fc.nat(12),
  fc.integer({ min: 8188, max: 8196 }),
  fc.integer({ min: 0x7fff_fff8, max: 0x7fff_ffff }),
);
const report: fc.Arbitrary<Report> = fc.record({
  transport: fc.constantFrom(...TRANSPORTS),
  stream,
  at: fc.integer({ min: 1_700_000_000, max: 1_700_001_000 }),
  bytes: fc.nat(0xffff_ffff),
  serverName: fc.constantFrom(null, 'a.example', 'a-name.that-no-cell-holds.example'),
});
const sent: fc.Arbitrary<Sent> = fc.record({
  source: fc.nat(SOURCES.length - 1),
  reports: fc.array(report, { maxLength: 12 }),
  isAsColumns: fc.boolean(),
  isBroken: fc.integer({ min: 0, max: 7 }).map((n) => n === 0),
});
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.array(sent, { minLength: 1, maxLength: 4 }).map((write) => ({ write })) },
  {
    weight: 2,
    arbitrary: fc.constantFrom<Step>('reopen', 'kill', 'again', 'delete', 'erase', 'end', 'vacuum'),
  },
);

const clientOf = (number: number): string => `10.0.0.${number % 2}`;

function flowOf({ transport, stream: number, at, bytes, serverName }: Report): FlowRow {
  return {
    ...{ transport, stream: number, serverName, start: at, end: at + 1, why: 'active' },
    ...{ client: { address: clientOf(number), port: 40_000 }, server: { address: '2001:db8::1', port: 443 } },
    ...{ toServer: { packets: 1, bytes }, toClient: { packets: 0, bytes: 0 } },
    ...{ applications: [], fingerprints: {}, communityId: '1:x', tcp: null },
  };
}

function batchFor({ source, reports, isAsColumns, isBroken }: Sent, sequence: number): StoreBatch {
  const flows = reports.map(flowOf);
  // A time that no column takes, behind those that are stored with it.
  if (isBroken) flows.push({ ...flowOf({ ...ANY, stream: 5000 + sequence }), start: Number.NaN });
  if (!isAsColumns) return batchOf(SOURCES[source]!, sequence, { flows });
  const book = new FlowBook();
  for (const flow of flows) book.add(flow);
  return batchOf(SOURCES[source]!, sequence, { flowColumns: book.take() });
}

const ANY: Report = { transport: 'tcp', stream: 0, at: 1_700_000_000, bytes: 0, serverName: null };

/** What is to be stored, by capture's source, transport and stream. */
class Model {
  readonly rows = new Map<string, readonly unknown[]>();

  add({ source, reports }: Sent): void {
    for (const { transport, stream: number, at, bytes, serverName } of reports) {
      const key = `${SOURCES[source]} ${transport} ${number}`;
      const [packets, sum, start, end, name] = (this.rows.get(key) ?? [0, 0, at, at, null]) as [
        ...[number, number, number, number],
        string | null,
      ];
      this.rows.set(key, [
        ...[packets + 1, sum + bytes, Math.min(start, at), Math.max(end, at + 1)],
        serverName ?? name,
      ]);
    }
  }

  delete(source: number): void {
    for (const key of this.rows.keys()) if (key.startsWith(`${SOURCES[source]} `)) this.rows.delete(key);
  }
}

async function check(store: Store, { rows }: Model): Promise<void> {
  const captures = new Map((await store.captures()).map(({ id, key }) => [id, key]));
  const { items } = await store.flows({ limit: 10_000 });
  const stored = items.map(
    ({ capture, transport, stream: number, toServer: { packets, bytes }, start, end, serverName }) => [
      `${captures.get(capture)} ${transport} ${number}`,
      [packets, bytes, start, end, serverName],
    ],
  );
  assert.deepEqual(stored.sort(byKey), [...rows].sort(byKey));
  assert.equal(new Set(items.map(({ id }) => id)).size, items.length);
}

const byKey = ([a]: readonly unknown[], [b]: readonly unknown[]): number => (String(a) < String(b) ? -1 : 1);

/** As another process finds it after this one was killed: with its log, and not closed. */
function afterKill(path: string): string {
  const copy = newPath();
  for (const suffix of ['', '.wal'])
    if (existsSync(path + suffix)) copyFileSync(path + suffix, copy + suffix);
  return copy;
}

const newPath = (): string => join(folder, `${files++}.duckdb`);

async function run(steps: readonly Step[]): Promise<void> {
  let path = newPath();
  let store = await openStore(`duckdb:${path}`);
  const model = new Model();
  let sequence = 0;
  let stored: StoreBatch[] = [];
  const captures = new Map<number, number>();
  try {
    for (const each of steps) {
      if (typeof each === 'object') {
        const batches = each.write.map((one) => batchFor(one, sequence++));
        const results = await Promise.allSettled(batches.map((batch) => store.write(batch)));
        for (const [i, result] of results.entries()) {
          const one: Sent = each.write[i]!;
          assert.equal(result.status, one.isBroken ? 'rejected' : 'fulfilled');
          if (result.status === 'rejected') continue;
          model.add(one);
          stored.push(batches[i]!);
          captures.set(one.source, result.value.capture);
        }
      } else if (each === 'again') {
        for (const batch of stored) assert.equal((await store.write(batch)).applied, false);
      } else if (each === 'delete') {
        const [[source, capture] = [0, 0]] = captures;
        // The same batches may come again, under the same numbers.
        assert.equal(await store.deleteCapture(capture), captures.delete(source));
        stored = stored.filter((batch) => batch.source !== SOURCES[source]);
        model.delete(source);
      } else if (each === 'vacuum') await store.vacuum();
      else if (each === 'end') {
        for (const capture of captures.values()) await store.endCapture(capture);
      } else if (each === 'erase') {
        await store.erase(clientOf(1));
        for (const key of model.rows.keys())
          if (clientOf(Number(key.split(' ')[2])) === clientOf(1)) model.rows.delete(key);
      } else {
        const next = each === 'kill' ? afterKill(path) : path;
        await store.close();
        path = next;
        store = await openStore(`duckdb:${path}`);
      }
    }
    await check(store, model);
  } finally {
    await store.close();
  }
}

it('conversations are stored once each, with the sums of all reports, across failed batches, kills, reopening and deletion', async () => {
  await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 16 }), run), { numRuns: 10 });
});
