// Capture, parser and persistor joined by HTTP: all packets once, whoever is restarted when; bad input refused in one line.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, describe, it } from 'node:test';
import type { CaptureOrigin } from '@eyrie/store';
import type { Encoding } from '../src/bus/encoding.ts';
import { captureFile } from '../src/capture/index.ts';
import { silentLog } from '../src/log/index.ts';
import { type ParserServer, startParserServer } from '../src/parser/index.ts';
import { type PersistorServer, startPersistor } from '../src/persistor/index.ts';
import { runFile } from '../src/pipeline/index.ts';
import { counts, MemoryStore, sums } from './support/memory-store.ts';

const SAMPLE = join(import.meta.dirname, '../../../samples/office-hour.pcapng');
const PACKETS = 5125;
const log = silentLog;

class Services {
  readonly memory = new MemoryStore();
  persistor!: PersistorServer;
  parser!: ParserServer;
  persistorPort = 0;
  parserPort = 0;
  readonly encoding: Encoding;

  constructor(encoding: Encoding = 'none') {
    this.encoding = encoding;
  }

  async start(): Promise<void> {
    await this.startPersistor();
    await this.startParser();
  }

  async startPersistor(): Promise<void> {
    this.persistor = await startPersistor({
      store: this.memory.store,
      ...{ log, host: '127.0.0.1', port: this.persistorPort },
    });
    this.persistorPort = Number(new URL(this.persistor.url).port);
  }

  async startParser(): Promise<void> {
    this.parser = await startParserServer({
      ...{ log, host: '127.0.0.1', port: this.parserPort, encoding: this.encoding },
      persistor: `http://127.0.0.1:${this.persistorPort}`,
    });
    this.parserPort = Number(new URL(this.parser.url).port);
  }

  async stop(): Promise<void> {
    await this.parser.close();
    await this.persistor.close();
  }

  capture(path = SAMPLE, signal = new AbortController().signal) {
    const options = { parser: `http://127.0.0.1:${this.parserPort}`, encoding: this.encoding, log, signal };
    return captureFile(path, {}, { ...options, batchPackets: 200, graceMs: 2000 });
  }

  get kept() {
    return [...this.memory.kept.values()][0]!;
  }
}

const running: Services[] = [];
async function services(encoding?: Encoding): Promise<Services> {
  const made = new Services(encoding);
  running.push(made);
  await made.start();
  return made;
}

afterEach(async () => {
  for (const each of running.splice(0)) await each.stop();
});

const folder = mkdtempSync(join(tmpdir(), 'eyrie-services-'));
after(() => rmSync(folder, { recursive: true }));

/** What one process makes of the sample: the services must come to the same. */
const reference = new MemoryStore();
const run = await runFile(SAMPLE, {}, { store: reference.store, log });
await run.finished();
const expected = [...reference.kept.values()][0]!;

function assertWhole({ kept, memory }: Services): void {
  assert.deepEqual(kept.numbers, expected.numbers);
  assert.deepEqual(kept.offsets, expected.offsets);
  assert.deepEqual(kept.streams, expected.streams);
  assert.deepEqual(sums(kept.flows), sums(expected.flows));
  assert.equal(memory.rows[0]!.ended, 1);
}

describe('capture, parser and persistor over HTTP', () => {
  for (const encoding of ['none', 'zstd', 'gzip'] as const) {
    it(`store every packet once, bodies ${encoding}`, async () => {
      const all = await services(encoding);
      const sent = await all.capture();
      assert.deepEqual(sent, {
        packets: expected.numbers.length,
        refused: 0,
        wasStored: false,
        problem: null,
      });
      assertWhole(all);
      assert.deepEqual(await all.capture(), { packets: 0, refused: 0, wasStored: true, problem: null });
    });
  }

  it('the sample has as many packets as is believed here', () =>
    assert.equal(expected.numbers.length, PACKETS));

  it('a parser that is restarted gets the packets again, and stores none twice', async () => {
    const all = await services();
    let restarted: Promise<void> | null = null;
    all.memory.onWrite = ({ sequence }) => {
      if (sequence > 1500 && restarted === null) restarted = all.parser.close().then(() => all.startParser());
    };
    await all.capture();
    await restarted;
    assertWhole(all);
  });

  it('a persistor that is restarted loses nothing', async () => {
    const all = await services();
    let restarted: Promise<void> | null = null;
    all.memory.onWrite = ({ sequence }) => {
      if (sequence > 1500 && restarted === null)
        restarted = all.persistor.close().then(() => all.startPersistor());
    };
    await all.capture();
    await restarted;
    assertWhole(all);
  });

  it('a capture that is stopped and started again goes on where it was', async () => {
    const all = await services();
    for (const stopAt of [600, 2400]) {
      const stop = new AbortController();
      all.memory.onWrite = ({ sequence }) => sequence > stopAt && stop.abort();
      const { packets } = await all.capture(SAMPLE, stop.signal);
      assert.ok(packets < PACKETS);
      assert.equal(all.memory.rows[0]!.ended, null);
    }
    all.memory.onWrite = () => {};
    await all.capture();
    assertWhole(all);
  });

  it('go on with a file whose import was broken off, with the conversations that it held back', async () => {
    const all = await services();
    const { store } = all.memory;
    let batches = 0;
    const onProgress = (): void => {
      if (++batches === 3) imported.abandon();
    };
    all.memory.onWrite = () => {
      // As if the process had been killed.
      if (batches === 3) all.memory.failAfter = 0;
    };
    const imported = await runFile(SAMPLE, {}, { store, log, batchPackets: 300, batchesMax: 1, onProgress });
    await assert.rejects(imported.finished());
    const { nextSequence, reported } = all.memory.rows[0]!;
    assert.deepEqual({ nextSequence, reported }, { nextSequence: 900, reported: 0 });
    all.memory.failAfter = Infinity;
    all.memory.onWrite = () => {};
    await all.capture();
    assertWhole(all);
    assert.deepEqual(counts(all.kept.names).size, counts(expected.names).size);
    assert.equal(all.memory.rows[0]!.reported, null);
  });

  it('a store that is away is waited for', async () => {
    const all = await services();
    all.memory.failAfter = 5;
    const back = setTimeout(() => {
      all.memory.failAfter = Infinity;
    }, 500);
    await all.capture();
    clearTimeout(back);
    assertWhole(all);
  });

  it('a batch that the store refuses for good holds up nothing, and is counted', async () => {
    const all = await services();
    all.memory.refuses = ({ sequence }) => sequence === 1199;
    const sent = await all.capture();
    assert.deepEqual(sent, { packets: PACKETS - 200, refused: 200, wasStored: false, problem: null });
    assert.deepEqual(
      all.kept.numbers,
      expected.numbers.filter((number) => number <= 1000 || number > 1200),
    );
    const { drops, ended, problem } = all.memory.rows[0]!;
    assert.deepEqual(
      { drops, ended, problem },
      { drops: 200, ended: 1, problem: 'the store refused 200 packets' },
    );
    const health = (await (await fetch(`${all.parser.url}/healthz`)).json()) as { refused: object };
    assert.deepEqual(health.refused, { bodies: 1, packets: 200, notKept: 0, folder: null });
    // All that can be had was had.
    assert.equal((await all.capture()).wasStored, true);
  });

  it('a store that takes nothing, whatever it is given, is waited for', async () => {
    const all = await services();
    all.memory.failAfter = 5;
    all.memory.failWith = 'ERR_STORE_DENIED';
    const back = setTimeout(() => {
      all.memory.failAfter = Infinity;
    }, 500);
    await all.capture();
    clearTimeout(back);
    assertWhole(all);
  });
});

describe('beyond loopback', () => {
  const token = 'a-token-of-some-length';
  const all = { log, host: '0.0.0.0', port: 0 };
  const memory = new MemoryStore();

  it('neither parser nor persistor is there without a token', async () => {
    await assert.rejects(startPersistor({ ...all, store: memory.store }), /^Error: persistor: .*EYRIE_TOKEN/);
    const parser = { ...all, persistor: 'http://127.0.0.1:1' };
    await assert.rejects(startParserServer(parser), /^Error: parser: .*EYRIE_TOKEN/);
    await assert.rejects(startParserServer({ ...parser, token: 'short' }), /12 characters/);
  });

  it('who knows the token brings packets all the way, and nobody else gets in', async () => {
    const persistor = await startPersistor({ ...all, store: memory.store, token });
    const place = (url: string): string => `http://127.0.0.1:${new URL(url).port}`;
    const parser = await startParserServer({ ...all, persistor: place(persistor.url), token });
    const send = { parser: place(parser.url), log, signal: new AbortController().signal };
    for (const wrong of [undefined, 'another-token-of-that-length'])
      await assert.rejects(captureFile(SAMPLE, {}, { ...send, token: wrong }), { code: 'ERR_NEXT_REFUSED' });
    for (const path of ['/parse/progress?source=x', '/parse', '/healthz/../parse/progress'])
      assert.equal((await fetch(place(parser.url) + path)).status, 401);
    assert.equal((await fetch(`${place(parser.url)}/healthz`)).status, 200);
    const body = { method: 'POST', body: '{}', headers: { authorization: 'Bearer nobody' } };
    assert.equal((await fetch(`${place(persistor.url)}/store`, body)).status, 401);
    assert.equal(memory.writes, 0);
    assert.equal((await captureFile(SAMPLE, {}, { ...send, token })).packets, PACKETS);
    assert.equal([...memory.kept.values()][0]!.numbers.length, PACKETS);
    await parser.close();
    await persistor.close();
  });
});

describe('/parse', () => {
  async function post(url: string, body: string | Uint8Array, headers: Record<string, string> = {}) {
    const response = await fetch(url, {
      method: 'POST',
      body: typeof body === 'string' ? body : Buffer.from(body),
      headers,
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  }

  const frame = {
    time: '1700000000.123456789',
    data: Buffer.from(
      'ffffffffffff0200000000010800450000200001000040113ea2c0000201c0000202003500350' + '00c000068656c6f',
      'hex',
    ).toString('base64'),
  };

  it('takes frames as JSON, and repeats change nothing', async () => {
    const all = await services();
    const body = JSON.stringify({ source: 'test:1', sequence: 0, link_type: 1, frames: [frame, frame] });
    const headers = { 'content-type': 'application/json' };
    assert.deepEqual(await post(`${all.parser.url}/parse`, body, headers), {
      status: 200,
      body: { applied: true, packets: 2 },
    });
    assert.equal((await post(`${all.parser.url}/parse`, body, headers)).body.applied, false);
    const next = JSON.stringify({ source: 'test:1', sequence: 1, frames: [frame] });
    assert.equal((await post(`${all.parser.url}/parse`, next, headers)).status, 200);
    const later = JSON.stringify({ source: 'test:1', sequence: 7, frames: [frame] });
    const { status, body: answer } = await post(`${all.parser.url}/parse`, later, headers);
    assert.equal(status, 409);
    assert.deepEqual(answer.expect, { sequence: 2, frame: 4 });
    assert.deepEqual(all.kept.numbers, [1, 2, 3]);
  });

  it('takes a capture file as it is', async () => {
    const all = await services();
    const answer = await post(`${all.parser.url}/parse`, readFileSync(SAMPLE), {
      'content-type': 'application/x-pcapng',
      'eyrie-source': 'mine',
      'eyrie-sequence': '0',
    });
    assert.deepEqual(answer, { status: 200, body: { applied: true, packets: PACKETS } });
    assert.equal(all.memory.rows[0]!.key, 'mine');
  });

  it('takes nothing from a web page', async () => {
    const all = await services();
    const body = JSON.stringify({ source: 'test:3', frames: [frame] });
    const headers = { origin: 'http://evil.example', 'content-type': 'text/plain' };
    for (const url of [`${all.parser.url}/parse`, `${all.persistor.url}/store`])
      assert.equal((await post(url, body, headers)).status, 403);
    assert.equal(all.memory.writes, 0);
  });

  it('takes what several send at once without numbers, all of it', async () => {
    const all = await services();
    const body = JSON.stringify({ source: 'test:2', frames: [frame, frame, frame] });
    const answers = await Promise.all([1, 2, 3, 4].map(() => post(`${all.parser.url}/parse`, body)));
    for (const answer of answers)
      assert.deepEqual(answer, { status: 200, body: { applied: true, packets: 3 } });
    assert.deepEqual(
      all.kept.numbers,
      Array.from({ length: 12 }, (_, i) => i + 1),
    );
  });

  it('of more sources than it remembers, forgets the one that was silent longest', async () => {
    const all = await services();
    const send = (source: string, sequence: number) =>
      post(`${all.parser.url}/parse`, JSON.stringify({ source, sequence, frames: [frame] }));
    for (let i = 0; i < 70; i++) assert.equal((await send(`s:${i}`, 0)).status, 200);
    assert.equal((await send('s:69', 1)).status, 200);
    assert.equal((await send('s:6', 1)).status, 200);
    assert.equal((await send('s:0', 1)).status, 409);
  });

  it('refuses what it cannot take with one line, and stores nothing of it', async () => {
    const all = await services();
    const json = { 'content-type': 'application/json' };
    const cases: [string, Record<string, string>, number, RegExp][] = [
      ['{', json, 400, /not JSON/],
      ['{"frames": 7}', json, 400, /^\/frames: /],
      ['{"frames": [{"time": "x", "data": ""}]}', json, 400, /\/frames\/0/],
      ['{"frames": [], "colour": 1}', json, 400, /colour/],
      ['nonsense', { 'content-type': 'application/x-pcapng' }, 400, /not a capture file/],
      ['nonsense', { 'content-type': 'application/vnd.eyrie.frames' }, 400, /ends within/],
      ['{}', { ...json, 'content-encoding': 'br' }, 400, /br is not known/],
      ['{}', { ...json, 'content-encoding': 'gzip' }, 400, /not valid gzip data/],
    ];
    for (const [body, headers, status, message] of cases) {
      const answer = await post(`${all.parser.url}/parse`, body, headers);
      assert.equal(answer.status, status, body);
      assert.match((answer.body.error as { message: string }).message, message);
    }
    assert.equal(all.memory.writes, 0);
  });
});

describe('/store', () => {
  const origin: CaptureOrigin = { key: 'k', kind: 'live', name: 'eth0', file: null, hash: null };
  const packet = {
    time: '1700000000.5',
    ...{ src: '192.0.2.1', dst: '2001:db8::1', src_port: 53, dst_port: 99 },
    ...{ protocol: 'DNS', length: 60, summary: 'Standard query' },
  };

  async function post(all: Services, body: unknown) {
    const response = await fetch(`${all.persistor.url}/store`, {
      method: 'POST',
      body: JSON.stringify(body),
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  }

  it('takes rows as JSON, once', async () => {
    const all = await services();
    const batch = { source: 'k', sequence: 0, origin, packets: [packet, packet] };
    assert.deepEqual(await post(all, batch), {
      status: 200,
      body: { applied: true, capture: 1, packets: 2 },
    });
    assert.equal((await post(all, batch)).body.applied, false);
    assert.equal((await post(all, { source: 'k', sequence: 1, end: { problem: null } })).status, 200);
    assert.equal(all.memory.rows[0]!.ended, 1);
    const progress = await fetch(`${all.persistor.url}/store/progress?source=k`);
    assert.deepEqual(await progress.json(), { known: true, next: 2, reported: null, ended: true });
  });

  it('refuses wrong types, unknown columns and addresses that are none', async () => {
    const all = await services();
    const cases: [unknown, RegExp][] = [
      [{ source: 'k', sequence: -1 }, /\/sequence/],
      [{ source: 'k', sequence: 0, packets: [{ ...packet, length: 'x' }] }, /\/packets\/0\/length/],
      [{ source: 'k', sequence: 0, packets: [{ ...packet, colour: 1 }] }, /\/packets\/0\/colour/],
      [
        { source: 'k', sequence: 0, packets: [{ ...packet, time: 'noon' }] },
        /\/packets\/0\/time: is not a number of seconds/,
      ],
      [
        { source: 'k', sequence: 0, packets: [{ ...packet, time: 1e20 }] },
        /\/packets\/0\/time: is not a number of seconds/,
      ],
      [{ source: 'k', sequence: 0, packets: [{ ...packet, length: 2 ** 32 }] }, /\/packets\/0\/length/],
      [{ source: 'k', sequence: 0, packets: [{ ...packet, src: 'here' }] }, /here is not an IPv4/],
    ];
    for (const [body, message] of cases) {
      const answer = await post(all, body);
      assert.equal(answer.status, 400);
      assert.match((answer.body.error as { message: string }).message, message);
    }
    assert.equal(all.memory.writes, 0);
  });

  it('tells its health', async () => {
    const all = await services();
    const well = await fetch(`${all.persistor.url}/healthz`);
    assert.equal(well.status, 200);
    all.memory.failAfter = 0;
    assert.equal((await post(all, { source: 'k', sequence: 0, origin, packets: [packet] })).status, 503);
    assert.equal((await fetch(`${all.persistor.url}/healthz`)).status, 503);
  });
});
