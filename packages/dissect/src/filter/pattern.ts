// Compiles the regular expressions of `matches`: translates PCRE syntax where JavaScript's differs.

/** POSIX character classes, as the contents of brackets. */
const CLASSES: Readonly<Record<string, string>> = {
  ascii: '\\x00-\\x7f',
  alnum: '0-9A-Za-z',
  alpha: 'A-Za-z',
  blank: ' \\t',
  cntrl: '\\x00-\\x1f\\x7f',
  digit: '0-9',
  graph: '!-~',
  lower: 'a-z',
  print: ' -~',
  punct: '!-\\/:-@\\[-`{-~',
  space: '\\t-\\r ',
  upper: 'A-Z',
  word: '\\w',
  xdigit: '0-9A-Fa-f',
};

/** Escapes that JavaScript lacks, would silently read as the letter, or extends to Unicode. */
const ESCAPES: Readonly<Record<string, string>> = {
  A: '^',
  Z: '(?:\\n?$)',
  z: '$',
  a: '\\x07',
  e: '\\x1b',
  h: '[ \\t\\xa0]',
  s: '[\\t-\\r ]',
  S: '[^\\t-\\r ]',
  v: '[\\n-\\r\\x85]',
  R: '(?:\\r\\n|[\\n-\\r\\x85])',
  N: '[^\\n]',
};
const ESCAPES_IN_BRACKETS: Readonly<Record<string, string>> = {
  a: '\\x07',
  e: '\\x1b',
  h: ' \\t\\xa0',
  s: '\\t-\\r ',
  S: '\\x00-\\x08\\x0e-\\x1f!-\\uffff',
  v: '\\n-\\r\\x85',
};
/** Letters whose escapes mean the same in JavaScript. */
const SAME_ESCAPES = 'bBdDwWtnrf';

/** Numeric escapes of one character: `\x41`, `\x{41}`, `\u0041`. */
const NUMBERED = /\\(?:x([0-9A-Fa-f]{2})|x\{([0-9A-Fa-f]{1,4})\}|u([0-9A-Fa-f]{4}))/y;
const POSIX = /\[:(\^?\w+):\]/y;
/** Constructs whose letters are syntax rather than text: heads of groups, named references, control characters. */
const HEAD = /\(\?(?:<?[=!]|P?<\w+>|i?:)|\\k<\w+>|\\c[A-Za-z]/y;
const REFERENCE = /\\[1-9]|\\k</;
/** A leading option for case-insensitive or case-sensitive matching. */
const CASE = /^\(\?(-?)i\)/;

/**
 * Compiles a PCRE pattern to a JavaScript regular expression. It ignores the case of ASCII letters, as in Wireshark,
 * unless it begins with `(?-i)`.
 *
 * Where V8's linear-time engine is available (`--enable-experimental-regexp-engine`, which services turn on), patterns
 * that could backtrack exponentially are refused, to prevent denial of service (ReDoS).
 *
 * @throws SyntaxError if the pattern is invalid, or has no equivalent in JavaScript
 */
export function patternOf(text: string): RegExp {
  const hasCase = CASE.exec(text)?.[1] === '-';
  const source = new Translation(text.replace(CASE, ''), hasCase).source();
  // A back-reference matches regardless of case.
  const pattern = new RegExp(source, REFERENCE.test(source) && !hasCase ? 'i' : '');
  if (isRegExp('', 'l') && !isRegExp(source, 'l') && !isPlain(source))
    throw new SyntaxError(
      `it could backtrack for too long: a pattern with look-around, back-references or counts above 16 may have at most one * or + (none with back-references), no quantified group, and at most ${CHOICES_MAX} of ? and |`,
    );
  return pattern;
}

/** Writes out both cases of each letter, because the linear-time engine does not support the `i` flag. */
class Translation {
  readonly #text: string;
  readonly #hasCase: boolean;
  #at = 0;

  constructor(text: string, hasCase: boolean) {
    this.#text = text;
    this.#hasCase = hasCase;
  }

  source(): string {
    let source = '';
    while (this.#at < this.#text.length) source += this.#taken(HEAD)?.[0] ?? this.#next();
    const named = source.replaceAll('(?P<', '(?<');
    return this.#hasCase ? named : named.replaceAll('(?i:', '(?:');
  }

  #next(): string {
    const number = this.#number();
    if (number !== null) return this.#one(number, written(number));
    const c = this.#text[this.#at]!;
    if (c === '[') return this.#brackets();
    this.#at++;
    if (c === '\\') return this.#escape(ESCAPES);
    // PCRE's dot excludes line feeds only, and its `$` also matches before a final one.
    if (c === '.') return ESCAPES.N!;
    return c === '$' ? ESCAPES.Z! : this.#one(c.charCodeAt(0), c);
  }

  #one(code: number, source: string): string {
    return this.#hasCase || otherCase(code) === code ? source : `[${inBoth(code, code)}]`;
  }

  #number(): number | null {
    const numbered = this.#taken(NUMBERED);
    return numbered === null ? null : Number.parseInt(numbered[1] ?? numbered[2] ?? numbered[3]!, 16);
  }

  #brackets(): string {
    const open = /\[\^?/y;
    let source = this.#taken(open)![0];
    // A ] in first position is literal.
    for (let isFirst = true; isFirst || this.#text[this.#at] !== ']'; isFirst = false) {
      if (this.#at >= this.#text.length) return source;
      source += this.#posix() ?? this.#member();
    }
    this.#at++;
    return `${source}]`;
  }

  #posix(): string | null {
    const named = this.#taken(POSIX);
    if (named === null) return null;
    const name = named[1]!;
    const members = CLASSES[!this.#hasCase && (name === 'lower' || name === 'upper') ? 'alpha' : name];
    if (members === undefined) throw new SyntaxError(`[:${name}:] is not supported`);
    return members;
  }

  #member(): string {
    const low = this.#character();
    if (low === null) {
      this.#at++;
      return this.#escape(ESCAPES_IN_BRACKETS);
    }
    const dash = this.#at;
    if (this.#text[dash] === '-' && this.#text[dash + 1] !== ']') {
      this.#at++;
      const high = this.#character();
      if (high !== null) return this.#range(low, high);
      this.#at = dash;
    }
    return this.#range(low, low);
  }

  #range(low: number, high: number): string {
    if (low > high) throw new SyntaxError('a range is out of order');
    return this.#hasCase ? rangeOf(low, high) : inBoth(low, high);
  }

  /** The character code; null for an escape that denotes a class, and at the end. */
  #character(): number | null {
    const number = this.#number();
    if (number !== null) return number;
    const c = this.#text[this.#at] ?? '\\';
    if (c === '\\') return null;
    this.#at++;
    return c.charCodeAt(0);
  }

  /** Translates the escape after a backslash. */
  #escape(words: Readonly<Record<string, string>>): string {
    const next = this.#text[this.#at++] ?? '';
    if (words[next] !== undefined) return words[next];
    if (/[A-Za-z]/.test(next) && !SAME_ESCAPES.includes(next))
      throw new SyntaxError(`\\${next} is not supported`);
    return `\\${next}`;
  }

  #taken(what: RegExp): RegExpExecArray | null {
    what.lastIndex = this.#at;
    const match = what.exec(this.#text);
    if (match !== null) this.#at = what.lastIndex;
    return match;
  }
}

/** A range as members of a bracket expression, with the other case of its letters. */
function inBoth(low: number, high: number): string {
  let members = rangeOf(low, high);
  for (const [first, last] of LETTERS) {
    const [from, to] = [Math.max(low, first), Math.min(high, last)];
    if (from <= to) members += rangeOf(otherCase(from), otherCase(to));
  }
  return members;
}

function rangeOf(low: number, high: number): string {
  return low === high ? written(low) : `${written(low)}-${written(high)}`;
}

/** Letters and digits literally; all else as a numeric escape, which is never an operator. */
function written(code: number): string {
  const c = String.fromCharCode(code);
  return /[0-9A-Za-z ]/.test(c) ? c : `\\u${code.toString(16).padStart(4, '0')}`;
}

/** ASCII only: PCRE2 matches bytes here, and others have no case. */
const LETTERS = [
  [0x41, 0x5a],
  [0x61, 0x7a],
] as const;

function otherCase(code: number): number {
  return LETTERS.some(([first, last]) => code >= first && code <= last) ? code ^ 0x20 : code;
}

/** Maximum number of alternatives and optional parts, since each may double the backtracking. */
const CHOICES_MAX = 6;

/**
 * Whether backtracking is at most quadratic in the length of the text: at most one unbounded quantifier, no quantified
 * group, few alternatives. A back-reference costs another pass over the text.
 */
function isPlain(source: string): boolean {
  const bare = source.replace(/\\.|\[(?:\\.|[^\]\\])*\]/g, 'x').replace(/\(\?(?:<?[=!]|<\w+>|i?:)/g, '(');
  const parts = bare.match(/[*+]|\{\d+,\d*\}/g)?.length ?? 0;
  const choices = bare.replace(/[*+?}]\?/g, '').match(/[?|]/g)?.length ?? 0;
  const most = REFERENCE.test(source) ? 0 : 1;
  return parts <= most && choices <= CHOICES_MAX && !/\)[*+{]/.test(bare);
}

function isRegExp(source: string, flags: string): boolean {
  try {
    new RegExp(source, flags);
    return true;
  } catch {
    return false;
  }
}
