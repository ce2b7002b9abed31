// Requests over UDP, each from a new socket with a random port, so that responses are hard to forge.
import { createSocket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { ClockError, noAddress } from '../errors.ts';
import type { LocalClock } from '../host/host-clock.ts';
import { type ClientRequest, type Exchange, readResponse } from './exchange.ts';

export interface Place {
  readonly address: string;
  readonly family: number;
  readonly port: number;
}

export async function resolve(host: string, port: number): Promise<Place> {
  try {
    const { address, family } = await lookup(host);
    return { address, family, port };
  } catch {
    throw noAddress(host);
  }
}

/** The first valid response; null if there is none within `timeoutMs`. @throws ClockError if it is refused */
export function exchange(
  request: ClientRequest,
  place: Place,
  clock: LocalClock,
  timeoutMs: number,
): Promise<Exclude<Exchange, { kind: 'ignored' }> | null> {
  return new Promise((settle, reject) => {
    const socket = createSocket(place.family === 6 ? 'udp6' : 'udp4');
    const timer = setTimeout(() => finish(null), timeoutMs);
    let sentNs = 0n;
    let sentSteadyNs = 0n;
    const finish = (answer: Exclude<Exchange, { kind: 'ignored' }> | null) => {
      clearTimeout(timer);
      socket.close();
      settle(answer);
    };
    socket.on('message', (bytes) => {
      const steadyNs = clock.steadyNs();
      // By the counter: a step of the wall clock meanwhile must not count as delay.
      const receivedNs = sentNs + steadyNs - sentSteadyNs;
      const at = Number(steadyNs) / 1e9;
      const answer = readResponse(request, { bytes, sentNs, receivedNs, at });
      if (answer.kind !== 'ignored') finish(answer);
    });
    socket.on('error', (error) => {
      clearTimeout(timer);
      socket.close();
      reject(new ClockError('no-answer', `${place.address} port ${place.port}: ${reasonOf(error)}`));
    });
    // Connected, so that the system drops datagrams from elsewhere and reports ICMP port unreachable.
    socket.connect(place.port, place.address, () => {
      sentNs = clock.wallNs();
      sentSteadyNs = clock.steadyNs();
      socket.send(request.bytes);
    });
  });
}

function reasonOf(error: NodeJS.ErrnoException): string {
  if (error.code === 'ECONNREFUSED') return 'connection refused: no time server listens on this port';
  if (error.code === 'ENETUNREACH' || error.code === 'EHOSTUNREACH') return 'no route to the host';
  return error.message;
}
