// The samples that ship, and what of `eyrie samples` needs no server.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { cacheFolder } from '../src/base-folders.ts';
import { findSamplesFolder, readOwnSamples, readPublicSamples } from '../src/samples/manifest.ts';
import { drawBar, showProgress } from '../src/samples/progress.ts';

describe('the samples that ship with Eyrie', () => {
  it('are as their manifest says', async () => {
    const samples = await findSamplesFolder();
    for (const { file, bytes, sha256 } of await readOwnSamples(samples)) {
      const data = await readFile(join(samples, file));
      assert.equal(data.length, bytes, file);
      assert.equal(createHash('sha256').update(data).digest('hex'), sha256, file);
    }
    const names = (await readPublicSamples(samples)).map((sample) => sample.name);
    assert.equal(new Set(names).size, names.length);
  });
});

describe('small parts', () => {
  it('the cache folder follows XDG', () => {
    assert.equal(cacheFolder({ XDG_CACHE_HOME: '/c' }), join('/c', 'eyrie', 'samples'));
    assert.match(cacheFolder({ XDG_CACHE_HOME: 'relative' }), /\.cache.eyrie.samples$/);
  });

  it('a bar fits its line whatever its width', () => {
    for (let columns = 1; columns < 120; columns++) {
      for (const share of [0, 0.5, 1]) {
        const line = drawBar('a-rather-long-name-of-a-capture.pcapng', share * 1e6, 1e6, columns);
        assert.ok(line.length < Math.max(columns, 1), `${columns}: ${line}`);
      }
    }
    assert.equal(drawBar('a', 5, 10, 40), 'a [######......]  50 % of 10 B');
  });

  it('a terminal gets a bar that goes away, a file gets lines', () => {
    let text = '';
    const screen = { isTTY: true, columns: 60, write: (more: string) => (text += more) };
    const progress = showProgress(screen, () => 0);
    progress.update('a', 1, 10);
    progress.update('a', 2, 10);
    progress.done('a', 'fetched');
    assert.equal(text.split('\r').length, 3);
    assert.ok(text.endsWith('\r\x1b[Ka: fetched\n'));
    text = '';
    const plain = showProgress({ ...screen, isTTY: false });
    plain.update('a', 1, 10);
    plain.done('a', 'fetched');
    assert.equal(text, 'a: fetched\n');
  });
});
