// Schemas that all routes share: times, addresses, pages, errors, and the terms that select packets.
import { type Static, type TProperties, type TSchema, type TUnsafe, Type } from '@sinclair/typebox';

/** Rows of a page: default and maximum. */
export const PAGE_ROWS = 100;
export const PAGE_ROWS_MAX = 1000;
/** Characters of a display filter. */
export const FILTER_CHARACTERS_MAX = 8192;

export const Time = Type.String({
  description:
    'seconds since 1970-01-01 UTC as a decimal string with nine places, which a double cannot hold',
  examples: ['1763712000.123456789'],
});

export const Count = Type.Integer({ minimum: 0 });

export const Seconds = Type.Number({ description: 'seconds' });

/** Makes a type nullable. A plain type stays plain (`["string", "null"]`), which serialises faster than a union. */
export function orNull<T extends TSchema>(schema: T): TUnsafe<Static<T> | null> {
  if (typeof schema.type !== 'string' || schema.type === 'object')
    return Type.Unsafe({ anyOf: [schema, { type: 'null' }] });
  return Type.Unsafe({ ...schema, type: [schema.type, 'null'] });
}

export function object<T extends TProperties>(properties: T, description?: string) {
  return Type.Object(properties, {
    additionalProperties: false,
    ...(description === undefined ? {} : { description }),
  });
}

export const MeshMoment = object(
  {
    mesh: Type.String({ description: 'mesh of the time' }),
    time: Time,
    uncertainty: Type.Number({ description: 'uncertainty, ± seconds' }),
  },
  'when it was, by the time that all peers of a mesh share; null where no peer ran beside the capture',
);
export type MeshMoment = Static<typeof MeshMoment>;

/**
 * Whether the counts are exact. The store's columns cannot decide every display filter: pages then filter by the
 * packets' bytes, but counts may be too high.
 */
export const IsExact = Type.Boolean({
  description: 'false: the columns of the store cannot decide the filter, so counts may be too high',
});

/** A page of a longer list. */
export function page<T extends TSchema>(item: T) {
  return object({
    items: Type.Array(item),
    next: orNull(Type.String({ description: 'cursor for `after` of the next page; null on the last page' })),
  });
}

/** A time in a request: seconds since 1970, or ISO 8601. */
const moment = (what: string) =>
  Type.String({
    maxLength: 40,
    description: `${what}: seconds since 1970, or ISO 8601 (UTC unless it names a zone)`,
    examples: ['1763712000.5', '2026-11-21T08:00:00Z'],
  });

/** Criteria that select packets; all that are given must hold. */
export const scope = {
  q: Type.Optional(
    Type.String({
      maxLength: FILTER_CHARACTERS_MAX,
      description: 'display filter, as in Wireshark',
      examples: ['dns && ip.addr == 10.20.0.80'],
    }),
  ),
  protocol: Type.Optional(
    Type.String({ maxLength: 64, description: 'text of the Protocol column: DNS; case is ignored' }),
  ),
  address: Type.Optional(
    Type.String({
      maxLength: 64,
      description: 'source or destination: an address, or a network as 10.0.0.0/8',
    }),
  ),
  src: Type.Optional(Type.String({ maxLength: 64, description: 'source address or network' })),
  dst: Type.Optional(Type.String({ maxLength: 64, description: 'destination address or network' })),
  port: Type.Optional(
    Type.Integer({ minimum: 0, maximum: 65535, description: 'source or destination port, TCP or UDP' }),
  ),
  from: Type.Optional(moment('from this time on')),
  to: Type.Optional(moment('before this time')),
  capture: Type.Optional(Type.Integer({ minimum: 1, description: 'only packets of this capture' })),
};
export const Scope = object(scope);
export type Scope = Static<typeof Scope>;

export const paging = {
  after: Type.Optional(Type.String({ maxLength: 512, description: '`next` of the previous page' })),
  limit: Type.Optional(
    Type.Integer({ minimum: 1, maximum: PAGE_ROWS_MAX, default: PAGE_ROWS, description: 'rows on the page' }),
  ),
};

export const Order = Type.Union([Type.Literal('asc'), Type.Literal('desc')]);
export type Order = Static<typeof Order>;

/** An enumeration of strings. */
export function oneOf<const T extends readonly string[]>(
  words: T,
  options: { default?: T[number]; description?: string } = {},
) {
  return Type.Unsafe<T[number]>({ type: 'string', enum: [...words], ...options });
}

export const ErrorAnswer = object({
  error: object({
    code: Type.String({ description: 'stable, for programs' }),
    message: Type.String({ description: 'one line of text' }),
    hint: Type.Optional(Type.String({ description: 'remedy' })),
    at: Type.Optional(
      object(
        { at: Count, length: Count },
        'the place in the display filter, in characters, where the caret belongs',
      ),
    ),
  }),
});
export type ErrorAnswer = Static<typeof ErrorAnswer>;
