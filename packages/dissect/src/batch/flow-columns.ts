// The conversations of one batch as columns, which go between threads and leave no objects behind: under a scan nearly every
// packet is a conversation. Updates of the same conversation are merged into one row, as the store would merge them: a batch
// of fast traffic spans many seconds, and each pause of a conversation produces an update.
import type { Amount, Flow, FlowEnding, FlowTcp, TcpState, Transport } from '../flows/flow-records.ts';

/** Plain data: it goes between threads. */
export interface FlowColumns {
  readonly length: number;
  /** FLOW.WIDTH per conversation. */
  readonly numbers: Float64Array<ArrayBuffer>;
  /** FLOW_ENDS per conversation: client, server, Community ID. */
  readonly ends: readonly string[];
  /** What many conversations have in common, named by its place: applications and fingerprints as JSON, server names. */
  readonly texts: readonly string[];
}

/** What the numbers of transports, states and endings mean. */
export const FLOW_TRANSPORTS: readonly Transport[] = ['tcp', 'udp', 'dccp', 'sctp', 'udplite'];
export const FLOW_STATES: readonly TcpState[] = [
  'midstream',
  'unanswered',
  'refused',
  'half-open',
  'established',
  'closing',
  'closed',
  'reset',
];
export const FLOW_ENDINGS: readonly FlowEnding[] = ['idle', 'active', 'replaced', 'end'];

/** No server name, no TCP state. */
export const NO_PLACE = -1;

/** Places of the numbers of a conversation, and how many there are. */
export const FLOW = {
  STREAM: 0,
  TRANSPORT: 1,
  WHY: 2,
  CLIENT_PORT: 3,
  SERVER_PORT: 4,
  START: 5,
  END: 6,
  /** Packets and bytes to the server, and to the client. */
  AMOUNTS: 7,
  STATE: 11,
  /** NaN: part of the handshake was not captured. */
  HANDSHAKE: 12,
  /** Retransmissions, segments out of order, zero windows. */
  COUNTS: 13,
  APPLICATIONS: 16,
  SERVER_NAME: 17,
  FINGERPRINTS: 18,
  /** NaN: unknown. */
  CLIENT_SEQUENCE: 19,
  SERVER_SEQUENCE: 20,
  WIDTH: 21,
} as const;

const { STREAM, TRANSPORT, WHY, CLIENT_PORT, SERVER_PORT, START, END, AMOUNTS, STATE } = FLOW;
const { HANDSHAKE, COUNTS, APPLICATIONS, SERVER_NAME, FINGERPRINTS } = FLOW;
const { CLIENT_SEQUENCE, SERVER_SEQUENCE, WIDTH } = FLOW;

/** Client, server, Community ID. */
export const FLOW_ENDS = 3;
const FIRST_ROWS = 256;

/** Collects them. */
export class FlowBook {
  readonly #streamBase: number;
  /** Where the numbers of a conversation begin; stream numbers are counted per transport. */
  readonly #rows = new Map<number, number>();
  readonly #places = new Map<string, number>();
  /** The same of applications and fingerprints, by identity: many conversations share one list. */
  readonly #shared = new Map<object, number>();
  #numbers = new Float64Array(FIRST_ROWS * WIDTH);
  #ends: string[] = [];
  #texts: string[] = [];

  /** @param streamBase added to stream numbers */
  constructor(streamBase = 0) {
    this.#streamBase = streamBase;
  }

  add(flow: Flow): void {
    const transport = FLOW_TRANSPORTS.indexOf(flow.transport);
    const key = flow.stream * 8 + transport;
    const known = this.#rows.get(key);
    const at = known ?? this.#rows.size * WIDTH;
    if (known !== undefined) this.#join(at, flow);
    else {
      this.#rows.set(key, at);
      this.#begin(at, transport, flow);
    }
  }

  get size(): number {
    return this.#rows.size;
  }

  clear(): void {
    if (this.#rows.size === 0) return;
    this.#rows.clear();
    this.#places.clear();
    this.#ends = [];
    this.#texts = [];
    this.#shared.clear();
  }

  /** Rows since the last call, in order of first appearance. */
  take(): FlowColumns {
    const { size: length } = this.#rows;
    const taken = {
      length,
      numbers: this.#numbers.slice(0, length * WIDTH),
      ends: this.#ends,
      texts: this.#texts,
    };
    this.clear();
    return taken;
  }

  #begin(at: number, transport: number, flow: Flow): void {
    if (at === this.#numbers.length) this.#grow();
    const numbers = this.#numbers;
    const { client, server, toServer, toClient } = flow;
    numbers[at + STREAM] = flow.stream + this.#streamBase;
    numbers[at + TRANSPORT] = transport;
    numbers[at + CLIENT_PORT] = client.port;
    numbers[at + SERVER_PORT] = server.port;
    numbers[at + START] = flow.start;
    numbers[at + END] = flow.end;
    numbers[at + AMOUNTS] = toServer.packets;
    numbers[at + AMOUNTS + 1] = toServer.bytes;
    numbers[at + AMOUNTS + 2] = toClient.packets;
    numbers[at + AMOUNTS + 3] = toClient.bytes;
    numbers[at + STATE] = NO_PLACE;
    numbers[at + HANDSHAKE] = Number.NaN;
    numbers.fill(0, at + COUNTS, at + APPLICATIONS);
    numbers[at + SERVER_NAME] = NO_PLACE;
    numbers.fill(Number.NaN, at + CLIENT_SEQUENCE, at + WIDTH);
    if (flow.tcp !== null) this.#setTcp(at, flow.tcp);
    this.#setLast(at, flow);
    this.#ends.push(client.address, server.address, flow.communityId);
  }

  /** Merges a later update of the same conversation, as `FLOWS` of the store does. */
  #join(at: number, flow: Flow): void {
    const numbers = this.#numbers;
    numbers[at + START] = Math.min(numbers[at + START]!, flow.start);
    numbers[at + END] = Math.max(numbers[at + END]!, flow.end);
    numbers[at + AMOUNTS]! += flow.toServer.packets;
    numbers[at + AMOUNTS + 1]! += flow.toServer.bytes;
    numbers[at + AMOUNTS + 2]! += flow.toClient.packets;
    numbers[at + AMOUNTS + 3]! += flow.toClient.bytes;
    if (flow.tcp !== null) this.#setTcp(at, flow.tcp);
    this.#setLast(at, flow);
  }

  #setTcp(at: number, tcp: FlowTcp): void {
    const { state, handshakeMs, clientSequence, serverSequence, retransmissions, outOfOrder, zeroWindows } =
      tcp;
    const numbers = this.#numbers;
    if (clientSequence !== null) numbers[at + CLIENT_SEQUENCE] = clientSequence;
    if (serverSequence !== null) numbers[at + SERVER_SEQUENCE] = serverSequence;
    numbers[at + STATE] = FLOW_STATES.indexOf(state);
    if (handshakeMs !== null) numbers[at + HANDSHAKE] = handshakeMs;
    numbers[at + COUNTS] = Math.max(numbers[at + COUNTS]!, retransmissions);
    numbers[at + COUNTS + 1] = Math.max(numbers[at + COUNTS + 1]!, outOfOrder);
    numbers[at + COUNTS + 2] = Math.max(numbers[at + COUNTS + 2]!, zeroWindows);
  }

  /** What the last update of a conversation decides. */
  #setLast(at: number, { applications, serverName, fingerprints, why }: Flow): void {
    const numbers = this.#numbers;
    numbers[at + APPLICATIONS] = this.#placeOf(applications);
    numbers[at + FINGERPRINTS] = this.#placeOf(fingerprints);
    if (serverName !== null) numbers[at + SERVER_NAME] = this.#place(serverName);
    numbers[at + WHY] = FLOW_ENDINGS.indexOf(why);
  }

  #placeOf(value: object): number {
    let place = this.#shared.get(value);
    if (place === undefined) {
      place = this.#place(JSON.stringify(value));
      this.#shared.set(value, place);
    }
    return place;
  }

  #place(text: string): number {
    let place = this.#places.get(text);
    if (place === undefined) {
      place = this.#texts.push(text) - 1;
      this.#places.set(text, place);
    }
    return place;
  }

  #grow(): void {
    const larger = new Float64Array(this.#numbers.length * 2);
    larger.set(this.#numbers);
    this.#numbers = larger;
  }
}

export function noFlows(): FlowColumns {
  return { length: 0, numbers: new Float64Array(0), ends: [], texts: [] };
}

/** As rows. */
export function flowRows({ length, numbers, ends, texts }: FlowColumns): Flow[] {
  const parsed: unknown[] = [];
  const valueAt = (place: number): unknown => {
    parsed[place] ??= JSON.parse(texts[place]!);
    return parsed[place];
  };
  return Array.from({ length }, (_, i) => {
    const at = i * WIDTH;
    const serverName = numbers[at + SERVER_NAME]!;
    return {
      stream: numbers[at + STREAM]!,
      transport: FLOW_TRANSPORTS[numbers[at + TRANSPORT]!]!,
      client: { address: ends[i * FLOW_ENDS]!, port: numbers[at + CLIENT_PORT]! },
      server: { address: ends[i * FLOW_ENDS + 1]!, port: numbers[at + SERVER_PORT]! },
      start: numbers[at + START]!,
      end: numbers[at + END]!,
      toServer: amountAt(numbers, at + AMOUNTS),
      toClient: amountAt(numbers, at + AMOUNTS + 2),
      applications: valueAt(numbers[at + APPLICATIONS]!) as string[],
      serverName: serverName === NO_PLACE ? null : texts[serverName]!,
      fingerprints: valueAt(numbers[at + FINGERPRINTS]!) as Record<string, string>,
      communityId: ends[i * FLOW_ENDS + 2]!,
      tcp: tcpAt(numbers, at),
      why: FLOW_ENDINGS[numbers[at + WHY]!]!,
    };
  });
}

function amountAt(numbers: Float64Array, at: number): Amount {
  return { packets: numbers[at]!, bytes: numbers[at + 1]! };
}

function tcpAt(numbers: Float64Array, at: number): FlowTcp | null {
  const state = numbers[at + STATE]!;
  if (state === NO_PLACE) return null;
  const orNull = (value: number): number | null => (Number.isNaN(value) ? null : value);
  return {
    state: FLOW_STATES[state]!,
    handshakeMs: orNull(numbers[at + HANDSHAKE]!),
    clientSequence: orNull(numbers[at + CLIENT_SEQUENCE]!),
    serverSequence: orNull(numbers[at + SERVER_SEQUENCE]!),
    retransmissions: numbers[at + COUNTS]!,
    outOfOrder: numbers[at + COUNTS + 1]!,
    zeroWindows: numbers[at + COUNTS + 2]!,
  };
}
