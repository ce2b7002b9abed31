// A ZIP archive (PKWARE APPNOTE 6.3) while it is sent: each file is stored or deflated, sizes stand before its bytes.
import { crc32, deflateRawSync } from 'node:zlib';

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
/** Version needed: 2.0, for deflate (§4.4.3). */
const VERSION = 20;
/**
 * Made by UNIX (§4.4.2), with the mode of a plain file (§4.4.15): names of MS-DOS, unzip takes for code page 437, whatever
 * the flag says.
 */
const MADE_BY = (3 << 8) | VERSION;
const MODE = 0o100_644;
/** Names are in UTF-8 (§4.4.4, bit 11). */
const UTF8 = 0x0800;
const DEFLATED = 8;
/** Bytes of a file's local header and its entry in the directory, without its name in both. */
export const ZIP_HEADERS_BYTES = 30 + 46;
/** Without the extension for larger ones (§4.3.14). */
export const ZIP_ENTRIES_MAX = 0xffff;
export const ZIP_BYTES_MAX = 0xffff_ffff;
/** Larger files are stored as they are: most are compressed already, and it would hold up others. */
const DEFLATE_BYTES_MAX = 4 << 20;

export class ZipWriter {
  readonly #central: Buffer[] = [];
  #at = 0;
  #directoryBytes = 0;

  /** Bytes so far, with what the end will take. */
  get bytes(): number {
    return this.#at + this.#directoryBytes + 22;
  }

  /** @param seconds since 1970; its name must be unique. Returns the bytes to send; those of `data` may be among them. */
  add(name: string, data: Uint8Array, seconds: number): Uint8Array[] {
    const path = Buffer.from(name);
    const small = data.length <= DEFLATE_BYTES_MAX ? deflateRawSync(data) : data;
    const packed = small.length < data.length ? small : data;
    // From the version on, local and central headers have these in common (§4.3.7, §4.3.12).
    const common = Buffer.alloc(26);
    common.writeUInt16LE(VERSION, 0);
    common.writeUInt16LE(UTF8, 2);
    common.writeUInt16LE(packed === data ? 0 : DEFLATED, 4);
    common.writeUInt32LE(dosTime(seconds), 6);
    common.writeUInt32LE(crc32(data), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(data.length, 18);
    common.writeUInt16LE(path.length, 22);
    const central = Buffer.alloc(46);
    central.writeUInt32LE(CENTRAL, 0);
    central.writeUInt16LE(MADE_BY, 4);
    common.copy(central, 6);
    central.writeUInt16LE(MODE, 40);
    central.writeUInt32LE(this.#at, 42);
    this.#central.push(central, path);
    this.#directoryBytes += central.length + path.length;
    const local = Buffer.alloc(4);
    local.writeUInt32LE(LOCAL);
    this.#at += 30 + path.length + packed.length;
    return [local, common, path, packed];
  }

  /** The central directory and its end (§4.3.16). */
  end(): Uint8Array {
    const directory = Buffer.concat(this.#central);
    const end = Buffer.alloc(22);
    const entries = this.#central.length / 2;
    end.writeUInt32LE(END, 0);
    end.writeUInt16LE(entries, 8);
    end.writeUInt16LE(entries, 10);
    end.writeUInt32LE(directory.length, 12);
    end.writeUInt32LE(this.#at, 16);
    return Buffer.concat([directory, end]);
  }
}

/** Date and time of MS-DOS, in UTC: from 1980 on, every other second (§4.4.6). */
function dosTime(seconds: number): number {
  const date = new Date(Math.max(seconds, Date.UTC(1980, 0) / 1000) * 1000);
  const day = ((date.getUTCFullYear() - 1980) << 9) | ((date.getUTCMonth() + 1) << 5) | date.getUTCDate();
  const time = (date.getUTCHours() << 11) | (date.getUTCMinutes() << 5) | (date.getUTCSeconds() >> 1);
  return ((day << 16) | time) >>> 0;
}
