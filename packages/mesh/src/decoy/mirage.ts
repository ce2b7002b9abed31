// The network as the decoy shows it: the true names, with invented readings. Queries are answered by the same code
// as everywhere, as if the decoy were the root; so answers are consistent with the view and with each other.

import type { Session } from '../link/session.ts';
import type { Switchboard } from '../link/switchboard.ts';
import type { Directory } from '../members/directory.ts';
import type { Standing } from '../peer/standing.ts';
import { type Cancel, every, type Runtime } from '../runtime.ts';
import { readingOf } from '../skyeye/attributes.ts';
import { treeMessage } from '../skyeye/codec.ts';
import { coordinate } from '../skyeye/latency.ts';
import { Queries } from '../skyeye/query/index.ts';
import { queryMessage } from '../skyeye/query/messages.ts';
import { SkyEye } from '../skyeye/skyeye.ts';
import { noticeKinds, requestKinds } from '../wire/kinds.ts';
import { type Codec, decode, encode } from '../wire/schema.ts';
import { madeUpPlace, madeUpReading } from './made-up.ts';

const REFRESH_MS = 5_000;
/** From one visitor in a second; more are accepted and not answered, as by an overloaded peer. */
const ANSWERS_MAX = 20;

export class Mirage {
  readonly #runtime: Runtime;
  readonly #directory: Directory;
  readonly #switchboard: Switchboard;
  readonly #seed: string;
  readonly #core: SkyEye;
  readonly #queries: Queries;
  #answered = new Map<string, number>();
  #second = 0;
  #cancel: Cancel = () => {};

  constructor(
    runtime: Runtime,
    standing: Standing,
    directory: Directory,
    switchboard: Switchboard,
    seed: string,
    onQuery: (session: Session, question: string) => void,
  ) {
    this.#runtime = runtime;
    this.#directory = directory;
    this.#switchboard = switchboard;
    this.#seed = seed;
    const world = <T>(kind: number, codec: Codec<T>) =>
      worldOf(standing, directory, switchboard, kind, codec);
    this.#core = new SkyEye(runtime, world(noticeKinds.tree, treeMessage), { heartbeatMs: 0 });
    this.#queries = new Queries(runtime, world(noticeKinds.query, queryMessage), this.#core.below);
    switchboard.handleRequest(requestKinds.coordinate, (_session, _payload, reply) =>
      reply(null, encode(coordinate, madeUpPlace(seed, standing.id, runtime.clock.nowMs()))),
    );
    switchboard.handleNotice(noticeKinds.tree, (session, payload) =>
      this.#core.take(session.id, decode(treeMessage, payload)),
    );
    switchboard.handleNotice(noticeKinds.query, (session, payload) => {
      const message = decode(queryMessage, payload);
      if (message.kind !== 'query') return;
      onQuery(session, message.question);
      // The answer goes to the visitor only, whichever peer it names as the asker.
      if (this.#mayAnswer(session.id)) this.#queries.take(session.id, { ...message, asker: session.id });
    });
  }

  start(): void {
    this.#core.start();
    this.#refresh();
    this.#cancel = every(this.#runtime, REFRESH_MS, () => this.#refresh());
  }

  stop(): void {
    this.#cancel();
    this.#core.stop();
    this.#queries.stop();
  }

  #mayAnswer(id: string): boolean {
    const second = Math.floor(this.#runtime.clock.elapsedMs() / 1000);
    if (second !== this.#second) this.#answered.clear();
    this.#second = second;
    const count = (this.#answered.get(id) ?? 0) + 1;
    this.#answered.set(id, count);
    return count <= ANSWERS_MAX;
  }

  /** New readings of all but the visitors, which report their own. */
  #refresh(): void {
    const { readings } = this.#core.below;
    const { clock } = this.#runtime;
    const nowMs = clock.elapsedMs();
    for (const id of this.#directory.tree.ids) {
      if (this.#switchboard.sessionOf(id) !== null) continue;
      const { values } = readingOf(madeUpReading(this.#seed, id, clock.nowMs()));
      const held = readings.get(id) ?? readings.put(id, id, values, nowMs, nowMs, true);
      Object.assign(held, { values, readMs: nowMs, heardMs: nowMs });
      readings.touch(held);
    }
    const root = this.#directory.tree.root;
    if (root !== null) this.#core.report(madeUpReading(this.#seed, root, clock.nowMs()));
  }
}

/** As the leader of the tree sees it; which peer that is may change. Messages go to visitors, in this kind and shape. */
function worldOf<T>(
  standing: Standing,
  directory: Directory,
  switchboard: Switchboard,
  kind: number,
  codec: Codec<T>,
) {
  return {
    get id() {
      return directory.tree.root ?? standing.id;
    },
    parent: () => null,
    isRoot: () => true,
    isBelow: (id: string) => switchboard.sessionOf(id) !== null,
    isChild: (id: string) => switchboard.sessionOf(id) !== null,
    alive: () => directory.tree.size,
    away: () => directory.dead.size,
    levels: () => directory.tree.levels,
    counts: () => true,
    roleOf: (id: string) => standing.roster.members.get(id)?.role ?? 'unknown',
    send: (to: string, message: T) => void switchboard.sessionOf(to)?.notify(kind, encode(codec, message)),
  };
}
