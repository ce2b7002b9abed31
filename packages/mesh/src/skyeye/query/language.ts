// The syntax tree of queries. docs/queries.md has the grammar.

/** A condition. Attributes are indices into the table; `DISTANCE` is the round-trip time to the peer of `near`. */
export type Condition =
  | { kind: 'and' | 'or'; parts: readonly Condition[] }
  | { kind: 'not'; part: Condition }
  | { kind: 'compare'; attribute: number; sign: Sign; value: number }
  | { kind: 'name'; label: Label; isSame: boolean; pattern: string };

export type Sign = '<' | '<=' | '>' | '>=' | '=' | '!=';
/** Text attributes of a peer: its name, its role, and its name without the last part. */
export type Label = 'id' | 'role' | 'domain';
export const labels: readonly Label[] = ['id', 'role', 'domain'];
/** Pseudo-attribute: round-trip time in milliseconds to the peer that `near` names. */
export const DISTANCE = -1;

export interface Key {
  attribute: number;
  isMoreFirst: boolean;
}

interface Common {
  readonly text: string;
  readonly condition: Condition | null;
  readonly near: string | null;
}

/** A query for the best peers. */
export interface Find extends Common {
  readonly kind: 'find';
  /** Maximum number of peers in the answer. */
  readonly wanted: number;
  /** Number of peers to find: where latencies are measured, more candidates than wanted. */
  readonly count: number;
  /** Whether the peer of `near` measures latencies before the answer is given (measured.ts). */
  readonly isMeasured: boolean;
  /** Sort keys, most significant first; empty for any order. */
  readonly order: readonly Key[];
  /** Attributes to show: those named in the query. */
  readonly columns: readonly number[];
}

export interface Figure {
  /** The figure as written: "p95(cpu.used)". */
  readonly name: string;
  readonly kind: 'count' | 'sum' | 'avg' | 'min' | 'max' | 'sd' | 'quantile';
  /** Unused for a count. */
  readonly attribute: number;
  /** For a quantile: its fraction, such as 0.95. */
  readonly part: number;
}

/** Statistics over all matching peers. */
export interface Figures extends Common {
  readonly kind: 'figures';
  readonly figures: readonly Figure[];
  /** Groups peers by this label or attribute. */
  readonly by: Label | number | null;
}

export type Query = Find | Figures;

export const COUNT_MAX = 1_000;
