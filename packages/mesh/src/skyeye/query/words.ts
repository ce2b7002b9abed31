// The tokenizer of queries. Each token has its position, so that errors can point at it.

/** A syntax error: its position, and what was expected there. */
export class QueryError extends Error {
  /** Offset of the error in characters. */
  readonly at: number;
  readonly expected: string;

  constructor(query: string, at: number, expected: string) {
    const found = at >= query.length ? 'the query ends' : `"${wordFrom(query, at)}" stands`;
    super(`at ${at + 1}: ${expected} expected, ${found} there`);
    this.at = at;
    this.expected = expected;
  }
}

export const QUERY_CHARACTERS_MAX = 1_000;

export interface Word {
  kind: 'name' | 'number' | 'text' | 'sign' | 'end';
  text: string;
  /** Of a number token: its value. */
  value: number;
  /** The unit that directly follows a number: "GB", "%", "Mbit/s"; '' if none. */
  unit: string;
  at: number;
}

/** Tried in order. Names may begin with a digit (7-up), so a number must not be followed by characters of a name. */
const patterns: readonly [Word['kind'], RegExp][] = [
  ['number', /(-?\d+(?:\.\d+)?)(%|°C|[a-zA-Z]+(?:\/s)?)?(?![\w.*-])/y],
  ['text', /"([^"]*)"|'([^']*)'/y],
  ['name', /[a-zA-Z0-9_*?][\w.*?-]*/y],
  ['sign', /<=|>=|!=|<>|==|[<>=(),%]/y],
];
const space = /\s*/y;

/** @throws QueryError */
export function wordsOf(query: string): Word[] {
  if (query.length > QUERY_CHARACTERS_MAX)
    throw new QueryError(query, QUERY_CHARACTERS_MAX, `at most ${QUERY_CHARACTERS_MAX} characters`);
  const words: Word[] = [];
  for (let at = 0; ; ) {
    space.lastIndex = at;
    space.test(query);
    at = space.lastIndex;
    if (at >= query.length) break;
    const word = wordAt(query, at);
    if (word === null) throw new QueryError(query, at, 'a word, a number or a comparison');
    words.push(word.word);
    at = word.end;
  }
  words.push({ kind: 'end', text: '', value: 0, unit: '', at: query.length });
  return words;
}

function wordAt(query: string, at: number): { word: Word; end: number } | null {
  for (const [kind, pattern] of patterns) {
    pattern.lastIndex = at;
    const found = pattern.exec(query);
    if (found === null) continue;
    const text = kind === 'text' ? (found[1] ?? found[2] ?? '') : found[0];
    const isNumber = kind === 'number';
    const value = isNumber ? Number(found[1]) : 0;
    const unit = isNumber ? (found[2] ?? '') : '';
    return { word: { kind, text, value, unit, at }, end: pattern.lastIndex };
  }
  return null;
}

function wordFrom(query: string, at: number): string {
  return query.slice(at).match(/^\S+/)?.[0].slice(0, 30) ?? '';
}
