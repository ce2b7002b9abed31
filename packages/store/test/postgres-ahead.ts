// Two groups of batches on their way to PostgreSQL: the second is copied while the first is not yet committed.
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { StoreError } from '../src/errors.ts';
import { openStore } from '../src/open.ts';
import type { StoreBatch } from '../src/rows.ts';
import type { Store } from '../src/store.ts';
import { batchesOf, numbered, OFFICE_HOUR } from './support.ts';

const WAIT_MS = 5_000;
const POLL_MS = 10;

/** What the server does for the store under test. */
interface Activity {
  readonly pid: number;
  /** Waits for a lock of the database. */
  readonly isBlocked: boolean;
  /** In a transaction, after its COPY, waiting for its client. */
  readonly isIdle: boolean;
}

/** A store that has its first batch, and on a connection of its own, somebody who is in its way. */
class Scene {
  readonly store: Store;
  readonly #client: pg.Client;
  /** Sequences, in the order in which they were answered. */
  readonly answered: number[] = [];

  private constructor(store: Store, client: pg.Client) {
    this.store = store;
    this.#client = client;
  }

  static async make(url: string): Promise<Scene> {
    const store = await openStore(url);
    await store.write(batchesOf(OFFICE_HOUR)[0]!);
    const client = new pg.Client({ connectionString: url, application_name: 'scene' });
    await client.connect();
    return new Scene(store, client);
  }

  async write(batch: StoreBatch): Promise<void> {
    await this.store.write(batch);
    this.answered.push(batch.sequence);
  }

  /** The first batches stand before their commit, the others are copied and wait for it: the servers' processes of both. */
  async bothOnTheirWay(first: readonly StoreBatch[], second: readonly StoreBatch[]) {
    await this.#client.query('BEGIN; LOCK TABLE tallies IN SHARE MODE');
    const writing = first.map((batch) => this.write(batch));
    const [blocked] = await this.seen(({ isBlocked }) => isBlocked, 1);
    writing.push(...second.map((batch) => this.write(batch)));
    // Whether one fails is for the test to see, later.
    for (const each of writing) each.catch(() => {});
    const [idle] = await this.seen(({ isIdle }) => isIdle, 1);
    return { writing, first: blocked!.pid, second: idle!.pid };
  }

  /** What somebody does who has nothing to do with the store. */
  async run(sql: string): Promise<void> {
    await this.#client.query(sql);
  }

  async go(): Promise<void> {
    await this.#client.query('COMMIT');
  }

  async kill(pid: number): Promise<void> {
    await this.#client.query('SELECT pg_terminate_backend($1)', [pid]);
  }

  /** Waits until so many connections are seen doing this. */
  async seen(test: (activity: Activity) => boolean, count: number): Promise<Activity[]> {
    for (let waited = 0; waited < WAIT_MS; waited += POLL_MS) {
      // Within a transaction the view would stay as it was.
      await this.#client.query('SELECT pg_stat_clear_snapshot()');
      const { rows } = await this.#client.query<Activity>(
        `SELECT pid, wait_event_type IS NOT DISTINCT FROM 'Lock' AS "isBlocked",
           state = 'idle in transaction' AND query LIKE 'COPY packet%' AS "isIdle"
         FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'eyrie'`,
      );
      const found = rows.filter(test);
      if (found.length === count) return found;
      await pause(POLL_MS);
    }
    return assert.fail('the connections did not come to this');
  }

  /** Nothing is lost, nothing is there twice; the packets stand in this order of batches. */
  async holdsAll(sequences: readonly number[]): Promise<void> {
    const batches = batchesOf(OFFICE_HOUR);
    const expected = sequences.flatMap((sequence) => {
      const { number, length } = batches[sequence]!.packets!;
      return Array.from({ length }, (_, i) => number[i]!);
    });
    const { items } = await this.store.packets({ limit: 10_000 });
    assert.deepEqual(
      items.map((packet) => packet.number),
      expected,
    );
    assert.equal((await this.store.protocolSummary()).packets, expected.length);
    const flows = batches.flatMap((batch) => batch.flows);
    const { rows } = await this.#client.query('SELECT sum(packets)::int AS packets FROM flows');
    assert.equal(
      rows[0].packets,
      flows.reduce((sum, { toServer, toClient }) => sum + toServer.packets + toClient.packets, 0),
    );
    // Whatever a packet refers to is there.
    const { rows: lost } = await this.#client.query(
      `SELECT count(*)::int AS rows FROM packet p WHERE NOT EXISTS (SELECT FROM paths WHERE id = p.path)
         OR NOT EXISTS (SELECT FROM protocols WHERE id = p.protocol)
         OR NOT EXISTS (SELECT FROM addresses WHERE id = p.src) OR NOT EXISTS (SELECT FROM addresses WHERE id = p.dst)`,
    );
    assert.equal(lost[0].rows, 0);
  }

  async close(): Promise<void> {
    await this.store.close();
    await this.#client.end();
  }
}

/** @param make the address of an empty database */
export function storesAhead(make: () => Promise<string>): void {
  const batches = batchesOf(OFFICE_HOUR);
  const [first, second] = [batches.slice(1, 3), batches.slice(3)];

  it('are answered in order, each after its own commit', async () => {
    const scene = await Scene.make(await make());
    const { writing } = await scene.bothOnTheirWay(first, second);
    assert.deepEqual(scene.answered, []);
    assert.equal((await scene.store.protocolSummary({ filter: 'frame' })).packets, 1000);
    await scene.go();
    await Promise.all(writing);
    assert.deepEqual(scene.answered, [1, 2, 3, 4, 5]);
    await scene.holdsAll([0, 1, 2, 3, 4, 5]);
    await scene.close();
  });

  it('are both repeated in order if the connection of the first is lost', async () => {
    const scene = await Scene.make(await make());
    const { writing, first: pid } = await scene.bothOnTheirWay(first, second);
    await scene.kill(pid);
    await scene.go();
    await Promise.all(writing);
    assert.deepEqual(scene.answered, [1, 2, 3, 4, 5]);
    await scene.holdsAll([0, 1, 2, 3, 4, 5]);
    await scene.close();
  });

  it('are stored if the connection of the second is lost', async () => {
    const scene = await Scene.make(await make());
    const { writing, second: pid } = await scene.bothOnTheirWay(first, second);
    await scene.kill(pid);
    await scene.go();
    await Promise.all(writing);
    assert.deepEqual(scene.answered, [1, 2, 3, 4, 5]);
    await scene.holdsAll([0, 1, 2, 3, 4, 5]);
    await scene.close();
  });

  it('are both stored once if both connections are lost', async () => {
    const scene = await Scene.make(await make());
    const { writing, first: pid, second: other } = await scene.bothOnTheirWay(first, second);
    await scene.kill(other);
    await scene.kill(pid);
    await scene.go();
    await Promise.all(writing);
    assert.deepEqual(scene.answered, [1, 2, 3, 4, 5]);
    await scene.holdsAll([0, 1, 2, 3, 4, 5]);
    await scene.close();
  });

  it('fail independently: a failed batch is refused, and stored when it is sent again', async () => {
    const scene = await Scene.make(await make());
    const { writing, first: pid } = await scene.bothOnTheirWay([batches[1]!], batches.slice(2));
    await scene.kill(pid);
    await scene.go();
    const [refused, ...rest] = await Promise.allSettled(writing);
    assert.ok(refused?.status === 'rejected' && refused.reason instanceof StoreError);
    assert.deepEqual([refused.reason.code, refused.reason.isTemporary], ['ERR_STORE_AWAY', true]);
    assert.ok(rest.every(({ status }) => status === 'fulfilled'));
    await scene.write(batches[1]!);
    assert.equal((await scene.store.write(batches[1]!)).applied, false);
    assert.deepEqual(scene.answered, [2, 3, 4, 5, 1]);
    await scene.holdsAll([0, 2, 3, 4, 5, 1]);
    await scene.close();
  });

  it('are stored once if the second repeats the first', async () => {
    const scene = await Scene.make(await make());
    await scene.bothOnTheirWay(first, second);
    const again = first.map((batch) => scene.store.write(batch));
    await scene.go();
    const written = await Promise.all(again);
    assert.ok(written.every(({ applied }) => !applied));
    await scene.holdsAll([0, 1, 2, 3, 4, 5]);
    await scene.close();
  });

  it('do not say what is reported before they are stored', async () => {
    const scene = await Scene.make(await make());
    const { source } = batches[0]!;
    const [early, late] = [numbered(batches)[1]!, numbered(batchesOf(OFFICE_HOUR, 700))[2]!];
    await scene.run('BEGIN; SELECT FROM captures FOR UPDATE');
    const writing = scene.write({ ...early, reported: 7 });
    await scene.seen(({ isBlocked }) => isBlocked, 1);
    // It has packets that the first has, too.
    const refused = assert.rejects(scene.write({ ...late, reported: null }), { code: 'ERR_STORE_CLAIMED' });
    await scene.seen(({ isIdle }) => isIdle, 1);
    await scene.go();
    await Promise.all([writing, refused]);
    assert.equal((await scene.store.captureByKey(source))!.reported, 7);
    await scene.close();
  });

  it('do not deadlock if another process waits for a lock on their partition', async () => {
    const url = await make();
    const scene = await Scene.make(url);
    const other = new pg.Client({ connectionString: url });
    await other.connect();
    const [early, ...rest] = batches;
    const tomorrow = ({ packets, ...batch }: StoreBatch, sequence: number): StoreBatch => {
      const seconds = packets!.seconds.map((each) => each + 86_400);
      return { ...batch, sequence, flows: [], packets: { ...packets!, length: packets!.length, seconds } };
    };
    await scene.write(tomorrow(early!, 1));
    const { rows } = await other.query(
      'SELECT DISTINCT tableoid::regclass::text AS name FROM packet_rows ORDER BY name',
    );
    const [today, next] = rows.map(({ name }) => name);
    await scene.run(`BEGIN; LOCK TABLE ${today} IN SHARE MODE`);
    // The first goes into both days, the second only into the next one.
    const writing = [scene.write({ ...rest[1]!, flows: [] }), scene.write(tomorrow(rest[2]!, 3))];
    await scene.seen(({ isBlocked }) => isBlocked, 1);
    writing.push(scene.write(tomorrow(rest[3]!, 4)));
    // Time enough to copy it, if it did not wait for the first one's locks.
    await pause(200);
    const indexing = other.query(`BEGIN; LOCK TABLE ${next} IN SHARE MODE; COMMIT`);
    await pause(50);
    await scene.go();
    await Promise.all([...writing, indexing]);
    assert.deepEqual(scene.answered, [1, 2, 3, 4]);
    await other.end();
    await scene.close();
  });

  it('are numbered again if another process deletes between them', async () => {
    const url = await make();
    const scene = await Scene.make(url);
    const other = await openStore(url);
    const [early] = batches;
    await other.write({ ...early!, source: 'file:other', flows: [] });
    const { capture } = await other.write({ ...early!, source: 'file:other', flows: [] });
    const { writing } = await scene.bothOnTheirWay(first, second);
    const deleting = other.deleteCapture(capture);
    await scene.seen(({ isBlocked }) => isBlocked, 2);
    await scene.go();
    assert.equal(await deleting, true);
    await Promise.all(writing);
    assert.deepEqual(scene.answered, [1, 2, 3, 4, 5]);
    await scene.holdsAll([0, 1, 2, 3, 4, 5]);
    await other.close();
    await scene.close();
  });
}
