// The syntax tree of a display filter; packages/store also compiles it to SQL.
import type { Field } from '../core/field.ts';
import type { Protocol } from '../core/protocol.ts';

/** Where in the filter's text a node stands. */
export interface Place {
  readonly at: number;
  readonly length: number;
}

/** `==`, `<` … hold if any value of the field does; `===` and `!=` if all values do; `!==` if any value differs. */
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
      /** A single value has low === high. */
      readonly ranges: readonly { readonly low: Operand; readonly high: Operand }[];
    };

export type Operand =
  | ({ readonly kind: 'field'; readonly field: Field } & Place)
  | ({ readonly kind: 'protocol'; readonly protocol: Protocol } & Place)
  /** `ip.src#2`: the field in its protocol's second layer, counted from 1, or backwards from -1. */
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

/** `word` is any unquoted text that is not a field: a number, an address, bytes, the name of a value. */
export type LiteralKind = 'string' | 'word' | 'character';

export type FunctionName = 'upper' | 'lower' | 'len' | 'count' | 'string' | 'abs' | 'max' | 'min';

/** From `start` (negative: from the end) to `end`, exclusive; null: to the end. */
export interface SliceRange {
  readonly start: number;
  readonly end: number | null;
}
