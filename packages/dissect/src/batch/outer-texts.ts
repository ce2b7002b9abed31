// Cache of the outer-address text of a batch, keyed by layer stack and address bytes: packets of a tunnel repeat the
// same addresses, and extracting them costs as much as the rest of a packet.
import { ETHER, IPV4, IPV6, type Packet } from '../core/packet.ts';
import { OuterReader, outerText } from './outer.ts';
import { UNKEPT } from './shapes.ts';

/** Address bytes per key; packets with more are not cached. */
const BYTES_MAX = 96;
/** Words per key: shape, kind of address column, and the addresses. */
const WORDS = 2 + BYTES_MAX / 4;
/** Slots of the direct-mapped cache; a power of two. */
const SLOTS = 4096;

/**
 * Offsets of the source address, which the destination follows, in IPv4 and IPv6 headers (RFC 791 §3.1, RFC 8200 §3).
 */
const IPV4_AT = 12;
const IPV4_BYTES = 8;
const IPV6_AT = 8;
const IPV6_BYTES = 32;

/** Bytes of an address column by kind. */
const COLUMN_BYTES: Readonly<Record<number, number>> = { [ETHER]: 6, [IPV4]: 4, [IPV6]: 16 };

export class OuterTexts {
  readonly #reader = new OuterReader();
  readonly #keys = new Int32Array(SLOTS * WORDS);
  readonly #texts = new Array<string | null | undefined>(SLOTS).fill(undefined);
  /** Key of the current packet. */
  readonly #key = new Int32Array(WORDS);
  readonly #bytes = new Uint8Array(this.#key.buffer, 8);
  #length = 0;

  /** The text of `OuterReader.of`, or null; `shape` is the packet's shape id. */
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

  /** Builds the key; false if shape and header addresses do not determine the text, or there are too many addresses. */
  #takeKey(p: Packet, shape: number): boolean {
    this.#key.fill(0);
    this.#key[0] = shape;
    this.#key[1] = p.columnKind;
    this.#length = 0;
    for (let layer = 1; layer < p.count; layer++) {
      const { name } = p.protocols[layer]!;
      // A routing header or an option may contain a different address from the IPv6 header's.
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
