import assert from 'node:assert/strict';
import { test } from 'node:test';
import { descriptions, hostsIn } from '../src/read/descriptions.ts';

test('-H: reads names from a hosts file', () => {
  const text =
    '# hosts\n192.0.2.1\tgate  gate.example # the way out\r\n\n::1 localhost\nnonsense here\n192.0.2.9\n';
  assert.deepEqual(hostsIn(text), [
    { address: Uint8Array.of(192, 0, 2, 1), names: ['gate', 'gate.example'] },
    { address: Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1), names: ['localhost'] },
  ]);
});

test('--capture-comment and -H: need an output format that can hold them', () => {
  assert.throws(() => descriptions({ captureComment: ['x'] }), /--capture-comment goes with -w/);
  assert.throws(
    () => descriptions({ hosts: ['/nowhere'], write: 'a.pcap' }),
    /-H: a pcap file cannot hold it/,
  );
  assert.throws(
    () => descriptions({ captureComment: ['x'], write: 'a', fileType: 'pcap' }),
    /cannot hold it/,
  );
  assert.throws(() => descriptions({ hosts: ['/nowhere'], write: 'a' }), /can't be read; name one like/);
  assert.throws(() => descriptions({ captureComment: ['x'.repeat(70_000)], write: 'a' }), /65535 bytes/);
  assert.throws(() => descriptions({ hosts: ['/nowhere'] }), /-H goes with -N n, .* or with -w/);
  assert.throws(() => descriptions({ hosts: ['/nowhere'] }, true), /can't be read/);
  assert.deepEqual(descriptions({}), { comments: [], names: [] });
});
