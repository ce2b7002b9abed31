// Payloads of ISAKMP messages (RFC 2408 §3.4 to §3.15, RFC 7296 §3.3 to §3.16), each of which contains the next one's
// type.
import { u16 } from '../../core/bytes.ts';
import type { Field } from '../../core/field.ts';
import type { Sink } from '../../core/sink.ts';
import { hex } from '../../core/text.ts';
import { f } from './isakmp-fields.ts';

const GENERIC_HEADER = 4;
const PAYLOADS_MAX = 64;
const ENCRYPTED_PAYLOADS = [46, 53];

/** Calls `visit` for each payload of the chain beginning with `type`: its type and range, generic header included. */
export function eachPayload(
  b: Uint8Array,
  type: number,
  at: number,
  end: number,
  visit: (type: number, at: number, end: number) => void,
): void {
  for (let n = 0; n < PAYLOADS_MAX && type !== 0 && at + GENERIC_HEADER <= end; n++) {
    const length = u16(b, at + 2);
    if (length < GENERIC_HEADER) return;
    visit(type, at, Math.min(end, at + length));
    // The "next payload" of an encrypted payload is the type of the first one inside (RFC 7296 §3.14).
    if (ENCRYPTED_PAYLOADS.includes(type)) return;
    type = b[at]!;
    at += length;
  }
}

export function emitPayloads(
  out: Sink,
  b: Uint8Array,
  first: number,
  at: number,
  end: number,
  isVersion1: boolean,
): void {
  eachPayload(b, first, at, end, (type, start, stop) => {
    out.open(f.payloadType, start, stop - start, type);
    emitGeneric(out, start, isVersion1 || type <= 3);
    emitters.get(type)?.(out, b, start + GENERIC_HEADER, stop, isVersion1);
    if (!emitters.has(type) && stop > start + GENERIC_HEADER)
      out.add(f.data, start + GENERIC_HEADER, stop - start - GENERIC_HEADER);
    out.close();
  });
}

function emitGeneric(out: Sink, at: number, isVersion1: boolean): void {
  out.add(f.nextPayload, at, 1);
  if (isVersion1) out.add(f.reserved, at + 1, 1);
  else {
    out.add(f.critical, at + 1, 1);
    out.add(f.reserved7, at + 1, 1);
  }
  out.add(f.payloadLength, at + 2, 2);
}

type Emit = (out: Sink, b: Uint8Array, at: number, end: number, isVersion1: boolean) => void;

const rest =
  (field: Field): Emit =>
  (out, _b, at, end) => {
    if (end > at) out.add(field, at, end - at);
  };

const emitters = new Map<number, Emit>([
  [1, association1],
  [2, proposal],
  [4, rest(f.keyData)],
  [5, identification],
  [6, certificate],
  [7, certificateRequest],
  [8, rest(f.hash)],
  [9, rest(f.signature)],
  [10, rest(f.nonce)],
  [11, notification1],
  [12, deletion],
  [13, vendor],
  [20, rest(f.natHash)],
  [33, (out, b, at, end) => emitPayloads(out, b, 2, at, end, false)],
  [34, keyExchange],
  [35, identification],
  [36, identification],
  [37, certificate],
  [38, certificateRequest],
  [39, authentication],
  [40, rest(f.nonce)],
  [41, notification],
  [42, deletion],
  [43, vendor],
  [46, rest(f.encrypted)],
  [53, fragment],
]);

/** Security association of version 1, RFC 2408 §3.4: domain of interpretation and situation, then proposals. */
function association1(out: Sink, b: Uint8Array, at: number, end: number): void {
  if (end - at < 8) return;
  out.add(f.doi, at, 4);
  out.add(f.situation, at + 4, 4);
  emitPayloads(out, b, 2, at + 8, end, true);
}

function proposal(out: Sink, b: Uint8Array, at: number, end: number, isVersion1: boolean): void {
  if (end - at < 4) return;
  out.add(f.proposalNumber, at, 1);
  out.add(f.protocolId, at + 1, 1);
  out.add(f.spiSize, at + 2, 1);
  out.add(f.transforms, at + 3, 1);
  const spi = Math.min(b[at + 2]!, end - at - 4);
  if (spi > 0) out.add(f.spi, at + 4, spi);
  eachPayload(b, 3, at + 4 + spi, end, (type, start, stop) => {
    out.open(f.payloadType, start, stop - start, type);
    emitGeneric(out, start, true);
    if (stop - start >= 8) transform(out, b, start + GENERIC_HEADER, stop, isVersion1);
    out.close();
  });
}

/** Field of a transform's identifier by transform type, RFC 7296 §3.3.2. */
const TRANSFORMS: Readonly<Record<number, Field>> = {
  1: f.encryption,
  2: f.prf,
  3: f.integrity,
  4: f.group,
  5: f.sequenceNumbers,
};

function transform(out: Sink, b: Uint8Array, at: number, end: number, isVersion1: boolean): void {
  if (isVersion1) {
    out.add(f.transformNumber, at, 1);
    out.add(f.transformId1, at + 1, 1);
  } else {
    out.add(f.transformType, at, 1);
    out.add(f.reserved, at + 1, 1);
    out.add(TRANSFORMS[b[at]!] ?? f.otherTransform, at + 2, 2);
  }
  attributes(out, b, at + 4, end, isVersion1 ? ATTRIBUTES1 : ATTRIBUTES2);
}

/** Attributes, RFC 2409 §A, RFC 7296 §3.3.5. */
const ATTRIBUTES1: Readonly<Record<number, Field>> = {
  1: f.encryption1,
  2: f.hash1,
  3: f.authentication1,
  4: f.group1,
  11: f.lifeType1,
  12: f.lifeDuration1,
  14: f.keyLength1,
};
const ATTRIBUTES2: Readonly<Record<number, Field>> = { 14: f.keyLength2 };

/** Attributes, RFC 2408 §3.3: the first bit selects a 2-byte value, or a length and a value. */
function attributes(
  out: Sink,
  b: Uint8Array,
  at: number,
  end: number,
  fields: Readonly<Record<number, Field>>,
): void {
  while (at + 4 <= end) {
    const field = fields[u16(b, at) & 0x7fff];
    const isShort = (b[at]! & 0x80) !== 0;
    const length = isShort ? 2 : u16(b, at + 2);
    const value = isShort ? at + 2 : at + 4;
    if (value + length > end) return;
    if (field !== undefined && length <= 4) out.add(field, value, length);
    at = value + length;
  }
}

/** RFC 7296 §3.4. */
function keyExchange(out: Sink, b: Uint8Array, at: number, end: number): void {
  if (end - at < 4) return;
  out.add(f.keyGroup, at, 2);
  out.add(f.reserved, at + 2, 2);
  rest(f.keyData)(out, b, at + 4, end, false);
}

/** RFC 2407 §4.6.2, RFC 7296 §3.5. */
function identification(out: Sink, b: Uint8Array, at: number, end: number, isVersion1: boolean): void {
  if (end - at < 4) return;
  out.add(f.idType, at, 1);
  if (isVersion1) {
    out.add(f.idProtocol, at + 1, 1);
    out.add(f.idPort, at + 2, 2);
  }
  const length = end - at - 4;
  const type = b[at]!;
  if (type === 1 && length === 4) out.add(f.idIpv4, at + 4, 4);
  else if (type === 2) out.add(f.idFqdn, at + 4, length);
  else if (type === 3) out.add(f.idUserFqdn, at + 4, length);
  else if (type === 5 && length === 16) out.add(f.idIpv6, at + 4, 16);
  else if (type === 11) out.add(f.idKey, at + 4, length);
}

function certificate(out: Sink, _b: Uint8Array, at: number, end: number): void {
  if (end <= at) return;
  out.add(f.certEncoding, at, 1);
  out.add(f.certData, at + 1, end - at - 1);
}

function certificateRequest(out: Sink, _b: Uint8Array, at: number, end: number): void {
  if (end > at) out.add(f.certRequestType, at, 1);
}

/** RFC 7296 §3.8. */
function authentication(out: Sink, _b: Uint8Array, at: number, end: number): void {
  if (end - at < 4) return;
  out.add(f.authMethod, at, 1);
  if (end > at + 4) out.add(f.authData, at + 4, end - at - 4);
}

/** RFC 2408 §3.14. */
function notification1(out: Sink, b: Uint8Array, at: number, end: number): void {
  if (end - at < 8) return;
  out.add(f.notifyDoi, at, 4);
  notification(out, b, at + 4, end);
}

/** RFC 7296 §3.10. */
function notification(out: Sink, b: Uint8Array, at: number, end: number): void {
  if (end - at < 4) return;
  out.add(f.notifyProtocol, at, 1);
  out.add(f.spiSize, at + 1, 1);
  out.add(f.notifyType, at + 2, 2);
  const spi = Math.min(b[at + 1]!, end - at - 4);
  if (spi > 0) out.add(f.spi, at + 4, spi);
  if (end > at + 4 + spi) out.add(f.notifyData, at + 4 + spi, end - at - 4 - spi);
}

/** Delete payload: RFC 2408 §3.15 has a domain of interpretation first, RFC 7296 §3.11 has none. */
function deletion(out: Sink, b: Uint8Array, at: number, end: number, isVersion1: boolean): void {
  if (isVersion1) {
    if (end - at >= 4) out.add(f.deleteDoi, at, 4);
    at += 4;
  }
  if (end - at < 4) return;
  out.add(f.deleteProtocol, at, 1);
  out.add(f.spiSize, at + 1, 1);
  out.add(f.spiCount, at + 2, 2);
  const size = b[at + 1]!;
  for (let i = at + 4; size > 0 && i + size <= end; i += size) out.add(f.deleteSpi, i, size);
}

/** The most common vendor IDs that are hashes. */
const VENDORS: readonly (readonly [string, string])[] = [
  ['4a131c81070358455c5728f20e95452f', 'RFC 3947 Negotiation of NAT-Traversal in the IKE'],
  ['90cb80913ebb696e086381b5ec427b1f', 'draft-ietf-ipsec-nat-t-ike-02 (with newline)'],
  ['cd60464335df21f87cfdb2fc68b6a448', 'draft-ietf-ipsec-nat-t-ike-02'],
  ['7d9419a65310ca6f2c179d9215529d56', 'draft-ietf-ipsec-nat-t-ike-03'],
  ['afcad71368a1f1c96b8696fc7757', 'RFC 3706 DPD (Dead Peer Detection)'],
  ['09002689dfd6b712', 'XAUTH'],
  ['12f5f28c457168a9702d9fe274cc', 'CISCO-UNITY'],
  ['4048b7d56ebce88525e7de7f00d6c2d3', 'Cisco Fragmentation'],
  ['1e2b516905991c7d7c96fcbfb587e461', 'MS NT5 ISAKMPOAKLEY'],
  ['882fe56d6fd20dbc2251613b2ebe5beb', 'strongSwan'],
];

function vendor(out: Sink, b: Uint8Array, at: number, end: number): void {
  if (end <= at) return;
  out.add(f.vendorBytes, at, end - at);
  const id = hex(b, at, end);
  out.add(
    f.vendorText,
    at,
    end - at,
    VENDORS.find(([start]) => id.startsWith(start))?.[1] ?? 'Unknown Vendor ID',
  );
}

/** RFC 7383 §2.5. */
function fragment(out: Sink, _b: Uint8Array, at: number, end: number): void {
  if (end - at < 4) return;
  out.add(f.fragmentNumber, at, 2);
  out.add(f.fragmentTotal, at + 2, 2);
  out.add(f.encrypted, at + 4, end - at - 4);
}
