// The syntax tree of a display filter. It is all that other readings of a filter (SQL in the store) need.
import type { Field } from '../core/field.ts';
import type { Protocol } from '../core/protocol.ts';

/** Where in the filter's text a node stands. */
export interface Place {
  readonly at: number;
  readonly length: number;
}

/** `==` and `<` … hold when any value of a field does; `===` and `!=` when all do; `!==` when any differs. */
export type Comparison = '==' | '!=' | '===' | '!==' | '<' | '<=' | '>' | '>=' | 'contains' | 'matches';
export type Quantifier = 'any' | 'all' | null;

export type Expression =
  | { readonly kind: 'and' | 'or' | 'xor'; readonly left: Expression; readonly right: Expression }
  | { readonly kind: 'not'; readonly of: Expression }
  | { readonly kind: 'exists'; readonly operand: Operand }
  | {
      readonly kind: 'compare';
      readonly comparison: Comparison;
      readonly quantifier: Quantifier;
      readonly left: Operand;
      readonly right: Operand;
    }
  | {
      readonly kind: 'in';
      readonly quantifier: Quantifier;
      readonly operand: Operand;
      /** Single values have low === high. */
      readonly ranges: readonly { readonly low: Operand; readonly high: Operand }[];
    };

export type Operand =
  | ({ readonly kind: 'field'; readonly field: Field } & Place)
  | ({ readonly kind: 'protocol'; readonly protocol: Protocol } & Place)
  /** `ip.src#2`: of the second layer of its protocol, counted from 1, or from the last one (-1). */
  | ({ readonly kind: 'layers'; readonly field: Field; readonly ranges: readonly SliceRange[] } & Place)
  | ({ readonly kind: 'slice'; readonly of: Operand; readonly ranges: readonly SliceRange[] } & Place)
  | ({ readonly kind: 'call'; readonly name: FunctionName; readonly operands: readonly Operand[] } & Place)
  | ({
      readonly kind: 'arithmetic';
      readonly operator: '&' | '+' | '-' | '*' | '/' | '%';
      readonly left: Operand;
      readonly right: Operand;
    } & Place)
  | ({ readonly kind: 'literal'; readonly literal: LiteralKind; readonly text: string } & Place);

/** `word` is anything unquoted that is no field: a number, an address, bytes, a name of a value. */
export type LiteralKind = 'string' | 'word' | 'character';

export type FunctionName = 'upper' | 'lower' | 'len' | 'count' | 'string' | 'abs' | 'max' | 'min';

/** From `start` (negative: from the end) to `end`, exclusive; null: to the end. */
export interface SliceRange {
  readonly start: number;
  readonly end: number | null;
}
