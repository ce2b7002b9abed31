// Splits a display filter into tokens. Unquoted words may contain dots, colons, dashes and slashes (addresses).
import { FilterError } from './error.ts';

export type TokenKind = 'word' | 'string' | 'character' | 'operator' | 'end';

export interface Token {
  readonly kind: TokenKind;
  /**
   * The operator or word; of a string its contents, unescaped, one character per byte of UTF-8, since an escape
   * stands for a byte.
   */
  readonly text: string;
  readonly at: number;
  readonly length: number;
}

/** Longest first, so that the longest match wins. */
const OPERATORS = [
  '!==',
  '===',
  '==',
  '!=',
  '~=',
  '<=',
  '>=',
  '&&',
  '||',
  '^^',
  '..',
  '<',
  '>',
  '!',
  '(',
  ')',
  '{',
  '}',
  '[',
  ']',
  ',',
  '~',
  '&',
  '+',
  '*',
  '%',
  '-',
  '/',
  '#',
  '=',
] as const;

const WORD_START = /[A-Za-z0-9_.:]/;
const WORD_PART = /[A-Za-z0-9_.:-]/;

export function tokens(filter: string): Token[] {
  const found: Token[] = [];
  for (let at = 0; ; ) {
    while (at < filter.length && /\s/.test(filter[at]!)) at++;
    if (at >= filter.length) {
      found.push({ kind: 'end', text: '', at: filter.length, length: 1 });
      return found;
    }
    const token = next(filter, at);
    found.push(token);
    at += token.length;
  }
}

function next(filter: string, at: number): Token {
  const c = filter[at]!;
  if (c === '"') return quoted(filter, at, at + 1, false);
  if ((c === 'r' || c === 'R') && filter[at + 1] === '"') return quoted(filter, at, at + 2, true);
  if (c === "'") return character(filter, at);
  if (filter.startsWith('..', at)) return { kind: 'operator', text: '..', at, length: 2 };
  if (WORD_START.test(c)) return word(filter, at);
  const operator = OPERATORS.find((candidate) => filter.startsWith(candidate, at));
  if (operator === undefined) throw new FilterError(`"${c}" means nothing here`, filter, at);
  return { kind: 'operator', text: operator, at, length: operator.length };
}

function word(filter: string, at: number): Token {
  let end = at + 1;
  while (end < filter.length && WORD_PART.test(filter[end]!)) {
    // 1..5 is a range; field names contain single dots only.
    if (filter.startsWith('..', end)) break;
    end++;
  }
  // A prefix length belongs to its address: 10.0.0.0/8, 2001:db8::/32.
  if (/[.:]/.test(filter.slice(at, end)) && filter[end] === '/') {
    const prefix = /^\/[0-9.]+/.exec(filter.slice(end));
    if (prefix !== null) end += prefix[0].length;
  }
  return { kind: 'word', text: filter.slice(at, end), at, length: end - at };
}

function quoted(filter: string, at: number, from: number, isRaw: boolean): Token {
  let text = '';
  for (let i = from; i < filter.length; i++) {
    const c = filter[i]!;
    if (c === '"') return { kind: 'string', text, at, length: i + 1 - at };
    if (c !== '\\' || isRaw) {
      if (c > '\x7f') {
        const codePoint = filter.codePointAt(i)!;
        text += utf8(codePoint);
        if (codePoint > 0xffff) i++;
      } else text += c;
      // A raw string keeps its backslashes, but \" does not end it.
      if (c === '\\' && filter[i + 1] === '"') text += filter[++i]!;
      continue;
    }
    const { code, isByte, length } = escaped(filter, i);
    text += isByte ? String.fromCharCode(code) : utf8(code);
    i += length - 1;
  }
  throw new FilterError('this string has no closing quote', filter, at, filter.length - at);
}

const SIMPLE_ESCAPES: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  '"': '"',
  "'": "'",
};

const CODE_POINT = /^\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8}))/;

interface Escape {
  readonly code: number;
  /** Else a code point, which a string has in UTF-8. */
  readonly isByte: boolean;
  /** How many characters it takes. */
  readonly length: number;
}

function escaped(filter: string, i: number): Escape {
  const hex = /^\\x([0-9a-fA-F]{1,2})/.exec(filter.slice(i, i + 4));
  if (hex !== null) return { code: Number.parseInt(hex[1]!, 16), isByte: true, length: hex[0].length };
  const octal = /^\\([0-7]{1,3})/.exec(filter.slice(i, i + 4));
  if (octal !== null)
    return { code: Number.parseInt(octal[1]!, 8) & 255, isByte: true, length: octal[0].length };
  const [whole, short, long = short] = CODE_POINT.exec(filter.slice(i, i + 10)) ?? [];
  if (whole !== undefined) {
    const code = Number.parseInt(long!, 16);
    if (code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
      throw new FilterError(`${whole} is no character of Unicode`, filter, i, whole.length);
    return { code, isByte: false, length: whole.length };
  }
  const c = filter[i + 1];
  if (c === undefined) throw new FilterError('this string has no closing quote', filter, i);
  const value = SIMPLE_ESCAPES[c];
  if (value === undefined)
    throw new FilterError(`\\${c} is no escape; write \\\\ for a backslash, or r"…"`, filter, i, 2);
  return { code: value.charCodeAt(0), isByte: true, length: 2 };
}

/** One character per byte. */
function utf8(codePoint: number): string {
  return String.fromCharCode(...new TextEncoder().encode(String.fromCodePoint(codePoint)));
}

function character(filter: string, at: number): Token {
  const special = filter[at + 1] === '\\' ? escaped(filter, at + 1) : null;
  const text = special === null ? (filter[at + 1] ?? '') : String.fromCodePoint(special.code);
  const length = special?.length ?? 1;
  if (text === '' || filter[at + 1 + length] !== "'")
    throw new FilterError("a character stands between two ' '", filter, at);
  return { kind: 'character', text, at, length: length + 2 };
}
