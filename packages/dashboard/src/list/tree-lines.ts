// Flattens a packet's tree to its visible lines, and finds lines by byte offset or by path.
import type { TreeLine } from '../api/types.ts';

export interface Line {
  line: TreeLine;
  depth: number;
  /** Indices from the root: 0.3.1 */
  path: string;
  /** Key under which the line is remembered as open: the names from the root. */
  key: string;
  isOpen: boolean;
}

export function flatten(tree: TreeLine[], open: ReadonlySet<string>): Line[] {
  const lines: Line[] = [];
  const add = (nodes: TreeLine[], depth: number, parentPath: string, parentKey: string) => {
    nodes.forEach((line, i) => {
      const path = `${parentPath}${i}`;
      const key = `${parentKey}${line.name || line.text.replace(/[\d.]+/g, '#')}`;
      const isOpen = line.children.length > 0 && open.has(key);
      lines.push({ line, depth, path, key, isOpen });
      if (isOpen) add(line.children, depth + 1, `${path}.`, `${key}/`);
    });
  };
  add(tree, 0, '', '');
  return lines;
}

/** The narrowest line that covers a byte, with the keys of its ancestors. */
export function lineAt(
  tree: TreeLine[],
  buffer: number,
  at: number,
): { path: string; line: TreeLine; keys: string[] } | null {
  let found: { path: string; line: TreeLine; keys: string[] } | null = null;
  const look = (nodes: TreeLine[], parentPath: string, parentKey: string, keys: string[]) => {
    nodes.forEach((line, i) => {
      const path = `${parentPath}${i}`;
      const key = `${parentKey}${line.name || line.text.replace(/[\d.]+/g, '#')}`;
      const covers =
        line.buffer === buffer && line.length > 0 && at >= line.start && at < line.start + line.length;
      if (covers && (found === null || line.length <= found.line.length)) found = { path, line, keys };
      look(line.children, `${path}.`, `${key}/`, [...keys, key]);
    });
  };
  look(tree, '', '', []);
  return found;
}

/** The line at the same path of another packet's tree, if it is the same field. */
export function sameLine(
  tree: TreeLine[],
  { path, line }: { path: string; line: TreeLine },
): { path: string; line: TreeLine } | null {
  let found: TreeLine | undefined;
  for (const i of path.split('.')) found = (found?.children ?? tree)[Number(i)];
  return found !== undefined && found.name === line.name ? { path, line: found } : null;
}
