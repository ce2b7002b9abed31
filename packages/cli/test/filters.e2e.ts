// Display filters beside tshark's: the same packets of the same captures.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { CaptureReader, compileFilter, Dissector, newFrame } from '@eyrie/dissect';
import { requireTool } from '../../../test/support/tools.ts';

const FILTERS = [
  'tcp.port == 443 && tcp.len > 100',
  'ip.addr == 192.168.10.0/24 and not udp',
  'ip.addr != 192.168.10.10',
  'ip.addr !== 192.168.10.10',
  'ipv6.addr == fd20:20::/64',
  'eth.src[0:3] == 00:11:32',
  'eth.addr == 00:11:32:7c:51:a0 || arp',
  'tcp.flags.syn == 1 && tcp.flags.ack == 0',
  'tcp.flags & 0x04',
  'frame.len in {60..66, 70}',
  'udp.port in {53, 123}',
  'dns.qry.name contains "office"',
  'dns.qry.name matches r"^(nas|db)\\."',
  'upper(http.request.method) == "GET"',
  'len(dns.qry.name) > 20',
  'count(ip.addr) == 4',
  'any tcp.port > 40000',
  'all tcp.port > 1000',
  'tcp contains "HTTP/1.1 200"',
  'frame[12:2] == 86:dd',
  'http.response.code >= 400',
  'tls.handshake.type == 1',
  'not tcp and not udp and not arp',
  'ip.src == ip.dst',
  'tcp.srcport + 1 == 444',
  'frame.time_relative >= 10 && frame.time_relative < 10.5',
];

const skip = requireTool('tshark');

/** A second capture of another kind; a few filters of each sort are enough there. */
const CAPTURES = { 'office-hour.pcapng': 1, 'port-scan.pcapng': 4 };

for (const [name, each] of Object.entries(CAPTURES)) {
  const path = fileURLToPath(new URL(`../../../samples/${name}`, import.meta.url));
  describe(`filters over ${name}`, { skip }, () => {
    for (const filter of FILTERS.filter((_, i) => i % each === 0)) {
      it(filter, () => assert.deepEqual(ours(path, filter), theirs(path, filter)));
    }
  });
}

function ours(path: string, filter: string): number[] {
  const passes = compileFilter(filter);
  const reader = new CaptureReader();
  const dissector = new Dissector();
  const frame = newFrame();
  const numbers: number[] = [];
  reader.feed(readFileSync(path));
  reader.finish();
  while (reader.next(frame)) if (passes(dissector.dissect(frame))) numbers.push(frame.number);
  return numbers;
}

function theirs(path: string, filter: string): number[] {
  const flags = ['-n', '-r', path, '-Y', filter, '-T', 'fields', '-e', 'frame.number'];
  const text = execFileSync('tshark', flags, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  return text.split('\n').filter(Boolean).map(Number);
}
