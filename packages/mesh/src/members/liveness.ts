// Failure detection. Each peer watches its neighbours in the tree. When a neighbour stops answering, other peers probe it
// too, and it is declared dead only if none of them gets an answer, so neither a broken path between two peers nor a
// slow watcher causes a false positive. (SWIM's indirect probes; Lifeguard's local health, Dadgar et al. 2017.)

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
/** Timeout of a helper's answer; the helper's own probe gets a third of it. */
const PROBE_MS = 750;
const PROBES_MAX = 32;
/** Number of recent false suspicions at which this peer's probe timeout is doubled. */
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
    switchboard.onClosed.push((session, _reason, ending) => {
      if (ending === 'lost') this.suspect(session.id);
    });
    switchboard.onOpen.push((session) => this.#clear(session.id));
    directory.onChange.push((id, status) => {
      if (status !== 'alive') this.#clear(id);
    });
    switchboard.handleRequest(requestKinds.probe, (_session, payload, reply) => {
      const id = decode(peerId, payload);
      // A probe of this peer itself: any answer proves that it is alive.
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

  /** Suspects a peer: starts probes to find out whether it is alive. */
  suspect(id: string): void {
    if (this.#suspected.has(id) || !this.#directory.isAlive(id)) return;
    const incarnation = this.#directory.announcementOf(id)?.incarnation;
    if (incarnation === undefined) return;
    const waitMs = PROBE_MS * (1 + this.#distrust / DISTRUST_MAX);
    const onProbed = (isThere: boolean) => {
      if (isThere && this.#suspected.has(id)) this.#refuted(id);
    };
    const startMs = this.#runtime.clock.elapsedMs();
    const cancel = this.#runtime.clock.after(waitMs, () => {
      // Bytes of the peer have arrived since: they were only delayed, for example by a TCP retransmission.
      const session = this.#switchboard.sessionOf(id);
      if (session !== null && session.receivedMs > startMs) return void this.#refuted(id);
      this.#suspected.delete(id);
      if (this.#directory.announcementOf(id)?.incarnation !== incarnation) return;
      this.#runtime.log('info', 'peer does not answer', { peer: id });
      this.#gossip.publish(this.#directory.accuse(id, incarnation));
      this.#gossip.flush();
      session?.close('no answer');
    });
    this.#suspected.set(id, cancel);
    this.#switchboard.forgetFailures(id);
    this.#reach(id, onProbed);
    for (const helper of this.#helpers(id)) {
      helper.request(requestKinds.probe, encode(peerId, id), waitMs, (error) => onProbed(error === null));
    }
  }

  /** A probe over the existing link, or over a new one. */
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

  /** Another peer or a second probe got an answer, so the fault may be on this side. */
  #refuted(id: string): void {
    this.#distrust = Math.min(DISTRUST_MAX, this.#distrust + 1);
    this.#runtime.clock.after(30_000, () => {
      this.#distrust = Math.max(0, this.#distrust - 1);
    });
    this.#clear(id);
    this.#runtime.log('debug', 'suspicion was wrong', { peer: id });
    const session = this.#switchboard.sessionOf(id);
    const nowMs = this.#runtime.clock.elapsedMs();
    // Others reach the peer and this one does not: the link is broken and is replaced.
    if (session !== null && nowMs - session.receivedMs > 2 * PROBE_MS) session.close('this link is silent');
  }

  #clear(id: string): void {
    this.#suspected.get(id)?.();
    this.#suspected.delete(id);
  }
}
