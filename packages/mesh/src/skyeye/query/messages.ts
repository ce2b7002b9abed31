// Schemas of the messages between peers that answer a query.

import { peerId } from '../../identity/names.ts';
import { proof } from '../../messages/asker.ts';
import {
  type Codec,
  double,
  float,
  list,
  optional,
  record,
  type Shape,
  text,
  variant,
  varint,
} from '../../wire/schema.ts';
import { attributes } from '../attributes.ts';
import { stats } from '../codec.ts';
import type { Part, Place } from './evaluate.ts';
import { GROUPS_MAX } from './evaluate.ts';
import { COUNT_MAX } from './language.ts';
import { QUERY_CHARACTERS_MAX } from './words.ts';

const FIGURES_MAX = 16;
export const HOPS_MAX = 64;
export const WAIT_MS_MAX = 10_000;

const place: Codec<Place> = {
  write(out, [x, y, height]) {
    for (const each of [x, y, height]) float.write(out, each);
  },
  read: (from) => [float.read(from), float.read(from), float.read(from)],
};

const row = record({
  id: peerId,
  values: list(float, attributes.length),
  ageMs: varint(),
  distanceMs: float,
  keys: list(double, attributes.length),
});
const group = record({
  name: text(64),
  peers: varint(),
  stats: list(optional(stats), FIGURES_MAX),
});
const part = record({
  looked: varint(),
  missing: varint(),
  matched: varint(),
  agesMs: varint(),
  oldestMs: varint(),
  rows: list(row, COUNT_MAX),
  groups: list(group, GROUPS_MAX + 1),
}) as Codec<Part>;

const question = text(4 * QUERY_CHARACTERS_MAX);
const reason = text(200);

export const queryMessage = variant({
  /** Goes up until a peer can answer; the answer goes directly to the asker, which signs the query where keys exist. */
  query: {
    number: varint(),
    asker: peerId,
    question,
    near: optional(place),
    hops: varint(HOPS_MAX),
    proof: optional(proof),
  },
  answer: {
    number: varint(),
    part,
    alive: varint(),
    answeredBy: peerId,
    hops: varint(HOPS_MAX),
    problem: optional(reason),
  },
  /** Goes down into subtrees known only in aggregate. */
  ask: { number: varint(), question, near: optional(place), waitMs: varint(WAIT_MS_MAX) },
  told: { number: varint(), part },
});
export type QueryMessage = Shape<typeof queryMessage>;
