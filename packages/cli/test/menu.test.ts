// What the menu would run, without a terminal.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { entries } from '../src/menu/entries.ts';
import type { Questions } from '../src/menu/questions.ts';

const answers = (...all: string[]): Questions => ({
  choose: async (_message, options) => options[0]!,
  text: async (_message, initial = '') => all.shift() ?? initial,
  confirm: async () => true,
  peer: async () => all.shift() ?? '',
});
const one = [{ id: 'alpha', state: 'runs' }];
const two = [...one, { id: 'beta', state: 'runs' }];
const entry = (label: string) => entries.find((each) => each.label === label)!;

test('menu entries return their command, with the peer only if there are several', async () => {
  assert.deepEqual(await entry('Send a message').ask(answers('beta', 'good morning'), one), [
    'send',
    'beta',
    'good morning',
  ]);
  assert.deepEqual(await entry('Ask the mesh').ask(answers('count where cpu.used > 80%'), one), [
    'query',
    'count where cpu.used > 80%',
  ]);
  assert.deepEqual(await entry('Read messages').ask(answers(), two), ['inbox', '--peer', 'alpha']);
  const revoke = await entry('Revoke').ask(answers('beta', 'stolen'), one);
  assert.deepEqual(revoke, ['mesh', 'revoke', 'beta', '--reason', 'stolen']);
  assert.deepEqual(await entry('Look at a capture').ask(answers(), []), ['start']);
});

test('menu input that begins with a dash is not taken for an option', async () => {
  assert.deepEqual(await entry('Send a message').ask(answers('beta', '-rf'), two), [
    'send',
    '--peer',
    'alpha',
    '--',
    'beta',
    '-rf',
  ]);
  assert.deepEqual(await entry('Look at a capture').ask(answers('-a.pcap'), []), ['start', '--', '-a.pcap']);
});

test('the menu offers only entries that are available', () => {
  const labels = (peers: typeof one) => entries.filter((each) => each.isFor(peers)).map(({ label }) => label);
  assert.ok(!labels([]).includes('Send a message'));
  assert.ok(labels([]).includes('Found a mesh'));
  assert.ok(labels([{ id: 'alpha', state: 'stopped' }]).includes('Start a peer'));
  assert.ok(!labels(one).includes('Start a peer'));
});
