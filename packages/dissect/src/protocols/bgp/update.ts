// BGP UPDATE message (RFC 4271 §4.3): withdrawn routes, path attributes, and announced prefixes.
import { u16 } from '../../core/bytes.ts';
import { none, uint } from '../../core/field.ts';
import type { Sink } from '../../core/sink.ts';
import { attributeFields, EXTENDED_LENGTH, emitAttributes } from './attributes.ts';
import { emitPrefixes, reachFields } from './nlri.ts';

export const updateFields = {
  withdrawnLength: uint('bgp.update.withdrawn_routes.length', 'Withdrawn Routes Length'),
  withdrawn: none('bgp.update.withdrawn_routes', 'Withdrawn Routes'),
  attributesLength: uint('bgp.update.path_attributes.length', 'Total Path Attribute Length'),
  routes: none('bgp.update.nlri', 'Network Layer Reachability Information (NLRI)'),
};

const f = updateFields;

/** True if the lengths of withdrawn routes and attributes fit into the message up to `end`. */
export function isUpdateWhole(b: Uint8Array, at: number, end: number, captured: number): boolean {
  at += 2 + u16(b, at);
  if (at + 2 > end) return false;
  if (at + 2 > captured) return true;
  const stop = at + 2 + u16(b, at);
  if (stop > end) return false;
  for (at += 2; at < stop && at + 4 <= captured; ) {
    at += b[at]! & EXTENDED_LENGTH ? 4 + u16(b, at + 2) : 3 + b[at + 2]!;
  }
  return at === stop || at + 4 > captured;
}

export function emitUpdate(b: Uint8Array, at: number, end: number, out: Sink): void {
  const withdrawn = u16(b, at);
  out.add(f.withdrawnLength, at, 2);
  at += 2;
  const attributes = at + withdrawn;
  if (attributes + 2 > end) return;
  if (withdrawn > 0) {
    out.open(f.withdrawn, at, withdrawn);
    emitPrefixes(b, at, attributes, 4, reachFields.withdrawnPrefix, out);
    out.close();
  }
  const length = u16(b, attributes);
  out.add(f.attributesLength, attributes, 2);
  at = attributes + 2;
  const routes = Math.min(end, at + length);
  if (length > 0) {
    out.open(attributeFields.attributes, at, routes - at);
    emitAttributes(b, at, routes, 0, out);
    out.close();
  }
  if (routes >= end) return;
  out.open(f.routes, routes, end - routes);
  emitPrefixes(b, routes, end, 4, reachFields.prefix, out);
  out.close();
}
