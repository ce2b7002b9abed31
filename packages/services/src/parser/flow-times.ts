// Time-outs, by the packets' clock, after which conversations are reported to the store. They are constants: a resumed
// import must produce the same rows, whichever process reads the file and however fast.
import type { FlowOptions } from '@eyrie/dissect';

export const FILE_FLOWS = {
  idleSeconds: 60,
  endedSeconds: 2,
  activeSeconds: 600,
} as const satisfies FlowOptions;

/** Live views need updates of active conversations every few seconds. */
export const LIVE_FLOWS = {
  idleSeconds: 60,
  endedSeconds: 2,
  activeSeconds: 5,
} as const satisfies FlowOptions;
