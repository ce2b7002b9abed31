// HTTP requests to the API of the same origin. Every failure becomes an ApiError with a message for the user.
import type { ErrorAnswer } from './types.ts';

export type Query = Record<string, string | number | boolean | null | undefined>;

export class ApiError extends Error {
  /** The API's error code; `unreachable` if there was no answer. */
  readonly code: string;
  readonly hint: string | null;
  /** Where in the display filter the error is: offset and length in characters. */
  readonly at: { at: number; length: number } | null;

  constructor(code: string, message: string, hint: string | null = null, at: ApiError['at'] = null) {
    super(message);
    this.code = code;
    this.hint = hint;
    this.at = at;
  }

  get isUnreachable(): boolean {
    return this.code === 'unreachable';
  }
}

export function addressOf(path: string, query: Query = {}): string {
  const terms = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    if (value !== undefined && value !== null && value !== '') terms.set(key, String(value));
  }
  const text = terms.toString();
  return text === '' ? path : `${path}?${text}`;
}

export async function get<T>(path: string, query: Query = {}, signal?: AbortSignal): Promise<T> {
  return request<T>(addressOf(path, query), { signal: signal ?? null });
}

export async function send<T>(method: 'POST' | 'DELETE', path: string, body?: unknown): Promise<T> {
  const init: RequestInit = { method };
  if (body !== undefined) {
    init.headers = { 'content-type': 'application/json' };
    init.body = JSON.stringify(body);
  }
  return request<T>(path, init);
}

async function request<T>(address: string, init: RequestInit): Promise<T> {
  let answer: Response;
  try {
    answer = await fetch(address, { credentials: 'same-origin', ...init });
  } catch (error) {
    if ((error as Error).name === 'AbortError') throw error;
    throw new ApiError('unreachable', 'The server does not answer.');
  }
  if (answer.status === 204) return undefined as T;
  const body = await answer.text().then(parsed, () => null);
  if (answer.ok && body !== null) return body as T;
  throw errorOf(answer.status, body);
}

/** Embeddings, overrides and isolates of the Unicode Bidirectional Algorithm (UAX #9 §2). */
const BIDI_CONTROLS = /[\u202a-\u202e\u2066-\u2069]/g;

/**
 * A name from the wire must not reverse the text around it: U+202E would show `photo\u202egpj.exe` as photoexe.jpg. As an
 * escape it is plain to see, and a display filter reads it as what it stands for.
 */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text.replace(BIDI_CONTROLS, (c) => `\\\\u${c.charCodeAt(0).toString(16)}`));
  } catch {
    return null;
  }
}

export function errorOf(status: number, body: unknown): ApiError {
  const error = (body as ErrorAnswer | null)?.error;
  if (error !== undefined)
    return new ApiError(error.code, error.message, error.hint ?? null, error.at ?? null);
  // A reverse proxy answers in place of an unreachable server.
  if (status >= 502 && status <= 504) return new ApiError('unreachable', 'The server does not answer.');
  return new ApiError(`http_${status}`, `The server answered ${status}.`);
}
