// Requests of a session that wait for their response.

import type { Clock } from '../runtime.ts';
import { frameTypes } from '../wire/frame.ts';
import { Writer } from '../wire/schema.ts';
import type { Answered } from './session-host.ts';
import type { SendFrame } from './streams.ts';
import { TIMED_OUT } from './unreachable.ts';

const REQUESTS_MAX = 1024;
const REASON_LENGTH_MAX = 300;
const NOTHING = Buffer.alloc(0);

export class Requests {
  readonly #clock: Clock;
  readonly #send: SendFrame;
  readonly #waiting = new Map<number, { answered: Answered; cancel: () => void }>();
  #next = 1;

  constructor(clock: Clock, send: SendFrame) {
    this.#clock = clock;
    this.#send = send;
  }

  /** `answered` is called once, with the answer or the reason why there is none. */
  send(kind: number, payload: Uint8Array, timeoutMs: number, answered: Answered): void {
    if (this.#waiting.size >= REQUESTS_MAX) {
      answered('too many requests at once', NOTHING);
      return;
    }
    const id = this.#next++;
    const cancel = this.#clock.after(timeoutMs, () => this.#answer(id, TIMED_OUT, NOTHING));
    this.#waiting.set(id, { answered, cancel });
    const head = new Writer();
    head.varint(id);
    head.byte(kind);
    this.#send(frameTypes.request, head.finish(), payload);
  }

  /** A response; `payload` is the reason if it is an error. */
  take(id: number, isFine: boolean, payload: Buffer): void {
    this.#answer(id, isFine ? null : payload.toString('utf8').slice(0, REASON_LENGTH_MAX), payload);
  }

  /** The link is closed. */
  fail(reason: string): void {
    for (const id of [...this.#waiting.keys()]) this.#answer(id, reason, NOTHING);
  }

  #answer(id: number, error: string | null, payload: Uint8Array): void {
    const request = this.#waiting.get(id);
    if (request === undefined) return;
    this.#waiting.delete(id);
    request.cancel();
    request.answered(error, payload);
  }
}
