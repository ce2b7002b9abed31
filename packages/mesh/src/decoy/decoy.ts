// The decoy for redirected peers ("visitors"): another port of a member, which imitates the mesh. Members appear alive,
// messages seem to be sent and queries are answered, but nothing leaves the decoy. It dials no peer, forwards nothing,
// and reveals only what the visitor knew already or what is invented.
//
//   visitor ─► link ─► judged: is it redirected? ─► probes, offers, broadcasts, routed messages, queries ─► answers
//                                                                  └─► reported to the recorder

import type { Transport } from '../link/link.ts';
import type { Session } from '../link/session.ts';
import { Switchboard } from '../link/switchboard.ts';
import { Directory, readUpdate, writeUpdate } from '../members/directory.ts';
import { UPDATES_AT_ONCE, updates } from '../members/gossip.ts';
import { Measures } from '../members/measures.ts';
import { broadcast, count, openBroadcast } from '../messages/broadcast-text.ts';
import type { Peer } from '../peer/peer.ts';
import { Standing } from '../peer/standing.ts';
import { offers } from '../resources/shares.ts';
import { noticeKinds, requestKinds } from '../wire/kinds.ts';
import { decode, encode } from '../wire/schema.ts';
import { Mirage } from './mirage.ts';
import { DecoyPost } from './post.ts';

export interface DecoyEvent {
  visitor: string;
  /** The visitor's address. */
  address: string;
  /** Identifies the link. */
  link: number;
  kind: 'came' | 'asked' | 'said' | 'told' | 'left';
  text: string;
}

export interface DecoyOptions {
  /** The member that runs the decoy: it knows which peers were redirected here. */
  peer: Peer;
  /** Seed of all invented data: consistent for all visitors, different at each installation. */
  seed: string;
  /** The transport that visitors connect to. Its `dial` is never used. */
  transport: Transport;
  onEvent: (event: DecoyEvent) => void;
}

/** Range of answer delays: those of a route over three or four peers. */
const ANSWER_MS: readonly [number, number] = [15, 60];
const TEXT_MAX = 2_000;

/** No measures at all, whatever the list of members contains. */
class NoMeasures extends Measures {
  override take(): void {}
}

/** Accepts links and dials none; never sends the list of members. */
class DecoySwitchboard extends Switchboard {
  override rosterParts(): [] {
    return [];
  }

  override connect(
    _id: string,
    _addresses: readonly string[],
    done: (isLinked: boolean) => void = () => {},
  ): void {
    done(false);
  }

  override connectTo(_address: string, done: (session: Session | null) => void): void {
    done(null);
  }
}

export class MeshDecoy {
  readonly switchboard: Switchboard;
  readonly directory: Directory;
  readonly #peer: Peer;
  readonly #standing: Standing;
  readonly #onEvent: DecoyOptions['onEvent'];
  readonly #mirage: Mirage;
  readonly #links = new WeakMap<Session, number>();
  #nextLink = 1;

  constructor({ peer, seed, transport, onEvent }: DecoyOptions) {
    const { runtime, standing } = peer;
    this.#peer = peer;
    this.#onEvent = onEvent;
    const { id, keys, sealing, certificate, roster } = standing;
    const nothing = new NoMeasures(runtime, id, new Map());
    this.#standing = new Standing(runtime, id, keys, sealing, certificate, roster, nothing);
    const judge = this.#standing.judge.bind(this.#standing);
    this.#standing.judge = (shown) => {
      const verdict = judge(shown);
      if (!('id' in verdict) || this.#isSentHere(verdict.id)) return verdict;
      return { code: 'not-here', reason: 'this peer listens elsewhere' };
    };
    this.switchboard = new DecoySwitchboard(runtime, this.#standing, transport);
    this.directory = new Directory(this.#standing);
    this.#mirage = new Mirage(
      runtime,
      this.#standing,
      this.directory,
      this.switchboard,
      seed,
      (session, question) => this.#report(session, 'asked', question),
    );
    new DecoyPost(
      peer,
      this.#standing,
      this.directory,
      this.switchboard,
      (session, kind, text) => this.#report(session, kind, text),
      (action) => this.#later(action),
    );
    this.#follow();
    this.#answerNotices();
    this.#answerRequests();
  }

  /** Starts to listen; returns the addresses at which visitors reach it. */
  listen(): Promise<string[]> {
    this.#mirage.start();
    return this.switchboard.listen();
  }

  stop(): void {
    this.#mirage.stop();
    this.switchboard.stop('leaving');
  }

  #isSentHere(id: string): boolean {
    return this.#peer.standing.measures.of(id)?.step === 'redirect';
  }

  /** Follows the member's state; closes the links of peers that were released. */
  #follow(): void {
    const { standing, directory } = this.#peer;
    standing.onCertificate.push((certificate) => this.#standing.setCertificate(certificate));
    standing.measures.onChange.push((id) => {
      if (!this.#isSentHere(id)) this.switchboard.sessionOf(id)?.close('this link is silent');
    });
    const learn = (id: string) => {
      const announced = directory.announcementOf(id);
      if (announced !== null) this.directory.take(announced);
    };
    const learnAll = () => {
      for (const { id } of directory.entries()) learn(id);
    };
    learnAll();
    directory.onChange.push(learn);
    standing.onRoster.push((roster) => {
      this.#standing.setRoster(roster);
      // The member may have learned of a new peer before the list of members arrived here.
      learnAll();
    });
    const { onOpen, onClosed } = this.switchboard;
    const here = new Map<string, Session>();
    onOpen.push((session) => {
      // The switchboard does not report links that were replaced by a newer one.
      const before = here.get(session.id);
      here.set(session.id, session);
      if (before !== undefined) this.#report(before, 'left', 'there is a newer link');
      this.#links.set(session, this.#nextLink++);
      this.#report(session, 'came', '');
      this.#introduce(session);
    });
    onClosed.push((session, reason) => {
      here.delete(session.id);
      this.#report(session, 'left', reason);
    });
  }

  /** Announces every member, with the announcements that they signed themselves. */
  #introduce(session: Session): void {
    const announced = [...this.directory.entries()]
      .map(({ id }) => this.directory.announcementOf(id))
      .filter((each) => each !== null)
      .map(writeUpdate);
    for (let at = 0; at < announced.length; at += UPDATES_AT_ONCE)
      session.notify(noticeKinds.updates, encode(updates, announced.slice(at, at + UPDATES_AT_ONCE)));
  }

  #answerNotices(): void {
    const { switchboard } = this;
    switchboard.handleNotice(noticeKinds.updates, (session, payload) => {
      for (const each of decode(updates, payload).map((announced) => readUpdate(announced)))
        if (each.id !== session.id)
          this.#report(session, 'said', `${each.id} is ${each.kind === 'accusation' ? 'gone' : 'here'}`);
    });
    switchboard.handleNotice(noticeKinds.broadcast, (session, payload) =>
      this.#takeBroadcast(session, payload),
    );
  }

  #answerRequests(): void {
    const { switchboard } = this;
    switchboard.handleRequest(requestKinds.probe, (_session, _payload, reply) => reply(null));
    switchboard.handleRequest(requestKinds.offers, (session, _payload, reply) => {
      this.#report(session, 'asked', 'which files are offered');
      this.#later(() => reply(null, encode(offers, [])));
    });
    switchboard.onTraffic.push((session, what, kind) => {
      if (what === 'stream') this.#report(session, 'asked', `for a file (stream ${kind})`);
    });
  }

  /** Reads a broadcast, and reports that every member received it. */
  #takeBroadcast(session: Session, payload: Uint8Array): void {
    const { origin, number, topic, sealed, epoch } = decode(broadcast, payload);
    const key = this.#peer.standing.groupKeyOf(epoch);
    const body = key === null ? null : openBroadcast(key, origin, number, sealed);
    const text = body === null ? 'what cannot be read' : body.toString('utf8').slice(0, TEXT_MAX);
    this.#report(session, 'said', `to all, on ${topic}: ${text}`);
    const others = Math.max(0, this.directory.tree.size - 1);
    this.#later(() =>
      session.notify(noticeKinds.broadcastCount, encode(count, { origin, number, count: others })),
    );
  }

  #report(session: Session, kind: DecoyEvent['kind'], text: string): void {
    const link = this.#links.get(session) ?? 0;
    this.#onEvent({ visitor: session.id, address: session.link.shown.address, link, kind, text });
  }

  #later(action: () => void): void {
    const { clock, random } = this.#peer.runtime;
    const [least, most] = ANSWER_MS;
    clock.after(least + random.fraction() * (most - least), action);
  }
}
