// An analyzer over a store that holds the bundled capture, on a port of its own; and what eyrie read says of the same.
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { openCapture } from '@eyrie/capture';
import { compileFilter, Dissector, newFrame } from '@eyrie/dissect';
import { openStore, type Store } from '@eyrie/store';
import { eyrieRead } from '../../../cli/test/support/read.ts';
import { type AnalyzerOptions, buildAnalyzer } from '../../src/analyzer/index.ts';
import { silentLog } from '../../src/log/index.ts';
import { runFile } from '../../src/pipeline/index.ts';

const root = join(import.meta.dirname, '../../../..');
export const OFFICE = join(root, 'samples/office-hour.pcapng');

// biome-ignore lint/suspicious/noExplicitAny: answers have many shapes, and a test that expects another one fails
export type Json = any;

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Json;
}

export interface Analyzer {
  readonly store: Store;
  readonly address: string;
  readonly folder: string;
  get(path: string, init?: RequestInit): Promise<Answer>;
  close(): Promise<void>;
}

export const noToken = { token: null, hosts: [] };

/** Stores a capture file; gives its id. */
export async function imported(store: Store, path: string, keyLog = ''): Promise<number> {
  const run = await runFile(path, {}, { store, log: silentLog, keyLog });
  await store.endCapture(run.capture.id, await run.finished());
  return run.capture.id;
}

/** EYRIE_TEST_STORE: the address of an empty one; default: in memory. */
export async function officeStore(): Promise<Store> {
  const store = await openStore(process.env.EYRIE_TEST_STORE ?? 'duckdb::memory:');
  await imported(store, OFFICE);
  return store;
}

export async function startAnalyzer(store: Store, options: Partial<AnalyzerOptions> = {}): Promise<Analyzer> {
  const folder = await mkdtemp(join(tmpdir(), 'eyrie-analyzer-'));
  const app = await buildAnalyzer({
    store,
    intake: null,
    folder,
    page: null,
    access: noToken,
    log: silentLog,
    ...options,
  });
  const address = await app.listen({ host: '127.0.0.1', port: 0 });
  return {
    store,
    address,
    folder,
    get: (path, init) => ask(`${address}${path}`, init),
    async close() {
      await app.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export async function ask(url: string, init?: RequestInit): Promise<Answer> {
  const answer = await fetch(url, { redirect: 'manual', ...init });
  const text = await answer.text();
  const isJson = answer.headers.get('content-type')?.includes('json') === true;
  return { status: answer.status, headers: answer.headers, body: isJson ? JSON.parse(text) : text };
}

const run = promisify(execFile);

/** What the command prints. */
export async function eyrie(...args: string[]): Promise<string> {
  if (args[0] === 'read') return eyrieRead(args.slice(1)).stdout;
  const { stdout } = await run(process.execPath, [join(root, 'packages/cli/bin/eyrie.js'), ...args], {
    maxBuffer: 256 << 20,
    encoding: 'utf8',
  });
  return stdout;
}

/** One line a packet, as `-T fields` prints it. */
export async function fields(path: string, ...names: string[]): Promise<string[][]> {
  const wanted = names.flatMap((name) => ['-e', name]);
  const text = await eyrie('read', path, '-T', 'fields', ...wanted);
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => line.split('\t'));
}

/** Numbers of the packets that pass, by filter, as `-Y` finds them: one reading for all filters. */
export async function passing(path: string, filters: readonly string[]): Promise<Map<string, number[]>> {
  const found = filters.map((filter) => ({ filter, passes: compileFilter(filter), numbers: [] as number[] }));
  const source = await openCapture(path);
  const dissector = new Dissector();
  const frame = newFrame();
  dissector.session.interfaces = source.reader.interfaces;
  for await (const reader of source.chunks())
    while (reader.next(frame)) {
      const p = dissector.dissect(frame);
      for (const { passes, numbers } of found) if (passes(p)) numbers.push(p.number);
    }
  return new Map(found.map(({ filter, numbers }) => [filter, numbers]));
}

/** All rows of a list, page after page. */
export async function all({ get }: Pick<Analyzer, 'get'>, path: string): Promise<Json[]> {
  const rows: Json[] = [];
  let after = '';
  for (let pages = 0; pages < 1000; pages++) {
    const joint = path.includes('?') ? '&' : '?';
    const { status, body } = await get(
      `${path}${after === '' ? '' : `${joint}after=${encodeURIComponent(after)}`}`,
    );
    if (status !== 200) throw new Error(`${path}: ${status} ${JSON.stringify(body)}`);
    rows.push(...body.items);
    if (body.next === null) return rows;
    after = body.next;
  }
  throw new Error(`${path}: pages without an end`);
}
