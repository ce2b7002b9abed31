// Where the peers of a mesh stand: the root in the middle, a ring for each step away from it, each subtree in a sector of
// its own, as wide as it has leaves.
import { type HierarchyPointNode, hierarchy, tree } from 'd3-hierarchy';

export interface Placed {
  id: string;
  x: number;
  y: number;
  /** Radians, 0 to the right. */
  angle: number;
  depth: number;
  /** Peers below that are not drawn. */
  hidden: number;
  parent: Placed | null;
}

interface Branch {
  id: string;
  hidden: number;
  children: Branch[];
}

/**
 * @param parents parent by peer; null of the root. Who has no way to the root is not placed.
 * @param folded peers below whom nothing is drawn
 * @param radius of the outermost ring, in pixels
 */
export function layoutTree(
  parents: ReadonlyMap<string, string | null>,
  root: string,
  folded: ReadonlySet<string>,
  radius: number,
): Placed[] {
  const below = new Map<string, string[]>();
  for (const [id, parent] of parents) {
    if (parent === null || id === root) continue;
    const list = below.get(parent);
    if (list === undefined) below.set(parent, [id]);
    else list.push(id);
  }
  const top = hierarchy(branchOf(root, below, folded, new Set()), ({ children }) => children);
  const place = tree<Branch>()
    .size([Math.PI * 2, 1])
    .separation((a, b) => (a.parent === b.parent ? 1 : 2) / Math.max(1, a.depth))(top);
  const step = top.height === 0 ? 0 : radius / top.height;
  const placed = new Map<HierarchyPointNode<Branch>, Placed>();
  for (const node of place.descendants()) {
    const angle = node.x - Math.PI / 2;
    const away = node.depth * step;
    placed.set(node, {
      id: node.data.id,
      x: Math.cos(angle) * away,
      y: Math.sin(angle) * away,
      ...{ angle, depth: node.depth, hidden: node.data.hidden },
      parent: node.parent === null ? null : placed.get(node.parent)!,
    });
  }
  return [...placed.values()];
}

function branchOf(
  id: string,
  below: ReadonlyMap<string, readonly string[]>,
  folded: ReadonlySet<string>,
  seen: Set<string>,
): Branch {
  seen.add(id);
  const children = (below.get(id) ?? []).filter((child) => !seen.has(child));
  if (folded.has(id)) return { id, hidden: countBelow(id, below), children: [] };
  return { id, hidden: 0, children: children.map((child) => branchOf(child, below, folded, seen)) };
}

function countBelow(id: string, below: ReadonlyMap<string, readonly string[]>): number {
  const seen = new Set([id]);
  for (const each of seen) for (const child of below.get(each) ?? []) seen.add(child);
  return seen.size - 1;
}
