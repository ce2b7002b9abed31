// What may be asked, as a tree. docs/queries.md has the grammar.

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
  /** Of the answer, at the most. */
  readonly wanted: number;
  /** Asked for: where latencies are measured, candidates besides. */
  readonly count: number;
  /** The peer of `near` measures before the answer is given (measured.ts). */
  readonly isMeasured: boolean;
  /** Best first; any will do if there is none. */
  readonly order: readonly Key[];
  /** Attributes to show: those that were spoken of. */
  readonly columns: readonly number[];
}

export interface Figure {
  /** As it was written: "p95(cpu.used)". */
  readonly name: string;
  readonly kind: 'count' | 'sum' | 'avg' | 'min' | 'max' | 'sd' | 'quantile';
  /** Unless it counts. */
  readonly attribute: number;
  /** Of a quantile: 0.95. */
  readonly part: number;
}

/** Numbers about all who are meant. */
export interface Figures extends Common {
  readonly kind: 'figures';
  readonly figures: readonly Figure[];
  /** A group for each value of it. */
  readonly by: Label | number | null;
}

export type Query = Find | Figures;

export const COUNT_MAX = 1_000;
