// A server's response to a datagram, without sockets (RFC 5905 §9.2, RFC 8915 §5.7).
import { referenceBytes } from '../ntp/kiss.ts';
import {
  concat,
  type DecodedPacket,
  decodePacket,
  type ExtensionField,
  encodeField,
  encodeHeader,
  Leap,
  Mode,
  type NtpPacket,
  STRATUM_MAX,
} from '../ntp/packet.ts';
import { type Timestamp, toTimestamp } from '../ntp/timestamp.ts';
import { COOKIES_MAX, type CookieJar } from '../nts/cookies.ts';
import type { NtsKeys } from '../nts/keys.ts';
import { fieldsBefore, NtsField, open, seal, UNIQUE_ID_BYTES } from '../nts/protect.ts';

/** The time served, and its quality. */
export interface ServedTime {
  /** Nanoseconds since 1970. */
  nowNs(): bigint;
  status(): ServedStatus;
}

export interface ServedStatus {
  /** 1 with a reference clock attached; STRATUM_MAX: unsynchronized. */
  readonly stratum: number;
  readonly leap: number;
  /** Four characters, or the address of the server followed. */
  readonly referenceId: Uint8Array;
  /** When the clock was last corrected, in nanoseconds since 1970. */
  readonly referenceNs: bigint;
  /** Seconds. */
  readonly rootDelay: number;
  readonly rootDispersion: number;
}

export interface Request {
  readonly bytes: Uint8Array;
  /** Nanoseconds since 1970 by the clock served. */
  readonly receivedNs: bigint;
  /** The client polls too often and gets a RATE kiss code instead of the time. */
  readonly isTooFast: boolean;
}

/** log2 of seconds, as the client's. */
const PRECISION = -16;

/** The response; null if the datagram is not a request. */
export function answer(request: Request, time: ServedTime, jar: CookieJar | null): Uint8Array | null {
  const decoded = decodePacket(request.bytes);
  if (decoded === null) return null;
  const { mode, version } = decoded.packet;
  if (mode !== Mode.client || version < 3 || version > 4) return null;
  const fields = fieldsBefore(decoded.fields);
  if (decoded.fields.some(({ type }) => type === NtsField.authenticator)) {
    return jar === null ? null : answerAuthentic(request, decoded, fields, time, jar);
  }
  return encodeHeader(responsePacket(request, decoded.packet, time));
}

function answerAuthentic(
  request: Request,
  decoded: DecodedPacket,
  fields: readonly ExtensionField[],
  time: ServedTime,
  jar: CookieJar,
): Uint8Array | null {
  const uniqueId = fields.find(({ type }) => type === NtsField.uniqueId);
  const cookies = fields.filter(({ type }) => type === NtsField.cookie);
  if (uniqueId === undefined || uniqueId.body.length < UNIQUE_ID_BYTES || cookies.length !== 1) return null;
  const echoed = encodeField(NtsField.uniqueId, uniqueId.body);
  const keys = jar.open(cookies[0]!.body);
  if (keys === null || open(request.bytes, decoded.fields, keys.clientToServer) === null) {
    return concat(encodeHeader(kissPacket(request, decoded.packet, 'NTSN')), echoed);
  }
  const plain = concat(encodeHeader(responsePacket(request, decoded.packet, time)), echoed);
  return seal(plain, keys.serverToClient, freshCookies(fields, cookies[0]!, keys, jar));
}

/** One cookie for the one used, and one per placeholder of its length (RFC 8915 §5.7). */
function freshCookies(
  fields: readonly ExtensionField[],
  used: ExtensionField,
  keys: NtsKeys,
  jar: CookieJar,
): Uint8Array {
  const placeholders = fields.filter(
    ({ type, body }) => type === NtsField.placeholder && body.length >= used.body.length,
  );
  const count = Math.min(COOKIES_MAX, 1 + placeholders.length);
  return concat(...Array.from({ length: count }, () => encodeField(NtsField.cookie, jar.seal(keys))));
}

function responsePacket(request: Request, query: NtpPacket, time: ServedTime): NtpPacket {
  if (request.isTooFast) return kissPacket(request, query, 'RATE');
  const status = time.status();
  if (status.stratum >= STRATUM_MAX) return kissPacket(request, query, 'INIT');
  return {
    leap: status.leap,
    version: query.version,
    mode: Mode.server,
    stratum: status.stratum,
    poll: query.poll,
    precision: PRECISION,
    rootDelay: status.rootDelay,
    rootDispersion: status.rootDispersion,
    referenceId: status.referenceId,
    reference: toTimestamp(status.referenceNs),
    origin: query.transmit,
    receive: toTimestamp(request.receivedNs),
    transmit: toTimestamp(time.nowNs()),
  };
}

/** Without the time, but with the timestamps that a client checks (RFC 5905 §7.4). */
function kissPacket(request: Request, query: NtpPacket, code: string): NtpPacket {
  const received: Timestamp = toTimestamp(request.receivedNs);
  return {
    leap: Leap.unsynchronised,
    version: query.version,
    mode: Mode.server,
    stratum: 0,
    poll: query.poll,
    precision: PRECISION,
    rootDelay: 0,
    rootDispersion: 0,
    referenceId: referenceBytes(code),
    reference: 0n,
    origin: query.transmit,
    receive: received,
    transmit: received,
  };
}
