// `-2`: what a packet tells of later ones, beside tshark.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { requireTool } from '../../../test/support/tools.ts';

const eyrie = join(import.meta.dirname, '../bin/eyrie.js');
const sample = join(import.meta.dirname, '../../../samples/office-hour.pcapng');
const skip = requireTool('tshark');

const FIELDS = [
  'frame.number',
  'tcp.reassembled_in',
  'ip.reassembled_in',
  'http.response_in',
  'http.next_request_in',
  'http.next_response_in',
  'dns.response_in',
  'icmp.resp_in',
  'icmp.no_resp',
  'icmpv6.resp_in',
  'icmpv6.no_resp',
  'smb2.response_in',
  'dcerpc.response_in',
  'ldap.response_in',
  'snmp.response_in',
];

function ours(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [eyrie, 'read', ...args], { encoding: 'utf8' });
}

/**
 * Wireshark takes the response behind a 100 Continue for that of another request (3216, 3218, 3238, 4050), and tells
 * the response of a call twice (3597).
 */
const FILTER = 'not frame.number in {3216, 3218, 3238, 3597, 4050}';

test('fields that later packets tell are those of tshark', { skip }, () => {
  const flags = ['-2', '-Y', FILTER, '-T', 'fields', ...FIELDS.flatMap((name) => ['-e', name])];
  const theirs = execFileSync('tshark', ['-n', '-r', sample, ...flags], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const { stdout, stderr } = ours(sample, ...flags);
  assert.equal(stderr, '');
  assert.equal(stdout, theirs);
});

test('pings tell their reply in the Info column, in one reading only their request', { skip }, () => {
  const flags = ['-Y', 'icmp.type == 8 or icmpv6.type == 128'];
  for (const passes of [[], ['-2']]) {
    const theirs = execFileSync('tshark', ['-n', '-r', sample, ...passes, ...flags], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    assert.equal(ours(sample, ...passes, ...flags).stdout, theirs);
  }
});

test('with -R, which packets there are is decided in the first reading', { skip }, () => {
  // What only the second one knows, the first has not.
  for (const filter of ['http.response_in', 'not dns.response_in and (dns or tcp.stream < 9)']) {
    const flags = ['-2', '-R', filter, '-T', 'fields', '-e', 'frame.number', '-e', 'dns.response_in'];
    const theirs = execFileSync('tshark', ['-n', '-r', sample, ...flags], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    assert.equal(ours(sample, ...flags).stdout, theirs);
  }
});

test("a filter may ask for what comes later, and a pipe can't be read twice", () => {
  const slow = ours(
    sample,
    '-2',
    '-Y',
    'dns and dns.flags.response == 0 and not dns.response_in',
    '-e',
    'dns.id',
  );
  assert.equal(slow.status, 0);
  assert.match(slow.stdout, /^0x/);
  const once = ours(sample, '-Y', 'dns.response_in', '-e', 'dns.id');
  assert.equal(once.stdout, '');
  const { status, stderr } = ours('-', '-2');
  assert.equal(status, 2);
  assert.match(stderr, /^eyrie: -2 reads the capture twice, .*\n$/);
});

test('a file that was redirected to standard input can be read twice', { skip }, () => {
  const flags = ['-2', '-T', 'fields', '-e', 'frame.number', '-e', 'dns.response_in'];
  const input = openSync(sample, 'r');
  const { stdout, stderr } = spawnSync(process.execPath, [eyrie, 'read', '-', ...flags], {
    encoding: 'utf8',
    stdio: [input, 'pipe', 'pipe'],
    maxBuffer: 1 << 26,
  });
  closeSync(input);
  assert.equal(stderr, '');
  assert.equal(stdout, ours(sample, ...flags).stdout);
});
