// Whose address the policy never blocks, however a witness writes it.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { parseAddress } from '@eyrie/mesh';
import { VirtualMesh } from '@eyrie/mesh/virtual';
import { BlockedAddresses, parseResponsePolicy, ResponseDesk } from '../../src/response/index.ts';

const root = mkdtempSync(join(tmpdir(), 'eyrie-addresses-'));
after(() => rmSync(root, { recursive: true, force: true }));

const BLOCK = '[[rule]]\nrule = "join-guessing"\nmode = "act"\nanswer = "block"\nfor = "30s"\n';

let scenes = 0;
async function scene(policy: string) {
  const mesh = await VirtualMesh.create({ peers: 6, seed: 4 });
  await mesh.startAll();
  mesh.clock.run(20_000);
  const peer = mesh.peers[0]!;
  const blocked = new BlockedAddresses(join(root, `${scenes++}`), peer.runtime.clock.nowMs());
  const desk = new ResponseDesk({ peer, policy: parseResponsePolicy(policy), blocked, audit: () => {} });
  /** Two witnesses report an address; returns what is blocked then. */
  const report = (address: string): string[] => {
    for (const witness of ['peer-4', 'peer-5'])
      desk.take({
        ...{ rule: 'join-guessing', witness, peer: '', address, severity: 'high', confidence: 95 },
        ...{ summary: 'it guesses', atMs: 0 },
      });
    return blocked.all().map((each) => each.address);
  };
  return { peer, desk, report };
}

test('an exempt address is not blocked in another notation, nor one of an exempt network', async () => {
  const { desk, report } = await scene(
    `exempt = ["192.0.2.7", "198.51.100.0/24", "2001:db8::7", "2001:db8:1::/48"]\n${BLOCK}`,
  );
  for (const address of [
    '192.0.2.7',
    '::ffff:192.0.2.7',
    '::ffff:c000:207',
    '198.51.100.9',
    '2001:DB8:0:0::7',
    '2001:db8:1:2::3',
  ])
    assert.deepEqual(report(address), [], address);
  assert.ok(desk.responses().every(({ why }) => why === 'it is exempt'));
  assert.deepEqual(report('2001:0DB8:0002::1'), ['2001:db8:2::1']);
  assert.deepEqual(report('2001:db8:2::1'), ['2001:db8:2::1']);
});

test('an address of a peer is not blocked in another notation', async () => {
  const { peer, desk, report } = await scene(BLOCK);
  const host = parseAddress(peer.directory.entries()[Symbol.iterator]().next().value!.addresses[0]!)!.host;
  assert.deepEqual(report(`::ffff:${host}`), []);
  assert.match(desk.responses()[0]?.why ?? '', /peers of the mesh have this address/);
});

test('no address that is no single host on the network is blocked', async () => {
  const { desk, report } = await scene(BLOCK);
  for (const address of ['127.0.0.1', '::1', '0.0.0.0', '::', '224.0.0.1', '255.255.255.255', 'ff02::1'])
    assert.deepEqual(report(address), [], address);
  assert.ok(desk.responses().every(({ why }) => why === 'it is no host on the network'));
});

test('what is exempt is a peer, an address or a network', () => {
  assert.throws(
    () => parseResponsePolicy('exempt = ["192.0.2.0/33"]'),
    /"192\.0\.2\.0\/33" is no peer, address/,
  );
  assert.throws(() => parseResponsePolicy('exempt = ["Lab 1"]'), /"Lab 1" is no peer, address/);
});
