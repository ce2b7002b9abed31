// An analyzer over a store that holds the bundled capture, on a port of its own; and what eyrie read says of the same.
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { openStore, type Store } from '@eyrie/store';
import { type AnalyzerOptions, buildAnalyzer } from '../../src/analyzer/index.ts';
import { silentLog } from '../../src/log/index.ts';
import { runFile } from '../../src/pipeline/index.ts';

const root = join(import.meta.dirname, '../../../..');
export const OFFICE = join(root, 'samples/office-hour.pcapng');

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // Tests look at what they expect; anything else makes them fail.
  // biome-ignore lint/suspicious/noExplicitAny: answers of many shapes
  readonly body: any;
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
export async function imported(store: Store, path: string): Promise<number> {
  const run = await runFile(path, {}, { store, log: silentLog });
  await store.endCapture(run.capture.id, await run.finished());
  return run.capture.id;
}

export async function officeStore(): Promise<Store> {
  const store = await openStore('duckdb::memory:');
  await imported(store, OFFICE);
  return store;
}

export async function startAnalyzer(
  store: Store,
  options: Partial<AnalyzerOptions> = {},
): Promise<Analyzer> {
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
  const { stdout } = await run(process.execPath, [join(root, 'packages/cli/bin/eyrie.js'), ...args], {
    maxBuffer: 256 << 20,
    encoding: 'utf8',
  });
  return stdout;
}

/** A line a packet, as `-T fields` prints it. */
export async function fields(filter: string, ...names: string[]): Promise<string[][]> {
  const wanted = names.flatMap((name) => ['-e', name]);
  const only = filter === '' ? [] : ['-Y', filter];
  const text = await eyrie('read', OFFICE, ...only, '-T', 'fields', ...wanted);
  return text.split('\n').slice(0, -1).map((line) => line.split('\t'));
}

/** All rows of a list, page after page. */
// biome-ignore lint/suspicious/noExplicitAny: rows of many shapes
export async function all({ get }: Pick<Analyzer, 'get'>, path: string): Promise<any[]> {
  const rows: unknown[] = [];
  let after = '';
  for (let pages = 0; pages < 1000; pages++) {
    const joint = path.includes('?') ? '&' : '?';
    const { status, body } = await get(`${path}${after === '' ? '' : `${joint}after=${encodeURIComponent(after)}`}`);
    if (status !== 200) throw new Error(`${path}: ${status} ${JSON.stringify(body)}`);
    rows.push(...body.items);
    if (body.next === null) return rows;
    after = body.next;
  }
  throw new Error(`${path}: pages without an end`);
}
