// Expressions for findings to be suppressed, in the syntax of display filters:
//   rule == port-scan && source == 10.0.0.5 || severity <= low || target in {192.168.1.0/24, "printer"}
import type { Finding } from '../rules/findings.ts';
import { SEVERITIES } from '../rules/rule.ts';
import { prefixTest } from './prefix.ts';
import { SilenceError, type Word, wordsOf } from './words.ts';

export { SilenceError } from './words.ts';

type Test = (finding: Finding) => boolean;

/** Maximum nesting of parentheses and negations. */
const DEPTH_MAX = 50;

const TEXTS: Readonly<Record<string, (finding: Finding) => string>> = {
  rule: (finding) => finding.rule,
  title: (finding) => finding.title,
  source: (finding) => finding.source,
  target: (finding) => finding.target,
  summary: (finding) => finding.summary,
  technique: (finding) => finding.technique?.id ?? '',
};
const NUMBERS: Readonly<Record<string, (finding: Finding) => number>> = {
  severity: (finding) => SEVERITIES.indexOf(finding.severity),
  confidence: (finding) => finding.confidence,
};
const FIELDS = [...Object.keys(TEXTS), ...Object.keys(NUMBERS)];

/** Compiles an expression to a predicate, true for findings to be suppressed. @throws SilenceError */
export function compileSilence(expression: string): Test {
  return new Compiler(expression).compile();
}

class Compiler {
  readonly #expression: string;
  readonly #words: readonly Word[];
  #next = 0;
  #depth = 0;

  constructor(expression: string) {
    this.#expression = expression;
    this.#words = wordsOf(expression);
  }

  compile(): Test {
    const test = this.#or();
    if (this.#word.kind !== 'end') throw this.#error(`"&&" or "||" is missing before`);
    return test;
  }

  get #word(): Word {
    return this.#words[this.#next]!;
  }

  #or(): Test {
    let left = this.#and();
    while (this.#takes('||', 'or')) {
      const [first, second] = [left, this.#and()];
      left = (finding) => first(finding) || second(finding);
    }
    return left;
  }

  #and(): Test {
    let left = this.#not();
    while (this.#takes('&&', 'and')) {
      const [first, second] = [left, this.#not()];
      left = (finding) => first(finding) && second(finding);
    }
    return left;
  }

  #not(): Test {
    if (++this.#depth > DEPTH_MAX) throw this.#error('too deeply nested at');
    try {
      if (this.#takes('!', 'not')) {
        const test = this.#not();
        return (finding) => !test(finding);
      }
      if (!this.#takes('(')) return this.#comparison();
      const test = this.#or();
      if (!this.#takes(')')) throw this.#error('")" is missing before');
      return test;
    } finally {
      this.#depth--;
    }
  }

  #comparison(): Test {
    const { kind, text: field } = this.#word;
    if (kind !== 'word' || !FIELDS.includes(field))
      throw this.#error(`a field (${FIELDS.join(', ')}) is expected, not`);
    this.#next++;
    if (this.#takes('in')) return this.#oneOf(field);
    const operator = this.#word.text;
    if (this.#word.kind === 'end') throw this.#error('a comparison is missing at');
    this.#next++;
    return this.#compare(field, operator);
  }

  #oneOf(field: string): Test {
    if (!this.#takes('{')) throw this.#error('"{" is missing before');
    const tests = [this.#compare(field, '==')];
    while (this.#takes(',')) tests.push(this.#compare(field, '=='));
    if (!this.#takes('}')) throw this.#error('"}" is missing before');
    return (finding) => tests.some((test) => test(finding));
  }

  #compare(field: string, operator: string): Test {
    const word = this.#word;
    if (word.kind === 'end' || word.kind === 'sign') throw this.#error('a value is expected, not');
    const number = NUMBERS[field];
    const test =
      number === undefined ? this.#text(field, operator, word) : this.#number(field, operator, word);
    this.#next++;
    return test;
  }

  #number(field: string, operator: string, { text }: Word): Test {
    const read = NUMBERS[field]!;
    const wanted = field === 'severity' ? (SEVERITIES as readonly string[]).indexOf(text) : Number(text);
    if (Number.isNaN(wanted) || (field === 'severity' && wanted < 0))
      throw this.#error(
        field === 'severity' ? `${SEVERITIES.join(', ')} are severities, not` : 'a number is expected, not',
      );
    switch (operator) {
      case '==':
        return (finding) => read(finding) === wanted;
      case '!=':
        return (finding) => read(finding) !== wanted;
      case '>':
        return (finding) => read(finding) > wanted;
      case '>=':
        return (finding) => read(finding) >= wanted;
      case '<':
        return (finding) => read(finding) < wanted;
      case '<=':
        return (finding) => read(finding) <= wanted;
      default:
        throw this.#error(`${field} cannot be compared with "${operator}" before`);
    }
  }

  #text(field: string, operator: string, { text }: Word): Test {
    const read = TEXTS[field]!;
    const isSame = sameAs(text);
    switch (operator) {
      case '==':
        return (finding) => isSame(read(finding));
      case '!=':
        return (finding) => !isSame(read(finding));
      case 'contains':
        return (finding) => read(finding).toLowerCase().includes(text.toLowerCase());
      default:
        throw this.#error(`${field} cannot be compared with "${operator}" before`);
    }
  }

  #takes(...texts: readonly string[]): boolean {
    const { kind, text } = this.#word;
    if (kind === 'text' || !texts.includes(text)) return false;
    this.#next++;
    return true;
  }

  #error(what: string): SilenceError {
    const { text, at } = this.#word;
    return new SilenceError(`"${this.#expression}": ${what} ${text} at ${at + 1}`);
  }
}

/** True for equal texts, and for addresses within the prefix, whatever port or MAC follows them. */
function sameAs(text: string): (value: string) => boolean {
  const isWithin = prefixTest(text);
  if (isWithin === null) return (value) => value === text;
  return (value) => value === text || isWithin(addressIn(value));
}

/** The address in `10.0.0.1:80`, `[::1]:80` or `10.0.0.1 (02:…)`. */
function addressIn(value: string): string {
  const first = value.split(' ')[0]!;
  return /^\[(.*)\](?::\d+)?$/.exec(first)?.[1] ?? first.replace(/^(\d+\.\d+\.\d+\.\d+):\d+$/, '$1');
}
