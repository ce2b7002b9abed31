import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { DetectEvent } from '@eyrie/detect';
import {
  attempt,
  connection,
  datagram,
  dns,
  findingsOf,
  http,
  icmp,
  rulesOf,
  START,
  times,
} from './support.ts';

const host = (i: number): string => `192.0.2.${i + 1}`;

describe('port scan', () => {
  it('is found at fifteen failed ports of one host, not at fourteen', () => {
    const scan = (ports: number) =>
      times(ports, (i) => attempt('refused', i, { stream: i, serverPort: 100 + i }));
    assert.deepEqual(rulesOf(scan(14)), []);
    assert.deepEqual(rulesOf(scan(15)), ['port-scan']);
    const [finding] = findingsOf(scan(150));
    assert.equal(finding?.severity, 'high');
    assert.match(finding.summary, /10\.0\.0\.1 tried 150 ports of 10\.0\.0\.2/);
    assert.ok(finding.evidence.frames.length > 0 && finding.evidence.streams.includes(0));
  });

  it('is found for half-open and stealth scans', () => {
    assert.deepEqual(rulesOf(times(20, (i) => attempt('dropped', i, { stream: i, serverPort: i + 1 }))), [
      'port-scan',
    ]);
    const nulls = times(20, (i) => ({
      kind: 'probe',
      flags: 'null',
      time: START + i,
      frame: i + 1,
      stream: i,
      client: '10.0.0.1',
      clientPort: 4,
      server: '10.0.0.2',
      serverPort: i + 1,
    }));
    assert.deepEqual(rulesOf(nulls), ['port-scan']);
  });

  it('is not found where more ports succeed than fail', () => {
    const events = times(20, (i) => [
      ...attempt('completed', i, { stream: i * 3, serverPort: 2000 + i }),
      ...attempt('completed', i, { stream: i * 3 + 1, serverPort: 3000 + i }),
      ...attempt('refused', i, { stream: i * 3 + 2, serverPort: 4000 + i }),
    ]);
    assert.deepEqual(rulesOf(events), []);
  });

  it('is not found for late answers, nor for clients that continue in a one-way capture', () => {
    const late = times(40, (i) => [
      connection('asked', i * 0.01, { stream: i, serverPort: 100 + i }),
      connection('completed', i * 0.01 + 2, { stream: i, serverPort: 100 + i }),
    ]).sort((a, b) => ('time' in a && 'time' in b ? a.time - b.time : 0));
    assert.deepEqual(rulesOf(late), []);
  });

  it('forgets attempts older than five minutes', () => {
    assert.deepEqual(
      rulesOf(times(40, (i) => attempt('refused', i * 60, { stream: i, serverPort: 2000 + i }))),
      [],
    );
  });
});

describe('address scan', () => {
  const scan = (count: number, port: number, result: 'silent' | 'completed' = 'silent') =>
    times(count, (i) => attempt(result, i, { stream: i, server: host(i), serverPort: port }));

  it('is found at 25 failed hosts on one port', () => {
    assert.ok(!rulesOf(scan(24, 22)).includes('address-scan'));
    assert.ok(rulesOf(scan(25, 22)).includes('address-scan'));
    assert.deepEqual(rulesOf(scan(60, 22, 'completed')), []);
  });

  it('is not found for P2P: other ports, hosts outside', () => {
    assert.deepEqual(rulesOf(scan(58, 51_413)), []);
    assert.deepEqual(rulesOf(scan(200, 51_413)), []);
  });

  it('is not found for hosts whose name was resolved: a browser without connectivity', () => {
    const events = [...times(60, (i) => dns(true, 0, { addresses: [host(i)], id: i })), ...scan(60, 443)];
    assert.deepEqual(rulesOf(events), []);
  });

  it('is found when it is slow', () => {
    const slow = (count: number, port: number) =>
      times(count, (i) => attempt('silent', i * 700, { stream: i, server: host(i), serverPort: port }));
    assert.deepEqual(rulesOf(slow(9, 445)), ['slow-scan']);
    assert.deepEqual(rulesOf(slow(9, 443)), []);
    assert.deepEqual(rulesOf(slow(9, 6881)), []);
  });

  it('is found when packets are out of order', () => {
    const mixed = times(9, (i) =>
      attempt('silent', ((i * 5) % 9) * 700, { stream: i, server: host(i), serverPort: 445 }),
    );
    assert.deepEqual(rulesOf(mixed), ['slow-scan']);
  });
});

describe('UDP scan', () => {
  const closed = (count: number, from = 100) =>
    times(count, (i) =>
      icmp('port-unreachable', i, {
        quoted: { source: '10.0.0.9', destination: '10.0.0.2', port: from + i },
      }),
    );
  it('is found by closed ports, except of a traceroute', () => {
    assert.deepEqual(rulesOf(closed(6)), []);
    assert.deepEqual(rulesOf(closed(90, 33_434)), []);
    assert.deepEqual(rulesOf(closed(12)), ['udp-scan']);
  });

  it('is found by unanswered ports, except for DNS responses in a one-way capture', () => {
    const silent = (clientPort: number) =>
      times(80, (i) => datagram('asked', i, { stream: i, clientPort, serverPort: 20_000 + i }));
    assert.deepEqual(rulesOf(silent(40_000)), ['udp-scan']);
    assert.deepEqual(rulesOf(silent(53)), []);
  });
});

describe('host sweep', () => {
  const ping = (count: number, answers: boolean) =>
    times(count, (i) => [
      icmp('echo', i / 10, { destination: host(i) }),
      ...(answers ? [icmp('reply', i / 10, { source: host(i), destination: '10.0.0.1' })] : []),
    ]);
  it('is found by unanswered pings', () => {
    assert.deepEqual(rulesOf(ping(30, false)), ['host-sweep']);
    assert.deepEqual(rulesOf(ping(200, true)), []);
  });
  it('is found at low severity by many answered pings at once', () => {
    const all = ['low', 'medium', 'high'];
    assert.deepEqual(rulesOf(ping(80, true), all), ['host-sweep']);
    assert.deepEqual(rulesOf(ping(50, true), all), []);
  });
});

describe('SYN flood', () => {
  const flood = (perSecond: number, completed: number) =>
    times(perSecond, (i) =>
      attempt(i < completed ? 'completed' : 'silent', i / (perSecond + 1), {
        stream: i,
        clientPort: i + 1000,
      }),
    );
  it('is found at a hundred failed connections in a second', () => {
    assert.deepEqual(rulesOf(flood(99, 0)), []);
    assert.deepEqual(rulesOf(flood(120, 0)), ['syn-flood']);
  });
  it('is not found for a load test, whose connections complete', () => {
    assert.deepEqual(rulesOf(flood(2000, 1950)), []);
    // More fail than a flood has, yet most do not.
    assert.deepEqual(rulesOf(flood(2000, 1500)), []);
  });
  it('is found from many sources to any ports', () => {
    const events = times(300, (i) =>
      attempt('silent', i / 301, { stream: i, client: host(i % 100), serverPort: 1000 + i }),
    );
    assert.ok(rulesOf(events).includes('syn-flood'));
  });
});

describe('UDP flood', () => {
  it('is found by many unanswered conversations', () => {
    const flood = (answered: boolean) =>
      times(300, (i) => [
        datagram('asked', i / 301, { stream: i, clientPort: 2000 + i, serverPort: 9000 }),
        ...(answered ? [datagram('answered', i / 301, { stream: i })] : []),
      ]);
    assert.deepEqual(rulesOf(flood(false)), ['udp-flood']);
    assert.deepEqual(rulesOf(flood(true)), []);
  });

  const volume = (packetsToClient: number, server: string) =>
    times(4, (i) => ({
      kind: 'volume',
      time: START + i,
      frame: i,
      stream: 1,
      client: '10.0.0.1',
      clientPort: 9,
      server,
      serverPort: 5000,
      packetsToServer: 5000,
      packetsToClient,
    }));
  it('is found for one busy unanswered conversation, but not for QUIC and video', () => {
    assert.deepEqual(rulesOf(volume(0, '10.0.0.2')), ['udp-flood']);
    assert.deepEqual(rulesOf(volume(400, '10.0.0.2')), []);
    assert.deepEqual(rulesOf(volume(0, '239.1.1.1')), []);
  });
});

describe('ACK flood', () => {
  it('is found by segments without a connection', () => {
    const flood = (perSecond: number, flags: 'ack' | 'rst' = 'ack') =>
      times(perSecond, (i) => ({
        kind: 'probe',
        flags,
        time: START + i / (perSecond + 1),
        frame: i + 1,
        stream: i,
        client: '10.0.0.1',
        clientPort: 2000 + i,
        server: '10.0.0.2',
        serverPort: 80,
      }));
    assert.deepEqual(rulesOf(flood(99)), []);
    assert.deepEqual(rulesOf(flood(150)), ['ack-flood']);
    assert.deepEqual(rulesOf(flood(150, 'rst')), ['ack-flood']);
  });
});

describe('slow HTTP', () => {
  const visits = (count: number, isAsking: boolean) => [
    ...times(count, (i) => [
      ...attempt('completed', i / 100, { stream: i }),
      ...(isAsking ? [http('response', i / 100, { stream: i })] : []),
    ]),
    ...times(20, (i) => icmp('other', i + 2)),
  ];
  it('is found by many connections without a request', () => {
    assert.deepEqual(rulesOf(visits(60, false)), ['slow-http']);
    assert.deepEqual(rulesOf(visits(60, true)), []);
    assert.deepEqual(rulesOf(visits(6, false)), []);
  });
});

describe('other floods', () => {
  it('ICMP: a hundred echoes per second are found', () => {
    const flood = (count: number) => times(count, (i) => icmp('echo', i / (count + 1), { sequence: i }));
    assert.deepEqual(rulesOf(flood(99)), []);
    assert.deepEqual(rulesOf(flood(150)), ['icmp-flood']);
    const between = { source: '10.0.0.2', destination: '10.0.0.1' };
    const replies = times(150, (i) => icmp('reply', i / 151, { sequence: i, ...between }));
    assert.deepEqual(rulesOf(replies), ['icmp-flood'], 'nobody had asked for them');
    const asked = (i: number) => icmp('echo', i / 151, { sequence: i });
    const answered = times(150, (i) => [asked(i), icmp('reply', i / 151, { sequence: i, ...between })]);
    const found = findingsOf(answered).map(({ summary }) => summary);
    assert.deepEqual(
      found.filter((each) => each.includes('replies')),
      [],
      found.join(),
    );
  });

  it('HTTP: found over many connections, not for a thousand requests on one', () => {
    const flood = (connections: number) =>
      times(1000, (i) => http('request', i / 1000, { stream: i % connections, uri: `/?${i}` }));
    assert.deepEqual(rulesOf(flood(100)), ['http-flood']);
    assert.deepEqual(rulesOf(flood(1)), []);
  });

  it('HTTP: found on a few persistent connections for sustained identical requests', () => {
    const flood = (seconds: number, of: (i: number) => Partial<Extract<DetectEvent, { kind: 'http' }>>) =>
      rulesOf(times(100 * seconds, (i) => http('request', i / 100, { uri: '/', ...of(i) })));
    assert.deepEqual(
      flood(12, () => ({})),
      ['http-flood'],
    );
    assert.deepEqual(
      flood(6, () => ({})),
      [],
      'a burst',
    );
    assert.deepEqual(
      flood(12, (i) => ({ uri: `/?${i}`, stream: i % 4 })),
      ['http-flood'],
      'made-up queries',
    );
    assert.deepEqual(
      flood(12, (i) => ({ uri: `/items?page=${i}` })),
      [],
      'pages that are turned',
    );
    assert.deepEqual(
      flood(12, (i) => ({ uri: `/items/${i}`, stream: i % 4 })),
      [],
      'one thing after the other',
    );
    assert.deepEqual(
      flood(12, (i) => ({ method: 'POST', uri: '/write', body: `temperature=${i}` })),
      [],
      'measurements',
    );
    assert.deepEqual(
      flood(12, () => ({ method: 'POST', uri: '/write' })),
      [],
      'measurements whose bodies were not captured',
    );
    assert.deepEqual(
      flood(12, () => ({ method: 'POST', uri: '/search', body: 'q=a' })),
      ['http-flood'],
      'the same written again and again',
    );
    assert.deepEqual(
      flood(12, () => ({ method: 'POST', uri: '/', headers: ['Content-Length: 0'] })),
      ['http-flood'],
      'nothing written again and again',
    );
    const ofLarge = times(4000, (i) => http('request', i / 4000, { uri: '/', stream: i % 10 }));
    assert.deepEqual(rulesOf(ofLarge), ['http-flood'], 'ab -k -c 10');
  });

  it('HTTP: found for writes over many connections, except new contents over a connection pool', () => {
    const posts = (connections: number, body: (i: number) => string) =>
      rulesOf(
        times(1500, (i) =>
          http('request', i / 150, {
            method: 'POST',
            uri: '/rpc',
            stream: i % connections,
            body: body(i),
          }),
        ),
      );
    assert.deepEqual(
      posts(1500, (i) => `x=${i}`),
      ['http-flood'],
    );
    assert.deepEqual(
      posts(30, () => 'x=1'),
      ['http-flood'],
    );
    assert.deepEqual(
      posts(30, (i) => `{"id":${i}}`),
      [],
    );
  });

  it('HTTP: found for a client that continues although the server rejects it', () => {
    const flood = (status: number) =>
      rulesOf(
        times(450, (i) => [
          http('request', i / 100, { method: 'POST', uri: '/cart' }),
          http('response', i / 100, { status }),
        ]).flat(),
      );
    assert.deepEqual(flood(429), ['http-flood']);
    assert.deepEqual(flood(200), []);
    const oneAnswer = times(450, (i) => http('request', i / 100, { method: 'POST', uri: '/cart' }));
    assert.deepEqual(rulesOf([http('response', 0, { status: 503 }), ...oneAnswer]), [], 'one answer seen');
  });

  it('HTTP: found for many clients together, but not for more clients that poll', () => {
    const crowd = (clients: number, of: (i: number) => { uri: string }) =>
      findingsOf(
        times(1200, (i) =>
          http('request', i / 100, { client: `10.1.0.${i % clients}`, stream: i % clients, ...of(i) }),
        ),
      );
    const [found] = crowd(50, () => ({ uri: '/' }));
    assert.deepEqual([found?.rule, found?.source], ['http-flood', '50 clients']);
    assert.deepEqual(
      crowd(200, () => ({ uri: '/poll' })),
      [],
    );
    assert.deepEqual(
      crowd(50, (i) => ({ uri: `/news/${i % 40}` })),
      [],
      'readers',
    );
  });

  it('HTTP: not found for a crawler, which requests each page once', () => {
    assert.deepEqual(
      rulesOf(times(1000, (i) => http('request', i / 1000, { stream: i % 50, uri: `/${i}` }))),
      [],
    );
    assert.deepEqual(
      rulesOf(times(6000, (i) => http('request', i / 2000, { stream: i % 50, uri: `/${i}` }))),
      [],
      'a fast one',
    );
  });

  it('DHCP: a hundred clients in ten seconds are found', () => {
    const flood = (clients: number) =>
      times(200, (i) => ({
        kind: 'dhcp',
        time: START + i / 50,
        frame: i,
        type: 1,
        transaction: i % clients,
        clientMac: `02:00:00:00:00:${i % clients}`,
        frameSource: '02:00:00:00:00:01',
        source: '0.0.0.0',
        serverId: '',
        routers: '',
        dnsServers: '',
      }));
    assert.deepEqual(rulesOf(flood(200)), ['dhcp-flood']);
    assert.deepEqual(rulesOf(flood(20)), []);
  });

  it('reflection: unsolicited responses of many servers are found', () => {
    const flood = (bytes: number) =>
      times(30, (i) =>
        datagram('asked', i / 10, { stream: i, client: host(i), clientPort: 123, serverPort: 50_001, bytes }),
      );
    assert.deepEqual(rulesOf(flood(440)), ['reflection']);
    assert.deepEqual(rulesOf(flood(48)), []);
  });

  it('queries: a hundred per second from one peer are found', () => {
    const flood = (perSecond: number) =>
      times(perSecond, (i) => ({
        kind: 'query',
        time: START + i / (perSecond + 1),
        frame: 0,
        peer: 'peer-7',
      }));
    assert.deepEqual(rulesOf(flood(99)), []);
    assert.deepEqual(rulesOf(flood(100)), ['query-flood']);
  });
});
