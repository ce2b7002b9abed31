// Converts a peer's view of the mesh clock to the API's shape.
import type { PeerTime, TimeSource, TimeSourcesView } from '@eyrie/mesh';
import type { MeshTime, TimeSource as TimeSourceAnswer } from '../schemas/mesh-time.ts';

export function timeAnswer(peer: string, time: PeerTime, servers: TimeSourcesView): MeshTime {
  return {
    peer,
    mesh_ms: time.nowMs,
    uncertainty_ms: time.uncertaintyMs,
    ahead_ms: time.wallAhead * 1000,
    skew_ppm: time.skew * 1e6,
    delay_ms: time.delay === null ? null : time.delay * 1000,
    level: time.level,
    root: time.root,
    is_root: time.isRoot,
    is_traceable: time.isTraceable,
    age_seconds: time.age,
    samples: time.samples,
    steps: time.steps,
    asked_by: servers.askedBy,
    sources: servers.sources.map(sourceAnswer),
    problem: servers.problem,
  };
}

function sourceAnswer({ isAuthenticated, keyId, estimate, ...source }: TimeSource): TimeSourceAnswer {
  return {
    ...source,
    is_authenticated: isAuthenticated,
    key_id: keyId,
    estimate: estimate && {
      offset_ms: estimate.offset * 1000,
      delay_ms: estimate.delay * 1000,
      jitter_ms: estimate.jitter * 1000,
      distance_ms: estimate.distance * 1000,
    },
  };
}
