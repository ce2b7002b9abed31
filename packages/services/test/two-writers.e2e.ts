// Two who store one capture file at once: each packet is stored once, and the second is told in one line.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import pg from 'pg';
import { sharedPostgres } from '../../store/test/shared-postgres.ts';
import { freePort, Process } from './support/processes.ts';

const OFFICE = join(import.meta.dirname, '../../../samples/office-hour.pcapng');
const PACKETS = 5125;
const folder = mkdtempSync(join(tmpdir(), 'eyrie-two-writers-'));
after(() => rmSync(folder, { recursive: true }));

/** A database, and a connection that is in the way of whoever stores, or looks at what was stored. */
class Database {
  readonly url: string;
  readonly #client: pg.Client;

  private constructor(url: string, client: pg.Client) {
    this.url = url;
    this.#client = client;
  }

  static async make(): Promise<Database> {
    const url = await (await sharedPostgres()).makeEmpty();
    const client = new pg.Client({ connectionString: url, application_name: 'scene' });
    await client.connect();
    return new Database(url, client);
  }

  /** From here on who stores waits before its commit. */
  async block(): Promise<void> {
    // Before the first one, there are no tables yet.
    await this.until(`SELECT to_regclass('tallies') IS NOT NULL`);
    await this.#client.query('BEGIN; LOCK TABLE tallies IN SHARE MODE');
  }

  async go(): Promise<void> {
    await this.#client.query('COMMIT');
  }

  async until(question: string): Promise<void> {
    for (const end = Date.now() + 60_000; Date.now() < end; ) {
      await this.#client.query('SELECT pg_stat_clear_snapshot()');
      const { rows } = await this.#client.query({ text: question, rowMode: 'array' });
      if (rows[0]?.[0] === true) return;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    assert.fail(`it did not come to this: ${question}`);
  }

  /** Each packet once, and each of them in the counts. */
  async holdsAll(): Promise<void> {
    const { rows } = await this.#client.query(
      `SELECT count(*)::int AS packets, count(DISTINCT number)::int AS numbers, max(number)::int AS last,
         (SELECT sum(packets)::int FROM tallies) AS tallied FROM packet`,
    );
    assert.deepEqual(rows[0], { packets: PACKETS, numbers: PACKETS, last: PACKETS, tallied: PACKETS });
    const { rows: captures } = await this.#client.query(
      'SELECT ended IS NOT NULL AS ended, problem FROM captures',
    );
    assert.deepEqual(captures, [{ ended: true, problem: null }]);
  }

  /** Packets of all conversations, each as often as it was reported. */
  async conversations(): Promise<unknown[]> {
    const { rows } = await this.#client.query(
      'SELECT transport, stream, client, client_port, packets::int, bytes::int FROM flows ORDER BY transport, stream',
    );
    return rows;
  }

  async close(): Promise<void> {
    await this.#client.end();
  }
}

async function linesOf(child: Process): Promise<[code: number | null, lines: string[]]> {
  const code = await child.ended;
  return [code, child.said.trimEnd().split('\n')];
}

describe('two who store one file', () => {
  let alone: unknown[] = [];

  it('in PostgreSQL: the second eyrie import says in one line that the first is at it, and the next ones that it is stored', async () => {
    const database = await Database.make();
    const first = new Process(['import', OFFICE, '--store', database.url]);
    await database.block();
    await database.until(
      `SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock')`,
    );
    const [code, lines] = await linesOf(new Process(['import', OFFICE, '--store', database.url]));
    assert.equal(code, 1, lines.join('\n'));
    assert.match(
      lines.at(-1)!,
      /^eyrie: .*office-hour\.pcapng: another process is storing it just now, as capture 1; start again when that has ended$/,
    );
    await database.go();
    assert.equal(await first.ended, 0, first.said);
    await database.holdsAll();
    alone = await database.conversations();
    const [again, said] = await linesOf(new Process(['import', OFFICE, '--store', database.url]));
    assert.equal(again, 0);
    assert.match(said[0]!, /is stored already, as capture 1/);
    await database.close();
  });

  it('in PostgreSQL: the services and eyrie import at once leave each packet once', async () => {
    const database = await Database.make();
    const [storePort, parsePort] = [await freePort(), await freePort()];
    const persistor = new Process(['persistor', '--port', `${storePort}`, '--store', database.url]);
    await persistor.says('takes batches on');
    const parser = new Process([
      ...['parser', '--port', `${parsePort}`, '--persistor', `http://127.0.0.1:${storePort}`],
    ]);
    await parser.says('takes packets on');
    const capture = new Process(['capture', OFFICE, '--parser', `http://127.0.0.1:${parsePort}`], {
      EYRIE_CAPTURE_BATCH_PACKETS: '64',
    });
    await database.until(`SELECT count(*) > 3 FROM batches`);
    const imported = new Process(['import', OFFICE, '--store', database.url]);
    const [code, lines] = await linesOf(imported);
    assert.equal(await capture.ended, 0, capture.said);
    // Who came second depends on the machine.
    if (code === 1)
      assert.match(lines.at(-1)!, /stored already, by another process.*start again when that has ended$/);
    else assert.equal(code, 0, imported.said);
    await database.holdsAll();
    assert.deepEqual(await database.conversations(), alone);
    await parser.stop();
    await persistor.stop();
    await database.close();
  });

  it('in DuckDB: the second process says in one line which one has the file', async () => {
    const store = `duckdb:${join(folder, 'one.duckdb')}`;
    const port = await freePort();
    const persistor = new Process(['persistor', '--port', `${port}`, '--store', store]);
    await persistor.says('takes batches on');
    const [code, lines] = await linesOf(new Process(['import', OFFICE, '--store', store]));
    assert.equal(code, 1);
    assert.equal(lines.length, 1, lines.join('\n'));
    assert.match(
      lines[0]!,
      /^eyrie: .*one\.duckdb: .* has this store open; stop it, or ask it over its HTTP API$/,
    );
    await persistor.stop();
    assert.equal((await linesOf(new Process(['import', OFFICE, '--store', store])))[0], 0);
  });
});
