// Measures a Linux host from /proc and /sys: a dozen small files every ten seconds, no other program.

import { readdir, readFile, statfs } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import * as proc from './proc.ts';
import {
  type Details,
  type FileSystem,
  type HostMeter,
  type InterfaceRates,
  knownOf,
  percent,
  type Sample,
  type Sensor,
} from './sample.ts';

const SENSORS_MAX = 64;

interface Counted {
  atMs: number;
  cpu: proc.CpuTimes | null;
  interfaces: proc.InterfaceCounts[];
  disks: { read: number; written: number };
}

export class LinuxMeter implements HostMeter {
  readonly #root: string;
  readonly #nowMs: () => number;
  #before: Counted | null = null;
  readonly #speeds = new Map<string, number | null>();
  #sensors: { name: string; path: string }[] | null = null;

  /** @param root prefix of /proc and /sys, for tests; '' for this host */
  constructor(root = '', nowMs: () => number = () => performance.now()) {
    this.#root = root;
    this.#nowMs = nowMs;
  }

  async sample(): Promise<Sample> {
    const counted = await this.#count();
    const before = this.#before;
    this.#before = counted;
    const [storage, temperatures, interfaces] = await Promise.all([
      this.#storage(),
      this.#temperatures(),
      this.#interfaces(counted, before),
    ]);
    const [meminfo, loadavg, uptime] = await Promise.all(
      ['meminfo', 'loadavg', 'uptime'].map((name) => this.#read(`/proc/${name}`)),
    );
    const details = { interfaces, storage, temperatures };
    const measured = knownOf({
      ...cpuOf(counted.cpu, before?.cpu ?? null),
      'cpu.cores': availableParallelism(),
      'load.1': proc.load1(loadavg!),
      ...memoryOf(proc.memory(meminfo!)),
      ...diskRates(counted, before),
      uptime: Number.parseFloat(uptime!),
      ...summaryOf(details),
    });
    return { measured, details };
  }

  async #count(): Promise<Counted> {
    const [stat, dev, diskstats] = await Promise.all(
      ['stat', 'net/dev', 'diskstats'].map((name) => this.#read(`/proc/${name}`)),
    );
    const atMs = this.#nowMs();
    return {
      atMs,
      cpu: proc.cpuTimes(stat!),
      interfaces: proc.interfaces(dev!),
      disks: proc.disks(diskstats!),
    };
  }

  async #interfaces(now: Counted, before: Counted | null): Promise<InterfaceRates[]> {
    if (before === null) return [];
    const seconds = (now.atMs - before.atMs) / 1000;
    const older = new Map(before.interfaces.map((each) => [each.name, each]));
    const rates: InterfaceRates[] = [];
    for (const each of now.interfaces) {
      const was = older.get(each.name);
      if (was === undefined || seconds <= 0) continue;
      // Counters restart when an interface is recreated.
      const rate = (name: Exclude<keyof proc.InterfaceCounts, 'name'>) =>
        Math.max(0, each[name] - was[name]) / seconds;
      rates.push({
        name: each.name,
        rx: {
          bytes: rate('rxBytes'),
          packets: rate('rxPackets'),
          errors: rate('rxErrors'),
          drops: rate('rxDrops'),
        },
        tx: {
          bytes: rate('txBytes'),
          packets: rate('txPackets'),
          errors: rate('txErrors'),
          drops: rate('txDrops'),
        },
        speed: await this.#speedOf(each.name),
      });
    }
    return rates;
  }

  /** Link speed in bits a second. Read once: a change shows after a restart of the peer. */
  async #speedOf(name: string): Promise<number | null> {
    const known = this.#speeds.get(name);
    if (known !== undefined) return known;
    const megabits = Number.parseInt(await this.#read(`/sys/class/net/${name}/speed`), 10);
    const speed = megabits > 0 ? megabits * 1e6 : null;
    this.#speeds.set(name, speed);
    return speed;
  }

  async #storage(): Promise<FileSystem[]> {
    const found = proc.mounts(await this.#read('/proc/self/mounts'));
    const all = await Promise.all(
      found.map(async ({ path }) => {
        try {
          const { bsize, blocks, bavail } = await statfs(this.#root + path);
          return { path, total: bsize * blocks, free: bsize * bavail };
        } catch {
          return null;
        }
      }),
    );
    return all.filter((each) => each !== null && each.total > 0) as FileSystem[];
  }

  /** Sensors in millidegrees (https://www.kernel.org/doc/Documentation/hwmon/sysfs-interface). */
  async #temperatures(): Promise<Sensor[]> {
    this.#sensors ??= await this.#findSensors();
    const all = await Promise.all(
      this.#sensors.map(async ({ name, path }) => ({
        name,
        celsius: Number.parseInt(await this.#read(path), 10) / 1000,
      })),
    );
    return all.filter(({ celsius }) => Number.isFinite(celsius) && celsius > -60 && celsius < 200);
  }

  async #findSensors(): Promise<{ name: string; path: string }[]> {
    const found: { name: string; path: string }[] = [];
    for (const [folder, chip, file] of [
      ['/sys/class/hwmon', /^hwmon\d+$/, /^temp\d+_input$/],
      ['/sys/class/thermal', /^thermal_zone\d+$/, /^temp$/],
    ] as const) {
      for (const each of (await this.#list(folder)).filter((name) => chip.test(name))) {
        const label =
          (await this.#read(`${folder}/${each}/name`)) || (await this.#read(`${folder}/${each}/type`));
        const inputs = (await this.#list(`${folder}/${each}`)).filter((name) => file.test(name));
        for (const input of inputs)
          found.push({ name: label.trim() || each, path: `${folder}/${each}/${input}` });
      }
      // Both trees list the same sensors; the first is more complete.
      if (found.length > 0) break;
    }
    return found.slice(0, SENSORS_MAX);
  }

  async #list(path: string): Promise<string[]> {
    return readdir(this.#root + path).catch(() => []);
  }

  async #read(path: string): Promise<string> {
    return readFile(this.#root + path, 'utf8').catch(() => '');
  }
}

function cpuOf(now: proc.CpuTimes | null, before: proc.CpuTimes | null): Record<string, number | null> {
  if (now === null || before === null) return {};
  const used = percent(now.busy - before.busy, now.total - before.total);
  return used === null ? {} : { 'cpu.used': used, 'cpu.free': 100 - used };
}

function memoryOf(memory: { total: number; available: number } | null): Record<string, number | null> {
  if (memory === null) return {};
  const { total, available } = memory;
  return {
    'memory.total': total,
    'memory.free': available,
    'memory.used': percent(total - available, total),
  };
}

function diskRates(now: Counted, before: Counted | null): Record<string, number> {
  const seconds = before === null ? 0 : (now.atMs - before.atMs) / 1000;
  if (before === null || seconds <= 0) return {};
  return {
    'storage.read': Math.max(0, now.disks.read - before.disks.read) / seconds,
    'storage.write': Math.max(0, now.disks.written - before.disks.written) / seconds,
  };
}

/** Computes the shared attributes from the details. */
export function summaryOf({ interfaces, storage, temperatures }: Details): Record<string, number | null> {
  const outer = interfaces.filter(({ name }) => name !== 'lo');
  const sum = (of: (each: InterfaceRates) => number) => outer.reduce((all, each) => all + of(each), 0);
  const total = storage.reduce((all, each) => all + each.total, 0);
  const free = storage.reduce((all, each) => all + each.free, 0);
  const rates: Record<string, number> =
    outer.length === 0
      ? {}
      : {
          'net.rx': sum(({ rx }) => rx.bytes),
          'net.tx': sum(({ tx }) => tx.bytes),
          'net.errors': sum(({ rx, tx }) => rx.errors + tx.errors),
          'net.drops': sum(({ rx, tx }) => rx.drops + tx.drops),
        };
  const left = outer
    .filter(({ speed }) => speed !== null)
    .map(({ rx, tx, speed }) => speed! - 8 * Math.max(rx.bytes, tx.bytes));
  return {
    ...rates,
    'net.free': left.length === 0 ? null : Math.max(0, ...left),
    'storage.total': total || null,
    'storage.free': total === 0 ? null : free,
    'storage.used': percent(total - free, total),
    temperature: temperatures.length === 0 ? null : Math.max(...temperatures.map(({ celsius }) => celsius)),
  };
}
