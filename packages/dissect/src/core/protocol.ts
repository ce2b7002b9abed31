// A protocol is a small object: names, fields, and a step that moves past its header and returns the next protocol.
import type { AddExpertInfo } from './expert.ts';
import type { Field } from './field.ts';
import type { Packet } from './packet.ts';
import type { Sink } from './sink.ts';
import type { Heuristic, HeuristicList, Table } from './table.ts';
import type { TextSink } from './text-sink.ts';

/** How a stream protocol delimits its messages, so that TCP can hand them over whole. */
export interface Framing {
  /** Bytes needed to tell the length. */
  readonly header: number;
  /** Length in bytes of the message at p.at, header included; 0 or less if it is not this protocol. */
  length(p: Packet): number;
  /** Listed in frame.protocols even of a segment that only begins a message, as Wireshark does for TLS, SSH and VNC. */
  readonly isListedWaiting?: boolean;
  /** What the Info column says of such a segment, in place of ports and flags. */
  readonly waitingInfo?: string;
}

export interface ProtocolDefinition {
  /** Name in `frame.protocols`; as a filter it means "has this protocol". */
  readonly name: string;
  /** As the tree shows it: "User Datagram Protocol". */
  readonly title: string;
  /** The Protocol column; null leaves it to the layer below, as does its absence. */
  readonly column?: string | ((p: Packet, layer: number) => string | null);
  /** The Info column; null leaves it to the layer below. */
  readonly info?: (p: Packet, layer: number) => string | null;
  /** In place of `info`, for protocols that end very many packets: writes the text without allocating strings. */
  readonly writeInfo?: (p: Packet, layer: number, out: TextSink) => void;
  /** Text that precedes the Info column of this layer's payload. */
  readonly writeInfoBefore?: (p: Packet, out: TextSink) => void;
  /** Joins such a text of the layer below with this one's `info`, where Wireshark does not just put one before the other. */
  readonly joinInfo?: (before: string, info: string) => string;
  /** In header order. */
  readonly fields?: Readonly<Record<string, Field>>;
  /**
   * Called with p.at at the header and [p.at, p.end) captured. Moves p.at past the header, narrows p.end by the header's
   * length fields, and returns the protocol of the payload, `null` at the end, or REJECTED if the bytes are not this
   * protocol after all. Never throws, and allocates nothing in the common case.
   */
  readonly step: (p: Packet) => Protocol | null;
  /** Emits all fields of one layer with their places; without it, the fixed fields in order. */
  readonly emit?: (p: Packet, layer: number, out: Sink) => void;
  /** In place of `title`, where it varies from layer to layer. */
  readonly titleOf?: (p: Packet, layer: number) => string;
  /** What follows the title in the layer's line of the tree: `, Src Port: 53, Dst Port: 1024`. */
  readonly headline?: (p: Packet, layer: number) => string;
  /** Reports expert information on one layer; called only on request. */
  readonly expert?: (p: Packet, layer: number, add: AddExpertInfo) => void;
  /** Dispatch tables and the keys under which they lead to this protocol. */
  readonly on?: readonly (readonly [Table, ...number[]])[];
  readonly framing?: Framing;
  /** Heuristics by content, tried in the order of the protocol table. */
  readonly heuristics?: readonly (readonly [HeuristicList, Heuristic])[];
}

let protocolCount = 0;

export class Protocol {
  /** Dense, from 0, in order of definition: an index for this run, not something to store. */
  readonly id: number = protocolCount++;
  readonly name: string;
  readonly title: string;
  readonly column: string | ((p: Packet, layer: number) => string | null) | null;
  readonly info: ((p: Packet, layer: number) => string | null) | null;
  readonly writeInfo: ((p: Packet, layer: number, out: TextSink) => void) | null;
  readonly writeInfoBefore: ((p: Packet, out: TextSink) => void) | null;
  readonly joinInfo: ((before: string, info: string) => string) | null;
  readonly fields: readonly Field[];
  step: (p: Packet) => Protocol | null;
  readonly emit: ((p: Packet, layer: number, out: Sink) => void) | null;
  readonly #titleOf: ((p: Packet, layer: number) => string) | null;
  readonly #headline: ((p: Packet, layer: number) => string) | null;
  framing: Framing | null;
  /** The definition's, or one attached by expert/index.ts. */
  expert: ((p: Packet, layer: number, add: AddExpertInfo) => void) | null;
  readonly on: ProtocolDefinition['on'];
  readonly heuristics: ProtocolDefinition['heuristics'];

  constructor(d: ProtocolDefinition) {
    this.name = d.name;
    this.title = d.title;
    this.column = d.column ?? null;
    this.info = d.info ?? null;
    this.writeInfo = d.writeInfo ?? null;
    this.writeInfoBefore = d.writeInfoBefore ?? null;
    this.joinInfo = d.joinInfo ?? null;
    this.fields = Object.values(d.fields ?? {});
    this.step = d.step;
    this.emit = d.emit ?? null;
    this.#titleOf = d.titleOf ?? null;
    this.#headline = d.headline ?? null;
    this.framing = d.framing ?? null;
    this.expert = d.expert ?? null;
    this.on = d.on;
    this.heuristics = d.heuristics;
    // One array shared by all fields with this sole owner: there are thousands, and start-up reads each.
    const onlyThis = [this];
    for (const field of this.fields) {
      field.protocol ??= this;
      field.owners = field.owners.length === 0 ? onlyThis : [...field.owners, this];
    }
  }

  /** The layer's line in the tree. */
  line(p: Packet, layer: number): string {
    const title = this.#titleOf === null ? this.title : this.#titleOf(p, layer);
    return this.#headline === null ? title : title + this.#headline(p, layer);
  }
}

export function protocol(definition: ProtocolDefinition): Protocol {
  return new Protocol(definition);
}

/** Adds protocols to the dispatch tables and heuristic lists they name. Called once, with the protocol table. */
export function register(protocols: readonly Protocol[]): void {
  for (const made of protocols) {
    for (const [table, ...keys] of made.on ?? []) for (const key of keys) table.set(key, made);
    for (const [list, matches] of made.heuristics ?? []) list.entries.push({ protocol: made, matches });
  }
}

export function protocolsMade(): number {
  return protocolCount;
}

/** What a step returns when the bytes are not its protocol: the layer is popped and the next candidate tried. */
export const REJECTED: Protocol = protocol({ name: '_rejected', title: 'Rejected', step: () => null });
