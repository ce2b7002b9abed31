// Collects the conversations of one batch. Updates of the same conversation are merged into one row, as the store
// would merge them: a batch of fast traffic spans many seconds, and each pause of a conversation produces an update.
import type { Amount, Flow, FlowTcp, Transport } from '@eyrie/dissect';
import type { FlowRow } from '@eyrie/store';
import { NAME_TEXT_MAX } from '../bus/schemas.ts';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type Row = Mutable<FlowRow> & { toServer: Mutable<Amount>; toClient: Mutable<Amount> };

/** Stream numbers are counted per transport. */
const TRANSPORTS: Readonly<Record<Transport, number>> = { tcp: 0, udp: 1, dccp: 2, sctp: 3, udplite: 4 };

export class FlowRows {
  readonly #streamBase: number;
  readonly #rows = new Map<number, Row>();

  /** @param streamBase added to stream numbers, see ParserOptions */
  constructor(streamBase: number) {
    this.#streamBase = streamBase;
  }

  add(flow: Flow): void {
    const key = flow.stream * 8 + TRANSPORTS[flow.transport];
    const known = this.#rows.get(key);
    if (known === undefined) this.#rows.set(key, this.#begun(flow));
    else join(known, flow);
  }

  clear(): void {
    this.#rows.clear();
  }

  /** Rows since the last call, in order of first appearance. */
  take(): FlowRow[] {
    const rows = [...this.#rows.values()];
    this.#rows.clear();
    return rows;
  }

  #begun(flow: Flow): Row {
    const serverName = shortName(flow.serverName);
    return { ...flow, stream: flow.stream + this.#streamBase, serverName };
  }
}

/** Merges a later update of the same conversation, as `FLOWS` of the store does. */
function join(row: Row, flow: Flow): void {
  row.start = Math.min(row.start, flow.start);
  row.end = Math.max(row.end, flow.end);
  add(row.toServer, flow.toServer);
  add(row.toClient, flow.toClient);
  row.applications = flow.applications;
  row.serverName = shortName(flow.serverName) ?? row.serverName;
  row.fingerprints = flow.fingerprints;
  row.tcp = row.tcp === null || flow.tcp === null ? (flow.tcp ?? row.tcp) : joinedTcp(row.tcp, flow.tcp);
  row.why = flow.why;
}

function joinedTcp(known: FlowTcp, tcp: FlowTcp): FlowTcp {
  return {
    state: tcp.state,
    handshakeMs: tcp.handshakeMs ?? known.handshakeMs,
    retransmissions: Math.max(known.retransmissions, tcp.retransmissions),
    outOfOrder: Math.max(known.outOfOrder, tcp.outOfOrder),
    zeroWindows: Math.max(known.zeroWindows, tcp.zeroWindows),
  };
}

function add(sum: Mutable<Amount>, more: Amount): void {
  sum.packets += more.packets;
  sum.bytes += more.bytes;
}

function shortName(name: string | null): string | null {
  return name !== null && name.length > NAME_TEXT_MAX ? null : name;
}
