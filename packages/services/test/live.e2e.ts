// Live capture into a store, on loopback: all of it, and what was lost is counted. Needs root.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { findTool, openCapture, placeInRing, RING_DEFAULTS, ringFiles } from '@eyrie/capture';
import { newFrame } from '@eyrie/dissect';
import { until } from '../../../test/support/until.ts';
import { captureLive, startLive } from '../src/capture/index.ts';
import { type Log, silentLog } from '../src/log/index.ts';
import { startParserServer } from '../src/parser/index.ts';
import { startPersistor } from '../src/persistor/index.ts';
import { PipelineIntake, runLive } from '../src/pipeline/index.ts';
import { MemoryStore } from './support/memory-store.ts';
import { freePort } from './support/processes.ts';

const PACKETS = 3000;
/** An Enhanced Packet Block of pcapng with 242 bytes of a packet, filled up to 244. */
const RECORD_BYTES = 32 + 244;
const root = mkdtempSync(join(tmpdir(), 'eyrie-live-'));
after(() => rmSync(root, { recursive: true }));

function cannot(): false | string {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'needs root on Linux';
  try {
    findTool();
    return false;
  } catch (error) {
    return (error as Error).message;
  }
}

async function sendPackets(port: number, count: number): Promise<void> {
  const socket = createSocket('udp4');
  for (let i = 0; i < count; i++)
    await new Promise((resolve) => socket.send(Buffer.alloc(200), port, '127.0.0.1', resolve));
  socket.close();
}

/** A log that says when a capture has begun: what is sent before is not seen. */
function listening(): { log: Log; hasBegun: Promise<void> } {
  const { promise, resolve } = Promise.withResolvers<void>();
  const info = (text: string) => text.startsWith('captures on') && resolve();
  return { log: { ...silentLog, info }, hasBegun: promise };
}

/** Bytes of packets that a ring has taken, also of files that it has thrown away: the name of one says what was before it. */
function bytesTaken(folder: string): number {
  const newest = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.pcapng'))
    .sort()
    .at(-1);
  if (newest === undefined) return 0;
  const before = /-(\d+)\.pcapng$/.exec(newest)![1]!;
  return Number(before) + statSync(join(folder, newest)).size;
}

const log = silentLog;

const meshClock = async () => ({ mesh: 'home', aheadSeconds: -0.0125, uncertaintySeconds: 0.0002 });

describe('a live capture into a store', { skip: cannot() }, () => {
  it('says in each file of its ring how its clock stands to that of the mesh', async () => {
    const port = await freePort();
    const live = await startLive({
      ...{
        interface: 'lo',
        filter: `udp dst port ${port}`,
        ringFolder: join(root, 'clock'),
        ring: RING_DEFAULTS,
        log,
      },
      meshClock,
    });
    await sendPackets(port, 10);
    await until('ten packets', () => live.state.packets === 10);
    await live.stop();
    const { path } = await placeInRing(live.folder, 0);
    const source = await openCapture(path);
    source.reader.next(newFrame());
    assert.deepEqual(source.reader.sections[0]!.comments, [
      'clock -0.012500 s ahead of the time of mesh home, ± 0.000200 s',
    ]);
    await source.close();
  });

  it('goes on after its tool was killed, in the same capture, and says so', async () => {
    const port = await freePort();
    const filter = `udp dst port ${port}`;
    const said: string[] = [];
    const live = await startLive({
      ...{ interface: 'lo', filter, ringFolder: join(root, 'killed'), ring: RING_DEFAULTS },
      log: { ...silentLog, warn: (text) => said.push(text), info: (text) => said.push(text) },
    });
    await sendPackets(port, 10);
    await until('ten packets', () => live.state.packets === 10);
    execFileSync('pkill', ['-KILL', '-P', String(process.pid), '-f', filter]);
    await until('the tool again', () => said.includes('captures on lo again'));
    await sendPackets(port, 10);
    await until('twenty packets', () => live.state.packets === 20);
    await live.stop();
    await live.ended;
    assert.deepEqual(said, [
      'captures on lo with tcpdump',
      'lo: tcpdump cannot capture: ended by SIGKILL; tries again until it can',
      'captures on lo again',
    ]);
    assert.equal((await ringFiles(live.folder)).length, 1);
  });

  it('ends when its packets can no longer be parsed', async () => {
    const port = await freePort();
    const { live, finished } = await runLive(
      {
        ...{ interface: 'lo', filter: `udp dst port ${port}`, ringFolder: join(root, 'unparsed') },
        ...{ ring: RING_DEFAULTS, log },
      },
      { store: new MemoryStore().store, log },
    );
    mkdirSync(join(live.folder, '000000-000000000000-000000000000000.pcapng'), { recursive: true });
    await assert.rejects(finished(), { code: 'ERR_CAPTURE_IS_DIRECTORY' });
    assert.equal(live.isOver, true);
  });

  it('tells in its queues how far the store is behind the ring, and stores that after the end', async () => {
    const port = await freePort();
    const memory = new MemoryStore();
    memory.failAfter = 0;
    const intake = new PipelineIntake({
      ...{ store: memory.store, log, ring: RING_DEFAULTS, ringFolder: join(root, 'behind'), rules: false },
      live: { filter: `udp dst port ${port}` },
    });
    const { capture } = await intake.startLive({ interface: 'lo', filter: '', snapLength: null });
    await sendPackets(port, PACKETS);
    await until('the packets in the ring', () => intake.bytesBehind >= PACKETS * RECORD_BYTES);
    assert.equal(intake.queues()[0]!.depth, intake.bytesBehind);
    const ending = intake.close();
    memory.failAfter = Infinity;
    assert.equal(await ending, PACKETS);
    assert.equal(await intake.ended(capture), null);
  });

  it('whose ring cannot be written says so once, and counts what is dropped', async () => {
    const port = await freePort();
    const noFolder = join(root, 'file');
    writeFileSync(noFolder, '');
    const said: string[] = [];
    const live = await startLive({
      ...{ interface: 'lo', filter: `udp dst port ${port}`, ringFolder: noFolder, ring: RING_DEFAULTS },
      log: { ...silentLog, warn: (text) => said.push(text), info: (text) => said.push(text) },
    });
    for (const drops of [10, 20]) {
      await sendPackets(port, 10);
      await until('the drops', () => live.state.dropped === drops);
    }
    assert.deepEqual(
      live.drops().map(({ where, packets }) => [where, packets]),
      [['queue', 20]],
    );
    assert.deepEqual(live.drops(), []);
    await live.stop();
    assert.equal(said.length, 2);
    assert.match(said[1]!, /^packets are dropped: .*: its folder does not exist/);
  });

  it('in one process brings every packet, whose bytes can be found again', async () => {
    const port = await freePort();
    const memory = new MemoryStore();
    const options = {
      interface: 'lo',
      filter: `udp dst port ${port}`,
      ringFolder: join(root, 'a'),
      ring: RING_DEFAULTS,
      meshClock,
    };
    const { run, live, stop, finished } = await runLive({ ...options, log }, { store: memory.store, log });
    await sendPackets(port, PACKETS);
    // The kernel hands over what has come once a second.
    await until('all packets', () => run.packets === PACKETS);
    await stop();
    assert.equal(await finished(), null);
    const kept = memory.kept.get(run.capture.key)!;
    assert.deepEqual(
      kept.numbers,
      Array.from({ length: PACKETS }, (_, i) => i + 1),
    );
    assert.equal(kept.dropped, 0);
    assert.equal(
      memory.rows[0]!.clock?.aheadSeconds,
      -0.0125,
      'what its times are worth is stored with them',
    );
    const flows = kept.flows.reduce(
      (sum, { toServer, toClient }) => sum + toServer.packets + toClient.packets,
      0,
    );
    assert.equal(flows, PACKETS);
    const { path } = await placeInRing(live.folder, kept.offsets.at(-1)!);
    assert.ok(path.startsWith(live.folder));
  });

  it('through services waits in the ring while the parser is away, and counts what does not fit there', async () => {
    const port = await freePort();
    const [parserPort, memory] = [await freePort(), new MemoryStore()];
    const stop = new AbortController();
    const ring = { fileBytesMax: 100_000, filesMax: 3, ageSecondsMax: Infinity };
    const [ringFolder, begin] = [join(root, 'b'), listening()];
    const capturing = captureLive(
      { interface: 'lo', filter: `udp dst port ${port}`, ringFolder, ring, log: begin.log, meshClock },
      { parser: `http://127.0.0.1:${parserPort}`, log, signal: stop.signal },
    );
    await begin.hasBegun;
    await sendPackets(port, PACKETS);
    await until('the packets in the ring', () => bytesTaken(ringFolder) >= PACKETS * RECORD_BYTES);
    const persistor = await startPersistor({ store: memory.store, log, host: '127.0.0.1', port: 0 });
    const parser = await startParserServer({
      log,
      host: '127.0.0.1',
      port: parserPort,
      persistor: persistor.url,
    });
    await until('the first row', () => memory.rows.length > 0);
    stop.abort();
    const sent = await capturing;
    await parser.close();
    await persistor.close();
    const kept = [...memory.kept.values()][0]!;
    assert.equal(sent.packets, kept.numbers.length);
    assert.ok(kept.dropped > 0 && kept.numbers.length > 100);
    assert.equal(kept.numbers.length + kept.dropped, PACKETS);
    assert.equal(memory.rows[0]!.ended, 1);
    assert.equal(memory.rows[0]!.clock?.mesh, 'home');
  });

  it('through services ends with its reason where nobody may send, and leaves no tool running', async () => {
    const port = await freePort();
    const memory = new MemoryStore();
    const persistor = await startPersistor({ store: memory.store, log, host: '127.0.0.1', port: 0 });
    const token = 'a-token-of-some-length';
    const parser = await startParserServer({
      log,
      host: '127.0.0.1',
      port: 0,
      persistor: persistor.url,
      token,
    });
    const filter = `udp dst port ${port}`;
    const begin = listening();
    const capturing = captureLive(
      { interface: 'lo', filter, ringFolder: join(root, 'refused'), ring: RING_DEFAULTS, log: begin.log },
      { parser: parser.url, log, signal: new AbortController().signal },
    );
    const refused = assert.rejects(capturing, { code: 'ERR_NEXT_REFUSED' });
    await begin.hasBegun;
    await sendPackets(port, 10);
    await refused;
    await parser.close();
    await persistor.close();
    const running = execFileSync('ps', ['--ppid', String(process.pid), '-o', 'args=']).toString();
    assert.doesNotMatch(running, new RegExp(filter));
  });

  it('an intake begins and ends it, and tells how it stands', async () => {
    const port = await freePort();
    const memory = new MemoryStore();
    const intake = new PipelineIntake({
      ...{ store: memory.store, log, ring: RING_DEFAULTS, ringFolder: join(root, 'c'), rules: true },
      live: { filter: `udp dst port ${port}` },
    });
    const { capture } = await intake.startLive({ interface: 'lo', filter: '', snapLength: 80 });
    await sendPackets(port, 500);
    await until('all packets', () => intake.counters().packets === 500);
    assert.deepEqual(
      intake.running().map(({ capture: id, packets, bytesTotal }) => [id, packets, bytesTotal]),
      [[capture, 500, null]],
    );
    assert.equal(intake.counters().bytes, 500 * 242);
    assert.equal(intake.services()[0]!.state, 'running');
    await until('nothing in the ring', () => intake.bytesBehind === 0);
    assert.deepEqual(intake.queues()[0], {
      name: `bytes in the ring of capture ${capture}`,
      ...{ depth: 0, capacity: 2e9 },
    });
    const ended = intake.ended(capture);
    assert.equal(await intake.stop(capture), true);
    assert.equal(await ended, null, 'a capture that was stopped is no failure');
    assert.equal(await intake.stop(capture), false);
    assert.equal(memory.rows[0]!.ended, 1);
    await assert.rejects(intake.startLive({ interface: 'nope', filter: '', snapLength: null }), {
      code: 'ERR_CAPTURE_NO_INTERFACE',
    });
    assert.equal(await intake.close(), 500);
    assert.ok((await intake.interfaces()).items.some(({ name }) => name === 'lo'));
  });
});
