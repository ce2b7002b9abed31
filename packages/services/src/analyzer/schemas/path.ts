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
  matched: Type.Integer({ description: 'packets seen at both' }),
  delay: orNull(Delay),
  sent: Type.Integer({ description: 'packets of which it can be said whether they arrived' }),
  lost: Type.Integer(),
  loss_percent: orNull(Type.Number()),
  hops: orNull(Type.Integer({ description: 'routers between' })),
  hops_vary: Type.Boolean(),
  unseen: Type.Integer({ description: 'seen on arrival alone: the capture where they left missed them' }),
});

export const PathAnswer = object({
  from: Type.String(),
  to: Type.String(),
  forth: Direction,
  back: Direction,
  overlap_seconds: Type.Number({ description: 'both watched for so long' }),
  one_in: Type.Integer({ description: 'one packet in so many was compared' }),
  round_trip_ms: orNull(
    Type.Number({ description: 'the quickest there and back: right whatever the clocks show' }),
  ),
  uncertainty_ms: orNull(Type.Number({ description: 'the clocks of the two agree within ± this' })),
  is_tcp_left_out: Type.Boolean({ description: 'of the loss: network cards join or cut segments' }),
});
export type PathAnswer = Static<typeof PathAnswer>;

const id = Type.String({ maxLength: 64 });
export const PathQuery = Type.Object({ from: id, to: id }, { additionalProperties: false });
