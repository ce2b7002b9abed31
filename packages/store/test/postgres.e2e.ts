import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { StoreError } from '../src/errors.ts';
import { openStore } from '../src/open.ts';
import { PostgresDatabase } from '../src/postgres/database.ts';
import { cancelledBy } from '../src/sql/cancel.ts';
import type { Store } from '../src/store.ts';
import { complianceOf } from './compliance/index.ts';
import { sameCounts } from './compliance/stored.ts';
import { storesAhead } from './postgres-ahead.ts';
import { survivesCuts } from './postgres-cut.ts';
import { sharedPostgres } from './shared-postgres.ts';
import {
  allOf,
  batchesOf,
  migratedAndGoingOn,
  newBatchesOf,
  numbered,
  OFFICE_HOUR,
  originOf,
  strangeBatch,
} from './support.ts';

/** The tables of version 5, with what the store holds; only some days get their partition. */
const TO_VERSION_5 = `ALTER TABLE captures DROP COLUMN reported; DROP VIEW packets;
  CREATE TABLE unpacked AS SELECT p.*, b.id AS batch, i.info FROM packet p
    JOIN LATERAL (SELECT id FROM batches WHERE packets > 0 AND first_id <= p.id ORDER BY first_id DESC LIMIT 1) b ON TRUE
    LEFT JOIN infos i ON i.id = p.id;
  CREATE TEMP TABLE days AS SELECT DISTINCT to_timestamp(time / 86400000000000 * 86400) AS day FROM unpacked WHERE time >= 0;
  DROP VIEW packet; DROP TABLE packet_rows; DROP TABLE infos;
  CREATE TABLE packet (
    id BIGINT NOT NULL, time BIGINT NOT NULL, at TIMESTAMPTZ NOT NULL, number BIGINT NOT NULL,
    file_offset BIGINT NOT NULL, length BIGINT NOT NULL, tcp_length BIGINT NOT NULL, capture INTEGER NOT NULL,
    batch INTEGER NOT NULL, captured_length INTEGER NOT NULL, interface INTEGER NOT NULL, src INTEGER NOT NULL,
    dst INTEGER NOT NULL, src_port INTEGER NOT NULL, dst_port INTEGER NOT NULL, stream INTEGER NOT NULL,
    protocol INTEGER NOT NULL, path INTEGER NOT NULL, tcp_flags INTEGER NOT NULL, tcp_analysis INTEGER NOT NULL,
    transport SMALLINT NOT NULL, marks SMALLINT NOT NULL, info TEXT, outer_id INTEGER
  ) PARTITION BY RANGE (at);
  CREATE TABLE packet_other PARTITION OF packet DEFAULT;
  DO $$ DECLARE d RECORD; BEGIN
    FOR d IN SELECT day FROM days LOOP
      EXECUTE format('CREATE TABLE %I PARTITION OF packet FOR VALUES FROM (%L) TO (%L)',
        'packet_' || to_char(d.day AT TIME ZONE 'UTC', 'YYYY_MM_DD'), d.day, d.day + INTERVAL '24 hours');
    END LOOP;
  END $$;
  INSERT INTO packet SELECT id, time, to_timestamp(floor(time / 1000.0) / 1e6), number, file_offset, length, tcp_length, capture, batch,
    CASE WHEN captured_length > 2147483647 THEN captured_length - 4294967296 ELSE captured_length END, interface, src, dst,
    src_port, dst_port, stream, protocol, path, tcp_flags, tcp_analysis, transport, marks, info, outer_id FROM unpacked;
  DROP TABLE unpacked; DROP TABLE days;
  CREATE INDEX packet_place ON packet USING BRIN (id, time);
  CREATE VIEW packets AS SELECT id FROM packet;
  ALTER TABLE flows DROP COLUMN client_isn, DROP COLUMN server_isn; UPDATE meta SET value = '5' WHERE name = 'schema'`;

let server: Awaited<ReturnType<typeof sharedPostgres>>;
before(async () => {
  server = await sharedPostgres();
});

complianceOf('PostgreSQL', async (options) => openStore(await server.make(), options));

describe('PostgreSQL: batches ahead of a commit', () => storesAhead(() => server.make()));

describe('PostgreSQL: connections that are cut', () => survivesCuts(() => server));

describe('PostgreSQL', () => {
  it('answers with what another process stored, and deleted, since it was asked before', async () => {
    const url = await server.make();
    const [asked, other] = [await openStore(url), await openStore(url)];
    const [first, ...further] = batchesOf(OFFICE_HOUR);
    await asked.write(first!);
    await sameCounts(asked, 1000);
    await Promise.all(further.map((batch) => other.write(batch)));
    await sameCounts(asked, 5125);
    await other.retain({ rows: 1500 });
    await sameCounts(asked, 1500);
    await other.deleteCapture((await other.captures())[0]!.id);
    await sameCounts(asked, 0);
    assert.deepEqual((await asked.hierarchy()).tree, []);
    assert.equal((await asked.timeline()).start, null);
    await Promise.all([asked.close(), other.close()]);
  });

  it('shows packets to anyone, in partitions by day', async () => {
    const url = await server.makeEmpty();
    const store = await openStore(url);
    await Promise.all(batchesOf(OFFICE_HOUR).map((batch) => store.write(batch)));
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    const { rows } = await client.query(
      `SELECT id, src_ip, dst_ip, protocol, summary FROM packets WHERE src_ip << '192.168.10.0/24' ORDER BY id LIMIT 1`,
    );
    assert.deepEqual(rows, [
      {
        id: '1',
        src_ip: '192.168.10.10',
        dst_ip: '192.168.10.1',
        protocol: 'DNS',
        summary: '53315 → 53, 78 bytes, eth:ethertype:ip:udp:dns',
      },
    ]);
    const other = await client.query('SELECT count(*) AS rows FROM packet_rows_other');
    assert.equal(other.rows[0].rows, '0');
    await client.end();
    await store.close();
  });

  it('copies packets into the partitions of their days, in whatever order they come', async () => {
    const url = await server.make();
    const store = await openStore(url);
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    const [first] = batchesOf(OFFICE_HOUR);
    const DAY = 86_400;
    const at = (sequence: number, seconds: (i: number) => number, nanoseconds?: Uint32Array) => {
      const { packets } = first!;
      const moved = {
        seconds: packets!.seconds.map((_, i) => seconds(i)),
        nanoseconds: nanoseconds ?? packets!.nanoseconds,
      };
      return store.write({
        ...first!,
        sequence,
        flows: [],
        packets: { ...packets!, length: packets!.length, ...moved },
      });
    };
    const partitions = async () => {
      const { rows } = await client.query<{ name: string; rows: number }>(
        'SELECT tableoid::regclass::text AS name, count(*)::int AS rows FROM packet_rows GROUP BY 1 ORDER BY 1',
      );
      return Object.fromEntries(rows.map(({ name, rows: count }) => [name, count]));
    };
    await at(0, (i) => (i < 400 ? 0 : DAY));
    // The last nanosecond of a second that the file says has more than a thousand million of them.
    await at(
      1,
      () => DAY - 1,
      first!.packets!.nanoseconds.map(() => 1_500_000_000),
    );
    await at(2, (i) => (i % 2) * DAY);
    await at(3, (i) => (i === 0 ? 1e12 : -1e12));
    assert.deepEqual(await partitions(), {
      packet_rows_1684_10_19: 999,
      packet_rows_1970_01_01: 900,
      packet_rows_1970_01_02: 2100,
      packet_rows_2255_03_14: 1,
    });
    await client.query('ALTER TABLE packet_rows DETACH PARTITION packet_rows_1970_01_01');
    const lost = await at(4, () => 0).catch((error: unknown) => error);
    assert.ok(lost instanceof StoreError && lost.isTemporary, String(lost));
    await client.query('DROP TABLE packet_rows_1970_01_01');
    await at(4, () => 0);
    assert.equal((await partitions()).packet_rows_1970_01_01, 1000);
    await client.query('DROP TABLE packet_rows_1970_01_01');
    await assert.rejects(
      at(5, () => 0),
      { code: 'ERR_STORE_AWAY' },
    );
    await at(5, () => 0);
    assert.equal((await partitions()).packet_rows_1970_01_01, 1000);
    await client.end();
    await store.close();
  });

  it('is made by several at once, who write side by side', async () => {
    const url = await server.makeEmpty();
    const stores = await Promise.all([openStore(url), openStore(url), openStore(url)]);
    const batches = batchesOf(OFFICE_HOUR);
    await Promise.all(
      batches.map((batch, i) => stores[i % 3]!.write({ ...batch, source: `live:${i % 3}`, flows: [] })),
    );
    const summary = await stores[0]!.protocolSummary();
    assert.equal(summary.packets, 5125);
    assert.deepEqual(await stores[1]!.protocolSummary({ filter: 'frame' }), summary);
    const ids = new Set<number>();
    let cursor: string | undefined;
    do {
      const page = await stores[2]!.packets({ limit: 5000, ...(cursor && { after: cursor }) });
      for (const { id } of page.items) ids.add(id);
      cursor = page.next ?? undefined;
    } while (cursor !== undefined);
    assert.equal(ids.size, 5125);
    await Promise.all(stores.map((store) => store.close()));
  });

  it('begins one capture of a file that several begin at once, and of each one that is told to begin another', async () => {
    const url = await server.make();
    const stores = await Promise.all(Array.from({ length: 4 }, () => openStore(url)));
    const begun = (name: string, again: boolean) =>
      Promise.all(
        stores.map((store) =>
          store.beginCapture({ key: name, kind: 'file', name, file: null, hash: name }, { again }),
        ),
      );
    for (const name of ['a', 'b', 'c']) {
      const first = await begun(name, false);
      assert.equal(new Set(first.map(({ capture }) => capture.id)).size, 1);
      assert.equal(first.filter(({ isNew }) => isNew).length, 1);
      const others = await begun(name, true);
      assert.deepEqual(
        others.map(({ capture }) => capture.key).sort(),
        [2, 3, 4, 5].map((n) => `${name}#${n}`),
      );
    }
    await Promise.all(stores.map((store) => store.close()));
  });

  it('stores a batch once that several write at once; who comes too late has to try again, and is told that it is stored', async () => {
    const url = await server.make();
    const stores = await Promise.all(Array.from({ length: 4 }, () => openStore(url)));
    const [batch] = batchesOf(OFFICE_HOUR);
    const written = await Promise.all(
      stores.map(async (store) => {
        for (;;)
          try {
            return await store.write(batch!);
          } catch (error) {
            assert.ok(error instanceof StoreError && error.isTemporary, String(error));
          }
      }),
    );
    assert.equal(written.filter(({ applied }) => applied).length, 1);
    assert.equal((await stores[0]!.protocolSummary({ filter: 'frame' })).packets, batch!.packets!.length);
    const { id } = (await stores[0]!.captureByKey(batch!.source))!;
    assert.ok(written.every(({ capture }) => capture === id));
    await Promise.all(stores.map((store) => store.close()));
  });

  it('stores each packet once that two store at once, cut into different batches', async () => {
    const url = await server.make();
    const stores = await Promise.all([openStore(url), openStore(url)]);
    let refused = 0;
    // As a service does that goes on where the store is, whoever brought it there.
    const storeAll = async (store: Store, size: number): Promise<void> => {
      for (;;) {
        const { nextSequence = 0 } = (await store.captureByKey(originOf(OFFICE_HOUR).key)) ?? {};
        if (nextSequence >= 5125) return;
        const rest = numbered(newBatchesOf(OFFICE_HOUR, size, nextSequence))
          .slice(0, 20)
          .map((batch) => store.write({ ...batch, flows: [] }));
        for (const each of await Promise.allSettled(rest))
          if (each.status === 'rejected') {
            refused++;
            assert.ok(['ERR_STORE_CLAIMED', 'ERR_STORE_AWAY'].includes(each.reason.code), each.reason);
          }
      }
    };
    await Promise.all([storeAll(stores[0]!, 90), storeAll(stores[1]!, 130)]);
    assert.ok(refused > 0, 'they were in the way of each other');
    const { items } = await stores[0]!.packets({ limit: 10_000 });
    assert.deepEqual(
      items.map(({ number }) => number).sort((a, b) => a - b),
      Array.from({ length: 5125 }, (_, i) => i + 1),
    );
    await sameCounts(stores[1]!, 5125);
    await Promise.all(stores.map((store) => store.close()));
  });

  it('lets one process at a time claim a capture, until it ends it, releases it, or is gone', async () => {
    const url = await server.make();
    const [one, other] = [await openStore(url), await openStore(url)];
    const ids: number[] = [];
    for (const key of ['a', 'b', 'c'])
      ids.push((await one.beginCapture({ key, kind: 'file', name: key, file: null, hash: null })).capture.id);
    const [a, b, c] = ids as [number, number, number];
    for (const id of ids) assert.equal(await one.claimCapture(id), true);
    assert.equal(await one.claimCapture(a), true, 'it has it already');
    for (const id of ids) assert.equal(await other.claimCapture(id), false);
    await one.endCapture(a);
    await one.releaseCapture(b);
    assert.deepEqual([await other.claimCapture(a), await other.claimCapture(b)], [true, true]);
    assert.deepEqual([await one.claimCapture(a), await other.claimCapture(c)], [false, false]);
    await one.close();
    assert.equal(await other.claimCapture(c), true);
    await other.close();
  });

  it('claims again what it had after its connections were lost', async () => {
    const url = await server.make();
    const [one, other] = [await openStore(url), await openStore(url)];
    const [first, second] = batchesOf(OFFICE_HOUR);
    const { capture: id } = await one.write(first!);
    assert.equal(await one.claimCapture(id), true);
    const client = new pg.Client({ connectionString: url, application_name: 'scene' });
    await client.connect();
    await client.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE datname = current_database() AND application_name = 'eyrie'`,
    );
    await client.end();
    const written = await one.write(second!).catch(() => one.write(second!));
    assert.equal(written.applied, true);
    assert.equal(await other.claimCapture(id), false);
    await Promise.all([one.close(), other.close()]);
  });

  it('claims again what it had when it claims something else, after its connection was lost', async () => {
    const url = await server.make();
    const [one, other] = [await openStore(url), await openStore(url)];
    const { capture: a } = await one.write(batchesOf(OFFICE_HOUR)[0]!);
    const { capture: b } = await one.write({ ...batchesOf(OFFICE_HOUR)[0]!, source: 'file:b' });
    assert.equal(await one.claimCapture(a), true);
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query(
      `SELECT pg_terminate_backend(pid, 5000) FROM pg_locks
       WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
    );
    await client.end();
    await one.claimCapture(b).catch(() => one.claimCapture(b));
    assert.deepEqual([await other.claimCapture(a), await other.claimCapture(b)], [false, false]);
    await Promise.all([one.close(), other.close()]);
  });

  it('keeps a claim where the server ends idle sessions', async () => {
    const url = await server.make();
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query(
      `DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET idle_session_timeout = 100', current_database()); END $$`,
    );
    await client.end();
    const [one, other] = [await openStore(url), await openStore(url)];
    const { capture } = await one.write(batchesOf(OFFICE_HOUR)[0]!);
    assert.equal(await one.claimCapture(capture), true);
    await pause(500);
    assert.equal(await other.claimCapture(capture), false);
    await Promise.all([one.close(), other.close()]);
  });

  it('gives what another process has deleted new numbers when it comes again', async () => {
    const url = await server.make();
    const [writer, other] = [await openStore(url), await openStore(url)];
    const batches = batchesOf(OFFICE_HOUR);
    const filter = 'ip.addr == 10.20.0.47';
    const send = (source: string) =>
      Promise.all(batches.map((batch) => writer.write({ ...batch, source, flows: [] })));
    await send('file:1');
    const before = (await writer.packets({ filter, limit: 10_000 })).items.length;
    const shown = (await writer.packets({ address: '192.168.10.10', limit: 10_000 })).items.length;
    assert.ok(before > 0 && shown > 0);
    const [one] = await other.captures();
    await other.deleteCapture(one!.id);
    await send('file:2');
    assert.equal((await writer.packets({ filter, limit: 10_000 })).items.length, before);
    assert.equal((await writer.packets({ address: '192.168.10.10', limit: 10_000 })).items.length, shown);
    await other.erase('10.20.0.47');
    await send('file:3');
    assert.equal((await writer.packets({ filter, limit: 10_000 })).items.length, before);
    await Promise.all([writer.close(), other.close()]);
  });

  it('leaves nothing of what was erased in its files, nor a partition that others have emptied', async () => {
    const url = await server.make();
    const [store, other] = [await openStore(url), await openStore(url)];
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    const names = [{ address: '192.168.10.21', name: 'printer.test', source: 'dns' as const, time: 1 }];
    await Promise.all(batchesOf(OFFICE_HOUR).map((batch) => store.write({ ...batch, names })));
    const holding = async (text: string): Promise<string[]> => {
      await client.query('CHECKPOINT');
      const { rows } = await client.query<{ name: string }>(
        `SELECT oid::regclass::text AS name FROM pg_class
         WHERE relowner = current_user::regrole AND oid > 16383 AND relkind IN ('r', 'i', 't')
           AND position($1::bytea IN pg_read_binary_file(pg_relation_filepath(oid))) > 0 ORDER BY 1`,
        [Buffer.from(text)],
      );
      return rows.map(({ name }) => name);
    };
    await other.erase('192.168.10.21');
    assert.ok((await holding('192.168.10.21')).length > 2);
    await other.vacuum();
    assert.deepEqual(await holding('192.168.10.21'), []);
    const [capture] = await store.captures();
    await other.deleteCapture(capture!.id);
    await other.vacuum();
    const { rows } = await client.query(`SELECT FROM pg_inherits WHERE inhparent = 'packet_rows'::regclass`);
    assert.equal(rows.length, 1);
    for (const batch of batchesOf(OFFICE_HOUR)) await store.write(batch);
    assert.equal((await client.query('SELECT FROM packet_rows_other LIMIT 1')).rowCount, 0);
    assert.equal((await store.protocolSummary({ filter: 'frame' })).packets, 5125);
    await Promise.all([store.close(), other.close(), client.end()]);
  });

  it('cancels queries of whoever has gone, and answers all others', { timeout: 60_000 }, async () => {
    const database = new PostgresDatabase(await server.make(), true);
    const left = new AbortController();
    // More than there are readers: some wait for one.
    const asked = Array.from({ length: 12 }, () =>
      assert.rejects(
        cancelledBy(left.signal, () => database.all('SELECT pg_sleep(600)')),
        { message: 'gone' },
      ),
    );
    const others = Array.from({ length: 12 }, (_, i) =>
      database.allPrepared('SELECT $1::bigint + 1', [BigInt(i)]),
    );
    setTimeout(() => left.abort(new Error('gone')), 500);
    await Promise.all(asked);
    for (const [i, rows] of (await Promise.all(others)).entries()) assert.equal(Number(rows[0]![0]), i + 1);
    const sleeping = `SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE 'SELECT pg_sleep%'`;
    assert.equal(Number((await database.all(sleeping))[0]![0]), 0);
    await database.close();
  });

  it('names tables that it cannot rewrite as they are of another owner, after rewriting the others', async () => {
    const url = await server.make();
    const store = await openStore(url);
    await Promise.all(batchesOf(OFFICE_HOUR).map((batch) => store.write(batch)));
    await store.close();
    const owner = new pg.Client({ connectionString: url });
    await owner.connect();
    const role = `keeper_${process.pid}`;
    await owner.query(`CREATE ROLE ${role} LOGIN PASSWORD 'x';
      GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO ${role}; ALTER TABLE names OWNER TO ${role}`);
    const fileOf = async (table: string) =>
      (await owner.query('SELECT pg_relation_filepath($1) AS path', [table])).rows[0].path as string;
    const before = [await fileOf('names'), await fileOf('flows')];
    const other = new URL(url);
    [other.username, other.password] = [role, 'x'];
    const keeper = await openStore(other.href);
    await assert.rejects(keeper.vacuum(), (error: Error) => {
      assert.equal((error as StoreError).code, 'ERR_STORE_DENIED');
      assert.match(error.message, /\d+ tables were not rewritten.*own them.*as their owner$/);
      return true;
    });
    const after = [await fileOf('names'), await fileOf('flows')];
    assert.deepEqual([after[0] === before[0], after[1] === before[1]], [false, true]);
    await Promise.all([keeper.close(), owner.end()]);
  });

  it('of schema 5 is migrated with everything that its packets say, day by day', async () => {
    const url = await server.make();
    const store = await openStore(url);
    await store.write(strangeBatch());
    for (const batch of batchesOf(OFFICE_HOUR)) await store.write(batch);
    const before = await allOf(store);
    await store.close();
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    const days = async (table: string) =>
      (
        await client.query(
          `SELECT substr(tableoid::regclass::text, ${table.length + 2}) AS day, count(*)::int AS rows FROM ${table}
           GROUP BY 1 ORDER BY 1`,
        )
      ).rows;
    await client.query(TO_VERSION_5);
    const parts = await days('packet');
    assert.equal(parts.length, 4);
    const migrated = await openStore(url);
    assert.deepEqual(await allOf(migrated), before);
    assert.deepEqual(await days('packet_rows'), parts);
    assert.equal((await migrated.write(strangeBatch())).applied, false);
    assert.equal((await client.query(`SELECT to_regclass('packet_unpacked') AS old`)).rows[0].old, null);
    await Promise.all([migrated.close(), client.end()]);
  });

  it('is brought up to date with what it holds, and goes on', async () => {
    const url = await server.make();
    const store = await openStore(url);
    await Promise.all(
      batchesOf(OFFICE_HOUR)
        .slice(0, 3)
        .map((batch) => store.write(batch)),
    );
    await store.close();
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query(`${TO_VERSION_5}; ALTER TABLE packet DROP COLUMN outer_id; ALTER TABLE paths DROP COLUMN is_told;
      DROP TABLE outer_addresses; DROP SEQUENCE outer_addresses_ids; DROP INDEX packet_place;
      CREATE INDEX packet_time ON packet USING BRIN (time); CREATE INDEX packet_id ON packet USING BRIN (id);
      UPDATE meta SET value = '3' WHERE name = 'schema'`);
    const lines: string[] = [];
    await client.query(`SELECT pg_advisory_lock(hashtext('eyrie schema'))`);
    const opening = openStore(url, { onMigration: (line) => lines.push(line) });
    while (lines.length === 0) await new Promise((resolve) => setTimeout(resolve, 50));
    await client.end();
    await migratedAndGoingOn(await opening);
    assert.deepEqual(
      lines.map((line) => line.slice(line.indexOf(': ') + 2)),
      [
        'another process is bringing it up to date; waiting for that',
        'bringing it up to schema 4 of 7: addresses of outer headers',
        'bringing it up to schema 5 of 7: one index of all packets instead of two',
        'bringing it up to schema 6 of 7: packets in fewer columns',
        'bringing it up to schema 7 of 7: how far conversations are stored',
      ],
    );
  });

  it('is brought up to date though the connection that holds the lock for it is lost', async () => {
    const database = new PostgresDatabase(await server.make(), false);
    const lost = `SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`;
    const held = `SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`;
    const done = await database.exclusively(async () => {
      assert.deepEqual(await database.all(lost), [[true]]);
      while (Number((await database.all(held))[0]![0]) > 0);
      // The loss is told by the socket, in a later turn than the answer of another connection.
      await database.all('SELECT pg_sleep(0.2)');
      return 'done';
    });
    assert.equal(done, 'done');
    await database.close();
  });

  it('refuses a database of a newer version, of others, and one that is not there', async () => {
    const url = await server.make();
    await (await openStore(url)).close();
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query(`UPDATE meta SET value = '99' WHERE name = 'schema'`);
    await assert.rejects(openStore(url), { code: 'ERR_STORE_NEWER' });
    await client.end();
    const foreign = await server.makeEmpty();
    const other = new pg.Client({ connectionString: foreign });
    await other.connect();
    await other.query('CREATE TABLE packets (id SERIAL PRIMARY KEY)');
    await assert.rejects(openStore(foreign), { code: 'ERR_STORE_FOREIGN' });
    await other.end();
    await assert.rejects(openStore('postgres://nobody@127.0.0.1:1/x'), { code: 'ERR_STORE_AWAY' });
    await assert.rejects(openStore(`${url}_missing`), { code: 'ERR_STORE_NOT_FOUND' });
  });

  it('is closed though a query would take hours, which is canceled, and refuses those that wait', async () => {
    const database = new PostgresDatabase(await server.make(), true);
    const endless = Array.from({ length: 20 }, () =>
      database.all('SELECT pg_sleep(36000)').then(
        () => assert.fail('it was answered'),
        (error) => assert.equal((error as { code?: string }).code, 'ERR_STORE_CLOSED'),
      ),
    );
    await new Promise((resolve) => setTimeout(resolve, 100));
    const begun = performance.now();
    await Promise.all([database.close(50), ...endless]);
    assert.ok(performance.now() - begun < 20_000);
    await database.close();
    await assert.rejects(database.all('SELECT 1'), { code: 'ERR_STORE_CLOSED' });
  });

  it('is closed though the server no longer answers', async (t) => {
    if (!server.canRestart) return t.skip('needs a server of its own: unset EYRIE_TEST_POSTGRES');
    const database = new PostgresDatabase(await server.make(), true);
    const [row] = await database.all('SELECT pg_backend_pid()');
    const pid = Number(row![0]);
    process.kill(pid, 'SIGSTOP');
    try {
      const unanswered = assert.rejects(database.all('SELECT 1'), { code: 'ERR_STORE_CLOSED' });
      await database.close(50);
      await unanswered;
    } finally {
      process.kill(pid, 'SIGCONT');
    }
  });

  it('answers all who ask at once, though many have to wait for longer than a connection may take', async () => {
    const database = new PostgresDatabase(await server.make(), true);
    const answers = await Promise.all(
      Array.from({ length: 60 }, () => database.all('SELECT 1 FROM pg_sleep(0.9)')),
    );
    assert.ok(answers.every((rows) => rows[0]![0] === 1));
    assert.equal(await database.migrated(), null, 'no index is being made');
    await database.close();
  });

  it('goes on when it comes back, and nothing is stored by half', async (t) => {
    if (!server.canRestart) return t.skip('needs a server of its own: unset EYRIE_TEST_POSTGRES');
    const store = await openStore(await server.make());
    const [first, second, ...rest] = batchesOf(OFFICE_HOUR);
    await store.write(first!);
    await server.restart(async () => {
      const error = await store.write(second!).catch((reason: unknown) => reason);
      assert.ok(error instanceof StoreError && error.code === 'ERR_STORE_AWAY' && error.isTemporary);
    });
    assert.equal((await store.protocolSummary()).packets, 1000);
    await Promise.all([second!, ...rest].map((batch) => store.write(batch)));
    assert.equal((await store.protocolSummary({ filter: 'frame' })).packets, 5125);
    await store.close();
  });
});
