// Initial packets: their keys derive from the client's first Destination Connection ID (RFC 9001 §5.2).
import { hkdfExpandLabel, hkdfExtract } from '../../crypto/hkdf.ts';
import { suiteOf } from '../tls/decryption/suites.ts';
import { PacketKeys } from './protection.ts';
import { initialSalt } from './versions.ts';

const SECRET_BYTES = 32;
const TLS_AES_128_GCM_SHA256 = 0x1301;

/**
 * Keys of the client and of the server, from the destination connection identifier of the client's first Initial; null
 * when the version's salt is unknown.
 */
export function initialKeys(version: number, dcid: Uint8Array): readonly [PacketKeys, PacketKeys] | null {
  const salt = initialSalt(version);
  if (salt === null) return null;
  const secret = hkdfExtract(salt, dcid);
  const keysOf = (side: string): PacketKeys =>
    new PacketKeys(
      suiteOf(TLS_AES_128_GCM_SHA256)!,
      hkdfExpandLabel(secret, `${side} in`, SECRET_BYTES),
      version,
    );
  return [keysOf('client'), keysOf('server')];
}
