// Parses addresses in queries.
import { type Constant, constant, ETHER, type FieldType, IPV4, IPV6 } from '@eyrie/dissect';
import { StoreError } from '../errors.ts';
import { addressCondition } from '../filter/address-order.ts';
import type { Sql } from '../filter/condition.ts';
import type { Dialect } from '../sql/database.ts';
import { addressText } from '../write/address-text.ts';

export interface NamedAddress {
  readonly kind: number;
  /** Bytes, or an IP network. */
  readonly constant: Constant;
}

/** Null if it is not an address. */
export function addressNamed(text: string): NamedAddress | null {
  const kinds: readonly (readonly [number, FieldType, RegExp])[] = [
    [IPV4, 'ipv4', /^[\d.]+(\/[\d.]+)?$/],
    [ETHER, 'ether', /^[0-9a-f]{2}([:-][0-9a-f]{2}){5}$/i],
    [IPV6, 'ipv6', /^[0-9a-f.]*:[0-9a-f:.]*(\/\d+)?$/i],
  ];
  for (const [kind, type, shape] of kinds) {
    if (!shape.test(text)) continue;
    const literal = { kind: 'literal', literal: 'word', text, at: 0, length: text.length } as const;
    const value = constant(literal, type, null);
    if (typeof value !== 'object' || !('error' in value)) return { kind, constant: value };
  }
  return null;
}

/** A condition on a column of address texts. In any notation; of a network, those that packets have. @throws StoreError */
export function addressIs(column: string, text: string, { unhex }: Dialect): Sql {
  const { kind, constant: value } = knownAddress(text);
  // Written as it is stored: it has no quotes.
  if (value instanceof Uint8Array) return `${column} = '${addressText(kind, value)}'`;
  const within = addressCondition('==', value, (bytes) => unhex(`'${Buffer.from(bytes).toString('hex')}'`));
  return `${column} IN (SELECT text FROM addresses WHERE kind = ${kind} AND ${within})`;
}

/** @throws StoreError */
export function knownAddress(text: string): NamedAddress {
  const named = addressNamed(text);
  if (named !== null) return named;
  throw new StoreError(
    'ERR_STORE_QUERY',
    `"${text}" is not an address; write 192.0.2.1, 2001:db8::1, 02:00:5e:10:00:01 or 10.0.0.0/8`,
  );
}
