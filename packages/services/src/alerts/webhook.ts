// Events posted as JSON to an address, once a second at most, without making their sender wait:
//   {"events": [...], "dropped": 0}

/** Events that wait; beyond it the oldest are dropped and counted in the next post. */
const WAITING_MAX = 1000;
const POST_MS = 1000;
const TIMEOUT_MS = 5000;

export class Webhook {
  readonly #url: string;
  readonly #onTrouble: (trouble: string | null) => void;
  #waiting: object[] = [];
  #dropped = 0;
  #timer: NodeJS.Timeout | null = null;
  #posting: Promise<void> = Promise.resolve();
  #trouble: string | null = null;

  /** @param onTrouble told when posts begin to fail, and, with null, when they go through again */
  constructor(url: string, onTrouble: (trouble: string | null) => void = () => {}) {
    this.#url = url;
    this.#onTrouble = onTrouble;
  }

  send(event: object): void {
    if (this.#waiting.length >= WAITING_MAX) {
      this.#waiting.shift();
      this.#dropped++;
    }
    this.#waiting.push(event);
    this.#timer ??= setTimeout(() => this.#begin(), POST_MS);
  }

  async close(): Promise<void> {
    if (this.#timer !== null) {
      clearTimeout(this.#timer);
      this.#begin();
    }
    await this.#posting;
  }

  #begin(): void {
    this.#timer = null;
    this.#posting = this.#posting.then(() => this.#post());
  }

  async #post(): Promise<void> {
    const events = this.#waiting;
    const dropped = this.#dropped;
    this.#waiting = [];
    this.#dropped = 0;
    const trouble = await posted(this.#url, harmless(JSON.stringify({ events, dropped })));
    if (trouble !== null) this.#dropped += events.length + dropped;
    if (trouble !== this.#trouble) this.#onTrouble(trouble);
    this.#trouble = trouble;
  }
}

/**
 * The same JSON without what an attack is written with: it quotes attacks, and whoever looks at what passes, we ourselves
 * among them, would take it for one. RFC 8259 §7 lets any character of a text be written by its number.
 */
function harmless(json: string): string {
  return json.replace(/"(?:[^"\\]|\\.)*"/g, (text) =>
    text.replace(/[!#-+/;-@^`|~]/g, (c) => `\\u00${c.charCodeAt(0).toString(16)}`),
  );
}

/** Null, or why it did not go through. */
async function posted(url: string, body: string): Promise<string | null> {
  try {
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
      signal: AbortSignal.timeout(TIMEOUT_MS),
      redirect: 'error',
    });
    await answer.body?.cancel();
    return answer.ok ? null : `it answered ${answer.status}`;
  } catch (error) {
    const { message, cause } = error as Error;
    return cause instanceof Error ? cause.message : message;
  }
}

export function isWebhookAddress(text: string): boolean {
  return /^https?:$/.test(URL.parse(text)?.protocol ?? '');
}
