// Memory of the rules and features: every table has a bound, whatever the number of hosts and however their times stand.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { type DetectEvent, HostWindows, RuleEngine } from '@eyrie/detect';
import fc from 'fast-check';
import { slowHttp } from '../src/rules/floods/slow-http.ts';
import { Bounded } from '../src/rules/recent.ts';
import { portScan } from '../src/rules/scans/port-scan.ts';
import { slowScan } from '../src/rules/scans/slow-scan.ts';
import { arp, attempt, connection, datagram, dns, flow, http, icmp, login, START } from './support.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

function heapAfterCollection(): number {
  collect();
  return process.memoryUsage().heapUsed;
}

/** A host that was never seen before, and one event of it, or several, of each kind. */
function eventsOf(i: number, after: number): DetectEvent[] {
  const low = `${(i >> 16) & 255}.${(i >> 8) & 255}.${i & 255}`;
  const [client, server, stream] = [`10.${low}`, `198.${low}`, i];
  const mac = `02:00:00:${low.replaceAll('.', ':')}`;
  const of = { client, server, stream };
  const seen = { time: START + after, frame: i + 1 };
  const web = { ...of, serverPort: 80 };
  return [
    ...attempt('refused', after, of),
    ...attempt('silent', after, { ...of, stream: i + 1e9, serverPort: 22 }),
    ...attempt('completed', after, { ...web, stream: i + 2e9 }),
    { kind: 'probe', flags: 'xmas', ...seen, ...of, clientPort: 40_000, serverPort: 80 },
    datagram('asked', after, { ...of, clientPort: 53, serverPort: 5000, bytes: 4000 }),
    datagram('asked', after, { ...of, serverPort: 5000 }),
    {
      kind: 'volume',
      ...seen,
      ...of,
      clientPort: 4,
      serverPort: 5,
      packetsToServer: 5000,
      packetsToClient: 0,
    },
    flow(after, { stream, client: { address: client, port: 4 }, server: { address: server, port: 443 } }),
    icmp('echo', after, { source: client, destination: server, holdsPacket: true }),
    icmp('reply', after, { source: client, destination: server }),
    icmp('port-unreachable', after, { quoted: { source: client, destination: server, port: 9 } }),
    { kind: 'protocol', ...seen, source: client, destination: server, number: 47 },
    {
      kind: 'sip',
      ...seen,
      ...of,
      clientPort: 4,
      serverPort: 5060,
      user: 'u',
      isSuccess: false,
      hadPassword: true,
    },
    arp(true, after, { senderMac: mac, senderAddress: client, targetAddress: server }),
    arp(false, after, { senderMac: mac, senderAddress: client, targetAddress: server }),
    { kind: 'moved', ...seen, address: client, to: mac },
    { kind: 'station', ...seen, mac },
    { kind: 'redirect', ...seen, source: client, destination: server, gateway: server, mac },
    dns(false, after, { ...of, serverPort: 53, name: `a${i}.b${i}.example` }),
    dns(true, after, { ...of, serverPort: 53, name: `a${i}.b${i}.example`, addresses: [server] }),
    dns(true, after, { ...of, serverPort: 5355, name: `h${i}`, addresses: [server] }),
    http('request', after, { ...web, uri: "/?q=' or 1=1 --", userAgent: 'sqlmap' }),
    http('response', after, { ...web, status: 404 }),
    login(false, after, { ...of, serverPort: 21 }),
    { kind: 'community', ...seen, ...of, clientPort: 4, serverPort: 161, guess: i, isAnswer: false },
    { kind: 'suspect', what: 'zero-credential', ...seen, ...of, clientPort: 4, serverPort: 445 },
    { kind: 'suspect', what: 'ntp-monlist', ...seen, ...of, clientPort: 4, serverPort: 123 },
    { kind: 'query', ...seen, peer: client },
    { kind: 'join', ...seen, address: client, isSuccess: false },
    { kind: 'refused', ...seen, address: client, by: server },
    { kind: 'unusual', ...seen, who: client, subject: 'host', score: 2, limit: 1, causes: [] },
  ];
}

const probe: Extract<DetectEvent, { kind: 'probe' }> = {
  ...{ kind: 'probe', flags: 'xmas', time: 0, frame: 1, stream: 1 },
  ...{ client: '', clientPort: 40_000, server: '10.9.9.9', serverPort: 0 },
};

/** More than a table of KEYS_MAX holds; `EYRIE_HOSTS=500000` makes it 562,500 in all, in ten minutes. */
const HOSTS = Number(process.env.EYRIE_HOSTS ?? 10_500);

/** Bytes for each further key of a full table: less than any entry, more than what the heap's size varies by. */
const GROWTH_MAX = 10;

/** Bytes of heap for each of so many hosts, and for each of those after them. */
function growth(
  hosts: number,
  see: (i: number) => void,
  more = Math.ceil(hosts / 2),
): { first: number; second: number } {
  const before = heapAfterCollection();
  for (let i = 0; i < hosts; i++) see(i);
  const middle = heapAfterCollection();
  for (let i = hosts; i < hosts + more; i++) see(i);
  return { first: (middle - before) / hosts, second: (heapAfterCollection() - middle) / more };
}

describe('memory with ever new hosts', () => {
  it('of all rules together reaches its bound', () => {
    const engine = new RuleEngine();
    const see = (i: number): void => {
      for (const event of eventsOf(i, i / 1000)) engine.see(event);
    };
    const { first, second } = growth(HOSTS, see, HOSTS / 8);
    if (process.env.EYRIE_HOSTS !== undefined) console.log(`${first} bytes a host, then ${second}`);
    // The answers of DNS, of which 50,000 are remembered, are what still grows: from 30,000 hosts on, nothing does.
    assert.ok(second < (HOSTS < 30_000 ? 0.15 : 0.01) * first, `${first} bytes a host, then ${second}`);
  });

  it('of connections without a request reaches its bound, even if no time passes', () => {
    const engine = new RuleEngine({ rules: [slowHttp] });
    const { second } = growth(70_000, (i) => {
      const of = { client: `10.0.${i}`, stream: i };
      for (const event of attempt('completed', 0, of)) engine.see(event);
    });
    assert.ok(second < GROWTH_MAX, `${second} bytes each`);
  });

  it('of attempts that nobody answers reaches its bound, even if no time passes', () => {
    const engine = new RuleEngine({ rules: [] });
    const { second } = growth(70_000, (i) => engine.see(connection('asked', 0, { stream: i })));
    assert.ok(second < GROWTH_MAX, `${second} bytes each`);
  });

  it('of the features of hosts reaches its bound', () => {
    const windows = new HostWindows(() => {}, { openWindows: 3 });
    const { first, second } = growth(
      210_000,
      (i) => {
        const client = { address: `10.${i}`, port: 1 };
        const event = flow(i / 200, { client });
        if (event.kind === 'flow') windows.addFlow(event.flow);
      },
      20_000,
    );
    assert.ok(second < 0.1 * first, `${first} bytes a host, then ${second}`);
  });
});

describe('memory with many items of each host', () => {
  it('of a scan of many ports from spoofed addresses reaches its bound, and each is reported', () => {
    const engine = new RuleEngine({ rules: [portScan] });
    let sources = 0;
    const ports = 2048;
    // 98 sources with 2,048 ports are 200,000 items.
    const { second } = growth(110, () => {
      const client = `10.0.${sources++}`;
      for (let serverPort = 1; serverPort <= ports; serverPort++)
        engine.see({ ...probe, client, serverPort, time: START + serverPort / 1000 });
    });
    assert.ok(second < GROWTH_MAX * ports, `${second} bytes a source`);
    assert.equal(engine.end().length, sources);
  });

  it('of sweeps does not displace a slow scan', () => {
    const engine = new RuleEngine({ rules: [slowScan] });
    let stream = 0;
    const fails = (after: number, client: string, server: string): void => {
      for (const event of attempt('refused', after, { client, server, serverPort: 22, stream: stream++ }))
        engine.see(event);
    };
    // One host in 20 minutes; in between, 110 sources sweep 2,048 hosts each, which are more items than are kept.
    for (let i = 0; i < 8; i++) {
      fails(i * 1200, '192.0.2.66', `10.9.0.${i}`);
      if (i === 4)
        for (let each = 0; each < 110 * 2048; each++)
          fails(i * 1200 + each / 1000, `192.0.3.${each >> 11}`, `10.8.${each & 2047}`);
    }
    assert.deepEqual(
      engine.end().map(({ source }) => source),
      ['192.0.2.66'],
    );
  });
});

describe('a bounded table', () => {
  it('keeps nothing of what it was, once it is no longer full', () => {
    const table = new Bounded<number>(1000);
    for (let i = 0; i < 1001; i++) table.for(`k${i}`, () => i);
    const { second } = growth(200_000, (i) => {
      table.delete(`k${i}`);
      table.for(`k${i + 999}`, () => i);
    });
    assert.ok(second < GROWTH_MAX, `${second} bytes each`);
  });

  it('holds no more than 200,000 items of keys with more than 64, whatever is done to it', () => {
    const work = fc.record({
      key: fc.integer({ min: 0, max: 30 }),
      how: fc.constantFrom('for', 'for', 'for', 'delete'),
      items: fc.constantFrom(0, 1, 64, 65, 9_000, 50_000, 150_000, 250_000),
    });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), fc.array(work, { maxLength: 200 }), (max, all) => {
        const table = new Bounded<{ items: number }>(max, ({ items }) => items);
        for (const { key, how, items } of all) {
          if (how === 'delete') table.delete(`${key}`);
          else table.for(`${key}`, () => ({ items: 0 })).items = items;
        }
        table.for('another', () => ({ items: 0 }));
        const kept = [...table.entries()].map(([, value]) => value.items).filter((items) => items > 64);
        assert.ok(kept.reduce((sum, items) => sum + items, 0) <= 200_000);
        assert.ok(table.size <= max);
        const light = all.length === 0 ? null : all.at(-1)!;
        if (light?.how === 'for' && light.items <= 64 && max > 1)
          assert.equal(table.get(`${light.key}`)?.items, light.items);
      }),
    );
  });

  it('holds what one that looks for the least recently used key would hold, whatever is done to it', () => {
    const work = fc.record({
      key: fc.integer({ min: 0, max: 12 }),
      how: fc.constantFrom('for', 'set', 'delete'),
    });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 6 }), fc.array(work, { maxLength: 200 }), (max, all) => {
        const table = new Bounded<number>(max);
        let expected: [string, number][] = [];
        for (const [i, { key: number, how }] of all.entries()) {
          const key = String(number);
          const old = expected.find(([each]) => each === key);
          expected = expected.filter((each) => each !== old);
          if (how === 'delete') table.delete(key);
          else {
            expected.push([key, how === 'for' ? (old?.[1] ?? i) : i]);
            if (how === 'set') table.set(key, i);
            else
              assert.equal(
                table.for(key, () => i),
                old?.[1] ?? i,
              );
          }
          expected = expected.slice(-max);
          assert.deepEqual([...table.entries()], expected);
        }
      }),
    );
  });
});
