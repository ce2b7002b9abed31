// A field is one named value of a protocol: the display-filter name, how it is read from the bytes and how it is shown.
// Names, types and bases are those of Wireshark's display-filter reference.
import type { Packet } from './packet.ts';
import type { Protocol } from './protocol.ts';
import type { TextSink } from './text-sink.ts';

/**
 * What a field holds. `uint` up to 48 bits is a number, `uint64` a bigint. `time` is a point in time, a bigint of
 * nanoseconds since the epoch; `seconds` a span, as a number of seconds or a bigint of nanoseconds.
 */
export type FieldType =
  | 'none'
  | 'uint'
  | 'int'
  | 'uint64'
  | 'bool'
  | 'text'
  | 'bytes'
  | 'ether'
  | 'ipv4'
  | 'ipv6'
  | 'time'
  | 'seconds'
  | 'double';

/** A value as filters and formatters see it. Addresses and bytes are views into the packet: copy what must live longer. */
export type Value = number | bigint | string | boolean | Uint8Array;

/** What numbers are called: listed, or computed. */
export type Names =
  | Readonly<Record<number, string>>
  | ReadonlyMap<number, string>
  | ((value: number) => string | undefined);

let fieldCount = 0;
const NONE: readonly never[] = [];

/**
 * Built by the functions below and refined by chaining: `uint('udp.length', 'Length').at(4, 2)`.
 * A field with a fixed place (`at`) is read straight from the header; any other is emitted by its protocol's `emit`
 * or computed by `get`.
 */
export class Field {
  readonly id: number = fieldCount++;
  readonly name: string;
  readonly title: string;
  readonly type: FieldType;
  /** Byte offset from the start of the layer, -1 when the place varies. */
  offset = -1;
  /** Bytes. */
  width = 0;
  /** Bits of the number that belong to the field; 0 means all. Its trailing zero bits are shifted out. */
  bits = 0;
  shift = 0;
  base: 'dec' | 'hex' = 'dec';
  hexBytes = 0;
  littleEndian = false;
  names: Names | null = null;
  /** Computed from the packet's state, not from its bytes (`tcp.stream`); undefined when this packet has none. */
  getter: ((p: Packet, layer: number) => Value | undefined) | null = null;
  /** Writes what the getter would give as `-T fields` prints it, without making a value. */
  writer: ((p: Packet, layer: number, out: TextSink) => void) | null = null;
  /** An alias is the multi-valued sum of others: `ip.addr` is `ip.src` and `ip.dst`. */
  of: readonly Field[] = NONE;
  /** Those that stand for this one too. */
  aliases: readonly Field[] = NONE;
  /** Set when the protocol that owns it is made. */
  protocol: Protocol | null = null;
  /** All that do: DNS, mDNS and LLMNR share theirs. A field of more than one has no fixed place. */
  owners: readonly Protocol[] = NONE;
  /** Not drawn in the tree, though filters and `-e` see it. */
  isHidden = false;
  /** What the capture file says, not a byte of the packet: shown without the brackets of what is derived. */
  isPlain = false;
  /** Computed, though it stands in bytes: shown in brackets as what has none. */
  isDerived = false;
  /** Shown by the name of its number alone. */
  isNameOnly = false;
  /** Bits of the number that its line draws; 0: all of its bytes. */
  bitsDrawn = 0;
  /** Its line in the tree where it is not made of title and value. */
  line: ((value: Value, width: number) => string) | null = null;
  /** Known only where the session times conversations: `SessionOptions.timesConversations`. */
  isTimed = false;
  /** What a time of 0 is shown as; NTP's means that there is none. */
  zeroText: string | null = null;
  /** Significant digits of a `double`. */
  digits = 15;

  constructor(name: string, title: string, type: FieldType) {
    this.name = name;
    this.title = title;
    this.type = type;
  }

  /** A fixed place in the header: offset from the layer's start and width, in bytes. */
  at(offset: number, width: number): this {
    this.offset = offset;
    this.width = width;
    return this;
  }

  /** Only these bits of the number, e.g. 0x0fff. */
  mask(bits: number): this {
    this.bits = bits;
    this.shift = bits === 0 ? 0 : 31 - Math.clz32(bits & -bits);
    return this;
  }

  /** Shown in hexadecimal; `bytes` says how wide the number is where it has no fixed place. */
  hex(bytes = 0): this {
    this.base = 'hex';
    this.hexBytes = bytes;
    return this;
  }

  le(): this {
    this.littleEndian = true;
    return this;
  }

  /** What the numbers are called; shown as `Type: Echo (ping) request (8)`. */
  named(names: Names): this {
    this.names = names;
    return this;
  }

  get(getter: (p: Packet, layer: number) => Value | undefined): this {
    this.getter = getter;
    return this;
  }

  writes(writer: (p: Packet, layer: number, out: TextSink) => void): this {
    this.writer = writer;
    return this;
  }

  hidden(): this {
    this.isHidden = true;
    return this;
  }

  plain(): this {
    this.isPlain = true;
    return this;
  }

  derived(): this {
    this.isDerived = true;
    return this;
  }

  byName(): this {
    this.isNameOnly = true;
    return this;
  }

  inBits(count: number): this {
    this.bitsDrawn = count;
    return this;
  }

  shownAs(line: (value: Value, width: number) => string): this {
    this.line = line;
    return this;
  }

  /** The opposite of hidden: of an alias that the tree shows too. */
  drawn(): this {
    this.isHidden = false;
    return this;
  }

  timed(): this {
    this.isTimed = true;
    return this;
  }

  /** How many digits of a `double` are shown. */
  precise(digits: number): this {
    this.digits = digits;
    return this;
  }

  zeroAs(text: string): this {
    this.zeroText = text;
    return this;
  }

  nameOf(value: number): string | undefined {
    const { names } = this;
    if (names === null) return undefined;
    if (typeof names === 'function') return names(value);
    return names instanceof Map ? names.get(value) : (names as Readonly<Record<number, string>>)[value];
  }

  /** The number that a name stands for, whatever its case; undefined too where names are computed. */
  numberOf(name: string): number | undefined {
    const { names } = this;
    if (names === null || typeof names === 'function') return undefined;
    const wanted = name.toLowerCase();
    const entries = names instanceof Map ? names.entries() : Object.entries(names);
    for (const [value, known] of entries) if (known.toLowerCase() === wanted) return Number(value);
    return undefined;
  }
}

export const uint = (name: string, title: string): Field => new Field(name, title, 'uint');
export const int = (name: string, title: string): Field => new Field(name, title, 'int');
export const uint64 = (name: string, title: string): Field => new Field(name, title, 'uint64').at(-1, 8);
export const bool = (name: string, title: string): Field => new Field(name, title, 'bool');
export const text = (name: string, title: string): Field => new Field(name, title, 'text');
export const bytes = (name: string, title: string): Field => new Field(name, title, 'bytes');
export const ether = (name: string, title: string): Field => new Field(name, title, 'ether').at(-1, 6);
export const ipv4 = (name: string, title: string): Field => new Field(name, title, 'ipv4').at(-1, 4);
export const ipv6 = (name: string, title: string): Field => new Field(name, title, 'ipv6').at(-1, 16);
export const time = (name: string, title: string): Field => new Field(name, title, 'time');
export const seconds = (name: string, title: string): Field => new Field(name, title, 'seconds');
export const double = (name: string, title: string): Field => new Field(name, title, 'double');
/** A number of single precision: four bytes, shown with seven digits. */
export const float = (name: string, title: string): Field => new Field(name, title, 'double').precise(7);
/** A heading that opens a subtree, or a bare fact. */
export const none = (name: string, title: string): Field => new Field(name, title, 'none');

export function alias(name: string, title: string, of: readonly Field[]): Field {
  const field = new Field(name, title, of[0]!.type).hidden();
  field.of = of;
  // One name for fields of several protocols is no second name.
  for (const part of of) if (part.name !== name) part.aliases = [...part.aliases, field];
  return field;
}

export function fieldsMade(): number {
  return fieldCount;
}

/** Protocols whose fields tell of a packet and its conversation alone. */
const LAYERS = new Set(['frame', 'eth', 'ip', 'ipv6', 'tcp', 'udp']);

/** Whether what a field says may depend on which request a reply answers: `SessionOptions.matchReplies`. */
export function needsReplies({ name, protocol }: Field): boolean {
  return name === '_ws.col.Info' || !LAYERS.has(protocol?.name ?? '');
}

/** What depends on packets of other conversations: how many began before, and what was displayed last. */
const OF_ALL_PACKETS = new Set([
  'tcp.stream',
  'udp.stream',
  'dccp.stream',
  'quic.connection.number',
  'frame.time_delta_displayed',
  '_ws.col.Time',
]);

/** Whether a field says what it says wherever packets of other conversations are read: see `Shares`. */
export function isOfConversation({ name, of }: Field): boolean {
  return !OF_ALL_PACKETS.has(name) && of.every(isOfConversation);
}

/** The type in plain words, with the width of numbers in bits where it is known: `uint16`. */
export function fieldTypeName(field: Field): string {
  if (field.type === 'none') return 'label';
  const bits = field.bits === 0 ? field.width * 8 : field.bits.toString(2).replace(/[^1]/g, '').length;
  return (field.type === 'uint' || field.type === 'int') && bits > 0 ? `${field.type}${bits}` : field.type;
}
