// Tokens of an expression over findings, as in display filters.

export interface Word {
  readonly kind: 'word' | 'text' | 'sign' | 'end';
  /** A quoted text without its quotes. */
  readonly text: string;
  readonly at: number;
}

/** A syntax error: one line with the position and the reason. */
export class SilenceError extends Error {
  override readonly name = 'SilenceError';
}

const WORD = /\s*(?:"((?:[^"\\]|\\.)*)"|(==|!=|>=|<=|&&|\|\||[><!(){},~])|([\w.:/@+-]+))/y;

/** @throws SilenceError */
export function wordsOf(expression: string): Word[] {
  const words: Word[] = [];
  const end = expression.trimEnd().length;
  WORD.lastIndex = 0;
  while (WORD.lastIndex < end) {
    const from = WORD.lastIndex;
    const match = WORD.exec(expression);
    if (match === null) {
      const at = from + (/^\s*/.exec(expression.slice(from))?.[0].length ?? 0);
      throw new SilenceError(`"${expression}": unexpected ${expression[at]} at ${at + 1}`);
    }
    const [whole, quoted, sign, plain] = match;
    const at = from + whole.length - whole.trimStart().length;
    if (quoted !== undefined) words.push({ kind: 'text', text: quoted.replace(/\\(.)/g, '$1'), at });
    else if (sign !== undefined) words.push({ kind: 'sign', text: sign, at });
    else words.push({ kind: 'word', text: plain!, at });
  }
  words.push({ kind: 'end', text: 'the end', at: end });
  return words;
}
