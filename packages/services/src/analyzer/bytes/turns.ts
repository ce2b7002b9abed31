// Work that takes long takes turns: so much of it goes on at once, so much waits, and more is refused.
import type { FastifyReply } from 'fastify';
import { ApiError } from '../errors.ts';

/** After this time, work that can be interrupted lets those that wait go first. */
const SLICE_MS = 500;

/** The turn of a piece of work. */
export interface Turn {
  /**
   * To be called from time to time by work that takes long: if its slice of time is over and others wait, it waits for its
   * next turn behind them.
   *
   * @throws the reason of `left`
   */
  share(): Promise<void>;
}

export class Turns {
  readonly #atOnce: number;
  readonly #waitingMax: number;
  #running = 0;
  readonly #waiting = new Set<() => void>();

  constructor(atOnce: number, waitingMax: number) {
    this.#atOnce = atOnce;
    this.#waitingMax = waitingMax;
  }

  /**
   * Runs `work` when its turn comes.
   *
   * @param left aborted when the client has disconnected, which ends the wait @throws ApiError if too many wait; the reason of `left`
   */
  async take<T>(left: AbortSignal, work: (turn: Turn) => Promise<T>): Promise<T> {
    left.throwIfAborted();
    if (this.#running >= this.#atOnce) {
      if (this.#waiting.size >= this.#waitingMax)
        throw new ApiError(
          'too_many_requests',
          `more than ${this.#waitingMax} requests wait for their packets`,
          {
            hint: 'wait until some of them are done',
          },
        );
      await this.#turn(left);
    } else this.#running++;
    let isMine = true;
    let sinceMs = performance.now();
    const share = async (): Promise<void> => {
      if (this.#waiting.size === 0 || performance.now() - sinceMs < SLICE_MS) return;
      left.throwIfAborted();
      isMine = false;
      this.#release();
      await this.#turn(left);
      isMine = true;
      sinceMs = performance.now();
    };
    try {
      return await work({ share });
    } finally {
      if (isMine) this.#release();
    }
  }

  /** Passes the turn to the longest waiting work, if any. */
  #release(): void {
    const [next] = this.#waiting;
    if (next === undefined) this.#running--;
    else next();
  }

  #turn(left: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const begin = (): void => {
        this.#waiting.delete(begin);
        left.removeEventListener('abort', leave);
        resolve();
      };
      const leave = (): void => {
        this.#waiting.delete(begin);
        reject(left.reason);
      };
      left.addEventListener('abort', leave, { once: true });
      this.#waiting.add(begin);
    });
  }
}

/** One for all: it comes at the end of every request. */
const LEFT = new ApiError('bad_request', 'the client has closed the connection');

/** Aborted once the connection closes, whether or not the answer was read. */
export function leftBy({ raw }: Pick<FastifyReply, 'raw'>): AbortSignal {
  const control = new AbortController();
  const leave = (): void => control.abort(LEFT);
  if (raw.closed) leave();
  else raw.once('close', leave);
  return control.signal;
}
