// One of many streams on a session: bytes in order, with a window of credit that the receiver grants.

export const WINDOW_BYTES = 1 << 20;
/** Size of a data frame: small enough for heartbeats and messages to get in between. */
const DATA_BYTES_MAX = 64 << 10;

/** What a stream needs of its session. */
export interface StreamCarrier {
  sendData(id: number, data: Uint8Array): void;
  sendCredit(id: number, bytes: number): void;
  sendEnd(id: number): void;
  sendReset(id: number, reason: string): void;
  /** False while the link itself exerts backpressure. */
  hasRoom(): boolean;
  forget(id: number): void;
}

export class Stream {
  readonly id: number;
  readonly #carrier: StreamCarrier;
  #sendWindow = WINDOW_BYTES;
  #receiveWindow = WINDOW_BYTES;
  #unreported = 0;
  #isEndSent = false;
  #isEndReceived = false;
  #isOver = false;
  /** Received before there was a listener. */
  #early: Uint8Array[] = [];
  #onData: ((data: Uint8Array) => void) | null = null;
  onEnd: () => void = () => {};
  /** The other side gave up, or the link broke. */
  onReset: (reason: string) => void = () => {};
  onWritable: () => void = () => {};

  constructor(id: number, carrier: StreamCarrier) {
    this.id = id;
    this.#carrier = carrier;
  }

  /** The bytes are borrowed; `consumed` returns their credit, so that more may come. */
  listen(onData: (data: Uint8Array) => void): void {
    this.#onData = onData;
    for (const data of this.#early.splice(0)) onData(data);
    if (this.#isEndReceived) this.onEnd();
  }

  /** Nothing comes or goes any more. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** How many bytes may be written now. */
  get writableBytes(): number {
    return this.#isOver || this.#isEndSent || !this.#carrier.hasRoom() ? 0 : this.#sendWindow;
  }

  /** @throws RangeError if it is more than `writableBytes` */
  write(data: Uint8Array): void {
    if (data.length > this.#sendWindow) throw new RangeError('more than the receiver has room for');
    if (this.#isOver || this.#isEndSent) return;
    this.#sendWindow -= data.length;
    for (let at = 0; at < data.length; at += DATA_BYTES_MAX)
      this.#carrier.sendData(this.id, data.subarray(at, at + DATA_BYTES_MAX));
  }

  end(): void {
    if (this.#isOver || this.#isEndSent) return;
    this.#isEndSent = true;
    this.#carrier.sendEnd(this.id);
    this.#finishIfDone();
  }

  reset(reason: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#carrier.sendReset(this.id, reason);
    this.#carrier.forget(this.id);
  }

  consumed(bytes: number): void {
    this.#unreported += bytes;
    if (this.#isOver || this.#isEndReceived || this.#unreported < WINDOW_BYTES / 4) return;
    this.#receiveWindow += this.#unreported;
    this.#carrier.sendCredit(this.id, this.#unreported);
    this.#unreported = 0;
  }

  /** False if the other side sent more than it may. */
  receive(data: Uint8Array): boolean {
    if (data.length > this.#receiveWindow || this.#isEndReceived) return false;
    // Empty data uses up no credit, so it must not be queued: it could come without end.
    if (data.length === 0) return true;
    this.#receiveWindow -= data.length;
    if (this.#onData === null) this.#early.push(Buffer.from(data));
    else this.#onData(data);
    return true;
  }

  receiveCredit(bytes: number): boolean {
    if (this.#sendWindow + bytes > WINDOW_BYTES) return false;
    this.#sendWindow += bytes;
    this.onWritable();
    return true;
  }

  receiveEnd(): void {
    if (this.#isEndReceived) return;
    this.#isEndReceived = true;
    if (this.#onData !== null) this.onEnd();
    this.#finishIfDone();
  }

  receiveReset(reason: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.onReset(reason);
  }

  #finishIfDone(): void {
    if (!this.#isEndSent || !this.#isEndReceived) return;
    this.#isOver = true;
    this.#carrier.forget(this.id);
  }
}
