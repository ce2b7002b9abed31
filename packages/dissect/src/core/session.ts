// State kept across the packets of one capture: conversations, streams, fragments, expected connections.
import type { Unpack } from '../codec/unpack.ts';
import type { CaptureInterface } from '../files/capture-info.ts';
import type { Ahead } from '../flows/ahead.ts';
import { DeltaTimes } from '../flows/delta-times.ts';
import { FlowTable } from '../flows/flow-table.ts';
import { Fragments } from '../flows/fragments.ts';
import { StreamReassembly } from '../flows/reassembly.ts';
import { TcpAnalysis } from '../flows/tcp-analysis.ts';
import { TcpTiming } from '../flows/tcp-timing.ts';
import { KeyLog } from '../protocols/tls/decryption/key-log.ts';
import type { AddressNames } from './host.ts';
import type { Packet } from './packet.ts';
import { DEFAULT_PREFERENCES, type Preferences } from './preferences.ts';
import type { Protocol } from './protocol.ts';
import { netAddress } from './text.ts';
import { type TimeFormat, timeColumnOf } from './times.ts';

export interface SessionOptions {
  /**
   * Whether replies are matched with their requests (`dns.response_to`, `icmp.resptime`). Default true; false saves
   * time where no such field is read.
   */
  readonly matchReplies?: boolean;
  /**
   * Whether TCP segments are remembered until acknowledged, for `tcp.analysis.ack_rtt`, `tcp.completeness` and other
   * timing within conversations. Default true.
   */
  readonly timesConversations?: boolean;
  /** Conversations remembered at once, at about 350 bytes each plus what protocols remember. Default 100,000. */
  readonly maxFlows?: number;
  readonly preferences?: Preferences;
  /** Decompresses Brotli and Zstandard bodies of HTTP; without it they stay compressed. */
  readonly unpack?: Unpack;
  /** For two-pass analysis (`-2`): what the first pass found out for the second. Default none. */
  readonly ahead?: Ahead;
  /** What the Time column shows; default `r`, seconds since the first packet. */
  readonly timeFormat?: TimeFormat;
  /** Whether times since another packet are shown in hours, minutes and seconds; default false. */
  readonly isHms?: boolean;
}

/** Endpoints announced by signalling (SDP, FTP PORT, TFTP) kept at once; the oldest is dropped first. */
export const EXPECTED_MAX = 4096;

export class Session {
  readonly flows: FlowTable;
  readonly tcp = new TcpAnalysis();
  /** Null unless conversations are timed. */
  readonly timing: TcpTiming | null;
  readonly deltaTimes: DeltaTimes | null;
  readonly streams = new StreamReassembly('Reassembled TCP');
  readonly fragments = new Fragments();
  readonly matchesReplies: boolean;
  readonly preferences: Preferences;
  /** Null in single-pass analysis. */
  readonly ahead: Ahead | null;
  readonly unpack: Unpack | null;
  readonly #expected = new Map<string, Protocol>();
  /** 1 for each port ever announced, so that most packets need no look-up by string. */
  readonly #expectedPorts = new Uint8Array(0x10000);
  /** Per protocol state beyond one conversation; see `memoryOf`. */
  readonly #memory = new Map<string, object>();
  /** Time of the first frame. */
  firstSeconds = -1;
  firstNanoseconds = 0;
  /** Times of the previous frame and of the current one. */
  previousSeconds = 0;
  previousNanoseconds = 0;
  lastSeconds = 0;
  lastNanoseconds = 0;
  /** Time of the last frame displayed; -1: none yet. */
  #shownSeconds = -1;
  #shownNanoseconds = 0;
  readonly timeText: (p: Packet) => string;
  /** TLS secrets for decryption; filled by the owner of the session. */
  readonly keyLog = new KeyLog();
  /** The capture's interfaces by frame.interface_id; set by the owner of the session, growing as the file is read. */
  interfaces: readonly CaptureInterface[] = [];
  /** Names shown for network addresses, by address as text; null: none are shown. Set by the owner of the session. */
  addressNames: AddressNames | null = null;
  /** Names the vendor of an OUI, the first three bytes of an Ethernet address; null: none is known. Set by the owner of the session. */
  vendorOf: ((oui: number) => string | undefined) | null = null;

  constructor(options: SessionOptions = {}) {
    this.preferences = options.preferences ?? DEFAULT_PREFERENCES;
    this.matchesReplies = options.matchReplies ?? true;
    this.ahead = options.ahead ?? null;
    this.unpack = options.unpack ?? null;
    this.timeText = timeColumnOf(options.timeFormat ?? 'r', options.isHms ?? false);
    const isTimed = options.timesConversations ?? true;
    this.timing = isTimed ? new TcpTiming() : null;
    this.deltaTimes = isTimed ? new DeltaTimes() : null;
    this.flows = new FlowTable({ maxFlows: options.maxFlows ?? 100_000 });
    this.flows.onEvict = this.#onEvict;
  }

  /**
   * A field: V8 lets go of a session whose constructor made this function only in a collection of the whole heap, for which
   * services that make a session for each request then wait.
   */
  readonly #onEvict = (flow: number): void => {
    this.streams.forget(flow * 2);
    this.streams.forget(flow * 2 + 1);
  };

  /** Notes that the packet was displayed; `frame.time_delta_displayed` of the next one counts from it. */
  display(p: Packet): void {
    this.#shownSeconds = p.seconds;
    this.#shownNanoseconds = p.nanoseconds;
  }

  /** Time of the frame displayed last; that of the current frame if none was. */
  get shownSeconds(): number {
    return this.#shownSeconds < 0 ? this.lastSeconds : this.#shownSeconds;
  }

  get shownNanoseconds(): number {
    return this.#shownSeconds < 0 ? this.lastNanoseconds : this.#shownNanoseconds;
  }

  /** A protocol's state for the packet's conversation, made on first use: one object per key and flow. */
  stateOf<T extends object>(p: Packet, key: string, make: () => T): T {
    if (p.flow < 0) return make();
    const memory = this.flows.memory;
    let states = memory[p.flow] as Map<string, object> | null;
    if (states === null || states === undefined) {
      states = new Map();
      memory[p.flow] = states;
    }
    let state = states.get(key) as T | undefined;
    if (state === undefined) {
      state = make();
      states.set(key, state);
    }
    return state;
  }

  /** As `stateOf`, but null if there is none yet. */
  knownState<T extends object>(p: Packet, key: string): T | null {
    if (p.flow < 0) return null;
    const states = this.flows.memory[p.flow] as Map<string, object> | null;
    return (states?.get(key) as T | undefined) ?? null;
  }

  /** A protocol's state for the whole capture, made on first use; the protocol must bound it. */
  memoryOf<T extends object>(key: string, make: () => T): T {
    let memory = this.#memory.get(key) as T | undefined;
    if (memory === undefined) {
      memory = make();
      this.#memory.set(key, memory);
    }
    return memory;
  }

  /**
   * Announces that traffic of this endpoint will be `protocol` (learned from an SDP body, a PASV reply …).
   * `address` is text ('192.0.2.1', '' for any), `transport` the IP protocol number.
   */
  expect(transport: number, address: string, port: number, protocol: Protocol): void {
    this.#expectedPorts[port & 0xffff] = 1;
    if (this.#expected.size >= EXPECTED_MAX) this.#expected.delete(this.#expected.keys().next().value!);
    this.#expected.set(`${transport} ${address} ${port}`, protocol);
  }

  /** The keys of all expectations: `transport address port`. */
  expectations(): string[] {
    return [...this.#expected.keys()];
  }

  /** The protocol announced for either endpoint of the packet. */
  announced(p: Packet): Protocol | undefined {
    const ports = this.#expectedPorts;
    if (this.#expected.size === 0 || (ports[p.dstPort] === 0 && ports[p.srcPort] === 0)) return undefined;
    return (
      this.#expectedAt(p.transport, netAddress(p, p.netDst), p.dstPort) ??
      this.#expectedAt(p.transport, netAddress(p, p.netSrc), p.srcPort)
    );
  }

  #expectedAt(transport: number, address: string, port: number): Protocol | undefined {
    return (
      this.#expected.get(`${transport} ${address} ${port}`) ?? this.#expected.get(`${transport}  ${port}`)
    );
  }
}
