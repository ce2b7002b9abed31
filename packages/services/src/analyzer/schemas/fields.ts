// Schemas of display filters: field names, validation.
import { type Static, Type } from '@sinclair/typebox';
import { Count, FILTER_CHARACTERS_MAX, object, oneOf, orNull } from './common.ts';

export const FieldsQuery = object({
  text: Type.Optional(
    Type.String({
      maxLength: 128,
      description:
        'what was typed: names that begin with it come first, then those that have it in name or title',
    }),
  ),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, default: 50 })),
});

export const FieldRow = object({
  name: Type.String({ examples: ['dns.qry.name'] }),
  kind: oneOf(['field', 'protocol']),
  type: Type.String({ examples: ['uint16', 'text', 'ipv4', 'protocol'] }),
  description: Type.String({ examples: ['Name'] }),
});
export type FieldRow = Static<typeof FieldRow>;

export const Fields = object({ items: Type.Array(FieldRow), total: Count });
export type Fields = Static<typeof Fields>;

export const FilterCheckQuery = object({
  q: Type.String({ maxLength: FILTER_CHARACTERS_MAX }),
  capture: Type.Optional(
    Type.Integer({ minimum: 1, description: 'needs_bytes of this capture alone; default: of all' }),
  ),
});

export const FilterCheck = object({
  is_valid: Type.Boolean(),
  error: orNull(
    object({
      message: Type.String(),
      at: Type.Integer({ minimum: 0, description: 'offset of the first invalid character' }),
      length: Count,
      meant: Type.Array(Type.String(), { description: 'similar names' }),
    }),
  ),
  fields: Type.Array(FieldRow, { description: 'fields in the filter' }),
  needs_bytes: Type.Boolean({
    description:
      'the columns of the store cannot answer it: packets are read again to decide, which is slower',
  }),
});
export type FilterCheck = Static<typeof FilterCheck>;
