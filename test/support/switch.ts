// Hosts on one switch, each in a network namespace of its own, as on a LAN. Needs root and iproute2.
import { execFileSync } from 'node:child_process';
import { SPACE } from './namespaces.ts';
import { requireTool } from './tools.ts';

/** Why there can be none here; false if there can. */
export function cannotSwitch(): false | string {
  return process.getuid?.() === 0 ? requireTool('ip') : 'needs root, for network namespaces';
}

export class Switch {
  readonly #hosts: readonly string[];

  /** One a test file. Hosts have an interface eth0, and no address yet. */
  constructor(hosts: readonly string[]) {
    this.#hosts = hosts;
    const tag = this.namespace('switch');
    ip(`netns add ${tag}`);
    ip(`-n ${tag} link add br0 type bridge`);
    ip(`-n ${tag} link set br0 up`);
    for (const [i, host] of hosts.entries()) {
      const space = this.namespace(host);
      ip(`netns add ${space}`);
      ip(`link add eth0 netns ${space} type veth peer name p${i} netns ${tag}`);
      ip(`-n ${tag} link set p${i} master br0 up`);
      ip(`-n ${space} link set lo up`);
      ip(`-n ${space} link set eth0 up`);
    }
  }

  namespace(host: string): string {
    return `${SPACE}-${host}`;
  }

  /** Gives all hosts other addresses, in their order: NETWORK.1, NETWORK.2, … as in `10.77.0`. */
  address(network: string): void {
    for (const [i, host] of this.#hosts.entries()) {
      const space = this.namespace(host);
      ip(`-n ${space} addr flush dev eth0 scope global`);
      ip(`-n ${space} addr add ${network}.${i + 1}/24 brd ${network}.255 dev eth0`);
      ip(`-n ${space} route replace 224.0.0.0/4 dev eth0`);
    }
  }

  /** What `ip` must be given for a command to run on that host. */
  on(host: string, ...command: readonly string[]): string[] {
    return ['netns', 'exec', this.namespace(host), ...command];
  }

  close(): void {
    for (const space of ['switch', ...this.#hosts].map((host) => this.namespace(host)))
      ip(`netns del ${space}`);
  }
}

function ip(line: string): void {
  execFileSync('ip', line.split(' '), { stdio: 'pipe' });
}
