// What deploy/ asks of /metrics is there: names and labels, of an analyzer that captures and loses packets.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { openStore, type Store } from '@eyrie/store';
import type { Intake } from '../../src/analyzer/index.ts';
import { type Analyzer, startAnalyzer } from './support.ts';

const deploy = join(import.meta.dirname, '../../../../deploy');
const never = () => Promise.reject(new Error('not asked for here'));
const intake: Intake = {
  ...{ importFile: never, interfaces: never, startLive: never, stop: async () => false, running: () => [] },
  counters: () => ({ packets: 0, bytes: 0, drops: 0, protocols: {} }),
  sessionFolder: () => null,
  queues: () => [{ name: 'store', depth: 3, capacity: 8 }],
  services: () => [],
};

let folder: string;
let store: Store;
let analyzer: Analyzer;
let metrics: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'eyrie-deploy-'));
  store = await openStore(`duckdb:${join(folder, 'a.duckdb')}`);
  const origin = { key: 'live:lo:0:0', kind: 'live' as const, name: 'lo', file: null, hash: null };
  const drops = [{ where: 'kernel' as const, packets: 7, time: 1 }];
  const rows = { packets: null, flows: [], names: [], findings: [], drops };
  await store.write({ source: origin.key, sequence: 0, origin, ...rows });
  analyzer = await startAnalyzer(store, { intake });
  await fetch(`${analyzer.address}/status`);
  metrics = await (await fetch(`${analyzer.address}/metrics`)).text();
});
after(async () => {
  await analyzer.close();
  await store.close();
  await rm(folder, { recursive: true });
});

/** Names of metrics in PromQL, with the labels that are asked of them. */
function asked(expression: string): { name: string; labels: string[] }[] {
  return [...expression.matchAll(/\b((?:eyrie|process)_\w+)(?:\{([^}]*)\})?/g)].map(
    ([, name, labels = '']) => ({
      name: name!,
      labels: [...labels.matchAll(/(\w+)\s*(?:=~|!~|!=|=)/g)].map((match) => match[1]!),
    }),
  );
}

/** Prometheus adds these itself. */
const ADDED = new Set(['job', 'instance']);

function assertGiven(expressions: readonly string[]): void {
  let count = 0;
  for (const { name, labels } of expressions.flatMap(asked)) {
    const line = new RegExp(`^${name}(\\{.*\\})? `, 'm').exec(metrics);
    assert.ok(line !== null, `/metrics has no ${name}`);
    for (const label of labels.filter((each) => !ADDED.has(each)))
      assert.match(line[0], new RegExp(`\\b${label}="`), `${name} has no label ${label}`);
    count++;
  }
  assert.ok(count > 0);
}

test('the Grafana dashboard asks for metrics that are given, and its places do not overlap', () => {
  const { panels } = JSON.parse(readFileSync(join(deploy, 'grafana/eyrie.json'), 'utf8'));
  for (const { targets } of panels) assertGiven(targets.map(({ expr }: { expr: string }) => expr));
  const cells = panels.flatMap(({ gridPos: { x, y, w, h } }: { gridPos: Record<string, number> }) =>
    Array.from({ length: w! * h! }, (_, i) => `${x! + (i % w!)} ${y! + Math.floor(i / w!)}`),
  );
  assert.equal(new Set(cells).size, cells.length);
});

test('the alerts ask for metrics that are given', () => {
  const text = readFileSync(join(deploy, 'prometheus/eyrie-alerts.yml'), 'utf8');
  const expressions = [...text.matchAll(/^ +expr: (.*)$/gm)].map((match) => match[1]!);
  assertGiven(expressions.filter((each) => !each.startsWith('up{')));
});
