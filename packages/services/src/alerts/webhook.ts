// Posts events as JSON to a URL without blocking the sender: one post at a time, at most one a second.
//   {"events": [...], "dropped": 0}
// Failed posts are retried with exponential back-off.

/** Events that wait; beyond this the oldest are dropped and counted in the next post. */
const WAITING_MAX = 1000;
/** Events a post; the others wait for the next. */
const POST_MAX = 200;
const POST_MS = 1000;
const POST_MS_MAX = 60_000;
const TIMEOUT_MS = 5000;

/** 408 and 429: the client errors (RFC 9110 §15.5) that may be temporary. */
const PASSING = new Set([408, 429]);

export class Webhook {
  readonly #url: string;
  readonly #onTrouble: (trouble: string | null) => void;
  #waiting: object[] = [];
  #dropped = 0;
  #timer: NodeJS.Timeout | null = null;
  #posting: Promise<void> | null = null;
  #pauseMs = POST_MS;
  #trouble: string | null = null;
  #isClosed = false;

  /** @param onTrouble called when posts begin to fail, and with null when they succeed again */
  constructor(url: string, onTrouble: (trouble: string | null) => void = () => {}) {
    this.#url = url;
    this.#onTrouble = onTrouble;
  }

  send(event: object): void {
    this.#waiting.push(event);
    this.#keep(this.#waiting);
    this.#plan();
  }

  /** Waits for the post under way, then posts the remaining events once. */
  async close(): Promise<void> {
    this.#isClosed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    await this.#posting;
    if (this.#waiting.length > 0) await this.#post(WAITING_MAX);
  }

  #plan(): void {
    if (this.#isClosed || this.#timer !== null || this.#posting !== null) return;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#posting = this.#post(POST_MAX).then(() => {
        this.#posting = null;
        if (this.#waiting.length > 0) this.#plan();
      });
    }, this.#pauseMs);
  }

  async #post(most: number): Promise<void> {
    const events = this.#waiting.splice(0, most);
    const dropped = this.#dropped;
    this.#dropped = 0;
    const { trouble, isFinal } = await posted(this.#url, harmless(JSON.stringify({ events, dropped })));
    this.#pauseMs = trouble === null ? POST_MS : Math.min(2 * this.#pauseMs, POST_MS_MAX);
    if (trouble !== null) this.#dropped += dropped + (isFinal ? events.length : 0);
    if (trouble !== null && !isFinal) this.#keep([...events, ...this.#waiting]);
    if (trouble !== this.#trouble) this.#onTrouble(trouble);
    this.#trouble = trouble;
  }

  #keep(events: object[]): void {
    this.#waiting = events;
    this.#dropped += events.splice(0, Math.max(0, events.length - WAITING_MAX)).length;
  }
}

/**
 * Escapes the characters that attacks are written with (RFC 8259 §7). An alert quotes the attack, and an intrusion
 * detector that sees the post, such as our own, would report it as one.
 */
function harmless(json: string): string {
  return json.replace(/"(?:[^"\\]|\\.)*"/g, (text) =>
    text.replace(/[!#-+/;-@^`|~]/g, (c) => `\\u00${c.charCodeAt(0).toString(16)}`),
  );
}

interface Posted {
  /** Why the post failed; null: it succeeded. */
  readonly trouble: string | null;
  /** Whether a retry would be refused, too. */
  readonly isFinal: boolean;
}

async function posted(url: string, body: string): Promise<Posted> {
  try {
    const {
      ok,
      status,
      body: rest,
    } = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
      signal: AbortSignal.timeout(TIMEOUT_MS),
      redirect: 'error',
    });
    await rest?.cancel();
    const isFinal = status >= 400 && status < 500 && !PASSING.has(status);
    return { trouble: ok ? null : `it answered ${status}`, isFinal };
  } catch (error) {
    const { message, cause } = error as Error;
    return { trouble: cause instanceof Error ? cause.message : message, isFinal: false };
  }
}

/** An HTTP(S) URL without user name and password: `fetch` refuses those, and logs would show the password. */
export function isWebhookAddress(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '';
}
