// Discovery on one LAN, even when all known addresses are out of date: a peer without a link asks by multicast,
// and one of those that hear it answers with its address. Sealed with the group key and signed: to strangers it is noise.

import { isSignedBy, signWith } from '../identity/keys.ts';
import { announcedText, type LanDatagram, openDatagram, sealDatagram } from '../lan/datagram.ts';
import type { Switchboard } from '../link/switchboard.ts';
import type { Standing } from '../peer/standing.ts';
import { type Cancel, jittered, type Runtime } from '../runtime.ts';
import { encode } from '../wire/schema.ts';
import type { Directory } from './directory.ts';

/** How soon a peer without a link asks first; each pause is half as long again as the one before. */
const ASK_MS = 2_000;
const ASK_MS_MAX = 30_000;
/** How often the root announces its address, for halves of a mesh that know nothing of each other. */
const LEAD_MS = 30_000;
/** One answer is enough: each peer waits a little, and stays silent if another has answered. */
const ANSWER_MS = 150;
/** Datagrams handled in a second; more are dropped. */
const RECEIVED_MAX = 50;
/** By the clocks of both. */
const FRESH_MS = 5 * 60_000;

type Said = Extract<LanDatagram, { kind: 'beacon' }>;

export interface BeaconOptions {
  runtime: Runtime;
  standing: Standing;
  directory: Directory;
  switchboard: Switchboard;
  /** The addresses at which this peer is reached now. */
  addresses: () => readonly string[];
  transmit: (datagram: Uint8Array) => void;
}

export class Beacon {
  readonly #options: BeaconOptions;
  /** The newest of each peer, so that none is taken twice. */
  readonly #last = new Map<string, number>();
  /** Peers that are being dialled. */
  readonly #called = new Set<string>();
  #lastOwnMs = 0;
  #second = 0;
  #received = 0;
  #waitMs = ASK_MS;
  #cancelTurn: Cancel = () => {};
  #cancelAnswer: Cancel | null = null;

  constructor(options: BeaconOptions) {
    this.#options = options;
  }

  start(): void {
    this.#turnIn(ASK_MS);
  }

  stop(): void {
    this.#cancelTurn();
    this.#cancelAnswer?.();
  }

  /** @param host the address of this host's network from which it came */
  receive(data: Buffer, host: string): void {
    const { runtime, standing, directory, switchboard } = this.#options;
    if (!this.#mayLook()) return;
    const said = openDatagram(standing, data);
    if (said?.kind !== 'beacon' || said.from === standing.id || !this.#isTrue(said)) return;
    this.#last.set(said.from, said.atMs);
    if (said.isQuestion) {
      this.#cancelAnswer ??= runtime.clock.after(runtime.random.fraction() * ANSWER_MS, () => {
        this.#cancelAnswer = null;
        this.#say(this.#isAlone());
      });
    } else {
      this.#cancelAnswer?.();
      this.#cancelAnswer = null;
    }
    if (switchboard.isHeard(said.from)) return;
    if (!this.#isAlone() && directory.isAlive(said.from)) return;
    const ports = [...new Set(said.addresses.map((each) => each.slice(each.lastIndexOf(':') + 1)))];
    this.#call(said.from, [...ports.map((port) => `${host}:${port}`), ...said.addresses]);
  }

  /** Dials its addresses in turn, whatever back-off earlier failures have left: it has just said where it is. */
  #call(id: string, addresses: readonly string[]): void {
    if (this.#called.has(id)) return;
    this.#called.add(id);
    const { switchboard } = this.#options;
    const next = (at: number): void => {
      const address = addresses[at];
      if (address === undefined || switchboard.isHeard(id)) this.#called.delete(id);
      else switchboard.connectTo(address, () => next(at + 1));
    };
    next(0);
  }

  #mayLook(): boolean {
    const second = Math.floor(this.#options.runtime.clock.elapsedMs() / 1_000);
    if (second !== this.#second) this.#received = 0;
    this.#second = second;
    return this.#received++ < RECEIVED_MAX;
  }

  #isTrue(said: Said): boolean {
    const { runtime, standing } = this.#options;
    const member = standing.roster.approved(said.from);
    if (member === null || standing.measures.isCutOff(said.from)) return false;
    if (Math.abs(runtime.clock.nowMs() - said.atMs) > FRESH_MS) return false;
    if (said.atMs <= (this.#last.get(said.from) ?? 0)) return false;
    return isSignedBy(member.publicKey, said.signature, 'eyrie beacon', encode(announcedText, said));
  }

  #isAlone(): boolean {
    const { switchboard, standing } = this.#options;
    const hasNoLink = switchboard.sessions()[Symbol.iterator]().next().done === true;
    return hasNoLink && standing.roster.members.size > 1;
  }

  #turnIn(ms: number): void {
    const { runtime } = this.#options;
    this.#cancelTurn = runtime.clock.after(jittered(runtime.random, ms), () => this.#turn());
  }

  #turn(): void {
    const { directory, standing } = this.#options;
    if (this.#isAlone()) {
      this.#say(true);
      this.#turnIn(this.#waitMs);
      this.#waitMs = Math.min(this.#waitMs * 1.5, ASK_MS_MAX);
      return;
    }
    this.#waitMs = ASK_MS;
    const isLeading = directory.tree.root === standing.id;
    if (isLeading) this.#say(false);
    this.#turnIn(isLeading ? LEAD_MS : ASK_MS);
  }

  #say(isQuestion: boolean): void {
    const { runtime, standing, addresses, transmit } = this.#options;
    this.#lastOwnMs = Math.max(this.#lastOwnMs + 1, runtime.clock.nowMs());
    const said = { from: standing.id, atMs: this.#lastOwnMs, addresses: addresses().slice(0, 4), isQuestion };
    const signature = signWith(standing.keys.privateKey, 'eyrie beacon', encode(announcedText, said));
    const datagram = sealDatagram(standing, runtime.random, { kind: 'beacon', ...said, signature });
    if (datagram !== null) transmit(datagram);
  }
}
