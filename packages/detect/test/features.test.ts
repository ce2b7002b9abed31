import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  Baseline,
  type FlowRecord,
  HOST_FEATURES,
  type HostRow,
  HostWindows,
  PEER_FEATURES,
  PeerRows,
  type PeerSample,
  randomFrom,
} from '@eyrie/detect';
import { findingsOf, START, times } from './support.ts';

const NAMES = ['queries', 'bytes', 'latency'];

/** A peer as it usually is, and one that floods. */
function source(seed: number) {
  const random = randomFrom(seed);
  return {
    usual: () => Float64Array.of(1 + random.normal() / 5, 8 + random.normal(), 3 + random.normal() / 3),
    attack: () => Float64Array.of(5 + random.normal() / 5, 8 + random.normal(), 6 + random.normal() / 3),
  };
}

describe('a baseline', () => {
  it('during training: reports learning, and finds nothing anomalous', () => {
    const { usual, attack } = source(1);
    const baseline = new Baseline(NAMES, { learnRows: 200 });
    for (let i = 0; i < 200; i++) {
      assert.equal(baseline.isLearning, true);
      assert.deepEqual(baseline.progress, { rows: i, needed: 200 });
      const judged = baseline.see(`p${i % 10}`, i === 150 ? attack() : usual());
      assert.equal(judged.isLearning, true);
      assert.equal(judged.isUnusual, false);
    }
    assert.equal(baseline.isLearning, false);
  });

  it('after training: finds anomalous rows with their causes, with few false positives', () => {
    const { usual, attack } = source(2);
    const baseline = new Baseline(NAMES, { learnRows: 500 });
    for (let i = 0; i < 500; i++) baseline.see(`p${i % 20}`, usual());
    let alarms = 0;
    for (let i = 0; i < 1000; i++) alarms += +baseline.see(`p${i % 20}`, usual()).isUnusual;
    assert.ok(alarms <= 40, `${alarms} of 1000`);
    const judged = baseline.see('p3', attack());
    assert.equal(judged.isUnusual, true);
    assert.ok(['queries', 'latency'].includes(judged.causes[0]!.feature));
  });

  it('with 1 % attackers during training, and attackers after it: is not poisoned', () => {
    const { usual, attack } = source(3);
    const baseline = new Baseline(NAMES, { learnRows: 1000, refitRows: 200 });
    for (let i = 0; i < 1000; i++) baseline.see(`p${i % 50}`, i % 100 === 0 ? attack() : usual());
    let found = 0;
    for (let i = 0; i < 2000; i++) {
      const isAttack = i % 100 === 0;
      found += +(baseline.see(`p${i % 50}`, isAttack ? attack() : usual()).isUnusual && isAttack);
    }
    assert.ok(found >= 19, `${found} of 20`);
  });

  it('with a source that drifts slowly: limits its share of the memory, and detects it', () => {
    const { usual, attack } = source(4);
    const baseline = new Baseline(NAMES, { learnRows: 400, rowsMax: 400, refitRows: 100 });
    for (let i = 0; i < 400; i++) baseline.see(`p${i % 20}`, usual());
    // One source sends ten times as much as all others, each row a little further towards the attack.
    for (let i = 0; i < 2000; i++) {
      const [from, to] = [usual(), attack()];
      const part = (i / 2000) * 0.9;
      baseline.see(
        'creeper',
        from.map((value, k) => value + part * (to[k]! - value)),
      );
      if (i % 10 === 0) baseline.see(`p${i % 20}`, usual());
    }
    assert.equal(baseline.see('p1', attack()).isUnusual, true);
  });

  it('with a slow change of all sources: adapts', () => {
    const random = randomFrom(5);
    const row = (shift: number) => Float64Array.from(NAMES, () => random.normal() + shift);
    const baseline = new Baseline(NAMES, { learnRows: 300, rowsMax: 300, refitRows: 100, adapt: 1 });
    const unusual = (): number =>
      Array.from({ length: 50 }, () => +baseline.see('p0', row(2)).isUnusual).reduce(
        (sum, each) => sum + each,
      );
    for (let i = 0; i < 300; i++) baseline.see(`p${i % 10}`, row(0));
    assert.ok(unusual() > 20);
    for (let i = 0; i < 4000; i++) baseline.see(`p${i % 10}`, row(i / 2000));
    assert.ok(unusual() < 10);
  });

  it('restarts training when most sources change at once, but not when one does', () => {
    const { usual, attack } = source(6);
    const baseline = new Baseline(NAMES, { learnRows: 300 });
    for (let i = 0; i < 300; i++) baseline.see(`p${i % 10}`, usual());
    for (let i = 0; i < 2000; i++) baseline.see(`p${i % 10}`, i % 10 === 4 ? attack() : usual());
    assert.equal(baseline.isLearning, false);
    for (let i = 0; i < 400; i++) baseline.see(`p${i % 10}`, attack());
    assert.equal(baseline.isLearning, true);
  });

  it('throws RangeError for a row with another number of features', () => {
    assert.throws(() => new Baseline(NAMES).see('p', Float64Array.of(1)), /needs 3 features, not 1/);
  });
});

describe('host windows', () => {
  const flow = (start: number, of: Partial<FlowRecord> = {}): FlowRecord => ({
    stream: 1,
    transport: 'tcp',
    client: { address: '10.0.0.1', port: 1 },
    server: { address: '192.0.2.1', port: 443 },
    start,
    end: start + 1,
    toServer: { packets: 5, bytes: 500 },
    toClient: { packets: 5, bytes: 5000 },
    applications: [],
    serverName: null,
    tcp: { state: 'closed' },
    ...of,
  });
  const feature = (row: HostRow, name: (typeof HOST_FEATURES)[number]) =>
    row.row[HOST_FEATURES.indexOf(name)]!;

  it('count hosts, ports, failures, bytes and DNS names', () => {
    const rows: HostRow[] = [];
    const windows = new HostWindows((row) => rows.push(row), { windowS: 60 });
    const base = Math.ceil(START / 60) * 60;
    for (let i = 0; i < 10; i++)
      windows.addFlow(
        flow(base + i, {
          server: { address: `192.0.2.${i}`, port: 22 },
          tcp: { state: i < 5 ? 'refused' : 'closed' },
        }),
      );
    windows.addName('10.0.0.1', 'aaaa', base + 2);
    windows.addFlow(flow(base + 70, { server: { address: '192.0.2.1', port: 22 } }));
    windows.end();
    assert.equal(rows.length, 2);
    const [first, second] = rows as [HostRow, HostRow];
    assert.equal(first.time, base);
    assert.equal(first.row.length, HOST_FEATURES.length);
    assert.ok(Math.abs(feature(first, 'hosts') - Math.log(11)) < 1e-12);
    assert.equal(feature(first, 'failed share'), 0.5);
    assert.equal(feature(first, 'new hosts share'), 1);
    assert.equal(feature(first, 'entropy of names'), 0);
    assert.equal(feature(first, 'regularity of gaps'), 1);
    assert.equal(feature(second, 'new hosts share'), 0);
  });

  it('close in order of time, at most openWindows stay open', () => {
    const closed: number[] = [];
    const windows = new HostWindows(({ time }) => closed.push(time), { windowS: 60, openWindows: 3 });
    const base = Math.ceil(START / 60) * 60;
    for (const minute of [0, 2, 1, 3, 4]) windows.addFlow(flow(base + minute * 60));
    assert.deepEqual(closed, [base, base + 60]);
    windows.end();
    assert.equal(closed.length, 5);
  });
});

describe('peer rows', () => {
  const sample = (of: Partial<PeerSample> = {}): PeerSample => ({
    intervalS: 10,
    cpuShare: 0.1,
    bytesIn: 1000,
    bytesOut: 2000,
    queries: 5,
    messages: { ping: 90, query: 10 },
    latencyMs: 2,
    ...of,
  });

  it('hold values and their changes: 0 in the first row, the difference in later ones', () => {
    const rows = new PeerRows();
    const at = (name: (typeof PEER_FEATURES)[number]) => PEER_FEATURES.indexOf(name);
    const first = rows.row('a', sample());
    assert.equal(first.length, PEER_FEATURES.length);
    assert.equal(first[at('change of queries')], 0);
    assert.equal(first[at('shift of the message mix')], 0);
    for (let i = 0; i < 50; i++) rows.row('a', sample());
    const flood = rows.row('a', sample({ queries: 1500, messages: { query: 100 } }));
    assert.ok(Math.abs(flood[at('change of queries')]! - (Math.log1p(150) - Math.log1p(0.5))) < 0.01);
    assert.ok(Math.abs(flood[at('shift of the message mix')]! - 0.9) < 0.01);
  });
});

describe('unusual behaviour', () => {
  const event = (after: number) =>
    ({
      kind: 'unusual',
      time: START + after,
      frame: 0,
      who: 'peer-7',
      subject: 'peer',
      score: 9,
      limit: 4,
      causes: [{ feature: 'queries', share: 0.8 }],
    }) as const;

  it('is reported from the third interval on, with its causes', () => {
    assert.deepEqual(findingsOf(times(2, (i) => event(i * 60))), []);
    const [finding] = findingsOf(times(3, (i) => event(i * 60)));
    assert.equal(finding?.rule, 'unusual-behaviour');
    assert.equal(finding.severity, 'medium');
    assert.match(finding.summary, /peer-7 was unusual in 3 intervals, most of all in queries \(80 %\)/);
    assert.deepEqual(findingsOf(times(3, (i) => event(i * 3600))), []);
  });
});
