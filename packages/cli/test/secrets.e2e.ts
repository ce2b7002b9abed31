// TLS sessions with their secrets, beside tshark: what is opened, and what the two sides said.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { PcapWriter } from '@eyrie/dissect/files';
import { type Chunk, framesOf, MAC_INSIDE, session } from '../../../test/support/tls-session.ts';
import { requireTool } from '../../../test/support/tools.ts';
import { eyrieRead } from './support/read.ts';

const skip = requireTool('tshark');

/** Writes what was said to a capture, and the log of its secrets beside it; returns the flags that name both. */
function written(t: TestContext, chunks: readonly Chunk[], log: string): { path: string; option: string } {
  const folder = mkdtempSync(join(tmpdir(), 'eyrie-secrets-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const writer = new PcapWriter({ linkType: 101 });
  for (const frame of framesOf(chunks)) writer.write(frame);
  const path = join(folder, 'session.pcap');
  const keys = join(folder, 'session.keys');
  writeFileSync(path, writer.take());
  writeFileSync(keys, log);
  return { path, option: `tls.keylog_file:${keys}` };
}

function both(path: string, flags: readonly string[]): { ours: string; theirs: string } {
  const theirs = execFileSync('tshark', ['-n', '-r', path, ...flags], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const { stdout: ours, stderr } = eyrieRead([path, ...flags]);
  assert.equal(stderr, '');
  return { ours, theirs };
}

const SAID = [
  'GET /secret HTTP/1.1\r\nHost: kite.example\r\n\r\n',
  'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 24\r\n\r\n',
  'what nobody else may see',
];

const FIELDS = ['frame.protocols', 'tls.record.content_type', 'tls.handshake.type', 'http.request.uri'];
const FOLLOWED = [
  'follow,tls,ascii,0',
  'follow,tls,hex,0',
  'follow,tls,raw,0,2-3',
  'follow,tls,yaml,0',
  'follow,tls,ascii,1',
  'follow,http,ascii,0',
];

for (const [version, ciphers, options] of [
  ['TLSv1', 'PSK-AES128-CBC-SHA:@SECLEVEL=0', MAC_INSIDE],
  ['TLSv1.1', 'PSK-AES256-CBC-SHA:@SECLEVEL=0', 0],
  ['TLSv1.2', 'PSK-AES256-CBC-SHA384', 0],
  ['TLSv1.3', 'TLS_AES_128_GCM_SHA256', 0],
] as const)
  test(`${version} with ${ciphers}: read and followed as in tshark`, { skip }, async (t) => {
    const { chunks, log } = await session(version, ciphers, SAID, options);
    const { path, option } = written(t, chunks, log);
    const flags = ['-o', option];
    const asked = FOLLOWED.flatMap((each) => ['-z', each]);
    for (const more of [[], [...FIELDS.flatMap((name) => ['-e', name]), '-T', 'fields', ...asked]]) {
      const { ours, theirs } = both(path, [...flags, ...more]);
      assert.equal(ours, theirs);
    }
    const closed = both(path, ['-q', '-z', 'follow,tls,ascii,0']);
    assert.equal(closed.ours, closed.theirs, 'without secrets nothing is told');
  });
