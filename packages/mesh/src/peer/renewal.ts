// Keeps the certificate of a peer valid: it asks for a new one at half of its life, or when the authority has a newer root.
//
//   still valid ─► over the links of the mesh, to the authority ──┐
//   no longer   ─► unauthenticated, at the addresses of other peers ┴─► certificate ─► standing

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
import type { Directory } from '../members/directory.ts';
import { type Runtime, sample } from '../runtime.ts';
import type { EnrolmentRelay } from './enrolment-relay.ts';
import type { Standing } from './standing.ts';

/** Peers that one with an expired certificate tries in a round; others in the next. */
const CANDIDATES_MAX = 6;
const NOTHING = Buffer.alloc(0);

export interface RenewalOptions {
  runtime: Runtime;
  standing: Standing;
  directory: Directory;
  transport: Transport;
  enrolmentRelay: EnrolmentRelay;
  authority: Authority | null;
  /** Others refuse this peer: the root of its certificate was retired while it was away. */
  isOfRetiredRoot: () => boolean;
  /** Where this peer listens: it does not ask itself. */
  addresses: () => readonly string[];
  /** Addresses that are known from the invitation or an earlier run. */
  bootstrap: () => readonly string[];
}

export class Renewal {
  readonly #options: RenewalOptions;
  #isRenewing = false;
  #isStopped = false;

  constructor(options: RenewalOptions) {
    this.#options = options;
  }

  stop(): void {
    this.#isStopped = true;
  }

  /** Begins a renewal if one is due and none is under way; a failure is logged. */
  renewIfDue(): void {
    if (this.#isRenewing || this.#isStopped || !this.#isDue()) return;
    this.#isRenewing = true;
    this.renew().then(
      () => {
        this.#isRenewing = false;
      },
      (error) => {
        this.#isRenewing = false;
        this.#options.runtime.log('warn', 'the certificate could not be renewed', {
          message: (error as Error).message,
        });
      },
    );
  }

  /** @throws EnrolError */
  async renew(): Promise<void> {
    const { runtime, standing, authority, isOfRetiredRoot } = this.#options;
    const request = makeEnrolRequest(standing.keys, standing.id, null);
    const { expiresMs = 0 } = readLeaf(standing.certificate) ?? {};
    const isVoid = isOfRetiredRoot() || runtime.clock.nowMs() >= expiresMs;
    const isStranger = authority === null && isVoid;
    standing.setCertificate(await (isStranger ? this.#askAsStranger(request) : this.#askOverLinks(request)));
    runtime.log('info', 'certificate renewed', { peer: standing.id });
  }

  #isDue(): boolean {
    const { runtime, standing, isOfRetiredRoot } = this.#options;
    const identity = readLeaf(standing.certificate);
    if (identity === null) return false;
    const halfMs = (identity.beginsMs + identity.expiresMs) / 2;
    const isOfNewestRoot = isIssuedBy(standing.certificate, standing.roster.roots.slice(-1));
    return runtime.clock.nowMs() >= halfMs || !isOfNewestRoot || isOfRetiredRoot();
  }

  /**
   * The machine slept for longer than the certificate, or its root, is valid: no peer links with this one now, but each
   * forwards a request.
   */
  async #askAsStranger(request: Uint8Array): Promise<Uint8Array> {
    const { runtime, transport, standing } = this.#options;
    const { id, keys, roster } = standing;
    const applicant = { mesh: roster.mesh, root: sha256(roster.beginning), id, keys, request };
    let problem = new EnrolError('no address of another peer is known');
    for (const address of this.#addressesToAsk()) {
      try {
        const admission = await enrolAt(runtime, transport, address, applicant);
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

  /** The authority's first, then those of some other peers, then the bootstrap addresses. */
  #addressesToAsk(): string[] {
    const { runtime, standing, directory, addresses, bootstrap } = this.#options;
    const others = sample(runtime.random, [...directory.tree.ids, ...directory.dead], CANDIDATES_MAX);
    const peers = [standing.roster.authority?.id ?? '', ...others];
    const known = peers.flatMap((each) => directory.addressesOf(each));
    const all = new Set([...known, ...sample(runtime.random, bootstrap(), CANDIDATES_MAX)]);
    return [...all].filter((each) => !addresses().includes(each)).slice(0, 2 * CANDIDATES_MAX);
  }

  async #askOverLinks(request: Uint8Array): Promise<Uint8Array> {
    const { enrolmentRelay, standing } = this.#options;
    const answer = await new Promise<EnrolAnswer>((resolve, reject) => {
      enrolmentRelay.renew(request, (error, payload) => {
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
    // Other peers relayed the answer, and any of them could have forged it.
    if (!standing.isOwn(answer.certificate))
      throw new EnrolError('the certificate received is not one of the authority for this peer');
    return answer.certificate;
  }
}
