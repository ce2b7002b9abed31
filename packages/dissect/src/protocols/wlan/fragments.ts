// Reassembly of 802.11 fragments (IEEE Std 802.11-2020 §10.5), which arrive in order, numbered from 0, with the same
// sequence number.

/** Maximum number of incomplete frames; the oldest are evicted. */
const FRAMES_MAX = 64;
/** §9.2.4.4.3: the fragment number has four bits. */
const FRAGMENTS_MAX = 16;

interface Unfinished {
  next: number;
  length: number;
  readonly parts: Uint8Array[];
}

export class FragmentStore {
  readonly #frames = new Map<string, Unfinished>();

  /**
   * Adds fragment `number` of frame `sequence` from the transmitter whose address is at `transmitter`; returns the
   * whole payload if this is the last fragment, else null.
   */
  add(
    b: Uint8Array,
    transmitter: number,
    sequence: number,
    number: number,
    at: number,
    end: number,
    isLast: boolean,
  ): Uint8Array | null {
    const key = `${b.subarray(transmitter, transmitter + 6).join('.')} ${sequence}`;
    let frame = this.#frames.get(key);
    if (number === 0) {
      frame = { next: 0, length: 0, parts: [] };
      this.#frames.delete(key);
      if (this.#frames.size >= FRAMES_MAX) this.#frames.delete(this.#frames.keys().next().value!);
      this.#frames.set(key, frame);
    }
    if (frame === undefined || frame.next !== number || number >= FRAGMENTS_MAX) return null;
    frame.parts.push(b.slice(at, end));
    frame.length += end - at;
    frame.next++;
    if (!isLast) return null;
    this.#frames.delete(key);
    const whole = new Uint8Array(frame.length);
    let filled = 0;
    for (const part of frame.parts) {
      whole.set(part, filled);
      filled += part.length;
    }
    return whole;
  }
}
