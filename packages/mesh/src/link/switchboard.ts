// All sessions of a peer: accepts and dials links, keeps one to each other peer, keeps them alive, closes those of peers that
// are revoked, and dispatches what arrives to the handler of its kind.

import { type Measure, measureText } from '../members/measures.ts';
import type { Roster } from '../members/roster.ts';
import type { RosterPart } from '../members/roster-part.ts';
import { RosterError } from '../members/roster-state.ts';
import { MOVED, RosterGatherer, type Standing } from '../peer/standing.ts';
import { Pace, type Runtime } from '../runtime.ts';
import { noticeKinds, requestKinds } from '../wire/kinds.ts';
import { WireError } from '../wire/schema.ts';
import { hostOf, isLoopback } from './address.ts';
import { Dialler } from './dialler.ts';
import { Failures } from './failures.ts';
import type { Link, Transport } from './link.ts';
import { Pulse } from './pulse.ts';
import { Session } from './session.ts';
import type { Ending, Purpose, Refusal, Reply, SessionHost, Verdict } from './session-host.ts';
import type { Stream } from './stream.ts';
import { WholeList } from './whole-list.ts';

/**
 * Changes of the list of members go on at once, and in batches while there are many: a thousand admissions are not a
 * thousand frames. They wait a little longer than announcements of new members (gossip.ts), and are sent along.
 */
const ROSTER_SOON_MS = 5;
const ROSTER_BUSY_MS = 1_500;
const SESSIONS_MAX = 2_048;
/** Bytes of incomplete lists of members, from all sessions together: their signatures are not checked yet. */
const GATHERED_BYTES_MAX = 256 << 20;

export type NoticeHandler = (session: Session, payload: Uint8Array) => void;
export type RequestHandler = (session: Session, payload: Uint8Array, reply: Reply) => void;
export type StreamHandler = (session: Session, payload: Uint8Array, stream: Stream) => void;

export class Switchboard implements SessionHost {
  readonly runtime: Runtime;
  readonly standing: Standing;
  readonly onOpen: ((session: Session) => void)[] = [];
  readonly onClosed: ((session: Session, reason: string, ending: Ending) => void)[] = [];
  /** The other side refuses a link; the code names its reason. */
  readonly onRefused: ((session: Session, code: string, reason: string) => void)[] = [];
  /** Something arrived from a peer. */
  readonly onTraffic: ((
    session: Session,
    what: 'notice' | 'request' | 'stream',
    kind: number,
    bytes: number,
  ) => void)[] = [];
  /** A connection was made that did not become a link; its address, and why. */
  readonly onRejected: ((address: string, reason: string) => void)[] = [];
  /** A peer is silent (pulse.ts), though its link is open. */
  readonly onSilence: ((session: Session) => void)[] = [];
  /** Whether a link is kept though it is idle. */
  isNeeded: (id: string) => boolean = () => true;
  readonly #transport: Transport;
  readonly #all = new Set<Session>();
  readonly #byId = new Map<string, Session>();
  readonly #gatherers = new Map<Session, RosterGatherer>();
  #gatheredBytes = 0;
  readonly #notices = new Map<number, NoticeHandler>();
  readonly #requests = new Map<number, RequestHandler>();
  readonly #streams = new Map<number, StreamHandler>();
  readonly #dialler: Dialler;
  /** Failed dials. */
  readonly failures: Failures;
  /** The same of those that called here, by host. */
  readonly #turnedAway: Failures;
  readonly wholeList: WholeList;
  readonly #kept = new WeakSet<Session>();
  /** The session that stands in for a peer that refuses links, by the name of that peer. */
  readonly #standIns = new Map<string, Session>();
  readonly #pulse: Pulse;
  readonly #rosterPace: Pace;
  #isStopped = false;

  constructor(runtime: Runtime, standing: Standing, transport: Transport) {
    this.runtime = runtime;
    this.standing = standing;
    this.#transport = transport;
    this.failures = new Failures(runtime.clock);
    this.#turnedAway = new Failures(runtime.clock);
    this.wholeList = new WholeList(runtime.clock);
    this.#dialler = new Dialler(
      runtime,
      transport,
      (link) => this.#start(link, 'link'),
      (session, decided) => this.#whenDecided(session, decided),
      (address, reason) => this.#unreached(address, reason),
    );
    this.#pulse = new Pulse(runtime.clock, {
      sessions: () => this.#byId.values(),
      isKept: (session) => this.isNeeded(session.id) || this.#kept.has(session),
      silent: (session) => {
        for (const listener of this.onSilence) listener(session);
      },
    });
    this.#rosterPace = new Pace(runtime.clock, ROSTER_SOON_MS, ROSTER_BUSY_MS, () => this.#pushRoster());
    standing.onRoster.push((roster, before) => this.#rosterChanged(roster, before));
    standing.measures.onChange.push((id, measure) => {
      if (measure === null) this.forgetFailures(id);
      else if (standing.measures.isCutOff(id)) this.#cutOff(id, measure);
    });
    // A link outlives the certificate it was made with, if a newer one of the same key comes in time.
    standing.onCertificate.push((certificate) => {
      for (const session of this.#byId.values()) session.notify(noticeKinds.certificate, certificate);
    });
    this.handleRequest(requestKinds.roster, (session, _payload, reply) => {
      if (!this.wholeList.give(session)) return reply('it was sent already');
      session.sendRoster(standing.roster.writtenFrom(0));
      reply(null);
    });
    this.handleNotice(noticeKinds.certificate, (session, certificate) => {
      const verdict = standing.judge(certificate);
      if ('id' in verdict && verdict.id === session.id) session.expiresMs = verdict.expiresMs;
    });
  }

  /** Gives the addresses at which others reach this peer. */
  listen(): Promise<string[]> {
    this.#pulse.wake();
    return this.#transport.listen(
      (link) => this.#start(link, 'link'),
      (address) => this.#rejected(address, 'no handshake'),
    );
  }

  /** Tells all peers why, and closes all links. */
  stop(reason: string): void {
    this.#isStopped = true;
    this.#dialler.stop();
    this.#pulse.stop();
    this.#rosterPace.cancel();
    for (const session of [...this.#all]) session.close(reason);
  }

  /** Ends as in a crash, without a word to other peers. */
  kill(): void {
    this.#isStopped = true;
    this.#dialler.stop();
    this.#pulse.stop();
    this.#rosterPace.cancel();
    for (const session of [...this.#all]) session.link.destroy('stopped');
    void this.#transport.close();
  }

  handleNotice(kind: number, handler: NoticeHandler): void {
    this.#notices.set(kind, handler);
  }

  handleRequest(kind: number, handler: RequestHandler): void {
    this.#requests.set(kind, handler);
  }

  handleStream(kind: number, handler: StreamHandler): void {
    this.#streams.set(kind, handler);
  }

  sessionOf(id: string): Session | null {
    return this.#byId.get(id) ?? this.#standIns.get(id) ?? null;
  }

  /** Whether there is a link with a peer on which no heartbeat is missing. */
  isReceiving(id: string): boolean {
    const session = this.sessionOf(id);
    return session !== null && !this.#pulse.isLate(session);
  }

  /** From now on what is meant for `id` goes over this session, as long as it is open. */
  standIn(id: string, session: Session): void {
    this.#standIns.set(id, session);
  }

  /** The peer that the other side of a session represents: `id` if it stands in for it, else itself. */
  speaksFor(session: Session, id: string | null): string {
    return id !== null && this.#standIns.get(id) === session ? id : session.id;
  }

  /** Whom a session is with, or was meant to be with. */
  meantOf(session: Session): string {
    return session.id || this.#dialler.meantOf(session);
  }

  sessions(): Iterable<Session> {
    return this.#byId.values();
  }

  /** Makes a link to a peer, at its addresses in turn, unless there is one or it failed there a moment ago. */
  connect(id: string, addresses: readonly string[], done: (isLinked: boolean) => void = () => {}): void {
    if (this.#byId.has(id)) done(true);
    else this.#dialler.connect(id, addresses, done);
  }

  /** Makes a link to the peer that answers at an address. */
  connectTo(address: string, done: (session: Session | null) => void): void {
    this.#dialler.call([address], null, done);
  }

  /** Something else is sent over all links now: pending changes of the list of members go with it. */
  hastenRoster(): void {
    if (this.#rosterPace.isWaiting) this.#rosterPace.now();
  }

  /** A link that was not dialled here, such as a hole-punched one. */
  adopt(link: Link, done: (session: Session | null) => void): void {
    const session = this.#isStopped ? null : this.#start(link, 'link');
    if (session === null) done(null);
    else this.#whenDecided(session, (isOpen) => done(isOpen ? session : null));
  }

  /** A peer returned, or changed its addresses: earlier failures are void. */
  forgetFailures(id: string): void {
    this.#dialler.forgetFailures(id);
  }

  forgetAllFailures(): void {
    this.#dialler.forgetAllFailures();
  }

  /** Never closed for being idle. */
  keep(session: Session): void {
    this.#kept.add(session);
  }

  #cutOff(id: string, measure: Measure): void {
    const isMoved = measure.step === 'redirect';
    // Including those that are not open yet.
    for (const session of [...this.#all])
      if (session.id === id)
        session.refuse(isMoved ? MOVED : 'quarantined', isMoved ? measure.to : measureText(id, measure));
  }

  readonly #waiting = new WeakMap<Session, ((isOpen: boolean) => void)[]>();

  #whenDecided(session: Session, done: (isOpen: boolean) => void): void {
    if (session.isOpen || session.isClosed) {
      done(session.isOpen);
      return;
    }
    this.#waiting.set(session, [...(this.#waiting.get(session) ?? []), done]);
  }

  #decided(session: Session, isOpen: boolean): void {
    const waiting = this.#waiting.get(session) ?? [];
    this.#waiting.delete(session);
    for (const done of waiting) done(isOpen);
  }

  #start(link: Link, purpose: Purpose): Session | null {
    if (this.#all.size >= SESSIONS_MAX) {
      link.destroy('too many links');
      return null;
    }
    const session = new Session(link, purpose, this);
    if (!session.isClosed) this.#all.add(session);
    return session;
  }

  // --- what sessions need (SessionHost)

  mesh(): string {
    return this.standing.roster.mesh;
  }

  rosterVersion(): number {
    return this.standing.roster.version;
  }

  rosterParts(from: number): readonly Buffer[] {
    return this.standing.roster.writtenFrom(from);
  }

  takeRosterPart(session: Session, part: RosterPart): string | null {
    const gatherer = this.#gatherers.get(session) ?? new RosterGatherer();
    this.#gatherers.set(session, gatherer);
    this.#gatheredBytes -= gatherer.heldBytes;
    try {
      const roster = gatherer.take(part, this.standing.roster, session.id !== '');
      this.#gatheredBytes += gatherer.heldBytes;
      if (this.#gatheredBytes > GATHERED_BYTES_MAX) return 'too much of a list without its signature';
      if (roster !== null) {
        session.rosterVersion = Math.max(session.rosterVersion, roster.version);
        this.standing.takeRoster(roster);
      }
      return null;
    } catch (error) {
      if (!(error instanceof RosterError)) throw error;
      if (this.wholeList.request(session)) return null;
      return error.message;
    }
  }

  judge(certificate: Uint8Array | null): Verdict {
    return this.standing.judge(certificate);
  }

  opened(session: Session): void {
    const { id } = session;
    if (id === '') {
      this.#decided(session, true);
      return;
    }
    const other = this.#byId.get(id);
    if (other !== undefined && !other.isClosed) {
      const worse = this.#worseOf(other, session);
      if (worse === session) {
        this.#decided(session, true);
        session.close('there is a link already');
        return;
      }
      this.#byId.set(id, session);
      other.close('there is a newer link');
    }
    this.#byId.set(id, session);
    this.#dialler.linked(id);
    if (session.link.isDialler) this.failures.forget(session.link.shown.address);
    this.#decided(session, true);
    this.#pulse.wake();
    this.wholeList.opened(session);
    for (const listener of this.onOpen) listener(session);
  }

  closed(session: Session, reason: string, ending: Ending, refusal: Refusal | null): void {
    this.#all.delete(session);
    this.#gatheredBytes -= this.#gatherers.get(session)?.heldBytes ?? 0;
    this.#gatherers.delete(session);
    this.#decided(session, false);
    const { id } = session;
    const wasUsed = id !== '' && this.#byId.get(id) === session;
    if (wasUsed) this.#byId.delete(id);
    for (const [other, standIn] of this.#standIns) if (standIn === session) this.#standIns.delete(other);
    const { address } = session.link.shown;
    // A repeated dial gets a repeated refusal; and this peer refuses repeated connections, each from another port.
    const isRepeated =
      refusal !== null &&
      !(session.link.isDialler
        ? this.failures.note(address, reason)
        : this.#turnedAway.note(hostOf(address), reason));
    const level = refusal !== null && !isRepeated ? 'warn' : 'debug';
    const values = { peer: id || this.#dialler.meantOf(session), address, reason };
    this.runtime.log(level, refusal === null ? 'link closed' : 'link refused', values);
    if (wasUsed) for (const listener of this.onClosed) listener(session, reason, ending);
    // A peer under a measure tries again now and then: that is not worth a line in the log.
    const isMeasured = refusal?.isOwn === true && ['moved', 'quarantined'].includes(refusal.code);
    if (id === '' && !session.isStranger && !session.link.isDialler && !isMeasured)
      this.#rejected(address, reason);
  }

  /** A warning only without any link: otherwise its neighbours report a peer that is down. */
  #unreached(address: string, reason: string): void {
    const isNews = this.failures.note(address, reason);
    // Peers announce loopback addresses too.
    const isReported = isNews && this.#byId.size === 0 && !isLoopback(address);
    this.runtime.log(isReported ? 'warn' : 'debug', 'cannot reach a peer', { address, reason });
  }

  #rejected(address: string, reason: string): void {
    for (const listener of this.onRejected) listener(address, reason);
  }

  #traffic(session: Session, what: 'notice' | 'request' | 'stream', kind: number, bytes: number): void {
    if (session.id === '') return;
    for (const listener of this.onTraffic) listener(session, what, kind, bytes);
  }

  notice(session: Session, kind: number, payload: Uint8Array): void {
    this.#traffic(session, 'notice', kind, payload.length);
    this.#notices.get(kind)?.(session, payload);
  }

  refused(session: Session, code: string, reason: string): void {
    if (code === 'roster') this.wholeList.refetch();
    for (const listener of this.onRefused) listener(session, code, reason);
  }

  request(session: Session, kind: number, payload: Uint8Array, reply: Reply): void {
    const isStranger = session.id === '';
    this.#traffic(session, 'request', kind, payload.length);
    const handler = this.#requests.get(kind);
    if (handler === undefined) {
      reply('this peer does not answer that');
      return;
    }
    if (isStranger && kind !== requestKinds.enrol && kind !== requestKinds.seen)
      throw new WireError('a peer without a certificate may only enrol');
    handler(session, payload, reply);
  }

  stream(session: Session, kind: number, payload: Uint8Array, stream: Stream): void {
    this.#traffic(session, 'stream', kind, payload.length);
    const handler = this.#streams.get(kind);
    if (handler === undefined) stream.reset('this peer does not answer that');
    else handler(session, payload, stream);
  }

  /**
   * Of two links with one peer both sides must keep the same: the one dialled by the peer with the smaller name, else the
   * newer. But a link that misses heartbeats always loses: a peer that moved makes a new one before the old is given up.
   */
  #worseOf(older: Session, newer: Session): Session {
    if (this.#pulse.isLate(older) || older.link.isDialler === newer.link.isDialler) return older;
    const isOursBetter = this.standing.id < newer.id;
    return older.link.isDialler === isOursBetter ? newer : older;
  }

  #rosterChanged(roster: Roster, before: Roster): void {
    const shared = roster.sharedWith(before);
    if (shared < before.version || roster.voidedSince(before).length > 0) this.#closeVoided();
    for (const session of this.#byId.values())
      if (shared < before.version) session.rosterVersion = Math.min(session.rosterVersion, shared);
    const isOfArrivals = roster.members.size - before.members.size === roster.version - before.version;
    if (isOfArrivals) this.#rosterPace.soon();
    else this.#rosterPace.now();
  }

  #closeVoided(): void {
    for (const session of [...this.#all]) {
      if (session.id === '') continue;
      const objection = this.standing.objectionTo(session.id, session.publicKey);
      if (objection !== null) session.close(objection);
    }
  }

  #pushRoster(): void {
    const { roster } = this.standing;
    for (const session of this.#byId.values()) {
      if (session.rosterVersion >= roster.version) continue;
      session.sendRoster(this.rosterParts(session.rosterVersion));
      session.rosterVersion = roster.version;
    }
  }
}
