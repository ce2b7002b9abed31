// The decoy's own port: links over TLS with the certificate of the member it belongs to.

import { TlsTransport } from '../link/tls.ts';
import { credentialsOf } from '../peer/folder.ts';
import type { Peer } from '../peer/peer.ts';

export interface DecoyPlace {
  host: string;
  /** 0: any free port. */
  port: number;
}

export function decoyTransport({ standing }: Peer, place: DecoyPlace): TlsTransport {
  const transport = new TlsTransport({ credentials: credentialsOf(standing), ...place });
  standing.onCertificate.push(() => transport.setCredentials(credentialsOf(standing)));
  return transport;
}
