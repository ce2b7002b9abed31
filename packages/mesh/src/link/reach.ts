// Makes a link with any peer that is alive: by dialling it; else by asking it to dial; else by hole punching; else over
// a relay.

import type { Directory } from '../members/directory.ts';
import type { Asker } from '../messages/asker.ts';
import type { Routing } from '../messages/routing.ts';
import type { Runtime } from '../runtime.ts';
import { routedKinds } from '../wire/kinds.ts';
import type { Transport } from './link.ts';
import { Punch } from './punch.ts';
import { Relay } from './relay.ts';
import type { Session } from './session.ts';
import type { Switchboard } from './switchboard.ts';

const DIAL_ME_MS = 4_000;
/** Relay candidates: peers that this one has a link with, then neighbours of the target in the tree. */
const CARRIERS_MAX = 12;

export class Reach {
  readonly #directory: Directory;
  readonly #switchboard: Switchboard;
  readonly #routing: Routing;
  readonly #relay: Relay;
  readonly #punch: Punch;

  constructor(
    runtime: Runtime,
    directory: Directory,
    switchboard: Switchboard,
    routing: Routing,
    transport: Transport,
    asker: Asker,
  ) {
    this.#directory = directory;
    this.#switchboard = switchboard;
    this.#routing = routing;
    this.#relay = new Relay(runtime, switchboard, transport);
    this.#punch = new Punch(runtime, switchboard.standing, switchboard, routing, transport, asker);
    // The request may carry a forged name, but only addresses that the named peer has announced are dialled.
    routing.handle(routedKinds.dialMe, (from, _body, answer) =>
      switchboard.connect(from, directory.addressesOf(from), (isLinked) =>
        answer(isLinked ? null : 'no way', Buffer.alloc(0)),
      ),
    );
  }

  /** Makes a link by any means; null if none works. */
  async link(to: string): Promise<Session | null> {
    return this.#session(to) ?? (await this.#dial(to)) ?? this.linkOtherwise(to);
  }

  /** Makes a link without dialling the peer directly; null if that fails. */
  async linkOtherwise(to: string): Promise<Session | null> {
    return (await this.#dialMe(to)) ?? (await this.#meet(to)) ?? this.#overOther(to);
  }

  #session(id: string): Session | null {
    return this.#switchboard.sessionOf(id);
  }

  #dial(to: string): Promise<Session | null> {
    return new Promise((resolve) => {
      this.#switchboard.forgetFailures(to);
      this.#switchboard.connect(to, this.#directory.addressesOf(to), () => resolve(this.#session(to)));
    });
  }

  #dialMe(to: string): Promise<Session | null> {
    return new Promise((resolve) => {
      this.#routing.ask(to, routedKinds.dialMe, Buffer.alloc(0), DIAL_ME_MS, () =>
        resolve(this.#session(to)),
      );
    });
  }

  async #meet(to: string): Promise<Session | null> {
    const session = await this.#punch.connect(to);
    return session?.id === to ? session : this.#session(to);
  }

  async #overOther(to: string): Promise<Session | null> {
    const { tree } = this.#directory;
    const linked = [...this.#switchboard.sessions()].map((session) => session.id);
    const near = [...tree.pathTo(to).reverse(), ...tree.childrenOf(to)];
    const carriers = [...new Set([...near.filter((id) => linked.includes(id)), ...linked, ...near])];
    const others = carriers.filter((id) => id !== to && id !== this.#switchboard.standing.id);
    for (const id of others.slice(0, CARRIERS_MAX)) {
      const carrier = this.#session(id) ?? (await this.#dial(id));
      if (carrier === null) continue;
      const session = await new Promise<Session | null>((resolve) =>
        this.#relay.connect(to, carrier, resolve),
      );
      if (session?.id === to) return session;
    }
    return null;
  }
}
