// Suricata's EVE JSON, made of the rows of Zeek's logs.
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, type TestContext, test } from 'node:test';
import { openCapture } from '@eyrie/capture';
import { Dissector, newFrame } from '@eyrie/dissect';
import { Rules } from '../../src/detect/index.ts';
import {
  formatRow,
  LogFiles,
  type LogKind,
  type RowSink,
  writeNotices,
  ZeekLogs,
} from '../../src/zeek/index.ts';

const OFFICE = join(import.meta.dirname, '../../../../samples/office-hour.pcapng');

interface Event {
  readonly timestamp: string;
  readonly flow_id?: number;
  readonly event_type: string;
  readonly [key: string]: unknown;
}

const events: Event[] = [];
const rows = new Map<string, number>();

class Events implements RowSink {
  write<Row>(kind: LogKind<Row>, row: Row): void {
    rows.set(kind.path, (rows.get(kind.path) ?? 0) + 1);
    for (const line of formatRow(kind, row, 'eve').split('\n'))
      if (line !== '') events.push(JSON.parse(line));
  }
}

before(async () => {
  const sink = new Events();
  const dissector = new Dissector();
  const logs = new ZeekLogs(dissector.session, sink, { seed: new Uint32Array(4) });
  const rules = new Rules(dissector.session);
  const source = await openCapture(OFFICE);
  const frame = newFrame();
  for await (const reader of source.chunks())
    while (reader.next(frame)) {
      const packet = dissector.dissect(frame);
      logs.add(packet);
      rules.add(packet);
    }
  logs.end();
  rules.end();
  writeNotices(sink, rules.take());
});

const ofType = (type: string): Event[] => events.filter(({ event_type }) => event_type === type);

test('every event has a time in microseconds and a type, and all but alerts the ends of its flow', () => {
  for (const event of events) {
    assert.match(event.timestamp, /^2026-11-21T11:5\d:\d\d\.\d{6}\+0000$/);
    assert.ok(event.event_type in event, event.event_type);
    if (event.event_type === 'alert') continue;
    assert.ok(Number.isSafeInteger(event.flow_id));
    for (const key of ['src_ip', 'dest_ip', 'proto', 'community_id'])
      assert.equal(typeof event[key], 'string', key);
  }
});

test('a connection is a flow, which the events of its messages name', () => {
  const flows = ofType('flow');
  assert.equal(flows.length, rows.get('conn'));
  const ids = new Set(flows.map(({ flow_id }) => flow_id));
  assert.equal(ids.size, flows.length);
  for (const { flow_id, event_type } of events)
    if (event_type !== 'alert') assert.ok(ids.has(flow_id), event_type);
});

test('a DNS answer goes the other way than its question, with names and types of its records', () => {
  const [query, answer] = ofType('dns').filter(
    ({ dns }) => (dns as { rrname: string }).rrname === 'nas.office.example',
  );
  assert.deepEqual([query!.src_ip, query!.dest_port], [answer!.dest_ip, answer!.src_port]);
  const { type, rcode, answers } = answer!.dns as Record<string, unknown>;
  assert.deepEqual([type, rcode], ['answer', 'NOERROR']);
  assert.deepEqual(answers, [{ rrname: 'nas.office.example', rrtype: 'A', ttl: 0, rdata: '192.168.10.10' }]);
});

test('web, TLS, SSH and mail events have the fields that dashboards ask for', () => {
  const has = (type: string, key: string): boolean =>
    ofType(type).some((event) => key in (event[type] as object));
  for (const key of ['hostname', 'url', 'http_method', 'status', 'http_user_agent', 'length'])
    assert.ok(has('http', key), key);
  for (const key of ['sni', 'version', 'ja3', 'ja4']) assert.ok(has('tls', key), key);
  for (const key of ['client', 'server']) assert.ok(has('ssh', key), key);
  for (const key of ['helo', 'mail_from', 'rcpt_to']) assert.ok(has('smtp', key), key);
  const mail = ofType('smtp').find(({ email }) => email !== undefined)?.email as {
    subject: string;
    to: string[];
  };
  assert.ok(mail.subject.length > 0 && mail.to.length > 0);
  for (const { tls } of ofType('tls')) assert.match((tls as { version: string }).version, /^D?TLS 1\.[23]$/);
});

test('a file that a server sends comes from the server, and certificates are no files', () => {
  const files = ofType('fileinfo');
  assert.ok(files.length > 0 && files.length < rows.get('files')!);
  assert.ok(
    files.some(({ src_port, fileinfo }) => src_port === 80 && (fileinfo as { size: number }).size > 0),
  );
  const protocols = new Set(files.map(({ app_proto }) => app_proto));
  assert.deepEqual(protocols, new Set(['http', 'smb', 'smtp', 'ftp-data']));
});

test('what the rules found are alerts, each rule with the same number', () => {
  const alerts = ofType('alert');
  assert.equal(alerts.length, rows.get('notice'));
  const numbers = new Map<string, number>();
  for (const { alert } of alerts) {
    const { signature_id, category, severity } = alert as {
      readonly signature_id: number;
      readonly category: string;
      readonly severity: number;
    };
    assert.ok(severity >= 1 && severity <= 4);
    assert.equal(numbers.get(category) ?? signature_id, signature_id);
    numbers.set(category, signature_id);
  }
  assert.equal(new Set(numbers.values()).size, numbers.size);
});

/** Events of IPv4 packets between 10.0.0.1 and 10.0.0.2, a second apart; each with its IP protocol and payload. */
function eventsOf(
  packets: readonly (readonly [protocol: number, payload: string, isBack?: boolean])[],
  start = 0,
) {
  const made: Event[] = [];
  const sink: RowSink = {
    write(kind, row) {
      for (const line of formatRow(kind, row, 'eve').split('\n'))
        if (line !== '') made.push(JSON.parse(line));
    },
  };
  const dissector = new Dissector({ matchReplies: false });
  const logs = new ZeekLogs(dissector.session, sink);
  for (const [i, [protocol, hex, isBack = false]] of packets.entries()) {
    const payload = Buffer.from(hex.replaceAll(' ', ''), 'hex');
    const [from, to] = isBack ? [2, 1] : [1, 2];
    const ip = [
      0x45,
      0,
      0,
      20 + payload.length,
      0,
      0,
      0,
      0,
      64,
      protocol,
      0,
      0,
      10,
      0,
      0,
      from,
      10,
      0,
      0,
      to,
    ];
    const data = Uint8Array.from([...ip, ...payload]);
    const time = { seconds: start + i, nanoseconds: 0, hasTime: true };
    const ends = { data, start: 0, end: data.length, wireLength: data.length, linkType: 101 };
    logs.add(dissector.dissect({ ...newFrame(), ...ends, ...time, number: i + 1 }));
  }
  logs.end();
  return made;
}

const [ICMP, UDP, GRE] = [1, 17, 47];

test('a flow of ICMP has types and codes, and one without ports has none', () => {
  const [unreachable] = eventsOf([[ICMP, '03 03 0000 00000000']]);
  assert.deepEqual([unreachable!.icmp_type, unreachable!.icmp_code], [3, 3]);
  assert.ok(!('response_icmp_type' in unreachable!));
  const [echo] = eventsOf([
    [ICMP, '08 00 0000 00010001'],
    [ICMP, '00 00 0000 00010001', true],
  ]);
  const { icmp_type, icmp_code, response_icmp_type, response_icmp_code } = echo!;
  assert.deepEqual([icmp_type, icmp_code, response_icmp_type, response_icmp_code], [8, 0, 0, 0]);
  const [gre] = eventsOf([[GRE, '0000 880b']]);
  assert.deepEqual([gre!.proto, gre!.src_ip], ['GRE', '10.0.0.1']);
  for (const event of [unreachable!, echo!, gre!])
    assert.ok(!('src_port' in event) && !('dest_port' in event));
});

test('a DNS answer without its question is one event', () => {
  const message = '0001 8180 0001 0000 0000 0000 0161 00 0001 0001';
  const made = eventsOf([[UDP, `0035 c000 001b 0000 ${message}`]]);
  const types = made.filter(({ event_type }) => event_type === 'dns').map(({ dns }) => (dns as Event).type);
  assert.deepEqual(types, ['answer']);
});

test('a time that no calendar has stands as its last', () => {
  const [flow] = eventsOf([[ICMP, '08 00 0000 00010001']], 2 ** 62);
  assert.equal(flow!.timestamp, '9999-12-31T23:59:59.000000+0000');
});

test('all goes into eve.json, which is put aside and deleted as the files of logs are', (t: TestContext) => {
  const folder = mkdtempSync(join(tmpdir(), 'eyrie-eve-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  let now = new Date(2026, 10, 22, 8, 0, 0).getTime();
  const files = new LogFiles({ folder, format: 'eve', rotateSeconds: 60, keepSeconds: 60, now: () => now });
  const weird: LogKind<number> = { path: 'weird', columns: [['ts', 'time', (ts) => ts]] };
  const nothing: LogKind<number> = { path: 'ntp', columns: [['ts', 'time', (ts) => ts]] };
  files.write(weird, 1);
  files.write(nothing, 1);
  now += 60_000;
  files.flush();
  files.write(weird, 2);
  files.close();
  assert.deepEqual(readdirSync(folder).sort(), ['eve.2026-11-22-08-00-00.json', 'eve.json']);
  const text = readFileSync(join(folder, 'eve.json'), 'utf8');
  assert.equal(text.split('\n').length, 2);
  assert.equal(JSON.parse(text).timestamp, '1970-01-01T00:00:02.000000+0000');
});
