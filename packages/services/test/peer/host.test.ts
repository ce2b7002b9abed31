// What is read of a host: files as Linux 6 writes them, hostile ones, and this machine's own.

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { LinuxMeter, ratesOf, Traffic } from '../../src/peer/index.ts';
import * as proc from '../../src/peer/proc.ts';

const DEV = (
  rx: number,
  tx: number,
) => `Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
    lo: 999 9 0 0 0 0 0 0 999 9 0 0 0 0 0 0
  eth0: ${rx} ${rx / 100} 3 ${rx / 1000} 0 0 0 0 ${tx} ${tx / 100} 1 2 0 0 0 0
`;
const STAT = (busy: number, idle: number) => `cpu  ${busy} 0 0 ${idle} 0 0 0 0 0 0\ncpu0 1 2 3 4\n`;
const MEMORY = 'MemTotal:       16000000 kB\nMemFree:         1000000 kB\nMemAvailable:    4000000 kB\n';
const DISKS = (sectors: number) =>
  `   8       0 sda 10 0 ${sectors} 0 10 0 ${2 * sectors} 0 0 0 0\n   8       1 sda1 10 0 999 0 10 0 999 0 0 0 0\n 252 0 dm-0 1 0 99 0 1 0 99 0 0 0 0\n`;

function hostIn(folder: string, files: Record<string, string>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

test('two samples of a host give its rates', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'eyrie-host-'));
  try {
    let nowMs = 0;
    hostIn(folder, {
      'proc/stat': STAT(100, 900),
      'proc/net/dev': DEV(1_000_000, 500_000),
      'proc/diskstats': DISKS(1_000),
      'proc/meminfo': MEMORY,
      'proc/loadavg': '0.52 0.58 0.59 1/467 12345\n',
      'proc/uptime': '3600.12 7000.00\n',
      'proc/self/mounts': '/dev/sda1 / ext4 rw 0 0\nproc /proc proc rw 0 0\n/dev/sda1 /again ext4 rw 0 0\n',
      'sys/class/net/eth0/speed': '1000\n',
      'sys/class/hwmon/hwmon0/name': 'coretemp\n',
      'sys/class/hwmon/hwmon0/temp1_input': '45000\n',
      'sys/class/hwmon/hwmon0/temp2_input': '61500\n',
    });
    const meter = new LinuxMeter(folder, () => nowMs);
    const first = await meter.sample();
    assert.equal(first.measured['cpu.used'], undefined);
    assert.equal(first.measured['memory.used'], 75);
    nowMs = 10_000;
    hostIn(folder, {
      'proc/stat': STAT(400, 1_600),
      'proc/net/dev': DEV(2_000_000, 700_000),
      'proc/diskstats': DISKS(21_000),
    });
    const { measured, details } = await meter.sample();
    assert.equal(measured['cpu.used'], 30);
    assert.equal(measured['cpu.free'], 70);
    assert.equal(measured['load.1'], 0.52);
    assert.equal(measured['memory.free'], 4_000_000 * 1024);
    assert.equal(measured['net.rx'], 100_000);
    assert.equal(measured['net.tx'], 20_000);
    assert.equal(measured['net.free'], 1e9 - 800_000);
    assert.equal(measured['net.drops'], 100);
    assert.equal(measured['storage.read'], (20_000 * 512) / 10);
    assert.equal(measured['storage.write'], (40_000 * 512) / 10);
    assert.equal(measured.uptime, 3600.12);
    assert.equal(measured.temperature, 61.5);
    assert.equal(details.storage.length, 1, 'each device once');
    assert.ok(measured['storage.total']! > 0);
    assert.deepEqual(
      details.interfaces.map(({ name, speed }) => [name, speed]),
      [
        ['lo', null],
        ['eth0', 1e9],
      ],
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('a reset counter gives no rate', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'eyrie-host-'));
  try {
    let nowMs = 0;
    hostIn(folder, { 'proc/net/dev': DEV(1_000_000, 500_000), 'proc/stat': STAT(100, 900) });
    const meter = new LinuxMeter(folder, () => nowMs);
    await meter.sample();
    nowMs = 1_000;
    hostIn(folder, { 'proc/net/dev': DEV(1_000, 500) });
    const { measured } = await meter.sample();
    assert.equal(measured['net.rx'], 0);
    assert.equal(measured['cpu.used'], undefined, 'no tick has passed');
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('no contents of /proc files make the parsers throw', () => {
  const piece = fc.oneof(
    fc.string(),
    fc.constantFrom('cpu ', 'MemTotal: ', ' kB', 'eth0:', '\n', '1 2 3', 'sda', 'ext4', '\\040', 'NaN'),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
      const text = pieces.join('');
      for (const read of [proc.cpuTimes, proc.memory, proc.load1, proc.interfaces, proc.disks, proc.mounts])
        read(text);
    }),
  );
});

test('the sample of this host is plausible', {
  skip: process.platform === 'linux' ? false : 'only Linux has /proc',
}, async () => {
  const meter = new LinuxMeter();
  await meter.sample();
  await new Promise((resolve) => setTimeout(resolve, 30));
  const { measured } = await meter.sample();
  assert.ok(measured['cpu.cores']! >= 1);
  assert.ok(measured['memory.total']! > measured['memory.free']!);
  assert.ok(measured['storage.total']! > 0);
  assert.ok(measured.uptime! > 0);
});

test('counters of the pipeline become rates, most frequent protocols first, and expire', () => {
  const before = { packets: 100, bytes: 1_000, protocols: { DNS: 10, TCP: 90 } };
  const now = { packets: 300, bytes: 21_000, protocols: { DNS: 110, TCP: 130, QUIC: 60 } };
  const rates = ratesOf(before, now, 10);
  assert.deepEqual([rates.packets, rates.bytes], [20, 2_000]);
  assert.deepEqual(Object.entries(rates.protocols), [
    ['DNS', 10],
    ['QUIC', 6],
    ['TCP', 4],
  ]);
  let nowMs = 0;
  const traffic = new Traffic(() => nowMs);
  assert.deepEqual(traffic.measured, {});
  traffic.take({ ...rates });
  assert.deepEqual(traffic.measured, { packets: 20, bytes: 2_000 });
  traffic.take({ packets: 'many', bytes: Number.NaN, protocols: { DNS: -1 } });
  assert.deepEqual(traffic.rates, { packets: 0, bytes: 0, protocols: {} });
  nowMs = 31_000;
  assert.deepEqual(traffic.measured, {});
});
