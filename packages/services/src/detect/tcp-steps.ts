// Turns TCP flags into events of connections; bulk traffic costs one table lookup per packet.
import type { DetectEvent } from '@eyrie/detect';
import type { Packet } from '@eyrie/dissect';
import { endsOf, isFromClient, type See } from './reader.ts';
import { sshFailures } from './readers/ssh.ts';

const FIN = 1;
const SYN = 2;
const RST = 4;
const PSH = 8;
const ACK = 16;
const URG = 32;
const XMAS = FIN | PSH | URG;
/** Acknowledgements that a host answers with RST if it does not know the connection (RFC 9293 §3.10.7.1). */
const LONE = new Set([ACK, FIN | ACK, SYN | ACK]);

/** State bits of a connection. */
const SYN_SENT = 1;
const ANSWERED = 2;
const OVER = 4;
/** The first segment was empty and acknowledged an unknown connection: ACK, FIN+ACK or SYN+ACK. */
const LONE_ACK = 8;

const START = 1024;

export class TcpSteps {
  readonly #see: See;
  #stream = new Int32Array(START).fill(-1);
  #state = new Uint8Array(START);
  /** Direction of the SYN. */
  #initiator = new Uint8Array(START);

  constructor(see: See) {
    this.#see = see;
  }

  see(p: Packet): void {
    if (p.tcpLayer < 0 || p.isQuoted) return;
    const { flow } = p;
    if (flow >= this.#state.length) this.#grow(flow);
    const stream = p.session.flows.stream(flow);
    if (this.#stream[flow] !== stream) this.#begin(flow, stream);
    const flags = p.bufferOf(p.tcpLayer)[p.start[p.tcpLayer]! + 13]! & 0x3f;
    if ((flags & (FIN | RST)) !== 0) this.#close(p);
    if ((this.#state[flow]! & (SYN_SENT | OVER)) !== (SYN_SENT | OVER)) this.#step(p, flow, flags);
  }

  #step(p: Packet, flow: number, flags: number): void {
    const state = this.#state[flow]!;
    if ((flags & (SYN | ACK | RST)) === SYN) {
      if ((flags & FIN) !== 0) this.#probe(p, 'syn-fin');
      else if (state === 0) this.#synSent(p, flow);
      return;
    }
    if (state === 0) {
      // Flags that no segment of a regular connection has.
      if (flags === 0) this.#probe(p, 'null');
      else if (flags === FIN) this.#probe(p, 'fin');
      else if ((flags & (XMAS | ACK | RST)) === XMAS) this.#probe(p, 'xmas');
      // A RST that answers a SYN has ACK set (RFC 9293 §3.10.7.1): RST+ACK may answer a SYN that was not captured.
      else if (flags === RST) this.#probe(p, 'rst');
      const isLoneAck = LONE.has(flags) && p.segmentLength === 0;
      this.#state[flow] = isLoneAck ? LONE_ACK : OVER;
      this.#initiator[flow] = p.direction;
      return;
    }
    if (state === LONE_ACK) {
      this.#state[flow] = OVER;
      if ((flags & RST) !== 0 && p.direction !== this.#initiator[flow])
        this.#see({ kind: 'probe', flags: 'ack', ...endsOf(p, false) });
      return;
    }
    if ((state & SYN_SENT) === 0) return;
    const isFromInitiator = p.direction === this.#initiator[flow];
    if ((flags & RST) !== 0) {
      this.#state[flow]! |= OVER;
      this.#report(p, isFromInitiator, isFromInitiator || (state & ANSWERED) !== 0 ? 'dropped' : 'refused');
    } else if (isFromInitiator) {
      this.#state[flow]! |= OVER;
      this.#report(p, true, 'completed');
    } else if ((state & ANSWERED) === 0) {
      this.#state[flow]! |= ANSWERED;
      this.#report(p, false, 'answered');
    }
  }

  #close(p: Packet): void {
    for (let failures = sshFailures(p); failures > 0; failures--)
      this.#see({
        kind: 'login',
        ...endsOf(p, isFromClient(p)),
        protocol: 'SSH',
        user: '',
        isSuccess: false,
        guess: 0,
        isInferred: true,
      });
  }

  #synSent(p: Packet, flow: number): void {
    this.#state[flow] = SYN_SENT;
    this.#initiator[flow] = p.direction;
    const ends = endsOf(p, true);
    if (ends.client === ends.server && p.srcPort === p.dstPort)
      this.#see({ kind: 'suspect', what: 'same-ends', ...ends });
    this.#see({ kind: 'connection', step: 'asked', ...ends });
  }

  #report(
    p: Packet,
    isFromInitiator: boolean,
    step: Extract<DetectEvent, { kind: 'connection' }>['step'],
  ): void {
    this.#see({ kind: 'connection', step, ...endsOf(p, isFromInitiator) });
  }

  #probe(p: Packet, flags: Exclude<Extract<DetectEvent, { kind: 'probe' }>['flags'], 'ack'>): void {
    // The capture truncated the segment before its flags.
    if (p.start[p.tcpLayer]! + 14 > p.stop[p.tcpLayer]!) return;
    this.#see({ kind: 'probe', flags, ...endsOf(p, true) });
  }

  #begin(flow: number, stream: number): void {
    this.#stream[flow] = stream;
    this.#state[flow] = 0;
  }

  #grow(flow: number): void {
    const length = 2 ** Math.ceil(Math.log2(flow + 1));
    const copy = <T extends Int32Array | Uint8Array>(from: T, to: T): T => {
      to.set(from);
      return to;
    };
    this.#stream = copy(this.#stream, new Int32Array(length).fill(-1));
    this.#state = copy(this.#state, new Uint8Array(length));
    this.#initiator = copy(this.#initiator, new Uint8Array(length));
  }
}
