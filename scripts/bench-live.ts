/**
 * The highest rate at which live capture drops nothing, compared with `tcpdump -w`: tcpreplay sends real traffic at
 * increasing rates over a veth pair between network namespaces made for this. Needs root, Linux and tcpreplay.
 *
 *   npm run bench:live [-- --rates 20000,50000,100000 --seconds 5]
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { argumentsOf, positive } from './bench/arguments.ts';
import { describeMachine } from './bench/machine.ts';
import { MIXES, makeMix } from './bench/mixes.ts';

const ROOT = join(import.meta.dirname, '..');
const EYRIE = join(ROOT, 'packages/cli/bin/eyrie.js');
const FOLDERS = ['../shared/captures', 'samples'];
const MEGABYTES = 60;
/** Time to drain the kernel's buffer at the end. */
const SETTLE_MS = 4000;
/** Longest time until a tool captures. */
const START_MS = 60_000;

const SENDER = `eyrie-bench-send-${process.pid}`;
const RECEIVER = `eyrie-bench-take-${process.pid}`;

interface Taken {
  readonly packets: number;
  readonly dropped: number;
  /** User and system seconds of all processes involved. */
  readonly cpuSeconds: number;
}

function ip(...words: string[]): void {
  execFileSync('ip', words, { stdio: ['ignore', 'ignore', 'inherit'] });
}

function makeNetwork(): void {
  ip('netns', 'add', SENDER);
  ip('netns', 'add', RECEIVER);
  ip('link', 'add', 'send0', 'netns', SENDER, 'type', 'veth', 'peer', 'name', 'take0', 'netns', RECEIVER);
  for (const [space, name] of [
    [SENDER, 'send0'],
    [RECEIVER, 'take0'],
  ] as const) {
    // The interfaces must not send packets of their own: no IPv6, no ARP.
    execFileSync('ip', ['netns', 'exec', space, 'sysctl', '-qw', `net.ipv6.conf.${name}.disable_ipv6=1`]);
    ip('-n', space, 'link', 'set', name, 'mtu', '65535', 'arp', 'off', 'up');
    ip('-n', space, 'link', 'set', 'lo', 'up');
  }
}

function removeNetwork(): void {
  for (const space of [SENDER, RECEIVER])
    try {
      ip('netns', 'del', space);
    } catch {
      // It does not exist.
    }
}

function start(words: readonly string[]): { child: ChildProcess; output: () => string } {
  const timed = ['-q', '-f', 'cpu %U %S', 'ip', 'netns', 'exec', RECEIVER, ...words];
  const child = spawn('/usr/bin/time', timed, { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (part: string) => {
      text += part;
    });
  return { child, output: () => text };
}

/** Sends at a rate; Infinity: as fast as possible. Resolves to the number sent and the rate achieved. */
async function send(path: string, rate: number, seconds: number): Promise<{ packets: number; rate: number }> {
  const pace = rate === Infinity ? ['--topspeed'] : [`--pps=${rate}`];
  const limit = rate === Infinity ? 500_000 * seconds : rate * seconds;
  const words = [
    'netns',
    'exec',
    SENDER,
    'tcpreplay',
    '-q',
    '-i',
    'send0',
    '-K',
    '--loop=1000',
    ...pace,
    `--limit=${limit}`,
    path,
  ];
  const child = spawn('ip', words, { stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (part: string) => {
      text += part;
    });
  await once(child, 'exit');
  const packets = Number(/Successful packets:\s+(\d+)/.exec(text)?.[1] ?? Number.NaN);
  const measured = Number(/([\d.]+) pps/.exec(text)?.[1] ?? Number.NaN);
  return { packets, rate: measured };
}

async function take(words: readonly string[], path: string, rate: number, seconds: number) {
  const { child, output } = start(words);
  const deadline = performance.now() + START_MS;
  // What tcpdump and eyrie print once they have begun: nothing has been compiled yet for the packets that follow.
  while (!/listening on|captures on/.test(output())) {
    if (performance.now() > deadline || child.exitCode !== null)
      throw new Error(`it does not capture: ${output()}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const sent = await send(path, rate, seconds);
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
  const exited = once(child, 'exit');
  // Interrupt the whole group (time, ip, the program), so that the program finishes what it has captured.
  process.kill(-child.pid!, 'SIGINT');
  await exited;
  return { sent, output: output() };
}

function cpuOf(output: string): number {
  const found = /cpu ([\d.]+) ([\d.]+)/.exec(output);
  return Number(found?.[1]) + Number(found?.[2]);
}

function tcpdumpTaken(output: string): Taken {
  return {
    packets: Number(/(\d+) packets captured/.exec(output)?.[1]),
    dropped: Number(/(\d+) packets dropped by kernel/.exec(output)?.[1]),
    cpuSeconds: cpuOf(output),
  };
}

function eyrieTaken(output: string, sent: number): Taken {
  const packets = Number(/ended; ([\d,]+) packets were stored/.exec(output)?.[1]?.replaceAll(',', ''));
  return { packets, dropped: sent - packets, cpuSeconds: cpuOf(output) };
}

const HELP = `Measures at which rate live capture drops nothing, beside tcpdump -w. Needs root, Linux and tcpreplay.

  npm run bench:live -- [options]

  --rates N,N,…   packets/s that are sent, one after the other; Infinity: as fast as possible
                  (20000,50000,100000,200000,Infinity)
  --seconds N     how long each is sent (5)

Example: npm run bench:live -- --rates 50000,100000 --seconds 10
`;

const { values } = argumentsOf(HELP, {
  rates: { type: 'string', default: '20000,50000,100000,200000,Infinity' },
  seconds: { type: 'string', default: '5' },
});
const rates = values.rates.split(',').map((rate) => positive('--rates', rate));
const seconds = positive('--seconds', values.seconds);
const mix = makeMix(
  MIXES[0]!,
  FOLDERS.map((name) => join(ROOT, name))
    .filter((path) => existsSync(path))
    .slice(0, 1),
  MEGABYTES,
);
if (mix === null) throw new Error('no captures to send');
const folder = mkdtempSync(join(tmpdir(), 'eyrie-bench-live-'));
process.once('SIGINT', () => {
  removeNetwork();
  process.exit(130);
});
try {
  makeNetwork();
  const { cpu, cores, node, load } = describeMachine();
  process.stdout.write(
    `${cores} cores of ${cpu}, Node ${node}, load ${load.toFixed(1)}; the sender takes its share\n\n`,
  );
  process.stdout.write('| sent | | taken | lost | processor a packet |\n|---|---|---|---|---|\n');
  for (const rate of rates) {
    const store = `duckdb:${join(folder, `${rate}.duckdb`)}`;
    const tools: [string, string[]][] = [
      ['tcpdump -w', ['tcpdump', '-i', 'take0', '-n', '-B', '32768', '-w', join(folder, 'tcpdump.pcap')]],
      [
        'eyrie up',
        [
          process.execPath,
          EYRIE,
          'up',
          '-i',
          'take0',
          '--store',
          store,
          '--port',
          '0',
          '--log-folder',
          '',
          '--ring-folder',
          join(folder, 'ring'),
        ],
      ],
    ];
    for (const [name, words] of tools) {
      const { sent, output } = await take(words, mix.path, rate, seconds);
      const taken = name === 'eyrie up' ? eyrieTaken(output, sent.packets) : tcpdumpTaken(output);
      const each = ((taken.cpuSeconds * 1e6) / taken.packets).toFixed(1);
      const lost = sent.packets - taken.packets;
      process.stdout.write(
        `| ${Math.round(sent.rate).toLocaleString('en-US')}/s | ${name} | ${taken.packets.toLocaleString('en-US')} | ${lost.toLocaleString('en-US')} | ${each} µs |\n`,
      );
    }
  }
} finally {
  removeNetwork();
  rmSync(folder, { recursive: true, force: true });
}
