// The earlier packets of a packet's conversation, by file offset only, since every packet tree needs them.
import type { FlowHead, Lead, PacketRow } from '../queries.ts';
import type { Database, Dialect } from '../sql/database.ts';
import { QueryCache } from '../sql/query-cache.ts';
import { placesOf } from '../write/packet-rows.ts';
import type { CaptureList } from './captures.ts';
import type { Flows } from './flows.ts';
import type { Packets, Span } from './packets.ts';
import { PlacedPackets, placedColumns } from './placed.ts';
import { nanosecondsOf } from './time.ts';

const among = (dialect: Dialect): string => `SELECT ${placedColumns(dialect)} FROM packet
  WHERE id >= $1 AND id <= $2 AND place >= $3 AND place < $4 AND transport = $5 AND stream = $6
    AND time >= $7 AND time <= $8`;

/** So many ids before a packet are searched first. */
const NEAR = 32_768;
/**
 * Where the packets of its conversation are further apart, as many ids as should hold this many times the packets wanted: to
 * read 300,000 more in DuckDB costs less than a second query, which has to read all that came before.
 */
const MARGIN = 2;
/** Rows that one query may go through to find all packets of a conversation: it takes about 2 ms. */
const WHOLE_ROWS_MAX = 1_000_000;
/** Packets of one conversation that are cached whole. */
const WHOLE_PACKETS_MAX = 4096;
/** Packets that are cached, about 60 bytes each. */
const CACHED_MAX = 200_000;
/** Margin in seconds and in nanoseconds, because a flow's times are rounded. */
const SLACK = 0.001;
const SLACK_NS = 1_000_000n;
const NEVER = -(2n ** 63n) + 1n;
const FOREVER = 2n ** 63n - 1n;

interface Conversation {
  readonly capture: number;
  /** Parameters of `among`, after the ids. */
  readonly terms: readonly bigint[];
  readonly key: string;
}

export interface LeadOptions {
  readonly first: number;
  readonly latest: number;
}

export class Leads {
  readonly #database: Database;
  readonly #among: string;
  readonly #flows: Flows;
  readonly #captures: CaptureList;
  readonly #packets: Packets;
  /** Beginnings of conversations, and all packets of those that are rare among others; null: they are too many. */
  readonly #known: QueryCache<PlacedPackets | null>;

  constructor(database: Database, flows: Flows, captures: CaptureList, packets: Packets) {
    this.#database = database;
    this.#among = among(database.dialect);
    this.#flows = flows;
    this.#captures = captures;
    this.#packets = packets;
    this.#known = new QueryCache(database, CACHED_MAX, (packets) => 1 + (packets?.count ?? 0));
  }

  async of(packet: PacketRow, most: LeadOptions): Promise<Lead> {
    const { capture, transport, stream } = packet;
    if (stream === null || transport === null) return { packets: [], isWhole: false };
    const terms = [...placesOf(capture), BigInt(transport), BigInt(stream)];
    const mine: Conversation = { capture, terms, key: `${capture} ${transport} ${stream}` };
    const flow = await this.#flows.of(packet);
    if (flow === null) return this.#searched(packet, mine, null, NEAR, most);
    const rows = await this.#rowsDuring(flow, capture);
    // Packets may have been stored that its record does not know of yet.
    const isKnown = flow.packets <= WHOLE_PACKETS_MAX && Number(packet.time) <= flow.end + SLACK;
    // All of them are found by one query, where its latest ones are spread too far to be near.
    const isRare = rows <= WHOLE_ROWS_MAX && flow.packets * NEAR < most.latest * Math.max(rows, NEAR);
    const whole = isKnown && isRare ? await this.#whole(mine, flow) : null;
    if (whole !== null) return whole.before(packet.id, most.first, most.latest);
    return this.#searched(packet, mine, flow, this.#near(rows / flow.packets, most), most);
  }

  /** @param distance of the conversation's packets on average, in ids */
  #near(distance: number, { latest }: LeadOptions): number {
    if (!this.#database.dialect.comesInOrder(this.#among)) return NEAR;
    return Math.max(NEAR, Math.ceil(MARGIN * latest * distance));
  }

  /** How many packets of its capture came in the time of a conversation, if they came evenly. */
  async #rowsDuring(flow: FlowHead, capture: number): Promise<number> {
    const row = await this.#captures.byId(capture);
    if (row === null || row.firstTime === null || row.lastTime === null) return 0;
    const seconds = Number(row.lastTime) - Number(row.firstTime);
    return seconds > 0 ? (row.packets * (flow.end - flow.start)) / seconds : row.packets;
  }

  #whole(mine: Conversation, flow: FlowHead): Promise<PlacedPackets | null> {
    return this.#known.get(`all ${mine.key}`, async () => {
      const [since, until] = [sinceOf(flow), nanosecondsOf(flow.end, 'end') + SLACK_NS];
      const found = await this.#first(mine, since, until, WHOLE_PACKETS_MAX + 1);
      return found.count > WHOLE_PACKETS_MAX ? null : found;
    });
  }

  /** Back from the packet, and from the beginning of its conversation on. */
  async #searched(
    { id, capture }: PacketRow,
    mine: Conversation,
    flow: FlowHead | null,
    near: number,
    { first, latest }: LeadOptions,
  ): Promise<Lead> {
    const since = flow === null ? NEVER : sinceOf(flow);
    // One more than wanted tells whether these are all.
    const most = latest + 1;
    const [head, latestOnes] = await Promise.all([
      flow !== null && flow.packets > latest ? this.#beginning(mine, since, first) : null,
      this.#latest([id - near, id - 1], mine, since, most),
    ]);
    let packets = latestOnes.all();
    if (packets.length < most) {
      for (const span of await this.#packets.windowsBefore(id - near, capture, since)) {
        const further = await this.#latest(span, mine, since, most);
        packets = [...further.all(), ...packets].slice(-most);
        if (packets.length === most) break;
      }
      if (packets.length < most) return { packets, isWhole: true };
    }
    const end = packets[1]?.id ?? id;
    const beginning = head ?? (await this.#beginning(mine, since, first));
    return {
      packets: [...beginning.all().filter((each) => each.id < end), ...packets.slice(1)],
      isWhole: false,
    };
  }

  /** The first packets: the same for all packets of a conversation. */
  async #beginning(mine: Conversation, since: bigint, most: number): Promise<PlacedPackets> {
    const found = await this.#known.get(`${most} ${mine.key}`, () => this.#first(mine, since, FOREVER, most));
    return found!;
  }

  /** From a time on, up to another, oldest first. */
  async #first(mine: Conversation, since: bigint, until: bigint, most: number): Promise<PlacedPackets> {
    const order = this.#database.dialect.comesInOrder(this.#among) ? '' : 'ORDER BY id';
    const rows = [];
    for (const [from, to] of await this.#packets.windowsSince(since, mine.capture)) {
      const range = [BigInt(from), BigInt(to), ...mine.terms, since, until];
      rows.push(...(await this.#database.allPrepared(`${this.#among} ${order} LIMIT ${most}`, range)));
      if (rows.length >= most) break;
    }
    return new PlacedPackets(rows.slice(0, most));
  }

  /** Oldest first. */
  async #latest([from, to]: Span, mine: Conversation, since: bigint, most: number): Promise<PlacedPackets> {
    const range = [BigInt(from), BigInt(to), ...mine.terms, since, FOREVER];
    const rows = await this.#database.allPrepared(`${this.#among} ORDER BY id DESC LIMIT ${most}`, range);
    return new PlacedPackets(rows.reverse());
  }
}

function sinceOf(flow: FlowHead): bigint {
  return nanosecondsOf(flow.start, 'start') - SLACK_NS;
}
