// Mesh time, recorded besides this machine's clock.
import type { Peer } from '@eyrie/mesh';

export interface MeshStamp {
  readonly mesh: string;
  /** Milliseconds since 1970, with a fraction; the true time is within ± uncertaintyMs. */
  readonly ms: number;
  readonly uncertaintyMs: number;
}

/** Null: no peer runs here, or it has no mesh time yet. */
export type MeshNow = () => MeshStamp | null;

/** Mesh time in JSON lines. */
export interface MeshTime {
  readonly mesh: string;
  /** RFC 3339, to the microsecond. */
  readonly time: string;
  readonly uncertainty_ms: number;
}

export const noMesh: MeshNow = () => null;

/** Mesh time from a peer in this process. */
export function meshNowOf({ clock, standing }: Pick<Peer, 'clock' | 'standing'>): MeshNow {
  return () => {
    const uncertaintyMs = clock.uncertaintyMs();
    if (!Number.isFinite(uncertaintyMs)) return null;
    return { mesh: standing.roster.mesh, ms: clock.nowMs(), uncertaintyMs };
  };
}

export function meshTimeOf({ mesh, ms, uncertaintyMs }: MeshStamp): MeshTime {
  return { mesh, time: microsecondText(ms), uncertainty_ms: Math.ceil(uncertaintyMs * 1000) / 1000 };
}

/** `2026-11-21T14:35:11.123456Z` */
function microsecondText(ms: number): string {
  const whole = Math.floor(ms);
  const micros = Math.min(999, Math.floor((ms - whole) * 1000));
  return `${new Date(whole).toISOString().slice(0, -1)}${String(micros).padStart(3, '0')}Z`;
}
