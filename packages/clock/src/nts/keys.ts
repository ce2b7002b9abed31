// The two keys that both ends take from the TLS session of the key establishment (RFC 8915 §5.1).
import type { TLSSocket } from 'node:tls';
import { AES_SIV_CMAC_256, NTPV4 } from './records.ts';

export const KE_PORT = 4460;
export const KE_PROTOCOL = 'ntske/1';
/** AES-SIV-CMAC-256 takes 32 bytes. */
export const KEY_BYTES = 32;
const LABEL = 'EXPORTER-network-time-security';

export interface NtsKeys {
  readonly clientToServer: Uint8Array;
  readonly serverToClient: Uint8Array;
}

export function exportKeys(socket: TLSSocket): NtsKeys {
  return { clientToServer: exportKey(socket, 0), serverToClient: exportKey(socket, 1) };
}

/** Context: protocol, algorithm, direction (RFC 8915 §5.1). */
function exportKey(socket: TLSSocket, direction: number): Uint8Array {
  const context = Buffer.from([
    NTPV4 >> 8,
    NTPV4 & 0xff,
    AES_SIV_CMAC_256 >> 8,
    AES_SIV_CMAC_256 & 0xff,
    direction,
  ]);
  return new Uint8Array(socket.exportKeyingMaterial(KEY_BYTES, LABEL, context));
}
