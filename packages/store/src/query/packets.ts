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
  const { lower, upper, isExact, rest } = await selector.select(query);
  const beyond = after === null ? 'TRUE' : `id ${order === 'ASC' ? '>' : '<'} ${Math.trunc(after)}`;
  const candidate = isExact ? 'FALSE' : not(lower);
  const rows = await database.all(
    withTexts(
      `SELECT ${COLUMNS}, ${candidate} AS candidate FROM packet p WHERE ${beyond} AND ${upper}
       ORDER BY id ${order} LIMIT ${limit + 1}`,
      order,
    ),
  );
  const items = rows.slice(0, limit).map(packetRow);
  const exact = isExact || items.every((item) => !item.isCandidate);
  return {
    items,
    next: rows.length > limit ? cursorOf([items.at(-1)!.id]) : null,
    exact,
    rest: exact ? null : rest,
  };
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
