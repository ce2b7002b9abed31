// A protocol is a small object: its names, its fields, and one step that moves past its header and says what comes next.
import type { Say } from './expert.ts';
import type { Field } from './field.ts';
import type { Packet } from './packet.ts';
import type { Sink } from './sink.ts';
import type { Heuristic, HeuristicList, Table } from './table.ts';
import type { TextSink } from './text-sink.ts';

/** How many bytes a message of a stream protocol takes, so that TCP hands it over whole. */
export interface Framing {
  /** Bytes needed before `length` can be asked. */
  readonly header: number;
  /** Bytes of the message that starts at p.at, its header included; 0 or less: this is not the protocol. */
  length(p: Packet): number;
  /** Stands in frame.protocols of a segment that only begins a message too: so for TLS, SSH and VNC in Wireshark. */
  readonly isListedWaiting?: boolean;
}

export interface ProtocolDefinition {
  /** As in `frame.protocols` and as the filter that means "has this protocol". */
  readonly name: string;
  /** As the tree shows it: "User Datagram Protocol". */
  readonly title: string;
  /** The Protocol column; null when this layer leaves the column to the one below. Absent: never sets it. */
  readonly column?: string | ((p: Packet, layer: number) => string | null);
  /** The Info column; null leaves it to the layer below. */
  readonly info?: (p: Packet, layer: number) => string | null;
  /** The same for a layer that ends many packets: written without making strings. Used in place of `info`. */
  readonly writeInfo?: (p: Packet, layer: number, out: TextSink) => void;
  /** What stands before the Info column of what this layer carries. */
  readonly writeInfoBefore?: (p: Packet, out: TextSink) => void;
  /** In the order of the header. */
  readonly fields?: Readonly<Record<string, Field>>;
  /**
   * Runs with p.at at the header and [p.at, p.end) captured. Moves p.at past the header, narrows p.end by what the
   * header says, and returns the protocol of the payload, `null` at the end of the walk, or REJECTED when this is not
   * the protocol after all. Never throws, allocates nothing in the ordinary case.
   */
  readonly step: (p: Packet) => Protocol | null;
  /** All fields of one layer with their places; without it, the fixed fields in order. */
  readonly emit?: (p: Packet, layer: number, out: Sink) => void;
  /** In place of the title, for layers that are not all called so. */
  readonly titleOf?: (p: Packet, layer: number) => string;
  /** The text of the layer's line in the tree after its title: `, Src Port: 53, Dst Port: 1024`. */
  readonly headline?: (p: Packet, layer: number) => string;
  /** What an expert would say of a layer; run only when somebody asks. */
  readonly expert?: (p: Packet, layer: number, say: Say) => void;
  /** Where it is entered: table and keys. */
  readonly on?: readonly (readonly [Table, ...number[]])[];
  readonly framing?: Framing;
  /** Guesses by content, tried in the order of the protocol table. */
  readonly heuristics?: readonly (readonly [HeuristicList, Heuristic])[];
}

let protocolCount = 0;

export class Protocol {
  /** Dense, from 0, in the order in which the protocols were made: usable as an index, not for storage. */
  readonly id: number = protocolCount++;
  readonly name: string;
  readonly title: string;
  readonly column: string | ((p: Packet, layer: number) => string | null) | null;
  readonly info: ((p: Packet, layer: number) => string | null) | null;
  readonly writeInfo: ((p: Packet, layer: number, out: TextSink) => void) | null;
  readonly writeInfoBefore: ((p: Packet, out: TextSink) => void) | null;
  readonly fields: readonly Field[];
  readonly step: (p: Packet) => Protocol | null;
  readonly emit: ((p: Packet, layer: number, out: Sink) => void) | null;
  readonly #titleOf: ((p: Packet, layer: number) => string) | null;
  readonly #headline: ((p: Packet, layer: number) => string) | null;
  readonly framing: Framing | null;
  /** Its own, or the one in expert/. */
  expert: ((p: Packet, layer: number, say: Say) => void) | null;
  readonly on: ProtocolDefinition['on'];
  readonly heuristics: ProtocolDefinition['heuristics'];

  constructor(d: ProtocolDefinition) {
    this.name = d.name;
    this.title = d.title;
    this.column = d.column ?? null;
    this.info = d.info ?? null;
    this.writeInfo = d.writeInfo ?? null;
    this.writeInfoBefore = d.writeInfoBefore ?? null;
    this.fields = Object.values(d.fields ?? {});
    this.step = d.step;
    this.emit = d.emit ?? null;
    this.#titleOf = d.titleOf ?? null;
    this.#headline = d.headline ?? null;
    this.framing = d.framing ?? null;
    this.expert = d.expert ?? null;
    this.on = d.on;
    this.heuristics = d.heuristics;
    // One array for all fields that nobody else has: there are thousands, and each would be read at every start.
    const onlyThis = [this];
    for (const field of this.fields) {
      field.protocol ??= this;
      field.owners = field.owners.length === 0 ? onlyThis : [...field.owners, this];
    }
  }

  /** A layer's line in the tree. */
  line(p: Packet, layer: number): string {
    const title = this.#titleOf === null ? this.title : this.#titleOf(p, layer);
    return this.#headline === null ? title : title + this.#headline(p, layer);
  }
}

export function protocol(definition: ProtocolDefinition): Protocol {
  return new Protocol(definition);
}

/** Enters protocols into the dispatch tables and heuristic lists they name. Called once, with the protocol table. */
export function register(protocols: readonly Protocol[]): void {
  for (const made of protocols) {
    for (const [table, ...keys] of made.on ?? []) for (const key of keys) table.set(key, made);
    for (const [list, matches] of made.heuristics ?? []) list.entries.push({ protocol: made, matches });
  }
}

export function protocolsMade(): number {
  return protocolCount;
}

/** What a step returns when the bytes are not its protocol: the layer is taken back and the next candidate tried. */
export const REJECTED: Protocol = protocol({ name: '_rejected', title: 'Rejected', step: () => null });
