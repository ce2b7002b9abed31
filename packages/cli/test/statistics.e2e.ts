// `-z` statistics beside tshark's: the same words and numbers of the same capture.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { requireTool } from '../../../test/support/tools.ts';

const eyrie = join(import.meta.dirname, '../bin/eyrie.js');
const sample = join(import.meta.dirname, '../../../samples/office-hour.pcapng');
const skip = requireTool('tshark');

/** Those that say the same of this capture, asked for all at once: the order of many is the same too. */
const STATISTICS = [
  'io,stat,10',
  'io,stat,0',
  'io,stat,5,tcp,SUM(frame.len)frame.len,AVG(tcp.len)tcp.len,MAX(ip.ttl)ip.ttl,MIN(ip.ttl)ip.ttl,COUNT(dns.id)dns.id',
  'io,stat,20,AVG(dns.time)dns.time,LOAD(dns.time)dns.time',
  'conv,eth',
  'conv,ip',
  'conv,tcp',
  'endpoints,eth',
  'endpoints,ip',
  'endpoints,tcp',
  'endpoints,udp',
  'http_req,tree',
  'http2,tree',
  'dns,tree',
  'plen,tree',
  'ptype,tree',
  'dests,tree',
  'ip_hosts,tree',
  'ip_srcdst,tree',
  'icmp,srt',
  'smb2,srt',
  'rtp,streams',
  'dhcp,stat',
  'follow,tcp,ascii,3',
  'follow,tcp,hex,3',
  'follow,tcp,raw,3',
  'follow,tcp,yaml,3',
  'follow,udp,hex,0',
  'follow,http,ascii,12',
];

test('statistics are as tshark prints them', { skip }, () => {
  const flags = STATISTICS.flatMap((name) => ['-z', name]);
  const theirs = execFileSync('tshark', ['-n', '-q', '-r', sample, ...flags], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const ours = spawnSync(process.execPath, [eyrie, 'read', sample, '-q', ...flags], { encoding: 'utf8' });
  assert.equal(ours.stderr, '');
  assert.equal(ours.stdout, theirs);
});

test('a name that is nearly right is suggested, and what an interval makes too long is told early', () => {
  const failed = (...args: string[]): string => {
    const child = spawnSync(process.execPath, [eyrie, 'read', sample, '-q', ...args], { encoding: 'utf8' });
    assert.equal(child.status, 2);
    return child.stderr;
  };
  assert.match(failed('-z', 'htp,tree'), /^eyrie: -z htp,tree is not known; did you mean http,tree or .*\n$/);
  assert.match(
    failed('-z', 'io,sta'),
    /^eyrie: -z io,sta is not known; did you mean io,stat or io,phs\?.*\n$/,
  );
  assert.match(failed('-z', 'io,stat,0.000001'), /^eyrie: -z io,stat: \d+ intervals are too many;.*\n$/);
  assert.match(
    failed('-z', 'rpc,srt,100003'),
    /^eyrie: -z rpc,srt,100003: write it as rpc,srt,100003,3.*\n$/,
  );
});
