// What happened outside of a rule's window neither hides an attack nor makes one of what is ordinary.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type DetectEvent, Findings } from '@eyrie/detect';
import fc from 'fast-check';
import { RULES } from '../src/rules/index.ts';
import { Lately } from '../src/rules/recent.ts';
import { attempt, findingsOf, http, icmp, login, rulesOf, times } from './support.ts';

const HOUR_S = 3600;
const DAY_S = 24 * HOUR_S;

describe('windows of the rules', () => {
  it('a login long after guessing is not what the guessing achieved', () => {
    const guessed = times(10, (i) => login(false, i));
    const later = times(5, (i) => login(true, (i + 1) * 2 * HOUR_S));
    const live = { quietS: HOUR_S };
    assert.deepEqual(
      findingsOf([...guessed, ...later], live).map(({ severity, count }) => [severity, count]),
      [['high', 1]],
    );
  });

  it('a user who mistypes once before the guessing did not let it in', () => {
    const events = [login(false, 0), login(true, 5), ...times(10, (i) => login(false, 60 + i))];
    assert.deepEqual(
      findingsOf(events).map(({ severity, summary }) => [severity, /succeeded/.test(summary)]),
      [['high', false]],
    );
  });

  it('a finding says within which time it counted, and shows packets of it', () => {
    const stale = times(12, (i) => login(false, i * HOUR_S));
    const guessing = times(10, (i) => login(false, 2 * DAY_S + i));
    const [finding] = findingsOf([...stale, ...guessing]);
    assert.match(finding?.summary ?? '', /failed 10 times .* within 9 s$/);
    const first = guessing[0]!.kind === 'login' ? guessing[0].frame : 0;
    assert.equal(finding?.evidence.frames[0], first);
  });

  it('a finding shows the first packet of what it counted, though that was tried again', () => {
    const tries = times(22, (i) => attempt('refused', i / 10, { stream: i, serverPort: Math.max(1, i) }));
    const [finding] = findingsOf(tries);
    assert.deepEqual(finding?.evidence.streams.slice(0, 2), [0, 2]);
  });

  it('successes of other days do not hide password spraying', () => {
    const used = times(50, (i) => login(true, i * 60, { server: '10.0.2.1', protocol: 'SMB' }));
    const spray = times(12, (i) => login(false, DAY_S + i, { server: `10.0.1.${i}`, protocol: 'SMB' }));
    assert.deepEqual(rulesOf([...used, ...spray]), ['password-spraying']);
  });

  it('connections of other days do not hide a port scan, an address scan or a slow one', () => {
    const used = (server: (i: number) => string, serverPort: (i: number) => number) =>
      times(100, (i) =>
        attempt('completed', i * 10, { stream: i, server: server(i), serverPort: serverPort(i) }),
      );
    const ports = times(60, (i) =>
      attempt('refused', DAY_S + i, { stream: 200 + i, server: '10.0.0.2', serverPort: 2000 + i }),
    );
    assert.deepEqual(
      rulesOf([
        ...used(
          () => '10.0.0.2',
          (i) => 5000 + i,
        ),
        ...ports,
      ]),
      ['port-scan'],
    );
    const hosts = (everyS: number) =>
      times(40, (i) =>
        attempt('refused', DAY_S + i * everyS, { stream: 200 + i, server: `10.0.9.${i}`, serverPort: 445 }),
      );
    const shares = used(
      (i) => `10.0.8.${i}`,
      () => 445,
    );
    assert.deepEqual(rulesOf([...shares, ...hosts(1)]), ['address-scan']);
    assert.deepEqual(rulesOf([...shares, ...hosts(120)]), ['slow-scan']);
  });

  it('pages of other hours do not hide a web scan', () => {
    const page = (at: number, uri: string, status: number): DetectEvent[] => [
      http('request', at, { uri }),
      http('response', at, { status }),
    ];
    const read = times(2000, (i) => page(i, `/page/${i % 50}`, 200));
    const scanned = times(60, (i) => page(DAY_S + i, `/guess/${i}`, 404));
    assert.deepEqual(rulesOf([...read, ...scanned]), ['web-scan']);
    // While it reads as usual, some dead links are none.
    const dead = times(60, (i) => page(2000 + i, `/dead/${i}`, 404));
    assert.deepEqual(rulesOf([...read, ...dead]), []);
  });

  it('a ping to the gateway every second does not hide a quick ping sweep', () => {
    const gateway = times(200, (i) => icmp('echo', i, { destination: '10.0.0.254', sequence: i }));
    const swept = times(80, (i) => {
      const destination = `10.0.3.${i}`;
      return [
        icmp('echo', 200 + i / 20, { destination }),
        icmp('reply', 200 + i / 20, { source: destination, destination: '10.0.0.1' }),
      ];
    });
    assert.deepEqual(rulesOf([...gateway, ...swept], ['low']), ['host-sweep']);
  });

  it('monitoring of more hosts than the rule remembers, all of which answer, is no sweep', () => {
    const round = (at: number) =>
      times(6000, (i) => {
        const destination = `10.1.${i >> 8}.${i & 255}`;
        return [
          icmp('echo', at + i / 10, { destination }),
          icmp('reply', at + i / 10, { source: destination, destination: '10.0.0.1' }),
        ];
      });
    assert.deepEqual(rulesOf([...round(0), ...round(600)]), []);
  });
});

describe('the table of findings', () => {
  it('evicts the finding that was not seen for longest, not the oldest one', () => {
    const findings = new Findings();
    const [rule] = RULES;
    const add = (key: string, time: number) =>
      findings.add(rule!, { key, time, source: '', target: '', summary: key, confidence: 1 });
    for (let i = 0; i < 10_000; i++) add(`k${i}`, i);
    add('k0', 10_000);
    add('new', 10_001);
    const kept = new Set(findings.list().map(({ summary }) => summary));
    assert.deepEqual(
      [kept.has('k0'), kept.has('k1'), kept.has('new'), findings.dropped],
      [true, false, true, 1],
    );
  });
});

it('distinct items of late: all of one window are counted, none that is older than two', () => {
  const windowS = 100;
  const seen = fc.array(fc.tuple(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 150 })));
  fc.assert(
    fc.property(seen, (steps) => {
      const lately = new Lately<number>(windowS);
      const at = new Map<number, number>();
      let now = 1_700_000_000;
      for (const [item, after] of steps) {
        now += after;
        lately.add(item, now);
        at.set(item, now);
        const within = (spanS: number) => [...at.values()].filter((time) => now - time < spanS).length;
        assert.ok(lately.sizeAt(now) >= within(windowS), 'one of this window is missing');
        assert.ok(lately.size <= within(2 * windowS), 'an old one is counted');
      }
    }),
  );
});
