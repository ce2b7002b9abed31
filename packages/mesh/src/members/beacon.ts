// Discovery on one LAN, even when all known addresses are out of date: a peer without a link asks by multicast, and one
// of the peers that receive it answers with its address. Datagrams are sealed with the group key and signed, so non-members
// cannot read or forge them.

import { isSignedBy, signWith } from '../identity/keys.ts';
import { announcedText, type LanDatagram, openDatagram, sealDatagram } from '../lan/datagram.ts';
import type { Switchboard } from '../link/switchboard.ts';
import type { Standing } from '../peer/standing.ts';
import { type Cancel, jittered, type Runtime } from '../runtime.ts';
import { Timestamps } from '../timestamps.ts';
import { Allowance } from '../watch/allowance.ts';
import { encode } from '../wire/schema.ts';
import type { Directory } from './directory.ts';

/** Delay before a peer without a link first asks; each later pause is 1.5 times the one before. */
const ASK_MS = 2_000;
const ASK_MS_MAX = 30_000;
/** Interval at which the root announces its address, so that partitions of a mesh unaware of each other merge. */
const LEAD_MS = 30_000;
/** Maximum random delay before answering; a peer stays silent if another has answered meanwhile. */
const ANSWER_MS = 150;
/** How often one peer is dialled for its datagrams: it ignores the back-off, because the peer may have moved. */
const CALLS = { burst: 2, everyMs: 10_000 };
/** Maximum datagrams handled per second; more are dropped. */
const RECEIVED_MAX = 50;
/** Maximum age of a datagram, which includes the clock difference of both hosts. */
const FRESH_MS = 5 * 60_000;

type BeaconDatagram = Extract<LanDatagram, { kind: 'beacon' }>;

export interface BeaconOptions {
  runtime: Runtime;
  standing: Standing;
  directory: Directory;
  switchboard: Switchboard;
  /** Returns the addresses at which this peer can be reached now. */
  addresses: () => readonly string[];
  transmit: (datagram: Uint8Array) => void;
}

export class Beacon {
  readonly #options: BeaconOptions;
  /** Date of the newest datagram of each peer: replay protection. */
  readonly #last = new Map<string, number>();
  /** Peers that are being dialled. */
  readonly #called = new Set<string>();
  readonly #calls: Allowance;
  readonly #timestamps: Timestamps;
  #second = 0;
  #received = 0;
  #waitMs = ASK_MS;
  #cancelTurn: Cancel = () => {};
  #cancelAnswer: Cancel | null = null;

  constructor(options: BeaconOptions) {
    this.#options = options;
    this.#calls = new Allowance(options.runtime.clock, CALLS);
    this.#timestamps = new Timestamps(options.runtime.clock, FRESH_MS);
  }

  start(): void {
    this.#turnIn(ASK_MS);
  }

  stop(): void {
    this.#cancelTurn();
    this.#cancelAnswer?.();
  }

  /** @param host the address of this host's network on which the datagram arrived */
  receive(data: Buffer, host: string): void {
    const { runtime, standing, directory, switchboard } = this.#options;
    if (!this.#mayLook()) return;
    const beacon = openDatagram(standing, data);
    if (beacon?.kind !== 'beacon' || beacon.from === standing.id || !this.#isAuthentic(beacon)) return;
    this.#last.set(beacon.from, beacon.atMs);
    if (beacon.isRequest) {
      this.#cancelAnswer ??= runtime.clock.after(runtime.random.fraction() * ANSWER_MS, () => {
        this.#cancelAnswer = null;
        // Never a question again: peers that cannot link, as with expired certificates, would ask each other without end.
        this.#announce(false);
      });
    } else {
      this.#cancelAnswer?.();
      this.#cancelAnswer = null;
    }
    if (switchboard.isReceiving(beacon.from)) return;
    if (!this.#isAlone() && directory.isAlive(beacon.from)) return;
    const ports = [...new Set(beacon.addresses.map((each) => each.slice(each.lastIndexOf(':') + 1)))];
    this.#call(beacon.from, [...ports.map((port) => `${host}:${port}`), ...beacon.addresses]);
  }

  /** Dials the addresses of a peer in turn, ignoring its back-off: it has just announced them. */
  #call(id: string, addresses: readonly string[]): void {
    if (this.#called.has(id) || !this.#calls.take(id)) return;
    this.#called.add(id);
    const { switchboard } = this.#options;
    const next = (at: number): void => {
      const address = addresses[at];
      if (address === undefined || switchboard.isReceiving(id)) this.#called.delete(id);
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

  #isAuthentic(beacon: BeaconDatagram): boolean {
    const { runtime, standing } = this.#options;
    const member = standing.roster.approved(beacon.from);
    if (member === null || standing.measures.isCutOff(beacon.from)) return false;
    const nowMs = runtime.clock.nowMs();
    if (Math.abs(nowMs - beacon.atMs) > FRESH_MS) return false;
    const lastMs = this.#last.get(beacon.from) ?? 0;
    // A later one than could be taken now: this machine's clock was set back since.
    if (beacon.atMs <= lastMs && lastMs <= nowMs + FRESH_MS) return false;
    return isSignedBy(member.publicKey, beacon.signature, 'eyrie beacon', encode(announcedText, beacon));
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
      this.#announce(true);
      this.#turnIn(this.#waitMs);
      this.#waitMs = Math.min(this.#waitMs * 1.5, ASK_MS_MAX);
      return;
    }
    this.#waitMs = ASK_MS;
    const isLeading = directory.tree.root === standing.id;
    if (isLeading) this.#announce(false);
    this.#turnIn(isLeading ? LEAD_MS : ASK_MS);
  }

  #announce(isRequest: boolean): void {
    const { runtime, standing, addresses, transmit } = this.#options;
    const beacon = {
      from: standing.id,
      atMs: this.#timestamps.nextMs(),
      addresses: addresses().slice(0, 4),
      isRequest,
    };
    const signature = signWith(standing.keys.privateKey, 'eyrie beacon', encode(announcedText, beacon));
    const datagram = sealDatagram(standing, runtime.random, { kind: 'beacon', ...beacon, signature });
    if (datagram !== null) transmit(datagram);
  }
}
