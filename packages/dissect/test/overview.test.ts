import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Dissector } from '../src/core/dissector.ts';
import { CaptureReader, newFrame } from '../src/files/index.ts';
import { Overview } from '../src/stats/overview.ts';
import { Timeline } from '../src/stats/timeline.ts';

function overviewOf(sample: string): Overview {
  const overview = new Overview();
  const reader = new CaptureReader();
  const dissector = new Dissector();
  const frame = newFrame();
  reader.feed(readFileSync(new URL(`../../../samples/${sample}`, import.meta.url)));
  reader.finish();
  while (reader.next(frame)) overview.add(dissector.dissect(frame));
  return overview;
}

describe('Timeline', () => {
  it('loses no packet, however far time goes', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 2 ** 45 }), { minLength: 1 }), (times) => {
        const timeline = new Timeline();
        for (const time of times) timeline.add(time, 1);
        assert.equal(
          timeline.shape(50).reduce((sum, each) => sum + each, 0),
          times.length,
        );
      }),
    );
  });

  it('keeps the order of busy and quiet times', () => {
    const timeline = new Timeline();
    for (let i = 0; i < 1000; i++) timeline.add(i < 900 ? i * 1e6 : i * 1e8, 1);
    const shape = timeline.shape(10);
    assert.ok(shape[0]! > 800 && shape.at(-1)! > 0);
  });
});

describe('Overview', () => {
  it('knows who spoke to which server by name', () => {
    const overview = overviewOf('office-hour.pcapng');
    assert.ok(overview.packets > 1000);
    assert.ok(overview.servers(50).some(({ name }) => name === 'www.alder.example'));
    assert.ok(overview.queries(50).some(({ name }) => name === 'nas.office.example'));
    const named = overview.flows(1000).find(({ serverName }) => serverName === 'shop.alder.example');
    assert.deepEqual(named?.applications, ['tls']);
    assert.equal(named?.server.port, 443);
  });

  it('finds the resets of a port scan', () => {
    const resets = overviewOf('port-scan.pcapng')
      .findings()
      .find(({ what }) => what === 'connections reset');
    assert.ok((resets?.count ?? 0) > 500);
  });
});
