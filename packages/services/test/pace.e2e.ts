// Clients that send or read slowly, against a server that does nothing else than to bear with them.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import Fastify from 'fastify';
import { until } from '../../../test/support/until.ts';
import type { Server } from '../src/analyzer/server.ts';
import { addPace } from '../src/bus/pace.ts';
import { makeServer } from '../src/bus/server.ts';
import { silentLog } from '../src/log/index.ts';
import { buildUi } from '../src/ui/index.ts';

const SPAN_MS = 1000;
/** More than the buffers of both ends hold. */
const LONG = 128 << 20;

const app = Fastify({ forceCloseConnections: true, bodyLimit: LONG }) as unknown as Server;
const taken: string[] = [];
let address: { host: string; port: number };
before(async () => {
  addPace(app, { bytesMin: 4096, spanMs: SPAN_MS }, 'ERR_TOO_SLOW');
  app.addContentTypeParser('application/octet-stream', (_, body, done) => done(null, body));
  app.get('/long', async (_, reply) => reply.send(Buffer.alloc(LONG) as never));
  app.get('/later', async () => {
    await sleep(2 * SPAN_MS);
    return 'at last';
  });
  app.post('/upload', async ({ body }) => {
    try {
      let bytes = 0;
      for await (const chunk of body as AsyncIterable<Buffer>) bytes += chunk.length;
      taken.push(`${bytes} bytes`);
    } catch (error) {
      taken.push((error as NodeJS.ErrnoException).code ?? 'error');
    }
    return 'taken';
  });
  app.post('/stalled', async ({ body }, reply) => {
    reply.header('connection', 'close');
    await sleep(3 * SPAN_MS);
    let bytes = 0;
    for await (const chunk of body as AsyncIterable<Buffer>) bytes += chunk.length;
    return `${bytes} bytes`;
  });
  const { port } = new URL(await app.listen({ host: '127.0.0.1', port: 0 }));
  address = { host: '127.0.0.1', port: Number(port) };
});
after(() => app.close());

const HEAD = 'HTTP/1.1\r\nHost: x\r\nConnection: close\r\n';
const UPLOAD = `POST /upload ${HEAD}Content-Type: application/octet-stream\r\nTransfer-Encoding: chunked\r\n\r\n`;

async function asked(head: string, go: (socket: Socket) => void = () => {}): Promise<Socket> {
  const socket = connect(address).on('error', () => {});
  await once(socket, 'connect');
  socket.write(head);
  go(socket);
  return socket;
}

async function lived(socket: Socket): Promise<number> {
  const begunMs = performance.now();
  // Not `once` of events: it fails at an error, and a client whose peer has closed meets one (ECONNRESET).
  if (!socket.destroyed) await new Promise((resolve) => socket.once('close', resolve));
  return performance.now() - begunMs;
}

/** A chunk now and then. */
function sending(text: string, ms: number) {
  return (socket: Socket): void => {
    const timer = setInterval(() => {
      if (socket.writable) socket.write(`${text.length.toString(16)}\r\n${text}\r\n`);
    }, ms);
    socket.resume().on('close', () => clearInterval(timer));
  };
}

test('a body that stops, or comes byte by byte, is cut off, and whoever takes it learns it', async () => {
  taken.length = 0;
  for (const go of [() => {}, sending('x', 20)])
    assert.ok((await lived((await asked(UPLOAD, go)).resume())) < 20 * SPAN_MS);
  await until('both bodies to fail', () => taken.length === 2);
  assert.deepEqual(taken, ['ECONNRESET', 'ECONNRESET']);
});

test('a body that comes slowly, but at the pace, is taken to its end', async () => {
  taken.length = 0;
  const socket = await asked(UPLOAD, sending('x'.repeat(2048), SPAN_MS / 20));
  await sleep(3 * SPAN_MS);
  assert.equal(socket.destroyed, false);
  socket.write('0\r\n\r\n');
  await lived(socket);
  assert.match(taken[0]!, /^\d+ bytes$/);
});

test('a body that is not taken for a while, as when a disk stalls, is not held against its sender', async () => {
  const body = Buffer.alloc(16 << 20);
  const answer = await fetch(`http://${address.host}:${address.port}/stalled`, {
    method: 'POST',
    headers: { 'content-type': 'application/octet-stream' },
    body,
  });
  assert.equal(await answer.text(), `${body.length} bytes`);
});

test('a long answer that is not read, or byte by byte, is cut off; one that is read at the pace is not', async () => {
  const readingEach = (bytes: number | undefined, ms: number) => async (socket: Socket) => {
    socket.pause();
    while (!socket.destroyed) {
      await sleep(ms);
      socket.read(bytes);
    }
  };
  const open = async () =>
    await new Promise<number>((resolve) => app.server.getConnections((_, n) => resolve(n)));
  for (const bytes of [0, 1]) {
    const socket = await asked(`GET /long ${HEAD}\r\n`, readingEach(bytes, 20));
    for (let i = 0; (await open()) > 0; i++) {
      assert.ok(i < 400, 'still open after 20 s');
      await sleep(50);
    }
    socket.destroy();
  }
  const socket = await asked(`GET /long ${HEAD}\r\n`, readingEach(undefined, 5));
  await sleep(3 * SPAN_MS);
  assert.equal(await open(), 1);
  socket.destroy();
});

test('a client that has to wait for its answer is not cut off', async () => {
  let answer = '';
  const socket = await asked(`GET /later ${HEAD}\r\n`, (socket) => {
    socket.setEncoding('utf8').on('data', (text) => {
      answer += text;
    });
  });
  await lived(socket);
  assert.match(answer, /at last$/);
});

/** What is answered to a request whose body stops after its first bytes. */
async function stalled(port: number, path: string): Promise<string> {
  const socket = connect({ host: '127.0.0.1', port }).on('error', () => {});
  let answer = '';
  socket.setEncoding('utf8').on('data', (text) => {
    answer += text;
  });
  socket.write(`POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\nabc`);
  assert.ok((await lived(socket)) < 20 * SPAN_MS);
  return answer;
}

test('a service does not wait for a body that stops', async (t) => {
  const service = makeServer(() => ({ ok: true }), undefined, { bytesMin: 4096, spanMs: SPAN_MS });
  service.post('/store', async () => 'stored');
  t.after(() => service.close());
  const { port } = new URL(await service.listen({ host: '127.0.0.1', port: 0 }));
  const answer = await stalled(Number(port), '/store');
  assert.match(answer, /^HTTP\/1\.1 408 /);
  assert.match(answer, /"ERR_TOO_SLOW"/);
});

test('the page cuts off a body that stops, and what it had begun to pass on; an answer that comes late is passed on', async (t) => {
  let aborted = 0;
  const analyzer = createServer(async (request, response) => {
    if (request.method === 'POST') request.resume().on('aborted', () => aborted++);
    else {
      await sleep(2 * SPAN_MS);
      response.end('at last');
    }
  });
  await new Promise<void>((resolve) => analyzer.listen(0, '127.0.0.1', resolve));
  t.after(() => analyzer.close());
  const { port: behind } = analyzer.address() as AddressInfo;
  const page = await buildUi({
    ...{ analyzer: new URL(`http://127.0.0.1:${behind}`), token: null, folder: null, log: silentLog },
    access: { token: null, hosts: [] },
    pace: { bytesMin: 4096, spanMs: SPAN_MS },
  });
  t.after(async () => page.close());
  const { port } = new URL(await page.listen({ host: '127.0.0.1', port: 0 }));
  assert.match(await stalled(Number(port), '/captures'), /^HTTP\/1\.1 408 .*"too_slow"/s);
  await until('the analyzer to learn it', () => aborted === 1);
  assert.equal(await (await fetch(`http://127.0.0.1:${port}/info`)).text(), 'at last');
});
