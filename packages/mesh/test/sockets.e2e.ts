// Real peers over real TLS on loopback, each with a folder of its own.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import tls from 'node:tls';
import { until } from '../../../test/support/until.ts';
import {
  callPeer,
  FolderStorage,
  fetchResource,
  foundMesh,
  joinMesh,
  type Log,
  listOffers,
  type PeerSettings,
  parseToken,
  type RunningPeer,
  readStanding,
  runPeer,
  systemRuntime,
  TlsTransport,
} from '../src/index.ts';
import { refreshCertificate } from '../src/peer/join.ts';

const PEERS = 12;
const HOUR_MS = 3_600_000;
const home = mkdtempSync(join(tmpdir(), 'eyrie-mesh-'));
const running: RunningPeer[] = [];
const warnings: string[] = [];
const log: Log = (level, message, values) => {
  if (level === 'warn') warnings.push(`${message} ${JSON.stringify(values)}`);
};
const folder = (id: string) => join(home, id);
const settings = (id: string): PeerSettings => ({
  id,
  host: '127.0.0.1',
  port: 0,
  advertise: [],
  bootstrap: [],
});
const run = async (id: string) => {
  const peer = await runPeer({ runtime: systemRuntime(log), folder: folder(id) });
  running.push(peer);
  return peer;
};
const invite = async (parameters: object = {}) =>
  ((await callPeer(folder('peer-0'), 'invite', { ttlMs: HOUR_MS, ...parameters })) as { token: string })
    .token;
const join1 = (id: string, token: string) =>
  joinMesh({
    runtime: systemRuntime(log),
    storage: new FolderStorage(folder(id)),
    invitation: parseToken(token),
    settings: settings(id),
    waitMs: 0,
    onWaiting: () => {},
  });

before(async () => {
  foundMesh(new FolderStorage(folder('peer-0')), systemRuntime(), 'test', settings('peer-0'), null);
  await run('peer-0');
  const token = await invite({ uses: PEERS });
  for (let i = 1; i < PEERS; i++) {
    assert.equal(await join1(`peer-${i}`, token), true);
    await run(`peer-${i}`);
  }
  await until('all know all', () => running.every(({ peer }) => peer.directory.tree.size === PEERS));
});

after(async () => {
  for (const each of running) await each.stop();
  rmSync(home, { recursive: true, force: true });
});

test('keys are readable by their user alone', {
  skip: process.platform === 'win32' && 'no modes here',
}, () => {
  assert.equal(statSync(folder('peer-1')).mode & 0o777, 0o700);
  for (const name of ['peer.key', 'sealing.key', 'control.sock', 'group.key'])
    assert.equal(statSync(join(folder('peer-1'), name)).mode & 0o777, 0o600, name);
});

test('a message from any to any is delivered', async () => {
  const outcomes = await Promise.all(
    running.map(({ peer }, i) => peer.send(`peer-${(i * 5 + 3) % PEERS}`, `from ${i}`)),
  );
  for (const outcome of outcomes) assert.deepEqual(outcome, { isDelivered: true, problem: '' });
});

test('a broadcast reaches all, and says so', async () => {
  const { count, problem } = await running[4]!.peer.broadcast('all hands');
  assert.deepEqual({ count, problem }, { count: PEERS - 1, problem: null });
});

test('links are TLS 1.3 with AES-256 and a hybrid key exchange; weaker ones are refused', async () => {
  const { peer } = running[1]!;
  const [host, port] = peer.addresses[0]!.split(':');
  const attempt = (options: tls.ConnectionOptions) =>
    new Promise<string>((resolve) => {
      const socket = tls.connect({ host, port: Number(port), rejectUnauthorized: false, ...options });
      socket.once('secureConnect', () => {
        const { name } = socket.getCipher();
        const group = (socket.getEphemeralKeyInfo() as { name?: string } | null)?.name ?? '';
        resolve(`${socket.getProtocol()} ${name} ${group}`);
        socket.destroy();
      });
      socket.once('error', () => resolve('refused'));
    });
  assert.match(await attempt({}), /^TLSv1\.3 TLS_AES_256_GCM_SHA384/);
  assert.equal(await attempt({ ecdhCurve: 'X25519MLKEM768' }).then((all) => all.startsWith('TLSv1.3')), true);
  assert.equal(await attempt({ maxVersion: 'TLSv1.2' }), 'refused');
  assert.equal(await attempt({ ciphers: 'TLS_AES_128_GCM_SHA256' }), 'refused');
  assert.equal(await attempt({ ecdhCurve: 'P-256' }), 'refused');
});

test('a stranger without a certificate gets a refusal with its reason, and nothing else', async () => {
  const [host, port] = running[1]!.peer.addresses[0]!.split(':');
  const got = await new Promise<Buffer>((resolve) => {
    const socket = tls.connect({ host, port: Number(port), rejectUnauthorized: false });
    const chunks: Buffer[] = [];
    // A greeting as of a peer: version 1 to 1, no enrolment, mesh "test", version 0 of the list.
    socket.once('secureConnect', () =>
      socket.write(Buffer.from('010901010004746573740 0'.replaceAll(' ', ''), 'hex')),
    );
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('error', () => {});
    socket.once('close', () => resolve(Buffer.concat(chunks)));
  });
  assert.ok(got.includes('no-certificate'), got.toString('latin1'));
  assert.ok(!got.includes('peer-2'), 'no name of a member is told');
  assert.ok(warnings.some((line) => line.includes('no-certificate')));
});

test('noise on the port ends nothing', async () => {
  const { peer } = running[1]!;
  const [host, port] = peer.addresses[0]!.split(':');
  for (const noise of ['GET / HTTP/1.0\r\n\r\n', '\x16\x03\x01\xff\xff'.repeat(50), '']) {
    await new Promise<void>((resolve) => {
      const socket = connect({ host, port: Number(port) }, () => socket.end(noise));
      socket.on('error', () => resolve());
      socket.once('close', () => resolve());
      socket.resume();
    });
  }
  assert.deepEqual(await peer.send('peer-2', 'still here'), { isDelivered: true, problem: '' });
});

test('joining: a used token says so, the same again is safe, a queue waits for approval', async () => {
  const token = await invite();
  assert.equal(await join1('late-1', token), true);
  rmSync(join(folder('late-1'), 'peer.crt'));
  assert.equal(await join1('late-1', token), true);
  await assert.rejects(join1('late-2', token), /used already/);
  const open = await invite({ needsApproval: true });
  assert.equal(await join1('late-3', open), false);
  const pending = (await callPeer(folder('peer-0'), 'pending')) as { id: string }[];
  assert.deepEqual(
    pending.map(({ id }) => id),
    ['late-3'],
  );
  await callPeer(folder('peer-0'), 'approve', { id: 'late-3' });
  assert.equal(await join1('late-3', open), true);
});

test('a certificate that is lost or damaged is asked for again at the start, with the same key', async () => {
  const renew = () => refreshCertificate({ runtime: systemRuntime(log), folder: folder('late-3') });
  const path = join(folder('late-3'), 'peer.crt');
  for (const damage of [() => rmSync(path), () => writeFileSync(path, '')]) {
    damage();
    await renew();
    const { standing } = readStanding(new FolderStorage(folder('late-3')), systemRuntime(log));
    const verdict = running[0]!.peer.standing.judge(standing.certificate);
    assert.deepEqual('id' in verdict && [verdict.id, verdict.publicKey], ['late-3', standing.keys.publicKey]);
  }
  writeFileSync(path, '');
  const storage = new FolderStorage(folder('late-3'));
  storage.write('settings.json', JSON.stringify({ ...settings('late-3'), bootstrap: ['127.0.0.1:1'] }));
  await assert.rejects(
    renew(),
    /^Error: peer\.crt is missing or damaged, and there is no new one: .*connection refused/,
  );
});

test('an application goes on to the next address where another service answers, or none can be reached', async () => {
  const other = createServer((socket) => socket.end('220 ready\r\n')).listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  const invitation = parseToken(await invite());
  const storage = new FolderStorage(folder('patient'));
  const addresses = [`127.0.0.1:${port}`, '[fe80::1]:7000', ...invitation.addresses];
  const isIn = await joinMesh({
    runtime: systemRuntime(log),
    ...{ storage, invitation: { ...invitation, addresses }, settings: settings('patient') },
    waitMs: 0,
    onWaiting: () => {},
  });
  other.close();
  assert.equal(isIn, true);
});

test('a start asks a few addresses for a certificate, and gives up after a while', async () => {
  const dialled: number[] = [];
  const open = async (i: number) => {
    const server = createServer((socket) => {
      dialled.push(i);
      socket.destroy();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return server;
  };
  const servers = await Promise.all(Array.from({ length: 9 }, (_, i) => open(i)));
  const bootstrap = servers.map((each) => `127.0.0.1:${(each.address() as AddressInfo).port}`);
  const storage = new FolderStorage(folder('late-3'));
  storage.write('settings.json', JSON.stringify({ ...settings('late-3'), bootstrap }));
  storage.write('peer.crt', '');
  const runtime = systemRuntime(log);
  // Each address takes five seconds to fail.
  const clock = { ...runtime.clock, elapsedMs: () => 5_000 * dialled.length };
  const start = () => refreshCertificate({ runtime: { ...runtime, clock }, folder: folder('late-3') });
  await assert.rejects(start(), /there is no new one/);
  assert.equal(dialled.length, 3);
  for (const each of servers) each.close();
});

test('joining works at any peer, which passes it on to the authority', async () => {
  const invitation = parseToken(await invite());
  const elsewhere = { ...invitation, addresses: ['127.0.0.1:1', running[7]!.peer.addresses[0]!] };
  const options = {
    runtime: systemRuntime(log),
    storage: new FolderStorage(folder('remote')),
    settings: settings('remote'),
  };
  assert.equal(await joinMesh({ ...options, invitation: elsewhere, waitMs: 0, onWaiting: () => {} }), true);
});

test('certificates are renewed over the mesh, and links outlive the old ones', async () => {
  const { peer } = running[3]!;
  const old = peer.standing.certificate;
  const links = [...peer.switchboard.sessions()];
  await peer.renew();
  assert.notDeepEqual(peer.standing.certificate, old);
  assert.ok(links.every((link) => link.isOpen));
  assert.deepEqual(await peer.send('peer-9', 'renewed'), { isDelivered: true, problem: '' });
});

test('a new root spreads, and all renew with it', async () => {
  await callPeer(folder('peer-0'), 'rotate');
  await until('two roots', () => running.every(({ peer }) => peer.standing.roster.roots.length === 2));
  const { peer } = running[2]!;
  await peer.renew();
  assert.deepEqual(await peer.send('peer-8', 'new root'), { isDelivered: true, problem: '' });
});

test('what is sent to a peer that is away arrives when it is back, also after a restart of the sender', async () => {
  const away = running.find(({ peer }) => peer.id === 'peer-6')!;
  await away.stop();
  running.splice(running.indexOf(away), 1);
  const sender = running.find(({ peer }) => peer.id === 'peer-5')!;
  const answer = await callPeer(folder('peer-5'), 'send', { to: 'peer-6', text: 'for later', waitMs: 50 });
  // By then others may hold it already.
  assert.match(
    JSON.stringify(answer),
    /^\{"isDelivered":false,"isWaiting":true,"problem":"it is away(; [a-z0-9 -]+ will hand it over, too)?"\}$/,
  );
  await sender.stop();
  running.splice(running.indexOf(sender), 1);
  await run('peer-5');
  const back = await run('peer-6');
  const has = () => back.peer.inbox.messages.some(({ body }) => Buffer.from(body).toString() === 'for later');
  await until('the message', has);
});

test('a revoked peer loses all its links at once, and gets none again', async () => {
  const victim = running.find(({ peer }) => peer.id === 'peer-10')!;
  await callPeer(folder('peer-0'), 'revoke', { id: 'peer-10', reason: 'stolen' });
  const isOut = () =>
    running.every(({ peer }) => peer === victim.peer || peer.switchboard.sessionOf('peer-10') === null);
  await until('all links to it are gone', isOut);
  await until('it has no links', () => [...victim.peer.switchboard.sessions()].length === 0);
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  assert.equal([...victim.peer.switchboard.sessions()].length, 0);
  assert.ok(warnings.some((line) => line.includes('revoked') && line.includes('stolen')));
  await assert.rejects(victim.peer.renew());
});

test('a file is got whole, goes on where it ended, and only by whom it is for', async () => {
  const [giver, taker] = [running[1]!.peer, running[2]!.peer];
  const content = randomBytes(5_300_000);
  const source = join(home, 'source.bin');
  const target = join(home, 'target.bin');
  writeFileSync(source, content);
  await giver.shares.add({ name: 'data.bin', path: source, to: [taker.id] });
  assert.deepEqual(await listOffers(taker, giver.id), [{ name: 'data.bin', sizeBytes: content.length }]);
  assert.deepEqual(await listOffers(running[3]!.peer, giver.id), []);
  const never = new AbortController().signal;
  const ignore = () => {};
  await assert.rejects(
    fetchResource(running[3]!.peer, giver.id, 'data.bin', target, ignore, never),
    /there is no data.bin for you/,
  );

  const abort = new AbortController();
  const stopEarly = ({ doneBytes }: { doneBytes: number }) => doneBytes > 2_000_000 && abort.abort();
  await assert.rejects(
    fetchResource(taker, giver.id, 'data.bin', target, stopEarly, abort.signal),
    /interrupted/,
  );
  assert.ok(!existsSync(target) && existsSync(`${target}.part`));
  // Damage to what is there is noticed: it goes on from before it.
  const part = readFileSync(`${target}.part`);
  part[1_500_000]! ^= 1;
  writeFileSync(`${target}.part`, part);
  let resumed = -1;
  await fetchResource(
    taker,
    giver.id,
    'data.bin',
    target,
    ({ resumedBytes }) => (resumed = resumedBytes),
    never,
  );
  assert.equal(resumed, 1 << 20);
  assert.ok(readFileSync(target).equals(content));
  assert.ok(!existsSync(`${target}.part`) && !existsSync(`${target}.part.json`));

  // The file changed in between: from the beginning.
  const again = new AbortController();
  await assert.rejects(
    fetchResource(taker, giver.id, 'data.bin', `${target}2`, () => again.abort(), again.signal),
  );
  const other = randomBytes(3_000_000);
  writeFileSync(source, other);
  await fetchResource(taker, giver.id, 'data.bin', `${target}2`, ignore, never);
  assert.ok(readFileSync(`${target}2`).equals(other));
  await assert.rejects(
    fetchResource(taker, 'peer-10', 'x', target, ignore, never),
    /is not here \(revoked\)/,
  );
});

test('a file that is sent is fetched by its receiver, and then offered no longer', async () => {
  const content = randomBytes(700_000);
  const source = join(home, 'report 7.bin');
  writeFileSync(source, content);
  const send = (to: string) =>
    callPeer(folder('peer-2'), 'sendFile', { to, path: source, waitMs: 15_000 }) as Promise<{
      isTaken: boolean;
    }>;
  assert.equal((await send('peer-7')).isTaken, true);
  const came = join(folder('peer-7'), 'received', 'peer-2', 'report 7.bin');
  assert.ok(readFileSync(came).equals(content));
  const inbox = (await callPeer(folder('peer-7'), 'inbox', { all: true })) as {
    text: string;
    topic: string;
  }[];
  assert.ok(inbox.some(({ topic, text }) => topic === 'file' && text.includes(came)));
  const receipts = (await callPeer(folder('peer-2'), 'inbox', { all: true })) as { text: string }[];
  assert.ok(
    receipts.some(({ text }) => text === 'peer-7 has report 7.bin'),
    JSON.stringify(receipts),
  );
  const sender = running.find(({ peer }) => peer.id === 'peer-2')!.peer;
  await until('the parcel is taken', () => sender.shares.all.every(({ isParcel }) => isParcel !== true));
  // The same name again does not replace the first.
  assert.equal((await send('peer-7')).isTaken, true);
  assert.ok(readFileSync(join(folder('peer-7'), 'received', 'peer-2', 'report 7-2.bin')).equals(content));
  await assert.rejects(send('nobody'), /no peer nobody/);
});

test('where neither can dial the other, a third carries their link, and reads nothing of it', async () => {
  const pair = running
    .filter(({ peer: { id } }) => id === 'peer-3' || id === 'peer-8')
    .map(({ peer }) => peer);
  const [one, other] = [pair[0]!, pair[1]!];
  for (const [peer, to] of [
    [one, other.id],
    [other, one.id],
  ] as const) {
    const { switchboard } = peer;
    const { connect } = switchboard;
    switchboard.connect = (id, addresses, done) =>
      id === to ? done?.(false) : connect.call(switchboard, id, addresses, done);
    switchboard.sessionOf(to)?.close('leaving');
  }
  const session = await one.reach.link(other.id);
  assert.equal(session?.id, other.id);
  assert.match(session!.link.shown.address, / over peer-/);
  const content = randomBytes(2_500_000);
  writeFileSync(join(home, 'carried.bin'), content);
  await other.shares.add({ name: 'carried.bin', path: join(home, 'carried.bin'), to: [] });
  const never = new AbortController().signal;
  const target = join(home, 'carried.copy');
  await fetchResource(one, other.id, 'carried.bin', target, () => {}, never);
  assert.ok(readFileSync(target).equals(content));
});

test('a changed policy holds once it is read again; one that cannot be read leaves the earlier one in force', async () => {
  const [one, other] = [
    running.find(({ peer }) => peer.id === 'peer-1')!,
    running.find(({ peer }) => peer.id === 'peer-2')!,
  ];
  const path = join(folder(one.peer.id), 'policy.toml');
  const before = readFileSync(path, 'utf8');
  const deny = (topic: string) => `[[rule]]\nfrom = ["*"]\ntopics = ["${topic}"]\nallow = false\n`;
  const sent = async () => (await other.peer.send(one.peer.id, 'may I?')).isDelivered;
  try {
    writeFileSync(path, deny('message'));
    assert.equal(await sent(), true);
    assert.deepEqual(await callPeer(folder(one.peer.id), 'reload'), [{ file: 'policy.toml', problem: null }]);
    assert.equal(await sent(), false);
    writeFileSync(path, '[[rule]]\nfrom = 7\n');
    const [broken] = one.reload();
    assert.match(broken!.problem!, /^policy\.toml: rule 1: from is a list of names$/);
    assert.equal(await sent(), false);
  } finally {
    writeFileSync(path, before);
    one.reload();
  }
});

test('the same peer does not run twice', async () => {
  await assert.rejects(runPeer({ runtime: systemRuntime(), folder: folder('peer-1') }), /runs already/);
});

test('hundreds of silent connections keep nobody out', async () => {
  const transport = new TlsTransport({ credentials: null, host: '127.0.0.1', port: 0 });
  const [address] = await transport.listen(() => {});
  const port = Number(address!.split(':')[1]);
  const silent = Array.from({ length: 300 }, () => connect(port, '127.0.0.1').on('error', () => {}));
  try {
    await Promise.all(silent.map((each) => new Promise((resolve) => each.once('connect', resolve))));
    let gone = 0;
    for (const each of silent) each.once('close', () => gone++);
    // Without a certificate on the other side the handshake fails: but it is answered, and at once.
    const answered = await new Promise<boolean>((resolve) => {
      const socket = tls.connect({ host: '127.0.0.1', port, rejectUnauthorized: false });
      socket.once('secureConnect', () => resolve(true));
      socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code !== 'ECONNRESET'));
    });
    assert.equal(answered, true);
    assert.ok(gone < silent.length, 'it did not wait until all the silent ones were sent away');
  } finally {
    for (const each of silent) each.destroy();
    await transport.close();
  }
});
