// Who is told of findings, how often, and what is not made a finding.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { openCapture } from '@eyrie/capture';
import { newFrame } from '@eyrie/dissect';
import {
  Alerts,
  findingToEcs,
  isSyslogTarget,
  isWebhookAddress,
  Syslog,
  Webhook,
} from '@eyrie/services/alerts';
import { silentLog } from '@eyrie/services/log';
import { PacketParser } from '@eyrie/services/parser';
import type { FindingDetail, FindingRow } from '@eyrie/store';

type Severity = FindingDetail['severity'];

function finding(
  message: string,
  severity: Severity,
  target = '192.0.2.1:22',
): FindingRow & { detail: FindingDetail } {
  return {
    ...{ finder: 'rule', severity: 'error', group: 'Port scan', protocol: '', message, address: '192.0.2.7' },
    ...{ count: 3, frame: 1, time: 1_800_000_000, last: 1_800_000_009 },
    detail: {
      ...{ rule: 'port-scan', severity, confidence: 0.9, target, summary: message, advice: 'look' },
      ...{ technique: { id: 'T1046', name: 'Network Service Discovery' }, frames: [1], streams: [] },
    },
  };
}

test('a finding is told once, again when it is graver, and not when it is slighter than what is told', () => {
  const said: string[] = [];
  const log = { ...silentLog, warn: (message: string) => void said.push(message) };
  const alerts = new Alerts({ severity: 'medium', log, file: null, syslog: '', webhook: '' });
  const expert: FindingRow = { ...finding('of the expert', 'high'), finder: 'expert', detail: null };
  alerts.send([finding('a', 'low'), finding('a', 'medium'), finding('a', 'medium'), expert], 'eth0');
  alerts.send([finding('a', 'critical'), finding('a', 'high')], 'eth0');
  alerts.send([finding('a', 'high')], 'eth1');
  assert.deepEqual(
    said.map((each) => each.split(':')[0]),
    ['medium', 'critical', 'high'],
  );
});

test('it is posted in the fields of ECS, and a webhook that refuses is told of once', async () => {
  const texts: string[] = [];
  const bodies: { events: Record<string, unknown>[]; dropped: number }[] = [];
  const server = createServer((request, reply) => {
    let text = '';
    request.setEncoding('utf8').on('data', (chunk) => {
      text += chunk;
    });
    request.on('end', () => {
      texts.push(text);
      bodies.push(JSON.parse(text));
      reply.writeHead(bodies.length === 1 ? 500 : 200).end();
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const webhook = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const said: string[] = [];
  const log = {
    ...silentLog,
    info: (message: string) => void said.push(message),
    warn: (message: string) => void (message.includes('webhook') && said.push(message)),
  };
  try {
    for (const message of ['a', "GET /?id=1'+or+'1'='1"]) {
      const alerts = new Alerts({ severity: 'medium', log, file: null, syslog: '', webhook });
      alerts.send([finding(message, 'high')], 'eth0');
      await alerts.close();
    }
  } finally {
    server.closeAllConnections();
    server.close();
  }
  assert.deepEqual(said, ['findings cannot be posted to the webhook: it answered 500']);
  const event = bodies[1]!.events[0]!;
  // What it quotes looks like no attack to whoever watches the line.
  assert.equal(event['event.reason'], "GET /?id=1'+or+'1'='1");
  assert.doesNotMatch(texts[1]!, /['+=]/);
  assert.equal(event['source.ip'], '192.0.2.7');
  assert.equal(event['destination.ip'], '192.0.2.1');
  assert.equal(event['destination.port'], 22);
  assert.equal(event['threat.technique.id'], 'T1046');
});

test('a webhook that is down for a while gets everything later, in one post at a time', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const posts: { events: { n: number }[]; dropped: number }[] = [];
  let [status, atOnce, most] = [503, 0, 0];
  t.mock.method(globalThis, 'fetch', async (_url: string, { body }: { body: string }) => {
    most = Math.max(most, ++atOnce);
    await new Promise(setImmediate);
    atOnce--;
    posts.push(JSON.parse(body));
    return new Response(null, { status });
  });
  const pass = async (ms: number): Promise<void> => {
    t.mock.timers.tick(ms);
    for (let i = 0; i < 20; i++) await new Promise(setImmediate);
  };
  const webhook = new Webhook('http://192.0.2.1/');
  for (let n = 0; n < 1003; n++) webhook.send({ n });
  for (let second = 0; second < 7; second++) await pass(1000);
  assert.equal(posts.length, 3, 'after 1, 3 and 7 seconds');
  assert.deepEqual([posts[2]!.events[0]!.n, posts[2]!.events.length, posts[2]!.dropped], [3, 200, 3]);
  status = 200;
  await pass(8000);
  for (let second = 0; second < 6; second++) await pass(1000);
  const taken = posts.slice(3).flatMap(({ events }) => events.map(({ n }) => n));
  assert.deepEqual([taken.length, taken[0], taken.at(-1), most], [1000, 3, 1002, 1]);
  status = 400;
  webhook.send({ n: 2000 });
  await pass(1000);
  await webhook.close();
  assert.equal(posts.length, 9, 'what is refused for good is not posted again');
});

test('targets that are no address are told as they are', () => {
  const of = (target: string) => findingToEcs(finding('a', 'high', target), 'x') as Record<string, unknown>;
  assert.equal(of('5 DNS servers')['destination.ip'], undefined);
  assert.equal(of('5 DNS servers')['eyrie.target'], '5 DNS servers');
  assert.equal(of('2001:db8::1')['destination.ip'], '2001:db8::1');
  assert.equal(of('[2001:db8::1]:80')['destination.port'], 80);
  for (const [target, isOne] of [
    ['siem:514', true],
    ['[::1]:514', true],
    ['siem', false],
    ['siem:0', false],
  ] as const)
    assert.equal(isSyslogTarget(target), isOne, target);
  assert.ok(isWebhookAddress('https://chat.example/hooks/x'));
  assert.ok(!isWebhookAddress('https://me:secret@chat.example/') && !isWebhookAddress('ftp://chat.example/'));
});

test('what is silenced is no finding of the pipeline', async () => {
  const rulesIn = async (silence: string): Promise<Set<string>> => {
    const parser = new PacketParser({ rules: true, silence });
    const capture = await openCapture(join(import.meta.dirname, '../../../samples/port-scan.pcapng'));
    const frame = newFrame();
    parser.begin(undefined);
    for await (const reader of capture.chunks())
      while (reader.next(frame)) if (!parser.isFull) parser.add(frame);
    await capture.close();
    parser.end();
    const { findings } = parser.take();
    return new Set(findings.flatMap(({ detail }) => detail?.rule ?? []));
  };
  assert.ok((await rulesIn('')).has('port-scan'));
  assert.ok(!(await rulesIn('rule == port-scan')).has('port-scan'));
});

test('a syslog sender that is closed sends nothing more, and may be closed again', async () => {
  const syslog = new Syslog('127.0.0.1:9', 'eyrie');
  await syslog.close();
  syslog.send({ severity: 'notice', time: 0, kind: 'port-scan', text: 'late' });
  await syslog.close();
});
