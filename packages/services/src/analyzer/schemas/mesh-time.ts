// Schemas of the mesh clock, as known to the peer on this machine, and of its time servers.
import { type Static, Type } from '@sinclair/typebox';
import { Count, object, oneOf, orNull } from './common.ts';

const Milliseconds = Type.Number({ description: 'milliseconds' });

export const TimeSource = object({
  host: Type.String(),
  is_authenticated: Type.Boolean({ description: 'by NTS or a symmetric key' }),
  key_id: orNull(Type.Integer({ description: 'number of the symmetric key; null: none' })),
  reach: Type.Integer({ description: 'the last eight questions as bits: was there an answer?' }),
  stratum: orNull(Type.Integer({ description: '1: a clock by itself; null before the first answer' })),
  role: oneOf(['truth', 'outlier', 'falseticker', 'unusable']),
  estimate: orNull(
    object({
      offset_ms: Type.Number({ description: 'by which the clock of who asks is behind' }),
      delay_ms: Type.Number({ description: 'there and back' }),
      jitter_ms: Milliseconds,
      distance_ms: Type.Number({ description: 'the truth lies within offset ± this' }),
    }),
  ),
  fault: orNull(Type.String({ description: 'why it gives no time' })),
});
export type TimeSource = Static<typeof TimeSource>;

export const MeshTime = object(
  {
    peer: Type.String({ description: 'the one on this machine that was asked' }),
    mesh_ms: Type.Number({ description: 'mesh time: milliseconds since 1970, with a fraction' }),
    uncertainty_ms: orNull(Type.Number({ description: 'within ± this; null: not known yet' })),
    ahead_ms: Type.Number({ description: "by which this machine's own clock is ahead of the mesh's" }),
    skew_ppm: Type.Number({ description: "by which this machine's clock runs too slowly, in millionths" }),
    delay_ms: orNull(Type.Number({ description: 'round trip to the peer that is followed' })),
    level: Type.Integer({ description: 'links to who leads; 0: this peer leads' }),
    root: orNull(Type.String({ description: 'whose time it is' })),
    is_root: Type.Boolean(),
    is_traceable: Type.Boolean({ description: 'who leads follows time servers' }),
    age_seconds: Type.Number({ description: 'since the time of this mesh was begun' }),
    samples: Count,
    steps: Type.Integer({ description: 'times that it had to jump since the start' }),
    asked_by: orNull(Type.String({ description: 'who asks the time servers' })),
    sources: Type.Array(TimeSource),
    problem: orNull(Type.String({ description: 'why the time servers are not known' })),
  },
  "the mesh's clock; the clocks of all peers are a query: clock.ahead, clock.uncertainty",
);
export type MeshTime = Static<typeof MeshTime>;
