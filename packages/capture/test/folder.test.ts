// Tests of finding the capture files in a folder.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { captureFiles } from '../src/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'eyrie-folder-'));
after(() => rmSync(folder, { recursive: true }));

describe('a folder of captures', () => {
  it('contains its capture files in natural order, and nothing else', async () => {
    const names = ['trace.pcap10', 'trace.pcap9', 'a.pcapng.gz', 'notes.txt', 'b.CAP', '.hidden.part'];
    for (const name of names) writeFileSync(join(folder, name), '');
    mkdirSync(join(folder, 'c.pcap'));
    const expected = ['a.pcapng.gz', 'b.CAP', 'trace.pcap9', 'trace.pcap10'].map((name) =>
      join(folder, name),
    );
    assert.deepEqual(await captureFiles(folder), expected);
    assert.deepEqual(await captureFiles(expected[0]!), [expected[0]]);
    assert.deepEqual(await captureFiles('-'), ['-']);
  });

  it('an empty or missing folder is an error', async () => {
    mkdirSync(join(folder, 'empty'));
    await assert.rejects(captureFiles(join(folder, 'empty')), { code: 'ERR_CAPTURE_NO_FILES' });
    await assert.rejects(captureFiles(join(folder, 'nowhere')), { code: 'ERR_CAPTURE_NOT_FOUND' });
  });
});
