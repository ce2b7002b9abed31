// Limits the datagrams that are served in a second, of one sender and of all.
import { networkOf } from '@eyrie/mesh';

/** Of one IPv4 address or IPv6 /64 network, all addresses of which one host may use. */
const PER_NETWORK = 10;
const TOTAL = 500;

export class Quota {
  /** Datagrams admitted within `#second`, by network: never more than `TOTAL` networks. */
  readonly #admitted = new Map<string, number>();
  #total = 0;
  #second = Number.NaN;

  admit(address: string, nowMs: number): boolean {
    const second = Math.floor(nowMs / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#admitted.clear();
      this.#total = 0;
    }
    const network = networkOf(address);
    const own = this.#admitted.get(network) ?? 0;
    if (own >= PER_NETWORK || this.#total >= TOTAL) return false;
    this.#admitted.set(network, own + 1);
    this.#total++;
    return true;
  }
}
