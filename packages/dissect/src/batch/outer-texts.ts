// Cache of the outer-address text of a batch, keyed by layer stack and address bytes: packets of a tunnel repeat the
// same addresses, and extracting them costs as much as the rest of a packet.
import { ETHER, IPV4, IPV6, type Packet } from '../core/packet.ts';
import { type Protocol, protocolsMade } from '../core/protocol.ts';
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

/** What a layer says of addresses, by protocol id; 0: its protocol was not seen yet. */
const NOTHING = 1;
const IPV4_HEADER = 2;
const IPV6_HEADER = 3;
/** A routing header or an option may contain a different address from the IPv6 header's. */
const IPV6_EXTENSION = 4;

export class OuterTexts {
  readonly #reader = new OuterReader();
  readonly #keys = new Int32Array(SLOTS * WORDS);
  readonly #texts = new Array<string | null | undefined>(SLOTS).fill(undefined);
  readonly #kinds = new Uint8Array(protocolsMade());
  /** Key of the current packet: its first words, as many as its shape takes. */
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
    this.#key[0] = shape;
    this.#key[1] = p.columnKind;
    this.#length = 0;
    const kinds = this.#kinds;
    for (let layer = 1; layer < p.count; layer++) {
      const kind = kinds[p.proto[layer]!] || this.#kindOf(p.protocols[layer]!);
      if (kind === NOTHING) continue;
      if (kind === IPV6_EXTENSION) return false;
      const at = p.start[layer]! + (kind === IPV4_HEADER ? IPV4_AT : IPV6_AT);
      const bytes = kind === IPV4_HEADER ? IPV4_BYTES : IPV6_BYTES;
      if (at + bytes > p.stop[layer]! || !this.#add(p.bufferOf(layer), at, bytes)) return false;
    }
    const { columnKind } = p;
    const width = columnKind === IPV6 ? 16 : columnKind === IPV4 ? 4 : columnKind === ETHER ? 6 : 0;
    return this.#addColumn(p, p.columnSrc, width) && this.#addColumn(p, p.columnDst, width);
  }

  #kindOf({ id, name }: Protocol): number {
    const isExtension = name.startsWith('ipv6.');
    const kind = isExtension
      ? IPV6_EXTENSION
      : name === 'ip'
        ? IPV4_HEADER
        : name === 'ipv6'
          ? IPV6_HEADER
          : NOTHING;
    this.#kinds[id] = kind;
    return kind;
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

  /** Words of the key: each pair of addresses fills whole ones. */
  get #words(): number {
    return 2 + (this.#length >> 2);
  }

  #slot(): number {
    const words = this.#words;
    let hash = this.#length;
    for (let i = 0; i < words; i++) {
      hash = Math.imul(hash ^ this.#key[i]!, 0x9e3779b1);
      hash ^= hash >>> 15;
    }
    return hash & (SLOTS - 1);
  }

  #isAt(slot: number): boolean {
    const at = slot * WORDS;
    const words = this.#words;
    for (let i = 0; i < words; i++) if (this.#keys[at + i] !== this.#key[i]) return false;
    return true;
  }
}
