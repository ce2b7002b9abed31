// Dials peers: tries the addresses of a peer in turn, starts the next one in parallel when one does not answer, and
// backs off after failures.

import { type Cancel, jittered, type Runtime } from '../runtime.ts';
import { Allowance } from '../watch/allowance.ts';
import { canonicalHost, hostOf } from './address.ts';
import type { Link, MayDial, Transport } from './link.ts';
import type { Session } from './session.ts';

const BACKOFF_MS = [250, 500, 1_000, 2_000, 5_000, 10_000, 30_000];
/** If an address has not answered within this time, the next one is dialled in parallel (RFC 8305 §5). */
const NEXT_ADDRESS_MS = 1_000;
/** Maximum addresses of one peer tried until a link is made or the back-off ends; the others wait until then. */
const TRIED_MAX = 16;
/**
 * Calls at one host where no peer ever answered, announced by any peer: members could announce the address of a third party, or names
 * that resolve to it, and have all peers call there.
 */
const UNPROVEN = { burst: 32, everyMs: 2_000, namesMax: 4_096 };
/** Hosts where one did; of more the oldest are forgotten. */
const PROVEN_MAX = 4_096;

interface Dialling {
  failures: number;
  notBeforeMs: number;
  underWay: number;
  /** Addresses that are being dialled or failed recently. */
  tried: Set<string>;
}

type Called = (session: Session | null) => void;

export class Dialler {
  readonly #runtime: Runtime;
  readonly #transport: Transport;
  /** Starts a session on a link; null if there are too many. */
  readonly #start: (link: Link) => Session | null;
  readonly #whenDecided: (session: Session, decided: (isOpen: boolean) => void) => void;
  readonly #failed: (address: string, reason: string) => void;
  readonly #dialling = new Map<string, Dialling>();
  readonly #meant = new WeakMap<Session, string>();
  readonly #unproven: Allowance;
  readonly #proven = new Set<string>();
  #isStopped = false;

  constructor(
    runtime: Runtime,
    transport: Transport,
    start: (link: Link) => Session | null,
    whenDecided: (session: Session, decided: (isOpen: boolean) => void) => void,
    failed: (address: string, reason: string) => void,
  ) {
    this.#runtime = runtime;
    this.#transport = transport;
    this.#start = start;
    this.#whenDecided = whenDecided;
    this.#failed = failed;
    this.#unproven = new Allowance(runtime.clock, UNPROVEN);
  }

  /**
   * Dials a peer. Skips addresses that are being dialled or failed recently; dials new addresses at once, because the
   * peer may have moved.
   */
  connect(id: string, addresses: readonly string[], done: (isLinked: boolean) => void): void {
    const dialling = this.#dialling.get(id) ?? { failures: 0, notBeforeMs: 0, underWay: 0, tried: new Set() };
    const { tried } = dialling;
    if (dialling.underWay === 0 && this.#runtime.clock.elapsedMs() >= dialling.notBeforeMs) tried.clear();
    const untried = addresses.filter((each) => !tried.has(each)).slice(0, TRIED_MAX - tried.size);
    const fresh = untried.filter((each) => this.#mayCall(canonicalHost(hostOf(each))));
    if (this.#isStopped || fresh.length === 0) {
      done(false);
      return;
    }
    for (const each of fresh) tried.add(each);
    dialling.underWay++;
    this.#dialling.set(id, dialling);
    this.call(
      fresh,
      id,
      (session) => {
        dialling.underWay--;
        if (session === null) {
          const waitMs = BACKOFF_MS[Math.min(dialling.failures++, BACKOFF_MS.length - 1)]!;
          dialling.notBeforeMs = this.#runtime.clock.elapsedMs() + jittered(this.#runtime.random, waitMs);
        } else this.#dialling.delete(id);
        done(session !== null);
      },
      (host) => this.#mayCall(canonicalHost(host)),
    );
  }

  /**
   * Dials the next address when one fails or does not answer for a while; the first link wins.
   * @param id the expected peer; null accepts any peer
   * @param mayDial called with each IP address that a host name resolves to; default: all may be dialled
   */
  call(addresses: readonly string[], id: string | null, done: Called, mayDial?: MayDial): void {
    let next = 0;
    let failed = 0;
    let isDone = false;
    let cancelNext: Cancel = () => {};
    const decided: Called = (session) => {
      if (isDone) return;
      if (session === null && ++failed < addresses.length) return callNext();
      isDone = true;
      cancelNext();
      done(session);
    };
    const callNext = () => {
      cancelNext();
      const address = addresses[next++];
      if (address === undefined) return;
      if (next < addresses.length) cancelNext = this.#runtime.clock.after(NEXT_ADDRESS_MS, callNext);
      this.#callOne(address, id, () => !isDone, decided, mayDial);
    };
    callNext();
  }

  #mayCall(host: string): boolean {
    return this.#proven.has(host) || this.#unproven.take(host);
  }

  #answered(host: string): void {
    this.#proven.delete(host);
    this.#proven.add(host);
    if (this.#proven.size > PROVEN_MAX) this.#proven.delete(this.#proven.values().next().value!);
  }

  /** Records that there is now a link with a peer, from either side, and drops its dialling state. */
  linked(id: string): void {
    this.#dialling.delete(id);
  }

  /** Drops the back-off of a peer that came back or moved: its earlier failures are no longer meaningful. */
  forgetFailures(id: string): void {
    if (this.#dialling.get(id)?.underWay === 0) this.#dialling.delete(id);
  }

  forgetAllFailures(): void {
    for (const id of [...this.#dialling.keys()]) this.forgetFailures(id);
  }

  /** Returns the peer that a session was dialled for; '' if any peer was acceptable. */
  meantOf(session: Session): string {
    return this.#meant.get(session) ?? '';
  }

  stop(): void {
    this.#isStopped = true;
  }

  #callOne(
    address: string,
    id: string | null,
    isWanted: () => boolean,
    done: Called,
    mayDial: MayDial | undefined,
  ): void {
    if (this.#isStopped) {
      done(null);
      return;
    }
    this.#transport.dial(
      address,
      (error, link) => {
        if (link === null) {
          this.#failed(address, error?.reason ?? '');
          return done(null);
        }
        if (this.#isStopped || !isWanted()) return link.destroy('another link was faster');
        const session = this.#start(link);
        if (session === null) return done(null);
        if (id !== null) this.#meant.set(session, id);
        this.#whenDecided(session, (isOpen) => {
          if (isOpen)
            for (const host of [hostOf(address), link.shown.resolved ?? ''])
              this.#answered(canonicalHost(host));
          done(isOpen && (id === null || session.id === id) ? session : null);
        });
      },
      mayDial,
    );
  }
}
