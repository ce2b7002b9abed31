// Fill levels of the discs in the tree.
import type { MeshAnswer } from '../../api/mesh-types.ts';

/** Fill level by peer, 0 to 1: relative to 100 for percentages, otherwise to the maximum. */
export function shares({ peers }: MeshAnswer, attribute: string): Map<string, number> {
  const known = peers.flatMap(({ id, values }) => {
    const value = values[attribute];
    return value === null || value === undefined ? [] : [[id, value] as const];
  });
  const isPercentage = /\.(used|free)$/.test(attribute) && known.every(([, value]) => value <= 100);
  const most = isPercentage ? 100 : Math.max(1e-9, ...known.map(([, value]) => value));
  return new Map(known.map(([id, value]) => [id, value / most]));
}
