// Who sent a packet of Bluetooth's host controller interface, as far as the capture says.
import type { Packet } from '../../../core/packet.ts';

const H4_DIRECTION = 201;
const MONITOR = 254;
/** Where the direction stands: in the pseudo-header of four bytes before the packet, in the last one. */
const RECEIVED = 1;

/** Marks of the monitor's layer. */
export const HOST = 1;
export const CONTROLLER = 2;

/** Above a connection's handle: from the controller; and that nobody knows. */
export const FROM_CONTROLLER = 1 << 12;
export const UNKNOWN_SIDE = 1 << 13;

/** 0: from the host; 1: from the controller; -1: the capture doesn't say. */
export function directionOf(p: Packet): number {
  if (p.linkType === MONITOR) return p.mark[2] === CONTROLLER ? 1 : 0;
  if (p.linkType !== H4_DIRECTION) return -1;
  const start = p.start[0]!;
  return start >= 1 && p.bufferOf(0)[start - 1]! & RECEIVED ? 1 : 0;
}

export function directionText(p: Packet): string {
  const direction = directionOf(p);
  return direction < 0 ? 'UnknownDirection' : direction === 1 ? 'Rcvd' : 'Sent';
}
