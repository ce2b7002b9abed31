// Direction of Bluetooth HCI packets, where the capture records it.
import type { Packet } from '../../../core/packet.ts';

const H4_DIRECTION = 201;
const MONITOR = 254;
/** Direction bit in the last byte of the 4-byte pseudo-header. */
const RECEIVED = 1;

/** Marks of the monitor layer. */
export const HOST = 1;
export const CONTROLLER = 2;

/** Bits above a connection handle: sent by the controller; direction unknown. */
export const FROM_CONTROLLER = 1 << 12;
export const UNKNOWN_SIDE = 1 << 13;

/** Direction of the packet: 0: from the host; 1: from the controller; -1: not recorded. */
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
