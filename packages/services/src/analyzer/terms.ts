// Converts the query terms of a request to a store query.
import type { Selection } from '@eyrie/store';
import { ApiError } from './errors.ts';
import type { FlowsQuery, Scope } from './schemas/index.ts';

export function selectionOf(terms: Scope): Selection {
  return {
    ...given('filter', terms.q?.trim() === '' ? undefined : terms.q),
    ...given('capture', terms.capture),
    ...given('from', momentOf('from', terms.from)),
    ...given('to', momentOf('to', terms.to)),
    ...given('protocol', terms.protocol),
    ...given('source', terms.src),
    ...given('destination', terms.dst),
    ...given('address', terms.address),
    ...given('port', terms.port),
  };
}

export function flowQueryOf(query: FlowsQuery) {
  return {
    ...given('filter', query.q),
    ...given('capture', query.capture),
    ...given('from', momentOf('from', query.from)),
    ...given('to', momentOf('to', query.to)),
    ...given('address', query.address),
    ...given('port', query.port),
    ...given('transport', query.transport),
    ...given('application', query.application),
    ...given('serverName', query.server_name),
    ...given('state', query.state),
    ...given('order', query.sort),
    ...given('limit', query.limit),
    ...given('after', query.after),
    ...given('count', query.count),
  };
}

/** An object with the key, or an empty one if the value is undefined. */
export function given<K extends string, V>(key: K, value: V | undefined): { readonly [key in K]?: V } {
  return (value === undefined ? {} : { [key]: value }) as { readonly [key in K]?: V };
}

const DECIMAL = /^-?\d{1,15}(\.\d{1,9})?$/;
const ISO = /^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[ +-]\d\d:?\d\d)?)?$/;

/**
 * Parses ISO 8601 with nine decimals (UTC without a zone), or seconds; returns seconds since 1970 as decimal text. A plus
 * sign that was not escaped is a space in a query.
 */
export function momentOf(name: string, text: string | undefined): string | undefined {
  if (text === undefined || DECIMAL.test(text)) return text;
  const match = ISO.exec(text);
  const [, clock, , fraction = '', zone = clock === undefined ? '' : 'Z'] = match ?? [];
  const local = text.slice(0, text.length - (match?.[4]?.length ?? 0) - fraction.length).replace(' ', 'T');
  const whole = match === null ? Number.NaN : Date.parse(local + zone.replace(' ', '+'));
  if (Number.isNaN(whole)) {
    throw new ApiError('bad_time', `${name}: "${text}" is not a time`, {
      hint: 'seconds since 1970 as 1763712000.5, or ISO 8601 as 2026-11-21T08:00:00Z',
    });
  }
  return `${whole / 1000}${fraction}`;
}
