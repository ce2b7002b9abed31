// The encoding of MQTT packets: lengths, strings and the properties of MQTT 5 (§1.5, §2.1, §2.2.2).

/** Bytes of a variable byte integer (MQTT 5 §1.5.5). */
const VARINT_MAX = 4;

/** Types of properties by identifier (MQTT 5 §2.2.2.2). */
const PROPERTY_BYTES: Readonly<Record<number, number>> = {
  ...typed(1, [0x01, 0x17, 0x19, 0x24, 0x25, 0x28, 0x29, 0x2a]),
  ...typed(2, [0x13, 0x21, 0x22, 0x23]),
  ...typed(4, [0x02, 0x11, 0x18, 0x27]),
};
const VARINT_PROPERTY = 0x0b;
const STRING_PROPERTIES = new Set([0x03, 0x08, 0x09, 0x12, 0x15, 0x16, 0x1a, 0x1c, 0x1f]);
const USER_PROPERTY = 0x26;

function typed(bytes: number, ids: readonly number[]): Record<number, number> {
  return Object.fromEntries(ids.map((id) => [id, bytes]));
}

/** The packet ends within a field, or has none of that type. */
export class Malformed extends Error {
  override readonly name = 'Malformed';
}

/** Reads the fields of one packet in turn. All methods throw Malformed past its end. */
export class Cursor {
  readonly #bytes: Buffer;
  #at: number;

  constructor(bytes: Buffer, at = 0) {
    this.#bytes = bytes;
    this.#at = at;
  }

  /** Behind type and remaining length of a whole packet. */
  static afterHeader(packet: Buffer): Cursor {
    const cursor = new Cursor(packet, 1);
    cursor.varint();
    return cursor;
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  take(count: number): Buffer {
    if (this.left < count) throw new Malformed('the packet ends too early');
    this.#at += count;
    return this.#bytes.subarray(this.#at - count, this.#at);
  }

  rest(): Buffer {
    return this.take(this.left);
  }

  byte(): number {
    return this.take(1)[0]!;
  }

  uint16(): number {
    return this.take(2).readUInt16BE();
  }

  /** A string or binary data: bytes behind their length. */
  bytes(): Buffer {
    return this.take(this.uint16());
  }

  varint(): number {
    let value = 0;
    for (let i = 0; i < VARINT_MAX; i++) {
      const byte = this.byte();
      value += (byte & 0x7f) * 128 ** i;
      if (byte < 0x80) return value;
    }
    throw new Malformed('a length of more than four bytes');
  }

  /** Identifiers of the properties, of which only user properties may come twice (MQTT 5 §2.2.2), with the values of those that are numbers (others: 0). */
  properties(): Map<number, number> {
    const inner = new Cursor(this.take(this.varint()));
    const found = new Map<number, number>();
    while (inner.left > 0) {
      const id = inner.byte();
      if (found.has(id) && id !== USER_PROPERTY) throw new Malformed(`property ${id} twice`);
      found.set(id, inner.#property(id));
    }
    return found;
  }

  #property(id: number): number {
    const bytes = PROPERTY_BYTES[id];
    if (bytes !== undefined) return this.take(bytes).readUIntBE(0, bytes);
    if (id === VARINT_PROPERTY) return this.varint();
    if (STRING_PROPERTIES.has(id)) this.bytes();
    else if (id === USER_PROPERTY) {
      this.bytes();
      this.bytes();
    } else throw new Malformed(`there is no property ${id}`);
    return 0;
  }
}

export function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (let left = value; ; left >>= 7) {
    if (left < 0x80) return Buffer.from([...bytes, left]);
    bytes.push((left & 0x7f) | 0x80);
  }
}

/** A string or binary data behind its length. */
export function text(bytes: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 0xff]), bytes]);
}

export function property(id: number, bytes: 1 | 4, value: number): Buffer {
  const encoded = Buffer.alloc(1 + bytes);
  encoded[0] = id;
  encoded.writeUIntBE(value, 1, bytes);
  return encoded;
}

/** A whole packet; `first` is type and flags. */
export function packet(first: number, ...parts: readonly (Uint8Array | readonly number[])[]): Buffer {
  const body = Buffer.concat(
    parts.map((part) => (part instanceof Uint8Array ? part : Uint8Array.from(part))),
  );
  return Buffer.concat([Buffer.from([first]), varint(body.length), body]);
}

/** Cuts a stream of bytes into whole packets. The sender's packets must be bounded: see `PacketBound`. */
export class Packets {
  #chunks: Buffer[] = [];
  #bytes = 0;
  /** Bytes needed for the packet that has begun. */
  #needed = 2;

  add(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
  }

  /** The next whole packet; null if it has not come yet. */
  next(): Buffer | null {
    while (this.#bytes >= this.#needed) {
      const all = this.#chunks.length === 1 ? this.#chunks[0]! : Buffer.concat(this.#chunks);
      const length = lengthOf(all);
      if (length <= all.length) {
        this.#set(all.subarray(length));
        this.#needed = 2;
        return all.subarray(0, length);
      }
      this.#set(all);
      this.#needed = length;
    }
    return null;
  }

  /** What is left when the stream is no longer cut. */
  rest(): Buffer {
    const rest = Buffer.concat(this.#chunks);
    this.#set(Buffer.alloc(0));
    return rest;
  }

  #set(rest: Buffer): void {
    this.#chunks = rest.length === 0 ? [] : [rest];
    this.#bytes = rest.length;
  }
}

/** Bytes of the packet that begins here; one more than there are while its length is incomplete. */
function lengthOf(bytes: Buffer): number {
  let length = 0;
  for (let i = 1; i <= VARINT_MAX; i++) {
    if (i >= bytes.length) return bytes.length + 1;
    length += (bytes[i]! & 0x7f) * 128 ** (i - 1);
    if (bytes[i]! < 0x80) return 1 + i + length;
  }
  throw new Malformed('a length of more than four bytes');
}
