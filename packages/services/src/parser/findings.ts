// Collects expert information of packets: equal findings are counted until a batch takes them.
import {
  COLUMN,
  expertProtocol,
  type Group,
  groups,
  NESTED,
  type Packet,
  type Protocol,
  type Severity,
  SHOWN,
  type Shape,
  UNKEPT,
} from '@eyrie/dissect';
import type { FindingRow } from '@eyrie/store';

/** Distinct findings between two batches; further ones are dropped. */
const FINDINGS_MAX = 2000;
/** Characters of a message, as in Wireshark. */
const MESSAGE_MAX = 239;
/** Within a TCP header: its acknowledgment number, its flags, and its end without options (RFC 9293 §3.1). */
const ACKNOWLEDGMENT = 8;
const FLAGS = 13;
const TCP_HEADER = 20;
const FIN = 0x01;
const RST = 0x04;
const ACK = 0x10;
/** Depends on the TCP options, so that cached rows would miscount (see `#tcpRows`). */
const DSACK = 'D-SACK Sequence';
/** Parts of a message that differ between equal findings: ordinals and frame numbers. */
const PARTICULARS = / \(#\d+\)|\.? Original \w+ in frame \d+/g;

/** Its findings are those of the layer before it. */
const MALFORMED = '_ws.malformed';

/** Protocols whose expert information only reports normal operation. */
const CHATTY = ['http', 'ssdp', 'wg'];

type Row = Omit<FindingRow, 'count' | 'time' | 'last'> & { count: number; time: number; last?: number };

/** A layer with expert information; the function is null for TCP's, see `#addSegment`. */
interface Asked {
  readonly layer: number;
  readonly expert: Expert | null;
}

type Expert = NonNullable<Protocol['expert']>;

/** A row, and what was reported when it was found by its text. */
interface Reported {
  readonly severity: Severity;
  readonly group: Group;
  readonly protocol: Protocol;
  readonly row: Row;
}

export class Findings {
  #found = new Map<string, Row>();
  /** Those of `#found` that the present batch has. */
  #rows = new Set<Row>();
  /**
   * The expert information of a segment depends only on what `marksOf` makes one number of, so its rows are built once for
   * each. Building the messages would be the largest cost here.
   */
  #tcpRows = new Map<number, Row[]>();
  #reportedRows: Row[] | null = null;
  /** By text as it is reported, which most findings share with many: a key of it takes a microsecond to make. */
  #reported = new Map<string, Reported>();
  #packet: Packet | null = null;
  #layer = 0;
  /** By shape, what `layersWithExpert` gave; null: it was not seen yet. */
  readonly #askedByShape: (readonly Asked[] | null)[] = [];

  add(p: Packet, { id }: Shape): void {
    const asked = id === UNKEPT ? layersWithExpert(p) : (this.#askedByShape[id] ?? this.#askedOf(p, id));
    for (let i = 0; i < asked.length; i++) {
      const { layer, expert } = asked[i]!;
      if (expert === null) this.#addSegment(p, layer);
      else this.#run(expert, p, layer);
    }
  }

  #askedOf(p: Packet, shape: number): readonly Asked[] {
    const asked = layersWithExpert(p);
    // Filled without holes: V8 turns an array with wide gaps into a slow dictionary.
    while (this.#askedByShape.length <= shape) this.#askedByShape.push(null);
    this.#askedByShape[shape] = asked;
    return asked;
  }

  #run(expert: Expert, p: Packet, layer: number): void {
    if (this.#packet !== p) this.#packet = p;
    this.#layer = layer;
    expert(p, layer, this.#report);
  }

  get size(): number {
    return this.#found.size;
  }

  /** What occurs again did so last. */
  endBatch(): void {
    if (this.#rows.size === 0) return;
    this.#rows = new Set();
    this.#tcpRows = new Map();
  }

  /** Findings since the last call. */
  take(): FindingRow[] {
    this.endBatch();
    if (this.#found.size === 0) return [];
    const rows = [...this.#found.values()];
    this.#found = new Map();
    this.#reported = new Map();
    return rows;
  }

  #addSegment(p: Packet, layer: number): void {
    if (layer !== p.tcpLayer || (p.flags[layer]! & COLUMN) === 0) return;
    const start = p.start[layer]!;
    if (start + TCP_HEADER > p.stop[layer]!) return;
    const b = p.bufferOf(layer);
    if (p.analysis === 0 && (b[start + FLAGS]! & (FIN | RST)) === 0 && !isStray(b, start)) return;
    const marks = marksOf(p, b, start);
    const known = this.#tcpRows.get(marks);
    if (known !== undefined) {
      for (const row of known) row.count++;
      return;
    }
    const rows: Row[] = [];
    this.#reportedRows = rows;
    this.#run(p.protocols[layer]!.expert!, p, layer);
    this.#reportedRows = null;
    this.#tcpRows.set(marks, rows);
  }

  readonly #report = (severity: Severity, group: Group, text: string): void => {
    if (severity === 'chat' || severity === 'comment' || text === DSACK) return;
    const p = this.#packet!;
    const protocol = p.protocols[this.#layer]!;
    const known = this.#reported.get(text);
    const isSame =
      known !== undefined &&
      known.protocol === protocol &&
      known.severity === severity &&
      known.group === group &&
      protocol.name !== MALFORMED;
    const row = isSame ? known.row : this.#rowOf(p, severity, group, text);
    if (row === null) return;
    row.count++;
    if (!this.#rows.has(row)) {
      // The first packet's time is the row's already.
      const time = timeOf(p);
      if (row.count > 1) row.last = Math.max(row.last ?? row.time, time);
      row.time = Math.min(row.time, time);
      this.#rows.add(row);
    }
    this.#reportedRows?.push(row);
    if (!isSame && this.#reported.size < FINDINGS_MAX)
      this.#reported.set(text, { severity, group, protocol, row });
  };

  /** The row of equal findings, or a new one that counts none yet; null: there are too many. */
  #rowOf(p: Packet, severity: Severity, group: Group, text: string): Row | null {
    const message = text.replace(PARTICULARS, '').slice(0, MESSAGE_MAX);
    const protocol = expertProtocol(p, this.#layer);
    const key = `${severity} ${group} ${protocol} ${message}`;
    const known = this.#found.get(key);
    if (known !== undefined) return known;
    if (this.#found.size >= FINDINGS_MAX) return null;
    const row: Row = {
      finder: 'expert',
      severity,
      group: groups[group][1],
      protocol,
      message,
      address: null,
      count: 0,
      frame: p.number,
      time: timeOf(p),
    };
    this.#found.set(key, row);
    return row;
  }
}

function timeOf(p: Packet): number {
  return p.seconds + p.nanoseconds / 1e9;
}

/** The layers that may have expert information: they depend on the packet's shape alone. */
function layersWithExpert(p: Packet): Asked[] {
  const asked: Asked[] = [];
  for (let layer = 1; layer < p.count; layer++) {
    const { name, expert } = p.protocols[layer]!;
    if (expert === null || CHATTY.includes(name)) continue;
    const flags = p.flags[layer]!;
    // A packet quoted in an ICMP error was reported itself. Malformed layers never have columns.
    const isSeen = (flags & (SHOWN | NESTED)) !== 0 && ((flags & COLUMN) !== 0 || name === MALFORMED);
    if (name === 'tcp') asked.push({ layer, expert: null });
    else if (isSeen) asked.push({ layer, expert });
  }
  return asked;
}

/** All that the expert information of a segment depends on: its analysis, and its header's flags and acknowledgment number. */
function marksOf({ analysis, session, flow, direction }: Packet, b: Uint8Array, start: number): number {
  const flags = b[start + FLAGS]!;
  const closing = (flags & FIN) === 0 ? 0 : session.tcp.closer(flow) === direction ? 1 : 2;
  return ((analysis * 2 + (flags & RST ? 1 : 0)) * 2 + (isStray(b, start) ? 1 : 0)) * 3 + closing;
}

/** An acknowledgment number without its flag. */
function isStray(b: Uint8Array, start: number): boolean {
  if ((b[start + FLAGS]! & ACK) !== 0) return false;
  const at = start + ACKNOWLEDGMENT;
  return (b[at]! | b[at + 1]! | b[at + 2]! | b[at + 3]!) !== 0;
}
