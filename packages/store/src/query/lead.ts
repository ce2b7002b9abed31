// The earlier packets of a packet's conversation, by file offset only, since every packet tree needs them.
import { NONE } from '@eyrie/dissect';
import type { Lead, PacketRow, PlacedPacket } from '../queries.ts';
import type { Database, Row } from '../sql/database.ts';
import { Remembered } from '../sql/remembered.ts';
import type { Flows } from './flows.ts';
import type { Packets, Span } from './packets.ts';
import { nanosecondsOf, secondsText } from './time.ts';

const AMONG = `SELECT id, number, time, length, captured_length, file_offset, interface FROM packet
  WHERE id >= $1 AND id <= $2 AND capture = $3 AND transport = $4 AND stream = $5 AND time >= $6`;

/** Ids before a packet that are searched first: most packets are of busy conversations, whose latest hundred lie in these. */
const NEAR = 32_768;
/** Margin in seconds, because a flow's times are rounded. */
const SLACK_NS = 1_000_000n;
const NEVER = -(2n ** 63n) + 1n;
/** Packets that are cached of the beginnings of conversations, about 200 bytes each. */
const BEGINNINGS_MAX = 60_000;

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
  readonly #beginnings: Remembered<readonly PlacedPacket[]>;

  constructor(database: Database, flows: Flows, packets: Packets) {
    this.#database = database;
    this.#flows = flows;
    this.#packets = packets;
    this.#beginnings = new Remembered(database, BEGINNINGS_MAX, (packets) => 1 + packets.length);
  }

  async of(packet: PacketRow, { first, latest }: LeadOptions): Promise<Lead> {
    const { capture, transport, stream, id } = packet;
    if (stream === null || transport === null) return { packets: [], isWhole: false };
    const mine: Conversation = [BigInt(capture), BigInt(transport), BigInt(stream)];
    // One more than wanted tells whether these are all.
    const most = latest + 1;
    const [{ since, head }, packets] = await Promise.all([
      this.#begun(packet, mine, { first, latest }),
      this.#latest([id - NEAR, id - 1], mine, NEVER, most),
    ]);
    if (packets.length < most) {
      for (const span of await this.#packets.windowsBefore(id - NEAR, capture, since)) {
        packets.unshift(...(await this.#latest(span, mine, since, most)).slice(packets.length - most));
        if (packets.length === most) break;
      }
      if (packets.length < most) return { packets, isWhole: true };
    }
    const end = packets[1]?.id ?? id;
    const beginning = head ?? (await this.#beginning(mine, since, first));
    return {
      packets: [...beginning.filter((each) => each.id < end), ...packets.slice(1)],
      isWhole: false,
    };
  }

  /** When its conversation began, in nanoseconds since 1970, and of a long one the first packets. */
  async #begun(packet: PacketRow, mine: Conversation, { first, latest }: LeadOptions) {
    const flow = await this.#flows.of(packet);
    if (flow === null) return { since: NEVER, head: null };
    const since = nanosecondsOf(flow.start, 'start') - SLACK_NS;
    return { since, head: flow.packets > latest ? await this.#beginning(mine, since, first) : null };
  }

  /** The first packets: the same for all packets of a conversation. */
  #beginning(mine: Conversation, since: bigint, most: number): Promise<readonly PlacedPacket[]> {
    return this.#beginnings.get(`${most} ${mine.join(' ')}`, async () => {
      const packets: PlacedPacket[] = [];
      const order = this.#database.dialect.comesInOrder(AMONG) ? '' : 'ORDER BY id';
      const question = `${AMONG} ${order} LIMIT ${most}`;
      for (const span of await this.#packets.windowsSince(since, Number(mine[0]))) {
        packets.push(...(await this.#among(question, span, mine, since)));
        if (packets.length >= most) break;
      }
      return packets.slice(0, most);
    });
  }

  /** Oldest first. */
  async #latest(span: Span, mine: Conversation, since: bigint, most: number): Promise<PlacedPacket[]> {
    const packets = await this.#among(`${AMONG} ORDER BY id DESC LIMIT ${most}`, span, mine, since);
    return packets.reverse();
  }

  async #among(
    question: string,
    [from, to]: Span,
    mine: Conversation,
    since: bigint,
  ): Promise<PlacedPacket[]> {
    const rows = await this.#database.often(question, [BigInt(from), BigInt(to), ...mine, since]);
    return rows.map(placed);
  }
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
