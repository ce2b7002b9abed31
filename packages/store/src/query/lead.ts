// The earlier packets of a packet's conversation, by file offset only, since every packet tree needs them.
import { NONE } from '@eyrie/dissect';
import type { Lead, PacketRow, PlacedPacket } from '../queries.ts';
import type { Database, Row } from '../sql/database.ts';
import type { Flows } from './flows.ts';
import type { Packets } from './packets.ts';
import { nanosecondsOf, secondsText } from './time.ts';

const COLUMNS = 'id, number, time, length, captured_length, file_offset, interface';

const AMONG = `SELECT ${COLUMNS} FROM packet
  WHERE id >= $1 AND id <= $2 AND capture = $3 AND transport = $4 AND stream = $5 AND time >= $6`;

/** Margin in seconds, because a flow's times are rounded. */
const SLACK_NS = 1_000_000n;
const NEVER = -(2n ** 63n) + 1n;

export interface LeadOptions {
  readonly first: number;
  readonly latest: number;
}

export class Leads {
  readonly #database: Database;
  readonly #flows: Flows;
  readonly #packets: Packets;

  constructor(database: Database, flows: Flows, packets: Packets) {
    this.#database = database;
    this.#flows = flows;
    this.#packets = packets;
  }

  async of(packet: PacketRow, { first, latest }: LeadOptions): Promise<Lead> {
    const { capture, transport, stream, id } = packet;
    if (stream === null || transport === null) return { packets: [], isWhole: false };
    const flow = await this.#flows.of(packet);
    const mine = [capture, transport, stream].map(BigInt);
    mine.push(flow === null ? NEVER : nanosecondsOf(flow.start, 'start') - SLACK_NS);
    // One query if that is a single search.
    const isBoth = flow !== null && flow.packets > latest && this.#database.dialect.comesInOrder(AMONG);
    const rows = isBoth
      ? await this.#bothEnds(id, capture, mine, first, latest + 1)
      : await this.#latest(id, capture, mine, latest + 1);
    if (!isBoth && rows.length > latest) rows.push(...(await this.#first(id, capture, mine, first)));
    const known = inOrder(rows);
    const latestAt = known.length - latest;
    if (latestAt <= 0) return { packets: known, isWhole: true };
    return {
      packets: [...known.slice(0, Math.min(first, latestAt)), ...known.slice(latestAt)],
      isWhole: false,
    };
  }

  async #bothEnds(
    id: number,
    capture: number,
    mine: readonly bigint[],
    first: number,
    latest: number,
  ): Promise<Row[]> {
    const from = await this.#packets.firstId(capture);
    const question = `(${AMONG} ORDER BY id DESC LIMIT ${latest}) UNION ALL (${AMONG} LIMIT ${first})`;
    return this.#database.often(question, [BigInt(from), BigInt(id - 1), ...mine]);
  }

  /** Latest first. */
  async #latest(id: number, capture: number, mine: readonly bigint[], most: number): Promise<Row[]> {
    const rows: Row[] = [];
    for (const [from, to] of await this.#packets.windowsBefore(id, capture)) {
      const wanted = most - rows.length;
      // A constant number of parameters, so that the prepared statement is reused.
      const question = `${AMONG} ORDER BY id DESC LIMIT ${most}`;
      const found = await this.#database.often(question, [BigInt(from), BigInt(to), ...mine]);
      rows.push(...found.slice(0, wanted));
      if (rows.length === most) break;
    }
    return rows;
  }

  /** Oldest first. */
  async #first(id: number, capture: number, mine: readonly bigint[], most: number): Promise<Row[]> {
    const order = this.#database.dialect.comesInOrder(AMONG) ? '' : 'ORDER BY id';
    const from = await this.#packets.firstId(capture);
    return this.#database.often(`${AMONG} ${order} LIMIT ${most}`, [BigInt(from), BigInt(id - 1), ...mine]);
  }
}

/** Oldest first, without duplicates. */
function inOrder(rows: readonly Row[]): PlacedPacket[] {
  const known = new Map(rows.map((row) => [Number(row[0]), row]));
  return [...known].sort(([a], [b]) => a - b).map(([, row]) => placed(row));
}

function placed([id, number, time, length, captured, offset, link]: Row): PlacedPacket {
  return {
    id: Number(id),
    number: Number(number),
    time: secondsText(BigInt(time as bigint)),
    length: Number(length),
    place: {
      offset: Number(offset),
      capturedLength: Number(captured),
      interfaceId: link === NONE ? null : Number(link),
    },
  };
}
