// One side of a connection: its address, what it sent, and for TCP how far its stream has come.
import type { Coverage } from './coverage.ts';

/** States of a TCP endpoint, as the `conn_state` of conn.log is derived from them. */
export type TcpState =
  | 'inactive'
  | 'syn-sent'
  | 'syn-ack-sent'
  /** Packets, but no SYN. */
  | 'partial'
  | 'established'
  | 'closed'
  | 'reset';

/** What is noted in the history at its 1st, 10th, 100th … time. */
export type Counted = 'T' | 'W' | 'G';

export class Endpoint {
  readonly host: string;
  readonly port: number;
  packets = 0;
  /** Of IP packets, headers included. */
  ipBytes = 0;
  /** Of UDP, ICMP and others; of TCP see `size`. */
  payloadBytes = 0;

  state: TcpState = 'inactive';
  before: TcpState = 'inactive';
  /** Whether it has closed the connection, in whatever way. */
  hasClosed = false;
  /** Sequence number of the SYN, or the one before the first segment. */
  #start = 0;
  /** Sequence numbers relative to it: behind the last byte sent, and the highest that the other side has acknowledged. */
  last = 0;
  acknowledged = 0;
  fins = 0;
  /** Which of its bytes were captured. Made with its first data. */
  coverage: Coverage | null = null;
  /** Relative sequence numbers of the last SYN, FIN and RST, by history letter. */
  readonly marks: Record<string, number> = {};
  readonly #counts: Record<Counted, number> = { T: 0, W: 0, G: 0 };

  constructor(host: string, port: number) {
    this.host = host;
    this.port = port;
  }

  enter(state: TcpState): void {
    if (state === this.state) return;
    this.before = this.state;
    this.state = state;
  }

  /** @param start the sequence number that becomes 0 @param last relative */
  begin(start: number, last: number): void {
    this.#start = start;
    this.last = last;
    this.acknowledged = 0;
  }

  /** A sequence number as a number that does not wrap, near a known one; negative before the beginning. */
  relative(sequence: number, near: number): number {
    return near + ((sequence - this.#start - near) | 0);
  }

  isStart(sequence: number): boolean {
    return sequence >>> 0 === this.#start >>> 0;
  }

  /** Counts; true at the 1st, 10th, 100th … */
  count(what: Counted): boolean {
    const count = ++this.#counts[what];
    return 10 ** Math.round(Math.log10(count)) === count;
  }

  /** Bytes of payload that it sent over TCP, by sequence numbers: those that were not captured count. */
  sizeBeside(other: Endpoint): number {
    // A half-open connection that was found and aborted: its numbers say nothing.
    const isAborted = this.before === 'syn-sent' && this.state === 'reset' && other.state === 'inactive';
    if (isAborted && this.acknowledged > 1) return 0;
    const octets = Math.max(this.last, this.acknowledged);
    // SYN and FIN occupy one each (RFC 9293 §3.4).
    return Math.max(0, octets - 1 - (this.fins > 0 && octets > 1 ? 1 : 0));
  }
}
