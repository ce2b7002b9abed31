// Where the peers of a mesh stand: around the root, a ring for each step away from it, each subtree in a sector of its own,
// as wide as it has leaves; then stretched and moved to fill the room there is.
import { type HierarchyPointNode, hierarchy, tree } from 'd3-hierarchy';
import type { Size } from './canvas.ts';

export interface Placed {
  id: string;
  x: number;
  y: number;
  /** How the branch from the parent bends: the control points of a Bézier curve, x and y each. */
  bend: readonly [number, number, number, number];
  /** Its name goes to the left, away from the root. */
  isLeft: boolean;
  depth: number;
  /** Peers below that are not drawn. */
  hidden: number;
  parent: Placed | null;
}

/** Pixels from ring to ring at most: a mesh of three need not reach from edge to edge. */
const STEP_MAX = 150;
/** How much more one way may be stretched than the other, for rings to remain rings. */
const STRETCH_MAX = 1.6;

interface Branch {
  id: string;
  hidden: number;
  children: Branch[];
}

/**
 * @param parents parent by peer; null of the root. Who has no way to the root is not placed.
 * @param folded peers below whom nothing is drawn
 * @param room for the middles of all discs, in pixels; 0, 0 is its middle
 */
export function layoutTree(
  parents: ReadonlyMap<string, string | null>,
  root: string,
  folded: ReadonlySet<string>,
  room: Size,
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
  const onMap = fit(
    place.descendants().map(({ x, depth }) => polar(x, depth)),
    room,
  );
  const placed = new Map<HierarchyPointNode<Branch>, Placed>();
  for (const node of place.descendants()) {
    const { x: angle, depth, parent } = node;
    const [x, y] = onMap(polar(angle, depth));
    // Out of the parent towards its ring, then along the sector.
    const between = depth - 0.5;
    const near = parent === null || parent.depth === 0 ? angle : parent.x;
    placed.set(node, {
      ...{ id: node.data.id, x, y, depth, hidden: node.data.hidden },
      bend: [...onMap(polar(near, between)), ...onMap(polar(angle, between))],
      isLeft: polar(angle, depth)[0] < 0,
      parent: parent === null ? null : placed.get(parent)!,
    });
  }
  return [...placed.values()];
}

type Point = readonly [x: number, y: number];

/** From the middle of the rings, a ring being one; the first sector is on top. */
function polar(angle: number, depth: number): Point {
  return [Math.sin(angle) * depth, -Math.cos(angle) * depth];
}

/** What moves points of the rings into the room. */
function fit(points: readonly Point[], room: Size): (point: Point) => Point {
  const [left, width] = extent(points.map(([x]) => x));
  const [top, height] = extent(points.map(([, y]) => y));
  const wide = Math.min(STEP_MAX, room.width / width);
  const high = Math.min(STEP_MAX, room.height / height);
  const [x, y] = [Math.min(wide, high * STRETCH_MAX), Math.min(high, wide * STRETCH_MAX)];
  return (point) => [(point[0] - left - width / 2) * x, (point[1] - top - height / 2) * y];
}

/** The least, and how far it is to the most; that is more than 0. */
function extent(values: readonly number[]): [least: number, range: number] {
  // Not as arguments, of which there may be only so many.
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  return [least, Math.max(1e-6, most - least)];
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
