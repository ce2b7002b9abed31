// The settings of a simulation.

import type { NetworkSettings } from './network.ts';

export interface PartitionSettings {
  /** Part of the peers that is cut off, 0 to 1. */
  share: number;
  fromMs: number;
  forMs: number;
}

export interface SimulateSettings extends NetworkSettings {
  peers: number;
  branching: number;
  seed: number;
  durationMs: number;
  /** Time between two measurements of a peer. */
  intervalMs: number;
  /** 0.1: a tenth of the peers departs each minute, and as many join. */
  churnPerMin: number;
  partition: PartitionSettings | null;
  /** Largest subtree that is reported peer by peer; larger ones are aggregated. */
  detailMax: number;
  /** Capacity queries a second, from random peers, in total. */
  queriesPerS: number;
}
