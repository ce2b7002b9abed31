// QUIC transport parameters in TLS hellos (RFC 9000 §18).
import { bytes, type Field, none, text, uint, uint64 } from '../../core/field.ts';
import type { FieldReader } from '../../core/field-reader.ts';
import { isVarint, varint, varint64, varintBytes } from '../quic/varint.ts';

const parameterNames: Readonly<Record<number, string>> = {
  0x00: 'original_destination_connection_id',
  0x01: 'max_idle_timeout',
  0x02: 'stateless_reset_token',
  0x03: 'max_udp_payload_size',
  0x04: 'initial_max_data',
  0x05: 'initial_max_stream_data_bidi_local',
  0x06: 'initial_max_stream_data_bidi_remote',
  0x07: 'initial_max_stream_data_uni',
  0x08: 'initial_max_streams_bidi',
  0x09: 'initial_max_streams_uni',
  0x0a: 'ack_delay_exponent',
  0x0b: 'max_ack_delay',
  0x0c: 'disable_active_migration',
  0x0d: 'preferred_address',
  0x0e: 'active_connection_id_limit',
  0x0f: 'initial_source_connection_id',
  0x10: 'retry_source_connection_id',
  0x11: 'version_information',
  0x20: 'max_datagram_frame_size',
  0x2ab2: 'grease_quic_bit',
  0x3127: 'google_initial_rtt',
  0x3128: 'google_connection_options',
  0x3129: 'google_user_agent',
  0x4752: 'google_version',
};

const number = (name: string): Field => uint64(`tls.quic.parameter.${name}`, name);
const id = (name: string): Field => bytes(`tls.quic.parameter.${name}`, name);

const f = {
  parameter: none('tls.quic.parameter', 'Parameter'),
  type: uint64('tls.quic.parameter.type', 'Type'),
  length: uint64('tls.quic.parameter.length', 'Length'),
  value: bytes('tls.quic.parameter.value', 'Value'),
  originalDcid: id('original_destination_connection_id'),
  maxIdleTimeout: number('max_idle_timeout'),
  resetToken: id('stateless_reset_token'),
  maxUdpPayload: number('max_udp_payload_size'),
  maxData: number('initial_max_data'),
  maxStreamLocal: number('initial_max_stream_data_bidi_local'),
  maxStreamRemote: number('initial_max_stream_data_bidi_remote'),
  maxStreamUni: number('initial_max_stream_data_uni'),
  maxStreamsBidi: number('initial_max_streams_bidi'),
  maxStreamsUni: number('initial_max_streams_uni'),
  ackDelayExponent: number('ack_delay_exponent'),
  maxAckDelay: number('max_ack_delay'),
  connectionIdLimit: number('active_connection_id_limit'),
  initialScid: id('initial_source_connection_id'),
  retryScid: id('retry_source_connection_id'),
  maxDatagram: number('max_datagram_frame_size'),
  userAgent: text('tls.quic.parameter.google.user_agent', 'Google UserAgent'),
  chosenVersion: uint('tls.quic.parameter.vi.chosen_version', 'Chosen Version').hex(4),
  otherVersion: uint('tls.quic.parameter.vi.other_version', 'Other Version').hex(4),
};

export const quicParameterFields = f;

/** §18.2: what the value of a parameter is; numbers are variable-length. */
const values = new Map<number, Field>([
  [0x00, f.originalDcid],
  [0x01, f.maxIdleTimeout],
  [0x02, f.resetToken],
  [0x03, f.maxUdpPayload],
  [0x04, f.maxData],
  [0x05, f.maxStreamLocal],
  [0x06, f.maxStreamRemote],
  [0x07, f.maxStreamUni],
  [0x08, f.maxStreamsBidi],
  [0x09, f.maxStreamsUni],
  [0x0a, f.ackDelayExponent],
  [0x0b, f.maxAckDelay],
  [0x0e, f.connectionIdLimit],
  [0x0f, f.initialScid],
  [0x10, f.retryScid],
  [0x20, f.maxDatagram],
  [0x3129, f.userAgent],
]);

const VERSION_INFORMATION = 0x11;

export function emitTransportParameters(r: FieldReader): void {
  while (isVarint(r.b, r.at, r.end)) {
    const start = r.at;
    const type = varint(r.b, r.at);
    const typeBytes = varintBytes(r.b, r.at);
    const exactType = varint64(r.b, r.at);
    r.at += typeBytes;
    if (!isVarint(r.b, r.at, r.end)) return;
    const lengthAt = r.at;
    const length = varint(r.b, r.at);
    const lengthBytes = varintBytes(r.b, r.at);
    r.at += lengthBytes;
    const body = r.part(length);
    r.out.open(f.parameter, start, body.end - start);
    r.out.note(`: ${parameterNames[type] ?? `Unknown 0x${type.toString(16)}`} (len=${length})`);
    r.out.add(f.type, start, typeBytes, exactType);
    r.out.add(f.length, lengthAt, lengthBytes, BigInt(length));
    r.out.add(f.value, body.at, body.left);
    emitValue(body, type);
    r.out.close();
  }
}

function emitValue(r: FieldReader, type: number): void {
  const field = values.get(type);
  if (field !== undefined) {
    if (field.type !== 'uint64') r.out.add(field, r.at, r.left);
    else if (isVarint(r.b, r.at, r.end)) r.out.add(field, r.at, r.left, varint64(r.b, r.at));
  } else if (type === VERSION_INFORMATION) {
    r.number(f.chosenVersion, 4);
    while (r.left >= 4) r.number(f.otherVersion, 4);
  }
}
