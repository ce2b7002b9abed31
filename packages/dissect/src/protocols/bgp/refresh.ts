// BGP ROUTE-REFRESH message (RFC 2918 §3, RFC 7313 §3.2).
import { bytes, uint } from '../../core/field.ts';
import type { Sink } from '../../core/sink.ts';
import { familyNames, subfamilyNames } from './names.ts';

export const refreshFields = {
  refreshFamily: uint('bgp.route_refresh.afi', 'Address family identifier (AFI)').named(familyNames),
  refreshSubtype: uint('bgp.route_refresh.subtype', 'Subtype').named({
    0: 'Normal route refresh request [RFC2918] with/without ORF [RFC5291]',
    1: 'Demarcation of the beginning of a route refresh',
    2: 'Demarcation of the ending of a route refresh',
  }),
  refreshSubfamily: uint('bgp.route_refresh.safi', 'Subsequent address family identifier (SAFI)').named(
    subfamilyNames,
  ),
  filters: bytes('bgp.route_refresh.orf', 'ORF information'),
};

const f = refreshFields;

export function emitRefresh(_b: Uint8Array, at: number, end: number, out: Sink): void {
  out.add(f.refreshFamily, at, 2);
  out.add(f.refreshSubtype, at + 2, 1);
  out.add(f.refreshSubfamily, at + 3, 1);
  if (at + 4 < end) out.add(f.filters, at + 4, end - at - 4);
}
