// Edits display filters as text. A single expression selects packets everywhere; these functions add and remove terms
// and parse no more than the outermost `&&` and `||`.

interface Joint {
  at: number;
  length: number;
  kind: 'and' | 'or';
}

const WORD_JOINTS = /^(and|or|xor)\b/i;

/** Positions of the outermost operators, outside of brackets and quotes. */
function joints(text: string): Joint[] {
  const found: Joint[] = [];
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text[i]!;
    if (c === '"' || c === "'") i = endOfQuote(text, i);
    else if (c === '(' || c === '[' || c === '{') depth++;
    else if (c === ')' || c === ']' || c === '}') depth--;
    else if (depth > 0) continue;
    else if (text.startsWith('&&', i)) found.push({ at: i++, length: 2, kind: 'and' });
    else if (text.startsWith('||', i) || text.startsWith('^^', i))
      found.push({ at: i++, length: 2, kind: 'or' });
    else if (/\s/.test(text[i - 1] ?? '')) {
      const word = WORD_JOINTS.exec(text.slice(i, i + 4))?.[1];
      if (word === undefined) continue;
      found.push({ at: i, length: word.length, kind: word.toLowerCase() === 'and' ? 'and' : 'or' });
      i += word.length - 1;
    }
  }
  return found;
}

function endOfQuote(text: string, start: number): number {
  for (let i = start + 1; i < text.length; i++) {
    if (text[i] === '\\') i++;
    else if (text[i] === text[start]) return i;
  }
  return text.length;
}

/** The terms of the outermost conjunction; an expression with an outermost `or` is one term. */
export function termsOf(expression: string): string[] {
  const found = joints(expression);
  const text = expression.trim();
  if (text === '') return [];
  if (found.some(({ kind }) => kind === 'or')) return [text];
  const terms: string[] = [];
  let from = 0;
  for (const { at, length } of [...found, { at: expression.length, length: 0 }]) {
    terms.push(expression.slice(from, at).trim());
    from = at + length;
  }
  return terms.filter((term) => term !== '');
}

function isAlternative(expression: string): boolean {
  return joints(expression).some(({ kind }) => kind === 'or');
}

/** Adds brackets if the expression would otherwise be split when joined with another. */
function bound(expression: string): string {
  return isAlternative(expression) ? `(${expression.trim()})` : expression.trim();
}

/** The conjunction of both; terms that are already present are not repeated. */
export function allOf(expression: string, more: string): string {
  if (expression.trim() === '') return more.trim();
  if (more.trim() === '') return expression.trim();
  const terms = termsOf(expression).map(bound);
  for (const term of termsOf(more).map(bound)) if (!terms.includes(term)) terms.push(term);
  return terms.length === 1 ? terms[0]!.replace(/^\((.*)\)$/, '$1') : terms.join(' && ');
}

export function anyOf(expression: string, more: string): string {
  if (expression.trim() === '') return more.trim();
  return `${wrapped(expression)} || ${wrapped(more)}`;
}

function wrapped(expression: string): string {
  const single = joints(expression).length === 0;
  return single ? expression.trim() : `(${expression.trim()})`;
}

export function noneOf(expression: string): string {
  return `!(${expression.trim()})`;
}

/** How a selection is combined with the filter, as in Wireshark's menu. */
export const WAYS = ['selected', 'not selected', 'and', 'or', 'and not', 'or not'] as const;
export type Way = (typeof WAYS)[number];

export function combined(expression: string, way: Way, term: string): string {
  if (way === 'selected') return term;
  if (way === 'not selected') return noneOf(term);
  if (way === 'and') return allOf(expression, term);
  if (way === 'or') return anyOf(expression, term);
  if (way === 'and not') return allOf(expression, noneOf(term));
  return anyOf(expression, noneOf(term));
}

const TIME_TERM = /^frame\.time_epoch\s*(>=|<)\s*(\d+(?:\.\d+)?)$/;

/** The time range in the expression, in seconds since 1970. */
export function timeRange(expression: string): { from: number | null; to: number | null } {
  const range = { from: null as number | null, to: null as number | null };
  for (const term of termsOf(expression)) {
    const match = TIME_TERM.exec(term);
    if (match !== null) range[match[1] === '<' ? 'to' : 'from'] = Number(match[2]);
  }
  return range;
}

/** The expression with its time range replaced or removed; times are written with `places` decimals. */
export function withTimeRange(
  expression: string,
  from: number | null,
  to: number | null,
  places = 3,
): string {
  const kept = termsOf(expression).filter((term) => !TIME_TERM.test(term));
  if (from !== null) kept.push(`frame.time_epoch >= ${plain(from, places)}`);
  if (to !== null) kept.push(`frame.time_epoch < ${plain(to, places)}`);
  return kept.reduce(allOf, '');
}

function plain(seconds: number, places: number): string {
  const text = seconds.toFixed(places);
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

/** Backslashes and quotes; not the escapes that answers have in place of bidirectional controls (api/client.ts). */
const TO_ESCAPE = /"|\\(?!u(?:202[a-e]|206[6-9]))/g;

export function quoted(text: string): string {
  return `"${text.replace(TO_ESCAPE, '\\$&')}"`;
}

/** Packets from or to an address: IPv4, IPv6 or hardware. */
export function ofAddress(address: string, end: 'addr' | 'src' | 'dst' = 'addr'): string {
  if (/^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/i.test(address)) return `eth.${end} == ${address}`;
  return `${address.includes(':') ? 'ipv6' : 'ip'}.${end} == ${address}`;
}

export function betweenAddresses(a: string, b: string): string {
  return `${ofAddress(a)} && ${ofAddress(b)}`;
}

export function ofProtocol(column: string): string {
  return `_ws.col.Protocol == ${quoted(column)}`;
}
