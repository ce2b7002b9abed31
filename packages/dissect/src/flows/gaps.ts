// How long ago the packet before came in each conversation: kept only where somebody asks for it.
import type { Packet } from '../core/packet.ts';

export class Gaps {
  readonly #seconds: number[] = [];
  readonly #nanoseconds: number[] = [];
  readonly #gaps: bigint[] = [];

  /** A packet of the flow p.flow, its first one or not. */
  see(p: Packet, isFirst: boolean): void {
    const { flow, seconds, nanoseconds } = p;
    const passed = isFirst
      ? 0n
      : BigInt(seconds - this.#seconds[flow]!) * 1_000_000_000n +
        BigInt(nanoseconds - this.#nanoseconds[flow]!);
    this.#seconds[flow] = seconds;
    this.#nanoseconds[flow] = nanoseconds;
    this.#gaps[flow] = passed;
  }

  /** Nanoseconds between the last packet of the flow and the one before it. */
  of(flow: number): bigint {
    return this.#gaps[flow] ?? 0n;
  }
}
