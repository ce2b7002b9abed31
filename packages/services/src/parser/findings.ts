// Collects expert information of packets: equal findings are counted until a batch takes them.
import {
  COLUMN,
  expertProtocol,
  type Group,
  groups,
  NESTED,
  type Packet,
  type Protocol,
  protocolsMade,
  type Severity,
  SHOWN,
} from '@eyrie/dissect';
import type { FindingRow } from '@eyrie/store';

/** Distinct findings between two batches; further ones are dropped. */
const FINDINGS_MAX = 2000;
/** Characters of a message, as in Wireshark. */
const MESSAGE_MAX = 239;
const RST = 0x04;
/** Depends on the TCP options and not on the analysis flags, so that cached rows would miscount (see `#tcpRows`). */
const DSACK = 'D-SACK Sequence';
/** Parts of a message that differ between equal findings: ordinals and frame numbers. */
const PARTICULARS = / \(#\d+\)|\.? Original \w+ in frame \d+/g;

/** Protocols whose expert information only reports normal operation. */
const CHATTY = ['http', 'ssdp', 'wg'];

/** How to handle a layer; 0: its protocol was not seen yet. */
const SILENT = 1;
const SEGMENT = 2;
const ASKED = 3;

type Row = FindingRow & { count: number };

export class Findings {
  #found = new Map<string, Row>();
  /**
   * The expert information of a segment depends only on its analysis flags, so its rows are built once for each set of
   * flags. Building the messages would be the largest cost here.
   */
  #tcpRows = new Map<number, Row[]>();
  #saidRows: Row[] | null = null;
  #packet: Packet | null = null;
  #layer = 0;
  /** By protocol id: UNSEEN, SILENT, SEGMENT or ASKED. */
  readonly #kinds = new Uint8Array(protocolsMade());

  add(p: Packet): void {
    const kinds = this.#kinds;
    for (let layer = 1; layer < p.count; layer++) {
      const kind = kinds[p.proto[layer]!] || this.#learn(p.protocols[layer]!);
      if (kind === SILENT) continue;
      if (kind === SEGMENT) {
        this.#addSegment(p, layer);
        continue;
      }
      const flags = p.flags[layer]!;
      if ((flags & (SHOWN | NESTED)) === 0) continue;
      // A packet quoted in an ICMP error was reported itself. Malformed layers never have columns.
      if ((flags & COLUMN) === 0 && p.protocols[layer]!.name !== '_ws.malformed') continue;
      this.#packet = p;
      this.#layer = layer;
      p.protocols[layer]!.expert!(p, layer, this.#say);
    }
  }

  #learn({ id, name, expert }: Protocol): number {
    const kind = expert === null || CHATTY.includes(name) ? SILENT : name === 'tcp' ? SEGMENT : ASKED;
    this.#kinds[id] = kind;
    return kind;
  }

  /** Findings since the last call. */
  take(): FindingRow[] {
    if (this.#found.size === 0) return [];
    const rows = [...this.#found.values()];
    this.#found = new Map();
    this.#tcpRows = new Map();
    return rows;
  }

  #addSegment(p: Packet, layer: number): void {
    if (layer !== p.tcpLayer || (p.flags[layer]! & COLUMN) === 0) return;
    const at = p.start[layer]! + 13;
    const isReset = at < p.stop[layer]! && (p.bufferOf(layer)[at]! & RST) !== 0;
    if (p.analysis === 0 && !isReset) return;
    const marks = p.analysis * 2 + (isReset ? 1 : 0);
    const known = this.#tcpRows.get(marks);
    if (known !== undefined) {
      for (const row of known) row.count++;
      return;
    }
    const rows: Row[] = [];
    this.#saidRows = rows;
    this.#packet = p;
    this.#layer = layer;
    p.protocols[layer]!.expert!(p, layer, this.#say);
    this.#saidRows = null;
    this.#tcpRows.set(marks, rows);
  }

  readonly #say = (severity: Severity, group: Group, text: string): void => {
    if (severity === 'chat' || severity === 'comment' || text === DSACK) return;
    const p = this.#packet!;
    const message = text.replace(PARTICULARS, '').slice(0, MESSAGE_MAX);
    const protocol = expertProtocol(p, this.#layer);
    const key = `${severity} ${group} ${protocol} ${message}`;
    let row = this.#found.get(key);
    if (row !== undefined) row.count++;
    else if (this.#found.size < FINDINGS_MAX) {
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
    if (row !== undefined) this.#saidRows?.push(row);
  };
}
