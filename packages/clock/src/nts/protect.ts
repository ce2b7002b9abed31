// NTS protection of NTP packets (RFC 8915 §5): extension fields, authentication, encryption.
import { randomBytes } from 'node:crypto';
import { aessiv } from '@noble/ciphers/aes.js';
import { concat, decodeFields, type ExtensionField, encodeField } from '../ntp/packet.ts';

export const NtsField = {
  uniqueId: 0x0104,
  cookie: 0x0204,
  placeholder: 0x0304,
  authenticator: 0x0404,
} as const;

/** RFC 8915 §5.3: at least 32 bytes. */
export const UNIQUE_ID_BYTES = 32;
const NONCE_BYTES = 16;
const TAG_BYTES = 16;

/** Adds the authenticator over all bytes before it, with `hidden` fields encrypted inside (RFC 8915 §5.6). */
export function seal(
  packet: Uint8Array,
  key: Uint8Array,
  hidden: Uint8Array = new Uint8Array(0),
): Uint8Array {
  const nonce = randomBytes(NONCE_BYTES);
  const sealed = aessiv(key, packet, nonce).encrypt(hidden);
  const body = new Uint8Array(4 + NONCE_BYTES + roundUp(sealed.length));
  const view = new DataView(body.buffer);
  view.setUint16(0, NONCE_BYTES);
  view.setUint16(2, sealed.length);
  body.set(nonce, 4);
  body.set(sealed, 4 + NONCE_BYTES);
  return concat(packet, encodeField(NtsField.authenticator, body));
}

/** The encrypted fields; null if the packet has no authenticator or is not authentic. */
export function open(
  packet: Uint8Array,
  fields: readonly ExtensionField[],
  key: Uint8Array,
): readonly ExtensionField[] | null {
  const field = fields.find(({ type }) => type === NtsField.authenticator);
  if (field === undefined || field.body.length < 4) return null;
  const { body } = field;
  const view = new DataView(body.buffer, body.byteOffset, body.length);
  const nonceBytes = view.getUint16(0);
  const sealedBytes = view.getUint16(2);
  const sealedAt = 4 + roundUp(nonceBytes);
  if (nonceBytes === 0 || sealedBytes < TAG_BYTES || sealedAt + sealedBytes > body.length) return null;
  const nonce = body.subarray(4, 4 + nonceBytes);
  const hidden = decrypt(
    key,
    packet.subarray(0, field.start),
    nonce,
    body.subarray(sealedAt, sealedAt + sealedBytes),
  );
  return hidden === null ? null : decodeFields(hidden, 0);
}

/** The fields before the authenticator; those after it are unprotected and ignored (RFC 8915 §5.7). */
export function fieldsBefore(fields: readonly ExtensionField[]): readonly ExtensionField[] {
  const end = fields.findIndex(({ type }) => type === NtsField.authenticator);
  return end < 0 ? fields : fields.slice(0, end);
}

export function decrypt(
  key: Uint8Array,
  associated: Uint8Array,
  nonce: Uint8Array,
  sealed: Uint8Array,
): Uint8Array | null {
  try {
    return aessiv(key, associated, nonce).decrypt(sealed);
  } catch {
    return null; // The tag does not fit: forged, damaged, or another key.
  }
}

function roundUp(bytes: number): number {
  return Math.ceil(bytes / 4) * 4;
}
