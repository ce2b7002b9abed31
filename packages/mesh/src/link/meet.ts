// Dials an address again and again from one local port, until the other side's SYN and ours cross.

import { connect, type Socket } from 'node:net';
import { parseAddress } from './address.ts';

/** A NAT that has not seen our SYN yet refuses or drops theirs: then the next one counts. */
const AGAIN_MS = 120;
const ATTEMPT_MS = 1_200;
const MEET_MS = 5_000;

/** @param done the connection, or null if there was none in time; once */
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
    // The kernel retransmits a SYN after a second, then ever later: a new connection is quicker.
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
