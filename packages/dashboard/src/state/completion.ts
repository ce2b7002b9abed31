// Determines what is being typed at the caret of a display filter, and so what can complete it.

export type Position =
  /** A field or protocol name with the prefix `text`, at [from, to). */
  | { kind: 'name'; text: string; from: number; to: number }
  /** An operator, after a name. */
  | { kind: 'operator'; text: string; from: number; to: number }
  /** A connective (`and`, `or`), after a comparison. */
  | { kind: 'joint'; text: string; from: number; to: number }
  | { kind: 'none' };

export const OPERATORS: readonly [string, string][] = [
  ['==', 'equal'],
  ['!=', 'not equal'],
  ['contains', 'contains this text or these bytes'],
  ['matches', 'matches a regular expression'],
  ['in', 'one of a set: {80, 443}'],
  ['>', 'greater'],
  ['<', 'less'],
  ['>=', 'greater or equal'],
  ['<=', 'less or equal'],
];

export const JOINTS: readonly [string, string][] = [
  ['&&', 'both must match'],
  ['||', 'either may match'],
];

const NAME = /[A-Za-z_][\w.-]*$/;
const AFTER_NAME = /(?:^|[\s(!&|])([A-Za-z_][\w.-]*)\s+([=!<>~a-z]*)$/;
const COMPARED =
  /(?:==|!=|>=|<=|>|<|~|\b(?:contains|matches|in|eq|ne|gt|lt|ge|le))\s*(?:"[^"]*"|\{[^}]*\}|[^\s&|()]+)\s+([&|a-z]*)$/;
const WORDS = new Set([
  'and',
  'or',
  'not',
  'xor',
  'contains',
  'matches',
  'in',
  'eq',
  'ne',
  'gt',
  'lt',
  'ge',
  'le',
]);

export function positionAt(text: string, caret: number): Position {
  const before = text.slice(0, caret);
  if (isInQuotes(before)) return { kind: 'none' };
  const compared = COMPARED.exec(before);
  if (compared !== null) return place('joint', compared[1]!, caret);
  // Inside a value there is nothing to complete.
  if (/(?:==|!=|>=|<=|[<>~]|\b(?:contains|matches|in|eq|ne|gt|lt|ge|le))\s*[^\s&|()]*$/.test(before))
    return { kind: 'none' };
  const afterName = AFTER_NAME.exec(before);
  if (afterName !== null && !WORDS.has(afterName[1]!)) return place('operator', afterName[2]!, caret);
  const name = NAME.exec(before)?.[0] ?? '';
  if (name === '' && !/(^|[\s(!&|])$/.test(before)) return { kind: 'none' };
  const rest = /^[\w.-]*/.exec(text.slice(caret))![0].length;
  return { kind: 'name', text: name, from: caret - name.length, to: caret + rest };
}

function place(kind: 'operator' | 'joint', text: string, caret: number): Position {
  return { kind, text, from: caret - text.length, to: caret };
}

function isInQuotes(text: string): boolean {
  let isOpen = false;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '\\') i++;
    else if (text[i] === '"') isOpen = !isOpen;
  }
  return isOpen;
}
