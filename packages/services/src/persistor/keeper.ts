// Retention while a store is written to: periodically deletes packets beyond the limits.
import type { Retention, Store } from '@eyrie/store';
import { secondsIn } from '../config/duration.ts';
import { bytesIn } from '../config/size.ts';
import type { Log } from '../log/index.ts';

/** Soon at first, for a store that is over its limits already; deleting little and often is better than much at once. */
const FIRST_MS = 60_000;
const EVERY_MS = 600_000;

/** As the configuration's section `store` has them, each text of the shape that its schema demands. */
export interface KeepOptions {
  readonly keep_age: string;
  readonly keep_packets: number;
  readonly keep_bytes: string;
}

/** `30d` and `20GB` in numbers; 0 is no limit. Null: there is none at all. */
export function limitsOf({ keep_age, keep_packets, keep_bytes }: KeepOptions): Retention | null {
  const ageSeconds = secondsIn(keep_age);
  const bytes = bytesIn(keep_bytes);
  const limits = {
    ...(ageSeconds > 0 ? { ageSeconds } : {}),
    ...(keep_packets > 0 ? { rows: keep_packets } : {}),
    ...(bytes > 0 ? { bytes } : {}),
  };
  return Object.keys(limits).length === 0 ? null : limits;
}

export class Keeper {
  readonly #store: Store;
  #limits: Retention | null;
  readonly #log: Log;
  #timer: NodeJS.Timeout | null = null;
  #working: Promise<void> = Promise.resolve();
  /** The last failure that was logged: each reason is logged once. */
  #trouble: string | null = null;

  /** @param limits null: nothing is deleted */
  constructor(store: Store, limits: Retention | null, log: Log) {
    this.#store = store;
    this.#limits = limits;
    this.#log = log;
  }

  start(): void {
    this.#next(FIRST_MS);
  }

  /** Other limits, from the next time on. */
  keepTo(limits: Retention | null): void {
    this.#limits = limits;
  }

  /** Waits for the deletion under way. */
  async stop(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    await this.#working;
  }

  #next(ms: number): void {
    this.#timer = setTimeout(() => {
      this.#working = this.#keep().finally(() => {
        if (this.#timer !== null) this.#next(EVERY_MS);
      });
    }, ms);
    this.#timer.unref();
  }

  async #keep(): Promise<void> {
    if (this.#limits === null) return;
    try {
      const { packets } = await this.#store.retain(this.#limits);
      this.#trouble = null;
      if (packets > 0) this.#log.info(`${packets} packets were deleted, to keep to the limits of the store`);
    } catch (error) {
      const { message } = error as Error;
      if (message !== this.#trouble) this.#log.warn(`the store can't be kept to its limits: ${message}`);
      this.#trouble = message;
    }
  }
}
