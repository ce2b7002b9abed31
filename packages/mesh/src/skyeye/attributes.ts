// The attributes that peers measure: one table of names, units and bounds. A reading is a list of numbers in the order of
// this table, NaN where a value is unknown; so it is small, quick to merge, and needs no names on the wire.

export type Unit = '%' | '' | 'bytes' | 'bytes/s' | 'bits/s' | '1/s' | 's' | 'ms' | '°C';

export interface Attribute {
  name: string;
  unit: Unit;
  meaning: string;
  /** Values outside of these bounds are refused and counted. */
  min: number;
  max: number;
  /** Whether more or less is better: for `order by`. */
  isMoreBetter: boolean;
  /** Absolute change that is reported at once; a smaller one may wait for the next report. */
  step: number;
  /** The same, relative to the value: the larger of both thresholds applies. */
  stepPart: number;
}

const KIB = 1024;
const MIB = 1024 ** 2;
/** One pebibyte: an upper bound for the memory or storage of a host. */
const BYTES_MAX = 1024 ** 5 - 1;
const RATE_MAX = 1e13;

function attribute(
  name: string,
  unit: Unit,
  [min, max]: readonly [number, number],
  [step, stepPart]: readonly [number, number],
  better: 'more' | 'less',
  meaning: string,
): Attribute {
  return { name, unit, meaning, min, max, step, stepPart, isMoreBetter: better === 'more' };
}

const percent = [0, 100] as const;
const bytes = [0, BYTES_MAX] as const;
const rate = [0, RATE_MAX] as const;

/** Attributes are encoded by their index in this list: new ones go to the end of those that are shown. */
export const attributes: readonly Attribute[] = [
  attribute('cpu.used', '%', percent, [5, 0], 'less', 'CPU utilisation, all cores'),
  attribute('cpu.free', '%', percent, [5, 0], 'more', 'idle CPU, all cores'),
  attribute('cpu.cores', '', [1, 65_536], [1, 0], 'more', 'CPU cores available'),
  attribute('load.1', '', [0, 100_000], [0.5, 0.25], 'less', 'load average over one minute'),
  attribute('memory.total', 'bytes', bytes, [MIB, 0.01], 'more', 'physical memory'),
  attribute('memory.free', 'bytes', bytes, [64 * MIB, 0.1], 'more', 'available memory'),
  attribute('memory.used', '%', percent, [5, 0], 'less', 'memory in use'),
  attribute('storage.total', 'bytes', bytes, [MIB, 0.01], 'more', 'capacity of all local file systems'),
  attribute('storage.free', 'bytes', bytes, [256 * MIB, 0.05], 'more', 'free space on local file systems'),
  attribute('storage.used', '%', percent, [1, 0], 'less', 'used space on local file systems'),
  attribute('storage.read', 'bytes/s', rate, [MIB, 0.5], 'less', 'bytes read from disks'),
  attribute('storage.write', 'bytes/s', rate, [MIB, 0.5], 'less', 'bytes written to disks'),
  attribute(
    'net.rx',
    'bytes/s',
    rate,
    [64 * KIB, 0.5],
    'less',
    'bytes received, all interfaces except loopback',
  ),
  attribute('net.tx', 'bytes/s', rate, [64 * KIB, 0.5], 'less', 'bytes sent, all interfaces except loopback'),
  attribute('net.free', 'bits/s', rate, [1e6, 0.25], 'more', 'unused capacity of the fastest interface'),
  attribute('net.errors', '1/s', rate, [1, 0.5], 'less', 'interface errors'),
  attribute('net.drops', '1/s', rate, [1, 0.5], 'less', 'packets dropped by interfaces'),
  attribute('uptime', 's', [0, 4e9], [600, 0.5], 'more', 'time since boot'),
  attribute('temperature', '°C', [-60, 200], [5, 0], 'less', 'hottest sensor'),
  attribute('latency', 'ms', [0, 60_000], [5, 0.5], 'less', 'round-trip time to the parent in the tree'),
  attribute('packets', '1/s', rate, [100, 0.5], 'less', 'packets captured on this host'),
  attribute('bytes', 'bytes/s', rate, [64 * KIB, 0.5], 'less', 'bytes captured on this host'),
  attribute('queries', '1/s', rate, [10, 0.5], 'less', 'queries answered'),
  attribute(
    'clock.ahead',
    'ms',
    [-1e15, 1e15],
    [100, 0.5],
    'less',
    "offset of the system clock from the mesh's",
  ),
  attribute('clock.uncertainty', 'ms', [0, 1e9], [10, 1], 'less', "uncertainty of the mesh's time"),
  // Where the peer stands in the space of latencies (coordinates.ts): not shown, but aggregated as all others are, so
  // that a subtree that is far away is known to be.
  attribute('coordinate.x', 'ms', [-60_000, 60_000], [5, 0.25], 'less', 'network coordinate'),
  attribute('coordinate.y', 'ms', [-60_000, 60_000], [5, 0.25], 'less', 'network coordinate'),
  attribute('coordinate.height', 'ms', [0, 60_000], [5, 0.25], 'less', 'network coordinate: access link'),
];

export const COORDINATE = attributes.findIndex(({ name }) => name === 'coordinate.x');
export const shownAttributes: readonly Attribute[] = attributes.slice(0, COORDINATE);

const indexes = new Map(attributes.map(({ name }, index) => [name, index]));
/** Short names, as people say them. */
const aliases: Record<string, string> = {
  bandwidth: 'net.free',
  cpu: 'cpu.used',
  load: 'load.1',
  memory: 'memory.free',
  storage: 'storage.free',
  disk: 'storage.free',
};

/** The place of an attribute in a reading; -1 if there is none of that name. */
export function indexOf(name: string): number {
  return indexes.get(aliases[name] ?? name) ?? -1;
}

/** In the order of the attribute table; NaN for unknown. Immutable, so that it can be shared. */
export type Values = readonly number[];

export const nothingKnown: Values = attributes.map(() => Number.NaN);

const lows = Float64Array.from(attributes, ({ min }) => min);
const highs = Float64Array.from(attributes, ({ max }) => max);

/** Whether the value is within the bounds of its attribute. */
export function isPlausible(index: number, value: number): boolean {
  return value >= lows[index]! && value <= highs[index]!;
}

const steps = Float64Array.from(attributes, ({ step }) => step);
const stepParts = Float64Array.from(attributes, ({ stepPart }) => stepPart);

/** Whether a change between two values must be reported at once. */
export function isNotable(index: number, from: number, to: number): boolean {
  if (from === to || (Number.isNaN(from) && Number.isNaN(to))) return false;
  const part = stepParts[index]! * Math.max(Math.abs(from), Math.abs(to));
  // Also true if only one of the values is NaN.
  return !(Math.abs(from - to) < Math.max(steps[index]!, part));
}

/**
 * A reading of what was measured. Values are rounded to 32 bits, as they go over the wire, so that all peers compute
 * with the same numbers.
 *
 * @returns the names of those that were refused as well: not known, not a number, or not possible
 */
export function readingOf(measured: Readonly<Record<string, number>>): { values: Values; refused: string[] } {
  const values = nothingKnown.slice();
  const refused: string[] = [];
  for (const [name, value] of Object.entries(measured)) {
    const index = indexes.get(name) ?? -1;
    if (index < 0 || !isPlausible(index, value)) refused.push(name);
    else values[index] = Math.fround(value);
  }
  return { values, refused };
}

export function namedValues(values: Values): Record<string, number> {
  const named: Record<string, number> = {};
  for (const [index, { name }] of shownAttributes.entries())
    if (!Number.isNaN(values[index]!)) named[name] = values[index]!;
  return named;
}
