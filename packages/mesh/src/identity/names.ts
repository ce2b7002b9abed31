// Names of peers and meshes, and the SPIFFE URI that combines them.

import { text } from '../wire/schema.ts';

export const PEER_ID = /^[a-z0-9]([a-z0-9._-]{0,61}[a-z0-9])?$/;
export const MESH_NAME = /^[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?$/;
/** `honeypot`: a member to which misbehaving peers are redirected. */
export const ROLES = ['peer', 'coordinator', 'authority', 'honeypot'] as const;
export type Role = (typeof ROLES)[number];

export const peerId = text(63, PEER_ID);
/** A peer's name, or '' for none. */
export const peerIdOrNone = text(63, /^([a-z0-9]([a-z0-9._-]{0,61}[a-z0-9])?)?$/);
export const meshName = text(63, MESH_NAME);
export const role = text(16, /^(peer|coordinator|authority|honeypot)$/);

export const PEER_ID_RULE =
  'lower-case letters, digits, dot, dash and underscore, 63 at most, beginning and ending with a letter or digit';

/** https://spiffe.io/docs/latest/spiffe-about/spiffe-concepts: the trust domain is the mesh. */
export function spiffeUri(mesh: string, id: string): string {
  return `spiffe://${mesh}/peer/${id}`;
}

/** Derives a valid peer name from a host name; null if no valid character is left. */
export function peerIdOf(name: string): string | null {
  const id = name
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[._-]+/, '')
    .slice(0, 63)
    .replace(/[._-]+$/, '');
  return PEER_ID.test(id) ? id : null;
}
