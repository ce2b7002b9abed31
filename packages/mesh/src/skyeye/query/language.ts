// The syntax tree of queries. docs/queries.md has the grammar.

/** Which peers are meant. An attribute is named by its place in the table, `DISTANCE` is the way to the peer of `near`. */
export type Condition =
  | { kind: 'and' | 'or'; parts: readonly Condition[] }
  | { kind: 'not'; part: Condition }
  | { kind: 'compare'; attribute: number; sign: Sign; value: number }
  | { kind: 'name'; label: Label; isSame: boolean; pattern: string };

export type Sign = '<' | '<=' | '>' | '>=' | '=' | '!=';
/** Texts that a peer has: its name, its role in the mesh, and its name up to the last part. */
export type Label = 'id' | 'role' | 'domain';
export const labels: readonly Label[] = ['id', 'role', 'domain'];
/** In the place of an attribute: milliseconds there and back to the peer that `near` names. */
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

/** The best peers. */
export interface Find extends Common {
  readonly kind: 'find';
  /** Maximum number of peers in the answer. */
  readonly wanted: number;
  /** Number of peers to find: where latencies are measured, more candidates than wanted. */
  readonly count: number;
  /** The peer of `near` measures before the answer is given (measured.ts). */
  readonly isMeasured: boolean;
  /** Best first; any will do if there is none. */
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
