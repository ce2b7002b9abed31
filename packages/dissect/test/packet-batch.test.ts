import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { ADDRESS_BYTES } from '../src/batch/layout.ts';
import { layersBesidePath, troubleMarks } from '../src/batch/marks.ts';
import { NO_FLAGS, NONE, PacketBatch } from '../src/batch/packet-batch.ts';
import { destinationColumn, protocolColumn, sourceColumn } from '../src/core/columns.ts';
import { Dissector } from '../src/core/dissector.ts';
import { IPV4 } from '../src/core/packet.ts';
import { framePath } from '../src/core/path.ts';
import { fieldNamed } from '../src/core/registry.ts';
import { ipv4Address, ipv6Address } from '../src/core/text.ts';
import { CaptureReader, newFrame } from '../src/files/index.ts';
import { FAST_RETRANSMISSION, RETRANSMISSION, SPURIOUS_RETRANSMISSION } from '../src/flows/tcp-analysis.ts';

const TCP = 6;
const AGAIN = RETRANSMISSION | FAST_RETRANSMISSION | SPURIOUS_RETRANSMISSION;
const SAMPLE = new URL('../../../samples/office-hour.pcapng', import.meta.url);

function* packets() {
  const reader = new CaptureReader();
  const frame = newFrame();
  const dissector = new Dissector();
  reader.feed(readFileSync(SAMPLE));
  reader.finish();
  while (reader.next(frame)) yield dissector.dissect(frame);
}

describe('PacketBatch', () => {
  it('says of each packet what its own layers say, filled again and again', () => {
    const batch = new PacketBatch(100);
    let compared = 0;
    for (const p of packets()) {
      if (batch.isFull) batch.clear();
      batch.add(p);
      const i = batch.length - 1;
      const path = framePath(p);
      assert.equal(batch.texts[batch.path[i]!], path);
      assert.equal(batch.texts[batch.layers[i]!], layersBesidePath(p) ?? path);
      assert.equal(batch.marks[i], troubleMarks(p));
      compared++;
    }
    assert.ok(compared > 5000);
  });

  it('of a link that names its sender only, the other address is empty', () => {
    // Linux cooked: broadcast, Ethernet, six bytes of address, and ARP that is cut.
    const bytes = Buffer.from('0001' + '0001' + '0006' + '020000000001' + '0000' + '0806', 'hex');
    const frame = { ...newFrame(), data: bytes, end: bytes.length, wireLength: 100, linkType: 113 };
    const batch = new PacketBatch(1);
    batch.add(new Dissector().dissect(frame));
    assert.deepEqual([...batch.source.subarray(0, 6)], [2, 0, 0, 0, 0, 1]);
    assert.ok(batch.destination.every((byte) => byte === 0));
  });

  it('holds what each packet said', () => {
    const batch = new PacketBatch(512, [fieldNamed('dns.qry.name')!, fieldNamed('ip.ttl')!]);
    const expected: string[] = [];
    for (const p of packets()) {
      if (batch.isFull) break;
      batch.add(p);
      const address = `${sourceColumn(p)} ${destinationColumn(p)}`;
      expected.push([p.number, p.wireLength, protocolColumn(p), framePath(p), p.srcPort, address].join(' '));
    }
    assert.equal(batch.length, 512);
    for (let i = 0; i < batch.length; i++) {
      const at = i * ADDRESS_BYTES;
      const text = (b: Uint8Array): string =>
        batch.addressKind[i] === IPV4 ? ipv4Address(b, at) : ipv6Address(b, at);
      const said = [
        batch.number[i],
        batch.wireLength[i],
        batch.texts[batch.protocol[i]!],
        batch.texts[batch.path[i]!],
        batch.sourcePort[i],
      ];
      assert.ok(expected[i]!.startsWith(said.join(' ')));
      if (batch.addressKind[i]! >= IPV4)
        assert.ok(expected[i]!.endsWith(`${text(batch.source)} ${text(batch.destination)}`));
    }
  });

  it('has the chosen fields, and NONE or NaN where a packet lacks them', () => {
    const batch = new PacketBatch(512, [fieldNamed('dns.qry.name')!, fieldNamed('ip.ttl')!]);
    for (const p of packets()) if (!batch.isFull) batch.add(p);
    const [names, ttls] = batch.fields;
    const named = Array.from({ length: 512 }, (_, i) => names!.texts![i]!).filter((place) => place !== NONE);
    assert.ok(named.some((place) => batch.texts[place] === 'nas.office.example'));
    assert.ok(named.length < 512);
    const known = [...ttls!.numbers!].filter((ttl) => !Number.isNaN(ttl));
    assert.ok(known.includes(64) && known.length < 512);
  });

  it('has the flags, findings and length of TCP segments as the fields say them', () => {
    const fields = ['tcp.flags', 'tcp.len', 'tcp.analysis.retransmission'].map((name) => fieldNamed(name)!);
    const batch = new PacketBatch(5000, fields);
    for (const p of packets()) if (!batch.isFull) batch.add(p);
    const [flags, lengths] = fields.map((_, slot) => batch.fields[slot]!.numbers!);
    let segments = 0;
    for (let i = 0; i < batch.length; i++) {
      // What an ICMP error quotes is not the segment of this packet.
      if (batch.transport[i] !== TCP) assert.equal(batch.tcpFlags[i], NO_FLAGS);
      else {
        segments++;
        assert.deepEqual([batch.tcpFlags[i], batch.tcpLength[i]], [flags![i], lengths![i]]);
        const isAgain = (batch.tcpAnalysis[i]! & AGAIN) !== 0;
        assert.equal(batch.fields[2]!.texts![i] !== NONE, isAgain);
      }
    }
    assert.ok(segments > 100);
  });

  it('keeps each text once, and none after clear', () => {
    const batch = new PacketBatch(256);
    for (const p of packets()) if (!batch.isFull) batch.add(p);
    assert.equal(new Set(batch.texts).size, batch.texts.length);
    batch.clear();
    assert.deepEqual([batch.length, batch.texts.length], [0, 0]);
  });
});
