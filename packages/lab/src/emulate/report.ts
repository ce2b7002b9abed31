// What an emulation says in the end, and each second.

import type { Quantiles } from '../quantiles.ts';
import type { ChangeReport } from './changes.ts';
import type { LoadReport } from './load.ts';
import type { Shapers } from './namespaces.ts';

export interface Traffic {
  /** In TLS records. */
  linkBytesPerPeerS: number;
  /** With TCP/IP heads and acknowledgements; of loopback, with whatever else goes over it. */
  wireBytesPerPeerS: number;
}

/** One line of the live table. */
export interface Sample extends Traffic {
  atS: number;
  running: number;
  /** Share of the peers that know all that run, 0 to 1. */
  knowAll: number;
  /** Share of the peers whose view is of all that run. */
  seeAll: number;
  viewAgeMs: Quantiles;
  queryMs: Quantiles;
  messageMs: Quantiles;
  /** Of one core, all hosts together. */
  cpuShare: number;
  rssBytes: number;
}

/** How long the steps took; null of what was not so in time. */
export interface Times {
  joinedS: number;
  /** From the last join until all knew all. */
  convergedS: number | null;
  /** After that, until the view of each was of all. */
  viewedS: number | null;
  /** From the end of the churn until both were so again. */
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
  /** Peers that were well and that somebody took for dead. */
  wrongAlarms: number;
  /** While nothing happened but that they measured. */
  idle: Traffic;
  /** With the load and the churn. */
  busy: Traffic;
  cpuShare: number;
  rssBytesMax: number;
  warnings: Record<string, number>;
}
