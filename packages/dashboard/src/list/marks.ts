// Moves from one marked packet to the next.

export interface MarkedPacket {
  capture: number;
  number: number;
}

/** The next or previous mark relative to a packet, wrapping around at the ends; null without marks. */
export function nextMark(
  marks: readonly MarkedPacket[],
  from: MarkedPacket | null,
  way: 1 | -1,
): MarkedPacket | null {
  const order = way === 1 ? marks : marks.toReversed();
  const isBeyond = (mark: MarkedPacket) =>
    from !== null && way * (mark.capture - from.capture || mark.number - from.number) > 0;
  return order.find(isBeyond) ?? order[0] ?? null;
}
