// `eyrie read -i`: packets of the loopback interface, until something ends it.
import assert from 'node:assert/strict';
import { type ChildProcess, spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { spawnChild } from '../../../test/support/children.ts';
import { hasTool } from '../../../test/support/tools.ts';
import { until } from '../../../test/support/until.ts';

const EYRIE = join(import.meta.dirname, '../bin/eyrie.js');
const folder = mkdtempSync(join(tmpdir(), 'eyrie-read-live-'));
const socket = createSocket('udp4');
after(() => {
  socket.close();
  rmSync(folder, { recursive: true });
});

function cannot(): string | false {
  if (process.platform !== 'linux') return 'captures on lo, as Linux calls it';
  if (!hasTool('tcpdump')) return 'needs tcpdump';
  return process.getuid?.() === 0 ? false : 'needs root';
}

interface Ended {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs it while datagrams go to a port of their own. */
async function during(port: number, args: string[], act?: (child: ChildProcess) => unknown): Promise<Ended> {
  const filter = ['-f', `udp dst port ${port}`];
  const child = spawnChild(process.execPath, [EYRIE, 'read', '-i', 'lo', ...filter, ...args]);
  const said = { out: '', err: '' };
  child.stdout!.on('data', (part) => (said.out += part));
  child.stderr!.on('data', (part) => (said.err += part));
  const closed = once(child, 'close');
  const isRunning = () => child.exitCode === null && child.signalCode === null;
  while (isRunning() && !said.err.includes('listening')) await sleep(20);
  const timer = setInterval(() => socket.send('hello', port, '127.0.0.1'), 50);
  try {
    await act?.(child);
    await closed;
  } finally {
    clearInterval(timer);
    // It has ended, unless something failed: then this file would never end.
    child.kill('SIGTERM');
  }
  return { ...said, status: child.exitCode };
}

describe('eyrie read -i', { skip: cannot() }, () => {
  test('-c ends it, with fields as from a file', async () => {
    const { status, out, err } = await during(40_111, ['-c', '2', '-e', 'ip.dst', '-e', 'udp.dstport']);
    assert.deepEqual([status, out], [0, '127.0.0.1\t40111\n'.repeat(2)]);
    assert.match(err, /^eyrie: listening on lo with \w+; Ctrl-C ends it\neyrie: 2 packets\n$/);
  });

  test('-a ends it, and statistics follow', async () => {
    const { status, out } = await during(40_112, ['-a', 'duration:2', '-q', '-z', 'conv,udp']);
    assert.equal(status, 0);
    assert.match(out, /UDP Conversations[\s\S]*127\.0\.0\.1:40112/);
  });

  test('its summary suggests no command that reads it again', async () => {
    const { status, out } = await during(40_114, ['-a', 'duration:2', '--summary']);
    assert.equal(status, 0);
    assert.match(out, /Top talkers/);
    assert.doesNotMatch(out, /Next/);
  });

  test('Ctrl-C ends it, with a complete output file', async () => {
    const file = join(folder, 'live.pcapng');
    const { status } = await during(40_113, ['-w', file], async (child) => {
      // What came is in the file while the capture goes on; the kernel hands packets over within a second.
      await until(
        'packets in the file',
        () => (statSync(file, { throwIfNoEntry: false })?.size ?? 0) >= 1000,
      );
      child.kill('SIGINT');
    });
    assert.equal(status, 0);
    const read = spawnSync(process.execPath, [
      EYRIE,
      'read',
      file,
      'udp.dstport == 40113',
      '-c',
      '1',
      '-e',
      'data.len',
    ]);
    assert.deepEqual([String(read.stdout), String(read.stderr)], ['5\n', '']);
  });
});

test('flags that need an interface, or exclude one, are reported', () => {
  const cases: [string[], RegExp][] = [
    [['-f', 'icmp', 'x.pcap'], /-f goes with -i/],
    [['-p', 'x.pcap'], /-p goes with -i/],
    [['-b', 'packets:9', 'x.pcap'], /-b goes with -i/],
    [['-i', 'lo', '-a', '10'], /-a 10: write it as duration:10/],
    [['-i', 'lo', '-s', 'all'], /-s all: bytes kept/],
    [['-i', 'lo', '-2'], /-2 reads the capture twice/],
    [['-i', 'lo', '-r', 'x.pcap'], /name a file or an interface/],
  ];
  for (const [args, problem] of cases) {
    const { status, stderr } = spawnSync(process.execPath, [EYRIE, 'read', ...args], { encoding: 'utf8' });
    assert.equal(status, 2);
    assert.match(stderr, problem);
  }
});
