// Collects expert information of packets: equal findings are counted until a batch takes them.
import {
  COLUMN,
  expertProtocol,
  type Group,
  groups,
  NESTED,
  type Packet,
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

/** Protocols whose expert information only reports normal operation. */
const CHATTY = ['http', 'ssdp', 'wg'];

type Row = Omit<FindingRow, 'count' | 'time' | 'last'> & { count: number; time: number; last?: number };

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
  #packet: Packet | null = null;
  #layer = 0;
  /** By shape, what `layersToAsk` gave; null: it was not seen yet. */
  readonly #layersByShape: (readonly number[] | null)[] = [];

  add(p: Packet, { id }: Shape): void {
    const layers = id === UNKEPT ? layersWithExpert(p) : (this.#layersByShape[id] ?? this.#layersOf(p, id));
    for (let i = 0; i < layers.length; i++) {
      const layer = layers[i]!;
      if (layer < 0) this.#addSegment(p, ~layer);
      else this.#runExpert(p, layer);
    }
  }

  #layersOf(p: Packet, shape: number): readonly number[] {
    const layers = layersWithExpert(p);
    // Filled without holes: V8 turns an array with wide gaps into a slow dictionary.
    while (this.#layersByShape.length <= shape) this.#layersByShape.push(null);
    this.#layersByShape[shape] = layers;
    return layers;
  }

  #runExpert(p: Packet, layer: number): void {
    if (this.#packet !== p) this.#packet = p;
    this.#layer = layer;
    p.protocols[layer]!.expert!(p, layer, this.#report);
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
    this.#runExpert(p, layer);
    this.#reportedRows = null;
    this.#tcpRows.set(marks, rows);
  }

  readonly #report = (severity: Severity, group: Group, text: string): void => {
    if (severity === 'chat' || severity === 'comment' || text === DSACK) return;
    const p = this.#packet!;
    const message = text.replace(PARTICULARS, '').slice(0, MESSAGE_MAX);
    const protocol = expertProtocol(p, this.#layer);
    const key = `${severity} ${group} ${protocol} ${message}`;
    let row = this.#found.get(key);
    if (row !== undefined) {
      row.count++;
      if (!this.#rows.has(row)) {
        const time = p.seconds + p.nanoseconds / 1e9;
        row.last = Math.max(row.last ?? row.time, time);
        row.time = Math.min(row.time, time);
      }
    } else if (this.#found.size < FINDINGS_MAX) {
      row = {
        finder: 'expert',
        severity,
        group: groups[group][1],
        protocol,
        message,
        address: null,
        count: 1,
        frame: p.number,
        time: p.seconds + p.nanoseconds / 1e9,
      };
      this.#found.set(key, row);
    }
    if (row === undefined) return;
    this.#rows.add(row);
    this.#reportedRows?.push(row);
  };
}

/** The layers that may have expert information, TCP's as `~layer`: they depend on the packet's shape alone. */
function layersWithExpert(p: Packet): number[] {
  const layers: number[] = [];
  for (let layer = 1; layer < p.count; layer++) {
    const { name, expert } = p.protocols[layer]!;
    if (expert === null || CHATTY.includes(name)) continue;
    const flags = p.flags[layer]!;
    // A packet quoted in an ICMP error was reported itself. Malformed layers never have columns.
    const isSeen = (flags & (SHOWN | NESTED)) !== 0 && ((flags & COLUMN) !== 0 || name === '_ws.malformed');
    if (name === 'tcp') layers.push(~layer);
    else if (isSeen) layers.push(layer);
  }
  return layers;
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
