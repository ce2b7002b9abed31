// TCP hole punching: a direct link between two peers behind NAT. Both dial each other at the same time, each from
// the local port that its NAT has just mapped, so that each takes the other's SYN for the answer to its own (RFC 5128
// §3.4, RFC 9293 §3.5). Where a NAT maps each connection to another port, that fails, and a third peer relays the link.
//
//   A ── "where from do you see me?" ──► any peer that A called   (link/seen-from.ts)
//   A ── meet me at a:p ── over others ──► B, which asks the same ── at b:q ──► A
//   A ═══ TCP, from both sides at once ═══ B      then TLS, in which A calls

import type { Duplex } from 'node:stream';
import { hex } from '../identity/keys.ts';
import { type Asker, type Proof, proof } from '../messages/asker.ts';
import { Once } from '../messages/once.ts';
import type { Routing } from '../messages/routing.ts';
import type { Standing } from '../peer/standing.ts';
import type { Runtime } from '../runtime.ts';
import { Allowance } from '../watch/allowance.ts';
import { routedKinds } from '../wire/kinds.ts';
import { decode, encode, record } from '../wire/schema.ts';
import { hostOf, parseAddress } from './address.ts';
import { objectionToCall } from './callable.ts';
import type { Link, Transport } from './link.ts';
import { type Outlook, readAddress, seenAddress, seenFrom } from './seen-from.ts';
import type { Session } from './session.ts';
import type { Switchboard } from './switchboard.ts';

const ANSWER_MS = 4_000;
/** Concurrent hole-punching attempts: each dials an address that another peer has named. */
const MEETINGS_MAX = 8;
/** Every attempt takes this long, however it ends: its duration must not reveal which ports are open near this peer. */
const MEETING_MS = 10_000;
/** Limits per asking peer, and per target host over all askers. Beyond them, a link is relayed. */
const MEETINGS_OF_ONE = { burst: 3, everyMs: 60_000 };
const MEETINGS_AT_ONE = { burst: 4, everyMs: 60_000 };

const meeting = record({ address: seenAddress, proof });
const NOTHING = Buffer.alloc(0);

export class Punch {
  readonly #runtime: Runtime;
  readonly #standing: Standing;
  readonly #switchboard: Switchboard;
  readonly #routing: Routing;
  readonly #transport: Transport;
  readonly #asker: Asker;
  /** Peers with an attempt in progress. */
  readonly #meetings = new Set<string>();
  readonly #askers: Allowance;
  readonly #hosts: Allowance;
  readonly #once = new Once();

  constructor(
    runtime: Runtime,
    standing: Standing,
    switchboard: Switchboard,
    routing: Routing,
    transport: Transport,
    asker: Asker,
  ) {
    this.#runtime = runtime;
    this.#standing = standing;
    this.#switchboard = switchboard;
    this.#routing = routing;
    this.#transport = transport;
    this.#asker = asker;
    this.#askers = new Allowance(runtime.clock, MEETINGS_OF_ONE);
    this.#hosts = new Allowance(runtime.clock, MEETINGS_AT_ONE);
    routing.handle(routedKinds.meet, (from, payload, answer) => {
      const { address, proof } = decode(meeting, payload);
      const problem = this.#objectionTo(from, address, proof);
      if (problem !== null) return answer(problem, NOTHING);
      this.#meetings.add(from);
      runtime.clock.after(MEETING_MS, () => this.#meetings.delete(from));
      void this.#answer(from, address, answer);
    });
  }

  /** Makes a direct link with `to`; null if that fails. */
  async connect(to: string): Promise<Session | null> {
    const outlook = await this.#look();
    if (outlook === null) return null;
    const content = this.#content(outlook.address, to);
    const question = encode(meeting, { address: outlook.address, proof: this.#asker.prove(content) });
    const theirs = await new Promise<string | null>((resolve) => {
      this.#routing.ask(to, routedKinds.meet, question, ANSWER_MS, (error, body) => {
        resolve(error === null ? readAddress(body) : null);
      });
    });
    // Other peers routed the answer, and any of them could have changed the address.
    const isFine = theirs !== null && objectionToCall(theirs, (host) => this.#isSeenAt(to, host)) === null;
    const socket = isFine ? await this.#meet(outlook, theirs) : null;
    outlook.close();
    if (socket === null) return null;
    return new Promise((resolve) => {
      this.#transport.dialOver?.(socket, theirs!, (_error, link) => {
        if (link === null) resolve(null);
        else this.#switchboard.adopt(link, resolve);
      });
    });
  }

  async #answer(
    from: string,
    theirs: string,
    answer: (error: string | null, body: Uint8Array) => void,
  ): Promise<void> {
    const outlook = await this.#look();
    if (outlook === null) return answer('no address of this peer is known', NOTHING);
    answer(null, encode(seenAddress, outlook.address));
    const socket = await this.#meet(outlook, theirs);
    outlook.close();
    if (socket === null) return;
    this.#runtime.log('debug', 'met behind routers', { peer: from, address: theirs });
    this.#transport.acceptOver?.(socket, theirs, (link: Link) => this.#switchboard.adopt(link, () => {}));
  }

  /** Counts only signed questions, so that no peer can use up the allowance of another. */
  #objectionTo(from: string, address: string, proof: Proof): string | null {
    const objection =
      objectionToCall(address, (host) => this.#isSeenAt(from, host)) ??
      this.#asker.objectionTo(from, this.#content(address), proof);
    if (objection !== null) return objection;
    if (!this.#once.take(from, hex(proof.signature))) return 'replayed request';
    const host = hostOf(address);
    const isTooMuch = this.#meetings.size >= MEETINGS_MAX || this.#meetings.has(from);
    if (isTooMuch || !this.#askers.has(from) || !this.#hosts.has(host)) return 'too many meetings at once';
    this.#askers.take(from);
    this.#hosts.take(host);
    return null;
  }

  #isSeenAt(id: string, host: string): boolean {
    const session = this.#switchboard.sessionOf(id);
    return session?.id === id && hostOf(session.link.shown.address) === host;
  }

  #content(address: string, to = this.#standing.id): Buffer {
    return Buffer.from(`meet ${to} ${address}`);
  }

  /** Asks a peer that accepts connections for the public address of this one. */
  async #look(): Promise<Outlook | null> {
    const { meet, dialOver, dialFromOwnPort } = this.#transport;
    if (meet === undefined || dialOver === undefined || dialFromOwnPort === undefined) return null;
    for (const { link } of this.#switchboard.sessions()) {
      if (!link.isDialler || parseAddress(link.shown.address) === null) continue;
      const mesh = this.#standing.roster.mesh;
      return seenFrom(this.#runtime, this.#transport, mesh, link.shown.address);
    }
    return null;
  }

  #meet({ localPort }: Outlook, theirs: string): Promise<Duplex | null> {
    return new Promise((resolve) => this.#transport.meet!(localPort, theirs, resolve));
  }
}
