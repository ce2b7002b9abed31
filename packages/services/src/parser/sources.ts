// The sources that send to a parser: one inbox each, opened at the end of its stored part.
import type { CaptureOrigin } from '@eyrie/store';
import type { BusClient } from '../bus/client.ts';
import { BusError, type Expected } from '../bus/errors.ts';
import type { Log } from '../log/index.ts';
import type { StoreProgress } from '../persistor/server.ts';
import type { RefusedBodies } from '../refused/index.ts';
import { Inbox } from './inbox.ts';

/** Sources kept; beyond this the least recently used is evicted and must begin again. */
const SOURCES_MAX = 64;

/** Body of GET /parse/progress. */
export interface ParseProgress {
  readonly expect: Expected;
  /** Whether the whole source is stored. */
  readonly ended: boolean;
}

export interface SourcesOptions {
  readonly persistor: BusClient;
  readonly log: Log;
  readonly rules: boolean;
  /** Expression that silences findings; empty, the default: none. */
  readonly silence?: string | undefined;
  readonly refused: RefusedBodies;
}

export class Sources {
  readonly #options: SourcesOptions;
  readonly #inboxes = new Map<string, Promise<Inbox>>();

  constructor(options: SourcesOptions) {
    this.#options = options;
  }

  get count(): number {
    return this.#inboxes.size;
  }

  async progress(source: string): Promise<ParseProgress> {
    const stored = await this.#stored(source);
    if (stored.ended) return { expect: { sequence: 0, frame: stored.next + 1 }, ended: true };
    const inbox = await this.#inboxes.get(source);
    return { expect: inbox?.expect ?? { sequence: 0, frame: 1 }, ended: false };
  }

  inboxFor(origin: CaptureOrigin, rewinds: boolean): Promise<Inbox> {
    let inbox = this.#inboxes.get(origin.key);
    if (inbox === undefined) {
      const opening = this.#open(origin, rewinds);
      // A failed opening is retried by the next request.
      opening.catch(() => this.#inboxes.get(origin.key) === opening && this.#inboxes.delete(origin.key));
      inbox = opening;
    }
    // Moves it to the end: the Map is in order of last use.
    this.#inboxes.delete(origin.key);
    this.#inboxes.set(origin.key, inbox);
    if (this.#inboxes.size > SOURCES_MAX) this.#inboxes.delete(this.#inboxes.keys().next().value!);
    return inbox;
  }

  /** Discards a failed inbox: a resend continues from the stored part. */
  async dropBroken(inbox: Inbox): Promise<void> {
    if (inbox.isBroken && (await this.#inboxes.get(inbox.key)) === inbox) this.#inboxes.delete(inbox.key);
  }

  async #open(origin: CaptureOrigin, rewinds: boolean): Promise<Inbox> {
    const { log, persistor, rules, silence, refused } = this.#options;
    const { next, reported = null, ended } = await this.#stored(origin.key);
    if (ended) throw new BusError('ERR_NEXT_REFUSED', `${origin.name}: is stored already, to its end`);
    log.info(`${origin.name}: packets come in${next > 0 ? `, ${next} are stored` : ''}`);
    return new Inbox({ origin, persistor, stored: next, reported, rewinds, rules, silence, refused });
  }

  async #stored(source: string): Promise<StoreProgress> {
    const path = `/store/progress?source=${encodeURIComponent(source)}`;
    return (await this.#options.persistor.once('GET', path)) as StoreProgress;
  }
}
