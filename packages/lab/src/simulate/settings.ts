// What a simulation is asked for.

import type { NetworkSettings } from './network.ts';

export interface PartitionSettings {
  /** The part of the peers that is cut off, 0 to 1. */
  share: number;
  fromMs: number;
  forMs: number;
}

export interface SimulateSettings extends NetworkSettings {
  peers: number;
  branching: number;
  seed: number;
  durationMs: number;
  /** Between two measurements of a peer. */
  intervalMs: number;
  /** 0.1: a tenth of the peers goes each minute, and as many come. */
  churnPerMin: number;
  partition: PartitionSettings | null;
  /** Up to so many peers below are reported one by one, more of them in sum. */
  detailMax: number;
  /** Capacity queries a second, in all, from anybody. */
  queriesPerS: number;
}
