// `-2`: what a packet tells of later ones, beside tshark.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { newFrame, PcapWriter } from '@eyrie/dissect/files';
import { requireTool } from '../../../test/support/tools.ts';
import { type Ended, eyrieRead } from './support/read.ts';

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

function ours(...args: string[]): Ended {
  return eyrieRead(args);
}

/**
 * Wireshark takes the response behind a 100 Continue for that of another request (3216, 3218, 3238, 4050), and tells
 * the response of a call twice (3597).
 */
const FILTER = 'not frame.number in {3216, 3218, 3238, 3597, 4050}';
/** HTTP connections without such a response, which count the same. */
const UNINTERRUPTED = 'http and not tcp.stream in {62, 63, 74}';

test('-2: fields that depend on later packets equal those of tshark', { skip }, () => {
  const flags = ['-2', '-Y', FILTER, '-T', 'fields', ...FIELDS.flatMap((name) => ['-e', name])];
  const theirs = execFileSync('tshark', ['-n', '-r', sample, ...flags], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const { stdout, stderr } = ours(sample, ...flags);
  assert.equal(stderr, '');
  assert.equal(stdout, theirs);
});

test('-V: requests and responses are counted, with -2 out of all those of their connection', { skip }, () => {
  const counted = (text: string): string[] => text.match(/\[HTTP (?:request|response) .*]/g) ?? [];
  for (const passes of [[], ['-2']]) {
    const flags = [...passes, '-Y', UNINTERRUPTED, '-O', 'http'];
    const theirs = execFileSync('tshark', ['-n', '-r', sample, ...flags], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    assert.deepEqual(counted(ours(sample, '-n', ...flags).stdout), counted(theirs));
  }
});

test('-2: pings refer to their reply in the Info column; in one pass only replies refer to requests', {
  skip,
}, () => {
  const flags = ['-Y', 'icmp.type == 8 or icmpv6.type == 128'];
  for (const passes of [[], ['-2']]) {
    const theirs = execFileSync('tshark', ['-n', '-r', sample, ...passes, ...flags], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    assert.equal(ours(sample, ...passes, ...flags).stdout, theirs);
  }
});

test('-2 -R: packets are selected in the first pass', { skip }, () => {
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

test("-2: a filter may use later packets; a pipe can't be read twice", () => {
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

test('-2: a file redirected to standard input can be read twice', { skip }, () => {
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

/** A datagram between two hosts in an IPv4 packet. */
function datagram(port: number, body: Buffer, isReply: boolean): Buffer {
  const packet = Buffer.alloc(28 + body.length);
  packet.set([0x45, 0, 0, packet.length, 0, 0, 0, 0, 64, 17]);
  packet.set(isReply ? [10, 0, 0, 2, 10, 0, 0, 1] : [10, 0, 0, 1, 10, 0, 0, 2], 12);
  packet.writeUInt16BE(isReply ? port : 40000, 20);
  packet.writeUInt16BE(isReply ? 40000 : port, 22);
  packet.writeUInt16BE(8 + body.length, 24);
  body.copy(packet, 28);
  return packet;
}

const radius = (code: number, id: number): Buffer =>
  Buffer.concat([Buffer.from([code, id, 0, 20]), Buffer.alloc(16, id)]);
const coap = (type: number, code: number, id: number, token: string): Buffer =>
  Buffer.concat([Buffer.from([0x40 | (type << 4) | token.length, code, 0, id]), Buffer.from(token)]);
const client = (time: string): Buffer =>
  Buffer.concat([Buffer.from([0x23]), Buffer.alloc(39), Buffer.from(time)]);
const server = (time: string): Buffer =>
  Buffer.concat([Buffer.from([0x24, 1]), Buffer.alloc(22), Buffer.from(time), Buffer.alloc(16)]);
const control = (flags: number, sequence: number): Buffer =>
  Buffer.from([0x16, flags, 0, sequence, ...Array(8).fill(0)]);
const monlist = (flags: number): Buffer => Buffer.from([flags, 1, 3, 42, ...Array(44).fill(0)]);
/** GTP version 2 with a TEID, without elements (3GPP TS 29.274 §5.1). */
const gtp2 = (type: number, sequence: number): Buffer =>
  Buffer.from([0x48, type, 0, 8, 0, 0, 0, 1, 0, 0, sequence, 0]);

/** Port, payload, whether it is the server's, and what is told of it: response in, request in, seconds. */
const EXCHANGES: readonly [number, Buffer, boolean, string][] = [
  [1812, radius(1, 1), false, '2||'],
  [1812, radius(2, 1), true, '|1|0.005000000'],
  [1812, radius(1, 2), false, '||'],
  [5683, coap(0, 1, 7, 'ab'), false, '5||'],
  [5683, coap(2, 0x45, 7, 'ab'), true, '|4|0.005000000'],
  [5683, coap(0, 1, 8, 'cd'), false, '||'],
  [123, client('12345678'), false, '8||'],
  [123, server('12345678'), true, '|7|0.005000000'],
  [123, control(1, 7), false, '10||'],
  [123, control(0x81, 7), true, '|9|0.005000000'],
  [123, monlist(0x17), false, '12||'],
  [123, monlist(0x97), true, '|11|0.005000000'],
  [123, client('abcdefgh'), false, '||'],
  [2123, gtp2(32, 5), false, '15||'],
  [2123, gtp2(33, 5), true, '|14|0.005000000'],
  [2123, gtp2(33, 5), true, '||'],
  [2123, gtp2(66, 6), false, '||'],
  [2123, gtp2(99, 6), true, '19||'],
  [2123, gtp2(100, 6), false, '|18|0.005000000'],
];
const EXCHANGE_FIELDS = [
  ['radius.rspframe', 'radius.reqframe', 'radius.time'],
  ['coap.response_in', 'coap.response_to', 'coap.response_time'],
  ['ntp.response_in', 'ntp.request_in', 'ntp.delta_time'],
  ['gtpv2.response_in', 'gtpv2.response_to', 'gtpv2.response_time'],
];

test('-2: requests and responses of RADIUS, CoAP, NTP and GTP version 2 refer to each other', {
  skip,
}, (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'eyrie-twice-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'exchanges.pcap');
  const writer = new PcapWriter({ linkType: 101 });
  EXCHANGES.forEach(([port, body, isReply], i) => {
    const data = datagram(port, body, isReply);
    const time = { seconds: 1_700_000_000, nanoseconds: i * 5_000_000, hasTime: true };
    writer.write({ ...newFrame(), ...time, data, end: data.length, wireLength: data.length, linkType: 101 });
  });
  writeFileSync(path, writer.take());
  // Each line has values in the columns of one protocol alone: side by side they are response in, request in, seconds.
  const told = ['response', 'request', 'seconds'].map((_, i) => {
    const flags = ['-2', '-T', 'fields', ...EXCHANGE_FIELDS.flatMap((names) => ['-e', names[i]!])];
    const theirs = execFileSync('tshark', ['-n', '-r', path, ...flags], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const { stdout } = ours(path, ...flags);
    assert.equal(stdout, theirs);
    return stdout.split('\n').map((line) => line.replaceAll('\t', ''));
  });
  assert.deepEqual(
    EXCHANGES.map((_, i) => told.map((column) => column[i]).join('|')),
    EXCHANGES.map(([, , , expected]) => expected),
  );
});
