// What attack tools and ordinary programs of Debian 12 sent in a small network made for it, recorded, is named rightly.
// recordings/MANIFEST.tsv says what each file is; bodies are cut, so that they stay small.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { openCapture } from '@eyrie/capture';
import { atLeast } from '@eyrie/detect';
import { Dissector, newFrame } from '@eyrie/dissect';
import { PacketWatch } from '@eyrie/services/detect';

const folder = join(import.meta.dirname, 'recordings');
const lines = readFileSync(join(folder, 'MANIFEST.tsv'), 'utf8').trim().split('\n').slice(1);

/** Rules that find something of medium or above. */
async function rulesIn(file: string): Promise<string[]> {
  const source = await openCapture(join(folder, file));
  const dissector = new Dissector();
  const watch = new PacketWatch(dissector.session);
  const frame = newFrame();
  for await (const reader of source.chunks()) while (reader.next(frame)) watch.add(dissector.dissect(frame));
  await source.close();
  const grave = watch.end().filter(({ severity }) => atLeast(severity, 'medium'));
  return [...new Set(grave.map(({ rule }) => rule))].sort();
}

describe('recordings', () => {
  for (const line of lines) {
    const [file, finding, how] = line.split('\t') as [string, string, string];
    it(`${finding === '-' ? 'nothing' : finding} in ${how}`, async () => {
      assert.deepEqual(await rulesIn(file), finding === '-' ? [] : finding.split(','), file);
    });
  }
});
