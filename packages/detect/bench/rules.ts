/**
 * CPU time of the rules per connection, where every connection is of another pair of hosts than the one before: the worst
 * case for their tables.
 *
 *   node packages/detect/bench/rules.ts [--rounds N]
 */
import { parseArgs } from 'node:util';
import { type DetectEvent, RuleEngine } from '@eyrie/detect';

type ConnectionEvent = Extract<DetectEvent, { kind: 'connection' }>;

const CONNECTIONS = 200_000;
const SERVERS = 20;
const PORTS = [443, 80, 22, 8443, 5432];

/** Outcomes of ten: nine connections are completed, as in ordinary traffic, or all refused, as under a scan. */
const LOADS: Readonly<Record<string, { clients: number; failed: number }>> = {
  'few hosts': { clients: 50, failed: 1 },
  'many hosts': { clients: 5_000, failed: 1 },
  'more hosts than a table holds': { clients: 100_000, failed: 1 },
  'many hosts, all refused': { clients: 5_000, failed: 10 },
};

function* connections(clients: number, failed: number): Generator<ConnectionEvent> {
  for (let i = 0; i < CONNECTIONS; i++) {
    const of = {
      kind: 'connection',
      time: 1_700_000_000 + i / 1000,
      frame: i + 1,
      stream: i,
      client: `10.1.${(i % clients) >> 8}.${(i % clients) & 255}`,
      clientPort: 1024 + (i % 60_000),
      server: `10.0.0.${(i * 7) % SERVERS}`,
      serverPort: PORTS[(i * 3) % PORTS.length]!,
    } as const;
    yield { ...of, step: 'asked' };
    if (i % 10 < failed) yield { ...of, step: 'refused' };
    else {
      yield { ...of, step: 'answered' };
      yield { ...of, step: 'completed' };
    }
  }
}

function microsOf(events: readonly ConnectionEvent[]): number {
  const engine = new RuleEngine();
  const before = process.cpuUsage();
  for (const event of events) engine.see(event);
  engine.end();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / CONNECTIONS;
}

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '5' } } });
for (const [name, { clients, failed }] of Object.entries(LOADS)) {
  const events = [...connections(clients, failed)];
  const taken = Array.from({ length: Number(values.rounds) }, () => microsOf(events)).sort((a, b) => a - b);
  console.log(`${name.padEnd(32)} ${taken[taken.length >> 1]!.toFixed(2)} µs a connection`);
}
