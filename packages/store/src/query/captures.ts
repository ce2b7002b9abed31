// Captures with what is stored of them now.
import type { CaptureRow } from '../queries.ts';
import type { Database, Row } from '../sql/database.ts';
import { secondsOrNull } from './time.ts';

const QUERY = `SELECT c.id, c.key, c.kind, c.name, c.file, c.hash, c.begun, c.ended, c.problem, c.base_sequence,
    b.packets, b.bytes, b.first_time, b.last_time, b.sequence, d.packets
  FROM captures c
    LEFT JOIN (SELECT capture, sum(packets) AS packets, sum(bytes) AS bytes, min(first_time) AS first_time,
      max(last_time) AS last_time, max(sequence) AS sequence FROM batches GROUP BY capture) b ON b.capture = c.id
    LEFT JOIN (SELECT capture, sum(packets) AS packets FROM drops GROUP BY capture) d ON d.capture = c.id`;

export async function captureRows(database: Database): Promise<CaptureRow[]> {
  return (await database.all(`${QUERY} ORDER BY c.id DESC`)).map(made);
}

export async function captureRow(database: Database, id: number): Promise<CaptureRow | null> {
  if (!Number.isSafeInteger(id)) return null;
  const [row] = await database.all(`${QUERY} WHERE c.id = ${id}`);
  return row === undefined ? null : made(row);
}

export async function captureByKey(database: Database, key: string): Promise<CaptureRow | null> {
  const [row] = await database.all(`${QUERY} WHERE c.key = $1`, [key]);
  return row === undefined ? null : made(row);
}

/** The newest of a file, whatever its key. */
export async function captureByHash(database: Database, hash: string): Promise<CaptureRow | null> {
  const [row] = await database.all(`${QUERY} WHERE c.hash = $1 ORDER BY c.id DESC LIMIT 1`, [hash]);
  return row === undefined ? null : made(row);
}

function made(row: Row): CaptureRow {
  const [id, key, kind, name, file, hash, begun, ended, problem, base] = row;
  const [packets, bytes, firstTime, lastTime, sequence, drops] = row.slice(10);
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
    nextSequence: Math.max(Number(base), Number(sequence ?? -1) + 1),
  };
}
