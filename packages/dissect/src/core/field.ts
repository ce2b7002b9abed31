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

/** Names of numeric values: a table or a function. */
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
  /** Byte offset from the start of the layer; -1 when it varies. */
  offset = -1;
  /** Width in bytes. */
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
  /** Writes the getter's value as `-T fields` prints it, without allocating the value. */
  writer: ((p: Packet, layer: number, out: TextSink) => void) | null = null;
  /** Set on an alias, which has the values of several fields: `ip.addr` has those of `ip.src` and `ip.dst`. */
  of: readonly Field[] = NONE;
  /** The aliases that include this field. */
  aliases: readonly Field[] = NONE;
  /** The first protocol that owns the field; set when that protocol is defined. */
  protocol: Protocol | null = null;
  /** All owners: DNS, mDNS and LLMNR share their fields. A fixed offset is the same in all. */
  owners: readonly Protocol[] = NONE;
  /** Not drawn in the tree, though filters and `-e` see it. */
  isHidden = false;
  /** Of an alias: its protocol's `emit` places it in the tree. */
  isPlaced = false;
  /** Of an alias: its values stand together behind the last of its fields, not each behind its own. */
  isBehindAll = false;
  /** Comes from the capture file's record: shown without the brackets of derived values. */
  isPlain = false;
  /** Derived although it covers bytes: shown in brackets all the same. */
  isDerived = false;
  /** All its values should have names: one without is told as unknown. */
  isClosed = false;
  /** The line of a word of flags ends with the titles of those that are set. */
  isSummed = false;
  /** The tree shows the value's name without the number. */
  isNameOnly = false;
  /** How many bits the tree's bit pattern draws; 0: all bits of its bytes. */
  bitsDrawn = 0;
  /** The line in the tree, where it is not simply title and value. */
  line: ((value: Value, width: number) => string) | null = null;
  /** Has a value only with `SessionOptions.timesConversations`. */
  isTimed = false;
  /** Text shown for a time of 0; in NTP it means "not set". */
  zeroText: string | null = null;
  /** Significant digits of a `double`. */
  digits = 15;

  constructor(name: string, title: string, type: FieldType) {
    this.name = name;
    this.title = title;
    this.type = type;
  }

  /** At a fixed place in the header: offset from the layer's start, and width, in bytes. */
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

  /** Shown in hexadecimal; `bytes` is the width to pad to where the field has no fixed place. */
  hex(bytes = 0): this {
    this.base = 'hex';
    this.hexBytes = bytes;
    return this;
  }

  le(): this {
    this.littleEndian = true;
    return this;
  }

  /** Gives values names; shown as `Type: Echo (ping) request (8)`. */
  named(names: Names): this {
    this.names = names;
    this.isClosed = typeof names !== 'function';
    return this;
  }

  /** Only special values have names; the others are told as numbers. */
  special(): this {
    this.isClosed = false;
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

  behindAll(): this {
    this.isBehindAll = true;
    return this;
  }

  placed(): this {
    this.isPlaced = true;
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

  summed(): this {
    this.isSummed = true;
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

  /** Undoes `hidden`, for an alias that the tree shows too. */
  drawn(): this {
    this.isHidden = false;
    return this;
  }

  timed(): this {
    this.isTimed = true;
    return this;
  }

  /** Significant digits shown of a `double`. */
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

  /** The number with this name, ignoring case; undefined if there is none or names are computed. */
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
/** A single-precision number: four bytes, shown with seven digits. */
export const float = (name: string, title: string): Field => new Field(name, title, 'double').precise(7);
/** A field without a value: a heading that opens a subtree, or a flag whose presence says it all. */
export const none = (name: string, title: string): Field => new Field(name, title, 'none');

export function alias(name: string, title: string, of: readonly Field[]): Field {
  const field = new Field(name, title, of[0]!.type).hidden();
  field.of = of;
  // Bits, and names of their values, where all have the same: `eth.ig`.
  const { bits, shift, names } = of[0]!;
  if (of.every((part) => part.bits === bits && part.names === names))
    Object.assign(field, { bits, shift, names });
  // Where an alias merges fields of the same name it is not another name for them.
  for (const part of of) if (part.name !== name) part.aliases = [...part.aliases, field];
  return field;
}

export function fieldsMade(): number {
  return fieldCount;
}

/** Protocols none of whose fields depends on request/response matching. */
const LAYERS = new Set(['frame', 'eth', 'ip', 'ipv6', 'tcp', 'udp']);

/** Whether a field's value may depend on which request a reply answers: `SessionOptions.matchReplies`. */
export function needsReplies({ name, protocol }: Field): boolean {
  return name === '_ws.col.Info' || name === '_ws.col.info' || !LAYERS.has(protocol?.name ?? '');
}

/** Fields that depend on packets of other conversations: on how many began before, or on which was displayed last. */
const OF_ALL_PACKETS = new Set([
  'tcp.stream',
  'udp.stream',
  'dccp.stream',
  'quic.connection.number',
  'frame.time_delta_displayed',
  '_ws.col.Time',
  '_ws.col.cls_time',
]);

/** Whether a field's value depends on the packet's own conversation alone, so that readers may share a file: see `FlowPartition`. */
export function isOfConversation({ name, of }: Field): boolean {
  return !OF_ALL_PACKETS.has(name) && of.every(isOfConversation);
}

/** The type's name, with the width in bits where it is known: `uint16`. */
export function fieldTypeName(field: Field): string {
  if (field.type === 'none') return 'label';
  const bits = field.bits === 0 ? field.width * 8 : field.bits.toString(2).replace(/[^1]/g, '').length;
  return (field.type === 'uint' || field.type === 'int') && bits > 0 ? `${field.type}${bits}` : field.type;
}
