// `-z` statistics beside tshark's: the same words and numbers of the same capture.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { newFrame, PcapWriter } from '@eyrie/dissect/files';
import { capturesFolder, requireCaptures, requireTool } from '../../../test/support/tools.ts';
import { eyrieRead } from './support/read.ts';

const sample = join(import.meta.dirname, '../../../samples/office-hour.pcapng');
const skip = requireTool('tshark');

/** Those that say the same of this capture, asked for all at once: the order of many is the same too. */
const STATISTICS = [
  'io,stat,10',
  'io,stat,0',
  'io,stat,5,tcp,SUM(frame.len)frame.len,AVG(tcp.len)tcp.len,MAX(ip.ttl)ip.ttl,MIN(ip.ttl)ip.ttl,COUNT(dns.id)dns.id',
  'io,stat,20,AVG(dns.time)dns.time,LOAD(dns.time)dns.time',
  'io,stat,20,COUNT(dns)dns,COUNT(tcp)tls',
  'conv,eth',
  'conv,ip',
  'conv,tcp',
  'endpoints,eth',
  'endpoints,ip',
  'endpoints,tcp',
  'endpoints,udp',
  'http_req,tree',
  'http_seq,tree,not ssdp',
  'http2,tree',
  'dns,tree',
  'plen,tree',
  'ptype,tree',
  'dests,tree',
  'ip_hosts,tree',
  'ip_srcdst,tree',
  'icmp,srt',
  'smb2,srt',
  'smb,srt',
  'diameter,srt',
  'gtp,srt',
  'rtp,streams',
  'dhcp,stat',
  'snmp,srt',
  'radius,rtd',
  'rtsp,tree',
  'flow,tcp,standard,frame.number < 400',
  'flow,icmp,network',
  'flow,icmpv6,standard',
  'flow,any,network,frame.number < 40',
  'follow,tcp,ascii,3',
  'follow,tcp,hex,3',
  'follow,tcp,raw,3',
  'follow,tcp,yaml,3',
  'follow,udp,hex,0',
  'follow,http,ascii,12',
  'follow,http2,ascii,40,13',
  'follow,http2,raw,40,0',
];

test('statistics are as tshark prints them', { skip }, () => {
  const flags = STATISTICS.flatMap((name) => ['-z', name]);
  const theirs = execFileSync('tshark', ['-n', '-q', '-r', sample, ...flags], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const ours = eyrieRead([sample, '-q', ...flags]);
  assert.equal(ours.stderr, '');
  assert.equal(ours.stdout, theirs);
});

/** Captures of which no sample is ours, and what is asked of them. */
const RESPONSE_TIMES = [
  ['suricata__dcerpc_zerologon_input.pcap', 'dcerpc,srt,12345678-1234-abcd-ef00-01234567cffb,1.0'],
] as const;
const captures = capturesFolder();
const skipCaptures = skip || requireCaptures();

test('response times of DCE/RPC are as tshark prints them', { skip: skipCaptures }, () => {
  for (const [name, statistic] of RESPONSE_TIMES) {
    const file = join(captures!, name);
    const flags = ['-q', '-z', statistic];
    const theirs = execFileSync('tshark', ['-n', '-r', file, ...flags], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const ours = eyrieRead(['-n', file, ...flags]);
    assert.match(ours.stdout, /^ +\d+ {2}\w+.* 0\.\d{6}$/m);
    assert.equal(ours.stdout, theirs);
  }
});

test('a statistic that only tshark has, and an unknown interface, are reported in one line', () => {
  for (const name of ['gsm_a,dtap_cc', 'sv', 'lbmr_topic_ads_topic,tree', 'proto,colinfo,ip.src,ip.src']) {
    const { status, stderr } = eyrieRead([sample, '-q', '-z', name]);
    assert.equal(status, 2);
    assert.match(stderr, /^eyrie: -z \S+ is one of tshark's that Eyrie does not have \(-z help .*\)\n$/);
  }
  const { status, stderr } = eyrieRead([
    sample,
    '-q',
    '-z',
    'dcerpc,srt,00000000-1234-abcd-ef00-01234567cffb,9.0',
  ]);
  assert.equal(status, 2);
  assert.match(stderr, /^eyrie: -z dcerpc,srt,.* no operations are known .*\n$/);
});

/** A RADIUS packet over UDP and raw IP, between 10.0.0.1 and the server 10.0.0.2. */
function radius(code: number, id: number, authenticator: number): Uint8Array {
  const isRequest = code === 1 || code === 4;
  const packet = new Uint8Array(48);
  packet.set([0x45, 0, 0, 48, 0, 0, 0x40, 0, 64, 17, 0, 0]);
  packet.set([10, 0, 0, isRequest ? 1 : 2, 10, 0, 0, isRequest ? 2 : 1], 12);
  const ports = [0x9c40, 1812];
  new DataView(packet.buffer).setUint32(
    20,
    ((isRequest ? ports[0]! : ports[1]!) * 0x10000 + (isRequest ? ports[1]! : ports[0]!)) >>> 0,
  );
  packet.set([0, 28, 0, 0, code, id, 0, 20], 24);
  packet.fill(authenticator, 32);
  return packet;
}

test('RADIUS: responses, retransmissions, and unsolicited responses', { skip }, (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'eyrie-radius-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'radius.pcap');
  const writer = new PcapWriter({ linkType: 101 });
  for (const [seconds, code, id] of [
    [0.5, 1, 1],
    [0.512, 2, 1],
    [1, 1, 2],
    [1.5, 1, 2],
    [2, 3, 2],
    [2.25, 3, 2],
    [3, 1, 3],
    [4, 2, 9],
    [5, 4, 4],
    [5.004, 5, 4],
  ] as const) {
    const data = radius(code, id, id);
    const nanoseconds = Math.round((seconds % 1) * 1e9);
    const time = { seconds: 1000 + Math.floor(seconds), nanoseconds, hasTime: true };
    writer.write({ ...newFrame(), ...time, data, end: 48, wireLength: 48, linkType: 101 });
  }
  writeFileSync(path, writer.take());
  for (const flags of [['-q', '-z', 'radius,rtd'], []]) {
    const theirs = execFileSync('tshark', ['-n', '-r', path, ...flags], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const ours = eyrieRead([path, ...flags]);
    assert.equal(ours.stdout, theirs);
  }
});

const wireless = join(process.env.EYRIE_CAPTURES ?? '../shared/captures', 'arkime__80211http.pcap');
const skipWireless =
  skip || (existsSync(wireless) ? false : `${wireless} is not there: EYRIE_CAPTURES names its folder`);

test('hosts of a wireless network, by their own addresses', { skip: skipWireless }, () => {
  const flags = ['-q', '-z', 'conv,wlan', '-z', 'endpoints,wlan'];
  const theirs = execFileSync('tshark', ['-n', '-r', wireless, ...flags], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const ours = eyrieRead([wireless, ...flags]);
  assert.equal(ours.stdout, theirs);
});

test('the filter of a followed HTTP/2 stream selects only that stream', () => {
  const flags = ['-q', '-z', 'follow,http2,ascii,192.0.2.1:80,192.0.2.2:443,1'];
  const { stdout } = eyrieRead([sample, ...flags]);
  assert.match(stdout, /^Filter: \(\(\(.*\) or \(.*\)\)\) and http2\.streamid eq 1$/m);
});

test('similar names are suggested, and an interval with too many rows is reported early', () => {
  const failed = (...args: string[]): string => {
    const child = eyrieRead([sample, '-q', ...args]);
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

const [A, B, ALL] = ['020000000001', '020000000002', 'ffffffffffff'];
const LLC = `aaaa03000000080045${'00'.repeat(19)}`;
const ipxPacket = (from: string, to: string, fromNet: string, toNet: string): string =>
  `${to}${from}8137ffff00220000000000${toNet}${to}4000000000${fromNet}${from}400161626364`;

/** Link type and frames of networks whose addresses are not those of Ethernet or IP. */
const OTHER_NETWORKS: Readonly<Record<string, readonly [number, readonly string[]]>> = {
  // The third has a route, of two bytes.
  tr: [
    6,
    [`1040${B}${A}${LLC}`, `1040${A}${B}${LLC}`, `1040${B}8${A.slice(1)}0200${LLC}`, `1040${ALL}${A}${LLC}`],
  ],
  fddi: [10, [`50${B}${A}${LLC}`, `50${A}${B}${LLC}`, `50${ALL}${A}${LLC}`]],
  ipx: [1, [ipxPacket(A, B, '01', '02'), ipxPacket(B, A, '02', '01'), ipxPacket(B, A, '03', '01')]],
};

test('conversations over Token Ring, FDDI and IPX', { skip }, (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'eyrie-lan-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  for (const [kind, [linkType, frames]] of Object.entries(OTHER_NETWORKS)) {
    const path = join(folder, `${kind}.pcap`);
    const writer = new PcapWriter({ linkType });
    frames.forEach((hex, i) => {
      const data = Buffer.from(hex, 'hex');
      const time = { seconds: 1000 + i, nanoseconds: 0, hasTime: true };
      writer.write({ ...newFrame(), ...time, data, end: data.length, wireLength: data.length, linkType });
    });
    writeFileSync(path, writer.take());
    const flags = ['-q', '-z', `conv,${kind}`, '-z', `endpoints,${kind}`];
    const theirs = execFileSync('tshark', ['-n', '-r', path, ...flags], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    assert.match(theirs, / <-> /);
    const ours = eyrieRead([path, ...flags]);
    assert.equal(ours.stdout, theirs);
  }
});
