// The parts of an emulation: addresses, churn, shaped links, charts.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Dialled, Link, LinkEvents, Transport } from '@eyrie/mesh';
import { SeededRandom } from '@eyrie/mesh/virtual';
import { Churn } from '../src/emulate/churn.ts';
import { shapersFor } from '../src/emulate/namespaces.ts';
import { HOSTS_MAX, makerOf, planNetwork } from '../src/emulate/plan.ts';
import { ShapedTransport } from '../src/hosting/shaped.ts';
import { plotSvg } from '../src/plot.ts';
import { quantilesOf } from '../src/quantiles.ts';

test('a planned network has one address for each host, in the subnet of its branch', () => {
  const plan = planNetwork(4711, HOSTS_MAX);
  assert.equal(new Set(plan.hosts.map(({ address }) => address)).size, HOSTS_MAX);
  for (const { address, branch } of plan.hosts) {
    const { subnet, gateway } = plan.branches[branch]!;
    assert.equal(address.split('.').slice(0, 3).join('.'), subnet.split('.').slice(0, 3).join('.'));
    assert.notEqual(address, gateway);
  }
  const names = [plan.core, ...plan.branches, ...plan.hosts].map((each) =>
    typeof each === 'string' ? each : each.namespace,
  );
  assert.equal(new Set(names).size, names.length);
  assert.deepEqual([...new Set(names.map(makerOf))], [4711]);
});

test('only namespaces that an emulation made are recognized', () => {
  for (const name of [
    'h1',
    'eyrie-lab-12',
    'eyrie-lab-x-h1',
    'eyrie-lab-12-h1x',
    'docker',
    'my-eyrie-lab-1-h1',
  ])
    assert.equal(makerOf(name), null, name);
});

test('without delay and loss nothing shapes traffic; on loopback the links do', () => {
  assert.deepEqual(shapersFor({ delayMs: 0, lossRate: 0 }, false), { delay: 'none', loss: 'none' });
  assert.deepEqual(shapersFor({ delayMs: 5, lossRate: 0 }, false), { delay: 'links', loss: 'none' });
  assert.deepEqual(shapersFor({ delayMs: 0, lossRate: 0.1 }, false), { delay: 'none', loss: 'links' });
});

test('churn depends on the seed; no peer departs again before it is back, and the first never departs', () => {
  const run = () => {
    const churn = new Churn(new SeededRandom(3), 10, 0.5);
    const departures = [];
    for (;;) {
      const departure = churn.depart();
      if (departure === null) return departures;
      departures.push({ ...departure, waitMs: churn.waitMs() });
    }
  };
  const first = run();
  assert.deepEqual(first, run());
  assert.deepEqual(first.map(({ peer }) => peer).sort(), [1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

test('churn of 10 % a minute among 1,000 peers is a departure each 0.6 s', () => {
  const churn = new Churn(new SeededRandom(5), 1000, 0.1);
  const waits = Array.from({ length: 4000 }, () => churn.waitMs());
  assert.ok(Math.abs(quantilesOf(waits).mean - 600) < 40, String(quantilesOf(waits).mean));
});

test('quantiles are measured values', () => {
  assert.deepEqual(quantilesOf([3, 1, 2]), { count: 3, mean: 2, p50: 2, p90: 3, p95: 3, p99: 3, max: 3 });
  assert.equal(quantilesOf([]).count, 0);
});

/** A transport to itself: what a link sends arrives there. */
class Echo implements Transport {
  readonly arrived: string[] = [];
  isClosed = false;
  dial(_address: string, done: Dialled): void {
    let events: LinkEvents | null = null;
    const link: Link = {
      shown: { certificate: null, address: 'echo' },
      isDialler: true,
      sentBytes: 0,
      waitingBytes: 0,
      start: (given) => {
        events = given;
      },
      send: (...parts) => void this.arrived.push(Buffer.concat(parts).toString()),
      close: () => {
        this.isClosed = true;
        events?.onClose('closed');
      },
      destroy: () => {},
    };
    done(null, link);
  }
  listen = async () => [];
  setCredentials(): void {}
  async close(): Promise<void> {}
}

const dialled = (transport: Transport) =>
  new Promise<Link>((resolve) => transport.dial('echo', (_error, link) => resolve(link!)));

test('a shaped link keeps the order of delayed data, and closes after it', async () => {
  const random = new SeededRandom(1);
  const echo = new Echo();
  const shape = { delayMs: 1, lossRate: 0.01, fraction: () => random.fraction() };
  const link = await dialled(new ShapedTransport(echo, shape));
  const drained = new Promise<void>((resolve) =>
    link.start({ onBytes: () => {}, onDrain: () => {}, onClose: () => resolve() }),
  );
  const sent = Array.from({ length: 20 }, (_, i) => String(i));
  for (const each of sent) link.send(Buffer.from(each));
  assert.equal(link.waitingBytes, sent.join('').length);
  link.close();
  assert.equal(echo.isClosed, false);
  // The timers of links do not keep a process alive.
  const alive = setInterval(() => {}, 1_000);
  await drained;
  clearInterval(alive);
  assert.deepEqual(echo.arrived, sent);
  assert.equal(link.waitingBytes, 0);
});

test('a silent transport sends nothing and closes nothing', async () => {
  const echo = new Echo();
  const transport = new ShapedTransport(echo, { delayMs: 0, lossRate: 0, fraction: () => 0 });
  const link = await dialled(transport);
  link.start({ onBytes: () => {}, onDrain: () => {}, onClose: () => {} });
  link.send(Buffer.from('before'));
  transport.silence();
  link.send(Buffer.from('after'));
  link.close();
  assert.deepEqual(echo.arrived, ['before']);
  assert.equal(echo.isClosed, false);
});

test('a chart has gaps for missing values, and escapes its texts', () => {
  const svg = plotSvg(
    'a < b',
    '',
    [0, 1, 2, 3],
    [{ title: 'x', series: [{ name: 'y', values: [1, null, 2, 3] }], format: String }],
  );
  assert.match(svg, /a &lt; b/);
  assert.equal(svg.match(/<path d="([^"]+)"/)![1]!.match(/M/g)!.length, 2);
});
