// Time since the previous frame of the same conversation (`tcp.time_delta`, `udp.time_delta`).
import type { Packet } from '../core/packet.ts';
import { START_CAPACITY } from './flow-table.ts';

export class DeltaTimes {
  #seconds = new Float64Array(START_CAPACITY);
  #nanoseconds = new Int32Array(START_CAPACITY);
  #deltasNs = new BigInt64Array(START_CAPACITY);

  /** A new conversation has this number. Its first packet may be one that is not counted: quoted in an ICMP error. */
  begin(flow: number): void {
    if (flow >= this.#seconds.length) this.#grow(flow + 1);
    this.#seconds[flow] = Number.NaN;
    this.#deltasNs[flow] = 0n;
  }

  /** Notes a packet of the flow p.flow. */
  see(p: Packet): void {
    const { flow, seconds, nanoseconds } = p;
    const before = this.#seconds[flow]!;
    this.#deltasNs[flow] = Number.isNaN(before)
      ? 0n
      : BigInt(seconds - before) * 1_000_000_000n + BigInt(nanoseconds - this.#nanoseconds[flow]!);
    this.#seconds[flow] = seconds;
    this.#nanoseconds[flow] = nanoseconds;
  }

  /** Nanoseconds between the last two packets of the flow. */
  of(flow: number): bigint {
    return this.#deltasNs[flow] ?? 0n;
  }

  #grow(needed: number): void {
    const capacity = Math.max(needed, this.#seconds.length * 2);
    const seconds = new Float64Array(capacity);
    seconds.set(this.#seconds);
    this.#seconds = seconds;
    const nanoseconds = new Int32Array(capacity);
    nanoseconds.set(this.#nanoseconds);
    this.#nanoseconds = nanoseconds;
    const deltas = new BigInt64Array(capacity);
    deltas.set(this.#deltasNs);
    this.#deltasNs = deltas;
  }
}
