import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { storeError as duckdbError } from '../src/duckdb/errors.ts';
import { StoreError } from '../src/errors.ts';
import { storeError as postgresError } from '../src/postgres/errors.ts';

const of = (error: unknown): [string, boolean] => {
  assert.ok(error instanceof StoreError);
  return [error.code, error.isTemporary];
};

/** A batch that a store refuses for good is lost to it: that must not happen because of a disk, or of memory. */
describe('errors of the database', () => {
  const duckdb = (message: string) => of(duckdbError(new Error(message), 'x.duckdb'));
  it('are distinguished from errors of a batch by the messages of DuckDB', () => {
    assert.deepEqual(duckdb('IO Error: Could not read from file "x.duckdb": Input/output error'), [
      'ERR_STORE_AWAY',
      true,
    ]);
    assert.deepEqual(
      duckdb('Out of Memory Error: failed to allocate data of size 256.0 KiB (1.0 GiB/1.0 GiB used)'),
      ['ERR_STORE_AWAY', true],
    );
    assert.deepEqual(
      duckdb(
        'TransactionContext Error: Failed to commit: failed to pin block of size 256.0 KiB (15.2 MiB/15.2 MiB used)',
      ),
      ['ERR_STORE_AWAY', true],
    );
    assert.deepEqual(duckdb('IO Error: Could not write all bytes to file "x": No space left on device'), [
      'ERR_STORE_DISK_FULL',
      true,
    ]);
    // The file, not the disk: it ends too early.
    assert.deepEqual(duckdb('IO Error: Could not read enough bytes from file "x": attempted to read 4096'), [
      'ERR_STORE_FAILED',
      false,
    ]);
    assert.deepEqual(duckdb('Conversion Error: Type DOUBLE with value 1e300 can not be cast'), [
      'ERR_STORE_FAILED',
      false,
    ]);
  });

  it('are distinguished by the SQLSTATEs of PostgreSQL', () => {
    const postgres = (code: string) =>
      of(postgresError(Object.assign(new Error('it said so'), { code }), 'postgres://db'));
    for (const code of ['25006', '53000', '53400', '58030'])
      assert.deepEqual(postgres(code), ['ERR_STORE_AWAY', true]);
    assert.deepEqual(postgres('53100'), ['ERR_STORE_DISK_FULL', true]);
    assert.deepEqual(postgres('22003'), ['ERR_STORE_FAILED', false]);
  });

  it('on a lost connection are distinguished by the errors of the client', () => {
    for (const message of [
      'Connection terminated unexpectedly',
      'Client has encountered a connection error and is not queryable',
    ])
      assert.deepEqual(of(postgresError(new Error(message), 'postgres://db')), ['ERR_STORE_AWAY', true]);
  });
});
