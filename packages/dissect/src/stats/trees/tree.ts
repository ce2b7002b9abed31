import type { Packet } from '../../core/packet.ts';
import type { CounterTree } from '../counter-tree.ts';

/** A statistic `-z NAME,tree`. */
export interface TreeDefinition {
  /** `dns,tree` */
  readonly name: string;
  readonly title: string;
  /** A short description. */
  readonly about: string;
  /** Creates the counters that are shown even at 0; returns the function that counts a packet. */
  readonly start: (tree: CounterTree) => (p: Packet) => void;
}
