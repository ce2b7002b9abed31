// Claims of peers to keep an older mesh time. With three peers or more, a single claim is not followed: that peer may
// lie, or its clock may be wrong.

import type { Era, MeshClock } from '@eyrie/clock/mesh';
import type { Clock } from '../runtime.ts';

/** Peers that vouch for an older time before a mesh that has kept its own for a while goes over to it. */
const VOUCHERS = 2;
/** Seconds: a time that is kept no longer than this goes by what most say. */
const YOUNG = 60;
/** Whoever asks says so at least so often. */
const CLAIM_MS = 40_000;
const CLAIMS_MAX = 2_048;

interface Claim extends Era {
  readonly atMs: number;
}

export class EraClaims {
  readonly #clock: Clock;
  readonly #own: Pick<MeshClock, 'era' | 'isLeading' | 'isOutlivedBy'>;
  /** By peer: of which era it said it is. */
  readonly #claims = new Map<string, Claim>();

  constructor(clock: Clock, own: Pick<MeshClock, 'era' | 'isLeading' | 'isOutlivedBy'>) {
    this.#clock = clock;
    this.#own = own;
  }

  add(peer: string, era: Era): void {
    this.#claims.delete(peer);
    // It knows of no time yet.
    if (era.age === 0 || !Number.isFinite(era.age)) return;
    this.#claims.set(peer, { ...era, atMs: this.#clock.elapsedMs() });
    if (this.#claims.size > CLAIMS_MAX) this.#claims.delete(this.#claims.keys().next().value!);
  }

  /**
   * One of those who keep an older time that enough vouch for; null if there is none.
   *
   * @param alive how many are in the mesh now, this peer included
   * @param authority whose word alone is enough
   */
  vouched(alive: number, authority: string | null, counts: (peer: string) => boolean): string | null {
    const byFounder = this.#byFounder(counts);
    const own = this.#own.era;
    const followers = byFounder.get(own.founder)?.length ?? 0;
    const ownVotes = followers + (this.#own.isLeading ? 1 : 0);
    let best: { peer: string; votes: number; age: number } | null = null;
    for (const [founder, peers] of byFounder) {
      if (founder === own.founder) continue;
      const votes = peers.length;
      const needed = own.age < YOUNG ? Math.max(1, ownVotes) : Math.min(VOUCHERS, alive - 1);
      const isSure = authority !== null && peers.includes(authority);
      if (votes < needed && !isSure) continue;
      const { age } = this.#claims.get(peers[0]!)!;
      if (best === null || votes > best.votes || (votes === best.votes && age > best.age))
        best = { peer: isSure ? authority : peers[0]!, votes, age };
    }
    return best?.peer ?? null;
  }

  /** Who says that it keeps which time, of those that outlive ours, and of ours. */
  #byFounder(counts: (peer: string) => boolean): Map<number, string[]> {
    const nowMs = this.#clock.elapsedMs();
    const own = this.#own.era.founder;
    const all = new Map<number, string[]>();
    for (const [peer, { founder, age, atMs }] of this.#claims) {
      const since = nowMs - atMs;
      if (since > CLAIM_MS) this.#claims.delete(peer);
      else if (
        counts(peer) &&
        (founder === own || this.#own.isOutlivedBy({ founder, age: age + since / 1000 }))
      )
        all.set(founder, [...(all.get(founder) ?? []), peer]);
    }
    return all;
  }
}
