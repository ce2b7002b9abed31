// Connections that are not what they want to be yet. They cost something, so there is an end to them: for one more, the oldest
// of the address with the most has to go. So whoever fills the room loses first.

import type { Socket } from 'node:net';

const WAITING_MAX = 256;

export class WaitingRoom {
  /** The oldest first, and from which address. */
  readonly #waiting = new Map<Socket, string>();

  enter(raw: Socket): void {
    if (this.#waiting.size >= WAITING_MAX) this.#makeRoom();
    this.#waiting.set(raw, raw.remoteAddress ?? '');
  }

  /** Whether it was still waiting. */
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
