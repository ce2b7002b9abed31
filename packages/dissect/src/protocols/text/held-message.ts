// A message that a protocol assembles itself from the payload of its packets: mail in SMTP and POP.
import { copyOf } from '../../core/bytes.ts';
import type { Packet } from '../../core/packet.ts';
import type { Session } from '../../core/session.ts';

/** Bytes kept of one message, and of all unfinished ones of a capture; what comes then is left out. */
const MESSAGE_BYTES_MAX = 4 << 20;
export const HELD_BYTES_MAX = 32 << 20;

interface Held {
  bytes: number;
  /** The most there ever were. */
  most: number;
}

export function held(session: Session): Held {
  return session.memoryOf('held-messages', () => ({ bytes: 0, most: 0 }));
}

export class HeldMessage {
  #parts: Uint8Array[] = [];
  #length = 0;
  /** Bytes of the message so far, kept or not. */
  seen = 0;

  add(p: Packet, b: Uint8Array, start: number, end: number): void {
    const length = end - start;
    this.seen += length;
    const total = held(p.session);
    if (this.#length + length > MESSAGE_BYTES_MAX || total.bytes + length > HELD_BYTES_MAX) return;
    total.bytes += length;
    total.most = Math.max(total.most, total.bytes);
    this.#length += length;
    this.#parts.push(copyOf(b, start, end));
  }

  /** The message, which is then forgotten. */
  take(p: Packet): Uint8Array {
    const whole = new Uint8Array(this.#length);
    let at = 0;
    for (const part of this.#parts) {
      whole.set(part, at);
      at += part.length;
    }
    held(p.session).bytes -= this.#length;
    this.#parts = [];
    this.#length = this.seen = 0;
    return whole;
  }
}
