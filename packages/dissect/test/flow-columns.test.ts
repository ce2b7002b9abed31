// Conversations as columns between threads: what comes out is what went in, merged.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { FlowBook, flowRows } from '../src/batch/flow-columns.ts';
import type { Flow } from '../src/flows/flow-records.ts';

const STATES = [
  'midstream',
  'unanswered',
  'refused',
  'half-open',
  'established',
  'closing',
  'closed',
  'reset',
];

const count = fc.nat(1e12);
const end = fc.record({ address: fc.ipV4(), port: fc.nat(65_535) });
const amount = fc.record({ packets: count, bytes: count });
const flow = fc.record({
  stream: fc.nat(1e9),
  transport: fc.constantFrom('tcp', 'udp', 'dccp', 'sctp', 'udplite'),
  ...{ client: end, server: end, toServer: amount, toClient: amount },
  start: fc.double({ min: -1e9, max: 1e10, noNaN: true }).map((value) => value + 0),
  end: fc.double({ min: -1e9, max: 1e10, noNaN: true }).map((value) => value + 0),
  applications: fc.array(fc.constantFrom('tls', 'http', 'dns'), { maxLength: 3 }),
  serverName: fc.option(fc.string({ maxLength: 20 })),
  fingerprints: fc.dictionary(fc.constantFrom('tls.handshake.ja3', 'ssh.kex.hassh'), fc.string()),
  communityId: fc.string(),
  tcp: fc.option(
    fc.record({
      state: fc.constantFrom(...STATES),
      handshakeMs: fc.option(fc.double({ min: 0.001, max: 1e9, noNaN: true })),
      ...{ retransmissions: count, outOfOrder: count, zeroWindows: count },
      ...{ clientSequence: fc.option(fc.nat(0xffff_ffff)), serverSequence: fc.option(fc.nat(0xffff_ffff)) },
    }),
  ),
  why: fc.constantFrom('idle', 'active', 'replaced', 'end'),
}) as fc.Arbitrary<Flow>;

/** After they went to another thread. */
function rowsOf(flows: readonly Flow[], streamBase = 0) {
  const book = new FlowBook(streamBase);
  for (const each of flows) book.add(each);
  return flowRows(structuredClone(book.take()));
}

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe('conversations as columns', () => {
  it('are the same rows again, in their order', () => {
    const distinct = fc.uniqueArray(flow, {
      maxLength: 600,
      size: 'max',
      selector: ({ stream, transport }) => `${stream} ${transport}`,
    });
    fc.assert(
      fc.property(distinct, fc.nat(1e6), (flows, base) => {
        const expected = flows.map((each) => ({ ...each, stream: each.stream + base }));
        assert.deepEqual(plain(rowsOf(flows, base)), plain(expected));
      }),
      { numRuns: 20 },
    );
  });

  it('are one row where a conversation is told twice: sums, extremes, and what was said last', () => {
    fc.assert(
      fc.property(flow, flow, (first, other) => {
        const second = { ...other, stream: first.stream, transport: first.transport };
        const [row, ...more] = rowsOf([first, second]);
        assert.equal(more.length, 0);
        assert.equal(row!.toClient.bytes, first.toClient.bytes + second.toClient.bytes);
        assert.deepEqual(
          [row!.start, row!.end],
          [Math.min(first.start, second.start), Math.max(first.end, second.end)],
        );
        assert.deepEqual(row!.client, plain(first.client));
        assert.deepEqual(plain([row!.applications, row!.why]), [second.applications, second.why]);
        assert.equal(row!.serverName, second.serverName ?? first.serverName);
        assert.equal(row!.tcp?.state, (second.tcp ?? first.tcp)?.state);
        const handshakeMs = second.tcp?.handshakeMs ?? first.tcp?.handshakeMs ?? null;
        assert.equal(row!.tcp?.handshakeMs ?? null, handshakeMs);
      }),
    );
  });

  it('are gone once they were taken', () => {
    const book = new FlowBook(0);
    const [one, two] = fc.sample(flow, { numRuns: 2, seed: 7 });
    book.add(one!);
    book.take();
    book.add(two!);
    assert.deepEqual(plain(flowRows(book.take())), plain([two]));
    assert.equal(book.take().length, 0);
  });
});
