// Services as processes, killed without a word in the middle of a replay: when they are started again, every packet is in
// the store once. Then a store that is full, and one that is somebody else's.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { openStore, type Store } from '@eyrie/store';
import { freePort, Process } from './support/processes.ts';

const SAMPLE = join(import.meta.dirname, '../../../samples/office-hour.pcapng');
const PACKETS = 5125;

const folder = mkdtempSync(join(tmpdir(), 'eyrie-faults-'));
const running = new Set<Process>();
after(async () => {
  for (const each of running) await each.kill();
  rmSync(folder, { recursive: true });
});

function start(...args: string[]): Process {
  const made = new Process(args);
  running.add(made);
  return made;
}

/** What a store has of the sample: packets, sum of frame numbers, packets in its flows. */
async function sums(url: string) {
  const store = await openStore(url, { readOnly: true });
  try {
    const { packets, bytes } = await store.protocolSummary();
    const [capture] = await store.captures();
    return { packets, bytes, flows: await flowPackets(store), ended: capture?.ended !== null };
  } finally {
    await store.close();
  }
}

async function flowPackets(store: Store): Promise<string[]> {
  const { items } = await store.flows({ limit: 10_000 });
  return items
    .map(
      ({ transport, stream, toServer, toClient }) =>
        `${transport} ${stream} ${toServer.packets} ${toClient.packets}`,
    )
    .sort();
}

/** The three services on ports of their own; the replay takes some seconds. */
class Three {
  readonly url: string;
  parserPort = 0;
  persistorPort = 0;
  parser!: Process;
  persistor!: Process;
  capture!: Process;

  constructor(name: string) {
    this.url = `duckdb:${join(folder, `${name}.duckdb`)}`;
  }

  async start(): Promise<void> {
    [this.parserPort, this.persistorPort] = [await freePort(), await freePort()];
    await this.startPersistor();
    await this.startParser();
    this.startCapture();
  }

  async startPersistor(): Promise<void> {
    this.persistor = start('persistor', '--port', String(this.persistorPort), '--store', this.url);
    await this.persistor.says('takes batches on');
  }

  async startParser(): Promise<void> {
    const persistor = `http://127.0.0.1:${this.persistorPort}`;
    this.parser = start('parser', '--port', String(this.parserPort), '--persistor', persistor);
    await this.parser.says('takes packets on');
  }

  startCapture(): void {
    // Three minutes and a half of traffic in some four seconds.
    const parser = `http://127.0.0.1:${this.parserPort}`;
    this.capture = start('capture', SAMPLE, '--speed', '50', '--parser', parser);
  }

  /** Waits until so many packets are stored. */
  async stored(packets: number): Promise<void> {
    for (const end = Date.now() + 180_000; Date.now() < end; await pause(20)) {
      const response = await fetch(`http://127.0.0.1:${this.persistorPort}/healthz`).catch(() => null);
      const health = (await response?.json()) as { packets: number } | undefined;
      if ((health?.packets ?? 0) >= packets) return;
    }
    throw new Error(`${packets} packets were not stored:\n${this.capture.said}\n${this.parser.said}`);
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

const whole = `duckdb:${join(folder, 'whole.duckdb')}`;

describe('a service that is killed in the middle of a replay', { concurrency: 4 }, () => {
  before(async () => {
    const run = start('import', SAMPLE, '--store', whole);
    assert.equal(await run.ended, 0, run.said);
    assert.equal((await sums(whole)).packets, PACKETS);
  });

  for (const name of ['parser', 'persistor', 'capture'] as const) {
    it(`${name}: nothing is lost, nothing is there twice`, async () => {
      const three = new Three(name);
      await three.start();
      await three.stored(800);
      await three[name].kill();
      await pause(300);
      if (name === 'parser') await three.startParser();
      else if (name === 'persistor') await three.startPersistor();
      else three.startCapture();
      assert.equal(await three.capture.ended, 0, three.capture.said);
      assert.match(three.capture.said, /packets were sent and stored/);
      assert.equal(await three.parser.stop(), 0);
      assert.equal(await three.persistor.stop(), 0);
      assert.match(three.persistor.said, /packets in .* batches were stored/);
      assert.deepEqual(await sums(three.url), await sums(whole));
    });
  }

  it('eyrie import: goes on where it was', async () => {
    const url = `duckdb:${join(folder, 'import.duckdb')}`;
    const up = start('up', SAMPLE, '--speed', '50', '--store', url, '--port', '0');
    await up.says('The page');
    await pause(1500);
    await up.kill();
    const run = start('import', SAMPLE, '--store', url);
    assert.equal(await run.ended, 0, run.said);
    assert.deepEqual(await sums(url), await sums(whole));
  });
});

describe('a store', () => {
  const skip =
    process.getuid?.() === 0 && process.platform === 'linux' ? false : 'needs root, to make a small disk';

  it('on a full disk is an error of one line, with nothing stored by half', { skip }, async () => {
    const disk = join(folder, 'disk');
    mkdirSync(disk);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=3500k', 'tmpfs', disk]);
    const ballast = join(disk, 'ballast');
    execFileSync('dd', ['if=/dev/zero', `of=${ballast}`, 'bs=100k', 'count=20'], { stdio: 'ignore' });
    const run = start('import', SAMPLE, '--store', `duckdb:${join(disk, 'small.duckdb')}`);
    try {
      await run.says(/disk is full|no space/i);
      // It waits for room, and goes on when there is.
      rmSync(ballast);
      execFileSync('mount', ['-o', 'remount,size=100m', disk]);
      assert.equal(await run.ended, 0, run.said);
      assert.deepEqual(await sums(`duckdb:${join(disk, 'small.duckdb')}`), await sums(whole));
    } finally {
      await run.kill();
      execFileSync('umount', [disk]);
    }
  });

  it('that another process holds is an error that says so', async () => {
    const url = `duckdb:${join(folder, 'held.duckdb')}`;
    const holder = start('persistor', '--port', '0', '--store', url);
    await holder.says('takes batches on');
    const other = start('import', SAMPLE, '--store', url);
    assert.equal(await other.ended, 1);
    assert.match(other.said, /^eyrie: .*\n$/);
  });
});
