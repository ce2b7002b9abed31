import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { Dissector } from '../../src/core/dissector.ts';
import { CaptureReader, newFrame } from '../../src/files/index.ts';
import { compileFilter } from '../../src/filter/compile.ts';

const SAMPLE = new URL('../../../../samples/office-hour.pcapng', import.meta.url);

function count(filter: string): number {
  const test = compileFilter(filter);
  const reader = new CaptureReader();
  const frame = newFrame();
  const dissector = new Dissector();
  // A Buffer, as files are read into.
  reader.feed(readFileSync(SAMPLE));
  reader.finish();
  let found = 0;
  while (reader.next(frame)) if (test(dissector.dissect(frame))) found++;
  return found;
}

describe('arithmetic on bytes', () => {
  it('takes them as a number in network order', () => {
    assert.ok(count('eth.dst[0] & 1') > 100);
    assert.equal(count('eth.dst[0] & 1'), count('eth.dst.ig == 1'));
    // The SYN of each connection, by its bit and by its place.
    assert.equal(count('tcp[13] & 2'), count('tcp.flags.syn == 1'));
    assert.equal(count('tcp[0:2] + 0 == 443'), count('tcp.srcport == 443'));
  });
});
