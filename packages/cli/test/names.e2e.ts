// `-N` and `-H`: names in place of addresses, beside tshark.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { requireTool } from '../../../test/support/tools.ts';
import { type Ended, eyrieRead } from './support/read.ts';

const sample = join(import.meta.dirname, '../../../samples/office-hour.pcapng');
const skip = requireTool('tshark');
const folder = mkdtempSync(join(tmpdir(), 'eyrie-names-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const hosts = join(folder, 'hosts');
writeFileSync(
  hosts,
  '# office\n192.168.10.10 first\n192.168.10.10 box alias\nfd10:10::10 box6 # v6\nnonsense\n',
);

const COLUMNS = ['-T', 'fields', '-e', 'frame.number', '-e', '_ws.col.Source', '-e', '_ws.col.Destination'];
const HOSTS = ['ip.src_host', 'ip.dst_host', 'ip.host', 'ipv6.src_host', 'ipv6.host', 'ip.src'];

function read(...args: string[]): Ended {
  return eyrieRead(args);
}

function sameAsTshark(...args: string[]): string {
  const theirs = spawnSync('tshark', ['-n', ...args], { encoding: 'utf8', maxBuffer: 1 << 28 }).stdout;
  assert.notEqual(theirs, '');
  const { stdout, stderr } = read(...args);
  assert.equal(stderr, '');
  assert.equal(stdout, theirs);
  return stdout;
}

test('names of a hosts file stand in columns and host fields as in tshark, the last line of an address counting', {
  skip,
}, () => {
  const fields = HOSTS.flatMap((name) => ['-e', name]);
  const lines = sameAsTshark('-r', sample, '-N', 'n', '-H', hosts, ...COLUMNS, ...fields);
  assert.match(
    lines,
    /^1\tbox\t192\.168\.10\.1\tbox\t192\.168\.10\.1\tbox,192\.168\.10\.1\t\t\t192\.168\.10\.10$/m,
  );
  assert.match(lines, /\tbox6\t/);
});

test('names of captured DNS stand in columns from the answer on as in tshark, with -2 from the first packet on', {
  skip,
}, () => {
  const once = sameAsTshark('-r', sample, '-N', 'nd', ...COLUMNS);
  assert.match(once, /^1\t192\.168\.10\.10\t/);
  assert.match(once, /^3\t192\.168\.10\.1\tnas\.office\.example$/m);
  const twice = sameAsTshark('-2', '-r', sample, '-N', 'nd', ...COLUMNS);
  assert.doesNotMatch(twice, /\t192\.168\.10\.10\b/);
});

test('the latest name of an address counts: that of captured DNS after that of a hosts file, as in tshark', {
  skip,
}, () => {
  const lines = sameAsTshark('-r', sample, '-N', 'nd', '-H', hosts, ...COLUMNS);
  assert.match(lines, /^1\tbox\t/m);
  assert.match(lines, /nas\.office/);
});

test('conversations, endpoints and arrows of -z have names as in tshark', { skip }, () => {
  const statistics = ['conv,ip', 'conv,tcp', 'endpoints,ip', 'endpoints,udp'];
  for (const name of statistics) {
    const text = sameAsTshark('-r', sample, '-q', '-N', 'nd', '-z', name);
    assert.match(text, /\b\w+\.(alder|office)\.example\b/);
  }
  sameAsTshark(
    '-r',
    sample,
    '-q',
    '-N',
    'n',
    '-H',
    hosts,
    '-z',
    'flow,tcp,standard,ip.addr == 192.168.10.10',
  );
});

test('in the tree a name stands before the address, which stands twice without one, as in tshark', {
  skip,
}, () => {
  const args = ['-r', sample, '-V', '-O', 'ip', '-c', '1', '-N', 'n', '-H', hosts];
  const ip = (text: string): string[] =>
    text.split('\n').filter((line) => /Protocol Version 4|Address: /.test(line));
  const lines = ip(read(...args).stdout);
  assert.equal(
    lines[0],
    'Internet Protocol Version 4, Src: box (192.168.10.10), Dst: 192.168.10.1 (192.168.10.1)',
  );
  assert.deepEqual(lines, ip(spawnSync('tshark', ['-n', ...args], { encoding: 'utf8' }).stdout));
});

test('filters compare ip.host with names where they are shown, and with addresses where not', () => {
  const count = (...args: string[]): number =>
    read(sample, '-e', 'frame.number', ...args).stdout.split('\n').length - 1;
  const byName = count('-N', 'n', '-H', hosts, '-Y', 'ip.host == "box"');
  assert.ok(byName > 0);
  assert.equal(count('-Y', 'ip.addr == 192.168.10.10'), byName);
  assert.equal(count('-Y', 'ip.host == "192.168.10.10"'), byName);
  assert.equal(count('-Y', 'ip.host == 192.168.10.10'), byName);
  assert.equal(
    count('-N', 'd', '-H', hosts, '-w', join(folder, 'x.pcapng'), '-P', '-Y', 'ip.host == "box"'),
    0,
  );
});

test('names of a capture file’s own records are shown with -N n', () => {
  const path = join(folder, 'named.pcapng');
  assert.equal(read(sample, '-c', '3', '-H', hosts, '-w', path).status, 0);
  const source = (...args: string[]): string => read(path, '-c', '1', '-e', '_ws.col.Source', ...args).stdout;
  assert.equal(source('-N', 'n'), 'box\n');
  assert.equal(source(), '192.168.10.10\n');
});

test('of -n and -N, and of several -N, the last counts, as in tshark', { skip }, () => {
  const destinations = (...args: string[]): string =>
    sameAsTshark('-r', sample, '-c', '3', '-T', 'fields', '-e', '_ws.col.Destination', ...args);
  assert.match(destinations('-n', '-N', 'nd'), /nas\.office\.example/);
  assert.doesNotMatch(destinations('-N', 'nd', '-n'), /nas/);
  assert.doesNotMatch(destinations('-N', 'd', '-N', 'n'), /nas/);
});

test('what -N and -H cannot do is told in one line', () => {
  const cases: [string[], RegExp][] = [
    [['-N', 'N'], /^eyrie: -N N: names are never looked up in the network; .*-N nd.*\n$/],
    [['-N', 'x'], /^eyrie: -N x is not known; .*\n$/],
    [['--summary', '-N', 'x'], /^eyrie: -N x is not known; .*\n$/],
    [['-H', hosts], /^eyrie: -H goes with -N n, .*\n$/],
    [['-N', 'n', '-H', join(folder, 'none')], /^eyrie: -H .*: the file can't be read.*\n$/],
  ];
  for (const [args, message] of cases) {
    const { status, stderr } = read(sample, ...args);
    assert.equal(status, 2);
    assert.match(stderr, message);
  }
});
