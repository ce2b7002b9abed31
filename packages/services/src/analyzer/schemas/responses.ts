// Schemas of automatic responses to misbehaving peers.
import { type Static, Type } from '@sinclair/typebox';
import { object, oneOf, orNull } from './common.ts';

const milliseconds = { description: 'seconds since 1970' };

export const ResponseRow = object({
  id: Type.Integer(),
  time: Type.Number(milliseconds),
  peer: Type.String({ description: "'' if the address belongs to no peer" }),
  address: Type.String(),
  rule: Type.String({ examples: ['query-flood'] }),
  severity: oneOf(['info', 'low', 'medium', 'high', 'critical']),
  summary: Type.String(),
  witnesses: Type.Array(Type.String(), { description: 'peers that reported it' }),
  answer: oneOf(['throttle', 'quarantine', 'redirect', 'revoke', 'block']),
  is_trial: Type.Boolean({
    description: 'temporary, because a single peer reported it; further reports decide',
  }),
  is_done: Type.Boolean({ description: 'false: only recommended' }),
  why: Type.String({ description: 'why it was not carried out' }),
  until: orNull(Type.Number(milliseconds)),
});
export type ResponseRow = Static<typeof ResponseRow>;

export const MeasureRow = object({
  peer: Type.String(),
  step: oneOf(['throttle', 'quarantine', 'redirect']),
  reason: Type.String(),
  since: Type.Number(milliseconds),
  until: Type.Number(milliseconds),
});
export type MeasureRow = Static<typeof MeasureRow>;

const problem = orNull(Type.String({ description: 'why the list is unavailable; null if it is complete' }));
export const ResponseList = object({ items: Type.Array(ResponseRow), problem });
export const MeasureList = object({ items: Type.Array(MeasureRow), problem });

export const ReleaseBody = object({
  reason: Type.Optional(Type.String({ maxLength: 200, description: 'for the audit log' })),
});
export const BySubject = object({
  subject: Type.String({ maxLength: 64, description: 'a peer or an address' }),
});
export const Released = object({ released: Type.String() });
