// From dissected packets to findings: each packet is read for what rules look at, and the rules are told. The same for a
// file and for live traffic, so that both give the same findings.
import { type RuleEngine as Engine, type Finding, type FindingsOptions, RuleEngine } from '@eyrie/detect';
import {
  COLUMN,
  FlowRecords,
  NESTED,
  type Packet,
  type Protocol,
  protocolNamed,
  type Session,
  SHOWN,
} from '@eyrie/dissect';
import type { LayerReader, See } from './reader.ts';
import { readers } from './readers/index.ts';
import { TcpSteps } from './tcp-steps.ts';
import { UdpSteps } from './udp-steps.ts';

export interface PacketWatchOptions extends FindingsOptions {
  /** Seconds without a packet after which a conversation is over; needed where packets never end. */
  readonly idleSeconds?: number;
}

const TCP = 6;
const UDP = 17;

export class PacketWatch {
  readonly engine: Engine;
  readonly #tcp: TcpSteps;
  readonly #udp: UdpSteps;
  readonly #flows: FlowRecords;
  /** By protocol id. */
  readonly #readers: (LayerReader | undefined)[] = [];

  /** Before the first packet of the session: it listens to conversations that end. */
  constructor(session: Session, { idleSeconds, ...options }: PacketWatchOptions = {}) {
    this.engine = new RuleEngine(options);
    const see: See = (event) => this.engine.see(event);
    this.#tcp = new TcpSteps(see);
    this.#udp = new UdpSteps(see);
    this.#flows = new FlowRecords(
      session,
      (flow) => {
        this.engine.see({ kind: 'flow', flow });
      },
      idleSeconds === undefined ? {} : { idleSeconds },
    );
    for (const { protocols, make } of readers) {
      const reader = make(see);
      for (const name of protocols) this.#readers[idOf(name)] = reader;
    }
  }

  /** After each packet; it is only borrowed. */
  add(p: Packet): void {
    if (p.flow >= 0) {
      if (p.transport === TCP) this.#tcp.see(p);
      else if (p.transport === UDP) this.#udp.see(p);
      this.#flows.add(p);
    }
    for (let layer = 1; layer < p.count; layer++) {
      const reader = this.#readers[p.proto[layer]!];
      if (reader === undefined) continue;
      // What an ICMP error quotes was a packet of its own.
      const flags = p.flags[layer]!;
      if ((flags & COLUMN) !== 0 && (flags & (SHOWN | NESTED)) !== 0) reader(p, layer);
    }
  }

  /** For live traffic that falls silent; seconds since 1970. */
  advance(now: number): void {
    this.#flows.sweep(now);
    this.engine.advance(now);
  }

  /** What was found so far. */
  list(): Finding[] {
    return this.engine.findings.list();
  }

  /** No more packets come. */
  end(): Finding[] {
    this.#udp.end();
    this.#flows.end();
    return this.engine.end();
  }
}

function idOf(name: string): number {
  const found: Protocol | undefined = protocolNamed(name);
  if (found === undefined) throw new Error(`there is no protocol ${name}`);
  return found.id;
}
