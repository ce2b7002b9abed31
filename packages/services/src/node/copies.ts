// One plain datagram, sent to every network of its sender: a node on the same host receives a copy of it by each, from
// another of the host's addresses but the same port.

import { ownAddresses } from '@eyrie/mesh/lan';

/** Copies arrive together; what comes later is a message of its own. */
const TOGETHER_MS = 1_000;
const TEXTS_MAX = 256;

/** How often a text arrived from each address, and how many of these were shown. */
interface Arrivals {
  firstMs: number;
  byAddress: Map<string, number>;
  shown: number;
}

export class Copies {
  readonly #nowMs: () => number;
  readonly #isOwn: (address: string) => boolean;
  /** By sender's port and text, oldest first. */
  readonly #arrivals = new Map<string, Arrivals>();

  /** @param isOwn whether an address is one of this host */
  constructor(nowMs = () => performance.now(), isOwn = isOfThisHost) {
    this.#nowMs = nowMs;
    this.#isOwn = isOwn;
  }

  /** Whether a datagram is only another copy. One that repeats a text, by the same address, is none. */
  has(data: Buffer, address: string, port: number): boolean {
    // Which addresses of another host belong together is unknown.
    if (!this.#isOwn(address)) return false;
    const nowMs = this.#nowMs();
    for (const [name, { firstMs }] of this.#arrivals)
      if (nowMs - firstMs > TOGETHER_MS || this.#arrivals.size >= TEXTS_MAX) this.#arrivals.delete(name);
      else break;
    const name = `${port} ${data.toString('latin1')}`;
    const arrivals = this.#arrivals.get(name) ?? { firstMs: nowMs, byAddress: new Map(), shown: 0 };
    this.#arrivals.set(name, arrivals);
    const times = (arrivals.byAddress.get(address) ?? 0) + 1;
    arrivals.byAddress.set(address, times);
    if (times <= arrivals.shown) return true;
    arrivals.shown = times;
    return false;
  }
}

function isOfThisHost(address: string): boolean {
  return ownAddresses().some((own) => own.address === address);
}
