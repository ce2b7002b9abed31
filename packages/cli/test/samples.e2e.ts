// `eyrie samples` against a web server on loopback that behaves well, badly, or breaks off.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, describe, it } from 'node:test';
import { spawnChild } from '../../../test/support/children.ts';
import { type FetchOptions, fetch, list, type SamplesIo } from '../src/samples/command.ts';
import { type Download, downloadFile } from '../src/samples/download.ts';

const eyrie = join(import.meta.dirname, '../bin/eyrie.js');
const FILE = Buffer.from(Array.from({ length: 50_000 }, (_, i) => (i * 7 + (i >> 8)) & 255));
const SHA256 = createHash('sha256').update(FILE).digest('hex');
const ETAG = '"v1"';

/** What the server does with a request; tests replace it. */
let answer: (request: IncomingMessage, response: ServerResponse) => void;
let requests: IncomingMessage[] = [];
let server: Server;
let origin = '';
let folder = '';

/** Honours Range and If-Range (RFC 9110 §13.1.5, §14.2). */
function wellBehaved(request: IncomingMessage, response: ServerResponse): void {
  const start = rangeStart(request);
  const valid = request.headers['if-range'] === undefined || request.headers['if-range'] === ETAG;
  response.setHeader('etag', ETAG);
  if (start === null || !valid) {
    response.writeHead(200, { 'content-length': FILE.length }).end(FILE);
    return;
  }
  const range = `bytes ${start}-${FILE.length - 1}/${FILE.length}`;
  response
    .writeHead(206, { 'content-range': range, 'content-length': FILE.length - start })
    .end(FILE.subarray(start));
}

function rangeStart(request: IncomingMessage): number | null {
  const match = /^bytes=(\d+)-$/.exec(request.headers.range ?? '');
  return match ? Number(match[1]) : null;
}

/** A connection to break once the client has so much of the file on its disk. */
let pending: { readonly at: number; readonly response: ServerResponse } | null = null;

/** Sends `bytes` of the file, then breaks the connection. */
function breakOff(response: ServerResponse, start: number, bytes: number, etag = ETAG): void {
  response.setHeader('etag', etag);
  const range = `bytes ${start}-${FILE.length - 1}/${FILE.length}`;
  const headers = { 'content-length': FILE.length - start, ...(start > 0 ? { 'content-range': range } : {}) };
  response.writeHead(start > 0 ? 206 : 200, headers);
  pending = { at: start + bytes, response };
  response.write(FILE.subarray(start, start + bytes));
}

function breakPending(bytes: number): void {
  if (pending && bytes >= pending.at) pending.response.destroy();
}

const target = (): string => join(folder, 'cache', 'a.pcap');
const download = (more: Partial<Download> = {}): Promise<string> =>
  downloadFile({
    url: `${origin}/a.pcap`,
    path: target(),
    bytes: FILE.length,
    sha256: SHA256,
    pauseMs: 1,
    onProgress: breakPending,
    ...more,
  });
const filesThere = async (): Promise<string[]> =>
  (await readdir(join(folder, 'cache')).catch(() => [])).sort();

before(async () => {
  server = createServer((request, response) => {
    requests.push(request);
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

after(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(folder, { recursive: true, force: true });
});

beforeEach(async () => {
  if (folder) await rm(folder, { recursive: true, force: true });
  folder = await mkdtemp(join(tmpdir(), 'eyrie-samples-'));
  requests = [];
  pending = null;
  answer = wellBehaved;
});

describe('downloading a sample', () => {
  it('brings the file, tells how far it is, and asks no more once it is there', async () => {
    const told: number[] = [];
    assert.equal(await download({ onProgress: (bytes) => told.push(bytes) }), 'fetched');
    assert.deepEqual(await readFile(target()), FILE);
    assert.equal(told.at(-1), FILE.length);
    assert.equal(await download(), 'cached');
    assert.equal(requests.length, 1);
    assert.deepEqual(await filesThere(), ['a.pcap']);
  });

  it('goes on where a broken connection stopped, in the same run', async () => {
    answer = (request, response) => {
      const start = rangeStart(request) ?? 0;
      if (requests.length <= 2) breakOff(response, start, 15_000);
      else wellBehaved(request, response);
    };
    assert.equal(await download(), 'fetched');
    assert.deepEqual(await readFile(target()), FILE);
    assert.equal(requests[1]?.headers.range, 'bytes=15000-');
    assert.equal(requests[1]?.headers['if-range'], ETAG);
    assert.equal(requests[2]?.headers.range, 'bytes=30000-');
  });

  it('keeps the piece when it gives up, and goes on from it in the next run', async () => {
    answer = (_, response) => {
      if (requests.length === 1) breakOff(response, 0, 20_000);
      else response.destroy();
    };
    await assert.rejects(download({ triesMax: 2 }), /a\.pcap: .*run the command again to go on from here/);
    assert.deepEqual(await filesThere(), ['a.pcap.part', 'a.pcap.part.etag']);
    answer = wellBehaved;
    requests = [];
    assert.equal(await download(), 'fetched');
    assert.equal(requests[0]?.headers.range, 'bytes=20000-');
    assert.deepEqual(await readFile(target()), FILE);
    assert.deepEqual(await filesThere(), ['a.pcap']);
  });

  it('starts again with a server that knows no ranges', async () => {
    answer = (_, response) => {
      if (requests.length === 1) breakOff(response, 0, 20_000);
      else response.writeHead(200, { 'content-length': FILE.length }).end(FILE);
    };
    assert.equal(await download(), 'fetched');
    assert.deepEqual(await readFile(target()), FILE);
  });

  it('starts again when the file has changed since the piece was taken', async () => {
    answer = (request, response) => {
      if (requests.length === 1) breakOff(response, 0, 9_000, '"v0"');
      else wellBehaved(request, response);
    };
    assert.equal(await download(), 'fetched');
    assert.equal(requests[1]?.headers['if-range'], '"v0"');
    assert.deepEqual(await readFile(target()), FILE);
  });

  it('follows redirects, but not for ever', async () => {
    answer = (request, response) => {
      if (request.url === '/moved') wellBehaved(request, response);
      else response.writeHead(302, { location: '/moved' }).end();
    };
    assert.equal(await download(), 'fetched');
    await rm(target());
    answer = (_, response) => response.writeHead(301, { location: '/a.pcap' }).end();
    await assert.rejects(download({ triesMax: 1 }), /no answer from 127.*too many redirects/);
  });

  it('reads a large file from a server that closes after each answer', async () => {
    const large = Buffer.alloc(1 << 20, FILE);
    answer = (_, response) => response.writeHead(200, { connection: 'close' }).end(large);
    const sha256 = createHash('sha256').update(large).digest('hex');
    assert.equal(await download({ bytes: large.length, sha256 }), 'fetched');
  });

  it('drops a piece that does not belong to the file', async () => {
    await download();
    await rm(target());
    await writeFile(`${target()}.part`, Buffer.alloc(10_000));
    assert.equal(await download(), 'fetched');
    assert.deepEqual(await readFile(target()), FILE);
    await writeFile(`${target()}.part`, Buffer.alloc(FILE.length + 10));
    await rm(target());
    assert.equal(await download(), 'fetched');
    assert.deepEqual(await readFile(target()), FILE);
  });

  it('takes no file with another SHA-256', async () => {
    await assert.rejects(
      download({ sha256: '0'.repeat(64) }),
      /a\.pcap: its SHA-256 is not the one.*--from URL/,
    );
    assert.deepEqual(await filesThere(), []);
    assert.equal(requests.length, 1);
  });

  it('takes no file of another size, announced or not', async () => {
    await assert.rejects(
      download({ bytes: FILE.length - 1 }),
      /the server has 50000 bytes, the manifest says 49999/,
    );
    answer = (_, response) => response.writeHead(200).end(FILE);
    await assert.rejects(download({ bytes: FILE.length - 1 }), /sent more than the 49999 bytes/);
    assert.deepEqual(await filesThere(), []);
    await assert.rejects(download({ bytes: FILE.length + 1, triesMax: 2 }), /50000 of 50001 bytes/);
    assert.deepEqual(await filesThere(), ['a.pcap.part']);
  });

  it('does not insist when the server has no such file, and does when it is busy', async () => {
    answer = (_, response) => response.writeHead(404).end('no');
    await assert.rejects(
      download(),
      /a\.pcap: the server answered 404 for http.*try another place with --from URL/,
    );
    assert.equal(requests.length, 1);
    answer = (request, response) => {
      if (requests.length < 4) response.writeHead(503).end();
      else wellBehaved(request, response);
    };
    assert.equal(await download(), 'fetched');
  });

  it('gives up on a server that falls silent', async () => {
    answer = (_, response) => response.writeHead(200, { 'content-length': FILE.length }).flushHeaders();
    await assert.rejects(download({ silenceMsMax: 20, triesMax: 2 }), /run the command again/);
    assert.equal(requests.length, 2);
  });

  it('stops when told to, and leaves nothing under the final name', async () => {
    const stop = new AbortController();
    answer = (_, response) =>
      response.writeHead(200, { 'content-length': FILE.length }).write(FILE.subarray(0, 100));
    const running = download({ signal: stop.signal, onProgress: () => stop.abort() });
    await assert.rejects(running, { name: 'AbortError' });
    assert.ok(!(await filesThere()).includes('a.pcap'));
  });
});

describe('eyrie samples', () => {
  /** What a command wrote, and what it resolved to. */
  async function said<T>(command: (io: SamplesIo) => Promise<T>) {
    let out = '';
    let err = '';
    const status = await command({
      out: { write: (text) => (out += text) },
      err: { write: (text) => (err += text) },
      samplesFolder: folder,
      env: { XDG_CACHE_HOME: folder },
    });
    return { status, out, err };
  }
  const listed = (json = false) => said((io) => list({ json }, io));
  const fetched = (names: string[] = [], options: FetchOptions = {}) =>
    said((io) => fetch(names, options, io));

  beforeEach(async () => {
    const shows = 'something';
    const own = { file: 'own.pcap', bytes: 24, packets: 0, sha256: SHA256, shows };
    const one = {
      name: 'a.pcap',
      url: `${origin}/x/a.pcap`,
      bytes: FILE.length,
      sha256: SHA256,
      licence: 'MIT',
      shows,
    };
    const two = { ...one, name: 'b.pcap', url: `${origin}/x/b.pcap` };
    await writeFile(join(folder, 'manifest.json'), JSON.stringify({ samples: [own] }));
    await writeFile(join(folder, 'public.json'), JSON.stringify({ samples: [one, two] }));
  });

  it('lists what is here and what is to fetch', async () => {
    const { out } = await listed();
    assert.match(out, /^Here:\n {2}own\.pcap +24 B {2}something\n/);
    assert.match(out, /To fetch .*:\n {2}a\.pcap +50.0 kB {2}something\n/);
    const list = JSON.parse((await listed(true)).out);
    assert.deepEqual(
      list.map((sample: { name: string; path: string | null }) => [sample.name, sample.path]),
      [
        ['own.pcap', join(folder, 'own.pcap')],
        ['a.pcap', null],
        ['b.pcap', null],
      ],
    );
  });

  it('fetches all, from their own addresses, and then lists them as here', async () => {
    const { status, out, err } = await fetched();
    assert.equal(status, 0);
    assert.equal(err, 'a.pcap: 50.0 kB fetched\nb.pcap: 50.0 kB fetched\n');
    assert.match(out, /^2 of 2 samples are in /);
    assert.deepEqual(
      requests.map((request) => request.url),
      ['/x/a.pcap', '/x/b.pcap'],
    );
    assert.doesNotMatch((await listed()).out, /To fetch/);
  });

  it('fetches one by name from elsewhere, and says so in JSON', async () => {
    const { status, out } = await fetched(['b.pcap'], { from: `${origin}/mirror`, json: true });
    assert.equal(status, 0);
    assert.equal(requests[0]?.url, '/mirror/b.pcap');
    const path = join(folder, 'eyrie', 'samples', 'b.pcap');
    assert.deepEqual(JSON.parse(out), [{ name: 'b.pcap', path, bytes: FILE.length, outcome: 'fetched' }]);
  });

  it('goes on after a file that cannot be had, and fails at the end', async () => {
    answer = (request, response) => {
      if (request.url?.endsWith('a.pcap')) response.writeHead(404).end();
      else wellBehaved(request, response);
    };
    const { status, out, err } = await fetched();
    assert.equal(status, 1);
    assert.match(err, /^eyrie: a\.pcap: the server answered 404/m);
    assert.match(out, /^1 of 2 samples/);
  });

  it('says what is wrong with a call in one line', async () => {
    await assert.rejects(fetched(['c.pcap']), {
      exitCode: 2,
      message: 'no sample is called c.pcap: see "eyrie samples" for those there are',
    });
    await assert.rejects(fetched([], { from: 'ftp://x' }), {
      exitCode: 2,
      message: '--from takes an http or https address, not ftp://x',
    });
  });

  it('fails in one line where it may not write', async () => {
    await writeFile(join(folder, 'plain'), '');
    const { status, err } = await fetched(['a.pcap'], { to: join(folder, 'plain', 'under') });
    assert.equal(status, 1);
    assert.match(err, /^eyrie: cannot write to .* \(ENOTDIR\): .*--to$/m);
  });

  const noSignals = process.platform === 'win32' && 'Windows has no SIGINT to send';
  it('ends cleanly on Ctrl-C and keeps what came so far', { skip: noSignals }, async () => {
    const args = ['samples', 'fetch', 'wifi-wpa.pcap', '--from', origin, '--to', join(folder, 'cache')];
    const asked = new Promise<void>((resolve) => {
      answer = (_, response) => {
        response.writeHead(200).write(FILE.subarray(0, 1_000));
        resolve();
      };
    });
    const child = spawnChild(process.execPath, [eyrie, ...args]);
    let err = '';
    child.stderr.setEncoding('utf8').on('data', (text) => {
      err += text;
    });
    await asked;
    child.kill('SIGINT');
    const status = await new Promise((resolve) => child.once('close', resolve));
    assert.equal(err, 'eyrie: stopped; run the command again to go on from here\n');
    assert.equal(status, 130);
    assert.ok(!(await filesThere()).includes('wifi-wpa.pcap'));
  });

  it('refuses a manifest whose names lead elsewhere', async () => {
    const bad = { name: '../x', url: origin, bytes: 1, sha256: SHA256, licence: 'MIT', shows: 'x' };
    await writeFile(join(folder, 'public.json'), JSON.stringify({ samples: [bad] }));
    const message = /^[^\n]*public\.json: entry 1 is not as it should be$/;
    await assert.rejects(fetched(), { exitCode: 1, message });
  });
});
