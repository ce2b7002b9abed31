// Tree of SCTP chunks (RFC 9260 §3.3), with parameters and error causes.
import { u16, u32 } from '../../core/bytes.ts';
import { bool, bytes, type Field, ipv4, ipv6, text, uint } from '../../core/field.ts';
import type { Sink } from '../../core/sink.ts';
import { causeCodes, chunkName, chunkTypes, parameterTypes, payloadNames } from './names.ts';

export const DATA = 0;
export const INIT = 1;
export const INIT_ACK = 2;
export const SACK = 3;
const HEARTBEAT = 4;
const HEARTBEAT_ACK = 5;
const ABORT = 6;
const ERROR = 9;
const COOKIE_ECHO = 10;
const AUTH = 15;
export const I_DATA = 64;
const ASCONF_ACK = 128;
const RE_CONFIG = 130;
const ASCONF = 193;

/** Bytes of a DATA chunk before its payload, and of an I-DATA chunk (RFC 8260 §2.1). */
export const DATA_HEADER = 16;
export const I_DATA_HEADER = 20;

/** Parameters within parameters (ASCONF, RFC 5061 §4.2) go this deep. */
const NESTING_MAX = 3;

export const chunkFields = {
  chunkType: uint('sctp.chunk_type', 'Chunk type').named(chunkTypes),
  chunkFlags: uint('sctp.chunk_flags', 'Chunk flags').hex(),
  chunkLength: uint('sctp.chunk_length', 'Chunk length'),
  immediate: bool('sctp.data_i_bit', 'I-Bit').mask(0x08),
  unordered: bool('sctp.data_u_bit', 'U-Bit').mask(0x04),
  beginning: bool('sctp.data_b_bit', 'B-Bit').mask(0x02),
  ending: bool('sctp.data_e_bit', 'E-Bit').mask(0x01),
  tsn: uint('sctp.data_tsn', 'Transmission sequence number (relative)'),
  tsnRaw: uint('sctp.data_tsn_raw', 'Transmission sequence number (absolute)'),
  streamId: uint('sctp.data_sid', 'Stream identifier').hex(2),
  streamSequence: uint('sctp.data_ssn', 'Stream sequence number'),
  messageId: uint('sctp.data_mid', 'Message identifier'),
  fragmentSequence: uint('sctp.data_fsn', 'Fragment sequence number'),
  payloadId: uint('sctp.data_payload_proto_id', 'Payload protocol identifier').named(payloadNames),
  initTag: uint('sctp.init_initiate_tag', 'Initiate tag').hex(4),
  initCredit: uint('sctp.init_credit', 'Advertised receiver window credit (a_rwnd)'),
  initOut: uint('sctp.init_nr_out_streams', 'Number of outbound streams'),
  initIn: uint('sctp.init_nr_in_streams', 'Number of inbound streams'),
  initTsn: uint('sctp.init_initial_tsn', 'Initial TSN'),
  initAckTag: uint('sctp.initack_initiate_tag', 'Initiate tag').hex(4),
  initAckCredit: uint('sctp.initack_credit', 'Advertised receiver window credit (a_rwnd)'),
  initAckOut: uint('sctp.initack_nr_out_streams', 'Number of outbound streams'),
  initAckIn: uint('sctp.initack_nr_in_streams', 'Number of inbound streams'),
  initAckTsn: uint('sctp.initack_initial_tsn', 'Initial TSN'),
  sackTsn: uint('sctp.sack_cumulative_tsn_ack', 'Cumulative TSN ACK (relative)'),
  sackTsnRaw: uint('sctp.sack_cumulative_tsn_ack_raw', 'Cumulative TSN ACK (absolute)'),
  sackCredit: uint('sctp.sack_a_rwnd', 'Advertised receiver window credit (a_rwnd)'),
  sackGaps: uint('sctp.sack_number_of_gap_blocks', 'Number of gap acknowledgement blocks'),
  sackDuplicates: uint('sctp.sack_number_of_duplicated_tsns', 'Number of duplicated TSNs'),
  gapStart: uint('sctp.sack_gap_block_start', 'Start'),
  gapEnd: uint('sctp.sack_gap_block_end', 'End'),
  duplicate: uint('sctp.sack_duplicate_tsn', 'Duplicate TSN'),
  cookie: bytes('sctp.cookie', 'Cookie'),
  shutdownTsn: uint('sctp.shutdown_cumulative_tsn_ack', 'Cumulative TSN Ack'),
  abortTag: bool('sctp.abort_t_bit', 'T-Bit').mask(0x01),
  forwardTsn: uint('sctp.forward_tsn_tsn', 'New cumulative TSN'),
  asconfSequence: uint('sctp.asconf_seq_nr_number', 'Sequence number').hex(4),
  asconfAckSequence: uint('sctp.asconf_ack_seq_nr_number', 'Sequence number').hex(4),
  keyId: uint('sctp.shared_key_id', 'Shared key identifier'),
  hmacId: uint('sctp.hmac_id', 'HMAC identifier'),
  hmac: bytes('sctp.hmac', 'HMAC'),
  parameterType: uint('sctp.parameter_type', 'Parameter type').hex(2).named(parameterTypes),
  parameterLength: uint('sctp.parameter_length', 'Parameter length'),
  parameterValue: bytes('sctp.parameter_value', 'Parameter value'),
  parameterIpv4: ipv4('sctp.parameter_ipv4_address', 'IP Version 4 address'),
  parameterIpv6: ipv6('sctp.parameter_ipv6_address', 'IP Version 6 address'),
  heartbeat: bytes('sctp.parameter_heartbeat_information', 'Heartbeat information'),
  stateCookie: bytes('sctp.parameter_state_cookie', 'State cookie'),
  hostname: text('sctp.parameter_hostname', 'Hostname'),
  addressType: uint('sctp.parameter_supported_address_type', 'Supported address type'),
  correlation: uint('sctp.correlation_id', 'Correlation_id').hex(4),
  adaptation: uint('sctp.adaptation_layer_indication', 'Indication').hex(4),
  supportedChunk: uint('sctp.supported_chunk_type', 'Supported chunk type').named(chunkTypes),
  causeCode: uint('sctp.cause_code', 'Cause code').hex(2).named(causeCodes),
  causeLength: uint('sctp.cause_length', 'Cause length'),
  causeInformation: bytes('sctp.cause_information', 'Cause information'),
};

const f = chunkFields;

type Layout = readonly (readonly [Field, number, number])[];

/** Fields at fixed places after the chunk's header of 4 bytes: offset from the chunk's start, width. */
const layouts: Readonly<Record<number, Layout>> = {
  [INIT]: [
    [f.initTag, 4, 4],
    [f.initCredit, 8, 4],
    [f.initOut, 12, 2],
    [f.initIn, 14, 2],
    [f.initTsn, 16, 4],
  ],
  [INIT_ACK]: [
    [f.initAckTag, 4, 4],
    [f.initAckCredit, 8, 4],
    [f.initAckOut, 12, 2],
    [f.initAckIn, 14, 2],
    [f.initAckTsn, 16, 4],
  ],
  7: [[f.shutdownTsn, 4, 4]],
  192: [[f.forwardTsn, 4, 4]],
  [AUTH]: [
    [f.keyId, 4, 2],
    [f.hmacId, 6, 2],
  ],
  [ASCONF]: [[f.asconfSequence, 4, 4]],
  [ASCONF_ACK]: [[f.asconfAckSequence, 4, 4]],
};

/** Offset of a chunk's parameters. */
const parametersAt: Readonly<Record<number, number>> = {
  [INIT]: 20,
  [INIT_ACK]: 20,
  [HEARTBEAT]: 4,
  [HEARTBEAT_ACK]: 4,
  [ASCONF]: 8,
  [ASCONF_ACK]: 8,
  [RE_CONFIG]: 4,
};

/** One chunk at [at, end); `base` is what its relative number counts from, -1 when unknown. */
export function emitChunk(b: Uint8Array, at: number, end: number, base: number, out: Sink): void {
  const type = b[at]!;
  out.group(`${chunkName(type)} chunk`, at, end - at);
  out.add(f.chunkType, at, 1);
  out.open(f.chunkFlags, at + 1, 1);
  if (type === DATA || type === I_DATA)
    for (const flag of [f.immediate, f.unordered, f.beginning, f.ending]) out.add(flag, at + 1, 1);
  if (type === ABORT) out.add(f.abortTag, at + 1, 1);
  out.close();
  out.add(f.chunkLength, at + 2, 2);
  for (const [field, offset, width] of layouts[type] ?? [])
    if (at + offset + width <= end) out.add(field, at + offset, width);
  if (type === DATA || type === I_DATA) emitData(b, type, at, end, base, out);
  else if (type === SACK) emitSack(b, at, end, base, out);
  else if (type === ABORT || type === ERROR) emitCauses(b, at + 4, end, out);
  else if (type === COOKIE_ECHO) out.add(f.cookie, at + 4, Math.max(0, end - at - 4));
  else if (type === AUTH && end > at + 8) out.add(f.hmac, at + 8, end - at - 8);
  const parameters = parametersAt[type];
  if (parameters !== undefined) emitParameters(b, at + parameters, end, 0, out);
  out.close();
}

function emitData(b: Uint8Array, type: number, at: number, end: number, base: number, out: Sink): void {
  if (at + (type === DATA ? DATA_HEADER : I_DATA_HEADER) > end) return;
  const tsn = u32(b, at + 4);
  out.add(f.tsn, at + 4, 4, base < 0 ? tsn : (tsn - base) >>> 0);
  out.add(f.tsnRaw, at + 4, 4);
  out.add(f.streamId, at + 8, 2);
  if (type === DATA) {
    out.add(f.streamSequence, at + 10, 2);
    out.add(f.payloadId, at + 12, 4);
    return;
  }
  out.add(f.messageId, at + 12, 4);
  out.add((b[at + 1]! & 2) !== 0 ? f.payloadId : f.fragmentSequence, at + 16, 4);
}

function emitSack(b: Uint8Array, at: number, end: number, base: number, out: Sink): void {
  if (at + 16 > end) return;
  const tsn = u32(b, at + 4);
  out.add(f.sackTsn, at + 4, 4, base < 0 ? tsn : (tsn - base) >>> 0);
  out.add(f.sackTsnRaw, at + 4, 4);
  out.add(f.sackCredit, at + 8, 4);
  out.add(f.sackGaps, at + 12, 2);
  out.add(f.sackDuplicates, at + 14, 2);
  let next = at + 16;
  for (let i = u16(b, at + 12); i > 0 && next + 4 <= end; i--, next += 4) {
    out.add(f.gapStart, next, 2);
    out.add(f.gapEnd, next + 2, 2);
  }
  for (let i = u16(b, at + 14); i > 0 && next + 4 <= end; i--, next += 4) out.add(f.duplicate, next, 4);
}

/** §3.2.1: type, length with this header, value, padded to 4 bytes. */
function emitParameters(b: Uint8Array, at: number, end: number, depth: number, out: Sink): void {
  while (at + 4 <= end) {
    const type = u16(b, at);
    const length = u16(b, at + 2);
    if (length < 4) return;
    const stop = Math.min(at + length, end);
    out.group(`${parameterTypes[type] ?? 'Unknown'} parameter`, at, stop - at);
    out.add(f.parameterType, at, 2);
    out.add(f.parameterLength, at + 2, 2);
    emitParameter(b, type, at, stop, depth, out);
    out.close();
    at += (length + 3) & ~3;
  }
}

function emitParameter(
  b: Uint8Array,
  type: number,
  at: number,
  stop: number,
  depth: number,
  out: Sink,
): void {
  const value = at + 4;
  const length = stop - value;
  switch (type) {
    case 0x0001:
      out.add(f.heartbeat, value, length);
      break;
    case 0x0005:
      if (length >= 4) out.add(f.parameterIpv4, value, 4);
      break;
    case 0x0006:
      if (length >= 16) out.add(f.parameterIpv6, value, 16);
      break;
    case 0x0007:
      out.add(f.stateCookie, value, length);
      break;
    case 0x000b:
      out.add(f.hostname, value, length);
      break;
    case 0x000c:
      for (let i = value; i + 2 <= stop; i += 2) out.add(f.addressType, i, 2);
      break;
    case 0x8008:
      for (let i = value; i < stop; i++) out.add(f.supportedChunk, i, 1);
      break;
    case 0xc001:
    case 0xc002:
    case 0xc004:
      if (length < 4) break;
      out.add(f.correlation, value, 4);
      if (depth < NESTING_MAX) emitParameters(b, value + 4, stop, depth + 1, out);
      break;
    case 0xc006:
      if (length >= 4) out.add(f.adaptation, value, 4);
      break;
    default:
      if (length > 0) out.add(f.parameterValue, value, length);
  }
}

/** §3.3.10: causes are built as parameters are. */
function emitCauses(b: Uint8Array, at: number, end: number, out: Sink): void {
  while (at + 4 <= end) {
    const length = u16(b, at + 2);
    if (length < 4) return;
    const stop = Math.min(at + length, end);
    out.group(`${causeCodes[u16(b, at)] ?? 'Unknown'} cause`, at, stop - at);
    out.add(f.causeCode, at, 2);
    out.add(f.causeLength, at + 2, 2);
    if (stop > at + 4) out.add(f.causeInformation, at + 4, stop - at - 4);
    out.close();
    at += (length + 3) & ~3;
  }
}
