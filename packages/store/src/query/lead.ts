// The earlier packets of a packet's conversation, by file offset only, since every packet tree needs them.
import { NONE } from '@eyrie/dissect';
import type { Lead, PacketRow, PlacedPacket } from '../queries.ts';
import type { Database, Row } from '../sql/database.ts';
import { Remembered } from '../sql/remembered.ts';
import type { Flows } from './flows.ts';
import type { Packets } from './packets.ts';
import { nanosecondsOf, secondsText } from './time.ts';

const COLUMNS = 'id, number, time, length, captured_length, file_offset, interface';

const AMONG = `SELECT ${COLUMNS} FROM packet
  WHERE id >= $1 AND id <= $2 AND capture = $3 AND transport = $4 AND stream = $5`;
const SINCE = `${AMONG} AND time >= $6`;

/** Margin in seconds, because a flow's times are rounded. */
const SLACK_NS = 1_000_000n;
const ID_MAX = 2n ** 53n;
const NEVER = -(2n ** 63n) + 1n;
/** Packets that are kept of the beginnings of conversations. */
const BEGINNINGS_MAX = 20_000;

/** Parameters of AMONG, after the ids: capture, transport, stream. */
type Conversation = readonly [bigint, bigint, bigint];

export interface LeadOptions {
  readonly first: number;
  readonly latest: number;
}

export class Leads {
  readonly #database: Database;
  readonly #flows: Flows;
  readonly #packets: Packets;
  readonly #beginnings: Remembered<Row[]>;

  constructor(database: Database, flows: Flows, packets: Packets) {
    this.#database = database;
    this.#flows = flows;
    this.#packets = packets;
    this.#beginnings = new Remembered(database, BEGINNINGS_MAX, (rows) => 1 + rows.length);
  }

  async of(packet: PacketRow, { first, latest }: LeadOptions): Promise<Lead> {
    const { capture, transport, stream, id } = packet;
    if (stream === null || transport === null) return { packets: [], isWhole: false };
    const flow = await this.#flows.of(packet);
    const since = flow === null ? NEVER : nanosecondsOf(flow.start, 'start') - SLACK_NS;
    const mine: Conversation = [BigInt(capture), BigInt(transport), BigInt(stream)];
    const isLong = flow !== null && flow.packets > latest;
    const rows =
      isLong && this.#database.dialect.comesInOrder(SINCE)
        ? await this.#bothEnds(id, mine, since, first, latest + 1)
        : await this.#oneByOne(id, mine, since, first, latest);
    const known = inOrder(rows);
    const latestAt = known.length - latest;
    if (latestAt <= 0) return { packets: known, isWhole: true };
    return {
      packets: [...known.slice(0, Math.min(first, latestAt)), ...known.slice(latestAt)],
      isWhole: false,
    };
  }

  /** Each is a single search. The beginning is the same for all packets of a conversation, and tells where it begins. */
  async #bothEnds(
    id: number,
    mine: Conversation,
    since: bigint,
    first: number,
    latest: number,
  ): Promise<Row[]> {
    const beginning = await this.#beginnings.get(`${first} ${mine.join(' ')}`, async () => {
      const from = await this.#packets.firstId(Number(mine[0]));
      return this.#database.often(`${SINCE} LIMIT ${first}`, [BigInt(from), ID_MAX, ...mine, since]);
    });
    const before = beginning.filter(([each]) => Number(each) < id);
    if (before.length < first) return before;
    const from = BigInt((before.at(-1)?.[0] as bigint | undefined) ?? -1) + 1n;
    const question = `${AMONG} ORDER BY id DESC LIMIT ${latest}`;
    return [...before, ...(await this.#database.often(question, [from, BigInt(id - 1), ...mine]))];
  }

  /** The latest ones first, in ever larger ranges; then the first ones, if those were not all. */
  async #oneByOne(
    id: number,
    mine: Conversation,
    since: bigint,
    first: number,
    latest: number,
  ): Promise<Row[]> {
    const rows: Row[] = [];
    const most = latest + 1;
    const capture = Number(mine[0]);
    for (const [from, to] of await this.#packets.windowsBefore(id, capture)) {
      const wanted = most - rows.length;
      // A constant number of parameters, so that the prepared statement is reused.
      const question = `${SINCE} ORDER BY id DESC LIMIT ${most}`;
      const found = await this.#database.often(question, [BigInt(from), BigInt(to), ...mine, since]);
      rows.push(...found.slice(0, wanted));
      if (rows.length === most) break;
    }
    if (rows.length <= latest) return rows;
    const order = this.#database.dialect.comesInOrder(SINCE) ? '' : 'ORDER BY id';
    const from = await this.#packets.firstId(capture);
    const question = `${SINCE} ${order} LIMIT ${first}`;
    return [
      ...rows,
      ...(await this.#database.often(question, [BigInt(from), BigInt(id - 1), ...mine, since])),
    ];
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
