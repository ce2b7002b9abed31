// How much the honeypot bears: visitors at once, and connections a second, with its memory and what it recorded.
//   node packages/services/bench/honeypot.ts [--visitors 2000] [--seconds 5] [--say 'USER ana\r\nPASS secret\r\n']
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    visitors: { type: 'string', default: '2000' },
    seconds: { type: 'string', default: '5' },
    /** What each visitor says; a login is a visit that has a record and packets of its own. */
    say: { type: 'string', default: 'GET / HTTP/1.0\\r\\n\\r\\n' },
  },
});
const visitors = Number(values.visitors);
const seconds = Number(values.seconds);
const said = values.say.replaceAll('\\r', '\r').replaceAll('\\n', '\n');
/** Connections under way at once while their rate is measured. */
const UNDER_WAY = 200;

const folder = mkdtempSync(join(tmpdir(), 'eyrie-bench-'));
const eyrie = join(import.meta.dirname, '../../cli/bin/eyrie.js');
const port = 20_000 + (process.pid % 10_000);
const honeypot = spawn(
  process.execPath,
  [
    eyrie,
    'honeypot',
    '--address',
    '127.0.0.1',
    '--port',
    `${port}`,
    '--folder',
    folder,
    '--logs',
    folder,
    '--quiet',
  ],
  { stdio: ['ignore', 'ignore', 'pipe'] },
);
let told = '';
honeypot.stderr.on('data', (text) => {
  told += text;
});
while (!told.includes('listens')) await sleep(50);

try {
  const held = await hold(visitors);
  console.log(`${held} visitors at once, each in the middle of a request: ${residentMb(honeypot)} MB`);
  const before = processorMs(honeypot);
  const { done, failed } = await knock(seconds);
  const spent = (1000 * (processorMs(honeypot) - before)) / (done + failed);
  console.log(`${spent.toFixed(0)} µs of processor each: ${Math.round(1e6 / spent)} connections/s on a core`);
  console.log(
    `${Math.round(done / seconds)} connections/s answered in ${seconds} s, ${failed} failed: ${peakMb(honeypot)} MB at most`,
  );
  const ended = new Promise((over) => honeypot.once('exit', over));
  honeypot.kill('SIGINT');
  await ended;
  const connects =
    readFileSync(join(folder, 'honeypot.log'), 'utf8').split('"event.action":"connect"').length - 1;
  console.log(
    `${held + done + failed} connections made, ${connects} on record in the newest log; it says: ${told.trim().split('\n').at(-1)}`,
  );
} finally {
  honeypot.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
}

/** Opens `count` connections that send half a request and stay. */
async function hold(count: number): Promise<number> {
  let held = 0;
  for (let i = 0; i < count; i += 50) {
    const wave = Array.from({ length: Math.min(50, count - i) }, async () => {
      const socket = connect(port, '127.0.0.1');
      socket.on('error', () => {});
      socket.unref();
      await new Promise<void>((done) => {
        socket.once('connect', () => {
          held++;
          socket.write('GET / HTTP/1.1\r\nHost: x\r\n');
          done();
        });
        socket.once('close', () => done());
      });
    });
    await Promise.all(wave);
  }
  return held;
}

/** Whole requests on connections of their own, as many as there can be. */
async function knock(duration: number): Promise<{ done: number; failed: number }> {
  const end = performance.now() + duration * 1000;
  const counts = { done: 0, failed: 0 };
  const once = () =>
    new Promise<void>((over) => {
      const socket = connect(port, '127.0.0.1');
      let heard = 0;
      socket.on('connect', () => socket.end(said));
      socket.on('data', (bytes) => {
        heard += bytes.length;
      });
      socket.on('error', () => {});
      socket.on('close', () => {
        counts[heard > 0 ? 'done' : 'failed']++;
        over();
      });
    });
  const walk = async () => {
    while (performance.now() < end) await once();
  };
  await Promise.all(Array.from({ length: UNDER_WAY }, walk));
  return counts;
}

/** User and system time so far, in milliseconds (proc(5): fields 14 and 15, in hundredths of a second). */
function processorMs(child: ChildProcess): number {
  const fields = readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
  return 10 * (Number(fields[11]) + Number(fields[12]));
}

function residentMb(child: ChildProcess): number {
  return statusMb(child, 'VmRSS');
}

function peakMb(child: ChildProcess): number {
  return statusMb(child, 'VmHWM');
}

function statusMb(child: ChildProcess, field: string): number {
  const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
  return Math.round(Number(new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0) / 1024);
}
