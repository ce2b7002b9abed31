// What is remembered from packet to packet while one capture is read: conversations, streams, fragments, expectations.
import type { Unpack } from '../codec/unpack.ts';
import type { CaptureInterface } from '../files/capture-info.ts';
import type { Ahead } from '../flows/ahead.ts';
import { FlowTable } from '../flows/flow-table.ts';
import { Fragments } from '../flows/fragments.ts';
import { Gaps } from '../flows/gaps.ts';
import { StreamReassembly } from '../flows/reassembly.ts';
import { TcpAnalysis } from '../flows/tcp-analysis.ts';
import { TcpTiming } from '../flows/tcp-timing.ts';
import { KeyLog } from '../protocols/tls/opening/key-log.ts';
import type { Packet } from './packet.ts';
import { DEFAULT_PREFERENCES, type Preferences } from './preferences.ts';
import type { Protocol } from './protocol.ts';
import { netAddress } from './text.ts';
import { type TimeFormat, timeColumnOf } from './times.ts';

export interface SessionOptions {
  /**
   * Whether replies are matched with their requests (`dns.response_to`, `icmp.resptime`). Default true; false saves the
   * work where nobody will read what comes of it.
   */
  readonly matchReplies?: boolean;
  /**
   * Whether every TCP segment is remembered until it is acknowledged (`tcp.analysis.ack_rtt`, `tcp.completeness` and
   * what else is timed within conversations). Default true.
   */
  readonly timesConversations?: boolean;
  /** Conversations remembered at once; about 350 bytes each, and what protocols remember. Default 100,000. */
  readonly maxFlows?: number;
  readonly preferences?: Preferences;
  /** Takes Brotli and Zstandard off the bodies of HTTP; without it they stay as they are. */
  readonly unpack?: Unpack;
  /** Where the capture is read twice: what the first reading finds for the second one. Default none. */
  readonly ahead?: Ahead;
  /** What the Time column shows; default `r`, seconds since the first packet. */
  readonly timeFormat?: TimeFormat;
}

/** Ports announced by signalling (SDP, FTP PORT, TFTP) kept at once; the oldest go first. */
export const EXPECTED_MAX = 4096;

export class Session {
  readonly flows: FlowTable;
  readonly tcp = new TcpAnalysis();
  /** Null where nobody asks for what they tell. */
  readonly timing: TcpTiming | null;
  readonly gaps: Gaps | null;
  readonly streams = new StreamReassembly();
  readonly fragments = new Fragments();
  readonly matchesReplies: boolean;
  readonly preferences: Preferences;
  /** What later packets tell of earlier ones; null where the capture is read once. */
  readonly ahead: Ahead | null;
  readonly unpack: Unpack | null;
  readonly #expected = new Map<string, Protocol>();
  /** Ports that any expectation ever named: most packets need no look-up by text. */
  readonly #expectedPorts = new Uint8Array(0x10000);
  /** Things a protocol remembers beyond one conversation; see `memoryOf`. */
  readonly #memory = new Map<string, object>();
  /** Of the first frame, for relative times. */
  firstSeconds = -1;
  firstNanoseconds = 0;
  /** Of the frame before this one, and of this one. */
  previousSeconds = 0;
  previousNanoseconds = 0;
  lastSeconds = 0;
  lastNanoseconds = 0;
  /** Of the last frame displayed, -1 before it: set by `display`. */
  #shownSeconds = -1;
  #shownNanoseconds = 0;
  readonly timeText: (p: Packet) => string;
  /** Secrets that open what is encrypted: filled by whoever reads the file. */
  readonly keyLog = new KeyLog();
  /** The interfaces of the capture, by frame.interface_id: set by whoever reads the file, and growing with it. */
  interfaces: readonly CaptureInterface[] = [];

  constructor(options: SessionOptions = {}) {
    this.preferences = options.preferences ?? DEFAULT_PREFERENCES;
    this.matchesReplies = options.matchReplies ?? true;
    this.ahead = options.ahead ?? null;
    this.unpack = options.unpack ?? null;
    this.timeText = timeColumnOf(options.timeFormat ?? 'r');
    const isTimed = options.timesConversations ?? true;
    this.timing = isTimed ? new TcpTiming() : null;
    this.gaps = isTimed ? new Gaps() : null;
    this.flows = new FlowTable({ maxFlows: options.maxFlows ?? 100_000 });
    this.flows.onEvict = (flow) => {
      this.streams.forget(flow * 2);
      this.streams.forget(flow * 2 + 1);
    };
  }

  /** The packet passed the filter: spans since the last displayed one count from it. */
  display(p: Packet): void {
    this.#shownSeconds = p.seconds;
    this.#shownNanoseconds = p.nanoseconds;
  }

  /** Of the frame displayed before this one; of this one where none was. */
  get shownSeconds(): number {
    return this.#shownSeconds < 0 ? this.lastSeconds : this.#shownSeconds;
  }

  get shownNanoseconds(): number {
    return this.#shownSeconds < 0 ? this.lastNanoseconds : this.#shownNanoseconds;
  }

  /** What a protocol remembers about the packet's conversation, made on first use. One object a protocol and flow. */
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

  /** As stateOf, but null when nothing was remembered yet. */
  knownState<T extends object>(p: Packet, key: string): T | null {
    if (p.flow < 0) return null;
    const states = this.flows.memory[p.flow] as Map<string, object> | null;
    return (states?.get(key) as T | undefined) ?? null;
  }

  /** What a protocol remembers across the whole capture; the protocol bounds it. */
  memoryOf<T extends object>(key: string, make: () => T): T {
    let memory = this.#memory.get(key) as T | undefined;
    if (memory === undefined) {
      memory = make();
      this.#memory.set(key, memory);
    }
    return memory;
  }

  /**
   * Traffic to or from this endpoint is that protocol: announced by another one (an SDP body, a PASV reply).
   * `address` as text ('192.0.2.1', '' for any), `transport` the IP protocol number.
   */
  expect(transport: number, address: string, port: number, protocol: Protocol): void {
    this.#expectedPorts[port & 0xffff] = 1;
    if (this.#expected.size >= EXPECTED_MAX) this.#expected.delete(this.#expected.keys().next().value!);
    this.#expected.set(`${transport} ${address} ${port}`, protocol);
  }

  /** What is expected now: transport, address and port in one text. */
  expectations(): string[] {
    return [...this.#expected.keys()];
  }

  /** The protocol announced for one of the packet's endpoints. */
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
