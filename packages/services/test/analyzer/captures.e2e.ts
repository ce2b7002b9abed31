// Captures come in over HTTP, are seen while they run, and go again.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { LIVE_DEFAULTS, RING_DEFAULTS, RingWriter } from '@eyrie/capture';
import { newFrame, newInterface } from '@eyrie/dissect/files';
import { openStore, type Store } from '@eyrie/store';
import { until } from '../../../../test/support/until.ts';
import { silentLog } from '../../src/log/index.ts';
import { PipelineIntake } from '../../src/pipeline/index.ts';
import { type Analyzer, type Answer, OFFICE, startAnalyzer } from './support.ts';

const ringFolder = join(tmpdir(), `eyrie-rings-${process.pid}`);
const options = { log: silentLog, ring: RING_DEFAULTS, live: LIVE_DEFAULTS, rules: false, ringFolder };
let store: Store;
let intake: PipelineIntake;
let analyzer: Analyzer;
before(async () => {
  store = await openStore('duckdb::memory:');
  intake = new PipelineIntake({ ...options, store });
  analyzer = await startAnalyzer(store, { intake, uploadBytesMax: 4 << 20 });
});
after(async () => {
  await intake.close();
  await analyzer.close();
  await store.close();
});

function upload(body: Uint8Array, name: string, more = '', to = analyzer): Promise<Answer> {
  return to.get(`/captures?name=${encodeURIComponent(name)}${more}`, {
    method: 'POST',
    body: Buffer.from(body),
    headers: { 'content-type': 'application/octet-stream' },
  });
}

async function finished(id: number): Promise<Answer['body']> {
  for (;;) {
    const { body } = await analyzer.get(`/captures/${id}`);
    if (body.state !== 'running') return body;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

test('a file that is uploaded can be read to the last byte', async () => {
  const bytes = await readFile(OFFICE);
  const { status, body } = await upload(bytes, 'an office hour.pcapng');
  assert.equal(status, 200, JSON.stringify(body));
  assert.equal(body.is_new, true);
  const capture = await finished(body.capture.id);
  assert.deepEqual([capture.state, capture.packets, capture.name], ['done', 5125, 'an office hour.pcapng']);
  const detail = await analyzer.get('/packets/5000');
  assert.equal(detail.body.context.kind, 'capture');
  const again = await upload(bytes, 'the same.pcapng');
  assert.deepEqual([again.body.is_new, again.body.capture.id], [false, capture.id]);
  const twice = await upload(bytes, 'the same.pcapng', '&again=true');
  assert.equal(twice.body.is_new, true);
  assert.equal((await finished(twice.body.capture.id)).packets, 5125);
  assert.equal((await analyzer.get('/captures')).body.items.length, 2);
  assert.equal((await analyzer.get('/protocol_summary')).body.packets, 10_250);
  // Of what was not taken in, nothing is left.
  assert.equal((await readdir(analyzer.folder)).length, 2);
});

test('a compressed file too, and its packets are found in it', async () => {
  const { body } = await upload(gzipSync(await readFile(OFFICE)), 'office.pcapng.gz');
  const { id } = await finished(body.capture.id);
  const rows = (await analyzer.get(`/packets?capture=${id}&q=frame.number==4000`)).body.items;
  const bytes = await analyzer.get(`/packets/${rows[0].id}/bytes`);
  const [plain] = (await analyzer.get('/packets?capture=1&q=frame.number==4000')).body.items;
  assert.equal(
    bytes.body.buffers[0].data,
    (await analyzer.get(`/packets/${plain.id}/bytes`)).body.buffers[0].data,
  );
  const flows = (await analyzer.get(`/flows?capture=${id}&transport=tcp&limit=1`)).body.items;
  assert.ok((await analyzer.get(`/flows/${flows[0].id}/stream`)).body.pieces.length > 0);
});

test('a capture that was broken off goes on with the file that is uploaded now', async () => {
  // Another capture than those above: what stands behind its end changes its hash.
  const bytes = Buffer.concat([await readFile(OFFICE), (await readFile(OFFICE)).subarray(0, 300)]);
  const first = await upload(bytes.subarray(0, bytes.length - 300), 'x.pcapng');
  assert.equal(first.body.is_new, false);
  const hash = createHash('sha256').update(bytes).digest('hex');
  const gone = join(analyzer.folder, '0123456789abcdef', 'old.pcapng');
  await mkdir(dirname(gone));
  await writeFile(gone, bytes.subarray(0, 10_000));
  const origin = { key: `sha256:${hash}`, kind: 'file', name: 'old.pcapng', file: gone, hash } as const;
  const { capture: broken } = await store.beginCapture(origin);
  const { body } = await upload(bytes, 'new.pcapng');
  assert.equal(body.capture.id, broken.id);
  const capture = await finished(broken.id);
  assert.ok(capture.packets >= 5125);
  const { file } = (await store.capture(broken.id))!;
  assert.equal(basename(file!), 'new.pcapng');
  assert.ok(!(await readdir(analyzer.folder)).includes('0123456789abcdef'));
  const [row] = (await analyzer.get(`/packets?capture=${broken.id}&order=desc&limit=1&q=dns`)).body.items;
  assert.equal((await analyzer.get(`/packets/${row.id}/bytes`)).status, 200);
  // It has ended, and its file is lost: the next upload of it is its file.
  await rm(dirname(file!), { recursive: true });
  const again = await upload(bytes, 'newer.pcapng');
  assert.deepEqual([again.body.is_new, again.body.capture.id], [false, broken.id]);
  assert.equal(basename((await store.capture(broken.id))!.file!), 'newer.pcapng');
  assert.ok((await readdir(dirname((await store.capture(broken.id))!.file!))).includes('newer.pcapng'));
});

const skip =
  process.getuid?.() === 0 && process.platform === 'linux' ? false : 'needs root, to make a small disk';

test('an upload onto a full disk is one clear line, and leaves nothing', { skip }, async () => {
  const disk = await mkdtemp(join(tmpdir(), 'eyrie-small-disk-'));
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', disk]);
  const small = await startAnalyzer(store, { intake, uploadBytesMax: 16 << 20, folder: disk });
  try {
    const answer = await small.get('/captures?name=large.pcapng', {
      method: 'POST',
      body: Buffer.concat([await readFile(OFFICE), Buffer.alloc(4 << 20)]),
      headers: { 'content-type': 'application/octet-stream' },
    });
    assert.deepEqual([answer.status, answer.body.error.code], [507, 'disk_full']);
    assert.match(answer.body.error.message, /^[^\n]+$/);
    assert.deepEqual(await readdir(disk), []);
    assert.equal((await small.get('/healthz')).status, 200);
  } finally {
    await small.close();
    execFileSync('umount', [disk]);
    await rm(disk, { recursive: true });
  }
});

test('what is no capture, empty, too large or of a wrong type is refused, and nothing of it is kept', async () => {
  const kept = (await readdir(analyzer.folder)).length;
  const known = (await analyzer.get('/captures')).body.items.length;
  const text = await upload(Buffer.from('Dear Sir or Madam, this is a letter.'), '../../letter.txt');
  assert.deepEqual([text.status, text.body.error.code], [400, 'not_a_capture']);
  assert.match(text.body.error.message, /^\.\.\/\.\.\/letter\.txt: not a capture file/);
  assert.equal((await upload(Buffer.alloc(0), 'empty.pcap')).body.error.code, 'not_a_capture');
  assert.equal((await upload(Buffer.alloc(5 << 20), 'large.pcap')).status, 413);
  const form = await analyzer.get('/captures?name=x', { method: 'POST', body: new FormData() });
  assert.equal(form.status, 415);
  assert.equal((await analyzer.get('/captures', { method: 'POST' })).body.error.code, 'bad_value');
  assert.equal((await readdir(analyzer.folder)).length, kept);
  assert.equal((await analyzer.get('/captures')).body.items.length, known);
});

test('a file that is cut gives its packets and says what is wrong', async () => {
  const whole = await readFile(OFFICE);
  const { body } = await upload(whole.subarray(0, 1_000_001), 'cut.pcapng');
  const capture = await finished(body.capture.id);
  assert.equal(capture.state, 'failed');
  assert.match(capture.problem, /cut short/);
  assert.ok(capture.packets > 1000 && capture.packets < 5125);
});

test('an upload that breaks off leaves nothing behind', async () => {
  const kept = (await readdir(analyzer.folder)).length;
  const sending = request(`${analyzer.address}/captures?name=half.pcapng`, {
    method: 'POST',
    headers: { 'content-type': 'application/octet-stream', 'content-length': '1000000' },
  });
  const broken = once(sending, 'error');
  sending.write(Buffer.alloc(100_000));
  await until('the half is there', async () => (await readdir(analyzer.folder)).length === kept + 1);
  sending.destroy(new Error('the client went away'));
  await broken;
  await until('the half is gone', async () => (await readdir(analyzer.folder)).length === kept);
});

test('a capture is deleted with all its rows, and its file if it was uploaded', async () => {
  const kept = (await readdir(analyzer.folder)).length;
  const { status } = await analyzer.get('/captures/1', { method: 'DELETE' });
  assert.equal(status, 200);
  assert.equal((await analyzer.get('/captures/1')).status, 404);
  assert.deepEqual((await analyzer.get('/packets?capture=1')).body.items, []);
  assert.equal((await readdir(analyzer.folder)).length, kept - 1);
  assert.equal((await analyzer.get('/captures/1', { method: 'DELETE' })).body.error.code, 'no_such_capture');
});

test('a live capture is deleted with its files in the ring, and with nothing else of its folder', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'eyrie-ring-'));
  const ring = new RingWriter(folder, { ...RING_DEFAULTS, fileBytesMax: 10_000 }, () =>
    newInterface(0, 0, 1),
  );
  const frame = newFrame();
  frame.data = new Uint8Array(500);
  frame.end = frame.wireLength = 500;
  for (let i = 0; i < 50; i++) ring.write(frame);
  ring.close();
  const names = await readdir(folder);
  assert.ok(names.length > 1);
  await writeFile(join(folder, 'notes.pcapng'), '');
  const origin = { key: 'live:eth9:1', kind: 'live', name: 'eth9', file: folder, hash: null } as const;
  const { capture } = await store.beginCapture(origin);
  await store.endCapture(capture.id, null);
  assert.equal((await analyzer.get(`/captures/${capture.id}`, { method: 'DELETE' })).status, 200);
  assert.deepEqual(await readdir(folder), ['notes.pcapng']);
  assert.equal((await analyzer.get(`/captures/${capture.id}`)).status, 404);
  await rm(folder, { recursive: true });
});

test('a live capture whose path a store of pseudonyms does not keep is deleted with its files, too', async () => {
  const started = '2026-11-21T14:00:00.123Z';
  const sessions = ['eth9-20261121T140000Z-3f9a', 'eth9-20261121T140000Z-3f9b'].map((name) =>
    join(ringFolder, name),
  );
  for (const session of sessions) {
    await mkdir(session, { recursive: true });
    await writeFile(join(session, '000000-000000000000-000000000000000.pcapng'), '');
  }
  const origin = { key: `live:eth9:${started}:3f9a0123abcd`, kind: 'live', name: 'eth9' } as const;
  const { capture } = await store.beginCapture({ ...origin, file: null, hash: null });
  await store.endCapture(capture.id, null);
  assert.equal((await analyzer.get(`/captures/${capture.id}`, { method: 'DELETE' })).status, 200);
  assert.deepEqual(await readdir(ringFolder), [basename(sessions[1]!)]);
  await rm(ringFolder, { recursive: true });
});

test('what runs can be stopped; what does not run says so', async () => {
  const [capture] = (await analyzer.get('/captures')).body.items;
  const stopped = await analyzer.get(`/captures/${capture.id}/stop`, { method: 'POST' });
  assert.equal(stopped.body.error.code, 'not_running');
});

test('an upload while as many captures run as may is asked to come again', async () => {
  const narrow = new PipelineIntake({ ...options, store, activeMax: 2 });
  const busy = await startAnalyzer(store, { intake: narrow });
  try {
    const running: number[] = [];
    for (let i = 0; i < 2; i++)
      running.push((await narrow.importFile(OFFICE, { again: true, speed: 0.001 })).capture);
    const answer = await upload(await readFile(OFFICE), 'third.pcapng', '&again=true', busy);
    assert.deepEqual([answer.status, answer.body.error.code], [503, 'captures_busy']);
    assert.ok(answer.headers.has('retry-after'));
    await Promise.all(running.map((capture) => narrow.stop(capture)));
    const { status } = await upload(await readFile(OFFICE), 'fourth.pcapng', '&again=true', busy);
    assert.ok(status < 300, String(status));
  } finally {
    await narrow.close();
    await busy.close();
  }
});

test('the file was changed or moved after it was stored: rows stay, bytes are gone, and it says so', async () => {
  const { rename } = await import('node:fs/promises');
  const { body } = await upload(await readFile(OFFICE), 'moved.pcapng', '&again=true');
  const { id } = await finished(body.capture.id);
  const { file } = (await store.capture(id))!;
  await rename(file!, join(analyzer.folder, 'elsewhere'));
  const { items } = (await analyzer.get(`/packets?capture=${id}&limit=3`)).body;
  assert.equal(items.length, 3);
  const { status, body: answer } = await analyzer.get(`/packets/${items[0].id}`);
  assert.deepEqual([status, answer.error.code], [410, 'bytes_gone']);
  assert.equal((await analyzer.get(`/protocol_summary?capture=${id}`)).body.packets, 5125);
});
