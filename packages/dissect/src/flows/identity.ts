// Server names and fingerprints of a conversation: the fields that hold them, and whether a layer may hold a new one.
import type { Packet } from '../core/packet.ts';

/** What is known of a conversation. */
export interface Identity {
  readonly serverName: string | null;
  /** By field. */
  readonly fingerprints: Readonly<Record<string, string>>;
}

export const SERVER_NAMES = ['tls.handshake.extensions_server_name', 'http.host', 'http2.headers.authority'];
export const FINGERPRINTS = [
  'tls.handshake.ja3',
  'tls.handshake.ja3s',
  'tls.handshake.ja4',
  'dtls.handshake.ja3',
  'dtls.handshake.ja3s',
  'dtls.handshake.ja4',
  'ssh.kex.hassh',
  'ssh.kex.hasshserver',
];
/** What client and server each have, of protocols that have fingerprints. */
const FINGERPRINTS_OF_ENDS: Readonly<Record<string, readonly string[]>> = {
  tls: ['tls.handshake.ja3', 'tls.handshake.ja3s'],
  dtls: ['dtls.handshake.ja3', 'dtls.handshake.ja3s'],
  ssh: ['ssh.kex.hassh', 'ssh.kex.hasshserver'],
};
/** TLS and DTLS record type of a handshake (RFC 8446 §5.1); inside QUIC there are no records, only messages. */
const HANDSHAKE_RECORD = 22;
const HELLOS = [1, 2];

/** Whether this layer of an IDENTIFYING protocol may hold a server name or a fingerprint that is not known yet. */
export function mayIdentify(p: Packet, layer: number, { serverName, fingerprints }: Identity): boolean {
  const { name } = p.protocols[layer]!;
  const ends = FINGERPRINTS_OF_ENDS[name];
  // A name comes with its client's fingerprint.
  if (ends === undefined ? serverName !== null : ends.every((each) => fingerprints[each] !== undefined))
    return false;
  const first = p.bufferOf(layer)[p.start[layer]!]!;
  if (name === 'tls') return first === HANDSHAKE_RECORD || HELLOS.includes(first);
  return name !== 'dtls' || first === HANDSHAKE_RECORD;
}
