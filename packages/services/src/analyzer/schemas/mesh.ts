// Schemas of the mesh: members, tree, responses.
import { type Static, Type } from '@sinclair/typebox';
import { object, oneOf, orNull } from './common.ts';

const Since1970 = Type.Number({ description: 'seconds since 1970' });

export const MeshMeasure = object({
  step: oneOf(['throttle', 'quarantine', 'redirect']),
  reason: Type.String(),
  atMs: Type.Number({ description: 'milliseconds since 1970' }),
  untilMs: Type.Number({ description: 'milliseconds since 1970' }),
});
export type MeshMeasure = Static<typeof MeshMeasure>;

export const MeshPeer = object({
  id: Type.String(),
  role: Type.String(),
  status: Type.String({ description: 'alive, dead, left, revoked, unknown' }),
  parent: orNull(Type.String({ description: 'in the tree; null for its root and for peers outside of it' })),
  addresses: Type.Array(Type.String()),
  admitted: Since1970,
  revoked: orNull(Type.String({ description: 'the reason' })),
  measure: orNull(MeshMeasure),
});
export type MeshPeer = Static<typeof MeshPeer>;

const head = {
  peer: Type.String({ description: 'the one on this machine that was asked' }),
  mesh: Type.String(),
  is_authority: Type.Boolean({ description: 'whether it may release and revoke' }),
  root: orNull(Type.String()),
};

export const MeshState = object({ ...head, peers: Type.Array(MeshPeer) });
export type MeshState = Static<typeof MeshState>;

/** Live channel: the whole mesh for a new subscriber, then changes. */
export const MeshChange = object({
  ...head,
  is_whole: Type.Boolean({ description: 'true: who is not in `set` is not in the mesh' }),
  set: Type.Array(MeshPeer, { description: 'new, or another than before' }),
  gone: Type.Array(Type.String()),
});
export type MeshChange = Static<typeof MeshChange>;

export const ByPeer = object({ id: Type.String({ maxLength: 64 }) });
