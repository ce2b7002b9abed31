// Who plays where: the hosts, the peers on them, and which of these run.

import type { SeededRandom } from '@eyrie/mesh/virtual';
import type { HostCalls } from '../hosting/host.ts';

export class Cast {
  readonly hosts: readonly HostCalls[];
  readonly running = new Set<number>();
  readonly #random: SeededRandom;

  constructor(hosts: readonly HostCalls[], random: SeededRandom) {
    this.hosts = hosts;
    this.#random = random;
  }

  /** Peers are dealt out in turn. */
  hostOf(peer: number): HostCalls {
    return this.hosts[peer % this.hosts.length]!;
  }

  /** Of `peers`, those on one host but for the first of all. */
  joiningAt(host: number, peers: number): number[] {
    const all = Array.from({ length: peers }, (_, i) => i);
    return all.filter((i) => i > 0 && i % this.hosts.length === host);
  }

  /** One that runs, each as likely as the others. */
  anybody(): number {
    const all = [...this.running];
    return all[Math.floor(this.#random.fraction() * all.length)]!;
  }

  isRunning(id: string): boolean {
    return this.running.has(Number(id.split('-')[1]));
  }
}

export function idOf(peer: number): string {
  return `peer-${peer}`;
}
