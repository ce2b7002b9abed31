// Transferred objects as a ZIP archive that is made while it is sent, with a table of their origins.
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { PassThrough, type Readable } from 'node:stream';
import { FileNames, fileNameOfObject } from '@eyrie/dissect';
import type { Found } from './capture-objects.ts';
import { ZIP_BYTES_MAX, ZIP_ENTRIES_MAX, ZIP_HEADERS_BYTES, ZipWriter } from './zip.ts';

/** Bytes buffered for a slow reader, beside the objects of the packets being read. */
const SEND_BYTES = 256 << 10;
const TABLE = 'objects.csv';
const INCOMPLETE = 'there may be more: a limit was reached';
const COLUMNS = 'file,name,type,bytes,sha256,kind,capture,packet,from,to';

export class ObjectArchive {
  readonly #zip = new ZipWriter();
  readonly #names = new FileNames();
  readonly #out = new PassThrough({ highWaterMark: SEND_BYTES });
  readonly #lines = [COLUMNS];
  readonly #bytesMax: number;
  #entries = 0;
  /** Of the table, which is the last file. */
  #tableBytes = COLUMNS.length + INCOMPLETE.length + 2;

  constructor({ bytesMax = ZIP_BYTES_MAX } = {}) {
    this.#bytesMax = bytesMax;
    // The table's name is not to be had.
    this.#names.next(TABLE);
  }

  get readable(): Readable {
    return this.#out;
  }

  /** Bytes so far, with what its end will take at most. */
  get bytes(): number {
    return this.#zip.bytes + ZIP_HEADERS_BYTES + 2 * TABLE.length + this.#tableBytes;
  }

  /** False: the archive is full, or its reader has disconnected. */
  add(found: Found): boolean {
    const { data, row, kind, capture, frame, name, type } = found;
    if (this.#out.destroyed || this.#entries + 1 >= ZIP_ENTRIES_MAX) return false;
    const file = this.#names.next(fileNameOfObject(found));
    const hash = createHash('sha256').update(data).digest('hex');
    const cells = [file, name, type, data.length, hash, kind, capture, frame, row?.src ?? '', row?.dst ?? ''];
    const line = cells.map(cell).join(',');
    const lineBytes = Buffer.byteLength(line) + 1;
    const fileBytes = ZIP_HEADERS_BYTES + 2 * Buffer.byteLength(file) + data.length;
    if (this.bytes + fileBytes + lineBytes > this.#bytesMax) return false;
    // The bytes are borrowed, and may be sent after the next packet.
    const parts = this.#zip.add(file, data, Number(row?.time ?? 0));
    for (const part of parts) this.#out.write(part === data ? data.slice() : part);
    this.#lines.push(line);
    this.#tableBytes += lineBytes;
    this.#entries++;
    return true;
  }

  /** Waits for a slow reader. */
  async drained(left: AbortSignal): Promise<void> {
    if (this.#out.writableNeedDrain) await once(this.#out, 'drain', { signal: left });
  }

  end(isWhole: boolean): void {
    if (!isWhole) this.#lines.push(INCOMPLETE);
    const table = Buffer.from(`${this.#lines.join('\n')}\n`);
    for (const part of this.#zip.add(TABLE, table, 0)) this.#out.write(part);
    this.#out.end(this.#zip.end());
  }

  fail(error: Error | undefined): void {
    this.#out.destroy(error);
  }
}

/** A cell of comma-separated values. What a spreadsheet would take for a formula gets an apostrophe. */
function cell(value: string | number): string {
  const text = String(value).replace(/^[=+\-@\t\r]/, "'$&");
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
