// The client side between services: posts a body until it is accepted.
import { Agent, request } from 'node:http';
import { request as secureRequest } from 'node:https';
import type { Log } from '../log/index.ts';
import { type BackoffOptions, backoffMs, pause } from './backoff.ts';
import { type Encoding, encode } from './encoding.ts';
import { BusError, type BusErrorCode, type Expected } from './errors.ts';

/** Of silence until the connection is given up; long, because a store may be busy. */
const TIMEOUT_MS = 60_000;
const ANSWER_BYTES_MAX = 1 << 20;

export interface ClientOptions extends BackoffOptions {
  /** `http://127.0.0.1:5001` */
  readonly url: string;
  readonly log: Log;
  readonly encoding?: Encoding;
  /** Token of the service, if it needs one. */
  readonly token?: string | undefined;
  /** Aborts all retries. */
  readonly signal?: AbortSignal;
}

export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

export class BusClient {
  readonly #options: ClientOptions;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 8 });
  #trouble: string | null = null;

  constructor(options: ClientOptions) {
    this.#options = options;
  }

  /** Retries until the body is accepted. @throws BusError when the body is refused, or the signal aborts */
  async deliver(path: string, type: string, body: Uint8Array): Promise<unknown> {
    const { encoding = 'none' } = this.#options;
    const packed = await encode(body, encoding);
    const headers = {
      'content-type': type,
      ...(encoding === 'none' ? {} : { 'content-encoding': encoding }),
    };
    return this.#untilTaken(() => this.#send('POST', path, headers, packed));
  }

  /** Retries until there is a successful answer. @throws BusError when the request is refused, or the signal aborts */
  async get(path: string): Promise<unknown> {
    return this.#untilTaken(() => this.#send('GET', path, {}));
  }

  async #untilTaken(send: () => Promise<Answer>): Promise<unknown> {
    const { log, url, signal } = this.#options;
    for (let attempt = 1; ; attempt++) {
      const tried = await this.#try(send);
      if ('taken' in tried) {
        if (this.#trouble !== null) log.info(`${url} answers again`);
        this.#trouble = null;
        return tried.taken;
      }
      if (this.#trouble !== tried.retry) log.warn(`${tried.retry}; trying again until it works`);
      this.#trouble = tried.retry;
      if (!signal?.aborted) await pause(backoffMs(attempt, this.#options), signal);
      if (signal?.aborted) throw new BusError('ERR_NEXT_AWAY', tried.retry);
    }
  }

  /** One attempt. @throws BusError for an error status; ERR_NEXT_AWAY if there is no answer */
  async once(method: 'GET' | 'POST', path: string, type?: string, body?: Uint8Array): Promise<unknown> {
    const { url, encoding = 'none' } = this.#options;
    const packed = body === undefined ? undefined : await encode(body, encoding);
    const headers = {
      ...(type === undefined ? {} : { 'content-type': type }),
      ...(encoding === 'none' || body === undefined ? {} : { 'content-encoding': encoding }),
    };
    let answer: Answer;
    try {
      answer = await this.#send(method, path, headers, packed);
    } catch (error) {
      throw new BusError('ERR_NEXT_AWAY', `${url} does not answer: ${(error as Error).message}`);
    }
    if (answer.status < 300) return answer.body;
    throw errorOf(url, answer);
  }

  close(): void {
    this.#agent.destroy();
  }

  async #try(send: () => Promise<Answer>): Promise<{ taken: unknown } | { retry: string }> {
    const { url } = this.#options;
    let answer: Answer;
    try {
      answer = await send();
    } catch (error) {
      return { retry: `${url} does not answer: ${(error as Error).message}` };
    }
    if (answer.status < 300) return { taken: answer.body };
    const error = errorOf(url, answer);
    if (error.code !== 'ERR_NEXT_AWAY') throw error;
    return { retry: error.message };
  }

  #send(method: string, path: string, headers: object, body?: Uint8Array): Promise<Answer> {
    const { token } = this.#options;
    const url = new URL(path, this.#options.url);
    const isSecure = url.protocol === 'https:';
    const options = {
      method,
      timeout: TIMEOUT_MS,
      headers: {
        ...headers,
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-length': body.length }),
      },
      ...(isSecure ? {} : { agent: this.#agent }),
    };
    return new Promise((resolve, reject) => {
      const sent = (isSecure ? secureRequest : request)(url, options, (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (part: string) => {
          text += part;
          if (text.length > ANSWER_BYTES_MAX) response.destroy(new Error('the answer is too long'));
        });
        response.on('error', reject);
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body: jsonOr(text) }));
      });
      sent.on('error', reject);
      sent.on('timeout', () => sent.destroy(new Error(`no answer in ${TIMEOUT_MS / 1000} s`)));
      sent.end(body);
    });
  }
}

/** Statuses that concern this body only. Others, such as 401 and 404, concern every body sent to this service. */
const OF_THE_BODY: ReadonlySet<number> = new Set([400, 413, 422, 500]);

function errorOf(url: string, { status, body }: Answer): BusError {
  const { error, expect } = (body ?? {}) as {
    error?: { code: BusErrorCode; message: string };
    expect?: Expected;
  };
  const message = error?.message ?? `${url} answered ${status}`;
  if (status === 409) return new BusError('ERR_SEQUENCE', message, expect);
  if (status === 503 || status === 502 || status === 504) return new BusError('ERR_NEXT_AWAY', message);
  return new BusError('ERR_NEXT_REFUSED', message, undefined, OF_THE_BODY.has(status));
}

function jsonOr(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
