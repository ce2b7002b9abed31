// Schemas of the network path between two peers.
import { type Static, Type } from '@sinclair/typebox';
import { object, orNull } from './common.ts';

const Delay = object({
  min_ms: Type.Number(),
  median_ms: Type.Number(),
  p95_ms: Type.Number(),
  max_ms: Type.Number(),
  mean_ms: Type.Number(),
});

const Direction = object({
  matched: Type.Integer({ description: 'packets seen at both places' }),
  delay: orNull(Delay),
  sent: Type.Integer({ description: 'packets whose arrival can be determined' }),
  lost: Type.Integer(),
  loss_percent: orNull(Type.Number()),
  hops: orNull(Type.Integer({ description: 'routers in between' })),
  hops_vary: Type.Boolean(),
  unseen: Type.Integer({ description: 'packets seen only on arrival: missed by the capture at the sender' }),
});

export const PathAnswer = object({
  from: Type.String(),
  to: Type.String(),
  forth: Direction,
  back: Direction,
  overlap_seconds: Type.Number({ description: 'time observed by both' }),
  one_in: Type.Integer({ description: 'sampling: one packet in this many was compared' }),
  round_trip_ms: orNull(Type.Number({ description: 'shortest round trip, independent of the clocks' })),
  uncertainty_ms: orNull(Type.Number({ description: 'the two clocks agree within ± this' })),
  is_tcp_left_out: Type.Boolean({ description: 'TCP is excluded from loss because of segmentation offload' }),
});
export type PathAnswer = Static<typeof PathAnswer>;

const id = Type.String({ maxLength: 64 });
export const PathQuery = Type.Object({ from: id, to: id }, { additionalProperties: false });
