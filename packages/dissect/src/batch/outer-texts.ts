// What a batch tells of outer addresses, found again by the bytes that it follows from: the packets of a tunnel say the same
// again and again, and to read it costs as much as all else of a packet.
import { ETHER, IPV4, IPV6, type Packet } from '../core/packet.ts';
import { OuterReader, outerText } from './outer.ts';
import { UNKEPT } from './shapes.ts';

/** Bytes of all addresses of a packet; those with more are read each time. */
const BYTES_MAX = 96;
/** Shape, kind of column, and the addresses as words. */
const WORDS = 2 + BYTES_MAX / 4;
/** Entries; one takes the place of another with the same slot. A power of two. */
const SLOTS = 4096;

/** Where an IPv4 and an IPv6 header have their addresses: source and destination follow each other (RFC 791 §3.1, RFC 8200 §3). */
const IPV4_AT = 12;
const IPV4_BYTES = 8;
const IPV6_AT = 8;
const IPV6_BYTES = 32;

/** What columns show of an address, in bytes. */
const COLUMN_BYTES: Readonly<Record<number, number>> = { [ETHER]: 6, [IPV4]: 4, [IPV6]: 16 };

export class OuterTexts {
  readonly #reader = new OuterReader();
  readonly #keys = new Int32Array(SLOTS * WORDS);
  readonly #texts = new Array<string | null | undefined>(SLOTS).fill(undefined);
  /** Of the packet at hand. */
  readonly #key = new Int32Array(WORDS);
  readonly #bytes = new Uint8Array(this.#key.buffer, 8);
  #length = 0;

  /** As `OuterReader.of`, as text; `shape` is the packet's. */
  of(p: Packet, shape: number): string | null {
    if (shape === UNKEPT || !this.#takeKey(p, shape)) return this.#read(p);
    const slot = this.#slot();
    let text = this.#texts[slot];
    if (text !== undefined && this.#isAt(slot)) return text;
    text = this.#read(p);
    this.#texts[slot] = text;
    this.#keys.set(this.#key, slot * WORDS);
    return text;
  }

  #read(p: Packet): string | null {
    const outer = this.#reader.of(p);
    return outer === null ? null : outerText(outer);
  }

  /** False: what is told does not follow from the shape and these addresses alone, or there are too many. */
  #takeKey(p: Packet, shape: number): boolean {
    this.#key.fill(0);
    this.#key[0] = shape;
    this.#key[1] = p.columnKind;
    this.#length = 0;
    for (let layer = 1; layer < p.count; layer++) {
      const { name } = p.protocols[layer]!;
      // A route or an option may say another address than the header.
      if (name.startsWith('ipv6.')) return false;
      if (name !== 'ip' && name !== 'ipv6') continue;
      const at = p.start[layer]! + (name === 'ip' ? IPV4_AT : IPV6_AT);
      const bytes = name === 'ip' ? IPV4_BYTES : IPV6_BYTES;
      if (at + bytes > p.stop[layer]! || !this.#add(p.bufferOf(layer), at, bytes)) return false;
    }
    const width = COLUMN_BYTES[p.columnKind] ?? 0;
    return this.#addColumn(p, p.columnSrc, width) && this.#addColumn(p, p.columnDst, width);
  }

  #addColumn(p: Packet, at: number, width: number): boolean {
    return at >= 0 && this.#add(p.columnBuf, at, width);
  }

  #add(from: Uint8Array, at: number, count: number): boolean {
    const start = this.#length;
    if (start + count > BYTES_MAX) return false;
    for (let i = 0; i < count; i++) this.#bytes[start + i] = from[at + i]!;
    this.#length = start + count;
    return true;
  }

  #slot(): number {
    const words = 2 + ((this.#length + 3) >> 2);
    let hash = this.#length;
    for (let i = 0; i < words; i++) {
      hash = Math.imul(hash ^ this.#key[i]!, 0x9e3779b1);
      hash ^= hash >>> 15;
    }
    return hash & (SLOTS - 1);
  }

  #isAt(slot: number): boolean {
    const at = slot * WORDS;
    for (let i = 0; i < WORDS; i++) if (this.#keys[at + i] !== this.#key[i]) return false;
    return true;
  }
}
