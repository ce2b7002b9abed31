// Work that takes long takes turns: so much of it goes on at once, so much waits, and more is refused.
import type { FastifyReply } from 'fastify';
import { ApiError } from '../errors.ts';

export class Turns {
  readonly #atOnce: number;
  readonly #waitingMax: number;
  #running = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(atOnce: number, waitingMax: number) {
    this.#atOnce = atOnce;
    this.#waitingMax = waitingMax;
  }

  /**
   * Runs `work` when its turn comes.
   *
   * @param left whoever asked has gone: then its turn passes @throws ApiError if too many wait; the reason of `left`
   */
  async take<T>(left: AbortSignal, work: () => Promise<T>): Promise<T> {
    if (this.#running >= this.#atOnce) {
      if (this.#waiting.length >= this.#waitingMax)
        throw new ApiError(
          'too_many_requests',
          `more than ${this.#waitingMax} requests wait for their packets`,
          {
            hint: 'wait until some of them are done',
          },
        );
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    } else this.#running++;
    try {
      left.throwIfAborted();
      return await work();
    } finally {
      // Hands its place on to the next, or gives it up.
      const next = this.#waiting.shift();
      if (next === undefined) this.#running--;
      else next();
    }
  }
}

/** Aborted once the connection closes, whether or not the answer was read. */
export function leftBy({ raw }: Pick<FastifyReply, 'raw'>): AbortSignal {
  const control = new AbortController();
  raw.once('close', () => control.abort(new ApiError('bad_request', 'nobody waits for the answer any more')));
  return control.signal;
}
