import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { BatchError, decodeBatch, encodeBatch } from '../src/batch/codec.ts';
import { ADDRESS_BYTES } from '../src/batch/layout.ts';
import { NONE, PacketBatch } from '../src/batch/packet-batch.ts';
import { fieldNamed } from '../src/core/registry.ts';

const CAPACITY = 40;
const FIELDS = [fieldNamed('dns.qry.name')!, fieldNamed('ip.ttl')!];

const u32 = fc.integer({ min: 0, max: 0xffff_ffff });
const aPacket = fc.record({
  number: fc.nat(),
  seconds: fc.integer({ min: -(2 ** 40), max: 2 ** 40 }),
  nanoseconds: fc.nat(999_999_999),
  wireLength: u32,
  capturedLength: u32,
  fileOffset: fc.maxSafeNat(),
  interfaceId: fc.integer({ min: -1, max: 70_000 }),
  addressKind: fc.nat(3),
  source: fc.uint8Array({ minLength: ADDRESS_BYTES, maxLength: ADDRESS_BYTES }),
  destination: fc.uint8Array({ minLength: ADDRESS_BYTES, maxLength: ADDRESS_BYTES }),
  transport: fc.nat(255),
  sourcePort: fc.nat(65_535),
  destinationPort: fc.nat(65_535),
  stream: fc.integer({ min: NONE, max: 2 ** 31 - 1 }),
  tcpFlags: fc.nat(65_535),
  tcpAnalysis: fc.nat(65_535),
  tcpLength: u32,
  marks: fc.nat(255),
  protocol: fc.nat(2),
  path: fc.nat(2),
  outer: fc.integer({ min: NONE, max: 2 }),
  name: fc.integer({ min: NONE, max: 2 }),
  ttl: fc.oneof(fc.nat(255), fc.constant(Number.NaN)),
});

const aBatch = fc
  .tuple(
    fc.boolean(),
    fc.array(fc.string({ unit: 'binary' }), { minLength: 3, maxLength: 5 }),
    fc.array(aPacket, { maxLength: CAPACITY }),
  )
  .map(([hasFields, texts, packets]) => {
    const batch = new PacketBatch(CAPACITY, hasFields ? FIELDS : []);
    batch.texts.push(...texts);
    packets.forEach(({ source, destination, name, ttl, ...plain }, i) => {
      batch.source.set(source, i * ADDRESS_BYTES);
      batch.destination.set(destination, i * ADDRESS_BYTES);
      for (const [column, value] of Object.entries(plain))
        (batch[column as keyof typeof plain] as Float64Array)[i] = value;
      if (hasFields) {
        batch.fields[0]!.texts![i] = name;
        batch.fields[1]!.numbers![i] = ttl;
      }
    });
    batch.length = packets.length;
    return batch;
  });

/** Everything a batch says, as far as it is filled. */
function said(batch: PacketBatch): unknown {
  const { length, texts, fields, source, destination } = batch;
  const columns = [
    batch.number,
    batch.seconds,
    batch.nanoseconds,
    batch.wireLength,
    batch.capturedLength,
    batch.fileOffset,
    batch.interfaceId,
    batch.addressKind,
    batch.transport,
    batch.sourcePort,
    batch.destinationPort,
    batch.stream,
    batch.tcpFlags,
    batch.tcpAnalysis,
    batch.tcpLength,
    batch.marks,
    batch.protocol,
    batch.path,
  ];
  return {
    length,
    texts,
    columns: columns.map((column) => [...column.subarray(0, length)]),
    addresses: [source, destination].map((column) => [...column.subarray(0, length * ADDRESS_BYTES)]),
    fields: fields.map(({ field, numbers, texts: places }) => [
      field.name,
      [...(numbers ?? places)!.subarray(0, length)],
    ]),
  };
}

describe('a batch as bytes', () => {
  it('comes back as it was', () => {
    fc.assert(
      fc.property(aBatch, (batch) => assert.deepEqual(said(decodeBatch(encodeBatch(batch))), said(batch))),
    );
  });

  it('comes back from the middle of a larger buffer', () => {
    const batch = new PacketBatch(2);
    batch.texts.push('x');
    batch.length = 1;
    const bytes = encodeBatch(batch);
    const larger = new Uint8Array(bytes.length + 3);
    larger.set(bytes, 3);
    assert.deepEqual(said(decodeBatch(larger.subarray(3))), said(batch));
  });

  it('is refused when cut or damaged, and never believed beyond its texts', () => {
    fc.assert(
      fc.property(aBatch, fc.nat(), fc.nat(255), (batch, place, value) => {
        const bytes = encodeBatch(batch);
        assert.throws(() => decodeBatch(bytes.subarray(0, place % bytes.length)), BatchError);
        bytes[place % bytes.length] = value;
        let read: PacketBatch;
        try {
          read = decodeBatch(bytes);
        } catch (error) {
          assert.ok(error instanceof BatchError);
          return;
        }
        for (let i = 0; i < read.length; i++) {
          assert.ok(read.protocol[i]! < read.texts.length && read.path[i]! < read.texts.length);
          assert.ok(read.addressKind[i]! <= 3);
        }
      }),
    );
  });

  it('is refused with a field that is not known here', () => {
    const bytes = encodeBatch(new PacketBatch(1, FIELDS));
    bytes[bytes.indexOf(0x64, 16)] = 0x7a;
    assert.throws(() => decodeBatch(bytes), /the field zns\.qry\.name, which is not known here/);
  });

  it('a buffer of another size is not taken for columns', () => {
    assert.throws(() => new PacketBatch(8, [], new ArrayBuffer(8)), RangeError);
    const first = new PacketBatch(8);
    assert.equal(new PacketBatch(8, [], first.buffer).number.buffer, first.buffer);
  });
});
