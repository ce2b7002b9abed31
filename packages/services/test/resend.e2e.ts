// What a store refused is sent to it again: each batch once, whatever happens meanwhile.
import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { openStore, type Store, type StoreBatch, StoreError } from '@eyrie/store';
import { sharedPostgres } from '../../store/test/shared-postgres.ts';
import { encodeStoreBody } from '../src/bus/index.ts';
import { silentLog } from '../src/log/index.ts';
import { runFile } from '../src/pipeline/index.ts';
import { putAside, RefusedBodies, resendRefused } from '../src/refused/index.ts';

const SAMPLE = new URL('../../../samples/office-hour.pcapng', import.meta.url).pathname;
const PACKETS = 5125;
const BATCH = 256;

/** A store that refuses what it is told to. */
function refusing(store: Store, refuses: (batch: StoreBatch) => boolean): Store {
  const write = async (batch: StoreBatch) => {
    if (refuses(batch)) throw new StoreError('ERR_STORE_BATCH', 'not today');
    return store.write(batch);
  };
  return new Proxy(store, {
    get: (target, name) => {
      if (name === 'write') return write;
      const value = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

function resends(make: () => Promise<Store>): void {
  let folder: string;
  let store: Store;
  before(async () => {
    store = await make();
    folder = mkdtempSync(join(tmpdir(), 'eyrie-resend-'));
  });
  after(async () => {
    await store.close();
    rmSync(folder, { recursive: true });
  });

  /** Stores the sample but for two batches, which are put aside. */
  async function importSample(aside: string): Promise<number> {
    const refused = new RefusedBodies(aside, silentLog, { key: null });
    const sick = refusing(
      store,
      ({ sequence, packets }) => packets !== null && [511, 1023].includes(sequence),
    );
    const options = { store: sick, log: silentLog, batchPackets: BATCH, refused };
    const run = await runFile(SAMPLE, { again: true }, options);
    await store.endCapture(run.capture.id, await run.finished());
    return run.capture.id;
  }

  async function state(id: number) {
    const { packets, drops, problem } = (await store.capture(id))!;
    const { packets: counted } = await store.protocolSummary({ capture: id, filter: 'frame' });
    assert.equal(counted, packets);
    return { packets, drops, problem };
  }

  it('stores what was missing, once, and says no more that it is', async () => {
    const aside = join(folder, 'once');
    const id = await importSample(aside);
    const missing = {
      packets: PACKETS - 2 * BATCH,
      drops: 2 * BATCH,
      problem: 'the store refused 512 packets',
    };
    assert.deepEqual(await state(id), missing);
    assert.equal(putAside(aside).batches, 2);
    const [kept] = readdirSync(aside);
    copyFileSync(join(aside, kept!), join(folder, kept!));
    const resent = await resendRefused(store, aside, false);
    assert.deepEqual(resent, { batches: 2, packets: 2 * BATCH, repeats: 0, left: [] });
    assert.deepEqual(await state(id), { packets: PACKETS, drops: 0, problem: null });
    assert.deepEqual(readdirSync(aside), []);
    // As if it had ended between storing and deleting.
    copyFileSync(join(folder, kept!), join(aside, kept!));
    const again = await resendRefused(store, aside, false);
    assert.deepEqual(again, { batches: 0, packets: 0, repeats: 1, left: [] });
    assert.deepEqual(await state(id), { packets: PACKETS, drops: 0, problem: null });
    assert.deepEqual(await resendRefused(store, join(folder, 'none'), false), { ...again, repeats: 0 });
  });

  it('leaves what is refused again or cannot be read, and says why', async () => {
    const aside = join(folder, 'left');
    const id = await importSample(aside);
    writeFileSync(join(aside, 'damaged.batch'), 'half a');
    const sick = refusing(store, ({ sequence }) => sequence === 511);
    const { batches, left } = await resendRefused(sick, aside, false);
    assert.equal(batches, 1);
    assert.deepEqual(left.map(({ why }) => why.split(':')[0]).sort(), ['it cannot be read', 'refused again']);
    assert.deepEqual(await state(id), {
      packets: PACKETS - BATCH,
      drops: BATCH,
      problem: 'the store refused 512 packets',
    });
    rmSync(join(aside, 'damaged.batch'));
    assert.equal((await resendRefused(store, aside, false)).batches, 1);
    assert.deepEqual(await state(id), { packets: PACKETS, drops: 0, problem: null });
  });

  it('does not bring back a capture that was deleted, unless it is asked to', async () => {
    const aside = join(folder, 'deleted');
    await store.deleteCapture(await importSample(aside));
    const { batches, left } = await resendRefused(store, aside, false);
    assert.deepEqual([batches, left.length], [0, 2]);
    assert.match(left[0]!.why, /not in the store.*--all/);
    assert.equal((await resendRefused(store, aside, true)).packets, 2 * BATCH);
  });

  it('keeps a batch whose number another one has', async () => {
    const aside = join(folder, 'taken');
    const id = await importSample(aside);
    const { key } = (await store.capture(id))!;
    const rest = { packets: null, flows: [], names: [], findings: [], drops: [] };
    await store.write({ source: key, sequence: 511, ...rest });
    const { batches, repeats, left } = await resendRefused(store, aside, false);
    assert.deepEqual([batches, repeats, left.length, putAside(aside).batches], [1, 0, 1, 1]);
    assert.match(left[0]!.why, /under its number/);
    // What was told in its place is not what the last batch said of conversations.
    const names = [{ address: '192.0.2.1', name: 'gate', source: 'dns', time: 1 }] as const;
    const last = { ...rest, source: key, sequence: 511, names };
    const body = (): Uint8Array => encodeStoreBody(last, null, null);
    const refused = new RefusedBodies(aside, silentLog, { key: null });
    refused.add({ source: key, sequence: 511, packets: 0, reason: 'not today', body });
    assert.equal((await resendRefused(store, aside, false)).left.length, 2);
  });
}

describe('batches that DuckDB refused', () => resends(() => openStore('duckdb::memory:')));

describe('batches that PostgreSQL refused', () => {
  let server: Awaited<ReturnType<typeof sharedPostgres>>;
  before(async () => {
    server = await sharedPostgres();
  });
  resends(async () => openStore(await server.make()));
});
