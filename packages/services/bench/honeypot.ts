// How much the honeypot bears: visitors at once, and connections a second, with its memory and what it recorded.
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { argumentsOf, positive } from '../../../scripts/bench/arguments.ts';

const HELP = `Measures how much the honeypot bears: visitors at once, connections a second, memory, records.

  node packages/services/bench/honeypot.ts [options]

  --visitors N   at once (2000)
  --seconds N    of connections (5)
  --say TEXT     what each visitor says; a login is a visit with a record and packets of its own
  --rate N       connections begun each second, whatever comes back, from 2,000 addresses (needs
                 python3); who is not answered within three seconds goes (0: as many as are answered)

Example: node packages/services/bench/honeypot.ts --visitors 500 --say 'USER ana\\r\\nPASS secret\\r\\n'
`;

const { values } = argumentsOf(HELP, {
  visitors: { type: 'string', default: '2000' },
  seconds: { type: 'string', default: '5' },
  say: { type: 'string', default: 'GET / HTTP/1.0\\r\\n\\r\\n' },
  rate: { type: 'string', default: '0' },
});
const visitors = positive('--visitors', values.visitors);
const seconds = positive('--seconds', values.seconds);
const rate = values.rate === '0' ? 0 : positive('--rate', values.rate);
const said = values.say.replaceAll('\\r', '\r').replaceAll('\\n', '\n');
/** Connections under way at once while their rate is measured. */
const UNDER_WAY = 200;

interface Knocks {
  done: number;
  failed: number;
  /** Seconds. */
  readonly took: number;
}

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
  // From the sources it takes 26 MB more than from what scripts/bundle.js makes of them.
  console.log(`${residentMb(honeypot)} MB at the start`);
  const held = await hold(visitors);
  console.log(`${held} visitors at once, each in the middle of a request: ${residentMb(honeypot)} MB`);
  const before = processorMs(honeypot);
  const { done, failed, took } = rate > 0 ? await flood() : await knock(seconds);
  // What the kernel still keeps for it is served, too, before the time is taken.
  await settled(honeypot);
  const spent = processorMs(honeypot) - before;
  console.log(
    `${Math.round(done / took)} connections/s answered for ${took} s, ${failed} failed: ${peakMb(honeypot)} MB at most`,
  );
  const ended = new Promise((over) => honeypot.once('exit', over));
  honeypot.kill('SIGINT');
  await ended;
  const summary = told.trim().split('\n').at(-1) ?? '';
  const visits = Number(/^[\d,]+/.exec(summary)?.[0].replaceAll(',', '')) - held;
  console.log(`${Math.round((1000 * spent) / visits)} µs of processor for each of ${visits} visits`);
  console.log(`it says: ${summary}`);
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
async function knock(duration: number): Promise<Knocks> {
  const end = performance.now() + duration * 1000;
  const counts = { done: 0, failed: 0, took: duration };
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

/** Begins `rate` connections each second, and tells what became of them. */
async function flood(): Promise<Knocks> {
  const overflows = listenOverflows();
  const script = join(import.meta.dirname, 'visitors.py');
  const args = [script, `${port}`, `${rate}`, `${seconds}`, values.say];
  const { stdout } = await promisify(execFile)('python3', args);
  const { attempted, answered, seconds: took, ...rest } = JSON.parse(stdout) as Record<string, number>;
  console.log(`${attempted} connections begun in ${took} s, ${answered} answered; ${JSON.stringify(rest)}`);
  console.log(`${listenOverflows() - overflows} times the kernel had no room for one`);
  return { done: answered!, failed: attempted! - answered!, took: took! };
}

/** Segments that began a connection or finished its handshake where the queue was full (here, of all programs). */
function listenOverflows(): number {
  const [names, numbers] = readFileSync('/proc/net/netstat', 'utf8').split('\n') as [string, string];
  return Number(numbers.split(' ')[names.split(' ').indexOf('ListenOverflows')]);
}

/** It has nothing to do for half a second. */
async function settled(child: ChildProcess): Promise<void> {
  for (let last = -1; processorMs(child) - last > 100; await sleep(500)) last = processorMs(child);
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
