// What the API says of the mesh, as far as the page uses it. test/server.e2e.ts holds it against the API's own document.

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
  /** Null of the root, and of whoever is not in the tree. */
  parent: string | null;
  addresses: string[];
  /** Seconds since 1970. */
  admitted: number;
  /** The reason. */
  revoked: string | null;
  measure: MeshMeasure | null;
}

export interface MeshChange {
  peer: string;
  mesh: string;
  is_authority: boolean;
  root: string | null;
  /** Who is not in `set` is not in the mesh. */
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
  /** Part of the living that was heard from. */
  complete: number;
  ageMs: number;
  readings: { ageMs: number; oldestMs: number };
  attributes: Record<string, MeshSummary>;
  top: Record<string, { most: { id: string; value: number }[]; least: { id: string; value: number }[] }>;
  /** With the most traffic; null while no peer tells it. */
  talkers: MeshTalkers | null;
}

export interface MeshTalkers {
  peers: number;
  ageMs: number;
  names: Heavy;
  addresses: Heavy;
}

export interface Heavy {
  /** Rates in bytes a second, the most first. */
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
  /** Members that fell silent: they are in no answer. */
  away: number;
  /** Of the readings that were looked at: the mean age, and the oldest. */
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
  /** Null: mesh time is not known yet. */
  uncertainty_ms: number | null;
  /** By which this machine's own clock is ahead. */
  ahead_ms: number;
  /** Millionths by which it runs too slowly. */
  skew_ppm: number;
  /** There and back to whoever is followed. */
  delay_ms: number | null;
  /** Links to who leads. */
  level: number;
  root: string | null;
  is_root: boolean;
  /** Who leads follows time servers. */
  is_traceable: boolean;
  age_seconds: number;
  samples: number;
  steps: number;
  /** Who asks the time servers. */
  asked_by: string | null;
  sources: TimeSource[];
  /** Why they are not known. */
  problem: string | null;
}

export interface TimeSource {
  host: string;
  is_authenticated: boolean;
  /** The last eight questions as bits, the newest in the lowest. */
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
  /** Both watched for so long. */
  overlap_seconds: number;
  /** One packet in so many was compared. */
  one_in: number;
  round_trip_ms: number | null;
  /** The clocks of the two agree within this. */
  uncertainty_ms: number | null;
  is_tcp_left_out: boolean;
}

export interface PathDirection {
  matched: number;
  delay: { min_ms: number; median_ms: number; p95_ms: number; max_ms: number; mean_ms: number } | null;
  sent: number;
  lost: number;
  loss_percent: number | null;
  /** Routers between. */
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
  /** Milliseconds; null: nothing of it is known. */
  ageMs: number | null;
  values: Record<string, number | null>;
  history: MeshSeries | null;
  /** Why there is no history. */
  problem: string | null;
}

export interface MeshSeries {
  id: string;
  /** Milliseconds since 1970. */
  timesMs: number[];
  attributes: Record<string, (number | null)[]>;
  /** As the peer tells it: to be looked at before it is used. */
  details: unknown;
}
