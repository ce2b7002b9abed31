// The host of the query benchmark: peers with changing loads, queries timed at the asker, and brute-force answers from all
// readings.

import { indexOf } from '@eyrie/mesh/skyeye';
import { Host } from '../src/hosting/host.ts';
import { machineMs } from '../src/hosting/machine.ts';

export interface Reply {
  ms: number;
  problem: string | null;
  /** `cpu.free` of the peers found. */
  cpuFree: (number | null | undefined)[];
}

export class QueryHost extends Host {
  /** Each peer reports in every interval, at its own phase. */
  async measure(intervalMs: number): Promise<void> {
    for (const peer of this.peers()) {
      const look = wanderingLoad((values) => peer.skyeye.report(values));
      const begin = () => {
        look();
        setInterval(look, intervalMs);
      };
      setTimeout(begin, Math.random() * intervalMs);
    }
  }

  /** Peers whose view covers the given number of peers. */
  async seeing(count: number): Promise<number> {
    return this.peers().filter(({ skyeye }) => {
      const view = skyeye.view();
      return view?.peers === count && view.attributes['cpu.used']?.count === count;
    }).length;
  }

  /** Ages of views, and of the readings in them; of the peers that have a view. */
  async ages(): Promise<[viewMs: number, readingsMs: number][]> {
    const views = this.peers().flatMap(({ skyeye }) => skyeye.view() ?? []);
    return views.map(({ ageMs, readings }) => [ageMs, readings.ageMs]);
  }

  async ask(id: string, question: string): Promise<Reply> {
    const startMs = machineMs();
    const { peers, problem } = await this.peer(id)!.skyeye.query(question);
    const cpuFree = peers.map(({ values }) => values['cpu.free']);
    return { ms: machineMs() - startMs, problem, cpuFree };
  }

  async root(): Promise<string | null> {
    return this.peers()[0]?.directory.tree.root ?? null;
  }

  /** All `cpu.free` known to the coordinator, in descending order. */
  async readingsAt(coordinator: string): Promise<number[]> {
    const index = indexOf('cpu.free');
    const all = [...this.peer(coordinator)!.skyeye.core.below.readings.all()];
    return all.map(({ values }) => values[index]!).sort((a, b) => b - a);
  }

  async countsAt(coordinator: string): Promise<object> {
    return { ...this.peer(coordinator)!.skyeye.queries.counts };
  }

  /** Whether all views here cover the given number, and not from `gone`. */
  async seesWithout(gone: string, count: number): Promise<boolean> {
    return this.peers().every(({ skyeye }) => {
      const view = skyeye.view();
      return view?.peers === count && view.root !== gone;
    });
  }
}

function wanderingLoad(report: (values: Record<string, number>) => void): () => void {
  let used = Math.random() * 100;
  const storage = Math.random() * 1e12;
  const memory = Math.random() * 64e9;
  return () => {
    used = Math.min(100, Math.max(0, used + (Math.random() - 0.5) * 8));
    report({
      ...{ 'cpu.used': used, 'cpu.free': 100 - used, 'cpu.cores': 8, 'load.1': used / 12 },
      ...{ 'memory.total': 64e9, 'memory.free': memory, 'memory.used': 100 - memory / 64e7 },
      ...{ 'storage.total': 1e12, 'storage.free': storage, 'storage.used': 100 - storage / 1e10 },
      ...{ 'net.rx': Math.random() * 1e6, 'net.tx': Math.random() * 1e6 },
      'net.free': 1e9 - Math.random() * 8e6,
      uptime: performance.now() / 1000,
    });
  };
}
