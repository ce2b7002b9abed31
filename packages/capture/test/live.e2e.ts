// Tests of live capture on loopback with real tools; needs root, or a tool with the capability to capture.
import assert from 'node:assert/strict';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { newFrame } from '@eyrie/dissect/files';
import { spawnChild } from '../../../test/support/children.ts';
import { hasTool } from '../../../test/support/tools.ts';
import { until } from '../../../test/support/until.ts';
import { type LiveSource, listInterfaces, openLive, type ToolName } from '../src/index.ts';

const PACKETS = 500;

function mayCapture(tool: ToolName): false | string {
  if (process.platform !== 'linux') return 'captures on lo, as Linux calls it';
  if (!hasTool(tool)) return `needs ${tool}`;
  return process.getuid?.() === 0 ? false : 'needs root';
}

/** Packets between two ports on lo that are ours as long as this lives: nobody else's pass the filter. */
class Traffic {
  readonly filter: string;
  readonly #from: Socket;
  readonly #to: Socket;

  private constructor(from: Socket, to: Socket) {
    this.#from = from;
    this.#to = to;
    this.filter = `udp src port ${from.address().port} and udp dst port ${to.address().port}`;
  }

  static async open(): Promise<Traffic> {
    const sockets = [createSocket('udp4'), createSocket('udp4')] as const;
    for (const socket of sockets) await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
    return new Traffic(...sockets);
  }

  async send(count: number): Promise<void> {
    const { port } = this.#to.address();
    for (let i = 0; i < count; i++)
      await new Promise((resolve) =>
        this.#from.send(Buffer.alloc(100, i & 0xff), port, '127.0.0.1', resolve),
      );
  }

  close(): void {
    this.#from.close();
    this.#to.close();
  }
}

/** The first payload byte of each packet. */
async function readAll(source: LiveSource, until: number): Promise<number[]> {
  const frame = newFrame();
  const all: number[] = [];
  for await (const reader of source.chunks()) {
    while (reader.next(frame)) all.push(frame.data[frame.start + 42]!);
    if (all.length >= until) await source.stop();
  }
  return all;
}

/** A program that captures until SIGINT: it prints the tool's process id, and how many packets it has read in the end. */
async function capturing(tool: ToolName, filter: string) {
  const program = `
    import { openLive } from ${JSON.stringify(join(import.meta.dirname, '../src/index.ts'))};
    import { newFrame } from ${JSON.stringify(import.meta.resolve('@eyrie/dissect/files'))};
    const source = await openLive('lo', { filter: '${filter}', tool: '${tool}' });
    process.on('SIGINT', () => source.stop());
    console.log(source.pid);
    let packets = 0;
    for await (const reader of source.chunks()) while (reader.next(newFrame())) packets++;
    console.log(packets);`;
  const child = spawnChild(process.execPath, ['--input-type=module', '-e', program], {
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const said = { text: '' };
  child.stdout!.on('data', (part) => (said.text += part));
  const closed = once(child, 'close');
  const pid = Number(await until('the tool', () => /^(\d+)\n/.exec(said.text)?.[1]));
  return { child, closed, pid, said };
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

for (const tool of ['tcpdump', 'dumpcap'] as const) {
  const skip = mayCapture(tool);
  describe(`live capture with ${tool}`, { skip }, () => {
    let traffic: Traffic;
    before(async () => {
      traffic = await Traffic.open();
    });
    after(() => traffic.close());

    it('delivers exactly the packets that pass the filter', async () => {
      const source = await openLive('lo', { filter: traffic.filter, tool });
      const reading = readAll(source, PACKETS);
      await traffic.send(PACKETS);
      assert.deepEqual(
        await reading,
        Array.from({ length: PACKETS }, (_, i) => i & 0xff),
      );
      assert.deepEqual(source.drops, { kernel: 0, interface: 0 });
      assert.equal(source.reader.problem, null);
    });

    it('delivers what was captured until it is stopped, which the tool had not handed over yet', async () => {
      const source = await openLive('lo', { filter: traffic.filter, tool });
      const reading = readAll(source, Infinity);
      await traffic.send(50);
      await source.stop();
      assert.equal((await reading).length, 50);
    });

    it('truncates packets to the snapshot length', async () => {
      const source = await openLive('lo', { filter: traffic.filter, snapLength: 60, tool });
      const frame = newFrame();
      const lengths: number[] = [];
      const reading = (async () => {
        for await (const reader of source.chunks()) {
          while (reader.next(frame)) lengths.push(frame.end - frame.start, frame.wireLength);
          if (lengths.length > 0) await source.stop();
        }
      })();
      await traffic.send(1);
      await reading;
      assert.deepEqual(lengths, [60, 142]);
    });

    it('an unknown interface and an invalid filter are errors', async () => {
      await assert.rejects(openLive('nope', { tool }), {
        code: 'ERR_CAPTURE_NO_INTERFACE',
        message: /there are .*lo/,
      });
      await assert.rejects(openLive('lo', { filter: 'foo bar', tool }), { code: 'ERR_CAPTURE_BAD_FILTER' });
    });

    it('a filter that looks like an option of the tool is still a filter', async () => {
      const folder = mkdtempSync(join(tmpdir(), 'eyrie-live-'));
      const target = join(folder, 'written.pcap');
      try {
        await assert.rejects(openLive('lo', { filter: `-w${target}`, tool }), {
          code: 'ERR_CAPTURE_BAD_FILTER',
        });
        assert.equal(existsSync(target), false);
      } finally {
        rmSync(folder, { recursive: true });
      }
    });

    it('Ctrl-C in a terminal, which signals the process group, loses nothing that was captured', async () => {
      const { child, closed, said } = await capturing(tool, traffic.filter);
      await traffic.send(50);
      process.kill(-child.pid!, 'SIGINT');
      await closed;
      assert.match(said.text, /\n50\n$/);
    });

    it('the tool of a program that was killed ends, though there are no packets', async () => {
      const { child, closed, pid } = await capturing(tool, traffic.filter);
      child.kill('SIGKILL');
      await closed;
      await until('the end of the tool', () => !isRunning(pid));
    });

    it('ends without an error if the tool is signalled before this program', async () => {
      const source = await openLive('lo', { filter: traffic.filter, tool });
      const reading = readAll(source, PACKETS);
      process.kill(source.pid, 'SIGINT');
      await new Promise((resolve) => setTimeout(resolve, 200));
      await source.stop();
      assert.deepEqual(await reading, []);
    });

    it('a tool that is killed is an error', async () => {
      const source = await openLive('lo', { filter: traffic.filter, tool });
      const reading = readAll(source, PACKETS);
      process.kill(source.pid, 'SIGKILL');
      await assert.rejects(reading, { code: 'ERR_CAPTURE_LIVE', message: /ended by SIGKILL/ });
    });

    it('can be closed at any time', async () => {
      const source = await openLive('lo', { filter: traffic.filter, tool });
      await source.close();
    });
  });
}

describe('the list of interfaces', { skip: mayCapture('tcpdump') }, () => {
  it('contains loopback with its address', async () => {
    const lo = (await listInterfaces()).find(({ name }) => name === 'lo');
    assert.ok(lo?.isLoopback && lo.isUp && lo.addresses.includes('127.0.0.1'));
  });
});

describe('a tcpdump that is slow to begin', {
  skip: process.platform !== 'linux' && 'a shell script',
}, () => {
  it('is not asked for its counters, which would end it, before it handles signals', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'eyrie-live-'));
    const path = process.env.PATH;
    try {
      const header =
        '\\0324\\0303\\0262\\0241\\02\\00\\04\\00\\00\\00\\00\\00\\00\\00\\00\\00\\00\\00\\04\\00\\01\\00\\00\\00';
      const script = `#!/bin/sh
printf '%b' '${header}'
sleep 2.5
trap 'echo "3 packets dropped by kernel" >&2' USR1
trap 'exit 0' INT
echo 'tcpdump: listening on lo' >&2
while :; do sleep 0.05; done
`;
      writeFileSync(join(folder, 'tcpdump'), script, { mode: 0o755 });
      process.env.PATH = `${folder}:${path}`;
      const source = await openLive('lo', { tool: 'tcpdump' });
      const reading = readAll(source, Infinity);
      await Promise.race([reading, until('its counters', () => source.drops.kernel === 3)]);
      await source.stop();
      assert.deepEqual(await reading, []);
    } finally {
      process.env.PATH = path;
      rmSync(folder, { recursive: true });
    }
  });
});
