// Fields of DTLS: those of the handshake, and those specific to datagrams.
import { bytes, uint, uint64 } from '../../core/field.ts';
import { handshakeFields } from './fields.ts';

const srtpProfiles = {
  1: 'SRTP_AES128_CM_HMAC_SHA1_80',
  2: 'SRTP_AES128_CM_HMAC_SHA1_32',
  5: 'SRTP_NULL_HMAC_SHA1_80',
  6: 'SRTP_NULL_HMAC_SHA1_32',
  7: 'SRTP_AEAD_AES_128_GCM',
  8: 'SRTP_AEAD_AES_256_GCM',
};

/** Only hellos over datagrams have these (RFC 6347 §4.2.1, RFC 5764 §4.1.1). */
export const datagramFields = {
  helloCookieLength: uint('dtls.handshake.cookie_length', 'Cookie Length'),
  helloCookie: bytes('dtls.handshake.cookie', 'Cookie'),
  srtpProfilesLength: uint('dtls.use_srtp.protection_profiles_length', 'SRTP Protection Profiles Length'),
  srtpProfile: uint('dtls.use_srtp.protection_profile', 'SRTP Protection Profile').hex(2).named(srtpProfiles),
  srtpMkiLength: uint('dtls.use_srtp.mki_length', 'MKI Length'),
  srtpMki: bytes('dtls.use_srtp.mki', 'MKI'),
};

export const dtlsFields = {
  ...handshakeFields('dtls'),
  ...datagramFields,
  epoch: uint('dtls.record.epoch', 'Epoch'),
  sequenceNumber: uint64('dtls.record.sequence_number', 'Sequence Number'),
  recordConnectionId: bytes('dtls.record.connection_id', 'Connection ID'),
  encrypted: bytes('dtls.enc_content', 'Encrypted Content'),
  messageSeq: uint('dtls.handshake.message_seq', 'Message Sequence'),
  fragmentOffset: uint('dtls.handshake.fragment_offset', 'Fragment Offset'),
  fragmentLength: uint('dtls.handshake.fragment_length', 'Fragment Length'),
};
