import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { IPV4, IPV6, PacketBatch } from '@eyrie/dissect';
import fc from 'fast-check';
import { nanosecondsOf, secondsText } from '../src/query/time.ts';
import { widthFor } from '../src/query/timeline.ts';
import type { Transaction } from '../src/sql/database.ts';
import { AddressTable } from '../src/write/address-table.ts';
import { Captures } from '../src/write/captures.ts';
import { putInt64, putNanoseconds } from '../src/write/int64.ts';
import { OuterBook, UNRECORDED } from '../src/write/outer-book.ts';
import { floorTo, tallied } from '../src/write/tally.ts';
import { batchOf } from './support.ts';

describe('numbers of 64 bits', () => {
  const made = new BigInt64Array(1);
  const words = new Int32Array(made.buffer);

  it('are what a bigint would be', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), (value) => {
        putInt64(words, 0, value);
        assert.equal(made[0], BigInt(value));
      }),
    );
    const seconds = fc.integer({ min: -9_000_000_000, max: 9_000_000_000 });
    fc.assert(
      fc.property(seconds, fc.nat(999_999_999), (whole, nanoseconds) => {
        putNanoseconds(words, 0, whole, nanoseconds);
        const expected = BigInt(whole) * 1_000_000_000n + BigInt(nanoseconds);
        assert.equal(made[0], expected);
        assert.equal(nanosecondsOf(secondsText(expected), 'time'), expected);
      }),
    );
  });

  it('hold the outermost times for those beyond', () => {
    putNanoseconds(words, 0, 2 ** 60, 5);
    assert.ok(made[0]! >= 9_000_000_000_000_000_000n);
    putNanoseconds(words, 0, -(2 ** 60), 5);
    assert.ok(made[0]! < -8_999_999_999_000_000_000n);
  });
});

describe('the table of addresses', () => {
  it('gives each address one number, whatever comes between', () => {
    const table = new AddressTable();
    const known = new Map<string, number>();
    let next = 1;
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(5000), fc.constantFrom(IPV4, IPV6)), { maxLength: 300 }),
        (all) => {
          const entries = all.map(([word, kind]) => table.find(Int32Array.of(word, 0, word % 3, 0), 0, kind));
          for (const { id } of table.number(next)) next = id + 1;
          all.forEach(([word, kind], i) => {
            const key = `${word} ${kind}`;
            const id = table.id(entries[i]!);
            assert.equal(known.get(key) ?? id, id);
            known.set(key, id);
          });
          assert.equal(new Set(known.values()).size, known.size);
        },
      ),
    );
    assert.equal(table.size, known.size);
  });

  it('tells what it numbered, and learns it again', () => {
    const table = new AddressTable();
    table.find(Int32Array.of(1, 2, 3, 4), 0, IPV6);
    const [made] = table.number(7);
    const other = new AddressTable();
    other.learn(made!.id, made!.kind, made!.bytes);
    const found = other.find(Int32Array.of(9, 1, 2, 3, 4).subarray(1), 0, IPV6);
    assert.deepEqual([other.id(found), other.unnumbered], [7, 0]);
  });
});

describe('captures', () => {
  it('are cached until they have ended', async () => {
    let lookups = 0;
    const tx: Partial<Transaction> = {
      inTurn: async () => {},
      all: async () => [[++lookups, 0, null, null, null]],
    };
    const captures = new Captures(false);
    const found = async (source: string) => (await captures.of(tx as Transaction, batchOf(source, 0))).id;
    assert.deepEqual([await found('a'), await found('b'), await found('a')], [1, 2, 1]);
    captures.forget(1);
    assert.deepEqual([await found('b'), await found('a'), await found('a')], [2, 3, 3]);
  });
});

describe('tallies', () => {
  it('add up to what was counted, in steps that are parts of those of a time line', () => {
    const packet = fc.record({ time: fc.bigInt({ min: -(10n ** 15n), max: 10n ** 18n }), kind: fc.nat(3) });
    fc.assert(
      fc.property(fc.array(packet, { minLength: 1, maxLength: 100 }), (packets) => {
        const { list, width, first, last, bytes } = tallied({
          length: packets.length,
          time: BigInt64Array.from(packets, ({ time }) => time),
          protocol: Int32Array.from(packets, ({ kind }) => kind),
          path: Int32Array.from(packets, ({ kind }) => kind >> 1),
          bytes: Uint32Array.from(packets, () => 10),
        });
        assert.equal(
          list.reduce((sum, tally) => sum + tally.packets, 0),
          packets.length,
        );
        assert.equal(bytes, packets.length * 10);
        for (const { bucket, protocol, packets: count } of list)
          assert.equal(
            packets.filter(({ time, kind }) => kind === protocol && floorTo(time, width) === bucket).length,
            count,
          );
        const wide = widthFor(first, last, 20);
        assert.ok(wide < width || wide % width === 0n);
      }),
    );
  });
});

describe('addresses that no column shows', () => {
  /** A batch with a packet for each text. */
  const batchOf = (texts: readonly string[]): PacketBatch => {
    const batch = new PacketBatch(texts.length);
    batch.texts.push(...texts);
    batch.outer.set(texts.map((_, i) => i));
    batch.length = texts.length;
    return batch;
  };
  const rows: unknown[] = [];
  const tx = {
    reserve: async (_: string, count: number) => count * 100,
    insert: async (...[, , some]: Parameters<Transaction['insert']>) => void rows.push(...some),
  } as unknown as Transaction;

  it('have one number for all of a packet, in whatever order they stand; more than a bound are not told', async () => {
    const book = new OuterBook(null, 2);
    const first = await book.numbers(
      tx,
      batchOf(['10.0.0.1 10.0.0.2>10.0.0.3', '10.0.0.2 10.0.0.1>10.0.0.3', '>']),
    );
    assert.deepEqual([...first.values()], [100, 100, 0]);
    assert.equal(rows.length, 3);
    const more = await book.numbers(
      tx,
      batchOf(['2001:db8::1>', '>2001:db8::1', '10.0.0.1 10.0.0.2>10.0.0.3']),
    );
    assert.deepEqual([...more.values()], [100, UNRECORDED, 100]);
  });

  it('keep their numbers under pseudonyms when they are read again', async () => {
    const hidden = (_: number, bytes: Uint8Array): Uint8Array => bytes.map((byte) => byte ^ 0x55);
    const kept: Record<string, unknown>[] = [];
    const store = {
      ...tx,
      insert: async (...[, , some]: Parameters<Transaction['insert']>) => void kept.push(...some),
      all: async () => kept.map(({ id, side, text }) => [id, side, text]),
    } as unknown as Transaction;
    const packets = batchOf(['10.0.0.1 10.0.0.2>10.0.0.3', '2001:db8::1>']);
    const before = await new OuterBook(hidden).numbers(store, packets);
    assert.ok(!JSON.stringify(kept).includes('10.0.0.'));
    const again = new OuterBook(hidden);
    await again.load(store);
    assert.deepEqual(await again.numbers(store, packets), before);
    assert.equal(kept.length, 4);
  });

  it('are not told where a batch says what no batch should', async () => {
    const long = Array.from({ length: 33 }, (_, i) => `10.0.0.${i}`).join(' ');
    const wrong = ['UDP', '10.0.0.0/8>', "'; DROP TABLE packet>", `${long}>`];
    const numbers = await new OuterBook(null).numbers(tx, batchOf(wrong));
    assert.deepEqual(
      [...numbers.values()],
      wrong.map(() => UNRECORDED),
    );
  });
});
