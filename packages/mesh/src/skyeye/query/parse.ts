// The query parser. A syntax error states its position and what was expected there.

import { attributes, indexOf, shownAttributes } from '../attributes.ts';
import {
  COUNT_MAX,
  type Condition,
  DISTANCE,
  type Figure,
  type Key,
  type Label,
  labels,
  type Query,
  type Sign,
} from './language.ts';
import { CANDIDATES } from './measured.ts';
import { exampleOf, factorOf } from './units.ts';
import { QueryError, type Word, wordsOf } from './words.ts';

const DEPTH_MAX = 32;
const FIGURES_MAX = 16;
const KEYS_MAX = 8;
const signs: Record<string, Sign> = {
  ...{ '<': '<', '<=': '<=', '>': '>', '>=': '>=', '=': '=', '==': '=', '!=': '!=', '<>': '!=' },
};
const kinds: Record<string, Figure['kind']> = {
  ...{ count: 'count', sum: 'sum', avg: 'avg', mean: 'avg', average: 'avg' },
  ...{ min: 'min', max: 'max', sd: 'sd', stddev: 'sd', median: 'quantile' },
};

/** @throws QueryError */
export function parseQuery(text: string): Query {
  return new Parser(text).query();
}

class Parser {
  readonly #text: string;
  readonly #words: Word[];
  #at = 0;
  #depth = 0;
  #near: string | null = null;
  #isMeasured = false;
  readonly #spokenOf = new Set<number>();

  constructor(text: string) {
    this.#text = text;
    this.#words = wordsOf(text);
    // Looks ahead for `near`, because the meaning of "latency" depends on it.
    const near = this.#words.findIndex((word) => word.kind === 'name' && word.text.toLowerCase() === 'near');
    if (near >= 0) this.#near = this.#words[near + 1]!.text;
  }

  query(): Query {
    const isFigures = this.#kindOf(this.#word.text) !== null && this.#word.kind === 'name';
    const query = isFigures ? this.#figures() : this.#find();
    if (this.#word.kind !== 'end')
      this.#fail(isFigures ? '"where", "near", "by" or the end' : '"where", "near", "order by" or the end');
    return query;
  }

  // --- the subject

  #find(): Query {
    let wanted = COUNT_MAX;
    const first = this.#word;
    if (first.kind === 'number') {
      if (first.unit !== '' || !Number.isInteger(first.value) || first.value < 1 || first.value > COUNT_MAX)
        this.#fail(`a whole number from 1 to ${COUNT_MAX}`);
      wanted = first.value;
      this.#at++;
    } else this.#accept('all');
    if (!this.#accept('peers') && !this.#accept('peer'))
      this.#fail(
        this.#at === 0
          ? 'a number of peers ("3 peers"), "peers", or a figure such as "count" or "avg(cpu.used)"'
          : '"peers"',
      );
    const { condition, keys } = this.#clauses(true);
    const near = this.#near;
    const order = keys.length === 0 && near !== null ? [{ attribute: DISTANCE, isMoreFirst: false }] : keys;
    this.#spokenOf.delete(DISTANCE);
    const isMeasured = this.#isMeasured;
    const asked = {
      wanted,
      count: isMeasured ? Math.min(COUNT_MAX, wanted + CANDIDATES) : wanted,
      isMeasured,
      columns: [...this.#spokenOf],
    };
    return { kind: 'find', text: this.#text, condition, near, order, ...asked };
  }

  #figures(): Query {
    const figures = [this.#figure()];
    while (this.#acceptSign(',')) {
      if (figures.length === FIGURES_MAX) this.#fail(`not more than ${FIGURES_MAX} figures`);
      figures.push(this.#figure());
    }
    const { condition, by } = this.#clauses(false);
    return { kind: 'figures', text: this.#text, figures, condition, near: this.#near, by };
  }

  #kindOf(name: string): Figure['kind'] | null {
    const lower = name.toLowerCase();
    if (/^p\d{1,2}(\.\d+)?$/.test(lower)) return 'quantile';
    return Object.hasOwn(kinds, lower) ? kinds[lower]! : null;
  }

  #figure(): Figure {
    const begin = this.#word.at;
    const name = this.#word.text.toLowerCase();
    const kind = this.#word.kind === 'name' ? this.#kindOf(name) : null;
    if (kind === null) this.#fail('count, sum, avg, min, max, sd, median or a quantile such as p95');
    this.#at++;
    const part = kind !== 'quantile' ? 0 : name === 'median' ? 0.5 : Number(name.slice(1)) / 100;
    if (kind === 'count') {
      if (this.#acceptSign('(') && !this.#acceptSign(')')) {
        this.#accept('peers');
        this.#needSign(')');
      } else this.#accept('peers');
      return { name: 'count', kind, attribute: 0, part };
    }
    const isBracketed = this.#acceptSign('(');
    if (!isBracketed) this.#accept('of');
    const attribute = this.#attribute();
    if (isBracketed) this.#needSign(')');
    const shown = attribute === DISTANCE ? 'latency' : attributes[attribute]!.name;
    if (attribute === DISTANCE)
      this.#failAt(begin, 'a figure of an attribute: the way to a peer can only be compared and ordered by');
    return { name: `${name}(${shown})`, kind: kind!, attribute, part };
  }

  #clauses(isFind: boolean): { condition: Condition | null; keys: Key[]; by: Label | number | null } {
    let condition: Condition | null = null;
    let keys: Key[] = [];
    let by: Label | number | null = null;
    let isNearSaid = false;
    for (;;) {
      if (condition === null && this.#accept('where')) condition = this.#or();
      else if (!isNearSaid && this.#accept('near')) {
        isNearSaid = true;
        this.#near = this.#name('the name of a peer');
        this.#isMeasured = isFind && this.#accept('measured');
      } else if (isFind && keys.length === 0 && this.#accept('order')) {
        if (!this.#accept('by')) this.#fail('"by"');
        keys = this.#keys();
      } else if (!isFind && by === null && this.#accept('by')) by = this.#group();
      else return { condition, keys, by };
    }
  }

  #keys(): Key[] {
    const keys: Key[] = [];
    do {
      if (keys.length === KEYS_MAX) this.#fail(`not more than ${KEYS_MAX} keys`);
      const attribute = this.#attribute();
      const isMoreBetter = attribute !== DISTANCE && attributes[attribute]!.isMoreBetter;
      const isMoreFirst = this.#accept('desc') || (!this.#accept('asc') && isMoreBetter);
      keys.push({ attribute, isMoreFirst });
    } while (this.#acceptSign(','));
    return keys;
  }

  #group(): Label | number {
    const label = labels.find((each) => each === this.#word.text.toLowerCase());
    if (label === undefined) return this.#attribute();
    this.#at++;
    return label;
  }

  // --- conditions

  #or(): Condition {
    return this.#joined('or', () => this.#joined('and', () => this.#not()));
  }

  #joined(kind: 'and' | 'or', part: () => Condition): Condition {
    const parts = [part()];
    while (this.#accept(kind)) parts.push(part());
    return parts.length === 1 ? parts[0]! : { kind, parts };
  }

  #not(): Condition {
    if (++this.#depth > DEPTH_MAX) this.#fail('fewer brackets');
    try {
      if (this.#accept('not')) return { kind: 'not', part: this.#not() };
      if (!this.#acceptSign('(')) return this.#comparison();
      const inner = this.#or();
      this.#needSign(')', '")", "and" or "or"');
      return inner;
    } finally {
      this.#depth--;
    }
  }

  #comparison(): Condition {
    const label = labels.find((each) => each === this.#word.text.toLowerCase());
    if (label !== undefined && this.#word.kind === 'name') return this.#labelled(label);
    const attribute = this.#attribute();
    const sign = signs[this.#word.text];
    if (this.#word.kind !== 'sign' || sign === undefined) this.#fail('<, <=, >, >=, = or !=');
    this.#at++;
    return { kind: 'compare', attribute, sign: sign!, value: this.#quantity(attribute) };
  }

  #labelled(label: Label): Condition {
    this.#at++;
    const sign = this.#word.kind === 'sign' ? signs[this.#word.text] : undefined;
    if (sign !== '=' && sign !== '!=') this.#fail('= or !=');
    this.#at++;
    const pattern = this.#name(
      label === 'role' ? 'a role: peer, coordinator or authority' : 'a name, or a pattern such as lab-*',
    );
    return { kind: 'name', label, isSame: sign === '=', pattern };
  }

  #quantity(attribute: number): number {
    const unit = attribute === DISTANCE ? 'ms' : attributes[attribute]!.unit;
    const word = this.#word;
    if (word.kind !== 'number') this.#fail(exampleOf(unit));
    const next = this.#words[this.#at + 1]!;
    const isApart =
      word.unit === '' && next.kind !== 'end' && factorOf(unit, next.text) !== null && next.text !== '';
    const factor = factorOf(unit, isApart ? next.text : word.unit);
    if (factor === null) this.#fail(exampleOf(unit));
    this.#at += isApart ? 2 : 1;
    return word.value * factor!;
  }

  #attribute(): number {
    const word = this.#word;
    const name = word.text.toLowerCase();
    if (word.kind !== 'name') this.#fail('an attribute such as cpu.free');
    if (this.#near !== null && name === 'latency') {
      this.#at++;
      this.#spokenOf.add(DISTANCE);
      return DISTANCE;
    }
    const index = indexOf(name);
    if (index < 0) this.#fail(`an attribute${likeName(name)}`);
    this.#at++;
    this.#spokenOf.add(index);
    return index;
  }

  // --- tokens

  get #word(): Word {
    return this.#words[this.#at]!;
  }

  #accept(name: string): boolean {
    const isIt = this.#word.kind === 'name' && this.#word.text.toLowerCase() === name;
    if (isIt) this.#at++;
    return isIt;
  }

  #acceptSign(text: string): boolean {
    const isIt = this.#word.kind === 'sign' && this.#word.text === text;
    if (isIt) this.#at++;
    return isIt;
  }

  #needSign(text: string, expected = `"${text}"`): void {
    if (!this.#acceptSign(text)) this.#fail(expected);
  }

  #name(expected: string): string {
    const { kind, text } = this.#word;
    if (kind === 'end' || kind === 'sign') this.#fail(expected);
    this.#at++;
    return text;
  }

  #fail(expected: string): never {
    throw new QueryError(this.#text, this.#word.at, expected);
  }

  #failAt(at: number, expected: string): never {
    throw new QueryError(this.#text, at, expected);
  }
}

/** Suggests similar attribute names. */
function likeName(name: string): string {
  const stem = name.split('.')[0]!;
  const like = shownAttributes.filter((each) => each.name.startsWith(stem)).map((each) => each.name);
  const all = like.length > 0 ? like : shownAttributes.map((each) => each.name);
  return ` (${all.join(', ')})`;
}
