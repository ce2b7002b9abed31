// From what is shown to the filter that chooses it.
import type { TreeLine } from '../api/types.ts';
import { quoted } from '../state/expression.ts';

/** The filter that a line of the tree stands for; null where it stands for none. */
export function termOf(line: TreeLine): string | null {
  if (line.name === '') return null;
  if (line.value === null || line.value === '') return line.name;
  const isPlain = /^[\w.:/+-]+$/.test(line.value);
  const isWord = /[^\d.:a-fx]/i.test(line.value) && !/^(true|false)$/i.test(line.value);
  return `${line.name} == ${isPlain && !isWord ? line.value : quoted(line.value)}`;
}
