// Radial layout of the mesh tree: the root at the centre, one ring per level, a sector per subtree in proportion to its
// leaves; the result is stretched and moved to fill the available area.
import { type HierarchyPointNode, hierarchy, tree } from 'd3-hierarchy';
import type { Size } from './canvas.ts';

export interface Placed {
  id: string;
  x: number;
  y: number;
  /** Bézier control points of the branch from the parent: x1, y1, x2, y2. */
  bend: readonly [number, number, number, number];
  /** The name is drawn to the left of the disc. */
  isLeft: boolean;
  depth: number;
  /** Number of descendants that are folded away. */
  hidden: number;
  parent: Placed | null;
}

/** Maximum distance between rings in pixels, so that a small mesh stays compact. */
const STEP_MAX = 150;
/** Maximum ratio of the horizontal and vertical stretch, so that rings still look like rings. */
const STRETCH_MAX = 1.6;

interface Branch {
  id: string;
  hidden: number;
  children: Branch[];
}

/**
 * Places all peers of the tree.
 * @param parents parent by peer; null for the root. Peers without a path to the root are left out.
 * @param folded peers whose descendants are hidden
 * @param room area for the centres of the discs, in pixels; its origin is the centre
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
    // The branch leaves the parent radially, then runs along the sector.
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

/** Polar to Cartesian coordinates; the distance between rings is 1, and the first sector is at the top. */
function polar(angle: number, depth: number): Point {
  return [Math.sin(angle) * depth, -Math.cos(angle) * depth];
}

/** Returns the transformation from ring coordinates to the area. */
function fit(points: readonly Point[], room: Size): (point: Point) => Point {
  const [left, width] = extent(points.map(([x]) => x));
  const [top, height] = extent(points.map(([, y]) => y));
  const wide = Math.min(STEP_MAX, room.width / width);
  const high = Math.min(STEP_MAX, room.height / height);
  const [x, y] = [Math.min(wide, high * STRETCH_MAX), Math.min(high, wide * STRETCH_MAX)];
  return (point) => [(point[0] - left - width / 2) * x, (point[1] - top - height / 2) * y];
}

/** Minimum and range of the values; the range is greater than 0. */
function extent(values: readonly number[]): [least: number, range: number] {
  // No Math.min(...values): the number of arguments is limited.
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
