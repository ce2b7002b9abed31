// Tests of live capture on loopback with real tools; needs root, or a tool with the capability to capture.
import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { newFrame } from '@eyrie/dissect/files';
import { hasTool } from '../../../test/support/tools.ts';
import { type LiveSource, listInterfaces, openLive, type ToolName } from '../src/index.ts';

const PORT = 39_481;
const PACKETS = 500;

function mayCapture(tool: ToolName): false | string {
  if (process.platform !== 'linux') return 'captures on lo, as Linux calls it';
  if (!hasTool(tool)) return `needs ${tool}`;
  return process.getuid?.() === 0 ? false : 'needs root';
}

async function sendPackets(count: number): Promise<void> {
  const socket = createSocket('udp4');
  const sink = createSocket('udp4');
  await new Promise<void>((resolve) => sink.bind(PORT, '127.0.0.1', resolve));
  for (let i = 0; i < count; i++)
    await new Promise((resolve) => socket.send(Buffer.alloc(100, i & 0xff), PORT, '127.0.0.1', resolve));
  socket.close();
  sink.close();
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

for (const tool of ['tcpdump', 'dumpcap'] as const) {
  const skip = mayCapture(tool);
  describe(`live capture with ${tool}`, { skip }, () => {
    it('delivers exactly the packets that pass the filter', async () => {
      const source = await openLive('lo', { filter: `udp dst port ${PORT}`, tool });
      const reading = readAll(source, PACKETS);
      await sendPackets(PACKETS);
      assert.deepEqual(
        await reading,
        Array.from({ length: PACKETS }, (_, i) => i & 0xff),
      );
      assert.deepEqual(source.drops, { kernel: 0, interface: 0 });
      assert.equal(source.reader.problem, null);
    });

    it('delivers what was captured until it is stopped, which the tool had not handed over yet', async () => {
      const source = await openLive('lo', { filter: `udp dst port ${PORT}`, tool });
      const reading = readAll(source, Infinity);
      await sendPackets(50);
      await source.stop();
      assert.equal((await reading).length, 50);
    });

    it('truncates packets to the snapshot length', async () => {
      const source = await openLive('lo', { filter: `udp dst port ${PORT}`, snapLength: 60, tool });
      const frame = newFrame();
      const lengths: number[] = [];
      const reading = (async () => {
        for await (const reader of source.chunks()) {
          while (reader.next(frame)) lengths.push(frame.end - frame.start, frame.wireLength);
          if (lengths.length > 0) await source.stop();
        }
      })();
      await sendPackets(1);
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

    it('ends without an error if Ctrl-C reaches the tool before this program', async () => {
      const source = await openLive('lo', { filter: `udp dst port ${PORT}`, tool });
      const reading = readAll(source, PACKETS);
      process.kill(source.pid, 'SIGINT');
      await new Promise((resolve) => setTimeout(resolve, 200));
      await source.stop();
      assert.deepEqual(await reading, []);
    });

    it('a tool that is killed is an error', async () => {
      const source = await openLive('lo', { filter: `udp dst port ${PORT}`, tool });
      const reading = readAll(source, PACKETS);
      process.kill(source.pid, 'SIGKILL');
      await assert.rejects(reading, { code: 'ERR_CAPTURE_LIVE', message: /ended by SIGKILL/ });
    });

    it('can be closed at any time', async () => {
      const source = await openLive('lo', { filter: `udp port ${PORT}`, tool });
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
