// Finds the public address of a peer behind NAT: asks a peer that accepts connections, over a dedicated link whose
// local port is then known to be mapped to that address.

import { startStrangerSession } from '../identity/enrolment.ts';
import type { Runtime } from '../runtime.ts';
import { requestKinds } from '../wire/kinds.ts';
import { decode, text, WireError } from '../wire/schema.ts';
import { isAddress } from './address.ts';
import type { Transport } from './link.ts';

const ASK_MS = 3_000;
export const seenAddress = text(64);

export interface Outlook {
  localPort: number;
  /** The public address. */
  address: string;
  /** Closes the link: the NAT may drop the mapping from now on. */
  close(): void;
}

/** @param from HOST:PORT of a peer that accepts connections. Resolves to null if it does not answer. */
export function seenFrom(
  runtime: Runtime,
  transport: Transport,
  mesh: string,
  from: string,
): Promise<Outlook | null> {
  return new Promise((resolve) => {
    transport.dialFromOwnPort?.(from, (_error, link, localPort) => {
      if (link === null) return resolve(null);
      // An unauthenticated peer may request its address as well.
      startStrangerSession(runtime, link, mesh, (session) => {
        if (session === null) return resolve(null);
        session.request(requestKinds.seen, Buffer.alloc(0), ASK_MS, (error, payload) => {
          const address = error === null ? readAddress(payload) : null;
          const close = () => session.close('done');
          if (address === null) close();
          resolve(address === null ? null : { localPort, address, close });
        });
      });
    });
  });
}

/** Decodes an address; null if the payload holds none. */
export function readAddress(payload: Uint8Array): string | null {
  try {
    const address = decode(seenAddress, payload);
    return isAddress(address) ? address : null;
  } catch (error) {
    if (error instanceof WireError) return null;
    throw error;
  }
}
