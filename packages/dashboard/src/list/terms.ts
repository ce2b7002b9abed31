// Converts a line of a packet's tree to a filter term.
import type { TreeLine } from '../api/types.ts';
import { quoted } from '../state/expression.ts';

/** The filter term for a line of the tree; null if it has none. */
export function termOf(line: Pick<TreeLine, 'name' | 'value'>): string | null {
  if (line.name === '') return null;
  if (line.value === null || line.value === '') return line.name;
  const isPlain = /^[\w.:/+-]+$/.test(line.value);
  const isWord = /[^\d.:a-fx]/i.test(line.value) && !/^(true|false)$/i.test(line.value);
  return `${line.name} == ${isPlain && !isWord ? line.value : quoted(line.value)}`;
}
