// A multiplexed stream of a session: bytes in order, with a credit window granted by the receiver.

const WINDOW_BYTES = 1 << 20;
/** Maximum size of a data frame: small enough that heartbeats and messages are not delayed. */
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
  /** Data received before a listener was set. */
  #early: Uint8Array[] = [];
  #onData: ((data: Uint8Array) => void) | null = null;
  onEnd: () => void = () => {};
  /** Called when the other side reset the stream or the link broke. */
  onReset: (reason: string) => void = () => {};
  onWritable: () => void = () => {};

  constructor(id: number, carrier: StreamCarrier) {
    this.id = id;
    this.#carrier = carrier;
  }

  /** Sets the listener. The bytes are borrowed; `consumed` returns their credit to the sender. */
  listen(onData: (data: Uint8Array) => void): void {
    this.#onData = onData;
    for (const data of this.#early.splice(0)) onData(data);
    if (this.#isEndReceived) this.onEnd();
  }

  /** Whether the stream is closed in both directions. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Number of bytes that may be written now. */
  get writableBytes(): number {
    return this.#isOver || this.#isEndSent || !this.#carrier.hasRoom() ? 0 : this.#sendWindow;
  }

  /** @throws RangeError if the data is longer than `writableBytes` */
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

  /** Takes data from the link. Returns false if the other side exceeded its credit. */
  receive(data: Uint8Array): boolean {
    if (data.length > this.#receiveWindow || this.#isEndReceived) return false;
    // Empty data uses no credit, so queueing it would be unbounded.
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
