// Schemas of the mesh's view, answers to queries, and one peer's readings.
import { type Static, type TSchema, Type } from '@sinclair/typebox';
import { Count, object, oneOf, orNull } from './common.ts';

const byAttribute = <T extends TSchema>(value: T) => Type.Record(Type.String(), value);
const Figure = orNull(Type.Number());
const Milliseconds = Type.Number({ description: 'milliseconds' });
const Share = Type.Number({ minimum: 0, maximum: 1 });

const Summary = object({
  unit: Type.String({ examples: ['%', 'bytes/s'] }),
  count: Count,
  sum: Figure,
  mean: Figure,
  min: Figure,
  max: Figure,
  sd: Figure,
  p50: Figure,
  p95: Figure,
  p99: Figure,
});

const Best = Type.Array(object({ id: Type.String(), value: Type.Number() }));

const Heavy = object(
  {
    items: Type.Array(
      object({ name: Type.String(), rate: Type.Number({ description: 'bytes per second' }) }),
    ),
    shortBy: Type.Number({ description: 'maximum error of a rate (too low), and of the rates left out' }),
  },
  'the heaviest first',
);
const MeshTalkers = object(
  { peers: Count, ageMs: Milliseconds, names: Heavy, addresses: Heavy },
  'names and addresses with the most traffic, of the peers that tell it; null: none does',
);

export const MeshView = object(
  {
    root: Type.String({ description: 'root of the tree that computed the view' }),
    peers: Count,
    alive: Count,
    complete: Type.Number({ description: 'share of live peers included, 0 to 1' }),
    ageMs: Milliseconds,
    readings: object(
      { ageMs: Milliseconds, oldestMs: Milliseconds },
      'age of what is in it: mean and oldest',
    ),
    attributes: byAttribute(Summary),
    top: byAttribute(object({ most: Best, least: Best })),
    talkers: orNull(MeshTalkers),
  },
  'the whole network; any peer has it',
);
export type MeshView = Static<typeof MeshView>;

export const MeshViewAnswer = object({ view: orNull(MeshView) }, 'null until the first view has come down');

export const MeshQuery = object({
  q: Type.String({ maxLength: 1000, examples: ['3 peers where cpu.free >= 50% order by latency'] }),
});

export const MeshAnswer = object({
  query: Type.String(),
  kind: oneOf(['find', 'figures']),
  peers: Type.Array(
    object({
      id: Type.String(),
      values: byAttribute(Figure),
      ageMs: Milliseconds,
      latencyMs: orNull(Type.Number({ description: 'round trip to the peer of `near`' })),
      isMeasured: Type.Boolean({ description: 'measured for this answer, rather than estimated' }),
    }),
  ),
  groups: Type.Array(object({ group: Type.String(), peers: Count, figures: byAttribute(Figure) })),
  matched: Count,
  looked: Count,
  complete: Share,
  away: Type.Integer({ minimum: 0, description: 'members not reachable, and not in the answer' }),
  readings: orNull(object({ ageMs: Milliseconds, oldestMs: Milliseconds })),
  answeredBy: Type.String(),
  hops: Count,
  tookMs: Milliseconds,
  problem: orNull(Type.String()),
});
export type MeshAnswer = Static<typeof MeshAnswer>;

export const MeshSeries = object(
  {
    id: Type.String(),
    timesMs: Type.Array(Type.Number({ description: 'milliseconds since 1970' })),
    attributes: byAttribute(Type.Array(Figure)),
    details: Type.Unknown({ description: 'interfaces, file systems and sensors as reported by the peer' }),
  },
  'what a peer measured lately, asked of itself',
);

export const MeshMetrics = object({
  id: Type.String(),
  status: Type.String(),
  role: Type.String(),
  parent: orNull(Type.String()),
  children: Type.Array(Type.String()),
  ageMs: orNull(Type.Number({ description: 'age in milliseconds; null: no reading is known' })),
  values: byAttribute(Figure),
  history: orNull(MeshSeries),
  problem: orNull(Type.String({ description: 'why there is no history' })),
});
export type MeshMetrics = Static<typeof MeshMetrics>;
