// From a flood to a quarantine, on a virtual mesh: who is found, what is done about it, and what is never done.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { type AuditEntry, requestKinds } from '@eyrie/mesh';
import { VirtualMesh } from '@eyrie/mesh/virtual';
import { AdviceBook } from '../../src/response/advice.ts';
import {
  BlockedAddresses,
  parseResponsePolicy,
  type Response,
  ResponseDesk,
  Sensor,
} from '../../src/response/index.ts';

const root = mkdtempSync(join(tmpdir(), 'eyrie-response-'));
after(() => rmSync(root, { recursive: true, force: true }));

const rule = (name: string, answer: string, mode = 'act') =>
  `[[rule]]\nrule = "${name}"\nmode = "${mode}"\nanswer = "${answer}"\nfor = "30s"\n`;
const ALL =
  rule('query-flood', 'quarantine') + rule('mesh-scan', 'quarantine') + rule('join-guessing', 'block');

interface Scene {
  mesh: VirtualMesh;
  desk: ResponseDesk;
  audit: AuditEntry[];
  blocked: BlockedAddresses;
}

let scenes = 0;
async function scene(policy: string, peers = 20): Promise<Scene> {
  const mesh = await VirtualMesh.create({ peers, seed: 4 });
  await mesh.startAll();
  mesh.clock.run(20_000);
  const peer = mesh.peers[0]!;
  const audit: AuditEntry[] = [];
  peer.authority!.audit = (entry) => audit.push(entry);
  const blocked = new BlockedAddresses(join(root, `${scenes++}`, 'blocked.txt'), peer.runtime.clock.nowMs());
  const options = { peer, policy: parseResponsePolicy(policy), blocked, audit: peer.authority!.audit };
  const desk = new ResponseDesk(options);
  desk.start();
  for (const each of mesh.peers) new Sensor(each!).start();
  return { mesh, desk, audit, blocked };
}

/** Asks all its neighbours, so many times a second in all. */
function flood({ mesh }: Scene, i: number, perSecond: number): void {
  const peer = mesh.peers[i]!;
  let next = 0;
  const again = () => {
    const sessions = [...peer.switchboard.sessions()];
    sessions[next++ % Math.max(1, sessions.length)]?.request(
      requestKinds.offers,
      Buffer.alloc(0),
      1_000,
      () => {},
    );
    peer.runtime.clock.after(1_000 / perSecond, again);
  };
  again();
}

/** One that two others at least are linked with. */
function branchOf({ mesh }: Scene): number {
  return mesh.peers.findIndex((peer, i) => i > 0 && [...peer!.switchboard.sessions()].length > 1);
}

/** A leaf, whose only neighbour is its parent. */
function leafOf({ mesh }: Scene): number {
  return mesh.peers.findIndex((peer, i) => i > 0 && peer!.directory.tree.childrenOf(peer!.id).length === 0);
}

test('a peer that floods is found and cut off within 3 s, and is back when its time is over', async () => {
  const here = await scene(ALL);
  const { mesh, desk, audit } = here;
  const culprit = branchOf(here);
  const id = `peer-${culprit}`;
  const whole = mesh.peers.length;
  flood(here, culprit, 150 * [...mesh.peers[culprit]!.switchboard.sessions()].length);
  const tookMs = mesh.clock.runUntil(() => mesh.peers[0]!.directory.statusOf(id) === 'quarantined', 10_000);
  assert.ok(tookMs !== null && tookMs <= 3_000, `${tookMs} ms`);
  const response = desk.responses().find(({ isTrial }) => !isTrial);
  assert.ok(response!.witnesses.length >= 2);
  assert.deepEqual(
    [response?.peer, response?.rule, response?.answer, response?.isDone],
    [id, 'query-flood', 'quarantine', true],
  );
  assert.equal(audit[0]?.by, 'policy');
  assert.match(audit[0]?.evidence?.[0]?.summary ?? '', /queries in one second/);
  mesh.clock.run(1_000);
  assert.equal(mesh.peers.filter((peer) => peer!.directory.statusOf(id) === 'quarantined').length, whole - 1);
  mesh.clock.runUntil(() => mesh.peers[0]!.directory.statusOf(id) !== 'quarantined', 60_000);
  assert.ok(mesh.clock.elapsedMs() > 0);
});

test('a busy peer, and one that is merely exempt, are left alone', async () => {
  const here = await scene(`exempt = ["peer-3"]\n${ALL}`);
  flood(here, 5, 60);
  flood(here, 3, 200);
  here.mesh.clock.run(10_000);
  assert.deepEqual(
    here.desk.responses().filter(({ isDone }) => isDone),
    [],
  );
  assert.equal(here.mesh.peers[0]!.standing.measures.all().size, 0);
});

test('the authority floods and stays: nobody locks the operator out', async () => {
  const here = await scene(ALL);
  flood(here, 0, 300);
  here.mesh.clock.run(10_000);
  const done = here.desk.responses().filter(({ isDone }) => isDone);
  assert.deepEqual(done, []);
  assert.ok(here.mesh.isWhole());
});

test('a policy that advises does nothing but say so, once', async () => {
  const here = await scene(rule('query-flood', 'revoke', 'advise'));
  flood(here, leafOf(here), 300);
  here.mesh.clock.run(20_000);
  assert.deepEqual(
    here.desk.responses().map(({ answer, isDone, why }) => [answer, isDone, why]),
    [['revoke', false, 'the policy only advises']],
  );
  assert.ok(here.mesh.isWhole());
  assert.deepEqual(
    here.audit.map(({ action }) => action),
    ['advise'],
  );
});

test('connections to one peer after the other are a scan, though each peer refused one only', async () => {
  const here = await scene(ALL);
  const { mesh, desk } = here;
  const connect = (i: number, address: string) => {
    for (const listener of mesh.peers[i]!.switchboard.onRejected) listener(address, 'no handshake');
  };
  for (let i = 1; i < 9; i++) connect(i, '10.0.0.7:4000');
  mesh.clock.run(1_500);
  assert.deepEqual(desk.responses(), []);
  for (let i = 9; i < 15; i++) connect(i, '10.0.0.7:4000');
  mesh.clock.run(1_500);
  assert.deepEqual(
    desk.responses().map((each) => [each.peer, each.rule, each.isDone]),
    [['peer-7', 'mesh-scan', true]],
  );
});

test('refused connections that peers of an earlier version report under the former name count, too', async () => {
  const { mesh, desk, blocked } = await scene(ALL);
  for (const peer of mesh.peers.slice(1))
    desk.take({
      ...{ rule: 'mesh-knock', witness: peer!.standing.id, peer: '', address: '203.0.113.9' },
      ...{ severity: 'info', confidence: 10, summary: '', atMs: mesh.clock.nowMs() },
    });
  assert.equal(blocked.has('203.0.113.9'), true);
});

test('the block list can be read before the first block, and drops what expired while the authority was away', () => {
  const path = join(root, 'fresh', 'blocked.txt');
  const first = new BlockedAddresses(path, 0);
  assert.equal(readFileSync(path, 'utf8'), '');
  assert.match(readFileSync(`${path}.nft`, 'utf8'), /flush set inet eyrie_blocked blocked4\n/);
  first.add('203.0.113.9', 5_000, 'a scan');
  new BlockedAddresses(path, 5_000);
  assert.equal(readFileSync(path, 'utf8'), '');
});

test('a blocked address is appended to both files, which are written anew if one is gone or an address leaves', () => {
  const path = join(root, 'appended', 'blocked.txt');
  const list = new BlockedAddresses(path, 0);
  const files = [path, `${path}.nft`];
  const inodes = () => files.map((each) => statSync(each).ino);
  const empty = inodes();
  list.add('203.0.113.1', 5_000, 'a scan');
  list.add('2001:db8::1', 5_000, 'a scan');
  assert.deepEqual(inodes(), empty);
  const [, elements] = readFileSync(files[1]!, 'utf8').split('flush set inet eyrie_blocked blocked6\n');
  assert.equal(
    elements,
    'add element inet eyrie_blocked blocked4 { 203.0.113.1 }\nadd element inet eyrie_blocked blocked6 { 2001:db8::1 }\n',
  );
  list.add('203.0.113.1', 9_000, 'it goes on');
  assert.equal(readFileSync(path, 'utf8').match(/203\.0\.113\.1/g)?.length, 1);
  rmSync(files[1]!);
  list.add('203.0.113.3', 9_000, 'a scan');
  assert.match(readFileSync(files[1]!, 'utf8'), /\{ 203\.0\.113\.1, 203\.0\.113\.3 \}/);
  const again = new BlockedAddresses(path, 6_000);
  assert.deepEqual(
    again.all().map(({ address }) => address),
    ['203.0.113.1', '203.0.113.3'],
  );
});

test('of more than 10,000 blocked addresses those that expire first are removed', () => {
  const path = join(root, 'full', 'blocked.txt');
  const list = new BlockedAddresses(path, 0);
  for (let i = 0; i <= 10_000; i++) list.add(`198.18.${i >> 8}.${i & 255}`, 100_000 - i, 'a scan');
  assert.equal(list.all().length, 9_901);
  assert.equal(list.has('198.18.0.0'), true);
  assert.equal(list.has('198.18.39.16'), false);
  assert.equal(readFileSync(path, 'utf8').split('\n').length - 1, 9_901);
});

test('an address of nobody is blocked, and comes off the list when its time is over', async () => {
  const here = await scene(ALL);
  const { mesh, blocked } = here;
  for (let i = 1; i < 16; i++)
    for (const listener of mesh.peers[i]!.switchboard.onRejected) listener('203.0.113.9:1', 'no handshake');
  mesh.clock.run(2_000);
  assert.deepEqual(
    blocked.all().map(({ address }) => address),
    ['203.0.113.9'],
  );
  const path = join(root, String(scenes - 1), 'blocked.txt');
  assert.match(readFileSync(path, 'utf8'), /^203\.0\.113\.9 {2}# until .*connected to \d+ peers/);
  assert.match(
    readFileSync(`${path}.nft`, 'utf8'),
    /flush set inet eyrie_blocked blocked6\nadd element inet eyrie_blocked blocked4 \{ 203\.0\.113\.9 \}\n$/,
  );
  const again = new BlockedAddresses(path, mesh.peers[0]!.runtime.clock.nowMs());
  assert.equal(again.has('203.0.113.9'), true);
  mesh.clock.run(31_000);
  assert.deepEqual(blocked.all(), []);
  assert.deepEqual(
    here.audit.map(({ action }) => action),
    ['block', 'unblock'],
  );
});

test('what one peer alone says again and again is no proof: the other is slowed down, and stays', async () => {
  const here = await scene(ALL);
  const { mesh, desk, audit } = here;
  const culprit = leafOf(here);
  flood(here, culprit, 300);
  mesh.clock.run(5_000);
  assert.deepEqual(
    desk.responses().map(({ peer, answer, isTrial, isDone }) => [peer, answer, isTrial, isDone]),
    [[`peer-${culprit}`, 'throttle', true, true]],
  );
  assert.match(audit[0]!.reason, /^on trial: /);
  assert.ok(mesh.isWhole());
});

test('one that accuses without end keeps nobody slowed down, and a second witness still counts', async () => {
  const { mesh } = await scene(ALL);
  const id = 'peer-7';
  const accuse = (i: number) =>
    mesh.peers[i]!.suspicions.report({
      ...{ rule: 'query-flood', peer: id, address: '', severity: 'high', confidence: 95, summary: 'it asks' },
    });
  const step = () => mesh.peers[0]!.standing.measures.of(id)?.step ?? null;
  let slowedS = 0;
  for (let second = 0; second < 600; second++) {
    accuse(2);
    mesh.clock.run(1_000);
    if (step() === 'throttle') slowedS++;
  }
  assert.ok(slowedS >= 30 && slowedS <= 200, `${slowedS} s of 600`);
  accuse(4);
  accuse(2);
  mesh.clock.run(1_000);
  assert.equal(step(), 'quarantine');
});

test('with a decoy, a trial is some seconds there, and it is the honeypot that proves it or does not', async () => {
  const here = await scene(`decoy = "10.0.0.19:9998"\n${rule('query-flood', 'redirect')}`);
  const { mesh, desk } = here;
  const id = 'peer-7';
  const accuse = (i: number) => {
    mesh.peers[i]!.suspicions.report({
      ...{ rule: 'query-flood', peer: id, address: '', severity: 'high', confidence: 95, summary: 'it asks' },
    });
    mesh.clock.run(500);
  };
  accuse(2);
  accuse(2);
  const step = () => mesh.peers[0]!.standing.measures.of(id)?.step ?? null;
  assert.equal(step(), 'redirect');
  mesh.clock.run(11_000);
  assert.equal(step(), null, 'nobody else saw it');
  accuse(2);
  accuse(2);
  assert.equal(step(), null, 'once is enough');
  accuse(4);
  assert.deepEqual([step(), desk.responses()[0]!.isTrial], ['redirect', false]);
  mesh.clock.run(15_000);
  assert.equal(step(), 'redirect', 'proven: as long as the policy says');
});

test('who accuses without end fills neither the audit nor the list, and is named once an hour', async () => {
  const here = await scene(rule('join-guessing', 'block'), 4);
  const { mesh, desk, audit } = here;
  const liar = mesh.peers[2]!;
  for (let i = 0; i < 400; i++) {
    const address = `203.0.113.${i % 200}`;
    for (const name of ['join-guessing', 'made-up-rule'])
      liar.suspicions.report({
        ...{ rule: name, peer: '', address, severity: 'critical', confidence: 100, summary: `lie ${i}` },
      });
    mesh.clock.run(100);
  }
  assert.equal(audit.length, 20);
  assert.equal(desk.responses().length, 20);
  assert.ok(desk.responses().every(({ isDone, why }) => !isDone && why === 'only peer-2 says so'));
  mesh.clock.run(3_600_000);
  assert.match(audit.at(-1)!.reason, /^\d+ more that it said are left out here$/);
  assert.equal(audit.at(-1)!.peer, 'peer-2');
});

test('who has said too much silences nobody, and hides behind nobody', async () => {
  const here = await scene(rule('query-flood', 'quarantine'));
  const { mesh, desk } = here;
  const say = (witness: number, subject: number, confidence: number) =>
    mesh.peers[witness]!.suspicions.report({
      ...{ rule: 'query-flood', peer: `peer-${subject}`, address: '', severity: 'high', confidence },
      summary: 'it asks',
    });
  say(4, 9, 50);
  mesh.clock.run(500);
  for (let i = 0; i < 2; i++) {
    say(2, 9, 99);
    mesh.clock.run(500);
  }
  assert.deepEqual(desk.responses()[0]!.witnesses, ['peer-2'], 'it is its word alone');
  const book = new AdviceBook({ againMs: 1, windowMs: 1_000, perWitnessMax: 1, max: 10 });
  assert.deepEqual(
    [book.take('a', ['liar'], 0), book.take('b', ['liar'], 2), book.take('c', ['liar', 'honest'], 4)],
    [true, false, true],
  );
});

test('one liar cannot empty the mesh', async () => {
  const here = await scene(ALL);
  const { mesh, desk } = here;
  const liar = mesh.peers[2]!;
  for (let second = 0; second < 4; second++) {
    for (let i = 3; i < 20; i++)
      liar.suspicions.report({
        ...{ rule: 'query-flood', peer: `peer-${i}`, address: '', severity: 'high', confidence: 99 },
        summary: 'a lie',
      });
    mesh.clock.run(1_000);
  }
  const done = desk.responses().filter(({ isDone }: Response) => isDone);
  assert.deepEqual(
    done.map(({ answer }) => answer),
    ['throttle', 'throttle', 'throttle'],
  );
  assert.ok(mesh.isWhole());
  assert.ok(desk.responses().some(({ why }) => /accused too many/.test(why)));
});

test('a weak signal does nothing, however often it comes', async () => {
  const here = await scene('[[rule]]\nseverity = "medium"\nmode = "act"\nanswer = "revoke"\n');
  for (let second = 0; second < 6; second++) {
    for (const i of [2, 3, 4, 5])
      here.mesh.peers[i]!.suspicions.report({
        ...{ rule: 'unusual-behaviour', peer: 'peer-9', address: '', severity: 'medium', confidence: 70 },
        summary: 'odd',
      });
    here.mesh.clock.run(1_000);
  }
  assert.deepEqual(here.desk.responses(), []);
});

test('what is unusual of a neighbour is learnt, told when it changes, and not before', async () => {
  const { mesh, desk } = await scene('[[rule]]\nseverity = "medium"\nmode = "act"\nanswer = "revoke"\n', 8);
  const told: string[] = [];
  mesh.peers[0]!.suspicions.onSuspicion.push(({ rule, peer }) => told.push(`${rule} ${peer}`));
  let seed = 7;
  const dice = () => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed / 2_147_483_647;
  };
  // Each measures its host every two seconds and asks now and then.
  for (const peer of mesh.peers) {
    const again = () => {
      peer!.skyeye.report({ 'cpu.used': 10 + 20 * dice(), latency: 1 + dice() });
      if (dice() < 0.2) void peer!.skyeye.query('2 peers order by cpu.used').catch(() => {});
      peer!.runtime.clock.after(1_500 + 1_000 * dice(), again);
    };
    again();
  }
  mesh.clock.run(10 * 60_000);
  assert.deepEqual([...told], [], 'nothing happened so far');
  // Who has many neighbours has learnt soonest: one of the root's children.
  const { tree } = mesh.peers[0]!.directory;
  const culprit = mesh.peers.find(
    (peer, i) => i > 0 && tree.parentOf(peer!.id) === tree.root && tree.childrenOf(peer!.id).length === 0,
  )!;
  const talk = () => {
    void culprit.skyeye.query('2 peers order by cpu.used').catch(() => {});
    culprit.runtime.clock.after(20, talk);
  };
  talk();
  mesh.clock.run(3 * 60_000);
  // Those who pass it on have more to do as well; it is told of them too, and nothing is done about any.
  assert.ok(told.includes(`unusual-behaviour ${culprit.id}`), told.join());
  assert.ok(told.every((each) => each.startsWith('unusual-behaviour')));
  assert.deepEqual(desk.responses(), []);
});

test('a policy is read, and says in one line what is wrong with it', () => {
  const bad: [string, RegExp][] = [
    ['[[rule]]\nmode = "act"\nanswer = "revoke"', /rule 1: give it either a rule or a severity/],
    ['[[rule]]\nrule = "x"\nmode = "maybe"\nanswer = "revoke"', /rule 1: mode is one of off, advise, act/],
    ['[[rule]]\nrule = "x"\nmode = "act"\nanswer = "shoot"', /rule 1: answer is one of/],
    [`${rule('x', 'block')}for = "40d"`, /line \d+: |30d at most/],
    ['witness = 1', /"witness" is not known/],
    ['witnesses = 1', /from 2: the word of one is no proof/],
    ['share_max = 2', /share_max is a part/],
    ['x = = 1', /^line 1: /],
  ];
  for (const [text, message] of bad) assert.throws(() => parseResponsePolicy(text), { message });
});
