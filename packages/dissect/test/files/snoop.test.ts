import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Builder, concat, packet, readAll } from './support.ts';

function snoop(dataLink: number, ...records: Uint8Array[]): Uint8Array {
  const header = new Builder(false).text('snoop\0\0\0').number(4, 2, dataLink).done();
  return concat(header, ...records);
}

function record(bytes: number[], wireLength: number, padding: number): Uint8Array {
  return new Builder(false)
    .number(4, wireLength, bytes.length, 24 + bytes.length + padding, 0, 1_700_000_000, 123_456)
    .bytes(bytes)
    .bytes(Array(padding).fill(0xaa))
    .done();
}

test('packets with their padding', () => {
  const file = snoop(4, record([1, 2, 3, 4, 5], 60, 3), record([], 60, 0), record([1, 2, 3, 4], 4, 0));
  const { packets, problem, reader } = readAll(file);
  assert.equal(problem, null);
  assert.equal(reader.format, 'snoop');
  assert.deepEqual(packets, [
    packet({ wireLength: 60 }),
    packet({ wireLength: 60, bytes: [] }),
    packet({ bytes: [1, 2, 3, 4] }),
  ]);
});

test('a file without packets is no problem', () => {
  const { problem, reader } = readAll(snoop(4));
  assert.equal(problem, null);
  assert.equal(reader.interfaces[0]?.linkType, 1);
});

test('data-link types become link types', () => {
  for (const [dataLink, linkType] of [
    [0, 1],
    [2, 6],
    [8, 10],
    [9, 0],
    [16, 122],
    [0x80000005, 226],
  ] as const) {
    assert.equal(readAll(snoop(dataLink, record([1], 1, 3))).packets[0]?.linkType, linkType);
  }
});

test('the header before ATM packets is not part of them', () => {
  const { packets } = readAll(snoop(18, record([1, 2, 3, 4, 5, 6], 60, 2)));
  assert.deepEqual(packets, [packet({ bytes: [5, 6], wireLength: 56, linkType: 123 })]);
});

test('Surveyor is known by its trailers', () => {
  const wireless = [0, 0, 0, 8, 1, 1, 1, 1, 1, 1, 1, 1];
  const { packets, reader } = readAll(snoop(18, record([...wireless, 5, 6], 60, 18)));
  assert.deepEqual(packets, [packet({ bytes: [5, 6], wireLength: 48, linkType: 105 })]);
  assert.equal(reader.sections[0]?.application, 'Surveyor');
  assert.equal(readAll(snoop(10, record([1], 60, 19))).packets[0]?.linkType, 1);
});

test('records that contradict themselves are damage', () => {
  for (const at of [4, 8]) {
    const bad = record([1, 2], 2, 2);
    bad[at] = 0x7f;
    const { problem, packets } = readAll(snoop(4, record([1, 2], 2, 2), bad));
    assert.equal(problem?.code, 'damaged');
    assert.equal(problem?.offset, 16 + 28);
    assert.equal(packets.length, 1);
  }
});
