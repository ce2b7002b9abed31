// Objects whose parts have offsets and may come in any order: files of SMB, data connections of FTP.
import { OBJECT_BYTES_MAX, type OnObject, type TransferredObject } from './object.ts';

/** Bytes kept of all unfinished objects; beyond them the oldest object is handed over as far as it came. */
const KEPT_BYTES_MAX = 1 << 30;
/** Unfinished objects; the same becomes of the oldest. */
const OBJECTS_MAX = 4096;
/** A part further behind the known end is dropped: it would fill a file with zeros that were never sent. */
const HOLE_BYTES_MAX = 64 << 20;
/** Zeros in the holes of all objects, beyond as many as bytes came: else a small capture could fill a disk. */
const HOLES_BYTES_MAX = 1 << 30;

/** Takes the parts of objects as they come, in any order. */
export interface PartSink<K> {
  /** A part of the object `key`, borrowed for the call; `describe` names the object, for its first part. */
  write(key: K, frame: number, offset: number, part: Uint8Array, describe: () => ObjectNames | null): void;
  /** No more parts of it come. */
  finish(key: K): void;
}

export type ObjectNames = Omit<TransferredObject, 'data' | 'frame'>;

interface Unfinished {
  readonly object: ObjectNames;
  frame: number;
  bytes: Uint8Array;
  length: number;
}

/** Bytes that were not seen read as zero, as in Wireshark. */
export class SparseObjects<K> implements PartSink<K> {
  readonly #onObject: OnObject;
  readonly #unfinished = new Map<K, Unfinished>();
  #kept = 0;
  #received = 0;
  #holes = 0;

  constructor(onObject: OnObject) {
    this.#onObject = onObject;
  }

  /** Writes a part of the object `key`, which `describe` names at its first one. */
  write(key: K, frame: number, offset: number, part: Uint8Array, describe: () => ObjectNames | null): void {
    if (part.length === 0) return;
    const file = this.#unfinished.get(key) ?? this.#begin(key, describe());
    const end = offset + part.length;
    if (file === null || offset < 0 || end > OBJECT_BYTES_MAX) return;
    const hole = Math.max(0, offset - file.length);
    this.#received += part.length;
    if (hole > HOLE_BYTES_MAX || this.#holes + hole > HOLES_BYTES_MAX + this.#received) return;
    this.#holes += hole;
    this.#grow(file, end);
    file.bytes.set(part, offset);
    file.length = Math.max(file.length, end);
    file.frame = frame;
    while (this.#kept > KEPT_BYTES_MAX) this.#finishOldest();
  }

  /** Hands the object over, if any part of it was seen. */
  finish(key: K): void {
    const file = this.#unfinished.get(key);
    if (file === undefined) return;
    this.#unfinished.delete(key);
    this.#kept -= file.bytes.length;
    if (file.length > 0)
      this.#onObject({ ...file.object, frame: file.frame, data: file.bytes.subarray(0, file.length) });
  }

  finishAll(): void {
    for (const key of [...this.#unfinished.keys()]) this.finish(key);
  }

  #begin(key: K, object: ObjectNames | null): Unfinished | null {
    if (object === null) return null;
    if (this.#unfinished.size >= OBJECTS_MAX) this.#finishOldest();
    const file = { object, frame: 0, bytes: new Uint8Array(0), length: 0 };
    this.#unfinished.set(key, file);
    return file;
  }

  #finishOldest(): void {
    this.finish(this.#unfinished.keys().next().value!);
  }

  #grow(file: Unfinished, end: number): void {
    if (end <= file.bytes.length) return;
    const larger = new Uint8Array(Math.min(OBJECT_BYTES_MAX, Math.max(end, 2 * file.length)));
    larger.set(file.bytes.subarray(0, file.length));
    this.#kept += larger.length - file.bytes.length;
    file.bytes = larger;
  }
}
