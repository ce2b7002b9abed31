// The format of an encrypted capture (numbers are bytes):
//
//   magic 16 │ kind 1 │ log N 1 │ salt 16 │ nonce 12 │ key of this file, wrapped 48 │      the head, 94 bytes
//   length 4 │ number 8 │ AES-256-GCM of up to 64 KiB │ tag 16                            a record, and so on
//   0 4      │ number 8 │ tag 16                                                          the last one: all is there
//
// The record number is the nonce; it counts from 0 without gaps. Head, length and number are additional authenticated
// data, so that a changed, moved, removed or replayed record is detected by whoever reads in order, yet each can be decrypted by
// itself. A record's position in the plaintext is not authenticated: behind removed or inserted bytes, it is computed wrongly.
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { KEY_BYTES, NONCE_BYTES, SALT_BYTES, TAG_BYTES, type VaultKey } from './key.ts';

const MAGIC = Buffer.from('eyrie-capture-1\n');
export const HEAD_BYTES = MAGIC.length + 2 + SALT_BYTES + NONCE_BYTES + KEY_BYTES + TAG_BYTES;
export const RECORD_HEAD_BYTES = 12;
export const RECORD_MORE_BYTES = RECORD_HEAD_BYTES + TAG_BYTES;
export const RECORD_PLAIN_MAX = 64 << 10;

export function isVault(bytes: Uint8Array): boolean {
  return bytes.length >= MAGIC.length && MAGIC.equals(bytes.subarray(0, MAGIC.length));
}

/** Encrypts one file, record by record. */
export class Sealer {
  readonly head: Buffer;
  readonly #key: Buffer;
  #number = 0;

  constructor(key: VaultKey) {
    this.#key = randomBytes(KEY_BYTES);
    const { kind, logN, salt, nonce, sealed } = key.wrap(this.#key, MAGIC);
    this.head = Buffer.concat([MAGIC, Buffer.of(kind, logN), salt, nonce, sealed]);
  }

  /** Encrypts `bytes` as one or more records. */
  seal(plain: Uint8Array): Buffer {
    const records: Buffer[] = [];
    for (let at = 0; at < plain.length; at += RECORD_PLAIN_MAX)
      records.push(this.#record(plain.subarray(at, at + RECORD_PLAIN_MAX)));
    return Buffer.concat(records);
  }

  /** The end record, which shows that the file is complete. */
  end(): Buffer {
    return this.#record(new Uint8Array(0));
  }

  #record(plain: Uint8Array): Buffer {
    const head = Buffer.alloc(RECORD_HEAD_BYTES);
    head.writeUInt32BE(plain.length);
    head.writeUIntBE(this.#number++, 6, 6);
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonceOf(head));
    cipher.setAAD(Buffer.concat([this.head, head]));
    return Buffer.concat([head, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
  }
}

/** Decrypts the records of one file. */
export class Opener {
  readonly #head: Buffer;
  readonly #key: Buffer;

  private constructor(head: Buffer, key: Buffer) {
    this.#head = head;
    this.#key = key;
  }

  /** Null if the key is not this file's. `head`: the first `HEAD_BYTES` of the file. */
  static of(head: Uint8Array, key: VaultKey): Opener | null {
    const bytes = Buffer.from(head.subarray(0, HEAD_BYTES));
    let at = MAGIC.length + 2;
    const take = (count: number) => {
      at += count;
      return bytes.subarray(at - count, at);
    };
    const [salt, nonce, sealed] = [take(SALT_BYTES), take(NONCE_BYTES), take(KEY_BYTES + TAG_BYTES)];
    const kind = bytes[MAGIC.length]!;
    const own = key.unwrap({ kind, logN: bytes[MAGIC.length + 1]!, salt, nonce, sealed }, MAGIC);
    return own === null ? null : new Opener(bytes, own);
  }

  /** Decrypts a whole record; null if it is not authentic. */
  open(record: Uint8Array): Buffer | null {
    const head = Buffer.from(record.subarray(0, RECORD_HEAD_BYTES));
    const decipher = createDecipheriv('aes-256-gcm', this.#key, nonceOf(head));
    decipher.setAAD(Buffer.concat([this.#head, head]));
    decipher.setAuthTag(record.subarray(-TAG_BYTES));
    try {
      return Buffer.concat([
        decipher.update(record.subarray(RECORD_HEAD_BYTES, -TAG_BYTES)),
        decipher.final(),
      ]);
    } catch {
      return null;
    }
  }
}

export interface RecordHead {
  readonly plainBytes: number;
  readonly number: number;
}

/** Null if it is invalid: too long, or its number out of bounds. */
export function readRecordHead(bytes: Uint8Array, at = 0): RecordHead | null {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset + at, RECORD_HEAD_BYTES);
  const plainBytes = head.readUInt32BE();
  const isFine = plainBytes <= RECORD_PLAIN_MAX && head.readUInt16BE(4) === 0;
  return isFine ? { plainBytes, number: head.readUIntBE(6, 6) } : null;
}

function nonceOf(head: Buffer): Buffer {
  return Buffer.concat([Buffer.alloc(4), head.subarray(4)]);
}
