// One NTP request and its response, without sockets: builds the one and validates the other.
import { randomBytes } from 'node:crypto';
import { type KissOfDeath, kissOf } from '../ntp/kiss.ts';
import { isProvenBy, type SymmetricKey, withMac } from '../ntp/mac.ts';
import {
  concat,
  decodePacket,
  type ExtensionField,
  encodeField,
  encodeHeader,
  Leap,
  Mode,
  type NtpPacket,
  STRATUM_MAX,
} from '../ntp/packet.ts';
import { PHI, type Sample, sampleOf } from '../ntp/sample.ts';
import { type Timestamp, toTimestamp } from '../ntp/timestamp.ts';
import { COOKIES_MAX } from '../nts/cookies.ts';
import type { NtsKeys } from '../nts/keys.ts';
import { fieldsBefore, NtsField, open, seal, UNIQUE_ID_BYTES } from '../nts/protect.ts';

/** Precision of our clock in log2 seconds: reading it and being woken by a datagram take about 15 µs. */
export const PRECISION = -16;
/** Maximum root distance in seconds of a usable server (RFC 5905 §7.2, MAXDISP). */
const ROOT_DISTANCE_MAX = 16;

/** NTS state of an association: exchanges take from `cookies` and refill it. */
export interface Protection {
  readonly keys: NtsKeys;
  readonly cookies: Uint8Array[];
}

export interface ClientRequest {
  readonly bytes: Uint8Array;
  /** The origin timestamp that the response must carry. */
  readonly token: Timestamp;
  readonly uniqueId: Uint8Array | null;
  readonly protection: Protection | null;
  /** The response has to be proven by it. */
  readonly key: SymmetricKey | null;
}

export type Exchange =
  | { readonly kind: 'sample'; readonly sample: Sample; readonly packet: NtpPacket }
  | { readonly kind: 'kiss'; readonly kiss: KissOfDeath }
  /** Not for us, forged or invalid: ignored; the reason is for the log. */
  | { readonly kind: 'ignored'; readonly why: string };

/** Null if NTS is required and no cookie is left: new keys must be established. */
export function makeRequest(
  protection: Protection | null,
  key: SymmetricKey | null = null,
): ClientRequest | null {
  const token = randomBytes(8).readBigUInt64BE();
  const header = encodeHeader(requestPacket(token));
  if (protection === null) {
    const bytes = key === null ? header : withMac(key, header);
    return { bytes, token, uniqueId: null, protection, key };
  }
  const cookie = protection.cookies.shift();
  if (cookie === undefined) return null;
  const uniqueId = randomBytes(UNIQUE_ID_BYTES);
  // A placeholder of a cookie's length for each missing cookie, so that the response is no longer than the request
  // (RFC 8915 §5.5).
  const missing = Math.max(0, COOKIES_MAX - 1 - protection.cookies.length);
  const placeholder = encodeField(NtsField.placeholder, new Uint8Array(cookie.length));
  const plain = concat(
    header,
    encodeField(NtsField.uniqueId, uniqueId),
    encodeField(NtsField.cookie, cookie),
    ...Array.from({ length: missing }, () => placeholder),
  );
  return { bytes: seal(plain, protection.keys.clientToServer), token, uniqueId, protection, key: null };
}

/**
 * The transmit timestamp is random and all other fields are empty: this reveals nothing about our clock, and the origin
 * timestamp of a response cannot be guessed (draft-ietf-ntp-data-minimization §3).
 */
function requestPacket(token: Timestamp): NtpPacket {
  return {
    leap: 0,
    version: 4,
    mode: Mode.client,
    stratum: 0,
    poll: 0,
    precision: 0x20,
    rootDelay: 0,
    rootDispersion: 0,
    referenceId: new Uint8Array(4),
    reference: 0n,
    origin: 0n,
    receive: 0n,
    transmit: token,
  };
}

export interface Arrival {
  readonly bytes: Uint8Array;
  /** When the request was sent and the response received: nanoseconds since 1970 by our clock. */
  readonly sentNs: bigint;
  readonly receivedNs: bigint;
  /** Steady seconds. */
  readonly at: number;
}

export function readResponse(request: ClientRequest, { bytes, sentNs, receivedNs, at }: Arrival): Exchange {
  const decoded = decodePacket(bytes);
  if (decoded === null) return ignored('not an NTP packet');
  const { packet, fields } = decoded;
  if (packet.mode !== Mode.server || packet.version < 3) return ignored('not a response of a server');
  // Otherwise anyone who guesses our port could set our clock (RFC 5905 §8, test 2).
  if (packet.origin !== request.token) return ignored('not the response to our request');
  if (request.key !== null && !isProvenBy(request.key, bytes)) return ignored('the MAC is not of this key');
  const kiss = kissOf(packet);
  if (request.protection !== null) {
    if (!hasUniqueId(fields, request.uniqueId!)) return ignored('without our unique identifier');
    // An NTS NAK is unauthenticated, because the server has lost the keys (RFC 8915 §5.7).
    if (kiss?.code === 'NTSN') return { kind: 'kiss', kiss };
    const hidden = open(bytes, fields, request.protection.keys.serverToClient);
    if (hidden === null) return ignored('not authentic');
    keepCookies(request.protection.cookies, hidden);
  }
  if (kiss !== null) return { kind: 'kiss', kiss };
  const fault = faultOf(packet);
  if (fault !== null) return ignored(fault);
  const stamps = {
    t1: toTimestamp(sentNs),
    t2: packet.receive,
    t3: packet.transmit,
    t4: toTimestamp(receivedNs),
  };
  return { kind: 'sample', sample: sampleOf(stamps, packet, at, PRECISION), packet };
}

/** Why a response is unusable (RFC 5905 §8, tests 3, 6 and 7). */
function faultOf(packet: NtpPacket): string | null {
  if (packet.transmit === 0n || packet.receive === 0n) return 'without time stamps';
  if (packet.leap === Leap.unsynchronised || packet.stratum >= STRATUM_MAX)
    return 'the server is not synchronised';
  if (packet.rootDelay / 2 + packet.rootDispersion >= ROOT_DISTANCE_MAX) return 'the server is too uncertain';
  return null;
}

function hasUniqueId(fields: readonly ExtensionField[], uniqueId: Uint8Array): boolean {
  const field = fieldsBefore(fields).find(({ type }) => type === NtsField.uniqueId);
  return field !== undefined && Buffer.compare(field.body, uniqueId) === 0;
}

function keepCookies(cookies: Uint8Array[], hidden: readonly ExtensionField[]): void {
  for (const { type, body } of hidden) {
    if (type === NtsField.cookie && cookies.length < COOKIES_MAX) cookies.push(body.slice());
  }
}

function ignored(why: string): Exchange {
  return { kind: 'ignored', why };
}

/** Root distance in seconds: half the root delay plus all dispersion (RFC 5905 appendix A.5.5.2). */
export function rootDistance(
  packet: NtpPacket,
  sample: { delay: number; dispersion: number; jitter: number; at: number },
  now: number,
): number {
  const age = Math.max(0, now - sample.at);
  const distance = (packet.rootDelay + sample.delay) / 2 + packet.rootDispersion + sample.dispersion;
  return Math.max(1e-6, distance + PHI * age + sample.jitter);
}
