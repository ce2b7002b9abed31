// TLS decoy with a self-signed certificate; the protocol inside is recognised by its first payload.
import { TLSSocket } from 'node:tls';
import type { Visit } from '../visit.ts';
import { certificateOf } from './certificate.ts';
import type { Decoy } from './decoy.ts';

/** Memory of OpenSSL for one connection (measured). */
const HELD_BYTES = 64 * 2 ** 10;

/** Whether the bytes begin with a ClientHello record (RFC 8446 §5.1, §4.1.2). */
function isClientHello(first: Buffer): boolean {
  return first[0] === 0x16 && first[1] === 0x03 && (first.length < 6 || first[5] === 0x01);
}

/** @param inside serves the decrypted stream */
export function tlsDecoy(inside: (visit: Visit) => Promise<void>): Decoy {
  return {
    name: 'tls',
    port: 443,
    recognises: isClientHello,
    serve: async (visit) => {
      const { key, cert } = await certificateOf(visit.persona);
      const raw = visit.handOver(HELD_BYTES);
      const socket = new TLSSocket(raw as never, { isServer: true, key, cert });
      // Recorded keys let Eyrie and Wireshark decrypt the recorded packets.
      socket.on('keylog', (line: Buffer) => visit.recordSecret(line.toString('latin1')));
      // Closing either side closes both.
      socket.once('close', () => raw.destroy());
      raw.once('close', () => socket.destroy());
      // A failed handshake ends the visit normally.
      socket.on('error', () => socket.destroy());
      await inside(visit.inner(socket));
    },
  };
}
