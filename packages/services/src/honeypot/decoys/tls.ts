// TLS with a certificate that the host could have made for itself; inside, whatever is recognised there.
import { TLSSocket } from 'node:tls';
import type { Visit } from '../visit.ts';
import { certificateOf } from './certificate.ts';
import type { Decoy } from './decoy.ts';

/** What OpenSSL takes for one connection (measured). */
const HELD_BYTES = 64 * 2 ** 10;

/** A record with a ClientHello in it (RFC 8446 §5.1, §4.1.2). */
function isClientHello(first: Buffer): boolean {
  return first[0] === 0x16 && first[1] === 0x03 && (first.length < 6 || first[5] === 0x01);
}

/** `inside` serves what comes out of it. */
export function tlsDecoy(inside: (visit: Visit) => Promise<void>): Decoy {
  return {
    name: 'tls',
    port: 443,
    recognises: isClientHello,
    serve: async (visit) => {
      const { key, cert } = await certificateOf(visit.persona);
      const raw = visit.handOver(HELD_BYTES);
      const socket = new TLSSocket(raw as never, { isServer: true, key, cert });
      // So that the packets on record can be read, by us and by Wireshark.
      socket.on('keylog', (line: Buffer) => visit.recordSecret(line.toString('latin1')));
      // The two end together, whoever ends first.
      socket.once('close', () => raw.destroy());
      raw.once('close', () => socket.destroy());
      // A handshake that fails is an end like any other.
      socket.on('error', () => socket.destroy());
      await inside(visit.inner(socket));
    },
  };
}
