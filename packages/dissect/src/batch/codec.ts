// Serializes a batch for another process: a header, the columns as they are in memory, and the texts. Little-endian,
// like all machines that Node supports; on any other the magic number does not match and the batch is refused.
import type { Field } from '../core/field.ts';
import { fieldNamed } from '../core/registry.ts';
import { COLUMN_NAMES, type ColumnName } from './layout.ts';
import { batchLayout, NONE, PacketBatch } from './packet-batch.ts';

/** `EYB3`, and `EYB` with any other version. */
const MAGIC = 0x33425945;
const MAGIC_MASK = 0xffffff;
/** Magic, number of packets, bytes of field names, bytes of texts. */
const HEADER_BYTES = 16;
/** Maximum number of packets accepted in a received batch; a typical batch has some thousands. */
const PACKETS_MAX = 1 << 17;
const FIELDS_MAX = 256;
/** Kinds of address, see `Packet`. */
const ADDRESS_KIND_MAX = 3;

/** The bytes are not a batch, or are inconsistent. */
export class BatchError extends Error {}

export function encodeBatch(batch: PacketBatch): Uint8Array<ArrayBuffer> {
  const fields = batch.fields.map(({ field }) => field);
  const names = utf8.encode(fields.map((field) => field.name).join('\0'));
  const texts = utf8.encode(JSON.stringify(batch.texts));
  const from = batchLayout(batch.capacity, fields);
  const to = batchLayout(batch.length, fields);
  const start = HEADER_BYTES + padded(names.length);
  const bytes = new Uint8Array(start + to.bytes + texts.length);
  const header = new Uint32Array(bytes.buffer, 0, HEADER_BYTES / 4);
  header.set([MAGIC, batch.length, names.length, texts.length]);
  bytes.set(names, HEADER_BYTES);
  const copy = (source: { start: number }, target: { start: number; bytes: number }): void =>
    bytes.set(new Uint8Array(batch.buffer, source.start, target.bytes), start + target.start);
  for (const name of COLUMN_NAMES) copy(from.columns[name], to.columns[name]);
  from.fields.forEach((place, i) => {
    copy(place, to.fields[i]!);
  });
  bytes.set(texts, start + to.bytes);
  return bytes;
}

/** @throws BatchError if the bytes are not a consistent batch */
export function decodeBatch(bytes: Uint8Array): PacketBatch {
  if (bytes.length < HEADER_BYTES) throw new BatchError('a batch is cut short in its header');
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const [magic, length, nameBytes, textBytes] = [0, 4, 8, 12].map((at) => view.getUint32(at, true));
  if (magic !== MAGIC)
    throw new BatchError(
      (magic! & MAGIC_MASK) === (MAGIC & MAGIC_MASK)
        ? 'this batch of packets is of another version of Eyrie'
        : 'these bytes are no batch of packets',
    );
  if (length! > PACKETS_MAX) throw new BatchError(`a batch of ${length} packets; at most ${PACKETS_MAX}`);
  const start = HEADER_BYTES + padded(nameBytes!);
  if (start > bytes.length) throw new BatchError('a batch is cut short in its fields');
  const fields = fieldsOf(bytes.subarray(HEADER_BYTES, HEADER_BYTES + nameBytes!));
  const columnBytes = batchLayout(length!, fields).bytes;
  if (start + columnBytes + textBytes! !== bytes.length)
    throw new BatchError(
      `a batch of ${bytes.length} bytes that should have ${start + columnBytes + textBytes!}`,
    );
  // A copy, because the bytes may be unaligned and belong to the caller.
  const batch = new PacketBatch(
    length!,
    fields,
    new Uint8Array(bytes.subarray(start, start + columnBytes)).buffer,
  );
  for (const text of textsOf(bytes.subarray(start + columnBytes))) batch.texts.push(text);
  batch.length = length!;
  check(batch);
  return batch;
}

function fieldsOf(bytes: Uint8Array): Field[] {
  if (bytes.length === 0) return [];
  const names = utf8Text(bytes).split('\0');
  if (names.length > FIELDS_MAX)
    throw new BatchError(`a batch with ${names.length} fields; at most ${FIELDS_MAX}`);
  return names.map((name) => {
    const field = fieldNamed(name);
    if (field === undefined) throw new BatchError(`a batch with the field ${name}, which is not known here`);
    return field;
  });
}

function textsOf(bytes: Uint8Array): string[] {
  let texts: unknown;
  try {
    texts = JSON.parse(utf8Text(bytes));
  } catch {
    throw new BatchError('the texts of a batch are no JSON');
  }
  if (Array.isArray(texts) && texts.every((text) => typeof text === 'string')) return texts;
  throw new BatchError('the texts of a batch are no list of texts');
}

/** Checks that no column refers to a text that does not exist: readers of the batch rely on it. */
function check(batch: PacketBatch): void {
  const { texts, length } = batch;
  const within = (column: ArrayLike<number>, name: string, min: number, max: number): void => {
    for (let i = 0; i < length; i++) {
      if (column[i]! >= min && column[i]! <= max) continue;
      throw new BatchError(`packet ${i} of a batch: ${name} is ${column[i]}, not ${min} to ${max}`);
    }
  };
  const last = texts.length - 1;
  within(batch.protocol, 'protocol' satisfies ColumnName, 0, last);
  within(batch.path, 'path' satisfies ColumnName, 0, last);
  within(batch.layers, 'layers' satisfies ColumnName, 0, last);
  within(batch.outer, 'outer' satisfies ColumnName, NONE, last);
  within(batch.addressKind, 'addressKind' satisfies ColumnName, 0, ADDRESS_KIND_MAX);
  within(batch.nanoseconds, 'nanoseconds' satisfies ColumnName, 0, 999_999_999);
  within(batch.stream, 'stream' satisfies ColumnName, NONE, 0x7fff_ffff);
  for (const name of ['number', 'fileOffset'] satisfies ColumnName[])
    within(batch[name], name, 0, Number.MAX_SAFE_INTEGER);
  within(batch.seconds, 'seconds', -Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
  for (const { field, texts: places } of batch.fields)
    if (places !== null) within(places, field.name, NONE, last);
}

function padded(bytes: number): number {
  return (bytes + 7) & ~7;
}

function utf8Text(bytes: Uint8Array): string {
  try {
    return strictUtf8.decode(bytes);
  } catch {
    throw new BatchError('a text of a batch is no UTF-8');
  }
}

const utf8 = new TextEncoder();
const strictUtf8 = new TextDecoder('utf-8', { fatal: true });
