// What `Find` looks for, as a display filter, and where it looks: forwards or backwards from a packet, round all captures.
import { quoted } from '../state/expression.ts';

export type FindKind = 'text' | 'filter';

/** A text is found in the packet's bytes and in its Info column, in either case. */
export function termOfFind(kind: FindKind, wanted: string): string {
  if (kind === 'filter') return wanted.trim();
  const pattern = quoted(wanted.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'));
  return `frame matches ${pattern} || _ws.col.Info matches ${pattern}`;
}

export interface Stretch {
  capture: number;
  /** The part of the capture after (or, backwards, before) the packet, up to it, or all of it. */
  part: 'beyond' | 'upto' | 'all';
}

/**
 * The parts of the captures in the order in which they are searched, back to where it began.
 * @param ids captures in the order of the list
 * @param from the capture of the packet from which it goes on; null: from the first packet, or backwards the last
 */
export function stretchesOf(ids: readonly number[], from: number | null, way: 1 | -1): Stretch[] {
  const order = way === 1 ? [...ids] : [...ids].reverse();
  const at = from === null ? -1 : order.indexOf(from);
  if (at < 0) return order.map((capture) => ({ capture, part: 'all' }));
  const others = [...order.slice(at + 1), ...order.slice(0, at)];
  return [
    { capture: order[at]!, part: 'beyond' },
    ...others.map((capture): Stretch => ({ capture, part: 'all' })),
    { capture: order[at]!, part: 'upto' },
  ];
}
