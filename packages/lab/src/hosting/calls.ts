// Remote calls to hosts in other threads or processes, over any message channel: a call by name, its outcome by number.
// Both sides know the class of the host; its methods that return a promise can be called.

import { LabError } from '../errors.ts';

interface Call {
  id: number;
  method: string;
  args: unknown[];
}

interface Outcome {
  id: number;
  result?: unknown;
  error?: string;
}

/** The methods of a host that can be called remotely. */
export type Calls<H> = {
  [M in keyof H as H[M] extends (...args: never[]) => Promise<unknown> ? M : never]: H[M];
};

/** A host in another thread or process. */
export interface Hosted<H> {
  calls: Calls<H>;
  /** Lets it end by itself, and forces it after a while. */
  end(): Promise<void>;
}

/** The side that calls. */
export class Caller {
  readonly #name: string;
  readonly #send: (call: Call) => void;
  readonly #waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  #next = 0;
  #failure: string | null = null;

  constructor(name: string, send: (call: Call) => void) {
    this.#name = name;
    this.#send = send;
  }

  calls<H>(): Calls<H> {
    const get = (_target: object, method: string | symbol) =>
      // `await` asks an object for `then`.
      typeof method === 'string' && method !== 'then'
        ? (...args: unknown[]) => this.#call(method, args)
        : undefined;
    return new Proxy({}, { get }) as Calls<H>;
  }

  #call(method: string, args: unknown[]): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== null) return reject(new LabError(this.#failure));
      const id = this.#next++;
      this.#waiting.set(id, { resolve, reject });
      this.#send({ id, method, args });
    });
  }

  /** A message from the host. */
  settle({ id, result, error }: Outcome): void {
    const call = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (error === undefined) call?.resolve(result);
    else call?.reject(new LabError(`${this.#name}: ${error}`));
  }

  /** The host has ended: fails pending calls and later ones. */
  fail(why: string): void {
    this.#failure ??= `${this.#name} ${why}`;
    for (const { reject } of this.#waiting.values()) reject(new LabError(this.#failure));
    this.#waiting.clear();
  }
}

/** The side that is called: executes a call and reports its outcome. */
export function answer(host: object, { id, method, args }: Call, respond: (outcome: Outcome) => void): void {
  const doing = async () => {
    const named = (host as Record<string, unknown>)[method];
    if (typeof named !== 'function') throw new Error(`no method ${method}`);
    return named.apply(host, args);
  };
  doing().then(
    (result) => respond({ id, result }),
    (error) => respond({ id, error: String((error as Error).message) }),
  );
}
