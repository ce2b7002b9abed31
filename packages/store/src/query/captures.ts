// Captures, with their current contents.
import type { CaptureRow } from '../queries.ts';
import type { ClockReading } from '../rows.ts';
import type { Database, Row } from '../sql/database.ts';
import { QueryCache } from '../sql/query-cache.ts';
import { secondsOrNull } from './time.ts';

const QUERY = `SELECT c.id, c.key, c.kind, c.name, c.file, c.hash, c.begun, c.ended, c.problem, c.base_sequence,
    b.packets, b.bytes, b.first_time, b.last_time, b.sequence, d.packets, k.time, k.mesh, k.ahead, k.uncertainty,
    c.reported
  FROM captures c
    LEFT JOIN (SELECT capture, sum(packets) AS packets, sum(bytes) AS bytes, min(first_time) AS first_time,
      max(last_time) AS last_time, max(sequence) AS sequence FROM batches GROUP BY capture) b ON b.capture = c.id
    LEFT JOIN (SELECT capture, sum(packets) AS packets FROM drops GROUP BY capture) d ON d.capture = c.id
    LEFT JOIN (SELECT capture, max(time) AS time FROM clocks GROUP BY capture) n ON n.capture = c.id
    LEFT JOIN clocks k ON k.capture = n.capture AND k.time = n.time`;

export interface Moment {
  readonly capture: number;
  /** Seconds since 1970. */
  readonly time: number;
}

export class CaptureList {
  readonly #database: Database;
  readonly #cached: QueryCache<CaptureRow[]>;

  constructor(database: Database) {
    this.#database = database;
    this.#cached = new QueryCache(database, 1);
  }

  /** Latest first. */
  all(): Promise<CaptureRow[]> {
    return this.#cached.get('', () => this.#query('ORDER BY c.id DESC'));
  }

  async byId(id: number): Promise<CaptureRow | null> {
    if (!Number.isSafeInteger(id)) return null;
    const rows = this.#isAlone ? await this.all() : await this.#query(`WHERE c.id = ${id}`);
    return rows.find((row) => row.id === id) ?? null;
  }

  async byKey(key: string): Promise<CaptureRow | null> {
    const rows = this.#isAlone ? await this.all() : await this.#query('WHERE c.key = $1', key);
    return rows.find((row) => row.key === key) ?? null;
  }

  /** The latest capture of a file, whatever its key. */
  async byHash(hash: string): Promise<CaptureRow | null> {
    const rows = this.#isAlone
      ? await this.all()
      : await this.#query('WHERE c.hash = $1 ORDER BY c.id DESC LIMIT 1', hash);
    return rows.find((row) => row.hash === hash) ?? null;
  }

  /** The clock reading for one time, in seconds since 1970; null if the capture has none. */
  async clockAt(capture: number, time: number): Promise<ClockReading | null> {
    return (await this.clocksAt([{ capture, time }]))[0]!;
  }

  /** The clock readings for these times (seconds since 1970): the last one before each, else the first one after. */
  async clocksAt(moments: readonly Moment[]): Promise<(ClockReading | null)[]> {
    const found: (ClockReading | null)[] = moments.map(() => null);
    const captures = new Set((await this.all()).filter(({ clock }) => clock != null).map(({ id }) => id));
    const requested = moments
      .map(({ capture, time }, place) => ({ capture, time, place }))
      .filter(({ capture, time }) => captures.has(capture) && Number.isFinite(time));
    if (requested.length === 0) return found;
    const rows = requested.map(
      ({ place, capture, time }) => `(${place}, ${capture}, CAST(${time} AS FLOAT8))`,
    );
    const reading = (most: string, where: string) =>
      `(SELECT ${most}(time) FROM clocks WHERE clocks.capture = requested.capture ${where})`;
    const all = await this.#database.all(
      `WITH requested (place, capture, moment) AS (VALUES ${rows.join(', ')}),
         chosen AS (SELECT place, capture,
           coalesce(${reading('max', 'AND time <= moment')}, ${reading('min', '')}) AS chosen_time FROM requested)
       SELECT place, time, mesh, ahead, uncertainty FROM chosen
         JOIN clocks ON clocks.capture = chosen.capture AND time = chosen_time`,
    );
    for (const [place, ...clock] of all) found[Number(place)] = clockOf(clock);
    return found;
  }

  /** Cached until the next write, if no other process writes. */
  get #isAlone(): boolean {
    return this.#database.changes !== null;
  }

  async #query(which: string, ...values: string[]): Promise<CaptureRow[]> {
    return (await this.#database.all(`${QUERY} ${which}`, values)).map(captureOf);
  }
}

function clockOf([time, mesh, ahead, uncertainty]: Row): ClockReading | null {
  if (time === null || time === undefined) return null;
  return {
    ...{ time: Number(time), mesh: String(mesh) },
    ...{ aheadSeconds: Number(ahead), uncertaintySeconds: Number(uncertainty) },
  };
}

function captureOf(row: Row): CaptureRow {
  const [id, key, kind, name, file, hash, begun, ended, problem, base] = row;
  const [packets, bytes, firstTime, lastTime, sequence, drops, ...rest] = row.slice(10);
  const reported = rest.at(-1)!;
  return {
    id: Number(id),
    key: String(key),
    kind: kind === 'live' ? 'live' : 'file',
    name: String(name),
    file: file as string | null,
    hash: hash as string | null,
    begun: Number(begun),
    ended: ended === null ? null : Number(ended),
    problem: problem as string | null,
    firstTime: secondsOrNull(firstTime),
    lastTime: secondsOrNull(lastTime),
    packets: Number(packets ?? 0),
    bytes: Number(bytes ?? 0),
    drops: Number(drops ?? 0),
    clock: clockOf(rest),
    nextSequence: Math.max(Number(base), Number(sequence ?? -1) + 1),
    reported: reported === null ? null : Number(reported),
  };
}
