// The mesh from the command line: real processes, as a user types them.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { spawnChild } from '../../../test/support/children.ts';
import { until } from '../../../test/support/until.ts';

const eyrie = join(import.meta.dirname, '../bin/eyrie.js');
const home = mkdtempSync(join(tmpdir(), 'eyrie-cli-mesh-'));

interface Result {
  status: number;
  out: string;
  err: string;
}

function run(line: string, env: Record<string, string> = {}): Promise<Result> {
  return new Promise((resolve) => {
    const environment = { ...process.env, EYRIE_HOME: home, NO_COLOR: '1', EYRIE_PEER: '', ...env };
    execFile(process.execPath, [eyrie, ...line.split(' ')], { env: environment }, (error, out, err) =>
      resolve({ status: error === null ? 0 : Number(error.code), out, err }),
    );
  });
}

const EYRIE = `${process.execPath} ${eyrie}`;

function shell(line: string, env: Record<string, string>): Promise<Result> {
  return new Promise((resolve) => {
    execFile('bash', ['-c', line], { env: { ...process.env, EYRIE_HOME: home, ...env } }, (error, out, err) =>
      resolve({ status: error === null ? 0 : Number(error.code), out, err }),
    );
  });
}

async function fine(line: string): Promise<string> {
  const { status, out, err } = await run(line);
  assert.equal(status, 0, `${line}: ${err}`);
  return out;
}

after(async () => {
  await run('mesh stop');
  rmSync(home, { recursive: true, force: true });
});

test('a mesh from nothing to a message, and to a peer that is out', async () => {
  assert.match((await run('mesh members')).err, /^eyrie: there is no peer here yet/);
  assert.equal(
    (await run('peer one')).err,
    'eyrie: there is no peer one here: eyrie mesh init, or eyrie mesh join\n',
  );
  await fine('mesh init home --name alpha --port 0 --host 127.0.0.1');
  const [, command = ''] = /^ExecStart=\S+ (\S+) peer alpha$/m.exec(await fine('mesh unit')) ?? [];
  assert.ok(existsSync(command), `the unit starts ${command}`);
  assert.match((await run('mesh invite')).err, /alpha: this peer does not run: eyrie mesh start alpha/);
  await fine('mesh start');
  const token = (await fine('mesh invite --name beta --ttl 1h')).trim();
  assert.match(token, /^eyrie1-[\w-]+$/);
  assert.match((await run(`mesh join ${token} --name gamma`)).err, /for beta: join with --name beta/);
  assert.ok(!existsSync(join(home, 'peers/gamma')), 'a refused peer leaves no folder');
  assert.match((await run(`mesh join ${token.slice(0, -4)} --name beta`)).err, /not copied whole/);
  await fine(`mesh join ${token} --name beta --host 127.0.0.1`);
  assert.match(await fine(`mesh join ${token} --name beta --host 127.0.0.1`), /beta is in mesh \w+ already/);
  // Of two peers here it is alpha that can let in.
  await fine('mesh create gamma --host 127.0.0.1');
  await fine('mesh start beta gamma');
  assert.match(await fine('mesh start beta'), /runs already/);

  assert.equal(await fine('send gamma --peer beta --wait 20s good morning'), 'Delivered to gamma.\n');
  assert.match(await fine('inbox --peer gamma'), /beta: good morning\n$/);
  assert.equal(await fine('inbox --peer gamma'), 'Nothing new.\n');
  const [message] = JSON.parse(await fine('inbox --peer gamma --all --json'));
  assert.equal(message.text, 'good morning');
  assert.equal(await fine('broadcast --peer alpha noon'), '2 of 2 peers have it.\n');
  const members = JSON.parse(await fine('mesh members --peer beta --json'));
  assert.deepEqual(
    members.map((each: { id: string; status: string }) => [each.id, each.status]),
    [
      ['alpha', 'alive'],
      ['beta', 'alive'],
      ['gamma', 'alive'],
    ],
  );
  assert.equal((await fine('mesh tree --peer beta')).trim().split('\n').length, 3);
  // Any of them answers alike; whose inbox is meant has to be said.
  assert.equal(await fine('mesh tree'), await fine('mesh tree --peer beta'));
  assert.match((await run('inbox')).err, /^eyrie: there are more peers here: name one with --peer/);
  assert.match(
    (await run('coordinator')).err,
    /name one as in eyrie coordinator ID \(alpha, beta, gamma\)$/m,
  );
  assert.match((await run('path alpha beta --peer alpha')).err, /^eyrie: alpha: it watches no interface/);

  const file = join(home, 'note.txt');
  writeFileSync(file, 'shared text');
  assert.match(await fine(`share ${file} --peer beta --to gamma`), /note\.txt \(11 B\) is shared with gamma/);
  assert.match(await fine('get beta --peer gamma'), /note\.txt +11 B/);
  assert.match((await run('get beta/note.txt --peer alpha')).err, /there is no note\.txt for you/);
  const begun = join(home, 'begun.txt');
  writeFileSync(`${begun}.part`, 'sha');
  assert.match(
    (await run(`get beta/note.txt --peer alpha -o ${begun}`)).err,
    /begun\.txt\.part is kept, and the same command goes on from there/,
  );
  const copy = join(home, 'copy.txt');
  await fine(`get beta/note.txt --peer gamma -o ${copy}`);
  assert.equal(readFileSync(copy, 'utf8'), 'shared text');
  assert.match((await run(`get beta/note.txt --peer gamma -o ${copy}`)).err, /is there already/);
  assert.match(
    await fine(`share ${home} --captures --name ring --peer beta --to gamma`),
    /offered to gamma, those whom policy\.toml allows "captures"\.\n$/,
  );
  assert.match(await fine('share --peer beta'), /note\.txt +gamma .*\nring +gamma by policy +\S+\n$/);

  await fine(`encrypt ${file} --to gamma --peer beta -o ${file}.eyrie`);
  const opened = await run(`decrypt ${file}.eyrie --peer gamma`);
  assert.deepEqual([opened.out, opened.err.slice(0, 10)], ['shared text', 'From beta,']);
  assert.equal((await run(`decrypt ${file}.eyrie`)).out, 'shared text', 'the one it is for is here');
  assert.match((await run(`decrypt ${file}.eyrie --peer alpha`)).err, /sealed for gamma, not for alpha/);

  await fine('mesh revoke gamma --peer alpha --reason stolen');
  assert.match((await run('send gamma --peer beta hello')).err, /gamma was revoked/);
  assert.match(await fine('mesh members --peer beta'), /gamma +peer +revoked .* stolen/);
  assert.match(
    (await run('mesh revoke beta --peer beta')).err,
    /beta: this peer does not hold the authority of the mesh: ask alpha/,
  );
  assert.match(await fine('mesh list'), /beta +runs/);
  await fine('mesh stop');
  assert.match(await fine('mesh list'), /beta +stopped/);
  mkdirSync(join(home, 'peers/omega'));
  const all = await fine('mesh list');
  assert.match(
    all,
    /omega +not admitted yet.*\nomega: repeat its .*mesh join, or give it up: rm -r \S+omega\n$/s,
  );
  rmSync(join(home, 'peers/omega'), { recursive: true });
});

test('peers read their policies again on request and on SIGHUP; a damaged one is named, and the earlier one holds', async () => {
  assert.match((await run('mesh reload')).err, /^eyrie: no peer of this user runs: eyrie mesh start\n$/);
  await fine('mesh start alpha');
  assert.equal(await fine('mesh reload'), 'alpha has read policy.toml and response.toml again\n');
  const path = join(home, 'peers/alpha/response.toml');
  const before = readFileSync(path, 'utf8');
  writeFileSync(path, 'witnesses = 1\n');
  const { status, err } = await run('mesh reload alpha');
  assert.equal(status, 1);
  assert.match(
    err,
    /^eyrie: alpha: \S+response\.toml: witnesses is .*: what was read before stays in force\n$/,
  );
  writeFileSync(path, before);
  const { pid } = JSON.parse(await fine('mesh status --peer alpha --json'));
  process.kill(pid, 'SIGHUP');
  const log = () => readFileSync(join(home, 'logs/peer_alpha.log'), 'utf8');
  const times = () => log().split('"file":"response.toml"').length - 1;
  for (let tries = 0; times() < 3 && tries < 100; tries++) await new Promise((r) => setTimeout(r, 50));
  assert.equal(times(), 3, log());
  await fine('mesh stop');
});

test('a home of peers that cannot be made is one line', { skip: process.platform !== 'linux' }, async () => {
  const { status, err } = await run('mesh init home --name omega', { EYRIE_HOME: '/proc/none' });
  assert.equal(status, 1);
  assert.match(
    err,
    /^eyrie: \/proc\/none\/peers\/omega cannot be made: .*; EYRIE_HOME chooses another place\n$/,
  );
});

test('a demonstration leaves nothing behind at Ctrl-C', async () => {
  const temporary = join(home, 'tmp');
  mkdirSync(temporary);
  const env = { ...process.env, TMPDIR: temporary };
  const args = [eyrie, 'demo', 'attack', '--peers', '5', '--for', '5'];
  const child = spawnChild(process.execPath, args, { env, stdio: 'ignore' });
  const ended = once(child, 'exit');
  await until('a peer of it', () => readdirSync(join(temporary, readdirSync(temporary)[0]!)).length > 0);
  child.kill('SIGINT');
  assert.deepEqual(await ended, [130, null]);
  assert.deepEqual(readdirSync(temporary), []);
});

test('bad usage is one line and status 2', async () => {
  for (const [line, message] of [
    ['mesh init Bad_Name', /cannot be a name/],
    ['mesh init ok --port 70000', /--port 70000/],
    ['mesh join nonsense', /not an invitation/],
    ['mesh invite --ttl soon --peer alpha', /--ttl soon/],
    ['mesh invite --ttl 1s --peer alpha', /--ttl 1s: from 1m to 365d/],
    ['mesh invite --uses 0 --peer alpha', /--uses 0: .*from 1 to 100000/],
    ['mesh invite --role king --peer alpha', /--role king: there are peer, coordinator or honeypot/],
    ['peer nobody', /there is no peer nobody here, only .*: eyrie mesh create nobody makes it$/m],
    ['master hello --plain --task report', /a plain message names no task/],
    ['master hello --port 0', /--port 0: .*from 1 to 65535/],
    ['node --port 0', /--port 0: .*from 1 to 65535/],
    ['menu', /needs a terminal/],
    ['mesh frobnicate', /unknown command|frobnicate/],
    ['frobnicate --help', /unknown command 'frobnicate'; see eyrie --help/],
  ] as const) {
    const { status, err } = await run(line);
    assert.equal(status, 2, line);
    assert.match(err, message);
    assert.equal(err.trim().split('\n').length, 1, err);
  }
});

test('encrypt and decrypt with a passphrase', async () => {
  const file = join(home, 'plain.txt');
  const sealed = join(home, 'plain.eyrie');
  writeFileSync(file, 'by a passphrase');
  const right = { EYRIE_PASSPHRASE: 'correct horse' };
  assert.equal((await run(`encrypt ${file} -o ${sealed}`, right)).status, 0);
  assert.equal((await run(`decrypt ${sealed}`, right)).out, 'by a passphrase');
  const wrong = await run(`decrypt ${sealed}`, { EYRIE_PASSPHRASE: 'wrong horse' });
  assert.deepEqual([wrong.status, wrong.err], [1, 'eyrie: wrong passphrase, or the data was changed\n']);
  assert.match((await run(`decrypt ${file}`, right)).err, /was not made by "eyrie encrypt"/);
  assert.match((await run(`encrypt ${file} -o ${sealed}`, right)).err, /is there already/);

  const line = await run('encrypt --text=hello', right);
  assert.match(line.out, /^[A-Za-z0-9+/]+={0,2}\n$/);
  assert.equal((await run(`decrypt --text=${line.out.trim()}`, right)).out, 'hello');
  writeFileSync(`${sealed}.txt`, line.out);
  assert.equal((await run(`decrypt ${sealed}.txt`, right)).out, 'hello');
  writeFileSync(`${sealed}.mail`, line.out.replace(/.{40}/g, '$&\r\n'));
  assert.equal((await run(`decrypt ${sealed}.mail`, right)).out, 'hello', 'wrapped as by a mail program');
  const other = await run('decrypt --text=aGVsbG8=', right);
  assert.deepEqual([other.status, other.err], [2, 'eyrie: this text was not made by "eyrie encrypt"\n']);
  assert.equal((await run(`encrypt ${file} --text=hello`, right)).status, 2);

  // Through pipes, where the one end is slower than the other.
  const pipe = await shell(`(sleep 0.3; cat ${file}) | ${EYRIE} encrypt -o - | ${EYRIE} decrypt -`, right);
  assert.deepEqual([pipe.status, pipe.out, pipe.err], [0, 'by a passphrase', '']);
  const closed = await shell(`${EYRIE} decrypt ${sealed} | true; echo $?`, right);
  assert.doesNotMatch(closed.err, /at /);
});

test('what is binary goes to no terminal unasked', async () => {
  const file = join(home, 'steering.bin');
  writeFileSync(file, 'a\x1b[2Jb');
  const env = { EYRIE_PASSPHRASE: 'correct horse' };
  await run(`encrypt ${file} -o ${file}.eyrie`, env);
  const onTerminal = (line: string) => shell(`script -qec "${EYRIE} ${line}" /dev/null < /dev/null`, env);
  const sealing = await onTerminal(`encrypt ${file}`);
  assert.deepEqual([sealing.status, /binary.* -o/.test(sealing.out)], [2, true], sealing.out);
  const opening = await onTerminal(`decrypt ${file}.eyrie`);
  assert.deepEqual([opening.status, /not plain text.* -o/.test(opening.out)], [2, true], opening.out);
  assert.match((await onTerminal(`decrypt ${file}.eyrie -o -`)).out, /\x1b\[2J/);
});

test('an authority under a passphrase starts with it, and not without', async () => {
  const env = { EYRIE_PASSPHRASE: 'correct horse', EYRIE_HOME: join(home, 'sealed') };
  const init = await run('mesh init safe --name root --port 0 --host 127.0.0.1 --passphrase', env);
  assert.equal(init.status, 0, init.err);
  assert.match((await run('peer root', { ...env, EYRIE_PASSPHRASE: 'wrong horse' })).err, /wrong passphrase/);
  assert.equal((await run('mesh start', env)).status, 0);
  assert.equal((await run('mesh stop', env)).status, 0);
});
