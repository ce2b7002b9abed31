// The invitation, one line that admits a peer to a mesh: the mesh's name, the authority to trust, addresses of peers,
// and a secret that is valid for a number of uses.

import { createHmac, timingSafeEqual } from 'node:crypto';
import { decode, encode, fixed, list, optional, record, type Shape, text } from '../wire/schema.ts';
import { sha256 } from './keys.ts';
import { meshName } from './names.ts';

const PREFIX = 'eyrie1-';

const invitation = record({
  mesh: meshName,
  /** SHA-256 of the first root's certificate. */
  root: fixed(32),
  addresses: list(text(128), 8),
  /** The token's number and secret; null in a token that only says where to apply. */
  secret: optional(record({ id: fixed(6), key: fixed(16) })),
});
export type Invitation = Shape<typeof invitation>;

export class TokenError extends Error {}

/** Ends in a checksum of two bytes, so that a copying error can be distinguished from an unknown token. */
export function formatToken(value: Invitation): string {
  const bytes = encode(invitation, value);
  return PREFIX + Buffer.concat([bytes, sha256(bytes).subarray(0, 2)]).toString('base64url');
}

/** @throws TokenError with one line that says what is wrong */
export function parseToken(token: string): Invitation {
  const line = token.trim();
  if (!line.startsWith(PREFIX)) throw new TokenError(`this is not an invitation: they begin with ${PREFIX}`);
  const all = Buffer.from(line.slice(PREFIX.length), 'base64url');
  const bytes = all.subarray(0, -2);
  // What the decoder skips is a copying error, too: a letter at the end, a space in between.
  const isWhole = all.toString('base64url') === line.slice(PREFIX.length);
  if (!isWhole || all.length < 40 || !sha256(bytes).subarray(0, 2).equals(all.subarray(-2)))
    throw new TokenError('the invitation was not copied whole: copy it again');
  try {
    return decode(invitation, bytes);
  } catch {
    throw new TokenError('the invitation is of another version of eyrie');
  }
}

/** Proves that the sender of this request knows the secret. It is valid for this request only. */
export function tokenProof(key: Uint8Array, request: Uint8Array): Buffer {
  return createHmac('sha256', key).update('eyrie join').update(request).digest();
}

export function isTokenProof(proof: Uint8Array, key: Uint8Array, request: Uint8Array): boolean {
  return proof.length === 32 && timingSafeEqual(proof, tokenProof(key, request));
}
