// Display filters beside tshark's: the same packets of the same captures.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { before, describe, it } from 'node:test';
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
  const filters = FILTERS.filter((_, i) => i % each === 0);
  describe(`filters over ${name}`, { skip }, () => {
    let [mine, tallies]: [Map<string, number[]>, Map<string, string>] = [new Map(), new Map()];
    before(() => {
      mine = ours(path, filters);
      tallies = theirTallies(
        path,
        filters.filter((filter) => !filter.includes(',')),
      );
    });
    for (const filter of filters)
      it(filter, () => {
        const numbers = mine.get(filter)!;
        // How many packets pass, and the sum of their numbers; only where that differs, or cannot be asked for, which.
        if (tallies.get(filter) === tally(numbers)) return;
        assert.deepEqual(numbers, theirs(path, filter));
      });
  });
}

const tally = (numbers: readonly number[]) =>
  `${numbers.length} packets, sum ${numbers.reduce((sum, number) => sum + number, 0)}`;

/** By filter, the numbers of the packets that pass. */
function ours(path: string, filters: readonly string[]): Map<string, number[]> {
  const passing = filters.map((filter) => ({
    filter,
    passes: compileFilter(filter),
    numbers: [] as number[],
  }));
  const reader = new CaptureReader();
  const dissector = new Dissector();
  const frame = newFrame();
  reader.feed(readFileSync(path));
  reader.finish();
  while (reader.next(frame)) {
    const packet = dissector.dissect(frame);
    for (const { passes, numbers } of passing) if (passes(packet)) numbers.push(frame.number);
  }
  return new Map(passing.map(({ filter, numbers }) => [filter, numbers]));
}

/** All filters in one run: the statistic takes them with commas between. */
function theirTallies(path: string, filters: readonly string[]): Map<string, string> {
  const columns = filters.flatMap((filter) =>
    ['COUNT', 'SUM'].map((sum) => `${sum}(frame.number)frame.number && (${filter})`),
  );
  const text = tshark('-q', '-r', path, '-z', ['io,stat', '0', ...columns].join(','));
  // | 0.0 <> 218.6 | 215 | 571510 | 421 | …
  const row = text.split('\n').find((line) => /^\| +[\d.]+ <> /.test(line))!;
  const figures = row.split('|').slice(2, -1).map(Number);
  return new Map(
    filters.map((filter, i) => [filter, `${figures[2 * i]} packets, sum ${figures[2 * i + 1]}`]),
  );
}

function theirs(path: string, filter: string): number[] {
  const text = tshark('-r', path, '-Y', filter, '-T', 'fields', '-e', 'frame.number');
  return text.split('\n').filter(Boolean).map(Number);
}

function tshark(...flags: string[]): string {
  return execFileSync('tshark', ['-n', ...flags], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
}
