// Turns dissected packets into findings: readers extract events from each packet, and the rules consume them. Files
// and live traffic share this code, and so give the same findings.
import {
  Baseline,
  type DetectEvent,
  type Finding,
  type FindingsOptions,
  HOST_FEATURES,
  type HostRow,
  HostWindows,
  RuleEngine,
} from '@eyrie/detect';
import {
  COLUMN,
  FlowRecords,
  NESTED,
  type Packet,
  protocolsNamed,
  type Session,
  SHOWN,
} from '@eyrie/dissect';
import type { LayerReader, See } from './reader.ts';
import { readers } from './readers/index.ts';
import { Stations } from './stations.ts';
import { TcpSteps } from './tcp-steps.ts';
import { UdpSteps } from './udp-steps.ts';

export interface PacketWatchOptions extends FindingsOptions {
  /** Idle seconds after which a conversation counts as ended; needed for live traffic. */
  readonly idleSeconds?: number;
}

/** One-minute windows kept open for late flows, besides those that the flow time-outs require. */
const LATE_WINDOWS = 3;

const TCP = 6;
const UDP = 17;
/** UDP port of LLMNR. Its queries are for local names, and do not show where a host goes. */
const LLMNR = 5355;

export class PacketWatch {
  readonly engine: RuleEngine;
  /** Usual behaviour of the hosts, learned from the flows. */
  readonly baseline = new Baseline(HOST_FEATURES);
  readonly #stations: Stations;
  readonly #tcp: TcpSteps;
  readonly #udp: UdpSteps;
  readonly #flows: FlowRecords;
  readonly #windows: HostWindows;
  /** Readers by protocol id. */
  readonly #readers: (LayerReader | undefined)[] = [];
  #second = Number.NaN;

  /** Must be created before the session's first packet: it listens to ended conversations. */
  constructor(session: Session, { idleSeconds, ...options }: PacketWatchOptions = {}) {
    this.engine = new RuleEngine(options);
    const see: See = (event) => this.#see(event);
    this.#stations = new Stations(see);
    this.#tcp = new TcpSteps(see);
    this.#udp = new UdpSteps(see);
    this.#flows = new FlowRecords(
      session,
      (flow) => see({ kind: 'flow', flow }),
      idleSeconds === undefined ? {} : { idleSeconds },
    );
    this.#windows = new HostWindows(
      (row) => this.#evaluate(row),
      idleSeconds === undefined ? {} : { openWindows: LATE_WINDOWS + Math.ceil(idleSeconds / 60) },
    );
    for (const { protocols, make } of readers) {
      const reader = make(see);
      for (const id of protocols.flatMap(idsOf)) {
        const others = this.#readers[id];
        this.#readers[id] = others === undefined ? reader : inTurn(others, reader);
      }
    }
  }

  /** Call for each dissected packet; the packet may be reused afterwards. */
  add(p: Packet): void {
    // Every packet advances the clock, also those that no rule reads.
    if (p.seconds !== this.#second) {
      this.#second = p.seconds;
      this.engine.advance(p.seconds);
    }
    this.#stations.see(p);
    if (p.flow >= 0) {
      if (p.transport === TCP) this.#tcp.see(p);
      else if (p.transport === UDP) this.#udp.see(p);
      this.#flows.add(p);
    }
    for (let layer = 1; layer < p.count; layer++) {
      const reader = this.#readers[p.proto[layer]!];
      if (reader === undefined) continue;
      // A packet quoted in an ICMP error has been seen itself.
      const flags = p.flags[layer]!;
      if ((flags & COLUMN) !== 0 && (flags & (SHOWN | NESTED)) !== 0) reader(p, layer);
    }
  }

  #see(event: DetectEvent): void {
    this.engine.see(event);
    if (event.kind === 'flow') this.#windows.addFlow(event.flow);
    else if (event.kind === 'dns' && !event.isResponse && event.serverPort !== LLMNR)
      this.#windows.addName(event.client, event.name, event.time);
  }

  #evaluate({ source, time, row }: HostRow): void {
    const { isUnusual, score, limit, causes } = this.baseline.see(source, row);
    if (isUnusual)
      this.engine.see({
        kind: 'unusual',
        time,
        frame: 0,
        who: source,
        subject: 'host',
        score,
        limit,
        causes,
      });
  }

  /** Advances the clock when live traffic pauses; seconds since 1970. */
  advance(now: number): void {
    this.#flows.sweep(now);
    this.engine.advance(now);
  }

  /** The findings so far. */
  list(): Finding[] {
    return this.engine.findings.list();
  }

  /** The findings that are new or updated since the last call. */
  takeChanged(): Finding[] {
    return this.engine.findings.takeChanged();
  }

  /** Ends the input; returns all findings. */
  end(): Finding[] {
    this.#udp.end();
    this.#flows.end();
    this.#windows.end();
    return this.engine.end();
  }
}

/** Several readers may read one protocol. */
function inTurn(first: LayerReader, second: LayerReader): LayerReader {
  return (p, layer) => {
    first(p, layer);
    second(p, layer);
  };
}

/** Several protocols may share a name: Kerberos over UDP and over TCP. */
function idsOf(name: string): number[] {
  const found = protocolsNamed(name);
  if (found.length === 0) throw new Error(`there is no protocol ${name}`);
  return found.map(({ id }) => id);
}
