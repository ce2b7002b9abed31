// From one marked packet to another.

export interface MarkedPacket {
  capture: number;
  number: number;
}

/** The mark after a packet, or before it; round at the end. Null: there is none. */
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
