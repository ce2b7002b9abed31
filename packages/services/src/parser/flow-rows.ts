// Conversations of one batch, each once: one that was told several times becomes one row, as the store would make of them. Where
// packets come fast a batch spans many seconds, and a conversation that pauses is told after each pause.
import type { Flow } from '@eyrie/dissect';
import type { FlowRow } from '@eyrie/store';
import { NAME_TEXT_MAX } from '../bus/schemas.ts';

export class FlowRows {
  readonly #streamBase: number;
  #rows = new Map<string, FlowRow>();

  /** @param streamBase added to stream numbers, see ParserOptions */
  constructor(streamBase: number) {
    this.#streamBase = streamBase;
  }

  add(flow: Flow): void {
    const key = `${flow.transport} ${flow.stream}`;
    const known = this.#rows.get(key);
    this.#rows.set(key, known === undefined ? this.#begun(flow) : joined(known, flow));
  }

  clear(): void {
    this.#rows.clear();
  }

  /** All since the last call, in the order in which they were first told. */
  take(): FlowRow[] {
    if (this.#rows.size === 0) return [];
    const rows = [...this.#rows.values()];
    this.#rows = new Map();
    return rows;
  }

  /** As a plain object, which can go to another thread; the getter would be lost. */
  #begun({ stream, serverName, communityId, ...rest }: Flow): FlowRow {
    return { ...rest, stream: stream + this.#streamBase, communityId, serverName: shortName(serverName) };
  }
}

/** What was told of the same conversation later, added: as `FLOWS` of the store joins its rows. */
function joined(known: FlowRow, flow: Flow): FlowRow {
  return {
    ...known,
    start: Math.min(known.start, flow.start),
    end: Math.max(known.end, flow.end),
    toServer: sum(known.toServer, flow.toServer),
    toClient: sum(known.toClient, flow.toClient),
    applications: flow.applications,
    serverName: shortName(flow.serverName) ?? known.serverName,
    fingerprints: flow.fingerprints,
    tcp: flow.tcp === null ? known.tcp : joinedTcp(known.tcp, flow.tcp),
    why: flow.why,
  };
}

function joinedTcp(known: Flow['tcp'], tcp: NonNullable<Flow['tcp']>): Flow['tcp'] {
  if (known === null) return tcp;
  return {
    state: tcp.state,
    handshakeMs: tcp.handshakeMs ?? known.handshakeMs,
    retransmissions: Math.max(known.retransmissions, tcp.retransmissions),
    outOfOrder: Math.max(known.outOfOrder, tcp.outOfOrder),
    zeroWindows: Math.max(known.zeroWindows, tcp.zeroWindows),
  };
}

function sum(one: Flow['toServer'], other: Flow['toServer']): Flow['toServer'] {
  return { packets: one.packets + other.packets, bytes: one.bytes + other.bytes };
}

function shortName(name: string | null): string | null {
  return name !== null && name.length > NAME_TEXT_MAX ? null : name;
}
