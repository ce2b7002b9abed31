// An association with one server: its samples, reachability and poll interval (RFC 5905 §9, §13).
import { ClockError } from '../errors.ts';
import type { LocalClock } from '../host/host-clock.ts';
import type { KissOfDeath } from '../ntp/kiss.ts';
import type { SymmetricKey } from '../ntp/mac.ts';
import { Leap, type NtpPacket } from '../ntp/packet.ts';
import { type Association, establishKeys, type KeyServer } from '../nts/ke-client.ts';
import { ClockFilter, type Estimate } from '../select/clock-filter.ts';
import { makeRequest, PRECISION, rootDistance } from './exchange.ts';
import { exchange, type Place, resolve } from './socket.ts';

/** Poll interval in log2 seconds: from 16 s to 17 minutes. */
const POLL_MIN = 4;
const POLL_MAX = 10;
/** Initial burst (iburst): four requests two seconds apart, so that the clock filter has a choice. */
const BURST = 4;
const BURST_GAP_MS = 2000;
/** A larger change between wall clock and counter from one reading to the next, in seconds, is a step (RFC 5905 appendix A, STEPT). */
const STEP_MIN = 0.128;

export interface SourceOptions {
  readonly host: string;
  /** Default 123; with NTS the port that the key server names. */
  readonly port?: number;
  /** Authenticated with NTS. */
  readonly nts?: Omit<KeyServer, 'host'> | true;
  /** Authenticated with a key that the server has too; not together with NTS. */
  readonly key?: SymmetricKey;
  /** 1,000 by default. */
  readonly timeoutMs?: number;
}

export interface SourceState {
  readonly host: string;
  readonly isAuthenticated: boolean;
  /** The number of the symmetric key; null with NTS, or without authentication. */
  readonly keyId: number | null;
  /** Reachability register: a bit for each of the last eight polls, the latest lowest (RFC 5905 §9.2). */
  readonly reach: number;
  readonly estimate: Estimate | null;
  readonly packet: NtpPacket | null;
  /** Seconds; Infinity without an estimate. */
  readonly rootDistance: number;
  /** Why it is unusable, in one line; null if it is usable. */
  readonly fault: string | null;
}

export class Source {
  readonly options: SourceOptions;
  readonly #clock: LocalClock;
  readonly #filter = new ClockFilter();
  #association: Association | null = null;
  #place: Place | null = null;
  #packet: NtpPacket | null = null;
  #reach = 0;
  #poll = POLL_MIN;
  #polls = 0;
  #fault: string | null = null;
  #isStopped = false;
  /** Wall clock less counter when last read; null before the first request. */
  #tieNs: bigint | null = null;
  #steppedS = 0;

  constructor(options: SourceOptions, clock: LocalClock) {
    this.options = options;
    this.#clock = clock;
  }

  /** Polls once. Never throws; errors go to `state().fault`. */
  async poll(): Promise<void> {
    if (this.#isStopped) return;
    this.#polls++;
    this.#reach = (this.#reach << 1) & 0xff;
    try {
      await this.#exchange();
    } catch (error) {
      if (!(error instanceof ClockError)) throw error;
      this.#fault = error.message;
      this.#place = null; // The address may have changed.
    }
  }

  /** Milliseconds until the next poll; null: never. */
  nextPollMs(): number | null {
    if (this.#isStopped) return null;
    return this.#polls < BURST ? BURST_GAP_MS : 1000 * 2 ** this.#poll;
  }

  state(): SourceState {
    const now = Number(this.#clock.steadyNs()) / 1e9;
    const filtered = this.#reach === 0 ? null : this.#filter.estimate(now, 2 ** PRECISION);
    const estimate = filtered && { ...filtered, offset: filtered.offset - this.#steppedBy() };
    const packet = this.#packet;
    return {
      host: this.options.host,
      isAuthenticated: this.options.nts !== undefined || this.options.key !== undefined,
      keyId: this.options.key?.id ?? null,
      reach: this.#reach,
      estimate,
      packet,
      rootDistance: estimate === null || packet === null ? Infinity : rootDistance(packet, estimate, now),
      fault: this.#fault,
    };
  }

  async #exchange(): Promise<void> {
    const place = await this.#prepare();
    const request = makeRequest(this.#association, this.options.key);
    if (request === null) {
      this.#association = null; // All cookies are used: new keys the next time.
      return this.#exchange();
    }
    const steppedBy = this.#steppedBy();
    const answer = await exchange(request, place, this.#clock, this.options.timeoutMs ?? 1000);
    if (answer === null) this.#fault = this.#silence;
    else if (answer.kind === 'kiss') this.#applyKiss(answer.kiss);
    else {
      this.#reach |= 1;
      this.#fault = null;
      this.#packet = answer.packet;
      this.#filter.add({ ...answer.sample, offset: answer.sample.offset + steppedBy });
      this.#adapt();
    }
  }

  /**
   * Seconds by which the wall clock was stepped forward since the first request, by an operator or another daemon. The filter's
   * offsets are relative to the clock before that, so that its older samples stay valid. What is gained bit by bit is no step:
   * where a slew moves the wall clock alone (macOS, Windows), the counter is what drifts.
   */
  #steppedBy(): number {
    const tieNs = this.#clock.wallNs() - this.#clock.steadyNs();
    const gainedS = Number(tieNs - (this.#tieNs ?? tieNs)) / 1e9;
    this.#tieNs = tieNs;
    if (Math.abs(gainedS) >= STEP_MIN) this.#steppedS += gainedS;
    return this.#steppedS;
  }

  get #silence(): string {
    const { key } = this.options;
    return key === undefined
      ? 'no answer'
      : `no answer proven by key ${key.id}: does the server have the same?`;
  }

  async #prepare(): Promise<Place> {
    const { host, port, nts } = this.options;
    if (nts !== undefined && this.#association === null) {
      this.#association = await establishKeys({ ...(nts === true ? {} : nts), host });
      this.#place = null;
    }
    const at = this.#association;
    this.#place ??= await resolve(at?.host ?? host, port ?? at?.port ?? 123);
    return this.#place;
  }

  #applyKiss(kiss: KissOfDeath): void {
    this.#fault = `${kiss.code}: ${kiss.meaning}`;
    if (kiss.action === 'stop') this.#isStopped = true;
    if (kiss.action === 'slower') this.#poll = Math.min(POLL_MAX, this.#poll + 1);
    if (kiss.action === 'rekey') this.#association = null;
  }

  /** Lengthens the poll interval while the offset stays within the jitter, else shortens it (simplified RFC 5905 §13). */
  #adapt(): void {
    const { estimate } = this.state();
    if (estimate === null || this.#polls < BURST) return;
    const isCalm = Math.abs(estimate.offset) < 4 * estimate.jitter;
    this.#poll = Math.min(POLL_MAX, Math.max(POLL_MIN, this.#poll + (isCalm ? 1 : -1)));
  }
}

/** Whether the source has an estimate. */
export function isUsable(state: SourceState): boolean {
  return state.estimate !== null && state.packet !== null && state.packet.leap !== Leap.unsynchronised;
}
