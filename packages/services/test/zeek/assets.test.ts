// Hosts, services and programs: what is told of them, and how often.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Conn } from '../../src/zeek/conn/conn.ts';
import { Endpoint } from '../../src/zeek/conn/endpoint.ts';
import { Uids } from '../../src/zeek/conn/uid.ts';
import type { LogKind } from '../../src/zeek/index.ts';
import { KnownAssets } from '../../src/zeek/records/known.ts';
import { programIn, SoftwareLog } from '../../src/zeek/records/software.ts';

const DAY_S = 86_400;

class Rows {
  readonly uids = new Uids();
  readonly rows: unknown[][] = [];

  write<Row>({ path, columns }: LogKind<Row>, row: Row): void {
    this.rows.push([path, ...columns.map(([, , read]) => read(row))]);
  }
}

function connOf(host: string, time: number, services: readonly string[], isAnswered = true): Conn {
  const start = { uid: 'C', proto: 'tcp', ipProto: 6, direction: 0, isFlipped: false, time } as const;
  const ends = { orig: new Endpoint('203.0.114.9', 40_000), resp: new Endpoint(host, 80) };
  const conn = new Conn({ ...start, ...ends, addresses: [new Uint8Array(4), new Uint8Array(4)] });
  conn.history = isAnswered ? 'ShAD' : 'S';
  conn.orig.enter(isAnswered ? 'established' : 'syn-sent');
  if (isAnswered) conn.resp.enter('established');
  conn.addServices(services);
  return conn;
}

test('a local host and its service are told once a day, and again when it speaks another protocol', () => {
  const sink = new Rows();
  const known = new KnownAssets(sink);
  known.see(connOf('10.0.0.2', 1, ['http']));
  known.see(connOf('10.0.0.2', 2, ['http']));
  known.see(connOf('10.0.0.2', 3, ['http', 'websocket']));
  known.see(connOf('10.0.0.2', 4, ['http']));
  known.see(connOf('10.0.0.2', 1 + DAY_S, ['http']));
  assert.deepEqual(sink.rows, [
    ['known_hosts', 1, '10.0.0.2'],
    ['known_services', 1, '10.0.0.2', 80, 'tcp', ['HTTP']],
    ['known_services', 3, '10.0.0.2', 80, 'tcp', ['HTTP', 'WEBSOCKET']],
    ['known_hosts', 1 + DAY_S, '10.0.0.2'],
    ['known_services', 1 + DAY_S, '10.0.0.2', 80, 'tcp', ['HTTP']],
  ]);
});

test('who does not answer, and who is not local, is not told of', () => {
  const sink = new Rows();
  const known = new KnownAssets(sink);
  known.see(connOf('10.0.0.2', 1, ['http'], false));
  known.see(connOf('203.0.114.10', 1, ['http']));
  assert.deepEqual(sink.rows, []);
});

test('programs say their names and versions in their own ways', () => {
  const said: readonly (readonly [
    text: string,
    name: string,
    version: readonly number[],
    more: string | null,
  ])[] = [
    ['nginx/1.22.1', 'nginx', [1, 22, 1], null],
    ['Apache/2.4.7 (Ubuntu)', 'Apache', [2, 4, 7], 'Ubuntu'],
    ['OpenSSH_9.2p1 Debian-2+deb12u10', 'OpenSSH', [9, 2], 'p1'],
    ['Mozilla/5.0 (X11; rv:115.0) Gecko/20100101 Firefox/115.0', 'Firefox', [115, 0], null],
    [
      'Mozilla/5.0 (Linux) AppleWebKit/537.36 Chrome/120.0.6099.230 Mobile Safari/537.36',
      'Chrome',
      [120, 0, 6099, 230],
      'Mobile',
    ],
    [
      'Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/120.0.0.0 Safari/537.36 Edg/120.0.2210.91',
      'Edge',
      [120, 0, 2210, 91],
      null,
    ],
    ['MySQL/8.0.35-0ubuntu0.22.04.1', 'MySQL', [8, 0, 35, 0], 'ubuntu0'],
    ['nameless', 'nameless', [], null],
    ['7.1', '7.1', [7, 1], null],
  ];
  for (const [text, name, version, more] of said)
    assert.deepEqual(programIn(text), { name, version, more }, text);
});

test('a name made to be hard to read is read at once', () => {
  const before = process.cpuUsage();
  for (const name of ['1'.repeat(255), `${'v'.repeat(128)}${'1'.repeat(127)}`, '-1'.repeat(127)])
    for (let i = 0; i < 100; i++) assert.ok(programIn(`${name}\r`).version.length <= 4);
  const { user } = process.cpuUsage(before);
  // Microseconds. Read by trying all ways, each of them takes ten milliseconds and more.
  assert.ok(user < 500_000, `${user} µs`);
});

test('a program of a local host is told again only when its version changes', () => {
  const sink = new Rows();
  const software = new SoftwareLog(sink);
  const see = (text: string, time: number, host = '10.0.0.2') =>
    software.see('HTTP::SERVER', text, time, host, 80);
  see('nginx/1.22.1', 1);
  see('nginx/1.22.1', 2);
  see('nginx/1.24.0', 3);
  see('nginx/1.24.0', 3, '203.0.114.10');
  see('', 4);
  assert.deepEqual(
    sink.rows.map(([, time, host, port, type, name, major, minor]) => [
      time,
      host,
      port,
      type,
      name,
      major,
      minor,
    ]),
    [
      [1, '10.0.0.2', 80, 'HTTP::SERVER', 'nginx', 1, 22],
      [3, '10.0.0.2', 80, 'HTTP::SERVER', 'nginx', 1, 24],
    ],
  );
});
