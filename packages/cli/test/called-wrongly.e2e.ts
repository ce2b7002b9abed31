// What a command says that was called wrongly: one line, and exit status 2; help and version, wherever they are asked for.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

const eyrie = join(import.meta.dirname, '../bin/eyrie.js');
const root = join(import.meta.dirname, '../../..');

function call(args: readonly string[], variables: NodeJS.ProcessEnv = {}) {
  const home = mkdtempSync(join(tmpdir(), 'eyrie-wrong-'));
  try {
    const env = { ...process.env, HOME: home, EYRIE_HOME: home, ...variables };
    const options = { encoding: 'utf8', cwd: root, env, timeout: 20_000 } as const;
    const { status, stdout, stderr } = spawnSync(process.execPath, [eyrie, ...args], options);
    return { status, stdout, stderr };
  } finally {
    rmSync(home, { recursive: true });
  }
}

const file = 'samples/office-hour.pcapng';

for (const [typed, said] of [
  [['help', 'nonsense'], "unknown command 'nonsense'; see eyrie --help"],
  [['help', 'mesh', 'nonsense'], "unknown command 'nonsense'; see eyrie mesh --help"],
  [['mesh', 'nonsense', '--help'], "unknown command 'nonsense'; see eyrie mesh --help"],
  [['samples', 'drop'], "unknown command 'drop'; see eyrie samples --help"],
  [['tree'], "unknown command 'tree' (Did you mean eyrie mesh tree?); see eyrie --help"],
  [
    ['block-list'],
    "unknown command 'block-list' (Did you mean eyrie firewall block-list?); see eyrie --help",
  ],
  [
    ['remove'],
    "unknown command 'remove' (Did you mean eyrie mesh remove or eyrie firewall remove?); see eyrie --help",
  ],
  [['eyrie'], "unknown command 'eyrie'; see eyrie --help"],
  [['mesh', 'remove'], "missing required argument 'id'; see eyrie mesh revoke --help"],
  [
    ['mesh', 'remove', '--reasn'],
    "unknown option '--reasn' (Did you mean --reason?); see eyrie mesh revoke --help",
  ],
  [['mesh', 'peers'], "unknown command 'peers' (Did you mean members?); see eyrie mesh --help"],
  [['samples', '--jsno'], "unknown option '--jsno' (Did you mean --json?); see eyrie samples --help"],
  [[file, '-Y', 'dns'], `name a command before the file: eyrie start ${file}, or eyrie read ${file}`],
  [['up', file, '-f', 'udp'], '-f goes with -i: packets of a file are stored whatever they are'],
  [['capture', file, '-f', 'udp'], '-f goes with -i: packets of a file are stored whatever they are'],
  [
    ['firewall', 'plan', '--tool', 'nft', '--block', 'docs'],
    '--block docs: is a directory; name a file in it',
  ],
  [['simulate', '--threads', '0'], '--threads 0: must be a whole number from 1 to 8'],
  [['time', 'serve', '--nts-port', '4460'], 'NTS needs both --key and --cert'],
  [['time', 'serve', '--nts-port', 'x'], "'x' is not a port: a number up to 65535"],
] as const)
  test(`eyrie ${typed.join(' ')}: says what is wrong`, () => {
    assert.deepEqual(call(typed), { status: 2, stdout: '', stderr: `eyrie: ${said}\n` });
  });

// One rule for all commands: what is named on the command line and is not there was named wrongly.
const MISSING_FILE = /^eyrie: (--block )?none\S*: no such (file|store); check the name\n$/;
for (const typed of [
  'read none.pcap',
  'read none.pcap -2 --summary',
  'start none.pcap',
  'up none.pcap',
  'capture none.pcap',
  'import none.pcap',
  'logs none.pcap',
  'path none.pcap none.pcap',
  'encrypt none.txt -o -',
  'decrypt none.txt',
  'share none.txt',
  'send lab-1 --file none.txt',
  'firewall block-list none.json',
  'firewall plan --tool nft --block none.txt',
  'privacy lock none.pcap -o locked.pcap --key none.key',
  'time serve --key none.pem --cert none.pem',
  'time 127.0.0.1 --nts --ca none.pem',
  'store info --store duckdb:none.duckdb',
  'findings --store duckdb:none.duckdb',
])
  test(`eyrie ${typed}: no such file, status 2`, () => {
    const { status, stderr } = call(typed.split(' '));
    assert.match(stderr, MISSING_FILE);
    assert.equal(status, 2);
  });

for (const typed of ['read', 'start', 'logs', 'encrypt -o -', 'decrypt', 'firewall block-list'])
  test(`eyrie ${typed} with a folder for a file: status 2`, () => {
    const { status, stderr } = call([...typed.split(' '), 'docs']);
    assert.match(stderr, /^eyrie: docs: is a directory; name a [^\n]+\n$/);
    assert.equal(status, 2);
  });

for (const typed of [
  'mesh start',
  'mesh status',
  'mesh members',
  'mesh approve lab-1',
  'mesh unit',
  'peer',
  'coordinator',
  'query count',
  'send lab-1 hello',
  'inbox',
  'share',
  'get lab-1/notes.txt',
  'encrypt --text hello --to lab-1',
  'path lab-1 lab-2',
  'mqtt serve',
  'privacy keys',
  'master hello',
])
  test(`eyrie ${typed} without a peer: status 2`, () => {
    const { status, stderr } = call(typed.split(' '));
    assert.match(stderr, /^eyrie: there is no peer here yet: [^\n]+\n$/);
    assert.equal(status, 2);
  });

for (const typed of ['mesh start lab-1', 'peer lab-1', 'query count --peer lab-1', 'time --peer lab-1'])
  test(`eyrie ${typed}, which is not here: status 2`, () => {
    const { status, stderr } = call(typed.split(' '));
    assert.match(stderr, /^eyrie: there is no peer lab-1 here: [^\n]+\n$/);
    assert.equal(status, 2);
  });

test('eyrie read of what is there, but may not be read: status 1, for it was called rightly', {
  skip: process.getuid?.() === 0 && 'root may read everything',
}, (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'eyrie-rights-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'secret.pcap');
  writeFileSync(path, 'x', { mode: 0 });
  for (const command of ['read', 'decrypt', 'start']) {
    const { status, stderr } = call([command, path]);
    assert.match(stderr, /you may not read/);
    assert.equal(status, 1, command);
  }
});

test('eyrie start at an address that this machine has not: says so before it reads the capture', () => {
  const said = '192.0.2.1 is not an address of this machine; choose another with --host';
  assert.deepEqual(call(['start', file, '--host', '192.0.2.1']), {
    ...{ status: 1, stdout: '', stderr: `eyrie: ${said}\n` },
  });
});

for (const command of ['ui', 'parser'])
  test(`eyrie ${command} at a name that has no address: says which`, () => {
    const token = { EYRIE_TOKEN: 'a'.repeat(12) };
    const { status, stdout, stderr } = call([command, '--host', 'no such host'], token);
    assert.deepEqual({ status, stdout }, { status: 1, stdout: '' });
    assert.match(stderr, /^eyrie: [^\n]*no such host[^\n]* choose another with --host\n$/);
  });

test('the help of a command under its other name, typed either way', () => {
  const revoke = call(['mesh', 'revoke', '--help']);
  assert.equal(revoke.status, 0);
  assert.match(revoke.stdout, /^Usage: eyrie mesh revoke\|remove /);
  assert.deepEqual(call(['mesh', 'remove', '--help']), revoke);
  assert.deepEqual(call(['help', 'mesh', 'remove']), revoke);
});

test('eyrie samples list: what eyrie samples prints', () => {
  assert.deepEqual(call(['samples', 'list', '--json']), call(['samples', '--json']));
  assert.deepEqual(call(['samples', 'list']), call(['samples']));
});

test('a word that cannot be a file, for it is longer than its name may be, is an unknown command', () => {
  const word = 'x'.repeat(300);
  const stderr = `eyrie: unknown command '${word}'; see eyrie --help\n`;
  assert.deepEqual(call([word]), { status: 2, stdout: '', stderr });
});

test('help of a command within a group, asked for either way', () => {
  const { status, stdout } = call(['mesh', 'init', '--help']);
  assert.match(stdout, /^Usage: eyrie mesh init /);
  assert.deepEqual(call(['help', 'mesh', 'init']), { status, stdout, stderr: '' });
});

test('help of a command by its other name shows the help, and does nothing', () => {
  const { status, stdout } = call(['mesh', 'revoke', '--help']);
  assert.deepEqual([status, stdout.startsWith('Usage: eyrie mesh revoke|remove ')], [0, true]);
  for (const words of [
    ['mesh', 'remove', '--help'],
    ['mesh', 'remove', 'lab-7', '-h'],
    ['help', 'mesh', 'remove'],
  ])
    assert.deepEqual(call(words), { status, stdout, stderr: '' }, words.join(' '));
  assert.deepEqual(
    call(['mesh', 'remove']).stderr,
    "eyrie: missing required argument 'id'; see eyrie mesh revoke --help\n",
  );
});

test('the version, also behind a command, as tshark -v', () => {
  const said = call(['--version']);
  assert.match(said.stdout, /^\d+\.\d+\.\d+\n$/);
  for (const typed of [
    ['read', '-v'],
    ['mesh', 'init', '--version'],
  ])
    assert.deepEqual(call(typed), said);
});
