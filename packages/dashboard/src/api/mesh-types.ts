// Types of the API's answers about the mesh, with the properties that the page uses. test/server.e2e.ts checks them
// against /openapi.json.

export interface MeshMeasure {
  step: 'throttle' | 'quarantine' | 'redirect';
  reason: string;
  /** Milliseconds since 1970. */
  atMs: number;
  untilMs: number;
}

export interface MeshPeer {
  id: string;
  role: string;
  /** alive, dead, left, revoked, unknown */
  status: string;
  /** Null for the root and for peers outside the tree. */
  parent: string | null;
  addresses: string[];
  /** Seconds since 1970. */
  admitted: number;
  /** The reason for the revocation; null: not revoked. */
  revoked: string | null;
  measure: MeshMeasure | null;
}

export interface MeshChange {
  peer: string;
  mesh: string;
  is_authority: boolean;
  root: string | null;
  /** True: peers missing from `set` are not in the mesh. False: `set` and `gone` are an update. */
  is_whole: boolean;
  set: MeshPeer[];
  gone: string[];
}

export interface MeshSummary {
  unit: string;
  count: number;
  sum: number | null;
  mean: number | null;
  min: number | null;
  max: number | null;
  sd: number | null;
  p50: number | null;
  p95: number | null;
  p99: number | null;
}

export interface MeshView {
  root: string;
  peers: number;
  alive: number;
  /** Share of the live peers whose readings are included, 0 to 1. */
  complete: number;
  ageMs: number;
  readings: { ageMs: number; oldestMs: number };
  attributes: Record<string, MeshSummary>;
  top: Record<string, { most: { id: string; value: number }[]; least: { id: string; value: number }[] }>;
  /** The names and addresses with the most traffic; null while no peer reports them. */
  talkers: MeshTalkers | null;
}

export interface MeshTalkers {
  peers: number;
  ageMs: number;
  names: Heavy;
  addresses: Heavy;
}

export interface Heavy {
  /** Rates in bytes per second, in descending order. */
  items: { name: string; rate: number }[];
  shortBy: number;
}

export interface MeshAnswer {
  query: string;
  kind: 'find' | 'figures';
  peers: {
    id: string;
    values: Record<string, number | null>;
    ageMs: number;
    latencyMs: number | null;
    isMeasured: boolean;
  }[];
  groups: { group: string; peers: number; figures: Record<string, number | null> }[];
  matched: number;
  looked: number;
  complete: number;
  /** Members that have stopped responding; answers do not include them. */
  away: number;
  /** Mean and maximum age of the readings that the query examined. */
  readings: { ageMs: number; oldestMs: number } | null;
  answeredBy: string;
  hops: number;
  tookMs: number;
  problem: string | null;
}

export interface MeshTime {
  peer: string;
  /** Milliseconds since 1970, with a fraction. */
  mesh_ms: number;
  /** Null while mesh time is unknown. */
  uncertainty_ms: number | null;
  /** Offset of this machine's own clock: positive if it is ahead of mesh time. */
  ahead_ms: number;
  /** Frequency correction in ppm: positive if this machine's own clock runs too slowly. */
  skew_ppm: number;
  /** Round-trip delay to the peer that this clock follows. */
  delay_ms: number | null;
  /** Number of links to the root of the mesh clock. */
  level: number;
  root: string | null;
  is_root: boolean;
  /** True if the root follows time servers. */
  is_traceable: boolean;
  age_seconds: number;
  samples: number;
  steps: number;
  /** The peer that queries the time servers. */
  asked_by: string | null;
  sources: TimeSource[];
  /** Why `sources` is empty. */
  problem: string | null;
}

export interface TimeSource {
  host: string;
  is_authenticated: boolean;
  key_id: number | null;
  /** Reach register (RFC 5905 §9.2): the last eight polls as bits, the latest in the lowest. */
  reach: number;
  stratum: number | null;
  role: 'truth' | 'outlier' | 'falseticker' | 'unusable';
  estimate: { offset_ms: number; delay_ms: number; jitter_ms: number; distance_ms: number } | null;
  fault: string | null;
}

export interface PathAnswer {
  from: string;
  to: string;
  forth: PathDirection;
  back: PathDirection;
  /** Duration for which both peers captured. */
  overlap_seconds: number;
  /** Sampling: one packet in this many was compared. */
  one_in: number;
  round_trip_ms: number | null;
  /** Bound on the offset between the clocks of the two peers. */
  uncertainty_ms: number | null;
  is_tcp_left_out: boolean;
}

export interface PathDirection {
  matched: number;
  delay: { min_ms: number; median_ms: number; p95_ms: number; max_ms: number; mean_ms: number } | null;
  sent: number;
  lost: number;
  loss_percent: number | null;
  /** Number of routers on the path. */
  hops: number | null;
  hops_vary: boolean;
  unseen: number;
}

export interface MeshMetrics {
  id: string;
  status: string;
  role: string;
  parent: string | null;
  children: string[];
  /** Age of the last report in milliseconds; null if there is none. */
  ageMs: number | null;
  values: Record<string, number | null>;
  history: MeshSeries | null;
  /** Why `history` is null. */
  problem: string | null;
}

export interface MeshSeries {
  id: string;
  /** Milliseconds since 1970. */
  timesMs: number[];
  attributes: Record<string, (number | null)[]>;
  /** As reported by the peer: validate before use (pages/mesh/details.ts). */
  details: unknown;
}
