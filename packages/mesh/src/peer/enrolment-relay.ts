// Requests to join by hosts that are no members yet, and by members to renew their certificates. The authority answers; any
// other peer forwards them and signs their source address: failed attempts count against that address, and against the peer that
// passes them on.
//
//   applicant ─ enrol ──► any peer ── enrolFor (address, signed) ── over others ──► authority
//   member ───────────────────────── enrol (its own) ───────────── over others ──► authority

import type { Authority } from '../identity/authority.ts';
import { enrolAnswer, enrolRequest } from '../identity/enrolment.ts';
import { hex, sha256 } from '../identity/keys.ts';
import { type Source, sourceOf } from '../identity/source.ts';
import type { Switchboard } from '../link/switchboard.ts';
import { type Asker, proof } from '../messages/asker.ts';
import { Once } from '../messages/once.ts';
import type { Routing } from '../messages/routing.ts';
import type { Runtime } from '../runtime.ts';
import type { Meter } from '../watch/meter.ts';
import { requestKinds, routedKinds } from '../wire/kinds.ts';
import { bytes, cutText, decode, encode, record, text } from '../wire/schema.ts';

const ENROL_MS = 15_000;
/** Long enough for the two names of a relayed link. */
const SHOWN_BYTES_MAX = 160;
const REQUEST_BYTES_MAX = 4_096;
const forwarded = record({ shown: text(SHOWN_BYTES_MAX), request: bytes(REQUEST_BYTES_MAX), proof });
const NOTHING = Buffer.alloc(0);

type Reply = (error: string | null, payload?: Uint8Array) => void;

export interface EnrolmentRelayOptions {
  runtime: Runtime;
  switchboard: Switchboard;
  routing: Routing;
  asker: Asker;
  meter: Meter;
  /** Only of the peer that holds it. */
  authority: Authority | null;
}

export class EnrolmentRelay {
  readonly #options: EnrolmentRelayOptions;
  /** Replay protection of forwarded requests: a replay would use up the attempts of others. */
  readonly #once = new Once();

  constructor(options: EnrolmentRelayOptions) {
    this.#options = options;
    const { switchboard, routing, asker, meter } = options;
    switchboard.handleRequest(requestKinds.enrol, (session, request, reply) => {
      const { address: shown } = session.link.shown;
      const isApplicant = session.id === '';
      this.#forward(request, shown, (error, body) => {
        if (error === null && body !== undefined && isApplicant)
          meter.joined(sourceOf(shown).address, decode(enrolAnswer, body).kind !== 'denied');
        reply(error, body);
      });
    });
    routing.handle(routedKinds.enrol, (_from, request, answer) =>
      this.#answer(request, null, (error, body) => answer(error, body ?? NOTHING)),
    );
    routing.handle(routedKinds.enrolFor, (from, payload, answer) => {
      const { shown, request, proof } = decode(forwarded, payload);
      const objection = asker.objectionTo(from, contentOf(shown, request), proof);
      if (objection !== null) return void answer(objection, NOTHING);
      if (!this.#once.take(from, hex(proof.signature))) return void answer('replayed request', NOTHING);
      this.#answer(request, sourceOf(shown, from), (error, body) => answer(error, body ?? NOTHING));
    });
  }

  /** This peer's own request, to have its certificate renewed. */
  renew(request: Uint8Array, reply: Reply): void {
    if (this.#options.authority !== null) this.#answer(request, null, reply);
    else this.#send(routedKinds.enrol, request, reply);
  }

  #forward(request: Uint8Array, shown: string, reply: Reply): void {
    const { authority, asker } = this.#options;
    if (authority !== null) return void this.#answer(request, sourceOf(shown), reply);
    if (request.length > REQUEST_BYTES_MAX) return void reply('not an enrolment request');
    const cut = cutText(shown, SHOWN_BYTES_MAX);
    const proved = asker.prove(contentOf(cut, request));
    this.#send(routedKinds.enrolFor, encode(forwarded, { shown: cut, request, proof: proved }), reply);
  }

  #answer(payload: Uint8Array, source: Source | null, reply: Reply): void {
    const { authority, runtime } = this.#options;
    if (authority === null) return void reply('the authority of this mesh is elsewhere');
    authority.enrol(decode(enrolRequest, payload), source).then(
      (answer) => reply(null, encode(enrolAnswer, answer)),
      (error) => {
        runtime.log('warn', 'enrolment failed', { message: String(error) });
        reply('the authority failed: see its log');
      },
    );
  }

  #send(kind: number, payload: Uint8Array, reply: Reply): void {
    const { routing, switchboard } = this.#options;
    const authority = switchboard.standing.roster.authority?.id;
    if (authority === undefined) return void reply('the authority of this mesh is not known');
    routing.ask(authority, kind, payload, ENROL_MS, (error, answer) =>
      error === null ? reply(null, answer) : reply(`the authority of this mesh cannot be reached: ${error}`),
    );
  }
}

function contentOf(shown: string, request: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from('enrols for '), sha256(shown), sha256(request)]);
}
