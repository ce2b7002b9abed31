// When conversations are told to the store, by the packets' clock. A file that was broken off is gone on with by others: what
// was told of its conversations must be the same, whoever reads it and however fast.
import type { FlowOptions } from '@eyrie/dissect';

export const FILE_FLOWS = {
  idleSeconds: 60,
  endedSeconds: 2,
  activeSeconds: 600,
} as const satisfies FlowOptions;

/** Somebody looks on: what goes on is told again and again. */
export const LIVE_FLOWS = {
  idleSeconds: 60,
  endedSeconds: 2,
  activeSeconds: 5,
} as const satisfies FlowOptions;
