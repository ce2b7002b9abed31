// Parses the tokens of a display filter. Wireshark's precedence: or < xor < and < not < comparison.
import { fieldNamed, nearestNames, protocolNamed } from '../core/registry.ts';
import type { Comparison, Expression, FunctionName, Operand, Quantifier, SliceRange } from './ast.ts';
import { FilterError } from './error.ts';
import { type Token, tokens } from './lexer.ts';

/** How deep parentheses, negations and function calls may nest. */
const DEPTH_MAX = 100;
/** Length of a filter in characters. */
const LENGTH_MAX = 65_536;

const COMPARISONS: Readonly<Record<string, Comparison>> = {
  '==': '==',
  eq: '==',
  any_eq: '==',
  '=': '==',
  '===': '===',
  all_eq: '===',
  '!=': '!=',
  ne: '!=',
  all_ne: '!=',
  '!==': '!==',
  any_ne: '!==',
  '~=': '!==',
  '<': '<',
  lt: '<',
  '<=': '<=',
  le: '<=',
  '>': '>',
  gt: '>',
  '>=': '>=',
  ge: '>=',
  contains: 'contains',
  matches: 'matches',
  '~': 'matches',
};

/** Operands are grouped by parentheses or, as in Wireshark, braces. */
const CLOSING: Readonly<Record<string, string>> = { '(': ')', '{': '}' };

/** Fields that Wireshark has renamed, but whose old names are still common. */
const RENAMED: readonly (readonly [RegExp, string])[] = [
  [/^ssl(?=\.|$)/, 'tls'],
  [/^bootp(?=\.|$)/, 'dhcp'],
  [/^tcp\.flags\.ecn$/, 'tcp.flags.ece'],
  [/^tcp\.flags\.ns$/, 'tcp.flags.ae'],
];

/** The current name of a field; a leading dot marks a word as a field rather than a value. */
function nameOf(text: string): string {
  const name = text.startsWith('.') ? text.slice(1) : text;
  for (const [old, now] of RENAMED) if (old.test(name)) return name.replace(old, now);
  return name;
}

/** Functions with their minimum and maximum number of operands. */
const FUNCTIONS: Readonly<Record<FunctionName, readonly [number, number]>> = {
  upper: [1, 1],
  lower: [1, 1],
  len: [1, 1],
  count: [1, 1],
  string: [1, 1],
  abs: [1, 1],
  max: [1, 16],
  min: [1, 16],
};

/** @throws FilterError if the filter is invalid */
export function parseFilter(filter: string): Expression {
  if (filter.length > LENGTH_MAX)
    throw new FilterError(`a filter has at most ${LENGTH_MAX} characters`, filter, 0);
  const parser = new Parser(filter);
  return parser.parse();
}

class Parser {
  readonly #filter: string;
  readonly #tokens: readonly Token[];
  #next = 0;
  #depth = 0;

  constructor(filter: string) {
    this.#filter = filter;
    this.#tokens = tokens(filter);
  }

  parse(): Expression {
    const expression = this.#or();
    const rest = this.#peek();
    if (rest.kind !== 'end')
      throw this.#error(rest, `"${rest.text}" was not expected here; join tests with && or ||`);
    return expression;
  }

  #or(): Expression {
    let left = this.#xor();
    while (this.#take('||', 'or')) left = { kind: 'or', left, right: this.#xor() };
    return left;
  }

  #xor(): Expression {
    let left = this.#and();
    while (this.#take('^^', 'xor')) left = { kind: 'xor', left, right: this.#and() };
    return left;
  }

  #and(): Expression {
    let left = this.#not();
    while (this.#take('&&', 'and')) left = { kind: 'and', left, right: this.#not() };
    return left;
  }

  #not(): Expression {
    if (!this.#take('!', 'not')) return this.#test();
    this.#enter();
    const of = this.#not();
    this.#depth--;
    return { kind: 'not', of };
  }

  #test(): Expression {
    const open = this.#peek();
    if (open.text === '(' && open.kind === 'operator' && !this.#isOperandInParentheses()) {
      this.#next++;
      this.#enter();
      const inner = this.#or();
      this.#expect(')');
      this.#depth--;
      return inner;
    }
    const quantifier = this.#quantifier();
    const left = this.#operand();
    if (left.kind === 'literal' && this.#peek().text === 'in' && this.#peek().kind === 'word')
      throw this.#unknown(left);
    if (this.#take('in')) return { kind: 'in', quantifier, operand: left, ranges: this.#set() };
    if (this.#peek().text === 'not' && this.#tokens[this.#next + 1]?.text === 'in') {
      this.#next += 2;
      return { kind: 'not', of: { kind: 'in', quantifier, operand: left, ranges: this.#set() } };
    }
    return this.#comparisons(quantifier, left);
  }

  /** `a < b < c` is `a < b && b < c`. */
  #comparisons(quantifier: Quantifier, first: Operand): Expression {
    let left = first;
    let result: Expression | null = null;
    for (let comparison = this.#comparison(); comparison !== null; comparison = this.#comparison()) {
      const right = this.#operand();
      if (left.kind === 'literal' && right.kind === 'literal') throw this.#unknown(left);
      const test: Expression = { kind: 'compare', comparison, quantifier, left, right };
      result = result === null ? test : { kind: 'and', left: result, right: test };
      left = right;
    }
    if (result !== null) return result;
    if (first.kind === 'literal') throw this.#unknown(first);
    return { kind: 'exists', operand: first };
  }

  /** `(a + b) == c` begins with a parenthesis that groups an operand, not a test. */
  #isOperandInParentheses(): boolean {
    let depth = 0;
    for (let i = this.#next; i < this.#tokens.length; i++) {
      const { text, kind } = this.#tokens[i]!;
      if (kind !== 'operator') {
        if (
          kind === 'word' &&
          (Object.hasOwn(COMPARISONS, text) || ['and', 'or', 'xor', 'not', 'in'].includes(text)) &&
          depth > 0
        )
          return false;
        continue;
      }
      if (text === '(') depth++;
      else if (text === ')' && --depth === 0) {
        const after = this.#tokens[i + 1]!;
        return (
          Object.hasOwn(COMPARISONS, after.text) ||
          after.text === 'in' ||
          ['&', '+', '*', '%', '/'].includes(after.text)
        );
      } else if (Object.hasOwn(COMPARISONS, text) || ['&&', '||', '!', '^^'].includes(text)) return false;
    }
    return false;
  }

  #quantifier(): Quantifier {
    const token = this.#peek();
    if (token.kind !== 'word' || (token.text !== 'any' && token.text !== 'all')) return null;
    const after = this.#tokens[this.#next + 1]!;
    if (after.kind !== 'word') return null;
    this.#next++;
    return token.text;
  }

  #comparison(): Comparison | null {
    const token = this.#peek();
    if (token.kind !== 'operator' && token.kind !== 'word') return null;
    const comparison = Object.hasOwn(COMPARISONS, token.text) ? COMPARISONS[token.text]! : null;
    if (comparison !== null) this.#next++;
    return comparison;
  }

  #operand(): Operand {
    let left = this.#factor();
    for (;;) {
      const token = this.#peek();
      if (token.kind !== 'operator' || !['&', '+', '-'].includes(token.text)) {
        if (token.kind !== 'word' || token.text !== 'bitwise_and') return left;
      }
      this.#next++;
      const right = this.#factor();
      const operator = token.kind === 'word' ? '&' : (token.text as '&');
      left = { kind: 'arithmetic', operator, left, right, ...span(left, right) };
    }
  }

  #factor(): Operand {
    let left = this.#sliced();
    for (;;) {
      const token = this.#peek();
      if (token.kind !== 'operator' || !['*', '/', '%'].includes(token.text)) return left;
      this.#next++;
      const right = this.#sliced();
      left = { kind: 'arithmetic', operator: token.text as '*', left, right, ...span(left, right) };
    }
  }

  #sliced(): Operand {
    let operand = this.#primary();
    if (this.#peek().text === '#' && this.#peek().kind === 'operator') operand = this.#layers(operand);
    if (operand.kind === 'literal' && operand.literal !== 'word' && this.#peek().text === '[')
      throw this.#error(this.#peek(), 'only fields and functions have slices');
    while (this.#peek().text === '[' && this.#peek().kind === 'operator') {
      const { ranges, end } = this.#slice();
      operand = { kind: 'slice', of: operand, ranges, at: operand.at, length: end - operand.at };
    }
    return operand;
  }

  #layers(of: Operand): Operand {
    const hash = this.#peek();
    if (of.kind !== 'field') throw this.#error(hash, 'only a field stands in layers');
    this.#next++;
    const token = this.#peek();
    if (token.text === '[' && token.kind === 'operator') {
      const { ranges, end } = this.#slice();
      return { kind: 'layers', field: of.field, ranges, at: of.at, length: end - of.at };
    }
    if (token.kind !== 'word' || !/^\d+$/.test(token.text))
      throw this.#error(token, 'a layer is #2, #[1-3] or #[-1]');
    this.#next++;
    const start = Number(token.text);
    const length = token.at + token.length - of.at;
    return { kind: 'layers', field: of.field, ranges: [{ start, end: start + 1 }], at: of.at, length };
  }

  /** `-tcp.dstport` is 0 minus the port, `-5` a literal. */
  #negative(minus: Token): Operand {
    const of = this.#sliced();
    const place = { at: minus.at, length: of.at + of.length - minus.at };
    if (of.kind === 'literal') return { ...of, text: `-${of.text}`, ...place };
    const zero: Operand = { kind: 'literal', literal: 'word', text: '0', at: minus.at, length: 1 };
    return { kind: 'arithmetic', operator: '-', left: zero, right: of, ...place };
  }

  #primary(): Operand {
    const token = this.#peek();
    const place = { at: token.at, length: token.length };
    const closing = token.kind === 'operator' ? CLOSING[token.text] : undefined;
    if (closing !== undefined) {
      this.#next++;
      this.#enter();
      const inner = this.#operand();
      this.#expect(closing);
      this.#depth--;
      return inner;
    }
    if (token.kind === 'operator' && (token.text === '-' || token.text === '+')) {
      this.#next++;
      this.#enter();
      const signed = token.text === '-' ? this.#negative(token) : this.#sliced();
      this.#depth--;
      return signed;
    }
    if (token.kind === 'operator' || token.kind === 'end') {
      throw this.#error(
        token,
        token.kind === 'end'
          ? 'the filter ends where a field or value is missing'
          : `a field or value is missing before "${token.text}"`,
      );
    }
    this.#next++;
    if (token.kind !== 'word') return { kind: 'literal', literal: token.kind, text: token.text, ...place };
    if (this.#peek().text === '(' && this.#peek().kind === 'operator') return this.#call(token);
    const name = nameOf(token.text);
    const field = fieldNamed(name);
    if (field !== undefined) return { kind: 'field', field, ...place };
    const protocol = protocolNamed(name);
    if (protocol !== undefined) return { kind: 'protocol', protocol, ...place };
    if (token.text.startsWith('.'))
      throw this.#unknown({ kind: 'literal', literal: 'word', text: name, ...place });
    return { kind: 'literal', literal: 'word', text: token.text, ...place };
  }

  #call(name: Token): Operand {
    const arity = Object.hasOwn(FUNCTIONS, name.text) ? FUNCTIONS[name.text as FunctionName] : undefined;
    if (arity === undefined)
      throw this.#error(name, `no function "${name.text}"; there are ${Object.keys(FUNCTIONS).join(', ')}`);
    this.#expect('(');
    this.#enter();
    const operands: Operand[] = [this.#operand()];
    while (this.#take(',')) operands.push(this.#operand());
    const close = this.#expect(')');
    this.#depth--;
    if (operands.length < arity[0] || operands.length > arity[1])
      throw this.#error(name, `${name.text}() takes ${arity[0]} value`);
    const at = name.at;
    return { kind: 'call', name: name.text as FunctionName, operands, at, length: close.at + 1 - at };
  }

  /** `{80, 443, 8000..8080}`; commas may be left out. */
  #set(): { low: Operand; high: Operand }[] {
    this.#expect('{');
    const ranges: { low: Operand; high: Operand }[] = [];
    while (!this.#take('}')) {
      const low = this.#operand();
      ranges.push({ low, high: this.#take('..') ? this.#operand() : low });
      this.#take(',');
    }
    if (ranges.length === 0) throw this.#error(this.#tokens[this.#next - 1]!, 'the set is empty');
    return ranges;
  }

  /** `[0:3]`, `[1-2]`, `[:4]`, `[4:]`, `[4]`, `[-2:]`, and several of them with commas. */
  #slice(): { ranges: SliceRange[]; end: number } {
    const open = this.#peek();
    const close = this.#filter.indexOf(']', open.at);
    if (close < 0) throw this.#error(open, 'this [ has no ]');
    const ranges = this.#filter
      .slice(open.at + 1, close)
      .split(',')
      .map((part) => this.#sliceRange(part.trim(), open));
    while (this.#peek().at <= close && this.#peek().kind !== 'end') this.#next++;
    return { ranges, end: close + 1 };
  }

  #sliceRange(part: string, open: Token): SliceRange {
    const single = /^(-?\d+)$/.exec(part);
    if (single !== null) {
      const start = Number(single[1]);
      return { start, end: start === -1 ? null : start + 1 };
    }
    const fromTo = /^(-?\d+)-(-?\d+)$/.exec(part);
    if (fromTo !== null) {
      const end = Number(fromTo[2]);
      return { start: Number(fromTo[1]), end: end === -1 ? null : end + 1 };
    }
    const counted = /^(-?\d+)?\s*:\s*(\d+)?$/.exec(part);
    if (counted === null)
      throw this.#error(open, 'a slice is [start:length], [first-last], [:length], [start:] or [index]');
    const start = Number(counted[1] ?? 0);
    if (counted[2] === undefined) return { start, end: null };
    const end = start + Number(counted[2]);
    return { start, end: start < 0 && end >= 0 ? null : end };
  }

  #peek(): Token {
    return this.#tokens[this.#next]!;
  }

  #take(...texts: readonly string[]): boolean {
    const token = this.#peek();
    if ((token.kind !== 'operator' && token.kind !== 'word') || !texts.includes(token.text)) return false;
    this.#next++;
    return true;
  }

  #expect(text: string): Token {
    const token = this.#peek();
    if (token.kind !== 'operator' || token.text !== text)
      throw this.#error(token, `"${text}" is missing here`);
    this.#next++;
    return token;
  }

  #enter(): void {
    if (++this.#depth > DEPTH_MAX) throw this.#error(this.#peek(), `nested deeper than ${DEPTH_MAX}`);
  }

  #unknown(literal: Operand): FilterError {
    const name = literal.kind === 'literal' ? literal.text : '';
    const near = nearestNames(name);
    const hint = near.length > 0 ? `; did you mean ${near.join(', ')}?` : '';
    return new FilterError(`no field or protocol "${name}"${hint}`, this.#filter, literal.at, literal.length);
  }

  #error(token: Token, message: string): FilterError {
    return new FilterError(message, this.#filter, token.at, token.length);
  }
}

function span(left: Operand, right: Operand): { at: number; length: number } {
  return { at: left.at, length: right.at + right.length - left.at };
}
