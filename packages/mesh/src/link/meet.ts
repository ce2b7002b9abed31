// TCP simultaneous open: dials an address repeatedly from one local port until the SYNs of both sides cross.

import { connect, type Socket } from 'node:net';
import { parseAddress } from './address.ts';

/** A NAT that has not seen this side's SYN yet rejects or drops the other side's: the next attempt succeeds. */
const AGAIN_MS = 120;
const ATTEMPT_MS = 1_200;
const MEET_MS = 5_000;

/** @param done called once with the connection, or null if there was none in time */
export function meet(localPort: number, address: string, done: (socket: Socket | null) => void): void {
  const target = parseAddress(address);
  if (target === null) {
    done(null);
    return;
  }
  const endMs = performance.now() + MEET_MS;
  const attempt = () => {
    const socket = connect({ ...target, localPort });
    let isOver = false;
    const over = () => {
      if (isOver) return;
      isOver = true;
      clearTimeout(timer);
      socket.destroy();
      if (performance.now() >= endMs) done(null);
      else setTimeout(attempt, AGAIN_MS);
    };
    // The kernel retransmits a SYN after a second, then with exponential back-off: a new connection is faster.
    const timer = setTimeout(over, ATTEMPT_MS);
    socket.once('error', over);
    socket.once('connect', () => {
      if (isOver) return;
      isOver = true;
      clearTimeout(timer);
      socket.off('error', over);
      done(socket);
    });
  };
  attempt();
}
