// Time since the previous frame of the same conversation (`tcp.time_delta`, `udp.time_delta`).
import type { Packet } from '../core/packet.ts';
import { START_CAPACITY } from './flow-table.ts';
import { grown } from './grown.ts';

export class DeltaTimes {
  #seconds = new Float64Array(START_CAPACITY);
  #nanoseconds = new Int32Array(START_CAPACITY);
  #deltasNs = new BigInt64Array(START_CAPACITY);

  /** A new conversation has this number, out of `capacity`. Its first packet may be one that is not counted: quoted in an ICMP error. */
  begin(flow: number, capacity: number): void {
    if (this.#seconds.length < capacity) this.#resize(capacity);
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

  #resize(capacity: number): void {
    this.#seconds = grown(this.#seconds, capacity);
    this.#nanoseconds = grown(this.#nanoseconds, capacity);
    this.#deltasNs = grown(this.#deltasNs, capacity);
  }
}
