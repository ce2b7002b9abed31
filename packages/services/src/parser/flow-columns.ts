// The conversations of one batch as columns, which go between threads and leave no objects behind: under a scan nearly every
// packet is a conversation. Updates of the same conversation are merged into one row, as the store would merge them: a batch
// of fast traffic spans many seconds, and each pause of a conversation produces an update.
import type { Amount, Flow, FlowEnding, FlowTcp, TcpState, Transport } from '@eyrie/dissect';
import type { FlowRow } from '@eyrie/store';
import { NAME_TEXT_MAX } from '../bus/schemas.ts';

/** Plain data: it goes between threads. */
export interface FlowColumns {
  readonly length: number;
  /** WIDTH per conversation, see the places below. */
  readonly numbers: Float64Array<ArrayBuffer>;
  /** ENDS per conversation: client, server, Community ID. */
  readonly ends: readonly string[];
  /** What many conversations have in common, named by its place: applications and fingerprints as JSON, server names. */
  readonly texts: readonly string[];
}

const TRANSPORTS: readonly Transport[] = ['tcp', 'udp', 'dccp', 'sctp', 'udplite'];
const STATES: readonly TcpState[] = [
  'midstream',
  'unanswered',
  'refused',
  'half-open',
  'established',
  'closing',
  'closed',
  'reset',
];
const ENDINGS: readonly FlowEnding[] = ['idle', 'active', 'replaced', 'end'];

/** No server name, no TCP state. */
const NONE = -1;

/** Places of the numbers of a conversation. */
const STREAM = 0;
const TRANSPORT = 1;
const WHY = 2;
const CLIENT_PORT = 3;
const SERVER_PORT = 4;
const START = 5;
const END = 6;
/** Packets and bytes to the server, and to the client. */
const AMOUNTS = 7;
const STATE = 11;
/** NaN: part of the handshake was not captured. */
const HANDSHAKE = 12;
/** Retransmissions, segments out of order, zero windows. */
const COUNTS = 13;
const APPLICATIONS = 16;
const SERVER_NAME = 17;
const FINGERPRINTS = 18;
/** NaN: unknown. */
const CLIENT_SEQUENCE = 19;
const SERVER_SEQUENCE = 20;
const WIDTH = 21;

const ENDS = 3;
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

  /** @param streamBase added to stream numbers, see ParserOptions */
  constructor(streamBase: number) {
    this.#streamBase = streamBase;
  }

  add(flow: Flow): void {
    const transport = TRANSPORTS.indexOf(flow.transport);
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
    numbers[at + STATE] = NONE;
    numbers[at + HANDSHAKE] = Number.NaN;
    numbers.fill(0, at + COUNTS, at + APPLICATIONS);
    numbers[at + SERVER_NAME] = NONE;
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
    numbers[at + STATE] = STATES.indexOf(state);
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
    // What is longer is no name.
    if (serverName !== null && serverName.length <= NAME_TEXT_MAX)
      numbers[at + SERVER_NAME] = this.#place(serverName);
    numbers[at + WHY] = ENDINGS.indexOf(why);
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

/** As a store takes them in. */
export function flowRows({ length, numbers, ends, texts }: FlowColumns): FlowRow[] {
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
      transport: TRANSPORTS[numbers[at + TRANSPORT]!]!,
      client: { address: ends[i * ENDS]!, port: numbers[at + CLIENT_PORT]! },
      server: { address: ends[i * ENDS + 1]!, port: numbers[at + SERVER_PORT]! },
      start: numbers[at + START]!,
      end: numbers[at + END]!,
      toServer: amountAt(numbers, at + AMOUNTS),
      toClient: amountAt(numbers, at + AMOUNTS + 2),
      applications: valueAt(numbers[at + APPLICATIONS]!) as string[],
      serverName: serverName === NONE ? null : texts[serverName]!,
      fingerprints: valueAt(numbers[at + FINGERPRINTS]!) as Record<string, string>,
      communityId: ends[i * ENDS + 2]!,
      tcp: tcpAt(numbers, at),
      why: ENDINGS[numbers[at + WHY]!]!,
    };
  });
}

function amountAt(numbers: Float64Array, at: number): Amount {
  return { packets: numbers[at]!, bytes: numbers[at + 1]! };
}

function tcpAt(numbers: Float64Array, at: number): FlowTcp | null {
  const state = numbers[at + STATE]!;
  if (state === NONE) return null;
  const orNull = (value: number): number | null => (Number.isNaN(value) ? null : value);
  return {
    state: STATES[state]!,
    handshakeMs: orNull(numbers[at + HANDSHAKE]!),
    clientSequence: orNull(numbers[at + CLIENT_SEQUENCE]!),
    serverSequence: orNull(numbers[at + SERVER_SEQUENCE]!),
    retransmissions: numbers[at + COUNTS]!,
    outOfOrder: numbers[at + COUNTS + 1]!,
    zeroWindows: numbers[at + COUNTS + 2]!,
  };
}
