// Who was turned away, and how often: one record a second for each address and port, since a flood of connections must
// not become one of records.

/** Told apart between two records; others count together, as of no address. */
const PAIRS_MAX = 1000;

export interface Refusal {
  /** '' stands for the rest. */
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

  /** Those since the last call. */
  take(): Refusal[] {
    const taken = [...this.#since.values()];
    this.#since.clear();
    return taken;
  }
}
