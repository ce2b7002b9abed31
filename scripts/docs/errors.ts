// The reference page of errors: codes from their declarations, and messages from where they are thrown.
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ERROR_STATUS } from '@eyrie/services/analyzer';
import { table } from './table.ts';

const packages = join(import.meta.dirname, '../../packages');

const HEAD = `# Errors

Made by \`npm run docs\` from the code. Codes are stable: programs may rely on them. Messages are one line that says what to do,
and may change; … stands for what differs from case to case.

Commands end with status 0 (done), 1 (failed), 2 (called wrongly) or 130 (interrupted), and say why in one line on standard
error: \`eyrie: office.pcap: no such file; check the name\`.

## HTTP API

`;

/** Per section: heading, file that declares the codes as a union type, and folder where they are used. */
const UNIONS: readonly (readonly [heading: string, file: string, used: string])[] = [
  ['Captures', 'capture/src/errors.ts', 'capture/src'],
  ['Stores', 'store/src/errors.ts', 'store/src'],
  ['Between services', 'services/src/bus/errors.ts', 'services/src'],
];

export function errorsPage(): string {
  const said = messagesIn('services/src/analyzer');
  const api = Object.entries(ERROR_STATUS).map(([code, status]) => [
    `\`${code}\``,
    String(status),
    said.get(code) ?? '',
  ]);
  const others = UNIONS.map(([heading, file, used]) => {
    const messages = messagesIn(used);
    const rows = codesIn(file).map(([code, meaning]) => [
      `\`${code}\``,
      [meaning, messages.get(code) ?? ''].filter((text) => text !== '').join(' '),
    ]);
    return `\n## ${heading}\n\n${table(['code', 'what is said'], rows)}`;
  });
  return HEAD + table(['code', 'status', 'what is said'], api) + others.join('');
}

/** The members of a union type, with the comment above each. */
function codesIn(file: string): [code: string, meaning: string][] {
  const text = readFileSync(join(packages, file), 'utf8');
  const union = /export type \w+ErrorCode =([\s\S]*?);\n/.exec(text)?.[1] ?? '';
  return [...union.matchAll(/(?:\/\*\* (.*?) \*\/\s*)?\| '(\w+)'/g)].map((match) => [
    match[2]!,
    match[1] ?? '',
  ]);
}

/** By code, up to three messages passed with it: `Error('code', \`message\``. */
function messagesIn(folder: string): Map<string, string> {
  const found = new Map<string, Set<string>>();
  const files = globSync('**/*.ts', { cwd: join(packages, folder) }).sort();
  for (const file of files) {
    const text = readFileSync(join(packages, folder, file), 'utf8');
    for (const [, code, backtick, single, double] of text.matchAll(CALL)) {
      const message = backtick?.replaceAll(/\$\{(?:[^{}]|\{[^}]*\})*\}/g, '…') ?? single ?? double!;
      const all = found.get(code!) ?? new Set();
      if (all.size < 3) all.add(message.replaceAll("\\'", "'").replaceAll('<', '&lt;'));
      found.set(code!, all);
    }
  }
  return new Map(
    [...found].map(([code, messages]) => [code, [...messages].map((text) => `“${text}”`).join(', ')]),
  );
}

const CALL = /Error\(\s*'(\w+)',\s*(?:`((?:[^`\\]|\\.)*)`|'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")/g;
