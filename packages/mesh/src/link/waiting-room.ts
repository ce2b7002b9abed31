// Bounds half-open connections. When there are too many, the oldest of the address with the most is closed, so a
// flooding host loses first. IPv6 is counted per /64, because one host controls all addresses of its /64 (RFC 4291
// §2.5.1).

import type { Socket } from 'node:net';

const WAITING_MAX = 256;

export class WaitingRoom {
  /** Waiting sockets and their network, oldest first. */
  readonly #waiting = new Map<Socket, string>();

  enter(raw: Socket): void {
    if (this.#waiting.size >= WAITING_MAX) this.#makeRoom();
    this.#waiting.set(raw, networkOf(raw.remoteAddress ?? ''));
  }

  /** Removes a socket; returns whether it was still waiting. */
  leave(raw: Socket): boolean {
    return this.#waiting.delete(raw);
  }

  close(): void {
    for (const raw of this.#waiting.keys()) raw.destroy();
  }

  #makeRoom(): void {
    const counts = new Map<string, number>();
    for (const address of this.#waiting.values()) counts.set(address, (counts.get(address) ?? 0) + 1);
    const most = Math.max(...counts.values());
    for (const [raw, address] of this.#waiting) {
      if (counts.get(address) !== most) continue;
      this.#waiting.delete(raw);
      raw.destroy();
      return;
    }
  }
}

/** Returns the first 64 bits of an IPv6 address; any IPv4 or IPv4-mapped (RFC 4291 §2.5.5.2) address unchanged. */
export function networkOf(address: string): string {
  if (!address.includes(':') || address.includes('.')) return address;
  const [left = '', right = ''] = address.split('::');
  const [before, after] = [left, right].map((part) => (part === '' ? [] : part.split(':'))) as [
    string[],
    string[],
  ];
  const zeros = Array<string>(Math.max(0, 8 - before.length - after.length)).fill('0');
  return [...before, ...zeros, ...after].slice(0, 4).join(':');
}
