// The report of an emulation, and its samples.

import type { Quantiles } from '../quantiles.ts';
import type { ChangeReport } from './changes.ts';
import type { LoadReport } from './load.ts';
import type { Shapers } from './namespaces.ts';

export interface Traffic {
  /** In TLS records. */
  linkBytesPerPeerS: number;
  /** With TCP/IP headers and acknowledgements; on loopback, with any other traffic on it. */
  wireBytesPerPeerS: number;
}

/** One line of the live table. */
export interface Sample extends Traffic {
  atS: number;
  running: number;
  /** Share of the peers that know all that run, 0 to 1. */
  knowAll: number;
  /** Share of the peers whose view covers all that run. */
  seeAll: number;
  viewAgeMs: Quantiles;
  queryMs: Quantiles;
  messageMs: Quantiles;
  /** All hosts together; 1 is one core. */
  cpuShare: number;
  rssBytes: number;
}

/** Duration of the steps; null if a step was not reached in time. */
export interface Times {
  joinedS: number;
  /** From the last join until all peers knew all others. */
  convergedS: number | null;
  /** After that, until each peer's view covered all. */
  viewedS: number | null;
  /** From the end of the churn until both held again. */
  settledS: number | null;
}

export interface EmulateReport extends Times, LoadReport {
  settings: {
    peers: number;
    hosts: number;
    /** On loopback. */
    threads: number;
    delayMs: number;
    lossRate: number;
    churnPerMin: number;
    durationMs: number;
    intervalMs: number;
    seed: number;
  };
  shapers: Shapers;
  isInterrupted: boolean;
  samples: Sample[];
  viewAgeMs: Quantiles;
  gone: ChangeReport;
  back: ChangeReport;
  /** Running peers that another peer took for dead. */
  wrongAlarms: number;
  /** Without load and churn, while peers only measured. */
  idle: Traffic;
  /** Under load and churn. */
  busy: Traffic;
  cpuShare: number;
  rssBytesMax: number;
  warnings: Record<string, number>;
}
