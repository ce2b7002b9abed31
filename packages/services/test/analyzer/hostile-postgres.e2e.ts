// Routes that change something, over PostgreSQL: whatever is sent, and whatever happens at once, is answered with a stable code.
import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { LIVE_DEFAULTS, RING_DEFAULTS } from '@eyrie/capture';
import { openStore, type Store } from '@eyrie/store';
import fc from 'fast-check';
import { sharedPostgres } from '../../../store/test/shared-postgres.ts';
import { ERROR_STATUS } from '../../src/analyzer/errors.ts';
import { silentLog } from '../../src/log/index.ts';
import { PipelineIntake } from '../../src/pipeline/index.ts';
import { type Analyzer, type Answer, OFFICE, startAnalyzer } from './support.ts';

let ringFolder: string;
let store: Store;
let intake: PipelineIntake;
let analyzer: Analyzer;
before(async () => {
  ringFolder = await mkdtemp(join(tmpdir(), 'eyrie-rings-'));
  store = await openStore(await (await sharedPostgres()).make());
  intake = new PipelineIntake({
    ...{ store, log: silentLog, ring: RING_DEFAULTS, live: LIVE_DEFAULTS, rules: false },
    ringFolder,
  });
  analyzer = await startAnalyzer(store, { intake, uploadBytesMax: 4 << 20 });
});
after(async () => {
  await intake?.close();
  await analyzer?.close();
  await store?.close();
  await rm(ringFolder, { recursive: true, force: true });
});

/** One of the API's errors, in one line, whose cause is the client's. */
function assertRefused({ status, body }: Answer, what: string): void {
  const { code, message } = body.error ?? {};
  assert.equal(status, ERROR_STATUS[code as keyof typeof ERROR_STATUS], `${what}: ${status} ${code}`);
  assert.ok(status < 500 || code === 'no_capture_tool', `${what}: ${status} ${message}`);
  assert.doesNotMatch(message, /\n|SELECT|node_modules|\.ts:/);
}

const TYPES = ['application/json', 'application/octet-stream', 'application/gzip', 'text/plain', ''];
const odd = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom(
    '\0',
    '\ud800',
    '../../etc/passwd',
    '9'.repeat(40),
    '-1',
    '1e3',
    '0x1',
    'NaN',
    '💥'.repeat(200),
  ),
);
/** Percent-encoded as it may come: also what is no UTF-8. */
const inPath = odd
  .map((text) => encodeURIComponent(text.toWellFormed()))
  .chain((text) => fc.constantFrom(text, `${text}%ff`, text.replaceAll('%', '%25'), '%c0%af'));
const id = fc.oneof(inPath, fc.integer({ min: 1_000_000 }).map(String), fc.constant('9223372036854775808'));
const route = fc.oneof(
  id.map((id) => ['DELETE', `/captures/${id}`] as const),
  id.map((id) => ['POST', `/captures/${id}/stop`] as const),
  fc.tuple(inPath, inPath).map(([name, again]) => ['POST', `/captures?name=${name}&again=${again}`] as const),
  inPath.map((name) => ['POST', `/captures?name=${name}`] as const),
  fc.constant(['POST', '/captures/live'] as const),
);
const live = fc.record(
  {
    interface: fc.oneof(odd, fc.jsonValue()),
    filter: fc.oneof(odd, fc.jsonValue()),
    snap_length: fc.jsonValue(),
  },
  { requiredKeys: [] },
);
const body = fc.oneof(
  fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
  live.map((value) => Buffer.from(JSON.stringify(value))),
  fc.jsonValue().map((value) => Buffer.from(JSON.stringify(value))),
  fc.constant(Buffer.alloc(5 << 20)),
);

test('whatever is sent to a route that changes something is refused with a code of the API, and leaves nothing', async () => {
  await fc.assert(
    fc.asyncProperty(route, fc.constantFrom(...TYPES), body, async ([method, path], type, bytes) => {
      const init = { method, headers: type === '' ? {} : { 'content-type': type } };
      // A body that is refused may be cut off before it is sent.
      const answer = await analyzer
        .get(path, method === 'DELETE' ? init : { ...init, body: bytes })
        .catch((error) => ({ error }));
      if ('error' in answer) assert.ok(bytes.length > 1 << 20, String(answer.error.cause ?? answer.error));
      else assertRefused(answer, `${method} ${path} ${type}`);
    }),
    { numRuns: 150 },
  );
  assert.deepEqual((await analyzer.get('/captures')).body.items, []);
  assert.deepEqual(await readdir(analyzer.folder), []);
});

test('uploads and deletions of one file, all at once: each has its answer, and what is left is whole or gone', async () => {
  const bytes = await readFile(OFFICE);
  const upload = (i: number) =>
    analyzer.get(`/captures?name=${i}.pcapng`, {
      method: 'POST',
      body: bytes,
      headers: { 'content-type': 'application/octet-stream' },
    });
  for (let round = 0; round < 3; round++) {
    const answers = await Promise.all(
      Array.from({ length: 12 }, async (_, i) => {
        if (i % 3 !== 2) return upload(i);
        const [newest] = (await analyzer.get('/captures')).body.items;
        return analyzer.get(`/captures/${newest?.id ?? 1}`, { method: 'DELETE' });
      }),
    );
    for (const [i, answer] of answers.entries())
      if (answer.status !== 200) assertRefused(answer, `${round}.${i}`);
  }
  const { body: last } = await upload(99);
  for (;;) {
    const { body } = await analyzer.get(`/captures/${last.capture.id}`);
    if (body.state !== 'running') break;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  for (const { id, packets } of (await analyzer.get('/captures')).body.items) {
    const counted = (await analyzer.get(`/protocol_summary?capture=${id}&q=frame`)).body.packets;
    assert.equal(counted, packets);
    if (id === last.capture.id) assert.equal(packets, 5125);
    await analyzer.get(`/captures/${id}`, { method: 'DELETE' });
  }
  assert.equal((await analyzer.get('/protocol_summary')).body.packets, 0);
});
