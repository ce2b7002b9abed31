// Flow records, as a NetFlow exporter or Zeek's conn.log has them: endpoints, volume, TCP state, application, server
// name. Built on demand from the session's own tables; names and fingerprints are read from handshakes only.
import { NESTED, type Packet, SHOWN } from '../core/packet.ts';
import { type Protocol, protocolsMade } from '../core/protocol.ts';
import type { Session } from '../core/session.ts';
import { tcpPorts, udpPorts } from '../core/table.ts';
import { ipv4Address, ipv6Address } from '../core/text.ts';
import { Tap } from '../stats/tap.ts';
import {
  CARRIER,
  IDENTIFYING,
  kindOf,
  NAMELESS,
  NO_APPLICATIONS,
  SEGMENTS,
  withApplication,
} from './applications.ts';
import { communityId } from './community-id.ts';
import type { FlowTable } from './flow-table.ts';
import { FINGERPRINTS, mayIdentify, SERVER_NAMES } from './identity.ts';
import { ACK, FIN, RST, SYN } from './tcp-analysis.ts';

export type Transport = 'tcp' | 'udp' | 'dccp' | 'sctp' | 'udplite';

/** State of a TCP conversation. */
export type TcpState =
  /** `midstream`: begun before the capture. */
  'midstream' | 'unanswered' | 'refused' | 'half-open' | 'established' | 'closing' | 'closed' | 'reset';

export interface Amount {
  readonly packets: number;
  /** Bytes of whole frames. */
  readonly bytes: number;
}

export interface FlowEnd {
  readonly address: string;
  readonly port: number;
}

export interface Flow {
  /** `tcp.stream`, `udp.stream`. */
  readonly stream: number;
  readonly transport: Transport;
  readonly client: FlowEnd;
  readonly server: FlowEnd;
  /** Seconds since 1970. */
  readonly start: number;
  readonly end: number;
  readonly toServer: Amount;
  readonly toClient: Amount;
  /** Protocols of the payload, in order of appearance. */
  readonly applications: readonly string[];
  /** The name by which the client addressed the server (TLS server name, HTTP host); null if it named none. */
  readonly serverName: string | null;
  /** By field name: `tls.handshake.ja3`, `ssh.kex.hassh` … */
  readonly fingerprints: Readonly<Record<string, string>>;
  /** '' where it is not asked for. */
  readonly communityId: string;
  readonly tcp: FlowTcp | null;
  readonly why: FlowEnding;
}

export interface FlowTcp {
  readonly state: TcpState;
  /** From SYN to the ACK that ends the handshake; null if part of it was not captured. */
  readonly handshakeMs: number | null;
  /** What relative sequence numbers count from: initial ones, or those before the first captured byte; null: nothing tells. */
  readonly clientSequence: number | null;
  readonly serverSequence: number | null;
  // Both directions together.
  readonly retransmissions: number;
  readonly outOfOrder: number;
  readonly zeroWindows: number;
}

/**
 * Why a record was made: idle or active timeout, its table entry was needed for another conversation (or its ports were
 * reused), or the capture ended.
 */
export type FlowEnding = 'idle' | 'active' | 'replaced' | 'end';

export interface FlowOptions {
  /** Idle timeout: a conversation is reported after this many seconds without a packet. Default: only at the end. */
  readonly idleSeconds?: number;
  /** Idle timeout of TCP conversations that were closed or reset. Default: `idleSeconds`. */
  readonly endedSeconds?: number;
  /** Active timeout: a continuing conversation is reported, and its counters start anew, this often. Default: never. */
  readonly activeSeconds?: number;
  /** Whether records have a Community ID: a hash of each conversation. Default false. */
  readonly communityIds?: boolean;
}

const TRANSPORTS: Readonly<Record<number, Transport>> = {
  6: 'tcp',
  17: 'udp',
  33: 'dccp',
  132: 'sctp',
  136: 'udplite',
};
const TCP = 6;

/** Table entries checked for timeouts per packet. */
const STEPS_MAX = 64;
/** Messages of a conversation examined for names and fingerprints. */
const LOOKS_MAX = 12;

/** What is recorded of a conversation besides the counters of the flow table. */
interface Notes {
  readonly transport: number;
  /** '': not yet made. */
  communityId: string;
  /** Direction of the first packet. */
  readonly direction: number;
  isSourceClient: boolean;
  /** Replaced, never changed: records share them. */
  applications: readonly string[];
  lastApplication: number;
  serverName: string | null;
  fingerprints: Readonly<Record<string, string>>;
  looks: number;
  /** Already reported: packets in either direction, then bytes in either direction; and when the rest began. */
  reported: readonly [number, number, number, number];
  since: number;
}

/** Of most conversations. */
const NO_FINGERPRINTS: Readonly<Record<string, string>> = {};
const NOTHING = [0, 0, 0, 0] as const;

/** Values of `#due`. */
const LOOK = -Infinity;
const REPORTED = Infinity;
const NEVER = Number.MAX_VALUE;

export class FlowRecords {
  readonly #session: Session;
  readonly #onFlow: (flow: Flow) => void;
  readonly #idleSeconds: number;
  readonly #endedSeconds: number;
  readonly #activeSeconds: number;
  readonly #hasCommunityIds: boolean;
  /** Time in which the sweep goes round the table once, by the packets' clock and if there are enough packets. */
  readonly #roundSeconds: number;
  readonly #notes: (Notes | null)[] = [];
  /**
   * By entry: when it is to be reported unless packets follow, in seconds since 1970; LOOK after a packet, REPORTED while all its
   * packets are reported. So the walk need not touch most of the entries that it meets.
   */
  #due = new Float64Array(1024).fill(REPORTED);
  /** By protocol id: what it is above a transport. */
  readonly #kinds = new Uint8Array(protocolsMade());
  /** By IP protocol number: the protocol id of the transport, once it was seen. */
  readonly #transportIds = new Map<number, number>();
  readonly #tap = new Tap(['tls', 'dtls', 'http', 'http2', 'ssh'], [...SERVER_NAMES, ...FINGERPRINTS]);
  #hand = 0;
  #lastSeconds = Number.NaN;

  /** `onFlow` gets each conversation when it ends, or at a timeout what happened since it was last reported. */
  constructor(session: Session, onFlow: (flow: Flow) => void, options: FlowOptions = {}) {
    this.#session = session;
    this.#onFlow = onFlow;
    this.#idleSeconds = options.idleSeconds ?? Infinity;
    this.#endedSeconds = Math.min(this.#idleSeconds, options.endedSeconds ?? Infinity);
    this.#activeSeconds = options.activeSeconds ?? Infinity;
    this.#hasCommunityIds = options.communityIds ?? false;
    this.#roundSeconds = Math.min(this.#endedSeconds, this.#activeSeconds);
    const before = session.flows.onEvict;
    session.flows.onEvict = (flow) => {
      this.#report(flow, 'replaced');
      this.#notes[flow] = null;
      before?.(flow);
    };
  }

  /** To be called after each packet. */
  add(p: Packet): void {
    if (p.flow < 0 || TRANSPORTS[p.transport] === undefined) return;
    let notes = this.#notes[p.flow];
    if (notes === undefined || notes === null) {
      notes = begin(p);
      this.#notes[p.flow] = notes;
      if (p.flow >= this.#due.length) this.#grow(p.flow);
    }
    if (this.#due[p.flow] === REPORTED) notes.since = p.seconds + p.nanoseconds / 1e9;
    this.#due[p.flow] = LOOK;
    this.#learn(p, notes);
    if (this.#roundSeconds !== Infinity) this.#sweepSome(p.seconds);
  }

  /** Checks all conversations for timeouts; for use while no packets arrive. `now` is in seconds since 1970. */
  sweep(now: number): void {
    for (let flow = 0; flow < this.#notes.length; flow++) this.#judge(flow, now);
  }

  /** Reports all conversations that are left. */
  end(): void {
    for (let flow = 0; flow < this.#notes.length; flow++) {
      this.#report(flow, 'end');
      this.#notes[flow] = null;
    }
  }

  /** Records of all current conversations, without ending them. */
  list(): Flow[] {
    const all: Flow[] = [];
    this.#notes.forEach((notes, flow) => {
      if (notes) all.push(this.#make(flow, notes, 'end'));
    });
    return all;
  }

  /**
   * Checks a few entries for timeouts, more if time has passed: an incremental sweep that never pauses for the whole
   * table. It depends on the packets' times alone, so that a capture always gives the same records.
   */
  #sweepSome(now: number): void {
    const { length } = this.#notes;
    const passed = now - this.#lastSeconds;
    this.#lastSeconds = now;
    // Times are in whole seconds here, so that `passed` is nearly always 0.
    const due = passed > 0 ? Math.min(STEPS_MAX, length, 1 + (length * passed) / this.#roundSeconds) : 1;
    let hand = this.#hand;
    for (let step = 0; step < due; step++) {
      hand = hand + 1 < length ? hand + 1 : 0;
      if (this.#due[hand]! <= now) this.#judge(hand, now);
    }
    this.#hand = hand;
  }

  #judge(flow: number, now: number): void {
    const notes = this.#notes[flow];
    if (!notes) return;
    const last = this.#session.flows.lastSeconds(flow);
    const idleAt = last + (this.#isEnded(flow, notes) ? this.#endedSeconds : this.#idleSeconds);
    const activeAt = notes.since + this.#activeSeconds;
    if (now >= idleAt) this.#report(flow, 'idle');
    else if (now >= activeAt) this.#report(flow, 'active');
    else if (this.#due[flow] !== REPORTED) this.#due[flow] = Math.min(idleAt, activeAt, NEVER);
  }

  #report(flow: number, why: FlowEnding): void {
    const notes = this.#notes[flow];
    if (!notes || this.#due[flow] === REPORTED) return;
    this.#due[flow] = REPORTED;
    const made = this.#make(flow, notes, why);
    const { flows } = this.#session;
    if (why === 'idle' || why === 'active')
      notes.reported = [
        flows.packets(flow, 0),
        flows.packets(flow, 1),
        flows.bytes(flow, 0),
        flows.bytes(flow, 1),
      ];
    this.#onFlow(made);
  }

  #grow(flow: number): void {
    const larger = new Float64Array(Math.max(flow + 1, this.#due.length * 2)).fill(REPORTED);
    larger.set(this.#due);
    this.#due = larger;
  }

  #make(flow: number, notes: Notes, why: FlowEnding): Flow {
    const { flows } = this.#session;
    const forward = this.#isSourceClient(flow, notes) ? notes.direction : notes.direction ^ 1;
    if (this.#hasCommunityIds && notes.communityId === '')
      notes.communityId = communityIdOf(flows, flow, notes.transport);
    const amount = (direction: number): Amount => ({
      packets: flows.packets(flow, direction) - notes.reported[direction]!,
      bytes: flows.bytes(flow, direction) - notes.reported[2 + direction]!,
    });
    const hasReported = notes.reported[0] + notes.reported[1] > 0;
    return {
      stream: flows.stream(flow),
      transport: TRANSPORTS[notes.transport]!,
      client: endOf(flows, flow, forward),
      server: endOf(flows, flow, forward ^ 1),
      start: hasReported ? notes.since : flows.firstSeconds(flow) + flows.firstNanoseconds(flow) / 1e9,
      end: flows.lastSeconds(flow) + flows.lastNanoseconds(flow) / 1e9,
      toServer: amount(forward),
      toClient: amount(forward ^ 1),
      applications: notes.applications,
      serverName: notes.serverName,
      fingerprints: notes.fingerprints,
      communityId: notes.communityId,
      tcp: notes.transport === TCP ? this.#tcp(flow, forward) : null,
      why,
    };
  }

  /** Once a SYN was seen, it decides who is the server, whatever was guessed from the first packet. */
  #isSourceClient(flow: number, notes: Notes): boolean {
    if (notes.transport !== TCP) return notes.isSourceClient;
    const { flows } = this.#session;
    const destination = flows.port(flow, notes.direction ^ 1);
    if (flows.port(flow, notes.direction) === destination) return notes.isSourceClient;
    const server = this.#session.tcp.serverPort(flow);
    return server === 0 ? notes.isSourceClient : destination === server;
  }

  #isEnded(flow: number, { transport }: Notes): boolean {
    if (transport !== TCP) return false;
    const { tcp } = this.#session;
    const one = tcp.flagsSeen(flow, 0);
    const other = tcp.flagsSeen(flow, 1);
    return ((one | other) & RST) !== 0 || (one & other & FIN) !== 0;
  }

  #tcp(flow: number, forward: number): FlowTcp {
    const { tcp } = this.#session;
    const both = (count: (flow: number, direction: number) => number): number =>
      count(flow, 0) + count(flow, 1);
    const handshake = tcp.handshakeSeconds(flow);
    return {
      state: tcpState(tcp.flagsSeen(flow, forward), tcp.flagsSeen(flow, forward ^ 1)),
      handshakeMs: handshake > 0 ? handshake * 1000 : null,
      clientSequence: tcp.baseSequence(flow, forward),
      serverSequence: tcp.baseSequence(flow, forward ^ 1),
      retransmissions: both((f, d) => tcp.retransmissions(f, d)),
      outOfOrder: both((f, d) => tcp.outOfOrder(f, d)),
      zeroWindows: both((f, d) => tcp.zeroWindows(f, d)),
    };
  }

  #learn(p: Packet, notes: Notes): void {
    const kinds = this.#kinds;
    let isFirst = true;
    for (let layer = this.#transportLayer(p) + 1; layer < p.count; layer++) {
      if ((p.flags[layer]! & (SHOWN | NESTED)) === 0) continue;
      const id = p.proto[layer]!;
      const kind = kinds[id] || this.#kindOf(p.protocols[layer]!);
      if (kind === SEGMENTS || (kind === CARRIER && layer + 1 < p.count)) continue;
      if (isFirst && id !== notes.lastApplication && kind !== NAMELESS)
        learnApplication(notes, id, p.protocols[layer]!.name, kind === CARRIER);
      isFirst = false;
      if (kind === IDENTIFYING && notes.looks < LOOKS_MAX && mayIdentify(p, layer, notes))
        this.#look(p, layer, notes);
    }
  }

  #kindOf({ id, name }: Protocol): number {
    const kind = kindOf(name);
    this.#kinds[id] = kind;
    return kind;
  }

  #transportLayer(p: Packet): number {
    if (p.transport === TCP) return p.tcpLayer;
    const id = this.#transportIds.get(p.transport) ?? this.#findTransport(p);
    let layer = p.count - 1;
    while (layer > 0 && p.proto[layer] !== id) layer--;
    return layer;
  }

  #findTransport(p: Packet): number {
    const name = TRANSPORTS[p.transport]!;
    for (let layer = p.count - 1; layer > 0; layer--) {
      if (p.protocols[layer]!.name !== name) continue;
      this.#transportIds.set(p.transport, p.proto[layer]!);
      return p.proto[layer]!;
    }
    return -1;
  }

  #look(p: Packet, layer: number, notes: Notes): void {
    notes.looks++;
    this.#tap.take(p, layer);
    for (const field of SERVER_NAMES)
      if (notes.serverName === null && this.#tap.has(field)) notes.serverName = this.#tap.text(field);
    for (const field of FINGERPRINTS)
      if (notes.fingerprints[field] === undefined && this.#tap.has(field))
        notes.fingerprints = { ...notes.fingerprints, [field]: this.#tap.text(field) };
  }
}

function begin(p: Packet): Notes {
  return {
    transport: p.transport,
    communityId: '',
    direction: p.direction,
    isSourceClient: isFromClient(p),
    applications: NO_APPLICATIONS,
    lastApplication: -1,
    serverName: null,
    fingerprints: NO_FINGERPRINTS,
    looks: 0,
    reported: NOTHING,
    since: p.seconds,
  };
}

const lower = new Uint8Array(16);
const higher = new Uint8Array(16);
const [lower4, higher4] = [lower.subarray(0, 4), higher.subarray(0, 4)];

/** Texts are made when a conversation is reported: until then they would take more memory than all that is counted of it. */
function endOf(flows: FlowTable, flow: number, side: number): FlowEnd {
  const isIpv4 = flows.address(flow, side, lower) === 4;
  return { address: isIpv4 ? ipv4Address(lower, 0) : ipv6Address(lower, 0), port: flows.port(flow, side) };
}

function communityIdOf(flows: FlowTable, flow: number, transport: number): string {
  const isIpv4 = flows.address(flow, 0, lower) === 4;
  flows.address(flow, 1, higher);
  const [from, to] = [flows.port(flow, 0), flows.port(flow, 1)];
  return isIpv4
    ? communityId(transport, lower4, higher4, from, to)
    : communityId(transport, lower, higher, from, to);
}

/** A guess: the side with a well-known port is the server, of two the lower port; else the first sender is the client. */
function isFromClient({ transport, srcPort, dstPort }: Packet): boolean {
  const table = transport === TCP ? tcpPorts : udpPorts;
  const isSourceKnown = table.get(srcPort) !== undefined;
  if (isSourceKnown !== (table.get(dstPort) !== undefined)) return !isSourceKnown;
  return !isSourceKnown || dstPort <= srcPort;
}

function learnApplication(notes: Notes, id: number, name: string, isCarrier: boolean): void {
  if (isCarrier && notes.applications.length > 0) return;
  notes.lastApplication = id;
  notes.applications = withApplication(notes.applications, name);
}

/** `client`, `server`: all flags seen from that side. */
function tcpState(client: number, server: number): TcpState {
  const isAnswered = (server & (SYN | ACK)) === (SYN | ACK);
  if ((client | server) & RST) return client & SYN && !isAnswered && server & RST ? 'refused' : 'reset';
  if (client & server & FIN) return 'closed';
  if ((client | server) & FIN) return 'closing';
  if ((client & SYN) === 0) return 'midstream';
  if (!isAnswered) return 'unanswered';
  return client & ACK ? 'established' : 'half-open';
}
