// The producers of the /live channels, and their intervals.
import type { Store } from '@eyrie/store';
import { captureRows } from '../captures.ts';
import type { Counters, Intake } from '../intake.ts';
import { MeshChanges, wholeOf } from '../mesh/changes.ts';
import type { MeshSource } from '../mesh/source.ts';
import { findingRow, packetRow } from '../rows.ts';
import type { Status } from '../schemas/index.ts';
import { type Producers, StateUpdate } from './hub.ts';
import { RateMeter } from './rates.ts';

const LATEST_PACKETS = 50;
const LATEST_FINDINGS = 20;

/** Interval of rates without traffic, as a sign of life; with traffic they are sent 4 times a second. */
const QUIET_MS = 1000;

export function producers(
  store: Store,
  intake: Intake | null,
  status: () => Promise<Status>,
  mesh: MeshSource,
): Producers {
  const meter = new RateMeter();
  const counters = intake === null ? () => storedCounters(store) : async () => intake.counters();
  const packets = new Changes();
  const findings = new Changes();
  const captures = new Changes();
  const meshChanges = new MeshChanges();
  let quietMs = 0;
  return {
    rates: {
      everyMs: intake === null ? 1000 : 250,
      produce: async () => {
        const rates = meter.rates(await counters(), performance.timeOrigin / 1000 + performance.now() / 1000);
        const now = performance.now();
        if (rates.packets_per_second === 0 && now - quietMs < QUIET_MS) return undefined;
        quietMs = now;
        return rates;
      },
    },
    packets: {
      everyMs: 250,
      produce: async () => {
        const { items } = await store.packets({ order: 'newest', limit: LATEST_PACKETS });
        if (packets.isSame(String(items[0]?.id))) return undefined;
        return items.toReversed().map((row) => packetRow(row, undefined));
      },
    },
    findings: {
      everyMs: 1000,
      produce: async () => {
        const { items } = await store.findings({ order: 'newest', limit: LATEST_FINDINGS });
        const rows = items.map(findingRow);
        return findings.isSame(JSON.stringify(rows)) ? undefined : rows;
      },
    },
    captures: {
      everyMs: 250,
      produce: async () => {
        const rows = await captureRows(store, intake);
        return captures.isSame(JSON.stringify(rows)) ? undefined : rows;
      },
    },
    status: { everyMs: 1000, produce: status },
    mesh: {
      everyMs: 1000,
      produce: async () => {
        const state = await mesh.state();
        return new StateUpdate(wholeOf(state), meshChanges.next(state));
      },
    },
  };
}

/** Counters without a pipeline in this process: the sums that the store maintains of what other processes store. */
async function storedCounters(store: Store): Promise<Counters> {
  const [captures, { items }] = await Promise.all([store.captures(), store.protocolSummary()]);
  const sum = (count: (each: (typeof captures)[number]) => number): number =>
    captures.reduce((total, each) => total + count(each), 0);
  return {
    packets: sum((each) => each.packets),
    bytes: sum((each) => each.bytes),
    drops: sum((each) => each.drops),
    protocols: Object.fromEntries(items.map(({ protocol, packets }) => [protocol, packets])),
  };
}

class Changes {
  #last: string | null = null;

  isSame(text: string): boolean {
    const isSame = text === this.#last;
    this.#last = text;
    return isSame;
  }
}
