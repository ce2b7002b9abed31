// Measures the host at intervals and reports the readings to the mesh.

import type { Companion, Peer } from '@eyrie/mesh';
import { LinuxMeter } from './linux.ts';
import type { Details, HostMeter, Measured } from './sample.ts';
import { Traffic, type TrafficRates } from './traffic.ts';

const INTERVAL_MS = 10_000;
/** The first sample has no rates, so the second follows soon. */
const FIRST_MS = 1_000;

export interface MeteringOptions {
  intervalMs?: number;
  meter?: HostMeter;
  /** Called after each report with the attributes and the parent; null: this peer is the root, or alone. */
  onReport?: (measured: Measured, parent: string | null) => void;
}

export function meterHost(peer: Peer, options: MeteringOptions = {}): Companion {
  const { intervalMs = INTERVAL_MS, meter = systemMeter(), onReport = () => {} } = options;
  const traffic = new Traffic();
  let details: (Details & { traffic: TrafficRates | null }) | null = null;
  let isStopped = false;
  let timer: NodeJS.Timeout | undefined;
  const again = (waitMs: number) => {
    if (!isStopped) timer = setTimeout(look, waitMs).unref();
  };
  let looks = 0;
  async function look(): Promise<void> {
    const startMs = performance.now();
    try {
      const sample = await meter.sample();
      if (isStopped) return;
      details = { ...sample.details, traffic: traffic.rates };
      peer.skyeye.history.details = JSON.stringify(details);
      const measured = { ...sample.measured, ...traffic.measured, ...clockOf(peer) };
      const refused = peer.skyeye.report(measured);
      if (refused.length > 0)
        peer.runtime.log('warn', 'measured what cannot be', { attributes: refused.join(' ') });
      onReport(measured, peer.directory.tree.parentOf(peer.id));
    } catch (error) {
      peer.runtime.log('warn', 'the host cannot be measured', { message: (error as Error).message });
    }
    const waitMs = looks++ === 0 ? Math.min(FIRST_MS, intervalMs) : intervalMs;
    again(Math.max(0, waitMs - (performance.now() - startMs)));
  }
  again(0);
  return {
    methods: {
      host: () => details,
      traffic: (given) => {
        traffic.take(given);
        peer.skyeye.talkers.report(Traffic.talkersIn(given));
      },
    },
    stop: () => {
      isStopped = true;
      clearTimeout(timer);
    },
  };
}

/** Clock attributes; empty until mesh time is known. */
function clockOf({ clock }: Peer): Measured {
  const { uncertaintyMs, wallAhead } = clock.state();
  if (uncertaintyMs === null) return {};
  return { 'clock.ahead': wallAhead * 1000, 'clock.uncertainty': uncertaintyMs };
}

/** The meter for this operating system. */
function systemMeter(): HostMeter {
  if (process.platform === 'linux') return new LinuxMeter();
  let other: HostMeter | null = null;
  return {
    sample: async () => {
      other ??= new (await import('./elsewhere.ts')).OtherMeter();
      return other.sample();
    },
  };
}
