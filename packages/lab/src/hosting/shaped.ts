// A transport whose links have delay, loss and silent failures, for machines whose kernel can't apply these to packets. Lost
// data arrives late, as after a retransmission by TCP: a link never loses bytes.

import {
  DialError,
  type Dialled,
  type Link,
  type LinkCredentials,
  type LinkEvents,
  type MayDial,
  type Shown,
  type Transport,
} from '@eyrie/mesh';

/** First retransmission timeout; it doubles each time (RFC 6298 §5.5). */
const REPEAT_MS = 200;
const REPEAT_MS_MAX = 15_000;
/** Handshakes of TCP and TLS 1.3: two round trips. */
const HANDSHAKE_WAYS = 4;

export interface LinkShape {
  /** One way. */
  delayMs: number;
  lossRate: number;
  /** 0 <= fraction < 1 */
  fraction(): number;
}

export class ShapedTransport implements Transport {
  readonly #inner: Transport;
  readonly #shape: LinkShape;
  readonly #links = new Set<ShapedLink>();
  #isSilent = false;

  constructor(inner: Transport, shape: LinkShape) {
    this.#inner = inner;
    this.#shape = shape;
  }

  dial(address: string, done: Dialled, mayDial?: MayDial): void {
    if (this.#isSilent) return void done(new DialError(address, 'timed out'), null);
    setTimeout(() => {
      this.#inner.dial(address, (error, link) => done(error, link && this.#wrap(link)), mayDial);
    }, HANDSHAKE_WAYS * this.#shape.delayMs).unref();
  }

  listen(onLink: (link: Link) => void): Promise<string[]> {
    return this.#inner.listen((link) => {
      // Not started: the other side waits for a greeting that never comes.
      if (!this.#isSilent) onLink(this.#wrap(link));
    });
  }

  /** From now on nothing is sent or received, and no link is closed: as after a power failure. */
  silence(): void {
    this.#isSilent = true;
    for (const link of this.#links) link.isSilent = true;
  }

  setCredentials(credentials: LinkCredentials): void {
    this.#inner.setCredentials(credentials);
  }

  close(): Promise<void> {
    return this.#inner.close();
  }

  #wrap(link: Link): Link {
    const shaped = new ShapedLink(link, this.#shape, () => this.#links.delete(shaped));
    this.#links.add(shaped);
    return shaped;
  }
}

interface Waiting {
  atMs: number;
  bytes: number;
  leave(): void;
}

class ShapedLink implements Link {
  readonly shown: Shown;
  readonly isDialler: boolean;
  isSilent = false;
  readonly #inner: Link;
  readonly #shape: LinkShape;
  readonly #onGone: () => void;
  /** Bounded by the session, which drops a link with too much unsent data. */
  #queue: Waiting[] = [];
  #queuedBytes = 0;
  #lastMs = 0;
  #timer: NodeJS.Timeout | null = null;
  #onDrain = () => {};

  constructor(inner: Link, shape: LinkShape, onGone: () => void) {
    this.#inner = inner;
    this.#shape = shape;
    this.#onGone = onGone;
    this.shown = inner.shown;
    this.isDialler = inner.isDialler;
  }

  get sentBytes(): number {
    return this.#inner.sentBytes;
  }

  get waitingBytes(): number {
    return this.#inner.waitingBytes + this.#queuedBytes;
  }

  start(events: LinkEvents): void {
    this.#onDrain = () => events.onDrain();
    this.#inner.start({
      onBytes: (bytes) => {
        if (!this.isSilent) events.onBytes(bytes);
      },
      onDrain: () => {
        if (!this.isSilent) events.onDrain();
      },
      onClose: (reason) => {
        this.#forget();
        this.#onGone();
        events.onClose(reason);
      },
    });
  }

  send(...parts: Uint8Array[]): void {
    if (this.isSilent) return;
    const waitMs = this.#waitMs();
    if (waitMs === 0 && this.#queue.length === 0) return void this.#inner.send(...parts);
    const bytes = parts.reduce((sum, part) => sum + part.length, 0);
    this.#later(waitMs, bytes, () => this.#inner.send(...parts));
  }

  close(): void {
    if (this.isSilent) return;
    if (this.#queue.length === 0) this.#inner.close();
    else this.#later(0, 0, () => this.#inner.close());
  }

  destroy(reason: string): void {
    this.#forget();
    this.#inner.destroy(reason);
  }

  #waitMs(): number {
    const { delayMs, lossRate, fraction } = this.#shape;
    let ms = delayMs;
    for (let repeat = REPEAT_MS; repeat < REPEAT_MS_MAX && lossRate > 0 && fraction() < lossRate; repeat *= 2)
      ms += repeat;
    return ms;
  }

  /** Never before data that was sent earlier. */
  #later(waitMs: number, bytes: number, leave: () => void): void {
    this.#lastMs = Math.max(this.#lastMs, performance.now() + waitMs);
    this.#queue.push({ atMs: this.#lastMs, bytes, leave });
    this.#queuedBytes += bytes;
    this.#timer ??= this.#wake();
  }

  #wake(): NodeJS.Timeout {
    return setTimeout(() => this.#flush(), Math.max(0, this.#queue[0]!.atMs - performance.now())).unref();
  }

  #flush(): void {
    this.#timer = null;
    while (this.#queue.length > 0 && this.#queue[0]!.atMs <= performance.now()) {
      const { bytes, leave } = this.#queue.shift()!;
      this.#queuedBytes -= bytes;
      if (!this.isSilent) leave();
    }
    if (this.#queue.length > 0) this.#timer = this.#wake();
    else if (!this.isSilent) this.#onDrain();
  }

  #forget(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#queue = [];
    this.#queuedBytes = 0;
  }
}
