// Names of addresses, as answers of DNS give them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HostNames } from '../src/stats/host-names.ts';
import { bytesOf, dissect, join, udpFrame } from './protocols/support.ts';

const A = 1;
const AAAA = 28;
const NSEC = 47;

function nameBytes(name: string): Uint8Array {
  return Buffer.from(
    [...name.split('.'), ''].map((label) => String.fromCharCode(label.length) + label).join(''),
  );
}

function record(name: string, type: number, data: Uint8Array): Uint8Array {
  const head = Buffer.alloc(10);
  head.writeUInt16BE(type, 0);
  head.writeUInt16BE(1, 2);
  head.writeUInt16BE(data.length, 8);
  return join(nameBytes(name), head, data);
}

/** The names after an answer with these records. */
function namesOf(...records: Uint8Array[]): Record<string, string> {
  const header = Buffer.from('000181800000000000000000', 'hex');
  header.writeUInt16BE(records.length, 6);
  const names = new HostNames();
  names.add(dissect([udpFrame(53, 40_000, join(header, ...records))]));
  return Object.fromEntries(names.names);
}

test('each address of an answer has the name of its own record', () => {
  const names = namesOf(
    record('one.example', A, bytesOf('c0000201')),
    record('six.example', AAAA, bytesOf('20010db8000000000000000000000001')),
    record('two.example', A, bytesOf('c0000202')),
  );
  assert.deepEqual(names, {
    '192.0.2.1': 'one.example',
    '2001:db8::1': 'six.example',
    '192.0.2.2': 'two.example',
  });
});

test('an address behind an A record of a wrong length has its own name, not the one before', () => {
  const names = namesOf(
    record('bad.example', A, bytesOf('c00002')),
    record('good.example', A, bytesOf('c0000201')),
  );
  assert.deepEqual(names, { '192.0.2.1': 'good.example' });
});

test('an address behind an NSEC record, which lists types of records, has its own name', () => {
  const types = join(nameBytes('next.example'), bytesOf('000440000008'));
  const names = namesOf(
    record('signed.example', NSEC, types),
    record('host.example', A, bytesOf('c0000201')),
    record('other.example', A, bytesOf('c0000202')),
  );
  assert.deepEqual(names, { '192.0.2.1': 'host.example', '192.0.2.2': 'other.example' });
});
