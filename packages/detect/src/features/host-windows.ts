// Feature vectors per source host and time window, from its flows and DNS queries.
import type { FlowRecord } from '../events/events.ts';

export const HOST_FEATURES = [
  'flows',
  'hosts',
  'ports',
  'failed share',
  'bytes sent',
  'bytes received',
  'sent share',
  'new hosts share',
  'names',
  'entropy of names',
  'mean gap',
  'regularity of gaps',
] as const;

export interface HostRow {
  readonly source: string;
  /** Start of the window, seconds since 1970. */
  readonly time: number;
  /** In the order of HOST_FEATURES; counts and bytes as log(1 + n). */
  readonly row: Float64Array;
}

export interface HostWindowsOptions {
  readonly windowS?: number;
  /** Windows kept open for flows that end late: live traffic needs a few, a file whose flows end at its end needs all. */
  readonly openWindows?: number;
}

interface Activity {
  flows: number;
  failed: number;
  bytesOut: number;
  bytesIn: number;
  readonly hosts: Set<string>;
  readonly ports: Set<number>;
  newHosts: number;
  readonly starts: number[];
  names: number;
  entropy: number;
}

/** Bounds on hosts per window, and on peers, ports and intervals per host; any beyond are not counted. */
const HOSTS_MAX = 20_000;
const DISTINCT_MAX = 4096;
const STARTS_MAX = 1000;
/** Pairs of hosts remembered, so that repeated contacts do not count as new; pairs beyond it always do. */
const PAIRS_MAX = 200_000;
const FAILED = new Set(['unanswered', 'refused', 'half-open']);

export class HostWindows {
  readonly #windowS: number;
  readonly #openWindows: number;
  readonly #onRow: (row: HostRow) => void;
  /** By window number, then by source. */
  readonly #open = new Map<number, Map<string, Activity>>();
  readonly #pairs = new Set<string>();

  constructor(onRow: (row: HostRow) => void, { windowS = 60, openWindows = 1440 }: HostWindowsOptions = {}) {
    this.#onRow = onRow;
    this.#windowS = windowS;
    this.#openWindows = openWindows;
  }

  /** Counts a flow in the window of its start. */
  addFlow({ client, server, start, toServer, toClient, tcp }: FlowRecord): void {
    const activity = this.#activity(client.address, start);
    if (activity === null) return;
    activity.flows++;
    if (tcp !== null ? FAILED.has(tcp.state) : toClient.packets === 0) activity.failed++;
    activity.bytesOut += toServer.bytes;
    activity.bytesIn += toClient.bytes;
    if (activity.hosts.size < DISTINCT_MAX && !activity.hosts.has(server.address)) {
      activity.hosts.add(server.address);
      const pair = `${client.address} ${server.address}`;
      if (!this.#pairs.has(pair)) activity.newHosts++;
      if (this.#pairs.size < PAIRS_MAX) this.#pairs.add(pair);
    }
    if (activity.ports.size < DISTINCT_MAX) activity.ports.add(server.port);
    if (activity.starts.length < STARTS_MAX) activity.starts.push(start);
  }

  /** Counts a DNS query; `time` in seconds since 1970. */
  addName(source: string, name: string, time: number): void {
    const activity = this.#activity(source, time);
    if (activity === null) return;
    activity.names++;
    activity.entropy += entropyOf(name);
  }

  /** Closes all open windows and emits their rows, earliest first. */
  end(): void {
    for (const index of [...this.#open.keys()].sort((a, b) => a - b)) this.#close(index);
  }

  #activity(source: string, time: number): Activity | null {
    const index = Math.floor(time / this.#windowS);
    let window = this.#open.get(index);
    if (window === undefined) {
      window = new Map();
      this.#open.set(index, window);
      if (this.#open.size > this.#openWindows) this.#close(Math.min(...this.#open.keys()));
    }
    let activity = window.get(source);
    if (activity === undefined) {
      if (window.size >= HOSTS_MAX) return null;
      activity = newActivity();
      window.set(source, activity);
    }
    return activity;
  }

  #close(index: number): void {
    const window = this.#open.get(index)!;
    this.#open.delete(index);
    for (const [source, activity] of window)
      this.#onRow({ source, time: index * this.#windowS, row: rowOf(activity, this.#windowS) });
  }
}

function newActivity(): Activity {
  return {
    flows: 0,
    failed: 0,
    bytesOut: 0,
    bytesIn: 0,
    hosts: new Set(),
    ports: new Set(),
    newHosts: 0,
    starts: [],
    names: 0,
    entropy: 0,
  };
}

function rowOf(activity: Activity, windowS: number): Float64Array {
  const { flows, failed, bytesOut, bytesIn, hosts, ports, newHosts, starts, names, entropy } = activity;
  const [gap, regularity] = gapsOf(starts, windowS);
  return Float64Array.of(
    Math.log1p(flows),
    Math.log1p(hosts.size),
    Math.log1p(ports.size),
    flows === 0 ? 0 : failed / flows,
    Math.log1p(bytesOut),
    Math.log1p(bytesIn),
    bytesOut + bytesIn === 0 ? 0 : bytesOut / (bytesOut + bytesIn),
    hosts.size === 0 ? 0 : newHosts / hosts.size,
    Math.log1p(names),
    names === 0 ? 0 : entropy / names,
    Math.log1p(gap),
    regularity,
  );
}

/** Mean interval between flow starts in seconds, and its regularity: 1 for a clock, towards 0 for bursts. */
function gapsOf(starts: readonly number[], windowS: number): [number, number] {
  if (starts.length < 3) return [windowS, 0];
  const sorted = [...starts].sort((a, b) => a - b);
  const gaps = sorted.slice(1).map((time, i) => time - sorted[i]!);
  const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
  const variance = gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length;
  return [mean, mean === 0 ? 0 : 1 / (1 + Math.sqrt(variance) / mean)];
}

/** Shannon entropy in bits per character. */
export function entropyOf(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length);
  return bits;
}
