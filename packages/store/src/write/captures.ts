// Cache of captures, and of which of their batches were stored.
import type { CaptureOrigin, StoreBatch } from '../rows.ts';
import type { Transaction, Value } from '../sql/database.ts';
import { plainText } from '../sql/insert.ts';
import { Streams } from './streams.ts';

export interface KnownCapture {
  readonly id: number;
  /** Highest sequence number stored; -1: none. A higher one is new. */
  lastSequence: number;
  /** Time of the latest stored clock reading, in seconds since 1970; 0 if there is none. */
  lastClock: number;
  /** See StoreBatch. */
  reported: number | null;
  /** Its conversations; null: not known yet. */
  streams: Streams | null;
}

/** Captures cached; others are looked up again. */
const KNOWN_MAX = 1000;

export class Captures {
  readonly #known = new Map<string, KnownCapture>();
  /** Whether pseudonyms are in use; paths of capture files, which disclose the addresses, are then not stored. */
  readonly #isDisguised: boolean;
  /** Batches stored by the open transaction. */
  readonly #fresh = new Set<string>();

  constructor(isDisguised: boolean) {
    this.#isDisguised = isDisguised;
  }

  /** To be called before the batches of a transaction. */
  start(): void {
    this.#fresh.clear();
  }

  /** To be called after a rollback. */
  clear(): void {
    this.#known.clear();
  }

  /** To be called when a capture has ended: it will hardly be sent more, and its streams take a bit each. */
  forget(id: number): void {
    for (const [key, known] of this.#known) if (known.id === id) this.#known.delete(key);
  }

  /** The capture of a batch, created if it does not exist. */
  async of(tx: Transaction, { source, origin }: StoreBatch): Promise<KnownCapture> {
    const known = this.#known.get(source);
    if (known !== undefined) return known;
    await tx.inTurn();
    const found = await this.find(tx, source);
    if (found !== null) return found;
    return this.add(tx, origin?.key === source ? origin : originOf(source));
  }

  async find(tx: Transaction, key: string): Promise<KnownCapture | null> {
    const [row] = await tx.all(
      `SELECT id, base_sequence - 1, (SELECT max(sequence) FROM batches b WHERE b.capture = captures.id),
        (SELECT max(time) FROM clocks k WHERE k.capture = captures.id), reported
       FROM captures WHERE key = $1`,
      [key],
    );
    if (row === undefined) return null;
    const lastSequence = Math.max(Number(row[1]), Number(row[2] ?? -1));
    const found = {
      id: Number(row[0]),
      lastSequence,
      lastClock: Number(row[3] ?? 0),
      reported: numberOrNull(row[4]!),
      streams: null,
    };
    this.#cache(key, found);
    return found;
  }

  async add(tx: Transaction, { key, kind, name, file, hash }: CaptureOrigin): Promise<KnownCapture> {
    const id = await tx.reserve('captures', 1);
    const made = { id, lastSequence: -1, lastClock: 0, reported: null, streams: new Streams() };
    const path = file === null || this.#isDisguised ? null : plainText(file);
    await tx.run(
      'INSERT INTO captures (id, key, kind, name, file, hash, begun) VALUES ($1, $2, $3, $4, $5, $6, $7)',
      [made.id, key, kind, plainText(name), path, hash, Date.now() / 1000],
    );
    this.#cache(key, made);
    return made;
  }

  /** Whether a batch was stored, even if retention has deleted it since. */
  async isApplied(tx: Transaction, { id, lastSequence }: KnownCapture, sequence: number): Promise<boolean> {
    if (sequence > lastSequence) return false;
    if (this.#fresh.has(`${id} ${sequence}`)) return true;
    await tx.inTurn();
    const [row] = await tx.all(
      `SELECT (SELECT base_sequence FROM captures WHERE id = $1),
        (SELECT count(*) FROM batches WHERE capture = $1 AND sequence = $2)`,
      [id, sequence],
    );
    return sequence < Number(row![0]) || Number(row![1]) > 0;
  }

  /** Records that a batch is stored in this transaction. */
  note(capture: KnownCapture, sequence: number): void {
    this.#fresh.add(`${capture.id} ${sequence}`);
    if (sequence > capture.lastSequence) capture.lastSequence = sequence;
  }

  /** The time of frame 1, which frame.time_relative counts from. */
  async begin(tx: Transaction, { id }: KnownCapture, time: bigint): Promise<void> {
    await tx.run('UPDATE captures SET start_time = $1 WHERE id = $2', [time, id]);
  }

  async report(tx: Transaction, id: number, reported: number | null): Promise<void> {
    await tx.run('UPDATE captures SET reported = $1 WHERE id = $2', [reported, id]);
  }

  #cache(key: string, capture: KnownCapture): void {
    if (this.#known.size >= KNOWN_MAX) this.#known.clear();
    this.#known.set(key, capture);
  }
}

function numberOrNull(value: Value): number | null {
  return value === null ? null : Number(value);
}

/** Origin for a batch without one. */
function originOf(key: string): CaptureOrigin {
  const [scheme = '', ...rest] = key.split(':');
  const kind = scheme === 'live' ? 'live' : 'file';
  const hash = scheme === 'sha256' ? rest.join(':').replace(/#\d+$/, '') : null;
  return { key, kind, name: kind === 'live' ? (rest[0] ?? key) : key, file: null, hash };
}
