// A peer: the parts of the mesh put together.
//
//   transport ─► switchboard ─► sessions ─┬─► gossip ─► directory ─► tree ─► neighbours ─► links to parent and children
//                                         ├─► liveness: who is silent
//                                         ├─► routing ─► pairs (sealed) ─► mailbox ─► inbox
//                                         ├─► broadcasts ─► inbox
//                                         └─► skyeye: readings up the tree, the view of all down, queries

import type { Authority } from '../identity/authority.ts';
import { isIssuedBy, readLeaf } from '../identity/certificate.ts';
import {
  decodeAnswer,
  type EnrolAnswer,
  EnrolError,
  enrolAt,
  makeEnrolRequest,
} from '../identity/enrolment.ts';
import { sha256 } from '../identity/keys.ts';
import type { Transport } from '../link/link.ts';
import { Moved } from '../link/moved.ts';
import { Reach } from '../link/reach.ts';
import { seenAddress } from '../link/seen-from.ts';
import { Switchboard } from '../link/switchboard.ts';
import { Directory } from '../members/directory.ts';
import { Gossip } from '../members/gossip.ts';
import { Liveness } from '../members/liveness.ts';
import { Neighbours } from '../members/neighbours.ts';
import { Asker } from '../messages/asker.ts';
import { Broadcasts } from '../messages/broadcast.ts';
import { Held } from '../messages/held.ts';
import { Holders } from '../messages/holders.ts';
import { Inbox } from '../messages/inbox.ts';
import { Mailbox, type Outcome } from '../messages/mailbox.ts';
import { Outbox } from '../messages/outbox.ts';
import { Pairs } from '../messages/pairs.ts';
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
import { Door } from './door.ts';
import type { Standing } from './standing.ts';
import type { Storage } from './storage.ts';

const RENEW_LOOK_MS = 60_000;
/** Asked in turn by one whose certificate has ended; others the next time. */
const DOORS_MAX = 6;
const NOTHING = Buffer.alloc(0);
/** Refusals that are about this peer, not about one of the two. */
const SHUT_OUT: ReadonlySet<string> = new Set([
  'revoked',
  'not-approved',
  'wrong-key',
  'expired',
  'quarantined',
]);

export interface PeerOptions {
  runtime: Runtime;
  storage: Storage;
  transport: Transport;
  standing: Standing;
  /** Only of the peer that holds the authority. */
  authority?: Authority | null;
  /** Addresses to begin with. */
  entrances?: readonly string[];
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
  /** Makes a link with any peer that is here, behind whatever. */
  readonly reach: Reach;
  /** What neighbours do. */
  readonly meter: Meter;
  readonly suspicions: Suspicions;
  readonly skyeye: SkyEyeOverLinks;
  readonly authority: Authority | null;
  readonly runtime: Runtime;
  /** The time that all peers share. */
  readonly clock: PeerClock;
  /** The time servers that are followed, here or where the mesh's time is led. */
  readonly timeSources: TimeSources;
  policy = new Policy();
  /** Where others find this peer. */
  addresses: readonly string[] = [];
  /** Why others refuse this peer, as they say, while it has no link; null as far as is known. */
  shutOut: string | null = null;
  /** Also those in the folder of an earlier run. */
  entrances: readonly string[];
  readonly #storage: Storage;
  readonly #transport: Transport;
  readonly #gossip: Gossip;
  readonly #liveness: Liveness;
  readonly #neighbours: Neighbours;
  readonly #door: Door;
  #incarnation = 0;
  #cancelRenew: Cancel = () => {};
  #isRenewing = false;
  #isStarted = false;
  #isStopped = false;

  constructor({ runtime, storage, transport, standing, authority = null, entrances = [] }: PeerOptions) {
    this.runtime = runtime;
    this.standing = standing;
    this.authority = authority;
    this.entrances = entrances;
    this.#storage = storage;
    this.#transport = transport;
    this.switchboard = new Switchboard(runtime, standing, transport);
    new Moved(runtime.clock, this.switchboard);
    this.switchboard.onRefused.push((_session, code, reason) => {
      const isLinked = this.switchboard.sessions()[Symbol.iterator]().next().done === false;
      if (isLinked || !SHUT_OUT.has(code)) return;
      const isNews = this.shutOut === null;
      this.shutOut = `others refuse this peer: ${reason}`;
      if (isNews && code === 'expired' && this.#isStarted) this.#renewIfDue();
    });
    this.switchboard.onOpen.push(() => {
      this.shutOut = null;
    });
    this.directory = new Directory(standing);
    this.#gossip = new Gossip(runtime, standing, this.directory, this.switchboard);
    this.#liveness = new Liveness(runtime, standing, this.directory, this.switchboard, this.#gossip);
    this.clock = new PeerClock(runtime, standing, this.directory, this.switchboard);
    this.routing = new Routing(runtime, standing, this.directory, this.switchboard);
    this.timeSources = new TimeSources(this.routing);
    this.meter = new Meter(this.switchboard, this.routing);
    this.suspicions = new Suspicions(runtime, standing, this.routing);
    this.pairs = new Pairs(runtime, standing, this.directory, this.routing);
    this.inbox = new Inbox(storage, () => this.clock.uncertaintyMs());
    this.outbox = new Outbox(storage, runtime.random);
    const policy = () => this.policy;
    const asker = new Asker(standing, () => this.clock.nowMs());
    // Messages are dated by the clock that all share: else an answer may seem older than its question.
    const dated = { ...runtime, clock: this.clock.asClock() };
    this.holders = new Holders({
      runtime: dated,
      standing,
      directory: this.directory,
      switchboard: this.switchboard,
      routing: this.routing,
      asker,
      held: new Held(storage),
      policy,
    });
    this.mailbox = new Mailbox(
      dated,
      standing,
      this.directory,
      this.routing,
      this.pairs,
      this.outbox,
      this.inbox,
      this.holders,
      policy,
    );
    this.reach = new Reach(runtime, this.directory, this.switchboard, this.routing, transport, asker);
    this.shares = new Shares(runtime, standing, this.switchboard, storage, policy);
    this.broadcasts = new Broadcasts(dated, standing, this.switchboard, this.inbox, policy);
    this.skyeye = new SkyEyeOverLinks(
      runtime,
      standing,
      this.directory,
      this.switchboard,
      this.routing,
      asker,
      this.pairs,
    );
    this.skyeye.onAsked.push((id) => this.meter.query(id));
    this.#neighbours = new Neighbours(
      runtime,
      standing,
      this.directory,
      this.switchboard,
      this.#liveness,
      this.reach,
      () => this.entrances,
    );
    const isOfTree = this.switchboard.isNeeded;
    this.switchboard.isNeeded = (id) => isOfTree(id) || this.skyeye.keeps(id);
    this.directory.onChange.push((id, status) => {
      // Others think this peer is gone: it is not.
      if (id === standing.id && status === 'dead' && !this.#isStopped) this.#announce(false);
    });
    // Just let in: the list that names this peer came with the first link.
    standing.onRoster.push(() => {
      if (this.#isStarted && !this.#isStopped && this.directory.announcementOf(this.id) === null)
        this.#announce(false);
    });
    this.switchboard.handleRequest(requestKinds.seen, (session, _payload, reply) =>
      reply(null, encode(seenAddress, session.link.shown.address)),
    );
    const { switchboard, routing, meter } = this;
    this.#door = new Door({ runtime, switchboard, routing, asker, meter, authority });
    if (authority !== null) {
      authority.onRoster = (roster) => standing.setRoster(roster);
      authority.onGroupKey = (epoch, key) => void standing.takeGroupKey({ epoch, key });
    }
  }

  get id(): string {
    return this.standing.id;
  }

  async start(): Promise<void> {
    this.addresses = await this.switchboard.listen();
    const known = Number(this.#storage.read('incarnation')?.toString() ?? 0);
    // Higher than any before, also if the folder is an old copy or the clock went back.
    this.#incarnation = Math.max(known, Math.floor(this.runtime.clock.nowMs() / 1000));
    this.#isStarted = true;
    this.#announce(false);
    this.#neighbours.start();
    this.#gossip.start();
    this.clock.start();
    this.mailbox.start();
    this.holders.start();
    this.skyeye.start();
    this.#renewIfDue();
    this.#cancelRenew = every(this.runtime, RENEW_LOOK_MS, () => {
      this.#renewIfDue();
      this.authority?.look();
    });
  }

  /** Says good-bye, so that nobody has to find out. */
  stop(): void {
    if (this.#isStopped) return;
    this.#announce(true);
    this.#gossip.stop();
    this.#end();
    this.switchboard.stop('leaving');
  }

  /** Ends without a word, as a crash would. */
  kill(): void {
    this.#end();
    this.switchboard.kill();
  }

  #end(): void {
    this.#isStopped = true;
    this.#cancelRenew();
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
    this.#announce(false);
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

  #announce(isLeaving: boolean): void {
    const heard = this.directory.announcementOf(this.id)?.incarnation ?? 0;
    this.#incarnation = Math.max(this.#incarnation, heard) + 1;
    this.#storage.write('incarnation', String(this.#incarnation));
    const sealingKeyHash = sha256(this.standing.sealing.publicKey);
    this.#gossip.publish(
      this.directory.announce(this.#incarnation, this.addresses, sealingKeyHash, isLeaving),
    );
  }

  /** At half of its life, or when the authority has a newer root. */
  #renewIfDue(): void {
    const { certificate, roster } = this.standing;
    const identity = readLeaf(certificate);
    if (identity === null || this.#isRenewing || this.#isStopped) return;
    const halfMs = (identity.beginsMs + identity.expiresMs) / 2;
    const isOfNewest = isIssuedBy(certificate, roster.roots.slice(-1));
    if (this.runtime.clock.nowMs() < halfMs && isOfNewest) return;
    this.#isRenewing = true;
    this.renew().then(
      () => {
        this.#isRenewing = false;
      },
      (error) => {
        this.#isRenewing = false;
        this.runtime.log('warn', 'the certificate could not be renewed', {
          message: (error as Error).message,
        });
      },
    );
  }

  /** @throws EnrolError */
  async renew(): Promise<void> {
    const request = makeEnrolRequest(this.standing.keys, this.id, null);
    const { expiresMs = 0 } = readLeaf(this.standing.certificate) ?? {};
    const isOver = this.authority === null && this.runtime.clock.nowMs() >= expiresMs;
    this.standing.setCertificate(await (isOver ? this.#askAtDoors(request) : this.#askOverLinks(request)));
    this.runtime.log('info', 'certificate renewed', { peer: this.id });
  }

  /** It slept for longer than its certificate lasts: nobody makes a link with it now, but all let it ask. */
  async #askAtDoors(request: Uint8Array): Promise<Uint8Array> {
    const { id, keys, roster } = this.standing;
    const { tree } = this.directory;
    const others = sample(this.runtime.random, [...tree.ids, ...this.directory.dead], DOORS_MAX);
    const known = [roster.authority?.id ?? '', ...others].flatMap((each) => this.directory.addressesOf(each));
    const doors = [...new Set([...known, ...sample(this.runtime.random, this.entrances, DOORS_MAX)])];
    const root = sha256(roster.beginning);
    let problem = new EnrolError('no address of another peer is known');
    for (const door of doors.filter((each) => !this.addresses.includes(each)).slice(0, 2 * DOORS_MAX)) {
      try {
        const { runtime } = this;
        const admission = await enrolAt(runtime, this.#transport, door, roster.mesh, root, id, keys, request);
        if (admission !== null) return admission.certificate;
        problem = new EnrolError('waits for approval');
      } catch (error) {
        if (!(error instanceof EnrolError)) throw error;
        problem = error;
      }
      if (this.#isStopped) break;
    }
    throw problem;
  }

  async #askOverLinks(request: Uint8Array): Promise<Uint8Array> {
    const answer = await new Promise<EnrolAnswer>((resolve, reject) => {
      this.#door.renew(request, (error, payload) => {
        if (error !== null) return reject(new EnrolError(error));
        try {
          resolve(decodeAnswer(payload ?? NOTHING));
        } catch (problem) {
          reject(problem);
        }
      });
    });
    if (answer.kind !== 'admitted')
      throw new EnrolError(answer.kind === 'denied' ? answer.reason : 'waits for approval');
    // The answer came over others, of whom any could have made it up.
    if (!this.standing.isOwn(answer.certificate))
      throw new EnrolError('the certificate that came is not one of the authority for this peer');
    return answer.certificate;
  }
}
