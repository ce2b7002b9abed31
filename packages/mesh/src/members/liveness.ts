// Who watches whom, and when a silent peer is called dead. Each peer watches its neighbours in the tree. One that falls
// silent is asked for by others too, and only if none of them gets an answer it is called dead, so that neither a broken
// way between two nor a slow watcher kills anybody. (SWIM's indirect probes; Lifeguard's distrust of oneself, Dadgar et
// al. 2017.)

import { peerId } from '../identity/names.ts';
import type { Session } from '../link/session.ts';
import type { Switchboard } from '../link/switchboard.ts';
import type { Standing } from '../peer/standing.ts';
import { type Cancel, type Runtime, sample } from '../runtime.ts';
import { requestKinds } from '../wire/kinds.ts';
import { decode, encode } from '../wire/schema.ts';
import type { Directory } from './directory.ts';
import type { Gossip } from './gossip.ts';

const HELPERS = 3;
/** For a helper's answer; a third of it for the helper's own question. */
const PROBE_MS = 750;
const PROBES_MAX = 32;
/** After so many suspicions that proved wrong, this peer waits twice as long before it believes itself. */
const DISTRUST_MAX = 6;

export class Liveness {
  readonly #runtime: Runtime;
  readonly #standing: Standing;
  readonly #directory: Directory;
  readonly #switchboard: Switchboard;
  readonly #gossip: Gossip;
  readonly #suspected = new Map<string, Cancel>();
  #distrust = 0;
  #probes = 0;

  constructor(
    runtime: Runtime,
    standing: Standing,
    directory: Directory,
    switchboard: Switchboard,
    gossip: Gossip,
  ) {
    this.#runtime = runtime;
    this.#standing = standing;
    this.#directory = directory;
    this.#switchboard = switchboard;
    this.#gossip = gossip;
    switchboard.onSilence.push((session) => this.suspect(session.id));
    switchboard.onClosed.push((session, reason) => {
      if (!isPeaceful(reason)) this.suspect(session.id);
    });
    switchboard.onOpen.push((session) => this.#clear(session.id));
    directory.onChange.push((id, status) => {
      if (status !== 'alive') this.#clear(id);
    });
    switchboard.handleRequest(requestKinds.probe, (_session, payload, reply) => {
      const id = decode(peerId, payload);
      // Of oneself: being able to say so is the answer.
      if (id === this.#standing.id) return reply(null);
      if (this.#probes >= PROBES_MAX) return reply('too many probes at once');
      this.#probes++;
      this.#reach(id, (isThere) => {
        this.#probes--;
        reply(isThere ? null : `${id} does not answer`);
      });
    });
  }

  stop(): void {
    for (const cancel of this.#suspected.values()) cancel();
    this.#suspected.clear();
  }

  /** Something is wrong with a peer: finds out whether it is alive. */
  suspect(id: string): void {
    if (this.#suspected.has(id) || !this.#directory.isAlive(id)) return;
    const incarnation = this.#directory.announcementOf(id)?.incarnation;
    if (incarnation === undefined) return;
    const waitMs = PROBE_MS * (1 + this.#distrust / DISTRUST_MAX);
    const heard = (isThere: boolean) => {
      if (isThere && this.#suspected.has(id)) this.#acquit(id);
    };
    const startMs = this.#runtime.clock.elapsedMs();
    const cancel = this.#runtime.clock.after(waitMs, () => {
      // What it says was only late, as all is that TCP repeats: then so was its answer.
      const session = this.#switchboard.sessionOf(id);
      if (session !== null && session.heardMs > startMs) return void this.#acquit(id);
      this.#suspected.delete(id);
      if (this.#directory.announcementOf(id)?.incarnation !== incarnation) return;
      this.#runtime.log('info', 'peer does not answer', { peer: id });
      this.#gossip.publish(this.#directory.accuse(id, incarnation));
      this.#gossip.flush();
      session?.close('no answer');
    });
    this.#suspected.set(id, cancel);
    this.#switchboard.forgetFailures(id);
    this.#reach(id, heard);
    for (const helper of this.#helpers(id)) {
      helper.request(requestKinds.probe, encode(peerId, id), waitMs, (error) => heard(error === null));
    }
  }

  /** A question over the link there is, or over a new one. */
  #reach(id: string, done: (isThere: boolean) => void): void {
    const ask = (session: Session) =>
      session.request(requestKinds.probe, encode(peerId, id), PROBE_MS / 3, (error) => done(error === null));
    const session = this.#switchboard.sessionOf(id);
    if (session !== null) {
      ask(session);
      return;
    }
    this.#switchboard.connect(id, this.#directory.addressesOf(id), (isLinked) => {
      const opened = this.#switchboard.sessionOf(id);
      if (isLinked && opened !== null) ask(opened);
      else done(false);
    });
  }

  #helpers(id: string): Session[] {
    const others = [...this.#switchboard.sessions()].filter((session) => session.id !== id);
    return sample(this.#runtime.random, others, HELPERS);
  }

  /** Others, or a second try, got an answer: so the fault may be on this side. */
  #acquit(id: string): void {
    this.#distrust = Math.min(DISTRUST_MAX, this.#distrust + 1);
    this.#runtime.clock.after(30_000, () => {
      this.#distrust = Math.max(0, this.#distrust - 1);
    });
    this.#clear(id);
    this.#runtime.log('debug', 'suspicion was wrong', { peer: id });
    const session = this.#switchboard.sessionOf(id);
    const nowMs = this.#runtime.clock.elapsedMs();
    // Others hear it and this peer does not: the link is at fault, so a new one is made.
    if (session !== null && nowMs - session.heardMs > 2 * PROBE_MS) session.close('this link is silent');
  }

  #clear(id: string): void {
    this.#suspected.get(id)?.();
    this.#suspected.delete(id);
  }
}

/** Reasons for which links end between peers that are both well. */
function isPeaceful(reason: string): boolean {
  return /^(idle|there is a|this link is silent|refused|leaving)/.test(reason);
}
