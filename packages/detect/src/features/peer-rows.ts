// Feature vectors per mesh peer and interval, relative to the peer's own past.

/** Measurements of a peer in one interval. */
export interface PeerSample {
  readonly intervalS: number;
  /** 0 to 1. */
  readonly cpuShare: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly queries: number;
  /** Messages sent, by kind. */
  readonly messages: Readonly<Record<string, number>>;
  readonly latencyMs: number;
}

export const PEER_FEATURES = [
  'CPU',
  'bytes in',
  'bytes out',
  'queries',
  'messages',
  'shift of the message mix',
  'latency',
  'change of CPU',
  'change of bytes',
  'change of queries',
  'change of latency',
] as const;

/** Weight of an interval in a peer's moving average, which forgets within some thirty intervals. */
const FORGET = 0.1;
const PEERS_MAX = 100_000;
/** Kinds of messages distinguished; further ones count as one. */
const KINDS_MAX = 64;

interface Memory {
  cpu: number;
  bytes: number;
  queries: number;
  latency: number;
  readonly mix: Map<string, number>;
}

export class PeerRows {
  readonly #memories = new Map<string, Memory>();

  /** In the order of PEER_FEATURES: rates per second as log(1 + n), changes relative to the moving average. */
  row(peer: string, sample: PeerSample): Float64Array {
    const { cpuShare, intervalS, latencyMs } = sample;
    const rate = (count: number): number => Math.log1p(count / intervalS);
    const messages = Object.values(sample.messages).reduce((sum, count) => sum + count, 0);
    const bytes = rate(sample.bytesIn + sample.bytesOut);
    const queries = rate(sample.queries);
    const latency = Math.log1p(latencyMs);
    const memory = this.#memory(peer, { cpu: cpuShare, bytes, queries, latency });
    const row = Float64Array.of(
      cpuShare,
      rate(sample.bytesIn),
      rate(sample.bytesOut),
      queries,
      rate(messages),
      shiftOf(memory.mix, sample.messages, messages),
      latency,
      cpuShare - memory.cpu,
      bytes - memory.bytes,
      queries - memory.queries,
      latency - memory.latency,
    );
    memory.cpu += FORGET * (cpuShare - memory.cpu);
    memory.bytes += FORGET * (bytes - memory.bytes);
    memory.queries += FORGET * (queries - memory.queries);
    memory.latency += FORGET * (latency - memory.latency);
    learnMix(memory.mix, sample.messages, messages);
    return row;
  }

  #memory(peer: string, now: Omit<Memory, 'mix'>): Memory {
    let memory = this.#memories.get(peer);
    if (memory === undefined) {
      // The first interval has nothing to differ from.
      memory = { ...now, mix: new Map() };
      this.#memories.set(peer, memory);
      if (this.#memories.size > PEERS_MAX) this.#memories.delete(this.#memories.keys().next().value!);
    }
    return memory;
  }
}

/** Total variation distance between the current mix of kinds and the average one, 0 to 1. */
function shiftOf(mix: ReadonlyMap<string, number>, messages: PeerSample['messages'], total: number): number {
  if (total === 0 || mix.size === 0) return 0;
  let shift = 0;
  for (const [kind, share] of mix) shift += Math.abs(share - (messages[kind] ?? 0) / total);
  for (const [kind, count] of Object.entries(messages)) if (!mix.has(kind)) shift += count / total;
  return shift / 2;
}

function learnMix(mix: Map<string, number>, messages: PeerSample['messages'], total: number): void {
  if (total === 0) return;
  const weight = mix.size === 0 ? 1 : FORGET;
  for (const [kind, share] of mix) mix.set(kind, share * (1 - weight));
  for (const [name, count] of Object.entries(messages)) {
    const kind = mix.has(name) || mix.size < KINDS_MAX ? name : 'other';
    mix.set(kind, (mix.get(kind) ?? 0) + (weight * count) / total);
  }
}
