// The table of conversations says what a plain map of addresses and ports would say, whatever the addresses are.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { IPV4, IPV6, Packet } from '../../src/core/packet.ts';
import { Session } from '../../src/core/session.ts';
import { FlowTable } from '../../src/flows/flow-table.ts';

interface Endpoints {
  readonly kind: number;
  readonly src: readonly number[];
  readonly dst: readonly number[];
  readonly srcPort: number;
  readonly dstPort: number;
  readonly transport: number;
}

/** Few values, so that conversations come again; the highest bit of addresses is that which signs change. */
const octet = fc.constantFrom(0, 1, 127, 128, 255);
const port = fc.constantFrom(0, 1, 53, 0x7fff, 0x8000, 0xffff);

function endpoints(kind: number, width: number): fc.Arbitrary<Endpoints> {
  const address = fc.tuple(octet, octet).map(([first, last]) => {
    const bytes = new Array<number>(width).fill(0);
    bytes[0] = first;
    bytes[width - 1] = last;
    return bytes;
  });
  return fc.record({
    kind: fc.constant(kind),
    src: address,
    dst: address,
    srcPort: port,
    dstPort: port,
    transport: fc.constantFrom(6, 17),
  });
}

function asPacket(p: Packet, { kind, src, dst, srcPort, dstPort, transport }: Endpoints): Packet {
  p.netKind = kind;
  p.netBuf = Uint8Array.of(...src, ...dst);
  p.netSrc = 0;
  p.netDst = src.length;
  p.srcPort = srcPort;
  p.dstPort = dstPort;
  p.transport = transport;
  return p;
}

/** Below 0: the first is the lower endpoint. */
function compare(a: readonly number[], b: readonly number[]): number {
  const i = a.findIndex((value, k) => value !== b[k]);
  return i < 0 ? 0 : a[i]! - b[i]!;
}

describe('flow table', () => {
  it('tells conversations and directions apart as a map of both ends does', () => {
    const any = fc.oneof(endpoints(IPV4, 4), endpoints(IPV6, 16));
    fc.assert(
      fc.property(fc.array(any, { minLength: 1, maxLength: 300 }), (packets) => {
        const table = new FlowTable({ maxFlows: 100_000 });
        const p = new Packet(new Session());
        const known = new Map<string, { flow: number; stream: number }>();
        const streams = new Map<number, number>();
        for (const each of packets) {
          const order = compare([...each.src, each.srcPort], [...each.dst, each.dstPort]);
          const ends = [`${each.src} ${each.srcPort}`, `${each.dst} ${each.dstPort}`];
          if (order > 0) ends.reverse();
          const key = `${each.kind} ${each.transport} ${ends}`;
          const flow = table.see(asPacket(p, each));
          assert.equal(p.direction, order > 0 ? 1 : 0);
          assert.equal(p.flow, flow);
          assert.equal(table.isNew, !known.has(key));
          if (table.isNew) {
            const stream = streams.get(each.transport) ?? 0;
            streams.set(each.transport, stream + 1);
            known.set(key, { flow, stream });
          }
          assert.equal(flow, known.get(key)!.flow);
          assert.equal(table.stream(flow), known.get(key)!.stream);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('forgets what is idle longest when it is full, and finds the others still', () => {
    const table = new FlowTable({ maxFlows: 4 });
    const p = new Packet(new Session());
    const ends = (last: number): Endpoints => ({
      kind: IPV4,
      src: [10, 0, 0, last],
      dst: [10, 0, 1, 1],
      srcPort: 4000,
      dstPort: 53,
      transport: 17,
    });
    for (let i = 0; i < 4; i++) {
      p.seconds = 100 + i;
      table.see(asPacket(p, ends(i)));
      table.count(p);
    }
    p.seconds = 200;
    table.see(asPacket(p, ends(9)));
    assert.equal(table.evicted, 1);
    for (const last of [1, 2, 3, 9]) {
      table.see(asPacket(p, ends(last)));
      assert.equal(table.isNew, false, `${last}`);
    }
    table.see(asPacket(p, ends(0)));
    assert.equal(table.isNew, true);
  });
});
