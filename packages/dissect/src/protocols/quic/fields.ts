// Fields of QUIC, named as in Wireshark.
import { bool, bytes, none, text, uint, uint64 } from '../../core/field.ts';
import { versionName } from './versions.ts';

const frameNames = (type: number): string | undefined =>
  type >= 0x08 && type <= 0x0f
    ? 'STREAM'
    : (
        {
          0: 'PADDING',
          1: 'PING',
          2: 'ACK',
          3: 'ACK',
          6: 'CRYPTO',
          7: 'NEW_TOKEN',
          0x1c: 'CONNECTION_CLOSE (Transport)',
          0x1d: 'CONNECTION_CLOSE (Application)',
        } as Record<number, string>
      )[type];

export const f = {
  connectionNumber: uint('quic.connection.number', 'Connection Number'),
  packetLength: uint('quic.packet_length', 'Packet Length'),
  short: none('quic.short', 'QUIC Short Header'),
  headerForm: uint('quic.header_form', 'Header Form')
    .mask(0x80)
    .named({ 0: 'Short Header', 1: 'Long Header' }),
  fixedBit: bool('quic.fixed_bit', 'Fixed Bit').mask(0x40),
  spinBit: bool('quic.spin_bit', 'Spin Bit').mask(0x20),
  longType: uint('quic.long.packet_type', 'Packet Type')
    .mask(0x30)
    .named({ 0: 'Initial', 1: '0-RTT', 2: 'Handshake', 3: 'Retry' }),
  longTypeV2: uint('quic.long.packet_type_v2', 'Packet Type')
    .mask(0x30)
    .named({ 0: 'Retry', 1: 'Initial', 2: '0-RTT', 3: 'Handshake' }),
  reserved: uint('quic.long.reserved', 'Reserved'),
  packetNumberLength: uint('quic.packet_number_length', 'Packet Number Length').named({
    0: '1 bytes',
    1: '2 bytes',
    2: '3 bytes',
    3: '4 bytes',
  }),
  unused: uint('quic.vn.unused', 'Unused').mask(0x7f).hex(1),
  version: uint('quic.version', 'Version').hex(4).named(versionName),
  supportedVersion: uint('quic.supported_version', 'Supported Version').hex(4).named(versionName),
  dcil: uint('quic.dcil', 'Destination Connection ID Length'),
  dcid: bytes('quic.dcid', 'Destination Connection ID'),
  scil: uint('quic.scil', 'Source Connection ID Length'),
  scid: bytes('quic.scid', 'Source Connection ID'),
  tokenLength: uint64('quic.token_length', 'Token Length'),
  token: bytes('quic.token', 'Token'),
  length: uint64('quic.length', 'Length'),
  packetNumber: uint64('quic.packet_number', 'Packet Number'),
  payload: bytes('quic.payload', 'Payload'),
  remaining: bytes('quic.remaining_payload', 'Remaining Payload'),
  odcil: uint('quic.odcil', 'Original Destination Connection ID Length'),
  odcid: bytes('quic.odcid', 'Original Destination Connection ID'),
  retryToken: bytes('quic.retry_token', 'Retry Token'),
  retryTag: bytes('quic.retry_integrity_tag', 'Retry Integrity Tag'),
  frame: none('quic.frame', 'Frame'),
  frameType: uint64('quic.frame_type', 'Frame Type').named(frameNames),
  paddingLength: uint('quic.padding_length', 'Padding Length'),
  ackLargest: uint64('quic.ack.largest_acknowledged', 'Largest Acknowledged'),
  ackDelay: uint64('quic.ack.ack_delay', 'ACK Delay'),
  ackRangeCount: uint64('quic.ack.ack_range_count', 'ACK Range Count'),
  ackFirstRange: uint64('quic.ack.first_ack_range', 'First ACK Range'),
  ackGap: uint64('quic.ack.gap', 'Gap'),
  ackRange: uint64('quic.ack.ack_range', 'ACK Range'),
  ackEct0: uint64('quic.ack.ect0_count', 'ECT(0) Count'),
  ackEct1: uint64('quic.ack.ect1_count', 'ECT(1) Count'),
  ackCe: uint64('quic.ack.ecn_ce_count', 'ECN-CE Count'),
  cryptoOffset: uint64('quic.crypto.offset', 'Offset'),
  cryptoLength: uint64('quic.crypto.length', 'Length'),
  cryptoData: none('quic.crypto.crypto_data', 'Crypto Data'),
  newTokenLength: uint64('quic.nt.length', '(Token) Length'),
  newToken: bytes('quic.nt.token', 'Token'),
  closeError: uint64('quic.cc.error_code', 'Error code'),
  closeErrorApp: uint64('quic.cc.error_code.app', 'Application Error code'),
  closeAlert: uint('quic.cc.error_code.tls_alert', 'TLS Alert Description'),
  closeFrameType: uint64('quic.cc.frame_type', 'Frame Type'),
  closeReasonLength: uint64('quic.cc.reason_phrase.length', 'Reason phrase Length'),
  closeReason: text('quic.cc.reason_phrase', 'Reason phrase'),
};
