// What the menu would run, without a terminal.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runHere } from '../src/menu/child.ts';
import { entries } from '../src/menu/entries.ts';
import type { Questions } from '../src/menu/questions.ts';

const answers = (...all: string[]): Questions => ({
  choose: async (_message, options) => options[0]!,
  text: async (_message, initial = '') => all.shift() ?? initial,
  confirm: async () => true,
  peer: async () => all.shift() ?? '',
  offer: async () => all.shift() ?? '',
});
/** As `answers`, and chooses these of the options. */
const choosing = (chosen: string[], ...all: string[]): Questions => ({
  ...answers(...all),
  choose: async (_message, options) => options.find((each) => chosen.includes(each)) ?? options[0]!,
});
const one = [{ id: 'alpha', state: 'runs', mesh: 'home', isAuthority: true }];
const two = [{ id: 'beta', state: 'runs', mesh: 'home', isAuthority: false }, ...one];
const entry = (label: string) => entries.find((each) => each.label === label)!;

test('menu entries return their command, with the peer only if there are several', async () => {
  assert.deepEqual(await entry('Send a message').ask(answers('beta', 'good morning'), one), [
    'send',
    'beta',
    'good morning',
  ]);
  assert.deepEqual(await entry('Query the mesh').ask(answers('count where cpu.used > 80%'), one), [
    'query',
    'count where cpu.used > 80%',
  ]);
  assert.deepEqual(await entry('Read messages').ask(answers(), two), ['inbox', '--peer', 'beta']);
  assert.deepEqual(await entry('Get a file').ask(answers('beta', 'note.txt'), one), ['get', 'beta/note.txt']);
  assert.deepEqual(await entry('Get a file').ask(answers('beta', 'a.txt', 'b.txt'), one), [
    ...['get', 'beta/a.txt', '-o', 'b.txt'],
  ]);
  assert.deepEqual(await entry('Get a file').ask(answers('beta', ''), one), ['get', 'beta']);
  const revoke = await entry('Revoke').ask(answers('beta', 'stolen'), one);
  assert.deepEqual(revoke, ['mesh', 'revoke', 'beta', '--reason', 'stolen']);
  assert.deepEqual(await entry('Leave the mesh').ask(answers(), two), ['mesh', 'leave', 'beta']);
  assert.ok(!entry('Leave the mesh').isFor(one), 'the authority stays');
  assert.deepEqual(await entry('Look at a capture').ask(answers(), []), ['start']);
});

test('menu input that begins with a dash is not taken for an option', async () => {
  assert.deepEqual(await entry('Send a message').ask(answers('beta', '-rf'), two), [
    'send',
    '--peer',
    'beta',
    '--',
    'beta',
    '-rf',
  ]);
  assert.deepEqual(await entry('Look at a capture').ask(answers('-a.pcap'), []), ['start', '--', '-a.pcap']);
});

test('where nobody waits for approval the menu says so, and asks for no name', async () => {
  assert.deepEqual(await entry('Approve').ask(answers(), one), ['mesh', 'pending']);
  assert.deepEqual(await entry('Approve').ask(answers('gamma'), one), ['mesh', 'approve', 'gamma']);
});

test('the menu offers only entries that are available', () => {
  const labels = (peers: typeof one) => entries.filter((each) => each.isFor(peers)).map(({ label }) => label);
  assert.ok(!labels([]).includes('Send a message'));
  assert.ok(labels([]).includes('Create a mesh'));
  assert.ok(labels([{ ...one[0]!, state: 'stopped' }]).includes('Start a peer'));
  assert.ok(!labels(one).includes('Start a peer'));
});

test('what only the authority does goes to the peer that holds it, and is not offered where none runs', async () => {
  assert.deepEqual(await entry('Create another peer').ask(answers('gamma'), two), [
    ...['mesh', 'create', 'gamma', '--peer', 'alpha'],
  ]);
  assert.deepEqual(await entry('Invite').ask(answers(), one), ['mesh', 'invite']);
  const member = two.filter(({ isAuthority }) => !isAuthority);
  for (const label of ['Create another peer', 'Invite', 'List the pending', 'Approve', 'Revoke'])
    assert.ok(!entry(label).isFor(member), label);
});

test('what any peer answers alike asks for a peer only if several meshes run here', async () => {
  assert.deepEqual(await entry('List the members').ask(answers(), two), ['mesh', 'members']);
  const apart = two.map((peer) => (peer.id === 'beta' ? { ...peer, mesh: 'lab' } : peer));
  assert.deepEqual(await entry('List the members').ask(answers(), apart), [
    'mesh',
    'members',
    '--peer',
    'beta',
  ]);
});

test('the menu encrypts and decrypts a text or a file, for a peer or with a passphrase', async () => {
  assert.deepEqual(await entry('Encrypt').ask(answers('meet at six', 'beta'), one), [
    ...['encrypt', '--text', 'meet at six', '--to', 'beta'],
  ]);
  const withPassphrase = choosing(['a file', 'anyone who knows a passphrase'], 'plan.pdf');
  assert.deepEqual(await entry('Encrypt').ask(withPassphrase, one), [
    ...['encrypt', 'plan.pdf', '-o', 'plan.pdf.eyrie'],
  ]);
  assert.deepEqual(await entry('Encrypt').ask(answers('hello'), []), ['encrypt', '--text', 'hello']);
  assert.deepEqual(await entry('Decrypt').ask(answers('RXlT'), []), ['decrypt', '--text', 'RXlT']);
  assert.deepEqual(await entry('Decrypt').ask(choosing(['a file'], 'plan.pdf.eyrie'), []), [
    ...['decrypt', 'plan.pdf.eyrie', '-o', 'plan.pdf'],
  ]);
});

test('without a peer the menu begins with a mesh, and its messages on the LAN are plain', async () => {
  const [first] = entries.filter(({ isFor }) => isFor([]));
  assert.equal(first!.label, 'Create a mesh');
  assert.deepEqual(await entry('Broadcast on the LAN').ask(answers('Hello, Nodes!'), []), [
    ...['master', 'Hello, Nodes!', '--plain'],
  ]);
  assert.deepEqual(await entry('Listen on the LAN').ask(answers(), []), ['node', '--plain']);
  assert.deepEqual(await entry('Listen on the LAN').ask(answers(), two), ['node', '--peer', 'beta']);
});

test('the menu runs a honeypot', async () => {
  assert.deepEqual(await entry('Honeypot').ask(answers('2222'), []), ['honeypot', '--port', '2222']);
});

test('the menu captures to a file', async () => {
  assert.deepEqual(await entry('Capture').ask(answers('eth0', 'office.pcapng'), []), [
    ...['read', '-i', 'eth0', '-w', 'office.pcapng'],
  ]);
});

test('a command of the menu that cannot be started, or is killed, is one line that says why', async () => {
  assert.equal(await runHere(process.execPath, ['--eval', '0']), null);
  assert.equal(
    await runHere(process.execPath, ['--eval', 'process.exit(3)']),
    null,
    'it has said why itself',
  );
  assert.match((await runHere('/nowhere/eyrie', []))!, /^it cannot be started: .*ENOENT$/);
  assert.match(
    (await runHere(process.execPath, ['a\0b']))!,
    /^it cannot be started: [^\n]*null bytes[^\n]*$/,
  );
  const killed = await runHere(process.execPath, ['--eval', 'process.kill(process.pid, "SIGKILL")']);
  assert.match(killed!, process.platform === 'win32' ? /./ : /^it was ended by SIGKILL$/);
});
