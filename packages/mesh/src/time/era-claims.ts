// Claims of peers to keep an older era of mesh time. With three peers or more, a single claim is not followed: that
// peer may lie, or its clock may be wrong.

import type { Era, MeshClock } from '@eyrie/clock/mesh';
import type { Clock } from '../runtime.ts';

/** Number of peers that must claim an older era before an established mesh switches to it. */
const VOUCHERS = 2;
/** Seconds: an era no older than this yields to the majority. */
const YOUNG = 60;
/** Lifetime of a claim; each question renews it. */
const CLAIM_MS = 40_000;
const CLAIMS_MAX = 2_048;

interface Claim extends Era {
  readonly atMs: number;
}

export class EraClaims {
  readonly #clock: Clock;
  readonly #own: Pick<MeshClock, 'era' | 'isLeading' | 'isOutlivedBy'>;
  /** The latest claim of each peer. */
  readonly #claims = new Map<string, Claim>();

  constructor(clock: Clock, own: Pick<MeshClock, 'era' | 'isLeading' | 'isOutlivedBy'>) {
    this.#clock = clock;
    this.#own = own;
  }

  add(peer: string, era: Era): void {
    this.#claims.delete(peer);
    // The peer does not know mesh time yet.
    if (era.age === 0 || !Number.isFinite(era.age)) return;
    this.#claims.set(peer, { ...era, atMs: this.#clock.elapsedMs() });
    if (this.#claims.size > CLAIMS_MAX) this.#claims.delete(this.#claims.keys().next().value!);
  }

  /**
   * Returns a peer of an older era that enough peers vouch for; null if there is none.
   *
   * @param alive number of live peers, this one included
   * @param authority the peer whose claim alone is enough
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

  /** Claimants by era, of this peer's era and of older ones. */
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
