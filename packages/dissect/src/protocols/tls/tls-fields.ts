// All fields of TLS: handshake, SSL 2.0, and QUIC transport parameters.
import { uint } from '../../core/field.ts';
import { handshakeFields } from './fields.ts';
import { contentTypeNames } from './names.ts';
import { quicParameterFields } from './quic-parameters.ts';
import { ssl2Fields } from './ssl2.ts';

export const tlsFields = {
  ...handshakeFields('tls'),
  opaqueType: uint('tls.record.opaque_type', 'Opaque Type').named(contentTypeNames),
  ...Object.fromEntries(Object.entries(quicParameterFields).map(([key, field]) => [`quic_${key}`, field])),
  ...Object.fromEntries(Object.entries(ssl2Fields).map(([key, field]) => [`ssl2_${key}`, field])),
};
