// Real peers, and Mosquitto's programs: as clients of a broker of ours, and as the broker.
import assert from 'node:assert/strict';
import { type ChildProcess, execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import {
  callPeer,
  FolderStorage,
  foundMesh,
  joinMesh,
  type Log,
  type PeerSettings,
  parsePolicy,
  parseToken,
  pemOf,
  type RunningPeer,
  runPeer,
  systemRuntime,
} from '@eyrie/mesh';
import { sealDocument } from '@eyrie/mesh/sealed';
import { Value } from '@sinclair/typebox/value';
import { connectAsync } from 'mqtt';
import { spawnChild } from '../../../../test/support/children.ts';
import { requireTool } from '../../../../test/support/tools.ts';
import { until } from '../../../../test/support/until.ts';
import { MqttCompanion, type MqttSettings } from '../../src/mqtt/index.ts';
import { MessageSchema, MetricsSchema, StatusSchema } from '../../src/mqtt/payloads.ts';

const IDS = ['gate', 'lab-1', 'lab-2'];
const SETTINGS: MqttSettings = {
  url: '',
  ca: '',
  host: '127.0.0.1',
  port: 0,
  takesOrders: true,
  discoveryPrefix: 'homeassistant',
  sealFor: '',
};
const home = mkdtempSync(join(tmpdir(), 'eyrie-mqtt-'));
const folder = (id: string) => join(home, id);
const children: ChildProcess[] = [];
const warnings: string[] = [];
const log: Log = (level, message, values) => {
  if (level === 'warn') warnings.push(`${message} ${JSON.stringify(values)}`);
};
const running: RunningPeer[] = [];
const mqtt: MqttCompanion[] = [];

/** For what never comes. */
const LIMIT_MS = 180_000;

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

/** A way to a port that can be cut. */
class Cable {
  readonly port: number;
  readonly #to: number;
  #server: Server | null = null;
  readonly #sockets = new Set<Socket>();

  constructor(port: number, to: number) {
    this.port = port;
    this.#to = to;
    this.plug();
  }

  plug(): void {
    this.#server = createServer((near) => {
      const far = connect(this.#to, '127.0.0.1');
      for (const each of [near, far]) {
        this.#sockets.add(each);
        each.on('error', () => {});
        each.once('close', () => this.#sockets.delete(each));
      }
      near.pipe(far).pipe(near);
    }).listen(this.port, '127.0.0.1');
  }

  pull(): void {
    this.#server?.close();
    for (const each of this.#sockets) each.destroy();
  }
}

/** What comes, line by line, as topic and payload. */
async function subscribe(
  port: number,
  topic: string,
  more: string[] = [],
): Promise<{ lines: string[]; child: ChildProcess }> {
  const child = spawnChild('stdbuf', [
    '-oL',
    'mosquitto_sub',
    '-p',
    String(port),
    '-h',
    '127.0.0.1',
    '-t',
    topic,
    '-q',
    '1',
    '-v',
    '-d',
    ...more,
  ]);
  const lines: string[] = [];
  let rest = '';
  child.stdout.on('data', (chunk) => {
    const all = (rest + chunk).split('\n');
    rest = all.pop()!;
    lines.push(...all);
  });
  child.stderr.on('data', (chunk) => lines.push(`! ${chunk}`));
  children.push(child);
  await until(
    `a subscription to ${topic}`,
    () => lines.some((line) => line.startsWith('Subscribed')) || child.exitCode !== null,
  );
  return { lines, child };
}

function publish(port: number, topic: string, text: string, more: string[] = []): Promise<string> {
  const parameters = ['-p', String(port), '-h', '127.0.0.1', '-t', topic, '-m', text, '-q', '1', ...more];
  return new Promise((resolve) => {
    execFile('mosquitto_pub', parameters, { timeout: LIMIT_MS }, (error, _out, err) =>
      resolve(error === null ? '' : err || String(error)),
    );
  });
}

function payloadOf(lines: readonly string[], topic: string, where: (payload: never) => boolean = () => true) {
  const all = lines
    .filter((line) => line.startsWith(`${topic} {`))
    .map((line) => JSON.parse(line.slice(topic.length + 1)));
  return all.findLast((payload) => where(payload as never));
}

const textsOf = (i: number) =>
  running[i]!.peer.inbox.messages.map(({ body }) => Buffer.from(body).toString());

describe('MQTT', { skip: requireTool('mosquitto') || requireTool('mosquitto_pub') }, () => {
  before(async () => {
    const settings = (id: string): PeerSettings => ({
      id,
      host: '127.0.0.1',
      port: 0,
      advertise: [],
      bootstrap: [],
    });
    const start = async (id: string) => {
      const companions = [
        (peer: RunningPeer['peer']) => {
          const one = new MqttCompanion(peer, SETTINGS);
          mqtt.push(one);
          return one;
        },
      ];
      running.push(await runPeer({ runtime: systemRuntime(log), folder: folder(id), companions }));
    };
    foundMesh(new FolderStorage(folder('gate')), systemRuntime(), 'test', settings('gate'), null);
    await start('gate');
    const { token } = (await callPeer(folder('gate'), 'invite', { ttlMs: 3_600_000, uses: 5 })) as {
      token: string;
    };
    for (const id of IDS.slice(1)) {
      const storage = new FolderStorage(folder(id));
      const invitation = parseToken(token);
      await joinMesh({
        runtime: systemRuntime(log),
        storage,
        invitation,
        settings: settings(id),
        waitMs: 0,
        onWaiting: () => {},
      });
      await start(id);
    }
    await until('the mesh', () => running.every(({ peer }) => peer.directory.tree.size === IDS.length));
    await until('the key of the group', () => running.every(({ peer }) => peer.standing.groupKey !== null));
  });
  after(async () => {
    for (const child of children) child.kill();
    for (const each of running) await each.stop();
    rmSync(home, { recursive: true, force: true });
  });

  it('a broker on loopback: who is here, what comes in, and orders', async () => {
    const port = await freePort();
    await callPeer(folder('gate'), 'mqttStart', { port });
    const { lines } = await subscribe(port, 'eyrie/#');
    for (const id of IDS) {
      const status = await until(`status of ${id}`, () => payloadOf(lines, `eyrie/test/peers/${id}/status`));
      assert.ok(Value.Check(StatusSchema, status), JSON.stringify(status));
      assert.equal(status.status, 'alive');
    }
    assert.equal(await publish(port, 'eyrie/test/inbox/lab-1', 'plain words'), '');
    assert.equal(await publish(port, 'eyrie/test/inbox/lab-2', '{"text":"as JSON","topic":"order"}'), '');
    assert.equal(await publish(port, 'eyrie/test/broadcast', '{"text":"to all"}'), '');
    await until('orders', () => textsOf(1).includes('plain words') && textsOf(1).includes('to all'));
    await until('a topic', () => running[2]!.peer.inbox.messages.some(({ topic }) => topic === 'order'));
    await running[1]!.peer.send('gate', 'for the gate');
    const message = await until('a message', () =>
      payloadOf(lines, 'eyrie/test/inbox/gate', ({ text }: { text: string }) => text === 'for the gate'),
    );
    assert.ok(Value.Check(MessageSchema, message) && message.from === 'lab-1');
    await running[1]!.peer.broadcast('from lab-1');
    await until('a broadcast', () =>
      payloadOf(lines, 'eyrie/test/broadcast', ({ from }: { from: string }) => from === 'lab-1'),
    );
    assert.ok(lines.length < 100, 'nothing goes round in circles');
    const greedy = connect(port, '127.0.0.1');
    const isSentAway = new Promise((resolve) => greedy.once('close', resolve));
    greedy.on('error', () => {});
    // CONNECT, of 256 MB.
    greedy.write(Buffer.from([0x10, 0xff, 0xff, 0xff, 0x7f]));
    await isSentAway;
    const patterns = Array.from({ length: 300 }, (_, i) => ['-t', `many/${i}`]).flat();
    const many = await subscribe(port, 'many', patterns);
    const granted = many.lines
      .find((line) => line.startsWith('Subscribed'))!
      .match(/: (.*)/)![1]!
      .split(', ');
    assert.equal(granted.length, 301);
    assert.equal(granted.filter((code) => code === '128').length, 301 - 256, 'patterns have a bound');
  });

  it('clients of MQTT 5 read and order as those of MQTT 3.1.1 do', async () => {
    const port = Number(mqtt[0]!.view().place.split(':').at(-1));
    const v5 = ['-V', '5'];
    const { lines } = await subscribe(port, 'eyrie/#', [
      ...v5,
      '-q',
      '2',
      '-D',
      'connect',
      'receive-maximum',
      '1',
    ]);
    for (const id of IDS)
      assert.ok(await until(`status of ${id}`, () => payloadOf(lines, `eyrie/test/peers/${id}/status`)));
    const properties = [
      '-D',
      'publish',
      'user-property',
      'k',
      'v',
      '-D',
      'publish',
      'message-expiry-interval',
      '9',
    ];
    for (const qos of ['0', '1', '2'])
      assert.equal(
        await publish(port, 'eyrie/test/inbox/lab-1', `in five ${qos}`, [...v5, ...properties, '-q', qos]),
        '',
      );
    await until('orders', () => ['0', '1', '2'].every((qos) => textsOf(1).includes(`in five ${qos}`)));
    const shared = await publish(port, 'homeassistant/status', 'online', v5);
    assert.equal(shared, '', 'Home Assistant announces itself');
    assert.match(await publish(port, 'eyrie/test/peers/gate/status', '{}', v5), /lost|not authorised|error/i);
  });

  it('a client of MQTT 5 in JavaScript is given an identifier, and unsubscribes', async () => {
    const port = Number(mqtt[0]!.view().place.split(':').at(-1));
    const client = await connectAsync(`mqtt://127.0.0.1:${port}`, { protocolVersion: 5, clientId: '' });
    try {
      const topics = ['eyrie/test/peers/+/status', 'eyrie/test/broadcast'];
      const granted = await client.subscribeAsync(topics, { qos: 1 });
      assert.deepEqual(
        granted.map(({ qos }) => qos),
        [1, 1],
      );
      const answer = await client.unsubscribeAsync(topics);
      assert.deepEqual((answer as { granted?: number[] } | undefined)?.granted, [0, 0]);
    } finally {
      await client.endAsync();
    }
  });

  it('who orders without end is refused in one line a second', async () => {
    const port = Number(mqtt[0]!.view().place.split(':').at(-1));
    const before = warnings.length;
    const child = spawnChild('mosquitto_pub', ['-p', String(port), '-t', 'eyrie/test/inbox/lab-1', '-l']);
    children.push(child);
    child.stdin.end('{"no":"order"}\n'.repeat(2_000));
    const refused = mqtt[0]!.view().refused;
    await until('refusals', () => mqtt[0]!.view().refused >= refused + 2_000);
    const said = warnings.slice(before);
    assert.ok(said.some((line) => line.includes('too many a second')));
    assert.ok(said.length < 1_000, `${said.length} lines`);
  });

  it('what was measured, and how Home Assistant finds it', async () => {
    const port = Number(mqtt[0]!.view().place.split(':').at(-1));
    running[0]!.peer.skyeye.report({ 'cpu.used': 12.5, 'memory.free': 1e9 });
    const { lines } = await subscribe(port, 'eyrie/test/peers/gate/metrics');
    const metrics = await until('metrics', () => payloadOf(lines, 'eyrie/test/peers/gate/metrics'));
    assert.ok(
      Value.Check(MetricsSchema, metrics) && metrics.values['cpu.used'] === 12.5,
      JSON.stringify(metrics),
    );
    const topic = 'homeassistant/sensor/eyrie_test_gate/eyrie_cpu_used/config';
    const found = await subscribe(port, 'homeassistant/#');
    const config = await until('discovery', () => payloadOf(found.lines, topic));
    assert.equal(config.state_topic, 'eyrie/test/peers/gate/metrics');
    assert.equal(config.value_template, "{{ value_json['values'].get('cpu.used') }}");
    assert.equal(config.unit_of_measurement, '%');
  });

  it('nobody can pretend to be the gateway, and nonsense is refused with a reason', async () => {
    const port = Number(mqtt[0]!.view().place.split(':').at(-1));
    const { lines } = await subscribe(port, 'eyrie/test/peers/lab-1/#');
    await publish(port, 'eyrie/test/peers/lab-1/status', '{"peer":"lab-1","status":"dead"}');
    await publish(port, 'eyrie/test/inbox/lab-1', '{"text":"kept for ever"}', ['-r']);
    const before = textsOf(1).length;
    await publish(port, 'eyrie/test/inbox/lab-1', '{"from":"lab-2","text":"not from lab-2"}');
    await until('reasons', async () => {
      // Those of the test before may have been too many for this second.
      await publish(port, 'eyrie/test/inbox/lab-1', '{"words":1}');
      await publish(port, 'eyrie/test/inbox/nobody', 'hello');
      const reasons = ['it is not an order', 'there is no peer nobody'];
      return reasons.every((reason) => warnings.some((line) => line.includes(reason)));
    });
    assert.equal(textsOf(1).length, before);
    assert.ok(!lines.some((line) => line.includes('"dead"')));
    const inbox = await subscribe(port, 'eyrie/test/inbox/lab-1');
    await publish(port, 'eyrie/test/inbox/lab-1', '{"from":"lab-2","text":"made up"}');
    await running[1]!.peer.send('gate', 'this comes');
    await running[2]!.peer.send('gate', 'and this');
    await until('messages', () => textsOf(0).includes('and this'));
    assert.ok(!inbox.lines.some((line) => line.includes('made up')), 'what clients publish is no message');
  });

  it('elsewhere: over TLS, for members alone, each its own inbox', async () => {
    await mqtt[0]!.methods.mqttStop();
    const port = await freePort();
    await callPeer(folder('gate'), 'mqttStart', { host: '0.0.0.0', port });
    assert.match(mqtt[0]!.view().place, /^mqtts:/);
    const ca = join(home, 'ca.pem');
    writeFileSync(ca, running[0]!.peer.standing.roster.roots.map(pemOf).join(''));
    const as = (id: string) => [
      '--cafile',
      ca,
      '--insecure',
      '--cert',
      join(folder(id), 'peer.crt'),
      '--key',
      join(folder(id), 'peer.key'),
    ];
    const all = await subscribe(port, 'eyrie/test/#', as('lab-1'));
    await until('status over TLS', () => payloadOf(all.lines, 'eyrie/test/peers/gate/status'));
    const own = await subscribe(port, 'eyrie/test/inbox/lab-1', as('lab-1'));
    assert.equal(await publish(port, 'eyrie/test/inbox/lab-2', 'by lab-1', as('lab-1')), '');
    await until('an order over TLS', () => textsOf(2).includes('by lab-1'));
    const given = running[2]!.peer.inbox.messages.findLast(({ by }) => by !== undefined)!;
    assert.deepEqual([given.from, given.by], ['gate', 'lab-1'], 'in its own name');
    assert.equal(await publish(port, 'eyrie/test/broadcast', 'lab-1 to all', as('lab-1')), '');
    await until('its broadcast', () =>
      running[2]!.peer.inbox.messages.some(({ by, isBroadcast }) => isBroadcast && by === 'lab-1'),
    );
    const { policy } = running[2]!.peer;
    running[2]!.peer.policy = parsePolicy('[[rule]]\nfrom = ["lab-1"]\ntopics = ["*"]\nallow = false');
    await publish(port, 'eyrie/test/inbox/lab-2', 'though it may not', as('lab-1'));
    await publish(port, 'eyrie/test/inbox/lab-2', 'by the gate', as('gate'));
    await until('an order of the gateway itself', () => textsOf(2).includes('by the gate'));
    assert.ok(!textsOf(2).includes('though it may not'), 'the gateway lends nobody its rights');
    running[2]!.peer.policy = policy;
    const thief = await publish(port, 'eyrie/test/broadcast', 'x', [...as('lab-1'), '-i', 'of-gate']);
    assert.equal(thief, '');
    const named = await subscribe(port, 'eyrie/test/broadcast', [...as('gate'), '-i', 'of-gate']);
    assert.notEqual(await publish(port, 'eyrie/test/broadcast', 'x', [...as('lab-1'), '-i', 'of-gate']), '');
    assert.equal(named.child.exitCode, null, 'nobody ends the connection of another');
    await running[2]!.peer.send('gate', 'not for lab-1');
    const authority = await subscribe(port, 'eyrie/test/inbox/gate', as('gate'));
    await running[2]!.peer.send('gate', 'again not for lab-1');
    await until('the inbox of the authority', () =>
      authority.lines.some((line) => line.includes('again not')),
    );
    assert.ok(![...all.lines, ...own.lines].some((line) => line.includes('not for lab-1')));
    assert.notEqual(
      await publish(port, 'eyrie/test/inbox/lab-2', 'by nobody', ['--cafile', ca, '--insecure']),
      '',
    );
    assert.ok(warnings.some((line) => line.includes('no certificate was shown')));
    const gone = await subscribe(port, 'eyrie/test/#', as('lab-2'));
    await callPeer(folder('gate'), 'measure', { id: 'lab-2', step: 'quarantine', forMs: 2_000 });
    await until('the door', () => warnings.some((line) => /sent away.*lab-2 is in quarantine/.test(line)));
    gone.child.kill();
    await until('its return', () => running.every(({ peer }) => peer.directory.tree.size === IDS.length));
    await mqtt[0]!.methods.mqttStop();
  });

  it('an outside broker: orders, sealed ones too, what waited while it was away, and the last will', async () => {
    const port = await freePort();
    const config = join(home, 'mosquitto.conf');
    writeFileSync(config, `listener ${port} 127.0.0.1\nallow_anonymous true\npersistence false\nuser root\n`);
    const broker = spawnChild('mosquitto', ['-c', config], { stdio: 'ignore' });
    children.push(broker);
    const cable = new Cable(await freePort(), port);
    await callPeer(folder('lab-1'), 'mqttStart', { url: `mqtt://127.0.0.1:${cable.port}` });
    await until('a connection', () => mqtt[1]!.view().isConnected);
    const first = await subscribe(port, 'eyrie/#');
    await until('status at Mosquitto', () => payloadOf(first.lines, 'eyrie/test/peers/lab-2/status'));
    assert.equal(await publish(port, 'eyrie/test/inbox/lab-2', 'over Mosquitto'), '');
    await until('an order over Mosquitto', () => textsOf(2).includes('over Mosquitto'));

    const key = await new Promise<Uint8Array>((resolve) =>
      running[2]!.peer.pairs.keyOf('lab-1', (_error, it) => resolve(it)),
    );
    const document = sealDocument(
      running[2]!.peer.standing,
      'lab-1',
      key,
      Buffer.from('nobody else reads this'),
      Date.now(),
    );
    const order = JSON.stringify({ sealed: document.toString('base64') });
    for (let i = 0; i < 2; i++) await publish(port, 'eyrie/test/inbox/lab-1', order);
    await until('a sealed order', () => textsOf(1).includes('nobody else reads this'));
    await until('the copy refused', () => warnings.some((line) => line.includes('it came before')));
    assert.ok(!first.lines.some((line) => line.includes('nobody else')), 'it does not go back in clear');

    const seen = await subscribe(port, 'eyrie/test/peers/lab-1/findings');
    running[1]!.peer.suspicions.report({
      ...{
        rule: 'query-flood',
        severity: 'high',
        confidence: 95,
        peer: 'lab-2',
        address: '',
        summary: 'it asks',
      },
    });
    const finding = await until('a finding', () => payloadOf(seen.lines, 'eyrie/test/peers/lab-1/findings'));
    assert.equal(finding.about, 'lab-2', 'a gateway that is not the authority tells what it has seen');

    const waiting = await subscribe(port, 'eyrie/test/inbox/lab-1');
    const status = await subscribe(port, 'eyrie/test/peers/lab-1/status');
    cable.pull();
    await until('the end of the connection', () => !mqtt[1]!.view().isConnected);
    const isOffline = ({ status }: { status: string }) => status === 'offline';
    await until('the last will', () => payloadOf(status.lines, 'eyrie/test/peers/lab-1/status', isOffline));
    await running[2]!.peer.send('lab-1', 'while the broker was away');
    assert.ok(!waiting.lines.some((line) => line.includes('while the broker')));
    cable.plug();
    await until('what waited', () =>
      waiting.lines.some((line) => line.includes('while the broker was away')),
    );

    const third = await subscribe(port, 'eyrie/test/peers/lab-1/status');
    await until('status', () => payloadOf(third.lines, 'eyrie/test/peers/lab-1/status'));
    await mqtt[1]!.methods.mqttStop();
    await until('the good-bye', () =>
      payloadOf(
        third.lines,
        'eyrie/test/peers/lab-1/status',
        ({ status }: { status: string }) => status === 'left',
      ),
    );
    cable.pull();
    broker.kill();
  });
});
