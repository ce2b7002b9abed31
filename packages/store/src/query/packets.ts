// Pages of packets, and one packet by its id.
import { ETHER, NONE } from '@eyrie/dissect';
import { not } from '../filter/condition.ts';
import {
  type Exactness,
  type FoundPacket,
  PAGE_ROWS_MAX,
  type PacketQuery,
  type PacketRow,
  type Page,
} from '../queries.ts';
import { BATCH_PACKETS_MAX } from '../rows.ts';
import type { Database, Row } from '../sql/database.ts';
import { KIND_MASK, KIND_SHIFT } from '../write/packet-rows.ts';
import { captureRow } from './captures.ts';
import { cursorOf, keyOf } from './cursor.ts';
import { limitOf, type Selector } from './selection.ts';
import { secondsText } from './time.ts';

const COLUMNS = [
  'id',
  'capture',
  'number',
  'time',
  'length',
  'captured_length',
  'file_offset',
  'interface',
  'src',
  'dst',
  'transport',
  'src_port',
  'dst_port',
  'stream',
  'protocol',
  'path',
  'marks',
  'info',
].join(', ');

/** Addresses, protocols and paths are joined to the few rows that were found, not to those looked at. */
function withTexts(found: string, order: string): string {
  return `SELECT p.id, p.capture, p.number, p.time, p.length, p.captured_length, p.file_offset, p.interface,
      s.text, d.text, p.transport, p.src_port, p.dst_port, p.stream, r.name, h.name, p.marks, p.info, p.candidate
    FROM (${found}) p
      LEFT JOIN addresses s ON s.id = p.src LEFT JOIN addresses d ON d.id = p.dst
      LEFT JOIN protocols r ON r.id = p.protocol LEFT JOIN paths h ON h.id = p.path
    ORDER BY p.id ${order}`;
}

export async function packetPage(
  database: Database,
  selector: Selector,
  query: PacketQuery,
): Promise<Page<PacketRow> & Exactness> {
  const limit = limitOf(query.limit, 100, PAGE_ROWS_MAX);
  const order = query.order === 'newest' ? 'DESC' : 'ASC';
  const after = query.after === undefined ? null : Number(keyOf(query.after, 1)[0]);
  const { lower, upper, isExact, rest, capture } = await selector.select(query);
  const candidate = isExact ? 'FALSE' : not(lower);
  const rows: Row[] = [];
  for await (const within of windows(database, order, after, capture)) {
    const wanted = limit + 1 - rows.length;
    const found = await database.all(
      withTexts(
        `SELECT ${COLUMNS}, ${candidate} AS candidate FROM packet p WHERE ${within} AND ${upper}
         ORDER BY id ${order} LIMIT ${wanted}`,
        order,
      ),
    );
    rows.push(...found);
    if (found.length === wanted) break;
  }
  const items = rows.slice(0, limit).map(packetRow);
  const exact = isExact || items.every((item) => !item.isCandidate);
  return {
    items,
    next: rows.length > limit ? cursorOf([items.at(-1)!.id]) : null,
    exact,
    rest: exact ? null : rest,
  };
}

/** Ids that are looked at first; then sixteen times as many, and so on. */
const WINDOW = 65_536;

/**
 * Ranges of ids from where the page begins to the end of the packets, each larger than the one before: most pages are
 * full after the first, and the ids need no index but the order in which packets lie.
 */
async function* windows(
  database: Database,
  order: 'ASC' | 'DESC',
  after: number | null,
  capture: number | null,
): AsyncGenerator<string> {
  const [row] = await database.all(
    `SELECT min(first_id), max(first_id) FROM batches WHERE packets > 0
     ${capture === null ? '' : `AND capture = ${capture}`}`,
  );
  if (row === undefined || row[0] === null) return;
  const first = Number(row[0]);
  // Erasure lowers the count of a batch, not its ids.
  const last = Number(row[1]) + BATCH_PACKETS_MAX;
  const isUp = order === 'ASC';
  let low = isUp && after !== null ? Math.max(first, Math.trunc(after) + 1) : first;
  let high = !isUp && after !== null ? Math.min(last, Math.trunc(after) - 1) : last;
  // What is beyond the newest batch's packets is not there.
  if (!isUp && after === null) high = Math.min(high, await newestId(database, Number(row[1]), capture));
  for (let size = WINDOW; low <= high; size *= 16) {
    const [from, to] = isUp ? [low, Math.min(high, low + size - 1)] : [Math.max(low, high - size + 1), high];
    yield `id >= ${from} AND id <= ${to}`;
    if (isUp) low = to + 1;
    else high = from - 1;
  }
}

/** The last id of a batch: those of another may follow, but not between. */
async function newestId(database: Database, firstId: number, capture: number | null): Promise<number> {
  const [row] = await database.all(
    `SELECT max(id) FROM packet WHERE id >= ${firstId} AND id < ${firstId + BATCH_PACKETS_MAX}
     ${capture === null ? '' : `AND capture = ${capture}`}`,
  );
  return row === undefined || row[0] === null ? firstId : Number(row[0]);
}

export async function packetById(database: Database, id: number): Promise<FoundPacket | null> {
  if (!Number.isSafeInteger(id)) return null;
  const [row] = await database.all(
    withTexts(`SELECT ${COLUMNS}, FALSE AS candidate FROM packet p WHERE id = ${id}`, 'ASC'),
  );
  if (row === undefined) return null;
  const packet = packetRow(row);
  const capture = await captureRow(database, packet.capture);
  return capture === null ? null : { packet, capture };
}

function packetRow(row: Row): PacketRow {
  const [id, capture, number, time, length, captured, offset, link, src, dst] = row;
  const [transport, srcPort, dstPort, stream, protocol, path, marks, info, candidate] = row.slice(10);
  const hasPorts = Number(transport) > 0;
  const kind = (Number(marks) >> KIND_SHIFT) & KIND_MASK;
  const made = {
    id: Number(id),
    capture: Number(capture),
    number: Number(number),
    time: secondsText(BigInt(time as bigint)),
    src: String(src ?? ''),
    dst: String(dst ?? ''),
    srcIp: kind > ETHER ? String(src) : null,
    dstIp: kind > ETHER ? String(dst) : null,
    srcPort: hasPorts ? Number(srcPort) : null,
    dstPort: hasPorts ? Number(dstPort) : null,
    transport: hasPorts ? Number(transport) : null,
    protocol: String(protocol ?? ''),
    length: Number(length),
    stream: stream === NONE ? null : Number(stream),
    path: String(path ?? ''),
    place: {
      offset: Number(offset),
      capturedLength: Number(captured),
      interfaceId: link === NONE ? null : Number(link),
    },
    isCandidate: candidate === true,
  };
  return { ...made, summary: info === null ? summaryOf(made) : String(info) };
}

/** As the view `packets` makes it, where no Info column was stored. */
function summaryOf({ srcPort, dstPort, length, path }: Omit<PacketRow, 'summary'>): string {
  return `${srcPort === null ? '' : `${srcPort} → ${dstPort}, `}${length} bytes, ${path}`;
}
