// Regular expressions of `matches`. Wireshark's are PCRE's; JavaScript's differ in a few places, put right here.

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

/** Escapes that JavaScript has no word for, or would silently take for the letter. */
const ESCAPES: Readonly<Record<string, string>> = {
  A: '^',
  Z: '(?=\\n?$)',
  z: '$',
  h: '[ \\t]',
  R: '(?:\\r\\n|[\\n-\\r])',
  N: '[^\\n]',
};
const ESCAPES_IN_BRACKETS: Readonly<Record<string, string>> = { h: ' \\t' };
const UNKNOWN_ESCAPES = 'CEGHKLQUVX';

/**
 * A regular expression in PCRE's words as one of JavaScript's; upper and lower case are the same, as in Wireshark.
 *
 * @throws SyntaxError if it is none, or holds what has no counterpart here.
 */
export function patternOf(text: string): RegExp {
  let source = '';
  let inBrackets = false;
  for (let i = 0; i < text.length; i++) {
    const c = text[i]!;
    if (c === '\\') {
      const next = text[++i] ?? '';
      if (UNKNOWN_ESCAPES.includes(next) && next !== '') throw new SyntaxError(`\\${next} is not supported`);
      source += (inBrackets ? ESCAPES_IN_BRACKETS : ESCAPES)[next] ?? `\\${next}`;
    } else if (!inBrackets) {
      inBrackets = c === '[';
      // PCRE's dot stops at line feeds only.
      source += c === '.' ? '[^\\n]' : c;
      // A ] that comes first stands for itself.
      if (inBrackets && text[i + 1] === '^') source += text[++i];
      if (inBrackets && text[i + 1] === ']') source += `\\${text[++i]}`;
    } else {
      const name = /^\[:(\w+):\]/.exec(text.slice(i, i + 12));
      const members = name === null ? undefined : CLASSES[name[1]!];
      if (members === undefined) {
        source += c;
        inBrackets = c !== ']';
      } else {
        source += members;
        i += name![0].length - 1;
      }
    }
  }
  return new RegExp(source.replace(/^\(\?i\)/, ''), 'i');
}
