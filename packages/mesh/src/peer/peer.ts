// A peer: the parts of the mesh put together.
//
//   transport ─► switchboard ─► sessions ─┬─► gossip ─► directory ─► tree ─► neighbours ─► links to parent and children
//                                         ├─► liveness: failure detection
//                                         ├─► routing ─► pairs (sealed) ─► mailbox ─► inbox
//                                         ├─► broadcasts ─► inbox
//                                         └─► skyeye: readings up the tree, the view of all down, queries

import type { Authority } from '../identity/authority.ts';
import { sha256 } from '../identity/keys.ts';
import type { Transport } from '../link/link.ts';
import { Moved } from '../link/moved.ts';
import { Reach } from '../link/reach.ts';
import { seenAddress } from '../link/seen-from.ts';
import { Switchboard } from '../link/switchboard.ts';
import { Directory, INCARNATION_MAX, type Status } from '../members/directory.ts';
import { Gossip } from '../members/gossip.ts';
import { Liveness } from '../members/liveness.ts';
import { Neighbours } from '../members/neighbours.ts';
import type { Broadcasts } from '../messages/broadcast.ts';
import type { Holders } from '../messages/holders.ts';
import type { Inbox } from '../messages/inbox.ts';
import type { Mailbox, Outcome } from '../messages/mailbox.ts';
import type { Outbox } from '../messages/outbox.ts';
import type { Pairs } from '../messages/pairs.ts';
import { messageParts } from '../messages/parts.ts';
import { Policy } from '../messages/policy.ts';
import { Routing } from '../messages/routing.ts';
import { Shares } from '../resources/shares.ts';
import { type Cancel, every, type Runtime, sample } from '../runtime.ts';
import { SkyEyeOverLinks } from '../skyeye/over-links.ts';
import { PeerClock } from '../time/peer-clock.ts';
import { TimeSources } from '../time/sources.ts';
import { Meter } from '../watch/meter.ts';
import { Suspicions } from '../watch/suspicions.ts';
import { requestKinds } from '../wire/kinds.ts';
import { encode } from '../wire/schema.ts';
import { Departure } from './departure.ts';
import { EnrolmentRelay } from './enrolment-relay.ts';
import { Renewal } from './renewal.ts';
import { savePeerAddresses } from './saved-addresses.ts';
import type { Standing } from './standing.ts';
import type { Storage } from './storage.ts';
import { Twin } from './twin.ts';

/** How often it is checked whether the certificate is to be renewed, and what the authority has to do. */
const CHECK_MS = 60_000;
/** How long a leaving peer stays to forward announcements of others that leave; up to so many times longer if it first needs a link. */
const FAREWELL_MS = 60;
const FAREWELL_TRIES = 10;
/** Peers that a leaving peer without a link dials. */
const FAREWELLS = 3;
/** Peers whose addresses are kept for the next start. */
const SAVED_MAX = 16;
/** Codes of refusals that any other peer would give, too. */
const SHUT_OUT: ReadonlySet<string> = new Set([
  'revoked',
  'not-approved',
  'wrong-key',
  'expired',
  'unknown-authority',
  'quarantined',
]);

const LOST_AUTHORITY =
  'it holds the authority of the mesh, but authority/root.key is missing: put a copy of it back, then restart it';

export interface PeerOptions {
  runtime: Runtime;
  storage: Storage;
  transport: Transport;
  standing: Standing;
  /** Only of the peer that holds the authority. */
  authority?: Authority | null;
  /** Addresses of other peers to begin with. */
  bootstrap?: readonly string[];
}

export class Peer {
  readonly standing: Standing;
  readonly switchboard: Switchboard;
  readonly directory: Directory;
  readonly routing: Routing;
  readonly pairs: Pairs;
  readonly inbox: Inbox;
  readonly outbox: Outbox;
  readonly holders: Holders;
  readonly mailbox: Mailbox;
  readonly broadcasts: Broadcasts;
  readonly shares: Shares;
  /** Makes a link with any peer that is alive, also behind routers that translate addresses. */
  readonly reach: Reach;
  /** What neighbours send and ask, counted. */
  readonly meter: Meter;
  readonly suspicions: Suspicions;
  readonly skyeye: SkyEyeOverLinks;
  readonly authority: Authority | null;
  readonly departure: Departure;
  readonly runtime: Runtime;
  /** The time that all peers share. */
  readonly clock: PeerClock;
  /** The time servers that this peer follows, or the peer that leads the mesh's clock. */
  readonly timeSources: TimeSources;
  policy = new Policy();
  /** Where others find this peer. */
  addresses: readonly string[] = [];
  /** The reason that others give for refusing this peer while it has no link; null: none does, as far as is known. */
  shutOut: string | null = null;
  /** Addresses of other peers: of the invitation, and those known from an earlier run. */
  bootstrap: readonly string[];
  readonly #storage: Storage;
  readonly #gossip: Gossip;
  readonly #liveness: Liveness;
  readonly #neighbours: Neighbours;
  readonly #renewal: Renewal;
  #isOfRetiredRoot = false;
  readonly #twin: Twin;
  #incarnation = 0;
  #cancelChecks: Cancel = () => {};
  #isStarted = false;
  #isStopped = false;
  #isLeaving = false;
  #saved: readonly string[] = [];
  #whenLeft = () => {};
  readonly #left = new Promise<void>((resolve) => {
    this.#whenLeft = resolve;
  });

  constructor({ runtime, storage, transport, standing, authority = null, bootstrap = [] }: PeerOptions) {
    this.runtime = runtime;
    this.standing = standing;
    this.authority = authority;
    this.bootstrap = bootstrap;
    this.#storage = storage;
    this.switchboard = new Switchboard(runtime, standing, transport);
    new Moved(runtime.clock, this.switchboard);
    this.directory = new Directory(standing);
    this.#gossip = new Gossip(runtime, standing, this.directory, this.switchboard);
    this.#liveness = new Liveness(runtime, standing, this.directory, this.switchboard, this.#gossip);
    this.clock = new PeerClock(runtime, standing, this.directory, this.switchboard);
    this.routing = new Routing(runtime, standing, this.directory, this.switchboard);
    this.timeSources = new TimeSources(this.routing);
    this.meter = new Meter(this.switchboard, this.routing);
    const dated = { ...runtime, clock: this.clock.asClock() };
    this.suspicions = new Suspicions(dated, standing, this.routing);
    const policy = () => this.policy;
    const { directory, switchboard, routing, clock, meter } = this;
    const world = { runtime, standing, storage, directory, switchboard, routing, clock, policy };
    const { asker, ...messages } = messageParts(world);
    ({
      pairs: this.pairs,
      inbox: this.inbox,
      outbox: this.outbox,
      holders: this.holders,
      mailbox: this.mailbox,
      broadcasts: this.broadcasts,
    } = messages);
    this.reach = new Reach(runtime, directory, switchboard, routing, transport, asker);
    this.shares = new Shares(runtime, standing, switchboard, storage, policy);
    const { pairs } = messages;
    this.skyeye = new SkyEyeOverLinks({ runtime, standing, directory, switchboard, routing, asker, pairs });
    this.skyeye.onQuery.push((id) => this.meter.query(id));
    this.#neighbours = new Neighbours({
      ...{ runtime, standing, directory, switchboard, reach: this.reach },
      liveness: this.#liveness,
      bootstrap: () => this.bootstrap,
    });
    const isNeededByTree = switchboard.isNeeded;
    switchboard.isNeeded = (id) => isNeededByTree(id) || this.skyeye.keeps(id);
    const enrolmentRelay = new EnrolmentRelay({ runtime, switchboard, routing, asker, meter, authority });
    this.departure = new Departure({ runtime, standing, switchboard, routing, asker, authority });
    const addresses = () => this.addresses;
    this.#renewal = new Renewal({
      ...{ runtime, standing, directory, transport, enrolmentRelay, authority },
      addresses,
      bootstrap: () => this.bootstrap,
      isOfRetiredRoot: () => this.#isOfRetiredRoot,
    });
    this.#twin = new Twin(runtime);
    this.#subscribe();
  }

  /** Subscribes to events that concern this peer itself. */
  #subscribe(): void {
    const { standing, authority, switchboard, directory } = this;
    switchboard.onRefused.push((_session, code, reason) => this.#refused(code, reason));
    switchboard.onOpen.push(() => {
      this.shutOut = null;
      this.#isOfRetiredRoot = false;
    });
    switchboard.handleRequest(requestKinds.seen, (session, _payload, reply) =>
      reply(null, encode(seenAddress, session.link.shown.address)),
    );
    directory.onChange.push((id, status) => {
      if (id === standing.id && !this.#isStopped) this.#onOwnStatus(status);
    });
    // Just admitted: the list of members with this peer arrived over its first link.
    standing.onRoster.push(() => {
      if (this.#isStarted && !this.#isStopped && directory.announcementOf(this.id) === null)
        this.#announce(false);
    });
    if (authority !== null) {
      authority.onRoster = (roster) => standing.setRoster(roster);
      standing.mergeRival = (rival) => authority.merge(rival);
      standing.onRoster.push((roster) => authority.follow(roster));
      // This folder may be an old copy.
      switchboard.wholeList.refetch();
      authority.onGroupKey = (epoch, key) => void standing.takeGroupKey({ epoch, key });
    }
  }

  #refused(code: string, reason: string): void {
    const isLinked = this.switchboard.sessions()[Symbol.iterator]().next().done === false;
    if (isLinked || !SHUT_OUT.has(code)) return;
    const isNews = this.shutOut === null;
    this.shutOut = `others refuse this peer: ${reason}`;
    this.#isOfRetiredRoot = code === 'unknown-authority';
    const isCurable = code === 'expired' || this.#isOfRetiredRoot;
    if (isNews && isCurable && this.#isStarted) this.#renewal.renewIfDue();
  }

  get id(): string {
    return this.standing.id;
  }

  async start(): Promise<void> {
    this.addresses = await this.switchboard.listen();
    const known = knownIncarnation(this.#storage);
    // Higher than any before, even if the folder is an old copy or the clock was set back.
    this.#incarnation = Math.max(known, Math.floor(this.runtime.clock.nowMs() / 1000));
    this.#isStarted = true;
    this.#announce(false);
    this.#neighbours.start();
    this.#gossip.start();
    this.clock.start();
    this.mailbox.start();
    this.holders.start();
    this.skyeye.start();
    this.#renewal.renewIfDue();
    this.#cancelChecks = every(this.runtime, CHECK_MS, () => {
      this.#renewal.renewIfDue();
      this.authority?.look();
      this.#savePeerAddresses();
    });
  }

  /**
   * Leaves with an announcement, so that the others need not detect it by timeout. It stays for a moment, to forward the
   * announcements of others that leave at the same time; without a link to a remaining peer it makes one first.
   */
  leave(): Promise<void> {
    if (!this.#isStopped && !this.#isLeaving) {
      this.#announce(true);
      this.#isLeaving = true;
      this.#gossip.flush();
      if (!this.#isLinkedToAnyAlive()) this.#linkToSome();
      this.#stopWhenAnnounced(FAREWELL_TRIES);
    }
    return this.#left;
  }

  /**
   * Saves addresses of other peers for the next start, linked ones first. Peers that stay alive stay in the list, so that nothing
   * is written while the membership is stable.
   */
  #savePeerAddresses(): void {
    const { tree } = this.directory;
    const before = this.#saved.filter((id) => tree.has(id));
    const linked = [...this.switchboard.sessions()].map(({ id }) => id).filter((id) => tree.has(id));
    // From this peer's place in the tree on, so that not all peers save the same ones.
    const all = tree.ids;
    const place = all.indexOf(this.id);
    const others = [...all.slice(place + 1), ...all.slice(0, Math.max(0, place))].slice(0, SAVED_MAX);
    const known = new Set([...before, ...linked, ...others]);
    const ids = [...known].filter((id) => id !== this.id).slice(0, SAVED_MAX);
    this.#saved = ids;
    try {
      savePeerAddresses(
        this.#storage,
        ids.map((id) => this.directory.addressesOf(id)),
      );
    } catch (error) {
      // The disk may be full: retried at the next check.
      const message = (error as Error).message;
      this.runtime.log('debug', 'addresses of other peers could not be written', { message });
    }
  }

  #stopWhenAnnounced(triesLeft: number): void {
    const isAnnounced = this.#isLinkedToAnyAlive() || this.#othersAlive().length === 0;
    this.runtime.clock.after(FAREWELL_MS, () => {
      if (isAnnounced || triesLeft === 0) this.stop();
      else this.#stopWhenAnnounced(triesLeft - 1);
    });
  }

  #othersAlive(): string[] {
    return this.directory.tree.ids.filter((id) => id !== this.id);
  }

  #isLinkedToAnyAlive(): boolean {
    return [...this.switchboard.sessions()].some(({ id }) => this.directory.isAlive(id));
  }

  /** The dialled peer compares its state with this one, and so learns of the departure. */
  #linkToSome(): void {
    for (const id of sample(this.runtime.random, this.#othersAlive(), FAREWELLS))
      this.switchboard.connect(id, this.directory.addressesOf(id));
  }

  /** At once, without waiting for others that leave too. */
  stop(): void {
    if (this.#isStopped) return;
    this.#savePeerAddresses();
    if (!this.#isLeaving) this.#announce(true);
    this.#gossip.stop();
    this.#end();
    this.switchboard.stop('leaving');
    this.#whenLeft();
  }

  /** Ends without an announcement, like a crash. */
  kill(): void {
    this.#end();
    this.switchboard.kill();
    this.#whenLeft();
  }

  #end(): void {
    this.#isStopped = true;
    this.#cancelChecks();
    this.#renewal.stop();
    this.#neighbours.stop();
    this.#liveness.stop();
    this.clock.stop();
    this.mailbox.stop();
    this.holders.stop();
    this.broadcasts.stop();
    this.skyeye.stop();
  }

  /** The host's addresses changed. */
  moved(addresses: readonly string[]): void {
    this.addresses = addresses;
    this.#neighbours.moved();
    this.#announce(false);
  }

  /** Renews the certificate now, due or not. @throws EnrolError */
  renew(): Promise<void> {
    return this.#renewal.renew();
  }

  send(to: string, text: string | Uint8Array, topic = 'message'): Promise<Outcome> {
    return new Promise((resolve) => {
      const problem = this.mailbox.send(to, topic, Buffer.from(text as Uint8Array), resolve);
      if (problem !== null) resolve({ isDelivered: false, problem });
    });
  }

  broadcast(
    text: string | Uint8Array,
    topic = 'message',
  ): Promise<{ count: number; problem: string | null }> {
    return new Promise((resolve) => {
      const done = (count: number) => resolve({ count, problem: null });
      const problem = this.broadcasts.send(topic, Buffer.from(text as Uint8Array), done);
      if (problem !== null) resolve({ count: 0, problem });
    });
  }

  /** Why this peer lacks the authority that it holds according to the list of members; null if it lacks nothing. */
  get lostAuthority(): string | null {
    const isHolder = this.standing.roster.authority?.id === this.id;
    return isHolder && this.authority === null ? LOST_AUTHORITY : null;
  }

  /** What an operator should know: why others refuse this peer, that its authority is lost, or that there are two of it. */
  get problem(): string | null {
    return this.shutOut ?? this.lostAuthority ?? this.#twin.problem();
  }

  #onOwnStatus(status: Status): void {
    const announcement = this.directory.announcementOf(this.id);
    const isForeign = announcement !== null && announcement.incarnation > this.#incarnation;
    // Declared dead by mistake: a newer announcement refutes that.
    if (status === 'dead' || (isForeign && this.#twin.receive(announcement, this.addresses)))
      this.#announce(false);
  }

  #announce(isLeaving: boolean): void {
    // No announcement may follow the one that it leaves.
    if (this.#isLeaving) return;
    const known = this.directory.announcementOf(this.id)?.incarnation ?? 0;
    this.#incarnation = Math.max(this.#incarnation, known) + 1;
    this.#keepIncarnation();
    const sealingKeyHash = sha256(this.standing.sealing.publicKey);
    this.#gossip.publish(
      this.directory.announce(this.#incarnation, this.addresses, sealingKeyHash, isLeaving),
    );
  }

  /** A full disk must neither silence a peer that is called dead, nor one that leaves: the next run begins at the date at least. */
  #keepIncarnation(): void {
    try {
      this.#storage.write('incarnation', String(this.#incarnation));
    } catch (error) {
      const message = (error as Error).message;
      this.runtime.log('warn', 'the number of the last announcement could not be written', { message });
    }
  }
}

/** 0 if it is missing or damaged: the date is higher, unless the clock was set back. */
function knownIncarnation(storage: Storage): number {
  const known = Number(storage.read('incarnation')?.toString() ?? 0);
  return Number.isInteger(known) && known >= 0 && known < INCARNATION_MAX ? known : 0;
}
