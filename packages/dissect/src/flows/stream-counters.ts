// Stream numbers: how many conversations of each transport there have been.

const UDP = 17;
const UDPLITE = 136;

export class StreamCounters {
  readonly #counts = new Uint32Array(256);

  /** The number of the next conversation of a transport, which it then has. */
  next(transport: number): number {
    return this.#counts[counterOf(transport)]!++;
  }

  of(transport: number): number {
    return this.#counts[counterOf(transport)]!;
  }

  startAt(transport: number, stream: number): void {
    this.#counts[counterOf(transport)] = stream;
  }
}

/** UDP-Lite's conversations are numbered among those of UDP, as its fields are UDP's. */
function counterOf(transport: number): number {
  return transport === UDPLITE ? UDP : transport;
}
