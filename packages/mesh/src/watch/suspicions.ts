// Suspicions of one peer against another, sent to the authority, which alone can act. They are signed by the
// accuser, because they are routed over other peers.

import { isSignedBy, signWith } from '../identity/keys.ts';
import { peerId } from '../identity/names.ts';
import { Numbers } from '../messages/numbers.ts';
import type { Routing } from '../messages/routing.ts';
import type { Standing } from '../peer/standing.ts';
import type { Runtime } from '../runtime.ts';
import { Timestamps } from '../timestamps.ts';
import { routedKinds } from '../wire/kinds.ts';
import { bytes, cutText, decode, encode, fixed, record, type Shape, text, varint } from '../wire/schema.ts';
import { Allowance } from './allowance.ts';

const ADDRESS_BYTES_MAX = 64;
const fields = {
  /** The accuser. */
  witness: peerId,
  rule: text(40, /^[a-z0-9-]+$/),
  /** The suspect; '' if only its address is known. */
  peer: text(63, /^[a-z0-9._-]*$/),
  address: text(ADDRESS_BYTES_MAX),
  severity: text(8, /^(info|low|medium|high|critical)$/),
  /** In percent. */
  confidence: varint(100),
  /** Mesh time, in milliseconds since 1970; a witness gives each suspicion a later one, which identifies it. */
  atMs: varint(),
  summary: text(500),
};
const suspicionText = record(fields);
const signed = record({ body: bytes(1000), signature: fixed(64) });
export type Suspicion = Shape<typeof suspicionText>;

const ANSWER_MS = 5_000;
/** Maximum age of a suspicion in mesh time, of either sign: bounds replay by relays. */
const FRESH_MS = 60_000;
/** Rate limit per witness. */
const OF_ONE = { burst: 50, everyMs: 20 };
const NOTHING = Buffer.alloc(0);

export class Suspicions {
  /** At the authority: called for each suspicion from an authenticated witness. */
  readonly onSuspicion: ((suspicion: Suspicion) => void)[] = [];
  /** Called for each suspicion that this peer reports. */
  readonly onReported: ((suspicion: Suspicion) => void)[] = [];
  readonly #runtime: Runtime;
  readonly #standing: Standing;
  readonly #routing: Routing;
  readonly #ofOne: Allowance;
  /** By witness, so that none displaces what another sent. */
  readonly #received = new Numbers();
  readonly #timestamps: Timestamps;

  /** @param runtime with mesh time: a peer whose own clock is wrong is a witness, too */
  constructor(runtime: Runtime, standing: Standing, routing: Routing) {
    this.#runtime = runtime;
    this.#standing = standing;
    this.#routing = routing;
    this.#ofOne = new Allowance(runtime.clock, OF_ONE);
    this.#timestamps = new Timestamps(runtime.clock, FRESH_MS);
    routing.handle(routedKinds.suspicion, (_from, payload, answer) => {
      const problem = this.#take(payload);
      if (problem !== null) runtime.log('warn', 'suspicion refused', { reason: problem });
      answer(problem, NOTHING);
    });
  }

  /** Reports a suspicion to the authority; `done` gets the error, or null. */
  report(
    suspicion: Omit<Suspicion, 'witness' | 'atMs'>,
    done: (problem: string | null) => void = () => {},
  ): void {
    const { id, keys, roster } = this.#standing;
    const summary = suspicion.summary.slice(0, 160);
    // Addresses of relayed peers are longer than any host's.
    const address = cutText(suspicion.address, ADDRESS_BYTES_MAX);
    const atMs = this.#timestamps.nextMs();
    const own: Suspicion = { ...suspicion, address, summary, witness: id, atMs };
    for (const listener of this.onReported) listener(own);
    const to = roster.authority?.id;
    if (to === undefined) {
      done('the authority of this mesh is not known');
      return;
    }
    const body = encode(suspicionText, own);
    const signature = signWith(keys.privateKey, 'eyrie suspicion', body);
    this.#routing.ask(to, routedKinds.suspicion, encode(signed, { body, signature }), ANSWER_MS, (error) =>
      done(error),
    );
  }

  /** Takes a suspicion; returns why it is refused, or null. */
  #take(payload: Uint8Array): string | null {
    const { body, signature } = decode(signed, payload);
    const suspicion = decode(suspicionText, body);
    const { witness, atMs } = suspicion;
    const member = this.#standing.roster.approved(witness);
    if (member === null) return 'its witness is not approved';
    if (this.#standing.measures.isCutOff(witness)) return 'its witness is in quarantine';
    if (!isSignedBy(member.publicKey, signature, 'eyrie suspicion', body)) return 'tampered';
    const nowMs = this.#runtime.clock.nowMs();
    if (Math.abs(nowMs - atMs) > FRESH_MS) return 'replayed, or a clock is wrong';
    // Before the limit, which replays by others must not use up.
    if (this.#received.has(witness, atMs, nowMs + FRESH_MS)) return 'replayed';
    if (!this.#ofOne.take(witness)) return 'too many at once';
    this.#received.add(witness, atMs);
    for (const listener of this.onSuspicion) listener(suspicion);
    return null;
  }
}
