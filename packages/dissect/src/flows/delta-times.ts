// Time since the previous frame of the same conversation (`tcp.time_delta`, `udp.time_delta`).
import type { Packet } from '../core/packet.ts';

export class DeltaTimes {
  readonly #seconds: number[] = [];
  readonly #nanoseconds: number[] = [];
  readonly #deltasNs: bigint[] = [];

  /** Notes a packet of the flow p.flow. */
  see(p: Packet, isFirst: boolean): void {
    const { flow, seconds, nanoseconds } = p;
    const deltaNs = isFirst
      ? 0n
      : BigInt(seconds - this.#seconds[flow]!) * 1_000_000_000n +
        BigInt(nanoseconds - this.#nanoseconds[flow]!);
    this.#seconds[flow] = seconds;
    this.#nanoseconds[flow] = nanoseconds;
    this.#deltasNs[flow] = deltaNs;
  }

  /** Nanoseconds between the last two packets of the flow. */
  of(flow: number): bigint {
    return this.#deltasNs[flow] ?? 0n;
  }
}
