// Memory of what each request makes anew.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Dissector } from '@eyrie/dissect';
import { until } from '../../../test/support/until.ts';

setFlagsFromString('--expose-gc');
const collect: (options: { type: 'minor' | 'major' }) => void = runInNewContext('gc');
const SESSIONS = 200;
const KEPT = 20;

const buffers = (): number => process.memoryUsage().arrayBuffers;

/** Memory is given back in the background, that of earlier tests too. */
async function settled(): Promise<number> {
  let last = Number.NaN;
  await until('the memory of earlier tests is free', () => {
    const before = last;
    collect({ type: 'major' });
    last = buffers();
    return last === before;
  });
  return last;
}

describe('a dissector made for a request', () => {
  it('goes with a minor collection: else requests would wait for collections of the whole heap', async () => {
    const make = (): Dissector => new Dissector({ maxFlows: 1024 });
    const before = await settled();
    const kept = Array.from({ length: KEPT }, make);
    const each = (buffers() - before) / KEPT;
    assert.ok(each > 50_000, `${each} bytes each`);
    for (let i = 0; i < SESSIONS; i++) assert.equal(make().session.lastSeconds, 0);
    await until('their memory is free', () => {
      collect({ type: 'minor' });
      return buffers() - before < (KEPT + SESSIONS / 4) * each;
    });
    assert.equal(kept.length, KEPT);
  });
});
