// The rules over events in any order, as hostile traffic may produce them: a response from the client's side, answers that
// nothing asked for, clocks that jump.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type DetectEvent, RuleEngine } from '@eyrie/detect';
import fc from 'fast-check';
import { findingsOf, http, START } from './support.ts';

const pick = <const T>(...values: T[]): fc.Arbitrary<T> => fc.constantFrom(...values);
const address = pick('10.0.0.1', '10.0.0.2', '198.51.100.7', '::1', 'fe80::1', '255.255.255.255', '');
const port = pick(0, 53, 80, 123, 161, 443, 3389, 5355, 40_000, 65_535);
const mac = pick('02:00:00:00:00:01', '02:00:00:00:00:02', '00:00:5e:00:01:01', '');
const number = fc.integer({ min: 0, max: 12 });
const text = pick(
  '',
  'a',
  'www.example.com',
  'union select',
  "/?q=' or 1=1 --",
  '/?q=<script>',
  'x'.repeat(70),
);
const flag = fc.boolean();
const list = <T>(of: fc.Arbitrary<T>) => fc.array(of, { maxLength: 3 });
const time = fc.oneof(fc.integer({ min: START, max: START + 20 }), pick(0, START - 1e6, START + 1e6));
const seen = { time, frame: number };
const ends = {
  ...seen,
  stream: number,
  client: address,
  clientPort: port,
  server: address,
  serverPort: port,
};
const side = fc.record({ packets: number, bytes: number });

const kind = <K extends DetectEvent['kind']>(
  name: K,
  fields: { [F in keyof Omit<Extract<DetectEvent, { kind: K }>, 'kind'>]: fc.Arbitrary<unknown> },
): fc.Arbitrary<DetectEvent> =>
  fc
    .record(fields as Record<string, fc.Arbitrary<unknown>>)
    .map((event) => ({ kind: name, ...event }) as unknown as DetectEvent);

const anyEvent: fc.Arbitrary<DetectEvent> = fc.oneof(
  kind('connection', { ...ends, step: pick('asked', 'refused', 'answered', 'completed', 'dropped') }),
  kind('probe', { ...ends, flags: pick('null', 'fin', 'xmas', 'syn-fin', 'rst', 'ack') }),
  kind('datagram', { ...ends, step: pick('asked', 'answered'), bytes: number }),
  kind('volume', { ...ends, packetsToServer: pick(0, 5000), packetsToClient: pick(0, 5000) }),
  kind('flow', {
    flow: fc.record({
      stream: number,
      transport: pick('tcp', 'udp'),
      client: fc.record({ address, port }),
      server: fc.record({ address, port }),
      start: time,
      end: time,
      toServer: side,
      toClient: side,
      applications: list(pick('tls', 'ssh', 'http', 'dns')),
      serverName: pick(null, 'www.example.com'),
      tcp: pick(null, { state: 'closed' }, { state: 'refused' }),
    }),
  }),
  kind('icmp', {
    ...seen,
    source: address,
    destination: address,
    message: pick('echo', 'reply', 'port-unreachable', 'unreachable', 'other'),
    ident: number,
    sequence: number,
    bytes: number,
    hash: number,
    holdsPacket: flag,
    quoted: fc.option(fc.record({ source: address, destination: address, port })),
  }),
  kind('protocol', { ...seen, source: address, destination: address, number }),
  kind('sip', { ...ends, user: text, isSuccess: flag, hadPassword: flag }),
  kind('arp', {
    ...seen,
    isRequest: flag,
    frameSource: mac,
    frameDestination: mac,
    senderMac: mac,
    senderAddress: address,
    targetAddress: address,
  }),
  kind('moved', { ...seen, address, to: mac }),
  kind('dhcp', {
    ...seen,
    type: number,
    transaction: number,
    clientMac: mac,
    frameSource: mac,
    source: address,
    serverId: address,
    routers: address,
    dnsServers: address,
  }),
  kind('neighbour', {
    ...seen,
    step: pick('solicited', 'advertised'),
    source: address,
    destination: address,
    target: address,
    mac,
    frameSource: mac,
    isSolicited: flag,
    isOverride: flag,
  }),
  kind('redirect', { ...seen, source: address, destination: address, gateway: address, mac }),
  kind('station', { ...seen, mac }),
  kind('router', {
    ...seen,
    source: address,
    mac,
    lifetimeS: number,
    preference: pick(-1, 0, 1),
    prefixes: list(text),
  }),
  kind('dns', {
    ...ends,
    id: number,
    isResponse: flag,
    name: text,
    type: pick(1, 10),
    addresses: list(address),
    bytes: number,
  }),
  kind('http', {
    ...ends,
    step: pick('request', 'response'),
    method: pick('', 'GET', 'POST'),
    uri: text,
    userAgent: pick('', 'sqlmap'),
    headers: list(text),
    body: text,
    status: pick(0, 100, 200, 404, 503),
  }),
  kind('login', {
    ...ends,
    protocol: pick('FTP', 'SSH'),
    user: text,
    isSuccess: flag,
    guess: number,
    isInferred: flag,
  }),
  kind('community', { ...ends, guess: number, isAnswer: flag }),
  kind('cleartext', { ...ends, protocol: pick('FTP', 'HTTP'), user: text }),
  kind('tls', {
    ...ends,
    step: pick('hello', 'certificate', 'heartbeat'),
    serverName: text,
    version: pick(0, 769, 772),
    suite: number,
    notBefore: pick(0, START),
    notAfter: pick(0, START),
    overreach: number,
  }),
  kind('suspect', {
    ...ends,
    what: pick(
      'same-ends',
      'ntp-monlist',
      'zero-credential',
      'eternalblue',
      'doublepulsar',
      'doublepulsar-answer',
      'mining',
    ),
  }),
  kind('bridge', {
    ...seen,
    root: pick('00000/a', '32768/b', '32768/c'),
    bridge: pick('00000/a', '32768/b'),
    vlan: pick(0, 1),
    mac: text,
  }),
  kind('ticket', { ...ends, user: text, service: text, encryption: pick(17, 18, 23) }),
  kind('query', { ...seen, peer: text }),
  kind('unusual', {
    ...seen,
    who: address,
    subject: pick('host', 'peer'),
    score: fc.integer({ min: 12, max: 50 }),
    limit: number,
    causes: list(fc.record({ feature: text, share: number })),
  }),
  kind('join', { ...seen, address, isSuccess: flag }),
  kind('refused', { ...seen, address, by: text }),
);

describe('events in any order', () => {
  it('make findings, and no error', () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 300, size: 'max' }), (events) => {
        for (const finding of findingsOf(events)) {
          assert.match(finding.summary, /\S/);
          assert.doesNotMatch(`${finding.source} ${finding.target} ${finding.summary}`, /undefined|NaN/);
          assert.ok(
            finding.start <= finding.end && finding.confidence >= 0 && finding.confidence <= 1,
            finding.id,
          );
        }
      }),
      { numRuns: 100 },
    );
  });

  it('a web attack and a "response" from the client itself are one attempt', () => {
    const attack = http('request', 0, { uri: "/?a=1' union select 1" });
    const forged = http('response', 1, {
      ...{ client: '10.0.0.2', clientPort: 80, server: '10.0.0.1', serverPort: 40_000 },
      status: 404,
    });
    assert.deepEqual(
      findingsOf([attack, forged]).map(({ rule, severity, count }) => [rule, severity, count]),
      [['web-attack', 'medium', 1]],
    );
    // The server's own answer still raises it.
    assert.equal(findingsOf([attack, forged, http('response', 2, { status: 200 })])[0]?.severity, 'high');
  });

  it('two web attacks a connection, on more connections than are remembered, are answered without an error', () => {
    const engine = new RuleEngine();
    const on = (stream: number) => ({ stream, client: `10.1.${stream >> 8}.${stream & 255}` });
    for (let i = 0; i < 5100; i++) {
      engine.see(http('request', 0, { ...on(i), uri: "/?a=1' union select 1" }));
      engine.see(http('request', 0, { ...on(i), uri: '/?a=../../../../etc/passwd' }));
      if (i >= 5050) engine.see(http('response', 0, on(i - 5050)));
    }
    assert.ok(engine.findings.list().some(({ severity }) => severity === 'high'));
  });
});
