import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { ADDRESS_BYTES, NONE, PacketBatch } from '../src/batch/packet-batch.ts';
import { destinationColumn, protocolColumn, sourceColumn } from '../src/core/columns.ts';
import { Dissector } from '../src/core/dissector.ts';
import { IPV4 } from '../src/core/packet.ts';
import { framePath } from '../src/core/path.ts';
import { fieldNamed } from '../src/core/registry.ts';
import { ipv4Address, ipv6Address } from '../src/core/text.ts';
import { CaptureReader, newFrame } from '../src/files/index.ts';

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

  it('keeps each text once, and none after clear', () => {
    const batch = new PacketBatch(256);
    for (const p of packets()) if (!batch.isFull) batch.add(p);
    assert.equal(new Set(batch.texts).size, batch.texts.length);
    batch.clear();
    assert.deepEqual([batch.length, batch.texts.length], [0, 0]);
  });
});
