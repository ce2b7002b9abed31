// Keys of one direction's records, independent of the cipher.

export interface RecordCipher {
  /** Decrypts a record with this sequence number; null if the number or the keys do not match. */
  open(sequence: number, header: Uint8Array, body: Uint8Array): Uint8Array | null;
}

/** Records that may be missing before one that opens. */
const LOOK_AHEAD = 32;

/** Keys, and the number of the next record: it is part of what guards it, so records are decrypted in their order. */
export class RecordKeys {
  readonly #cipher: RecordCipher;
  #sequence = 0;
  /** How many sequence numbers to try; each record that fails halves it, since every trial costs a decryption. */
  #reach = LOOK_AHEAD;

  constructor(cipher: RecordCipher) {
    this.#cipher = cipher;
  }

  /** Decrypts a record: `header` is its type, version and length, `body` the rest. Null if the keys do not match. */
  open(header: Uint8Array, body: Uint8Array): Uint8Array | null {
    for (let sequence = this.#sequence; sequence <= this.#sequence + this.#reach; sequence++) {
      const plain = this.#cipher.open(sequence, header, body);
      if (plain === null) continue;
      this.#sequence = sequence + 1;
      this.#reach = LOOK_AHEAD;
      return plain;
    }
    this.#reach >>= 1;
    return null;
  }
}

/** RFC 5246 §6.2.3.1 and §6.2.3.3: number, type, version and length, which are guarded though they are not encrypted. */
export function additionalData(sequence: number, header: Uint8Array, length: number): Uint8Array {
  const data = new Uint8Array(13);
  const view = new DataView(data.buffer);
  view.setUint32(0, Math.floor(sequence / 2 ** 32));
  view.setUint32(4, sequence);
  data.set(header.subarray(0, 3), 8);
  view.setUint16(11, length);
  return data;
}
