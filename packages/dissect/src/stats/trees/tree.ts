import type { Packet } from '../../core/packet.ts';
import type { CounterTree } from '../counter-tree.ts';

/** What `-z NAME,tree` counts. */
export interface TreeDefinition {
  /** `dns,tree` */
  readonly name: string;
  readonly title: string;
  /** What it tells, in a few words. */
  readonly about: string;
  /** Makes the counters that are shown even at 0; returns what counts a packet. */
  readonly start: (tree: CounterTree) => (p: Packet) => void;
}
