// Host names that peers announce: whatever names lead to an address, it is dialled no more often for that.

import assert from 'node:assert/strict';
import dns from 'node:dns';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { test } from 'node:test';
import { systemRuntime, TlsTransport } from '../src/index.ts';
import { canonicalHost } from '../src/link/address.ts';
import { Dialler } from '../src/link/dialler.ts';
import type { Transport } from '../src/link/link.ts';
import { hostOf, VirtualMesh } from '../src/virtual/index.ts';

/** As UNPROVEN in dialler.ts. */
const BURST = 32;

function diallerOver(transport: Transport): Dialler {
  const [start, whenDecided, failed] = [() => null, () => {}, () => {}];
  return new Dialler(systemRuntime(), transport, start, whenDecided, failed);
}

test('many names that resolve to one address are dialled no more often than the address', async (t) => {
  let connections = 0;
  const victim = createServer((socket) => {
    connections++;
    socket.destroy();
  }).listen(0, '127.0.0.1');
  await once(victim, 'listening');
  t.after(() => victim.close());
  const { port } = victim.address() as AddressInfo;
  let lookups = 0;
  t.mock.method(dns, 'lookup', (_host: string, _options: object, done: (...found: unknown[]) => void) => {
    lookups++;
    process.nextTick(done, null, [{ address: '127.0.0.1', family: 4 }]);
  });
  const transport = new TlsTransport({ credentials: null, host: '127.0.0.1', port: 0 });
  t.after(() => transport.close());
  const dialler = diallerOver(transport);
  const names = Array.from({ length: BURST * 2 }, (_, i) => `liar-${i}.example`);
  const dialled = names.map(
    (name) => new Promise<void>((resolve) => dialler.connect(name, [`${name}:${port}`], () => resolve())),
  );
  await Promise.all(dialled);
  assert.equal(lookups, names.length);
  assert.equal(connections, BURST);
});

test('a name whose address has answered is dialled as often as needed', async () => {
  const mesh = await VirtualMesh.create({ peers: 2, seed: 3 });
  await mesh.startAll();
  let allowed = 0;
  const transport = mesh.network.transport('10.9.9.8:1', () => null);
  const dial = transport.dial.bind(transport);
  // The virtual network has no names: this one leads to a peer.
  const named: Transport = Object.assign(transport, {
    dial(...[, done, mayDial]: Parameters<Transport['dial']>) {
      if (mayDial?.('192.0.2.1') === false) return;
      allowed++;
      dial(hostOf(0), (error, link) => {
        if (link !== null) Object.assign(link.shown, { resolved: '192.0.2.1' });
        done(error, link);
      });
    },
  });
  const runtime = { ...systemRuntime(), clock: mesh.clock };
  const session = mesh.peers[1]!.switchboard.sessions()[Symbol.iterator]().next().value!;
  const dialler = new Dialler(
    runtime,
    named,
    () => session,
    (_session, decided) => decided(true),
    () => {},
  );
  for (let i = 0; i < BURST * 3; i++) {
    dialler.connect(`peer-${i}`, [`lab-${i}.example:5001`], () => {});
    mesh.clock.run(20);
  }
  assert.equal(allowed, BURST * 3);
});

test('an IPv6 address has one spelling', () => {
  for (const host of ['2001:DB8::7', '2001:db8:0:0::7', '2001:0db8::0007', '2001:db8::7%eth0'])
    assert.equal(canonicalHost(host), '2001:db8::7');
  for (const host of ['::ffff:192.0.2.7', '::ffff:c000:207', '192.0.2.7'])
    assert.equal(canonicalHost(host), '192.0.2.7');
  assert.equal(canonicalHost('lab.example'), 'lab.example');
});

test('an IPv6 address in many spellings is dialled no more often than in one', () => {
  let dials = 0;
  const dialler = diallerOver({ dial: () => dials++, listen: () => Promise.resolve([]) } as never);
  for (let i = 0; i < BURST * 2; i++) {
    const groups = Array.from({ length: 6 }, (_, bit) => ((i >> bit) & 1 ? '0000' : '0'));
    dialler.connect(`liar-${i}`, [`[2001:db8:${groups.slice(0, 5).join(':')}:7]:50${i + 10}`], () => {});
  }
  assert.equal(dials, BURST);
});
