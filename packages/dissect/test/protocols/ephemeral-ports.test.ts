// Ports that systems give to clients, and that protocols claim as well.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { framePath } from '../../src/core/path.ts';
import { tcpPorts } from '../../src/core/table.ts';
import { talk } from './conversation.ts';
import { bytesOf, dissect } from './support.ts';

const TCP = 'eth:ethertype:ip:tcp';
const GET = 'GET / HTTP/1.1\r\nHost: a.example\r\n\r\n';
const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi';
const CLAIMED = tcpPorts.entries().filter(([port]) => port >= 32_768);

for (const [port, { name }] of CLAIMED)
  test(`a signature wins over the claim of ${name} to port ${port}, of a client and of a server`, () => {
    const turns = [
      ['>', GET],
      ['<', OK],
    ] as const;
    for (const frames of [talk(port, turns), talk(34_567, turns, port), talk(60_001, turns, port)])
      assert.deepEqual(
        [1, 2].map((count) => framePath(dissect(frames.slice(0, count)))),
        [`${TCP}:http`, `${TCP}:http:data`],
      );
  });

test('a TLS record wins over the claim to a port of that range', () => {
  const done = bytesOf('1603030004 0e000000');
  assert.equal(framePath(dissect(talk(44_321, [['>', done]]))), `${TCP}:tls`);
});

test('without a signature of text or TLS the claim to a port of that range holds', () => {
  const register = bytesOf(`6500 0400 00000000 00000000 ${'00'.repeat(8)} 00000000 0100 0000`);
  assert.equal(framePath(dissect(talk(44_818, [['>', register]]))), `${TCP}:enip`);
  assert.notEqual(CLAIMED.length, 0);
});
