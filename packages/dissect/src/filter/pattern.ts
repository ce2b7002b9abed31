// Regular expressions of `matches`: translates Wireshark's PCRE syntax where JavaScript's differs.

/** POSIX classes, as they stand inside brackets. */
const CLASSES: Readonly<Record<string, string>> = {
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
  xdigit: '0-9A-Fa-f',
};

/** Escapes that JavaScript lacks or would silently read as the letter. */
const ESCAPES: Readonly<Record<string, string>> = {
  A: '^',
  Z: '(?=\\n?$)',
  z: '$',
  a: '\\x07',
  e: '\\x1b',
  h: '[ \\t]',
  R: '(?:\\r\\n|[\\n-\\r])',
  N: '[^\\n]',
};
const ESCAPES_IN_BRACKETS: Readonly<Record<string, string>> = { a: '\\x07', e: '\\x1b', h: ' \\t' };
const UNKNOWN_ESCAPES = 'CEGHKLQUVX';

/** Numeric escapes of one character: `\x41`, `\x{41}`, `\u0041`. */
const NUMBERED = /\\(?:x([0-9A-Fa-f]{2})|x\{([0-9A-Fa-f]{1,4})\}|u([0-9A-Fa-f]{4}))/y;
/** Letters of the syntax rather than of the text: the head of a group, a named reference, a control character. */
const HEAD = /\(\?(?:<?[=!]|P?<\w+>|[a-z]*(?:-[a-z]+)?[:)])|\\k<\w+>|\\c[A-Za-z]/y;
const REFERENCE = /\\[1-9]|\\k</;

/**
 * A PCRE pattern as a JavaScript regular expression, ignoring case as Wireshark does.
 *
 * Where V8's linear-time engine is available (`--enable-experimental-regexp-engine`, which services turn on), patterns
 * that could backtrack exponentially are refused, so that nobody can keep a service busy with one.
 *
 * @throws SyntaxError if the pattern is invalid, or has no counterpart in JavaScript.
 */
export function patternOf(text: string): RegExp {
  const source = new Translation(text.replace(/^\(\?i\)/, '')).source();
  // A back-reference matches regardless of case.
  const pattern = new RegExp(source, REFERENCE.test(source) ? 'i' : '');
  if (isRegExp('', 'l') && !isRegExp(source, 'l') && !isPlain(source))
    throw new SyntaxError(
      'it could take for ever: beside looking ahead, references and counts above 16 stands one * or + at most, and no repeated group',
    );
  return pattern;
}

/** Writes out both cases of each letter, because the linear-time engine does not support the `i` flag. */
class Translation {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  source(): string {
    let source = '';
    while (this.#at < this.#text.length) source += this.#taken(HEAD)?.[0] ?? this.#next();
    return source.replaceAll('(?P<', '(?<');
  }

  #next(): string {
    const number = this.#number();
    if (number !== null) return this.#one(number, written(number));
    const c = this.#text[this.#at]!;
    if (c === '[') return this.#brackets();
    this.#at++;
    if (c === '\\') return this.#escape(ESCAPES);
    // PCRE's dot stops at line feeds only.
    return c === '.' ? '[^\\n]' : this.#one(c.charCodeAt(0), c);
  }

  #one(code: number, source: string): string {
    return otherCase(code) === code ? source : `[${inBoth(code, code)}]`;
  }

  #number(): number | null {
    const numbered = this.#taken(NUMBERED);
    return numbered === null ? null : Number.parseInt(numbered[1] ?? numbered[2] ?? numbered[3]!, 16);
  }

  #brackets(): string {
    const open = /\[\^?/y;
    let source = this.#taken(open)![0];
    // A ] that comes first stands for itself.
    for (let isFirst = true; isFirst || this.#text[this.#at] !== ']'; isFirst = false) {
      if (this.#at >= this.#text.length) return source;
      source += this.#posix() ?? this.#member();
    }
    this.#at++;
    return `${source}]`;
  }

  #posix(): string | null {
    const members = CLASSES[/^\[:(\w+):\]/.exec(this.#text.slice(this.#at, this.#at + 12))?.[1] ?? ''];
    if (members === undefined) return null;
    this.#at = this.#text.indexOf(':]', this.#at) + 2;
    return members === CLASSES.lower || members === CLASSES.upper ? CLASSES.alpha! : members;
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
      if (high !== null) return inBoth(low, high);
      this.#at = dash;
    }
    return inBoth(low, low);
  }

  /** Null at an escape that is a class, and at the end. */
  #character(): number | null {
    const number = this.#number();
    if (number !== null) return number;
    const c = this.#text[this.#at] ?? '\\';
    if (c === '\\') return null;
    this.#at++;
    return c.charCodeAt(0);
  }

  /** Behind the backslash. */
  #escape(words: Readonly<Record<string, string>>): string {
    const next = this.#text[this.#at++] ?? '';
    if (next !== '' && UNKNOWN_ESCAPES.includes(next)) throw new SyntaxError(`\\${next} is not supported`);
    return words[next] ?? `\\${next}`;
  }

  #taken(what: RegExp): RegExpExecArray | null {
    what.lastIndex = this.#at;
    const match = what.exec(this.#text);
    if (match !== null) this.#at = what.lastIndex;
    return match;
  }
}

/** Members of brackets: a range, and the other case of what is in it. */
function inBoth(low: number, high: number): string {
  if (low > high) throw new SyntaxError('a range is out of order');
  let members = rangeOf(low, high);
  let from = -1;
  let to = -1;
  for (let code = low; code <= high; code++) {
    const other = otherCase(code);
    if (other === code || (other >= low && other <= high)) continue;
    if (other === to + 1) to = other;
    else {
      if (from >= 0) members += rangeOf(from, to);
      from = other;
      to = other;
    }
  }
  return from < 0 ? members : members + rangeOf(from, to);
}

function rangeOf(low: number, high: number): string {
  return low === high ? written(low) : `${written(low)}-${written(high)}`;
}

/** Letters and digits as they are; everything else by its number, which is no operator anywhere. */
function written(code: number): string {
  const c = String.fromCharCode(code);
  return /[0-9A-Za-z ]/.test(c) ? c : `\\u${code.toString(16).padStart(4, '0')}`;
}

/** As the flag `i` folds: one unit for one, and nothing else becomes ASCII. */
function otherCase(code: number): number {
  const c = String.fromCharCode(code);
  const other = c.toLowerCase() === c ? c.toUpperCase() : c.toLowerCase();
  const isOne = other.length === 1 && code < 128 === other.charCodeAt(0) < 128;
  return isOne ? other.charCodeAt(0) : code;
}

/** At most one part of any length, and no group that comes again: the square of the text's length is the worst. */
function isPlain(source: string): boolean {
  const bare = source.replace(/\\.|\[(?:\\.|[^\]\\])*\]/g, 'x');
  return (bare.match(/[*+]|\{\d+,\d*\}/g)?.length ?? 0) <= 1 && !/\)[*+{]/.test(bare);
}

function isRegExp(source: string, flags: string): boolean {
  try {
    new RegExp(source, flags);
    return true;
  } catch {
    return false;
  }
}
