// DuckDB in a file: what is left after a crash, a full disk, a wrong file.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { DuckDBInstance } from '@duckdb/node-api';
import { spawnChild } from '../../../test/support/children.ts';
import { DuckDBDatabase } from '../src/duckdb/database.ts';
import { sql as packed } from '../src/duckdb/migrations/005-packed.ts';
import { StoreError } from '../src/errors.ts';
import { openStore } from '../src/open.ts';
import { sameCounts } from './compliance/stored.ts';
import {
  allOf,
  batchesOf,
  batchOf,
  migratedAndGoingOn,
  OFFICE_HOUR,
  passing,
  strangeBatch,
} from './support.ts';

/** The tables of version 4, with what the store holds. */
const TO_VERSION_4 = `ALTER TABLE captures DROP COLUMN reported; DROP VIEW packets;
  CREATE TABLE unpacked AS SELECT p.id, CAST(place >> 40 AS INTEGER) AS capture, b.id AS batch,
    place & 1099511627775 AS number, time, length, CAST(captured & 4294967295 AS UINTEGER) AS captured_length, file_offset,
    CAST(captured >> 32 AS INTEGER) - 1 AS interface, src, dst, transport, src_port, dst_port,
    stream, protocol, path, tcp_flags, tcp_analysis, tcp_length, marks, i.info, outer_id
    FROM packet p ASOF JOIN batches b ON p.id >= b.first_id LEFT JOIN infos i ON i.id = p.id ORDER BY p.id;
  DROP TABLE packet; DROP TABLE infos; ALTER TABLE unpacked RENAME TO packet;
  CREATE VIEW packets AS SELECT id FROM packet; ALTER TABLE flows DROP COLUMN client_isn;
  ALTER TABLE flows DROP COLUMN server_isn; UPDATE meta SET value = '4' WHERE name = 'schema'`;
const TO_VERSION_5 = `${TO_VERSION_4}; ${packed}; UPDATE meta SET value = '5' WHERE name = 'schema'`;
const TO_VERSION_3 = `${TO_VERSION_4}; ALTER TABLE packet DROP COLUMN outer_id; ALTER TABLE paths DROP COLUMN is_told;
  DROP TABLE outer_addresses; UPDATE meta SET value = '3' WHERE name = 'schema'`;

const CHILD = new URL('writing-child.ts', import.meta.url).pathname;

let folder: string;
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'eyrie-duckdb-'));
});
after(() => rmSync(folder, { recursive: true, force: true }));

const code = (wanted: string) => (error: unknown) =>
  error instanceof StoreError && error.code === wanted && !error.message.includes('\n');

describe('a DuckDB store', () => {
  it('after it is reopened, has all that was stored', async () => {
    const url = `duckdb:${join(folder, 'new/folder/again.duckdb')}`;
    const store = await openStore(url);
    await Promise.all(batchesOf(OFFICE_HOUR).map((batch) => store.write(batch)));
    const [summary, endpoints] = [await store.protocolSummary(), await store.endpoints()];
    await store.close();
    await assert.rejects(store.captures(), code('ERR_STORE_CLOSED'));
    const again = await openStore(url);
    assert.deepEqual([await again.protocolSummary(), await again.endpoints()], [summary, endpoints]);
    // The same capture once more, with addresses that are in the table already.
    await Promise.all(batchesOf(OFFICE_HOUR).map((batch) => again.write({ ...batch, source: 'file:other' })));
    assert.equal((await again.protocolSummary()).packets, summary.packets * 2);
    const ids = (await again.packets({ limit: 10_000, filter: 'dns' })).items.map(({ id }) => id);
    assert.equal(new Set(ids).size, ids.length);
    await again.close();
    const read = await openStore(url, { readOnly: true });
    assert.equal((await read.info()).packets, summary.packets * 2);
    await assert.rejects(read.write(batchOf('x', 0)), StoreError);
    await read.close();
  });

  it('within little memory, deletes from many packets: by number, of an address, of a capture', async () => {
    const path = join(folder, 'little.duckdb');
    const filled = await openStore(`duckdb:${path}`);
    const batches = batchesOf(OFFICE_HOUR, 8192);
    // A million: a hash table of their ids would fill half of that memory.
    for (let i = 0; i < 200; i++)
      await Promise.all(batches.map((batch) => filled.write({ ...batch, source: `file:${i}`, flows: [] })));
    await filled.close();
    const store = await openStore(`duckdb:${path}`, { memoryBytesMax: 32 * 2 ** 20, threads: 1 });
    await store.retain({ rows: 700_000 });
    await sameCounts(store, 700_000);
    const { packets } = await store.erase('192.168.10.10');
    assert.ok(packets > 50_000);
    await sameCounts(store, 700_000 - packets);
    const [last] = await store.captures();
    await store.deleteCapture(last!.id);
    await sameCounts(store, 700_000 - packets - last!.packets);
    await store.close();
  });

  it('examines the alternatives of a condition in one pass over the packets', async () => {
    const path = join(folder, 'plan.duckdb');
    const store = await openStore(`duckdb:${path}`);
    await store.write(strangeBatch());
    await store.close();
    // As tcp.port == 1 is compiled where ICMP quotes TCP headers.
    const ofOthers = `CASE WHEN path <= 3 THEN get_bit('0101'::BIT, path) = 1 ELSE FALSE END`;
    const condition = `(transport = 6 AND (src_port = 1 OR dst_port = 1)) OR (NOT transport = 6 AND ${ofOthers})`;
    const instance = await DuckDBInstance.create(path);
    const connection = await instance.connect();
    const plan = await connection.runAndReadAll(`EXPLAIN SELECT count(*) FROM packet p WHERE ${condition}`);
    connection.closeSync();
    instance.closeSync();
    assert.equal(plan.getRows().join('').split(' FILTER ').length - 1, 1);
  });

  it('returns packets in order with several threads', async () => {
    const store = await openStore(`duckdb:${join(folder, 'many.duckdb')}`, { threads: 4 });
    const batches = batchesOf(OFFICE_HOUR, 8192);
    const rounds = 60;
    for (let round = 0; round < rounds; round++)
      await Promise.all(
        batches.map((batch) => store.write({ ...batch, source: `file:${round}`, flows: [] })),
      );
    const ids: number[] = [];
    let after: string | undefined;
    do {
      const page = await store.packets({ filter: 'dns', limit: 3000, ...(after && { after }) });
      ids.push(...page.items.map(({ id }) => id));
      after = page.next ?? undefined;
    } while (after !== undefined);
    assert.deepEqual(
      ids,
      ids.toSorted((a, b) => a - b),
    );
    assert.equal(new Set(ids).size, rounds * passing(OFFICE_HOUR, 'dns').length);
    await store.close();
  });

  it('after its process is killed, has only complete batches, and accepts the rest', async () => {
    const url = `duckdb:${join(folder, 'killed.duckdb')}`;
    const child = spawnChild(process.execPath, [CHILD, url], { stdio: ['ignore', 'pipe', 'inherit'] });
    let said = '';
    await new Promise<void>((resolve) => {
      child.stdout.on('data', (text) => {
        said += text;
        if (said.split('\n').length > 12) {
          child.kill('SIGKILL');
          resolve();
        }
      });
    });
    await new Promise((resolve) => child.once('exit', resolve));
    const acknowledged = said.split('\n').length - 1;
    const store = await openStore(url);
    const { packets } = await store.info();
    assert.ok(packets % 100 === 0 && packets >= acknowledged * 100, `${packets} of ${acknowledged} batches`);
    await Promise.all(batchesOf(OFFICE_HOUR, 100).map((batch) => store.write(batch)));
    assert.equal((await store.protocolSummary()).packets, 5125);
    assert.equal((await store.protocolSummary({ filter: 'frame' })).packets, 5125);
    await store.close();
  });

  it('can be reopened after a kill right after its creation', async () => {
    const [made, killed] = [join(folder, 'made.duckdb'), join(folder, 'killed.duckdb')];
    const store = await openStore(`duckdb:${made}`);
    for (const ending of ['', '.wal'])
      if (existsSync(made + ending)) copyFileSync(made + ending, killed + ending);
    await store.close();
    const again = await openStore(`duckdb:${killed}`);
    assert.equal((await again.info()).packets, 0);
    await again.close();
  });

  for (const [version, older] of [
    [5, TO_VERSION_5],
    [4, TO_VERSION_4],
  ] as const)
    it(`of schema ${version} is migrated with everything that its packets say`, async () => {
      const path = join(folder, `version${version}.duckdb`);
      const store = await openStore(`duckdb:${path}`);
      await store.write(strangeBatch());
      for (const batch of batchesOf(OFFICE_HOUR)) await store.write(batch);
      const before = await allOf(store);
      await store.close();
      await run(path, older);
      const migrated = await openStore(`duckdb:${path}`);
      assert.deepEqual(await allOf(migrated), before);
      assert.equal((await migrated.write(strangeBatch())).applied, false);
      await migrated.close();
    });

  it('gives back the space of the older tables once it is migrated, or says that it keeps it', async (t) => {
    const [path, whole] = [join(folder, 'large4.duckdb'), join(folder, 'whole4.duckdb')];
    const store = await openStore(`duckdb:${path}`);
    for (let i = 0; i < 20; i++)
      await Promise.all(
        batchesOf(OFFICE_HOUR).map((batch) => store.write({ ...batch, source: `file:${i}` })),
      );
    await store.close();
    // As it would be had it never been anything else: without free blocks.
    await run(
      path,
      `${TO_VERSION_4}; CHECKPOINT; ATTACH '${whole}' AS whole; COPY FROM DATABASE large4 TO whole; CHECKPOINT whole`,
    );
    copyFileSync(whole, path);
    const before = statSync(path).size;
    const lines: string[] = [];
    const onMigration = (line: string): void => void lines.push(line);
    const migrated = await openStore(`duckdb:${path}`, { onMigration });
    assert.match(lines.at(-1)!, /large4\.duckdb: giving back \d+ MB that the older schema took$/);
    assert.ok(statSync(path).size < before * 1.2, `${before} bytes became ${statSync(path).size}`);
    assert.equal((await migrated.protocolSummary({ filter: 'frame' })).packets, 20 * 5125);
    await migrated.close();
    const killed = join(folder, 'killed4.duckdb');
    copyFileSync(whole, killed);
    const { mock } = t.mock.method(DuckDBDatabase.prototype, 'vacuum', async () => {
      throw new StoreError('ERR_STORE_DISK_FULL', 'the disk is full');
    });
    const kept = await openStore(`duckdb:${whole}`, { onMigration });
    assert.match(
      lines.at(-1)!,
      /keeps \d+ MB that it does not need, until they can be given back: the disk is full$/,
    );
    assert.equal((await kept.protocolSummary({ filter: 'frame' })).packets, 20 * 5125);
    await kept.close();
    mock.restore();

    // Killed as it would begin to give it back.
    const dying = `const { DuckDBDatabase } = await import('${new URL('../src/duckdb/database.ts', import.meta.url)}');
      const { openStore } = await import('${new URL('../src/open.ts', import.meta.url)}');
      DuckDBDatabase.prototype.vacuum = () => process.kill(process.pid, 'SIGKILL');
      await openStore('duckdb:${killed}');`;
    const child = spawnSync(process.execPath, ['--input-type=module', '-e', dying]);
    assert.equal(child.signal, 'SIGKILL');
    for (const path of [whole, killed]) {
      const later = await openStore(`duckdb:${path}`, { onMigration });
      assert.match(lines.at(-1)!, /: giving back \d+ MB that the older schema took$/);
      assert.ok(statSync(path).size < before * 1.2, `${before} bytes became ${statSync(path).size}`);
      assert.equal((await later.protocolSummary({ filter: 'frame' })).packets, 20 * 5125);
      await later.close();
      lines.length = 0;
      await (await openStore(`duckdb:${path}`, { onMigration })).close();
      assert.deepEqual(lines, []);
    }
  });

  it('of an older schema is migrated with its contents, and accepts batches', async () => {
    const path = join(folder, 'version3.duckdb');
    const store = await openStore(`duckdb:${path}`);
    const batches = batchesOf(OFFICE_HOUR);
    await Promise.all(batches.slice(0, 3).map((batch) => store.write(batch)));
    await store.close();
    await run(path, TO_VERSION_3);
    await migratedAndGoingOn(await openStore(`duckdb:${path}`));
    // The log of the change is read back, too.
    const again = await openStore(`duckdb:${path}`);
    assert.equal((await again.info()).packets, 5125);
    await again.close();
  });

  it('refuses unusable files, each with an error of its own', async () => {
    const text = join(folder, 'text');
    writeFileSync(text, 'no database, but long enough to be looked at '.repeat(300));
    await assert.rejects(openStore(`duckdb:${text}`), code('ERR_STORE_FOREIGN'));

    const other = join(folder, 'other.duckdb');
    await run(other, 'CREATE TABLE sheep (name VARCHAR)');
    await assert.rejects(openStore(`duckdb:${other}`), code('ERR_STORE_FOREIGN'));

    const newer = join(folder, 'newer.duckdb');
    await (await openStore(`duckdb:${newer}`)).close();
    await run(newer, `UPDATE meta SET value = '2000' WHERE name = 'schema'`);
    await assert.rejects(openStore(`duckdb:${newer}`), code('ERR_STORE_NEWER'));

    const older = join(folder, 'older.duckdb');
    await (await openStore(`duckdb:${older}`)).close();
    await run(older, `${TO_VERSION_3}; UPDATE meta SET value = '2' WHERE name = 'schema'; DROP TABLE clocks`);
    await assert.rejects(openStore(`duckdb:${older}`, { readOnly: true }), code('ERR_STORE_OLDER'));
    await (await openStore(`duckdb:${older}`)).close();
    await (await openStore(`duckdb:${older}`, { readOnly: true })).close();

    await assert.rejects(
      openStore(`duckdb:${join(folder, 'none')}`, { create: false }),
      code('ERR_STORE_NOT_FOUND'),
    );
    await assert.rejects(openStore('duckdb:'), code('ERR_STORE_URL'));
    await assert.rejects(openStore('office.duckdb'), code('ERR_STORE_URL'));
  });

  it('on a full disk keeps its contents, and continues when there is space', {
    skip: smallDisk(),
  }, async () => {
    const disk = join(folder, 'disk');
    mkdirSync(disk);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=6m', 'tmpfs', disk]);
    try {
      const store = await openStore(`duckdb:${join(disk, 'full.duckdb')}`);
      const batches = batchesOf(OFFICE_HOUR);
      let stored = 0;
      let problem: unknown;
      for (let round = 0; round < 200 && problem === undefined; round++)
        for (const batch of batches)
          await store.write({ ...batch, source: `file:${round}`, flows: [] }).then(
            ({ packets }) => {
              stored += packets;
            },
            (error: unknown) => {
              problem ??= error;
            },
          );
      assert.ok(code('ERR_STORE_DISK_FULL')(problem), String(problem));
      execFileSync('mount', ['-o', 'remount,size=64m', disk]);
      const again = await store.write({ ...batches[0]!, source: 'file:after', flows: [] });
      stored += again.packets;
      assert.equal((await store.protocolSummary({ filter: 'frame' })).packets, stored);
      assert.equal((await store.protocolSummary()).packets, stored);
      await store.close();
    } finally {
      execFileSync('umount', ['-l', disk]);
    }
  });

  it('is created readable by its owner only; a rewrite keeps its mode', {
    skip: process.platform === 'win32',
  }, async () => {
    const [path, link] = [join(folder, 'private/own.duckdb'), join(folder, 'link.duckdb')];
    const mode = (file: string): string => (statSync(file).mode & 0o777).toString(8);
    const umask = process.umask(0o022);
    try {
      const store = await openStore(`duckdb:${path}`);
      await store.write(batchesOf(OFFICE_HOUR)[0]!);
      assert.deepEqual([mode(dirname(path)), mode(path), mode(`${path}.wal`)], ['700', '600', '600']);
      await store.close();
      chmodSync(path, 0o640);
      symlinkSync(path, link);
      // What a rewrite left that was killed.
      writeFileSync(`${path}.fresh`, 'x');
      const linked = await openStore(`duckdb:${link}`);
      assert.ok(!existsSync(`${path}.fresh`));
      const { packets } = await linked.vacuum();
      assert.deepEqual([packets > 0, mode(path), readlinkSync(link)], [true, '640', path]);
      await linked.close();
    } finally {
      process.umask(umask);
    }
  });

  it('without space for a rewrite: is unchanged', {
    skip: smallDisk(),
  }, async () => {
    const disk = join(folder, 'narrow');
    mkdirSync(disk);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64m', 'tmpfs', disk]);
    try {
      const store = await openStore(`duckdb:${join(disk, 'narrow.duckdb')}`);
      for (const batch of batchesOf(OFFICE_HOUR)) await store.write(batch);
      const { packets, bytes } = await store.vacuum();
      writeFileSync(join(disk, 'other'), Buffer.alloc(64 * 2 ** 20 - Math.floor(bytes * 1.5)));
      await assert.rejects(store.vacuum(), code('ERR_STORE_DISK_FULL'));
      assert.deepEqual(readdirSync(disk).sort(), ['narrow.duckdb', 'other']);
      assert.equal((await store.protocolSummary()).packets, packets);
      await store.write({ ...batchesOf(OFFICE_HOUR)[0]!, source: 'file:after' });
      await store.close();
    } finally {
      execFileSync('umount', ['-l', disk]);
    }
  });

  it('in a folder without write permission: fails with an error that says so', {
    skip: userInfo().uid === 0 && 'root may write everywhere',
  }, async () => {
    const closed = join(folder, 'closed');
    mkdirSync(closed);
    chmodSync(closed, 0o500);
    await assert.rejects(openStore(`duckdb:${join(closed, 'x.duckdb')}`), code('ERR_STORE_DENIED'));
  });
});

async function run(path: string, sql: string): Promise<void> {
  const instance = await DuckDBInstance.create(path);
  const connection = await instance.connect();
  await connection.run(sql);
  connection.closeSync();
  instance.closeSync();
}

/** A small disk is made of memory, which only root may. */
function smallDisk(): false | string {
  if (process.platform !== 'linux' || userInfo().uid !== 0)
    return 'needs root on Linux, to mount a small disk';
  const probe = mkdtempSync(join(tmpdir(), 'eyrie-mount-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', probe], { stdio: 'ignore' });
    execFileSync('umount', [probe], { stdio: 'ignore' });
    return false;
  } catch {
    return 'needs the right to mount a small disk';
  } finally {
    rmSync(probe, { recursive: true, force: true });
  }
}
