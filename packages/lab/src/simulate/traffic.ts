// What is sent: how often, how much, and by whom. Writing a message only to count its bytes costs more than all else, so
// one in sixteen is written, and counts for sixteen.

import { encodedSize, type Message } from '@eyrie/mesh/skyeye';
import { type Quantiles, quantilesOf } from '../quantiles.ts';

const SAMPLE = 16;
/** RFC 8446 §5.2: head, type and tag of a record. */
const RECORD_BYTES = 22;

export class Traffic {
  readonly counts: Record<Message['kind'], number> = { report: 0, view: 0, again: 0 };
  readonly bytes: Record<Message['kind'], number> = { report: 0, view: 0, again: 0 };
  readonly #sentBytes: Float64Array;
  #next = SAMPLE;

  constructor(peers: number) {
    this.#sentBytes = new Float64Array(peers);
  }

  sent(from: number, message: Message): void {
    this.counts[message.kind]++;
    if (--this.#next > 0) return;
    this.#next = SAMPLE;
    const bytes = SAMPLE * recordBytes(encodedSize(message));
    this.bytes[message.kind] += bytes;
    this.#sentBytes[from]! += bytes;
  }

  /** Bytes a second of each peer that sent any. */
  perPeer(durationMs: number): Quantiles {
    return quantilesOf(
      this.#sentBytes.filter((bytes) => bytes > 0).map((bytes) => bytes / (durationMs / 1000)),
    );
  }
}

/** With the head of a notice's frame (mesh: wire/frame.ts) and of its TLS record. */
function recordBytes(bytes: number): number {
  const payload = bytes + 1;
  return payload + (payload < 0x80 ? 2 : payload < 0x4000 ? 3 : 4) + RECORD_BYTES;
}
