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

describe('a dissector made for a request', () => {
  it('goes with a minor collection: else requests would wait for collections of the whole heap', async () => {
    collect({ type: 'major' });
    const { arrayBuffers: before } = process.memoryUsage();
    let count = 0;
    for (let i = 0; i < SESSIONS; i++) count += new Dissector({ maxFlows: 1024 }).session.lastSeconds;
    assert.equal(count, 0);
    const made = process.memoryUsage().arrayBuffers - before;
    assert.ok(made > SESSIONS * 50_000, `${made} bytes were made`);
    const left = (): number => {
      // Memory is given back in the background.
      collect({ type: 'minor' });
      return process.memoryUsage().arrayBuffers - before;
    };
    await until('their memory is free', () => left() < made / 4);
  });
});
