// Time since the previous frame of the same conversation (`tcp.time_delta`, `udp.time_delta`).
import type { Packet } from '../core/packet.ts';

export class DeltaTimes {
  readonly #seconds: number[] = [];
  readonly #nanoseconds: number[] = [];
  readonly #deltasNs: bigint[] = [];

  /** A new conversation has this number. Its first packet may be one that is not counted: quoted in an ICMP error. */
  begin(flow: number): void {
    this.#seconds[flow] = Number.NaN;
    this.#deltasNs[flow] = 0n;
  }

  /** Notes a packet of the flow p.flow. */
  see(p: Packet): void {
    const { flow, seconds, nanoseconds } = p;
    const deltaNs = Number.isNaN(this.#seconds[flow])
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
