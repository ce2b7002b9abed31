// Parses addresses in queries.
import { type Constant, constant, ETHER, type FieldType, IPV4, IPV6 } from '@eyrie/dissect';

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
