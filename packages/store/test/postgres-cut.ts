// Connections to PostgreSQL that are cut at the worst moments: in the middle of a COPY, of a COMMIT, between a COMMIT and its
// answer, and with the whole server. Whoever sends again what was not acknowledged has each packet in the store once.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { StoreError } from '../src/errors.ts';
import { openStore } from '../src/open.ts';
import type { StoreBatch } from '../src/rows.ts';
import type { Store } from '../src/store.ts';
import { sameCounts } from './compliance/stored.ts';
import type { TestServer } from './postgres.ts';
import { batchesOf, OFFICE_HOUR } from './support.ts';

const PACKETS = 5125;
const CUTS = 4;
const WAIT_MS = 20_000;

/** So many rows of packets take so long that a COPY is seen. */
const SLOW_COPY = `CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN PERFORM pg_sleep(0.02) WHERE random() < 0.02; RETURN NEW; END $$;
  CREATE TRIGGER slow BEFORE INSERT ON packet_rows FOR EACH ROW EXECUTE FUNCTION slow()`;
const SLOW_COMMIT = `CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN PERFORM pg_sleep(0.1); RETURN NEW; END $$;
  CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON batches DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION slow()`;

const COPYING = `state = 'active' AND query LIKE 'COPY packet%'`;
const COMMITTING = `state = 'active' AND query = 'COMMIT'`;

/** Sends a batch until it is stored, as the persistor does. Returns how often that failed. */
async function delivered(store: Store, batch: StoreBatch): Promise<number> {
  for (let failed = 0; ; failed++)
    try {
      await store.write(batch);
      return failed;
    } catch (error) {
      assert.ok(error instanceof StoreError && error.isTemporary, String(error));
      await pause(20);
    }
}

async function scene(url: string, sql: string): Promise<pg.Client> {
  await (await openStore(url)).close();
  const client = await connected(url);
  await client.query(sql);
  return client;
}

async function connected(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, application_name: 'scene' });
  client.on('error', () => {});
  await client.connect();
  return client;
}

/** Waits until a connection of the store does this; its process. */
async function seen(client: pg.Client, doing: string): Promise<number> {
  for (const end = Date.now() + WAIT_MS; Date.now() < end; await pause(2)) {
    const { rows } = await client.query<{ pid: number }>(
      `SELECT pid FROM pg_stat_activity
       WHERE datname = current_database() AND application_name = 'eyrie' AND ${doing} LIMIT 1`,
    );
    if (rows[0] !== undefined) return rows[0].pid;
  }
  return assert.fail(`no connection was seen with ${doing}`);
}

async function holdsAll(store: Store, url: string): Promise<void> {
  const { items } = await store.packets({ limit: 10_000 });
  assert.deepEqual(
    items.map(({ number }) => number).sort((a, b) => a - b),
    Array.from({ length: PACKETS }, (_, i) => i + 1),
  );
  await sameCounts(store, PACKETS);
  const flows = batchesOf(OFFICE_HOUR).flatMap((batch) => batch.flows);
  const client = await connected(url);
  const { rows } = await client.query(
    `SELECT (SELECT sum(packets)::int FROM flows) AS flows,
       (SELECT count(*)::int FROM packet p WHERE NOT EXISTS (SELECT FROM paths WHERE id = p.path)
          OR NOT EXISTS (SELECT FROM addresses WHERE id = p.src)) AS dangling`,
  );
  await client.end();
  const expected = flows.reduce(
    (sum, { toServer, toClient }) => sum + toServer.packets + toClient.packets,
    0,
  );
  assert.deepEqual(rows[0], { flows: expected, dangling: 0 });
}

export function survivesCuts(server: () => Omit<TestServer, 'stop'>): void {
  for (const [moment, sql, doing] of [
    ['a COPY', SLOW_COPY, COPYING],
    ['a COMMIT', SLOW_COMMIT, COMMITTING],
  ] as const)
    it(`in the middle of ${moment} lose nothing and leave nothing twice`, async () => {
      const url = await server().make();
      const client = await scene(url, sql);
      const store = await openStore(url);
      const writing = batchesOf(OFFICE_HOUR, 300).map((batch) => delivered(store, batch));
      for (let cut = 0; cut < CUTS; cut++)
        await client.query('SELECT pg_terminate_backend($1, 5000)', [await seen(client, doing)]);
      await Promise.all(writing);
      await client.end();
      await holdsAll(store, url);
      await store.close();
    });

  it('between a COMMIT and its answer leave nothing twice', async () => {
    const url = await server().make();
    await (await openStore(url)).close();
    const cutter = await Cutter.to(url);
    const store = await openStore(cutter.url);
    const writing = batchesOf(OFFICE_HOUR, 300).map((batch) => delivered(store, batch));
    await Promise.all(writing);
    assert.equal(cutter.cuts, CUTS);
    await holdsAll(store, url);
    await store.close();
    cutter.close();
  });

  it('with the whole server, in the middle of a COPY, lose nothing and leave nothing twice', async (t) => {
    if (!server().canRestart) return t.skip('needs a server of its own: unset EYRIE_TEST_POSTGRES');
    const url = await server().make();
    const client = await scene(url, SLOW_COPY);
    const store = await openStore(url);
    const writing = batchesOf(OFFICE_HOUR, 300).map((batch) => delivered(store, batch));
    await seen(client, COPYING);
    await server().restart(async () => {
      await pause(200);
    });
    const failures = await Promise.all(writing);
    assert.ok(failures.some((count) => count > 0));
    await holdsAll(store, url);
    await store.close();
  });
}

/** Stands before the server, and cuts a connection off after its COMMIT went through, before the answer. */
class Cutter {
  cuts = 0;
  readonly url: string;
  readonly #sockets: Set<Socket>;
  readonly #end: () => void;

  private constructor(url: string, sockets: Set<Socket>, end: () => void) {
    this.url = url;
    this.#sockets = sockets;
    this.#end = end;
  }

  static async to(url: string): Promise<Cutter> {
    const sockets = new Set<Socket>();
    const { hostname, port } = new URL(url);
    const server = createServer((near) => {
      const far = connect(Number(port), hostname);
      let isCut = false;
      for (const socket of [near, far]) sockets.add(socket.on('error', () => {}));
      near.on('data', (bytes) => {
        far.write(bytes);
        // A simple query (PostgreSQL manual, message formats): Q, length, COMMIT, NUL.
        if (!bytes.includes('COMMIT\0') || cutter.cuts >= CUTS) return;
        cutter.cuts++;
        isCut = true;
      });
      far.on('data', (bytes) => {
        if (!isCut) near.write(bytes);
        else near.destroy();
      });
      near.on('close', () => far.destroy());
      far.on('close', () => near.destroy());
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const own = new URL(url);
    own.port = String((server.address() as { port: number }).port);
    const cutter = new Cutter(own.href, sockets, () => server.close());
    return cutter;
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#end();
  }
}
