// What one direction of a stream of HTTP/2 or HTTP/3 says: of which type its body is, and the parts of it that have come.
import { codingNamed, IDENTITY } from '../../codec/unpack.ts';
import { copyOf } from '../../core/bytes.ts';
import type { Packet } from '../../core/packet.ts';
import { callBody, callCompressedBody, type MediaType, mediaTypes } from '../media/types.ts';
import type { HeaderField } from './http2/hpack.ts';

/** What a part that is kept costs beside its bytes. */
const PART_OVERHEAD_BYTES = 128;

export class Message {
  type: MediaType | null = null;
  parameters = '';
  encoding = '';
  readonly #parts: Uint8Array[] = [];
  length = 0;

  take(fields: readonly HeaderField[]): void {
    for (const { name, value } of fields) {
      if (name === 'content-type') {
        const semicolon = value.indexOf(';');
        this.type = mediaTypes.named(
          (semicolon < 0 ? value : value.slice(0, semicolon)).trim().toLowerCase(),
        );
        this.parameters = semicolon < 0 ? '' : value.slice(semicolon);
      } else if (name === 'content-encoding') this.encoding = value.trim().toLowerCase();
    }
  }

  /** Keeps a part of the body that others follow. */
  keep(part: Uint8Array): void {
    this.#parts.push(copyOf(part, 0, part.length));
    this.length += part.length;
  }

  forget(): void {
    this.#parts.length = 0;
    this.length = 0;
  }

  /** Memory of what is kept. */
  get held(): number {
    return this.length + this.#parts.length * PART_OVERHEAD_BYTES;
  }

  get hasParts(): boolean {
    return this.#parts.length > 0;
  }

  /** The whole body, with its last part. */
  whole(last: Uint8Array): Uint8Array {
    const bytes = new Uint8Array(this.length + last.length);
    let at = 0;
    for (const part of this.#parts) {
      bytes.set(part, at);
      at += part.length;
    }
    bytes.set(last, at);
    return bytes;
  }
}

/** The body [at, end) of the packet's buffer, without its coding, goes to who reads its type; without one it stays bytes. */
export function readBody(p: Packet, message: Message, at: number, end: number): void {
  const { type, parameters, encoding } = message;
  if (type === null) return;
  const coding = codingNamed(encoding);
  if (coding === IDENTITY) callBody(p, type, at, end, end, parameters);
  else if (!callCompressedBody(p, coding, type, at, end, parameters)) callBody(p, null, at, end);
}
