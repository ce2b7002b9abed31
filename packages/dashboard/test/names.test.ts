// Tests of grouping hosts by name.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HostRow } from '../src/api/types.ts';
import { termOfName, topNames } from '../src/pages/overview/names.ts';

function host(address: string, name: string | null, bytes: number): HostRow {
  const none = { packets: 0, packets_sent: 0, bytes_sent: 0, packets_received: 0, bytes_received: 0 };
  return { ...none, address, name, bytes, first: '0', last: '0' };
}

test('a server with several addresses is listed once, with their total traffic', () => {
  const names = topNames(
    [
      host('10.0.0.9', null, 900),
      host('10.0.0.1', 'films.example', 500),
      host('10.0.0.2', 'www.example', 400),
      host('fd00::2', 'www.example', 300),
      host('10.0.0.3', '10.0.0.3', 200),
      host('10.0.0.4', 'mail.example', 100),
    ],
    2,
  );
  assert.deepEqual(
    names.map(({ name, bytes }) => [name, bytes]),
    [
      ['www.example', 700],
      ['films.example', 500],
    ],
  );
  assert.equal(termOfName(names[0]!), 'ip.addr == 10.0.0.2 || ipv6.addr == fd00::2');
});
