// What `Find` looks for, as a display filter, and where it looks: forwards or backwards from a packet, round all captures.
import { quoted } from '../state/expression.ts';

export type FindKind = 'text' | 'bytes' | 'filter';

/** What separates bytes, and what announces hexadecimal. */
const BETWEEN_BYTES = /0x|[\s:,-]/gi;

/** A text is found in the packet's bytes and in its Info column, in either case. Null: these are no bytes. */
export function termOfFind(kind: FindKind, wanted: string): string | null {
  if (kind === 'filter') return wanted.trim();
  if (kind === 'bytes') {
    const digits = wanted.replace(BETWEEN_BYTES, '').toLowerCase();
    return /^([\da-f]{2})+$/.test(digits) ? `frame contains ${digits.match(/../g)!.join(':')}` : null;
  }
  const pattern = quoted(wanted.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'));
  return `frame matches ${pattern} || _ws.col.Info matches ${pattern}`;
}

export interface Stretch {
  capture: number;
  /** The display filter for the part of the capture that is searched; empty: all of it. */
  part: string;
  /** Whether it is searched after the end of the list, from its other end on. */
  isRound: boolean;
}

/**
 * The parts of the captures in the order in which they are searched, back to where it began. They are told apart by
 * numbers: times may go back in a capture.
 *
 * @param ids captures in the order of the list
 * @param from the packet from which it goes on; null: from the first packet, or backwards the last
 */
export function stretchesOf(
  ids: readonly number[],
  from: { capture: number; number: number } | null,
  way: 1 | -1,
): Stretch[] {
  const order = way === 1 ? [...ids] : [...ids].reverse();
  const at = from === null ? -1 : order.indexOf(from.capture);
  const all = (isRound: boolean) => (capture: number) => ({ capture, part: '', isRound });
  if (from === null || at < 0) return order.map(all(false));
  const { capture, number } = from;
  const [beyond, upTo] = way === 1 ? ['>', '<='] : ['<', '>='];
  return [
    { capture, part: `frame.number ${beyond} ${number}`, isRound: false },
    ...order.slice(at + 1).map(all(false)),
    ...order.slice(0, at).map(all(true)),
    { capture, part: `frame.number ${upTo} ${number}`, isRound: true },
  ];
}
