// The page's process: its files, and the analyzer behind it under one origin.
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import type { Store } from '@eyrie/store';
import { buildAnalyzer } from '../../src/analyzer/index.ts';
import { silentLog } from '../../src/log/index.ts';
import { buildUi, type UiOptions } from '../../src/ui/index.ts';
import { type Analyzer, ask, noToken, officeStore, startAnalyzer } from './support.ts';

const INDEX = '<!doctype html><title>Eyrie</title><script type="module" src="/assets/main-ABC.js"></script>';
const SCRIPT = 'console.log("a page");'.repeat(100);

let store: Store;
let analyzer: Analyzer;
let folder: string;
before(async () => {
  store = await officeStore();
  analyzer = await startAnalyzer(store, { access: { token: 'the-analyzer-s-own', hosts: [] } });
  folder = await mkdtemp(join(tmpdir(), 'eyrie-page-'));
  await mkdir(join(folder, 'assets'));
  await writeFile(join(folder, 'index.html'), INDEX);
  await writeFile(join(folder, 'assets/main-ABC.js'), SCRIPT);
  await writeFile(join(folder, 'assets/main-ABC.js.br'), brotliCompressSync(SCRIPT));
  await writeFile(join(folder, 'assets/main-ABC.js.gz'), gzipSync(SCRIPT));
  await writeFile(
    join(folder, 'manifest.json'),
    JSON.stringify({
      index: '/index.html',
      files: {
        '/index.html': { type: 'text/html; charset=utf-8', immutable: false },
        '/assets/main-ABC.js': { type: 'text/javascript; charset=utf-8', immutable: true },
      },
    }),
  );
});
after(async () => {
  await analyzer.close();
  await store.close();
  await rm(folder, { recursive: true, force: true });
});

async function startUi(t: { after(work: () => Promise<void>): void }, options: Partial<UiOptions> = {}) {
  const app = await buildUi({
    folder,
    analyzer: new URL(analyzer.address),
    token: 'the-analyzer-s-own',
    access: noToken,
    log: silentLog,
    ...options,
  });
  t.after(async () => app.close());
  return app.listen({ host: '127.0.0.1', port: 0 });
}

test('the page’s files are served with their type, compressed, and cached as long as they are true', async (t) => {
  const address = await startUi(t);
  const index = await ask(`${address}/`);
  assert.equal(index.body, INDEX);
  assert.equal(index.headers.get('cache-control'), 'no-cache');
  assert.match(
    index.headers.get('content-security-policy')!,
    /^default-src 'none'; script-src 'self'; style-src 'self'/,
  );
  const tag = index.headers.get('etag')!;
  assert.match(tag, /^W\/"[\w-]+"$/);
  // A proxy may have made it strong, and a client may know several.
  for (const known of [tag, tag.slice(2), `"old", ${tag}`, '*'])
    assert.equal((await ask(`${address}/`, { headers: { 'if-none-match': known } })).status, 304, known);
  assert.equal((await ask(`${address}/`, { headers: { 'if-none-match': 'W/"old"' } })).status, 200);
  const script = await ask(`${address}/assets/main-ABC.js`, { headers: { 'accept-encoding': 'br' } });
  assert.equal(script.body, SCRIPT);
  assert.deepEqual(
    ['content-encoding', 'content-type', 'cache-control'].map((name) => script.headers.get(name)),
    ['br', 'text/javascript; charset=utf-8', 'public, max-age=31536000, immutable'],
  );
  const plain = await ask(`${address}/assets/main-ABC.js`, {
    headers: { 'accept-encoding': 'br;q=0, identity' },
  });
  assert.equal(plain.headers.get('content-encoding'), null);
  for (const path of ['/manifest.json', '/assets/', '/assets/../manifest.json', '/..%2fmanifest.json'])
    assert.notEqual((await ask(`${address}${path}`)).status, 200, path);
});

test('everything else is the analyzer’s: answers, errors, uploads, files', async (t) => {
  const address = await startUi(t);
  const bearer = { headers: { authorization: 'Bearer the-analyzer-s-own' } };
  for (const path of ['/protocol_summary', '/packets?limit=3&q=dns', '/packets?q=dnss', '/nowhere']) {
    const [through, direct] = [await ask(`${address}${path}`), await analyzer.get(path, bearer)];
    assert.deepEqual([through.status, through.body], [direct.status, direct.body], path);
  }
  const upload = await ask(`${address}/captures?name=x.pcap`, {
    method: 'POST',
    body: Buffer.alloc(300_000),
    headers: { 'content-type': 'application/octet-stream' },
  });
  assert.equal(upload.body.error.code, 'no_intake');
  const file = await fetch(`${address}/export?q=dns`);
  assert.equal(file.headers.get('content-type'), 'application/x-pcapng');
  assert.ok((await file.arrayBuffer()).byteLength > 10_000);
});

test('the live channel goes through, from this page only', async (t) => {
  const address = await startUi(t);
  const socket = new WebSocket(`${address.replace('http', 'ws')}/live`);
  socket.onopen = () => socket.send('{"subscribe":["status"]}');
  const message = await new Promise<MessageEvent>((resolve) => {
    socket.onmessage = resolve;
  });
  assert.equal(JSON.parse(String(message.data)).data.store.packets, 5125);
  const closed = new Promise((resolve) => {
    socket.onclose = resolve;
  });
  socket.close();
  await closed;
});

test('beyond loopback it has a token of its own, and a foreign name or page is refused before it goes on', async (t) => {
  const address = await startUi(t, { access: { token: 'the-page-s-own-token', hosts: [] } });
  assert.equal((await ask(`${address}/packets`)).status, 401);
  assert.deepEqual(
    [(await ask(`${address}/`, { headers: { accept: 'text/html' } })).headers.get('location')],
    ['/login'],
  );
  const login = await ask(`${address}/login`, {
    method: 'POST',
    body: new URLSearchParams({ token: 'the-page-s-own-token' }),
  });
  const cookie = login.headers.get('set-cookie')!.split(';')[0]!;
  assert.equal((await ask(`${address}/packets?limit=1`, { headers: { cookie } })).status, 200);
  const foreign = await ask(`${address}/captures/1`, {
    method: 'DELETE',
    headers: { cookie, origin: 'https://evil.example' },
  });
  assert.equal(foreign.body.error.code, 'foreign_origin');
});

test('a path that looks like another address stays a path', async (t) => {
  const reached: string[] = [];
  const other = createServer((request, answer) => {
    reached.push(request.url!);
    answer.end('other');
  });
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  t.after(() => other.close());
  const { port } = other.address() as { port: number };
  const address = await startUi(t);
  assert.equal((await ask(`${address}//127.0.0.1:${port}/secret`)).status, 404);
  assert.deepEqual(reached, []);
});

test('an analyzer that is away is one clear answer', async (t) => {
  const address = await startUi(t, { analyzer: new URL('http://127.0.0.1:1') });
  const { status, body } = await ask(`${address}/packets`);
  assert.deepEqual([status, body.error.code], [502, 'unreachable']);
  assert.equal((await ask(`${address}/`)).status, 200);
});

test('whoever asks too often is told to wait, by the page itself and for what lies behind it', async (t) => {
  for (const url of ['/', '/protocol_summary']) {
    const app = await buildUi({
      ...{ folder, analyzer: new URL(analyzer.address), token: 'the-analyzer-s-own', access: noToken },
      ...{ log: silentLog, requestsPerMinute: 5 },
    });
    t.after(async () => app.close());
    const from = (remoteAddress: string) =>
      app.inject({ url, remoteAddress, headers: { host: 'localhost' } });
    for (let i = 0; i < 5; i++) assert.equal((await from('203.0.113.5')).statusCode, 200);
    const refused = await from('203.0.113.5');
    assert.deepEqual([refused.statusCode, refused.json().error.code], [429, 'too_many_requests']);
    assert.equal((await from('203.0.113.6')).statusCode, 200);
    for (let i = 0; i < 10; i++) assert.equal((await from('127.0.0.1')).statusCode, 200);
  }
});

test('the analyzer hears for whom the page asks, from the page alone: each is counted, and audited, as one', async (t) => {
  const token = 'the-analyzer-s-own';
  const looks: object[] = [];
  const behind = await startAnalyzer(store, {
    access: { token, hosts: [] },
    audit: { info: (_, facts) => void looks.push(facts!), warn() {} },
  });
  t.after(() => behind.close());
  const { items } = await store.packets({ limit: 1 });
  const url = `/packets/${items[0]!.id}/bytes`;
  const page = await buildUi({
    ...{ folder, analyzer: new URL(behind.address), token, access: noToken, log: silentLog },
  });
  t.after(async () => page.close());
  const headers = { host: 'localhost', 'x-forwarded-for': '198.51.100.1' };
  assert.equal((await page.inject({ url, remoteAddress: '203.0.113.5', headers })).statusCode, 200);
  const [{ from, for: user }] = looks as [{ from: string; for: string }];
  assert.deepEqual([from, user], ['127.0.0.1', '203.0.113.5'], 'what the browser says of itself is nothing');

  const limited = await buildAnalyzer({
    ...{ store, intake: null, folder, page: null, log: silentLog, requestsPerMinute: 3 },
    access: { token, hosts: [] },
  });
  t.after(async () => limited.close());
  const codeFor = async (client: string) =>
    (
      await limited.inject({
        url,
        remoteAddress: '172.18.0.5',
        headers: { host: '172.18.0.6', authorization: `Bearer ${token}`, 'x-forwarded-for': client },
      })
    ).statusCode;
  for (const client of ['203.0.113.5', '203.0.113.6']) {
    for (let i = 0; i < 3; i++) assert.equal(await codeFor(client), 200);
    assert.equal(await codeFor(client), 429);
  }
});
