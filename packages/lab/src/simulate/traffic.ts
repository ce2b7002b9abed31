// Messages and bytes sent. Encoding a message only to count its bytes costs more than all else, so one in sixteen is
// encoded, and counts for sixteen.

import { encodedSize, type Message } from '@eyrie/mesh/skyeye';

const SAMPLE = 16;
/** RFC 8446 §5.2: header, content type and tag of a record. */
const RECORD_BYTES = 22;

export interface TrafficTally {
  readonly counts: Record<Message['kind'], number>;
  readonly bytes: Record<Message['kind'], number>;
}

export class Traffic {
  readonly tally: TrafficTally = {
    counts: { report: 0, view: 0, again: 0 },
    bytes: { report: 0, view: 0, again: 0 },
  };
  readonly #sentBytes: Float64Array;
  #next = SAMPLE;

  /** @param sentBytes by peer */
  constructor(sentBytes: Float64Array) {
    this.#sentBytes = sentBytes;
  }

  sent(from: number, message: Message): void {
    this.tally.counts[message.kind]++;
    if (--this.#next > 0) return;
    this.#next = SAMPLE;
    const bytes = SAMPLE * recordBytes(encodedSize(message));
    this.tally.bytes[message.kind] += bytes;
    this.#sentBytes[from]! += bytes;
  }
}

/** With the header of a notice's frame (mesh: wire/frame.ts) and of its TLS record. */
function recordBytes(bytes: number): number {
  const payload = bytes + 1;
  return payload + (payload < 0x80 ? 2 : payload < 0x4000 ? 3 : 4) + RECORD_BYTES;
}
