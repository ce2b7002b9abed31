// Compiles a display filter's syntax tree to SQL conditions equivalent to dissect's predicate.
import {
  type Constant,
  constant,
  type Expression,
  type Field,
  type FieldType,
  holds,
  holdsBytes,
  isPrefix,
  type Operand,
  patternOf,
} from '@eyrie/dissect';
import type { AddressBook } from './address-book.ts';
import { addressCondition, type Order } from './address-order.ts';
import { type AddressValues, type Column, columnOf } from './columns.ts';
import {
  and,
  type Bounds,
  bothHold,
  differ,
  exactly,
  FALSE,
  fails,
  not,
  oneHolds,
  or,
  type Sql,
  TRUE,
} from './condition.ts';
import { mayHave, protocolIn } from './presence.ts';
import type { Vocabulary } from './vocabulary.ts';

type Compare = Expression & { kind: 'compare' };
type Within = Expression & { kind: 'in' };
type Literal = Operand & { kind: 'literal' };

/** A column's values, and the rows in which they are known. */
interface Known extends Column {
  readonly type: FieldType;
  readonly field: Field | null;
}

export class FilterCompiler {
  readonly #vocabulary: Vocabulary;
  readonly #addresses: AddressBook;

  constructor(vocabulary: Vocabulary, addresses: AddressBook) {
    this.#vocabulary = vocabulary;
    this.#addresses = addresses;
  }

  /** Two conditions on rows of packets: `lower` holds only for those that pass, `upper` for all that may. */
  async compile(e: Expression): Promise<Bounds> {
    switch (e.kind) {
      case 'and':
        return bothHold(await this.compile(e.left), await this.compile(e.right));
      case 'or':
        return oneHolds(await this.compile(e.left), await this.compile(e.right));
      case 'xor':
        return differ(await this.compile(e.left), await this.compile(e.right));
      case 'not':
        return fails(await this.compile(e.of));
      case 'exists':
        return await this.#exists(e.operand);
      case 'compare':
        return (await this.#compare(e)) ?? this.#undecided(e.left, e.right);
      case 'in':
        return (await this.#in(e)) ?? this.#undecided(e.operand);
    }
  }

  /** Undecidable, except that all operands must be present. */
  #undecided(...operands: readonly Operand[]): Bounds {
    const upper = and(...operands.map((operand) => mayHave(operand, this.#vocabulary)));
    return { lower: FALSE, upper };
  }

  async #exists(operand: Operand): Promise<Bounds> {
    if (operand.kind === 'protocol') return exactly(protocolIn(operand.protocol.name, this.#vocabulary));
    const known = this.#known(operand);
    if (known === null) return this.#undecided(operand);
    if (known.values.kind === 'address') return within(known, await this.#hasAddress(known.values));
    if (operand.kind !== 'arithmetic') return within(known, TRUE);
    // `tcp.flags & 2` tests a bit, not whether the field is present.
    if (known.values.kind !== 'number') return this.#undecided(operand);
    return within(known, or(...known.values.sql.map((sql) => `${sql} <> 0`)));
  }

  async #compare({ comparison, quantifier, left, right }: Compare): Promise<Bounds | null> {
    const isAll =
      quantifier === 'all' || (quantifier === null && (comparison === '!=' || comparison === '==='));
    if (comparison === 'contains' || comparison === 'matches') return this.#search(comparison, left, right);
    const order: Order = comparison === '===' ? '==' : comparison === '!==' ? '!=' : comparison;
    if (left.kind === 'literal') return this.#compareLiteral(right, FLIPPED[order], left, isAll, true);
    if (right.kind === 'literal') return this.#compareLiteral(left, order, right, isAll, false);
    return this.#compareColumns(left, order, right, isAll);
  }

  async #compareLiteral(
    operand: Operand,
    order: Order,
    literal: Literal,
    isAll: boolean,
    isFlipped: boolean,
  ): Promise<Bounds | null> {
    const known = this.#known(operand);
    const value = known === null ? null : constantOf(literal, known);
    if (known === null || value === null) return null;
    // Swapping the operands reverses the order only for values that have one.
    if (isFlipped && isPrefix(value) && order !== '==' && order !== '!=') return null;
    if (known.values.kind === 'address') {
      const condition = this.#addressCondition(order, value);
      return condition === null
        ? null
        : within(known, await this.#addressTest(known.values, condition, isAll));
    }
    const tests = this.#tests(known, order, value);
    return tests === null ? null : within(known, isAll ? and(...tests) : or(...tests));
  }

  #addressCondition(order: Order, value: Constant): Sql | null {
    return addressCondition(order, value, (bytes) => this.#addresses.bytes(bytes));
  }

  /** Whether any of a field's addresses meets a condition on its bytes, or, if quantified so, all do. */
  async #addressTest(values: AddressValues, condition: Sql, isAll: boolean): Promise<Sql> {
    const { sql, shown, family } = values;
    const tests = await Promise.all(sql.map((column) => this.#addresses.isOne(column, family, condition)));
    if (!isAll) return or(...tests, await this.#isOuter(values, condition));
    const outside = await this.#isOuter(values, `NOT (${condition})`);
    return and(await this.#hasAddress(values), ...tests.map((test) => or(not(shown), test)), not(outside));
  }

  async #hasAddress(values: AddressValues): Promise<Sql> {
    return or(values.shown, await this.#isOuter(values, TRUE));
  }

  async #isOuter({ sides, family }: AddressValues, condition: Sql): Promise<Sql> {
    return sides.length === 0 ? FALSE : this.#addresses.isOuter(sides, family, condition);
  }

  /** Compares each value of the column with a constant. */
  #tests({ values }: Known, order: Order, value: Constant): Sql[] | null {
    switch (values.kind) {
      case 'number': {
        const number = numberText(value);
        return number === null ? null : values.sql.map((sql) => `${sql} ${OPERATORS[order]} ${number}`);
      }
      case 'text':
        return typeof value === 'string' ? [values.like((text) => holds(order, text, value))] : null;
      case 'address':
      case 'none':
        return null;
    }
  }

  #compareColumns(left: Operand, order: Order, right: Operand, isAll: boolean): Bounds | null {
    const [a, b] = [this.#known(left), this.#known(right)];
    if (a?.values.kind !== 'number' || b?.values.kind !== 'number') return null;
    // Times are compared in nanoseconds, other numbers as such; the two are not mixed.
    if (isTime(a.type) !== isTime(b.type)) return null;
    const rights = b.values.sql;
    const tests = a.values.sql.flatMap((x) => rights.map((y) => `${x} ${OPERATORS[order]} ${y}`));
    return within(together(a, b), isAll ? and(...tests) : or(...tests));
  }

  #search(comparison: 'contains' | 'matches', left: Operand, right: Operand): Bounds | null {
    const known = left.kind === 'literal' || right.kind !== 'literal' ? null : this.#known(left);
    if (known?.values.kind !== 'text' || right.kind !== 'literal') return null;
    const wanted = constantOf(right, known);
    if (typeof wanted !== 'string') return null;
    if (comparison === 'contains') return exactly(known.values.like((text) => holdsBytes(text, wanted)));
    const pattern = patternOf(wanted);
    return exactly(known.values.like((text) => pattern.test(text)));
  }

  async #in({ operand, quantifier, ranges }: Within): Promise<Bounds | null> {
    const known = this.#known(operand);
    if (known === null) return null;
    const { values } = known;
    const isAll = quantifier === 'all';
    if (values.kind === 'address') {
      const isIn = rangesIn(known, ranges, 1, (order, value) => {
        const condition = this.#addressCondition(order, value);
        return condition === null ? null : [condition];
      });
      return isIn === null ? null : within(known, await this.#addressTest(values, isIn[0]!, isAll));
    }
    const count = values.kind === 'number' ? values.sql.length : 1;
    const isIn = rangesIn(known, ranges, count, (order, value) => this.#tests(known, order, value));
    return isIn === null ? null : within(known, isAll ? and(...isIn) : or(...isIn));
  }

  /** How columns decide an operand; null if they can't. */
  #known(operand: Operand): Known | null {
    if (operand.kind === 'field') {
      const column = columnOf(operand.field.name, this.#vocabulary);
      return column === null ? null : { ...column, type: operand.field.type, field: operand.field };
    }
    return operand.kind === 'arithmetic' ? this.#arithmetic(operand) : null;
  }

  #arithmetic({ operator, left, right }: Operand & { kind: 'arithmetic' }): Known | null {
    // Division truncates and may be by zero, for which the predicate has rules of its own.
    if (operator === '/' || operator === '%') return null;
    const a = this.#known(left);
    if (a?.values.kind !== 'number' || isTime(a.type)) return null;
    const b = right.kind === 'literal' ? null : this.#known(right);
    const literal = right.kind === 'literal' ? constantOf(right, a) : null;
    const number = literal === null ? null : numberText(literal);
    const rights =
      b?.values.kind === 'number' && !isTime(b.type) ? b.values.sql : number === null ? [] : [number];
    if (rights.length === 0) return null;
    return {
      ...(b === null ? { has: a.has, open: a.open } : together(a, b)),
      values: {
        kind: 'number',
        sql: a.values.sql.flatMap((x) => rights.map((y) => `(CAST(${x} AS BIGINT) ${operator} ${y})`)),
      },
      type: a.type,
      field: null,
    };
  }
}

/** Whether each of a column's values is in one of the ranges. */
function rangesIn(
  known: Known,
  ranges: Within['ranges'],
  count: number,
  testsOf: (order: Order, value: Constant) => Sql[] | null,
): Sql[] | null {
  const isIn: Sql[] = new Array<Sql>(count).fill(FALSE);
  for (const { low, high } of ranges) {
    const tests = rangeTests(known, low, high, testsOf);
    if (tests === null) return null;
    tests.forEach((test, i) => {
      isIn[i] = or(isIn[i]!, test);
    });
  }
  return isIn;
}

function rangeTests(
  known: Known,
  low: Operand,
  high: Operand,
  testsOf: (order: Order, value: Constant) => Sql[] | null,
): Sql[] | null {
  if (low.kind !== 'literal' || high.kind !== 'literal') return null;
  const [from, to] = [constantOf(low, known), constantOf(high, known)];
  if (from === null || to === null) return null;
  if (low === high) return testsOf('==', from);
  if (isPrefix(from) || isPrefix(to)) return null;
  const [lowest, highest] = [testsOf('>=', from), testsOf('<=', to)];
  return lowest === null || highest === null ? null : lowest.map((test, i) => and(test, highest[i]!));
}

/** In rows where the column is known the test decides; where it is unknown, the row may pass. */
function within({ has, open }: Pick<Column, 'has' | 'open'>, test: Sql): Bounds {
  const lower = and(has, test);
  return { lower, upper: or(lower, open) };
}

/** Both operands must have a value. */
function together(a: Column, b: Column): Pick<Column, 'has' | 'open'> {
  const open = or(and(a.open, or(b.has, b.open)), and(b.open, or(a.has, a.open)));
  return { has: and(a.has, b.has), open };
}

function constantOf(literal: Literal, { type, field }: Known): Constant | null {
  const value = constant(literal, type, field);
  return typeof value === 'object' && 'error' in value ? null : value;
}

/** Numbers beyond 64 bits are left to the predicate. */
function numberText(value: Constant): string | null {
  if (typeof value === 'boolean') return value ? '1' : '0';
  if (typeof value === 'number') return Number.isSafeInteger(value) ? String(value) : null;
  if (typeof value !== 'bigint') return null;
  return BigInt.asIntN(64, value) === value ? String(value) : null;
}

function isTime(type: FieldType): boolean {
  return type === 'time' || type === 'seconds';
}

const OPERATORS: Readonly<Record<Order, string>> = {
  '==': '=',
  '!=': '<>',
  '<': '<',
  '<=': '<=',
  '>': '>',
  '>=': '>=',
};

const FLIPPED: Readonly<Record<Order, Order>> = {
  '==': '==',
  '!=': '!=',
  '<': '>',
  '<=': '>=',
  '>': '<',
  '>=': '<=',
};
