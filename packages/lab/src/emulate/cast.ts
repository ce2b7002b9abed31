// The hosts of an emulation, their peers, and which of these run.

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

  /** Peers are assigned to hosts in turn. */
  hostOf(peer: number): HostCalls {
    return this.hosts[peer % this.hosts.length]!;
  }

  /** The peers of a host, without the first peer of all. */
  joiningAt(host: number, peers: number): number[] {
    const all = Array.from({ length: peers }, (_, i) => i);
    return all.filter((i) => i > 0 && i % this.hosts.length === host);
  }

  /** A random running peer. */
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
