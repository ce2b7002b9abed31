// `eyrie read` as a user calls it, in a process of its own.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdtempSync, openSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { newFrame, newInterface, PcapngWriter } from '@eyrie/dissect/files';
import { capturesFolder, requireCaptures } from '../../../test/support/tools.ts';

const eyrie = join(import.meta.dirname, '../bin/eyrie.js');
const sample = join(import.meta.dirname, '../../../samples/port-scan.pcapng');

function read(args: readonly string[], stdout: 'pipe' | number = 'pipe') {
  const child = spawnSync(process.execPath, [eyrie, 'read', ...args], {
    encoding: 'utf8',
    stdio: ['ignore', stdout, 'pipe'],
  });
  return { status: child.status, stdout: child.stdout, stderr: child.stderr };
}

function folderFor(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'eyrie-read-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

test('-c counts packets read, even if the last one fails the filter', () => {
  const { status, stdout } = read([sample, '-c', '5', '-Y', 'frame.number != 5', '-e', 'frame.number']);
  assert.equal(status, 0);
  assert.equal(stdout, '1\n2\n3\n4\n');
});

test('-d names a protocol: of several with that name, the one that the table is for', {
  skip: requireCaptures(),
}, () => {
  const file = join(capturesFolder()!, 'zeek__krb_kinit.pcap');
  const rules = ['tcp.port==88,kerberos', 'udp.port==88,kerberos'].flatMap((rule) => ['-d', rule]);
  const { status, stdout } = read([file, ...rules]);
  assert.equal(status, 0);
  assert.equal(stdout, read([file]).stdout);
  assert.match(stdout, / KRB5 .* AS-REQ/);
});

test('-w pcap with two link types: fails in one line, and leaves no file', (t) => {
  const folder = folderFor(t);
  const path = join(folder, 'two.pcapng');
  const writer = new PcapngWriter({ application: 'test' });
  for (const [i, linkType] of [1, 127].entries()) {
    const source = newInterface(i, 0, linkType);
    writer.addInterface(source);
    const data = new Uint8Array(60);
    writer.write({ ...newFrame(), data, end: 60, wireLength: 60, linkType, number: i + 1 }, source);
  }
  writeFileSync(path, writer.take());

  const { status, stderr } = read([path, '-w', join(folder, 'one.pcap')]);
  assert.equal(status, 1);
  assert.match(stderr, /^eyrie: .*one\.pcap: packet 2 is of link type 127.*\.pcapng\n$/);
  assert.deepEqual(readdirSync(folder), ['two.pcapng']);
});

const full = '/dev/full';
test('a full disk is reported in one line', { skip: existsSync(full) ? false : `no ${full} here` }, (t) => {
  const file = openSync(full, 'w');
  t.after(() => closeSync(file));
  const { status, stderr } = read([sample], file);
  assert.equal(status, 1);
  assert.equal(stderr, 'eyrie: standard output: the disk is full; free some space\n');
});

test('-T tabs pads like summary lines; -x and -V print no summary line without -P', () => {
  const padded = read([sample, '-c', '1', '-T', 'tabs']).stdout.split('\t');
  const plain = read([sample, '-c', '1']).stdout;
  assert.ok(padded[2]!.length >= 12 && padded[4]!.length >= 12);
  assert.ok(plain.includes(`${padded[2]} → ${padded[4]} `));
  assert.match(read([sample, '-c', '1', '-x']).stdout, /^0000 /);
  assert.match(read([sample, '-c', '1', '-V']).stdout, /^Frame 1: /);
  for (const flag of ['-x', '-V'])
    assert.equal(read([sample, '-c', '1', '-P', flag]).stdout.split('\n')[0], plain.split('\n')[0]);
});

test('-V dumps bytes that no protocol claims, but not beside -x, which shows them all', () => {
  const args = [sample, '-Y', 'icmp', '-c', '40', '-V'];
  const dumped = read(args).stdout;
  assert.match(
    dumped,
    /^ *Data \(\d+ bytes\)\n\n0000 {2}(?:[\da-f]{2} ){1,16} +\S.*\n(?:00.*\n)* {8}Data: /m,
  );
  assert.match(read([...args, '-x']).stdout, /^ *Data \(\d+ bytes\)\n {8}Data: /m);
});

test('-T ek writes absolute times in ISO 8601', () => {
  const { stdout } = read([sample, '-c', '1', '-T', 'ek']);
  const { frame } = JSON.parse(stdout.split('\n')[1]!).layers;
  const seconds = Number(frame.frame_frame_time_epoch);
  assert.match(frame.frame_frame_time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/);
  assert.equal(Math.floor(Date.parse(frame.frame_frame_time) / 1000), Math.floor(seconds));
});

test('-T ek lists the layers of one name, as those of a tunnel', () => {
  const office = join(import.meta.dirname, '../../../samples/office-hour.pcapng');
  const { stdout } = read([office, '-Y', 'frame.number == 131', '-c', '131', '-T', 'ek']);
  const { ip, gre } = JSON.parse(stdout.split('\n')[1]!).layers;
  assert.deepEqual(
    ip.map((layer: Record<string, string>) => layer.ip_ip_proto),
    ['47', '1'],
  );
  assert.equal(gre.gre_gre_proto, '0x0800');
});

test('-z findings lists findings as text and JSON, from the least severity on', () => {
  const text = read([sample, '-q', '-z', 'findings']);
  assert.equal(text.status, 0);
  assert.match(
    text.stdout,
    /^CRITICAL Brute force of passwords: 192\.168\.10\.66 failed 48 times .* SSH of 192\.168\.10\.10:22/,
  );
  assert.match(text.stdout, /T1046 Network Service Discovery\n {9}packets \d+/);

  const json = read([sample, '-q', '--json', '-z', 'findings,high']);
  const found = JSON.parse(json.stdout)['findings,high'];
  assert.ok(found.length >= 7);
  assert.ok(found.every(({ severity }: { severity: string }) => ['high', 'critical'].includes(severity)));
  assert.deepEqual(Object.keys(found[0].evidence), ['frames', 'streams']);

  const filtered = read([sample, '-q', '-z', 'findings,medium,ip.addr == 192.168.10.11']);
  assert.deepEqual(filtered.stdout.match(/^[A-Z]+ +.*$/gm)?.length, 1);

  const silence = 'findings,medium,silence=rule == port-scan && target in {192.168.10.11, 192.168.10.12}';
  assert.equal(read([sample, '-q', '-z', silence]).stdout.match(/^HIGH +Port scan/gm)?.length, 3);
  const wrong = read([sample, '-q', '-z', 'findings,silence=colour == red']);
  assert.equal(wrong.status, 2);
  assert.match(wrong.stderr, /^eyrie: -z findings: silence "colour == red": a field \(rule, .* at 1\n$/);
});
