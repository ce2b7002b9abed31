// Many clients at once, while captures come in and go: what is answered otherwise than 200, and how memory grows.
import { mkdtemp, rm } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LIVE_DEFAULTS, RING_DEFAULTS } from '@eyrie/capture';
import { openStore } from '@eyrie/store';
import { argumentsOf, positive } from '../../../scripts/bench/arguments.ts';
import { buildAnalyzer } from '../src/analyzer/index.ts';
import { silentLog } from '../src/log/index.ts';
import { PipelineIntake } from '../src/pipeline/index.ts';

const CAPTURES_KEPT = 3;
const REPORT_MS = 10_000;

const HELP = `Measures many clients at once while captures come and go: answers other than 200, and memory.

  node packages/services/bench/load.ts CAPTURE [SECONDS] [CLIENTS] [STORE]

  CAPTURE   imported again and again, the oldest import deleted; meanwhile clients ask all routes in turn
  SECONDS   how long (120)
  CLIENTS   at once (16)
  STORE     its URL (a new DuckDB file in TMPDIR)

Example: node packages/services/bench/load.ts samples/office-hour.pcapng 30
`;

const { positionals } = argumentsOf(HELP, {}, [1, 4]);
const [path = '', secondsText = '120', clientsText = '16', storeUrl] = positionals;
const seconds = positive('SECONDS', secondsText);
const clients = positive('CLIENTS', clientsText);
const folder = await mkdtemp(join(tmpdir(), 'eyrie-bench-load-'));
const store = await openStore(storeUrl ?? `duckdb:${join(folder, 'packets.duckdb')}`);
const intake = new PipelineIntake({
  ...{ store, log: silentLog, ring: RING_DEFAULTS, live: LIVE_DEFAULTS, rules: false },
  ringFolder: folder,
});
const app = await buildAnalyzer({
  ...{ store, intake, folder, page: null, log: silentLog },
  access: { token: null, hosts: [] },
});
const address = await app.listen({ host: '127.0.0.1', port: 0 });
const agent = new Agent({ keepAlive: true });
const endMs = performance.now() + seconds * 1000;
const answers = new Map<string, number>();
const slowestMs = new Map<string, number>();

const FILTERS = ['dns', 'tcp.port == 443', 'http.request', 'ip.addr == 10.0.0.1', 'tcp.analysis.flags'];
const ROUTES: readonly ((n: number) => string)[] = [
  () => '/protocol_summary',
  () => '/packets?order=desc',
  (n) => `/packets?q=${encodeURIComponent(FILTERS[n % FILTERS.length]!)}`,
  (n) => `/packets?sort=${['length', 'src', 'protocol', 'time'][n % 4]}&order=desc`,
  (n) => `/packets/${1 + ((n * 7919) % 400_000)}`,
  () => '/hierarchy',
  (n) => `/timeline?q=${encodeURIComponent(FILTERS[n % FILTERS.length]!)}`,
  () => '/flows?limit=50',
  (n) => `/flows?q=${encodeURIComponent(FILTERS[n % 2]!)}`,
  () => '/endpoints',
  () => '/hosts?limit=10',
  () => '/map?hosts=50',
  () => '/names',
  () => '/findings',
  () => '/captures',
  () => '/status',
  () => '/metrics',
];

/** The status, and the error's code if there is one. */
function ask(route: string): Promise<string> {
  return new Promise((resolve) => {
    const sent = request(`${address}${route}`, { agent }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (part: string) => {
        if (text.length < 1000) text += part;
      });
      answer.on('end', () => {
        const code = /"code":"(\w+)"/.exec(text)?.[1];
        resolve(answer.statusCode === 200 ? '200' : `${answer.statusCode} ${code} ${route.split('?')[0]}`);
      });
    });
    sent.on('error', (error) => resolve(`none: ${error.message}`)).end();
  });
}

async function client(first: number): Promise<void> {
  for (let n = first; performance.now() < endMs; n++) {
    const route = ROUTES[n % ROUTES.length]!(n);
    const begun = performance.now();
    const answer = await ask(route);
    // A packet that is deleted just now is no longer there: that is an answer.
    answers.set(answer, (answers.get(answer) ?? 0) + 1);
    const name = route.split(/[?]|\/\d/)[0]!;
    slowestMs.set(name, Math.max(slowestMs.get(name) ?? 0, performance.now() - begun));
  }
}

async function importing(): Promise<number> {
  const kept: number[] = [];
  let count = 0;
  for (; performance.now() < endMs; count++) {
    const { capture } = await intake.importFile(path!, { again: true });
    kept.push(capture);
    await intake.ended(capture);
    if (kept.length > CAPTURES_KEPT) await store.deleteCapture(kept.shift()!);
  }
  return count;
}

const report = setInterval(() => {
  const { rss, heapUsed, arrayBuffers } = process.memoryUsage();
  const mega = (bytes: number): string => `${Math.round(bytes / 1e6)} MB`;
  console.log(`resident ${mega(rss)}, heap ${mega(heapUsed)}, buffers ${mega(arrayBuffers)}`);
}, REPORT_MS);
try {
  const asking = Array.from({ length: clients }, (_, i) => client(i * 5));
  const [imports] = await Promise.all([importing(), ...asking]);
  console.log(`${imports} imports; answers: ${JSON.stringify(Object.fromEntries(answers))}`);
  console.log(`slowest, ms: ${[...slowestMs].map(([name, ms]) => `${name} ${Math.round(ms)}`).join(', ')}`);
} finally {
  clearInterval(report);
  agent.destroy();
  await intake.close();
  await app.close();
  await store.close();
  await rm(folder, { recursive: true, force: true });
}
