// Counts refused connections: one record a second for each address and port, so that a flood of connections does not
// become a flood of records.

/** Pairs counted individually between two records; the rest is counted together, without an address. */
const PAIRS_MAX = 1000;

export interface Refusal {
  /** '' for the rest. */
  readonly address: string;
  readonly port: number;
  visits: number;
}

export class Refusals {
  readonly #since = new Map<string, Refusal>();

  add(address: string, port: number): void {
    let known = this.#since.get(`${address} ${port}`);
    if (known === undefined) {
      const isOneMore = this.#since.size < PAIRS_MAX;
      const [own, at] = isOneMore ? [address, port] : ['', 0];
      const key = `${own} ${at}`;
      known = this.#since.get(key) ?? { address: own, port: at, visits: 0 };
      this.#since.set(key, known);
    }
    known.visits++;
  }

  /** Refusals since the last call. */
  take(): Refusal[] {
    const taken = [...this.#since.values()];
    this.#since.clear();
    return taken;
  }
}
