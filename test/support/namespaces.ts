// Two hosts and a router between them, each in a network namespace of its own. Needs root, iproute2, nft and tcpdump.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { requireTool } from './tools.ts';

export const ADDRESSES = { a: '10.91.1.2', b: '10.91.2.2' };

/** Why there can be no lab here; false if there can. */
export function cannotLab(): false | string {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'needs root on Linux';
  return ['ip', 'nft', 'tc', 'tcpdump', 'ping'].map(requireTool).find((why) => why !== false) ?? false;
}

/** What names of a test file's namespaces begin with: should it be killed, its run finds them by this (leftovers.ts). */
export const SPACE = `eyrie-test-${process.pid}`;

export class Lab {
  readonly #children: ChildProcess[] = [];

  constructor() {
    for (const host of ['a', 'r', 'b']) run(['netns', 'add', this.namespace(host)]);
    for (const [host, third] of [['a', 1] as const, ['b', 2] as const]) {
      const [ours, theirs] = [this.namespace(host), this.namespace('r')];
      run([
        'link',
        'add',
        'eth0',
        'netns',
        ours,
        'type',
        'veth',
        'peer',
        'name',
        `to-${host}`,
        'netns',
        theirs,
      ]);
      run(['-n', theirs, 'addr', 'add', `10.91.${third}.1/24`, 'dev', `to-${host}`]);
      run(['-n', theirs, 'link', 'set', `to-${host}`, 'up']);
      run(['-n', ours, 'link', 'set', 'lo', 'up']);
      run(['-n', ours, 'addr', 'add', `10.91.${third}.2/24`, 'dev', 'eth0']);
      run(['-n', ours, 'link', 'set', 'eth0', 'up']);
      run(['-n', ours, 'route', 'add', 'default', 'via', `10.91.${third}.1`]);
    }
    this.exec('r', 'sysctl', '-qw', 'net.ipv4.ip_forward=1');
  }

  namespace(host: string): string {
    return `${SPACE}-${host}`;
  }

  exec(host: string, ...command: string[]): string {
    return execFileSync('ip', ['netns', 'exec', this.namespace(host), ...command], { encoding: 'utf8' });
  }

  spawn(host: string, command: string[], env: NodeJS.ProcessEnv = process.env): ChildProcess {
    const child = spawn('ip', ['netns', 'exec', this.namespace(host), ...command], {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#children.push(child);
    return child;
  }

  /** A capture into a file, which runs when this resolves. */
  async capture(host: string, file: string): Promise<ChildProcess> {
    // Room for a burst while tcpdump waits for the processor: with packets of any length, 2 MiB are eight of them.
    const room = ['-s', '2048', '-B', '16384'];
    const child = this.spawn(host, [
      'tcpdump',
      '-i',
      'eth0',
      ...room,
      '-U',
      '-w',
      file,
      '--immediate-mode',
      'ip',
    ]);
    await new Promise<void>((resolve) => {
      child.stderr!.on('data', (said: Buffer) => said.includes('listening on') && resolve());
    });
    return child;
  }

  async end(child: ChildProcess): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGINT');
    await once(child, 'exit');
  }

  async close(): Promise<void> {
    for (const child of this.#children) await this.end(child);
    for (const host of ['a', 'r', 'b']) run(['netns', 'delete', this.namespace(host)]);
  }
}

function run(parameters: string[]): void {
  execFileSync('ip', parameters, { stdio: ['ignore', 'ignore', 'inherit'] });
}
