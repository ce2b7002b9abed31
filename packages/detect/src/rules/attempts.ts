// The outcome of each connection attempt, which is what most rules on scans and floods need. Derived from
// connection events once, so that no rule tracks connections itself.
import type { ConnectionEvent, DetectEvent, DnsEvent } from '../events/events.ts';
import { Bounded, Oldest } from './recent.ts';

/** The outcome of a connection attempt; the engine makes one for each. */
export interface OutcomeEvent {
  readonly kind: 'outcome';
  readonly result: 'completed' | 'refused' | 'unanswered' | 'dropped';
  /** Time of the SYN. */
  readonly time: number;
  readonly frame: number;
  readonly stream: number;
  readonly client: string;
  readonly clientPort: number;
  readonly server: string;
  readonly serverPort: number;
  /** A name had been resolved to this address before: typical of programs, rare among scanners. */
  readonly isResolved: boolean;
}

/** Seconds after which an attempt counts as unanswered: SYNs are retransmitted after 1 and 3 s (RFC 6298 §2). */
const ANSWER_S = 3;
/** Bound on pending attempts; beyond it the oldest counts as unanswered. */
const WAITING_MAX = 65_536;
const RESOLVED_MAX = 50_000;

export class Attempts {
  readonly #emit: (event: OutcomeEvent) => void;
  readonly #waiting = new Map<number, ConnectionEvent>();
  readonly #oldest = new Oldest(this.#waiting, WAITING_MAX);
  readonly #resolved = new Bounded<true>(RESOLVED_MAX);

  constructor(emit: (event: OutcomeEvent) => void) {
    this.#emit = emit;
  }

  see(event: DetectEvent): void {
    if (event.kind === 'connection') this.#step(event);
    else if (event.kind === 'dns') this.#resolve(event);
  }

  #resolve({ isResponse, addresses }: DnsEvent): void {
    if (isResponse) for (const address of addresses) this.#resolved.for(address, () => true);
  }

  #step(event: ConnectionEvent): void {
    const { step, stream } = event;
    if (step === 'asked') {
      const previous = this.#waiting.get(stream);
      if (previous !== undefined) this.#settle(previous, 'unanswered');
      this.#waiting.set(stream, event);
      this.#oldest.changed();
      if (this.#waiting.size > WAITING_MAX)
        this.#settle(this.#waiting.get(this.#oldest.take())!, 'unanswered');
      return;
    }
    const asked = this.#waiting.get(stream);
    if (asked === undefined || step === 'answered') return;
    this.#settle(asked, step);
  }

  tick(now: number): void {
    // Ordered by time, so that the first recent one ends the search; captures may also go back in time.
    for (const asked of this.#waiting.values()) {
      if (Math.abs(now - asked.time) < ANSWER_S) break;
      this.#settle(asked, 'unanswered');
    }
  }

  end(): void {
    for (const asked of [...this.#waiting.values()]) this.#settle(asked, 'unanswered');
  }

  #settle(asked: ConnectionEvent, result: OutcomeEvent['result']): void {
    this.#waiting.delete(asked.stream);
    const { time, frame, stream, client, clientPort, server, serverPort } = asked;
    const isResolved = this.#resolved.get(server) !== undefined;
    this.#emit({
      kind: 'outcome',
      result,
      time,
      frame,
      stream,
      client,
      clientPort,
      server,
      serverPort,
      isResolved,
    });
  }
}
