// Messages of HTTP/2 and HTTP/3 as a person reads them: header fields as lines, bodies without their content coding
// (RFC 9110 §8.4.1).
import { codingNamed, IDENTITY, UNKNOWN, type Unpack, unpacked } from '../codec/unpack.ts';
import { joined } from '../core/bytes.ts';
import type { Packet } from '../core/packet.ts';
import { headerValue } from '../protocols/http/http2/frames.ts';
import type { HeaderField } from '../protocols/http/http2/hpack.ts';
import type { Piece } from './follow.ts';

const encoder = new TextEncoder();

/** Bytes kept of a coded body until it is complete; a longer one is given as it was sent. */
const CODED_BYTES_MAX = 16 << 20;
/** Bytes of a decoded body; the rest of a longer one is left out. */
const BODY_BYTES_MAX = 64 << 20;

/** One direction of a stream. */
interface Sender {
  coding: number;
  /** Parts of a coded body that is not complete. */
  parts: Uint8Array[];
  bytes: number;
}

type Origin = Omit<Piece, 'side' | 'data'>;

export class ReadableMessages {
  readonly #onPiece: (piece: Piece) => void;
  readonly #senders: readonly [Sender, Sender] = [newSender(), newSender()];
  /** Of the latest packet. */
  #origin: Origin = { frame: 0, seconds: 0, nanoseconds: 0 };
  #unpack: Unpack | null = null;

  constructor(onPiece: (piece: Piece) => void) {
    this.#onPiece = onPiece;
  }

  /** Takes the header or trailer fields of a message from `side`. */
  fields(p: Packet, side: 0 | 1, fields: readonly HeaderField[]): void {
    if (fields.length === 0) return;
    this.end(p, side);
    const coding = headerValue(fields, 'content-encoding');
    if (coding !== undefined) this.#senders[side].coding = codingNamed(coding.trim().toLowerCase());
    const lines = fields.map(({ name, value }) => `${name}: ${value}\n`);
    this.#give(side, encoder.encode(`${lines.join('')}\n`));
  }

  /** Takes a part of a body. */
  part(p: Packet, side: 0 | 1, data: Uint8Array): void {
    if (data.length === 0) return;
    this.#see(p);
    const sender = this.#senders[side];
    if (sender.coding === IDENTITY || sender.coding === UNKNOWN) {
      this.#give(side, data);
      return;
    }
    sender.parts.push(data.slice());
    sender.bytes += data.length;
    if (sender.bytes <= CODED_BYTES_MAX) return;
    sender.coding = UNKNOWN;
    this.#complete(side);
  }

  /** A message from `side` is complete. */
  end(p: Packet, side: 0 | 1): void {
    this.#see(p);
    this.#complete(side);
  }

  /** Gives what there is of bodies whose end was not captured. */
  flush(): void {
    this.#complete(0);
    this.#complete(1);
  }

  #see({ number: frame, seconds, nanoseconds, session }: Packet): void {
    this.#origin = { frame, seconds, nanoseconds };
    this.#unpack = session.unpack;
  }

  #complete(side: 0 | 1): void {
    const sender = this.#senders[side];
    if (sender.bytes === 0) return;
    const whole = joined(...sender.parts);
    sender.parts = [];
    sender.bytes = 0;
    const body = unpacked(this.#unpack, sender.coding, whole, 0, whole.length, BODY_BYTES_MAX);
    this.#give(side, body ?? whole);
  }

  #give(side: 0 | 1, data: Uint8Array): void {
    this.#onPiece({ side, ...this.#origin, data });
  }
}

function newSender(): Sender {
  return { coding: IDENTITY, parts: [], bytes: 0 };
}
