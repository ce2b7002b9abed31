// Extensions of hellos and of other TLS messages.

import { FieldReader } from '../../core/field-reader.ts';
import type { Sink } from '../../core/sink.ts';
import { Der, OCTET_STRING } from '../x509/der.ts';
import { datagramFields } from './dtls-fields.ts';
import type { HandshakeFields } from './fields.ts';
import { extensionName } from './names.ts';
import { emitTransportParameters } from './quic-parameters.ts';
import { CLIENT_HELLO, SERVER_HELLO } from './session.ts';

type Emit = (r: FieldReader, f: HandshakeFields, message: number) => void;

/** Extensions without contents: truncated_hmac, encrypt_then_mac, extended_master_secret, post_handshake_auth. */
const EMPTY = new Set([4, 22, 23, 49]);

const emitters = new Map<number, Emit>([
  [0, serverName],
  [1, (r, f) => r.number(f.maxFragment, 1)],
  [5, statusRequest],
  [10, (r, f) => list(r, f.groupsLength, 2, f.groups, f.group, 2, 'group')],
  [11, pointFormats],
  [13, signatures],
  [14, (r) => useSrtp(r)],
  [15, (r, f) => r.number(f.heartbeatMode, 1)],
  [16, alpn],
  [18, certificateTimestamps],
  [19, certificateType],
  [20, certificateType],
  [21, (r, f) => r.out.add(f.padding, r.at, r.left)],
  [27, compressions],
  [28, (r, f) => r.number(f.recordSizeLimit, 2)],
  [34, delegatedCredentials],
  [35, (r, f) => r.out.add(f.sessionTicket, r.at, r.left)],
  [41, preSharedKey],
  [42, (r, f) => r.left === 4 && r.number(f.maxEarlyData, 4)],
  [43, supportedVersions],
  [44, (r, f) => r.vector(f.cookieLength, 2, f.cookie)],
  [45, pskModes],
  [50, signatures],
  [51, keyShare],
  [53, (r, f) => r.vector(f.connectionIdLength, 1, f.connectionId)],
  [54, (r, f) => r.vector(f.connectionIdLength, 1, f.connectionId)],
  [57, (r) => emitTransportParameters(r)],
  [0xffa5, (r) => emitTransportParameters(r)],
  [13172, nextProtocols],
  [17513, applicationSettings],
  [17613, applicationSettings],
  [0xfe0d, encryptedHello],
  [0xff01, renegotiation],
]);

/** The length-prefixed list of extensions; `message` is the type of the enclosing message. */
export function emitExtensions(r: FieldReader, f: HandshakeFields, message: number): void {
  if (r.left < 2) return;
  const rest = r.part(2 + Math.min(r.peek(2), r.left - 2));
  rest.number(f.extensionsLength, 2);
  while (rest.left >= 4) emitExtension(rest, f, message);
}

function emitExtension(r: FieldReader, f: HandshakeFields, message: number): void {
  const type = r.peek(2);
  const length = r.peek(4) % 0x10000;
  const end = Math.min(r.end, r.at + 4 + length);
  r.out.group(
    `Extension: ${extensionName(type) ?? `Unknown type ${type}`} (len=${length})`,
    r.at,
    end - r.at,
  );
  r.number(f.extensionType, 2);
  r.number(f.extensionLength, 2);
  const body = r.part(length);
  const emit = emitters.get(type);
  if (emit !== undefined) emit(body, f, message);
  else if (!EMPTY.has(type)) r.out.add(f.extensionData, body.at, body.left);
  r.out.close();
}

type Field = HandshakeFields['group'];

function list(
  r: FieldReader,
  length: Field,
  lengthWidth: number,
  heading: Field,
  field: Field,
  width: number,
  unit: string,
): void {
  const size = r.number(length, lengthWidth);
  r.part(size).list(heading, field, width, unit);
}

/** RFC 6066 §3; the server's is empty. */
function serverName(r: FieldReader, f: HandshakeFields): void {
  if (r.left < 2) return;
  r.out.group('Server Name Indication extension', r.at, r.left);
  r.number(f.serverNameListLength, 2);
  while (r.left >= 3) {
    r.number(f.serverNameType, 1);
    r.vector(f.serverNameLength, 2, f.serverName);
  }
  r.out.close();
}

/** RFC 8422 §5.1.2. */
function pointFormats(r: FieldReader, f: HandshakeFields): void {
  const formats = r.part(r.number(f.pointFormatsLength, 1));
  r.out.open(f.pointFormats, formats.at, formats.left);
  r.out.note(` (${formats.left})`);
  while (formats.left > 0) formats.number(f.pointFormat, 1);
  r.out.close();
}

/** RFC 5746 §3.2. */
function renegotiation(r: FieldReader, f: HandshakeFields): void {
  r.out.group('Renegotiation Info extension', r.at, r.left);
  r.vector(f.renegotiationLength, 1, f.renegotiation);
  r.out.close();
}

/** RFC 6066 §8. */
function statusRequest(r: FieldReader, f: HandshakeFields): void {
  if (r.left < 5) return;
  r.number(f.statusType, 1);
  r.part(r.number(f.responderIdsLength, 2));
  r.part(r.number(f.requestExtensionsLength, 2));
}

export function signatures(r: FieldReader, f: HandshakeFields): void {
  const size = r.number(f.signaturesLength, 2);
  const schemes = r.part(size);
  const count = schemes.left >> 1;
  r.out.open(f.signatures, schemes.at, schemes.left);
  r.out.note(` (${count} algorithm${count === 1 ? '' : 's'})`);
  while (schemes.left >= 2) signature(schemes, f);
  r.out.close();
}

/** One scheme, and what its bytes meant before RFC 8446 (RFC 5246 §7.4.1.4.1). */
export function signature(r: FieldReader, f: HandshakeFields): void {
  r.out.open(f.signature, r.at, 2);
  r.number(f.signatureHash, 1);
  r.number(f.signatureKind, 1);
  r.out.close();
}

/** RFC 5764 §4.1.1. */
function useSrtp(r: FieldReader): void {
  const profiles = r.part(r.number(datagramFields.srtpProfilesLength, 2));
  while (profiles.left >= 2) profiles.number(datagramFields.srtpProfile, 2);
  r.vector(datagramFields.srtpMkiLength, 1, datagramFields.srtpMki);
}

/** RFC 9345 §4.1.1. */
function delegatedCredentials(r: FieldReader, f: HandshakeFields, message: number): void {
  if (message === CLIENT_HELLO) signatures(r, f);
}

/** RFC 7301 §3.1. */
function alpn(r: FieldReader, f: HandshakeFields): void {
  r.number(f.alpnLength, 2);
  r.out.open(f.alpnList, r.at, r.left);
  while (r.left > 0) r.vector(f.alpnStringLength, 1, f.alpn);
  r.out.close();
}

function nextProtocols(r: FieldReader, f: HandshakeFields): void {
  while (r.left > 0) r.vector(f.npnLength, 1, f.npn);
}

function applicationSettings(r: FieldReader, f: HandshakeFields): void {
  if (r.left < 2) return;
  r.number(f.alpsLength, 2);
  while (r.left > 0) r.vector(f.alpsStringLength, 1, f.alps);
}

/** A list of timestamps as an extension of a certificate: within another OCTET STRING (RFC 6962 §3.3). */
export function wrappedTimestamps(
  out: Sink,
  f: HandshakeFields,
  b: Uint8Array,
  at: number,
  end: number,
): void {
  const der = new Der(b, at, end);
  if (der.take(OCTET_STRING)) certificateTimestamps(new FieldReader(out, b, der.at, der.stop), f);
}

/** RFC 6962 §3.3; the client's is empty. */
function certificateTimestamps(r: FieldReader, f: HandshakeFields): void {
  if (r.left < 2) return;
  r.number(f.sctsLength, 2);
  while (r.left >= 2) {
    r.out.group('Signed Certificate Timestamp', r.at, 2 + r.peek(2));
    const sct = r.part(2 + Math.min(r.peek(2), r.left - 2));
    sct.number(f.sctLength, 2);
    sct.number(f.sctVersion, 1);
    sct.bytes(f.sctLogId, 32);
    if (sct.left >= 8) {
      const milliseconds =
        sct.peek(4) * 0x1_0000_0000 + new FieldReader(sct.out, sct.b, sct.at + 4, sct.end).peek(4);
      sct.out.add(f.sctTimestamp, sct.at, 8, BigInt(milliseconds) * 1_000_000n);
      sct.at += 8;
    }
    sct.part(sct.number(f.sctExtensionsLength, 2));
    if (sct.left >= 2) signature(sct, f);
    sct.vector(f.sctSignatureLength, 2, f.sctSignature);
    r.out.close();
  }
}

/** RFC 7250 §4: a client offers a list, a server chooses one. */
function certificateType(r: FieldReader, f: HandshakeFields, message: number): void {
  if (message === CLIENT_HELLO) r.number(f.certTypesLength, 1);
  while (r.left > 0) r.number(f.certType, 1);
}

/** RFC 8879 §3. */
function compressions(r: FieldReader, f: HandshakeFields): void {
  r.number(f.compressAlgorithmsLength, 1);
  while (r.left >= 2) r.number(f.compressAlgorithm, 2);
}

/** RFC 8446 §4.2.11. */
function preSharedKey(r: FieldReader, f: HandshakeFields, message: number): void {
  if (message !== CLIENT_HELLO) {
    r.number(f.pskSelected, 2);
    return;
  }
  const identities = r.part(r.number(f.pskIdentitiesLength, 2));
  while (identities.left >= 2) {
    identities.vector(f.pskIdentityLength, 2, f.pskIdentity);
    identities.number(f.pskAge, 4);
  }
  const size = r.number(f.pskBindersLength, 2);
  r.bytes(f.pskBinders, size);
}

/** RFC 8446 §4.2.1: a list of the client's, the server's choice. */
function supportedVersions(r: FieldReader, f: HandshakeFields, message: number): void {
  if (message === CLIENT_HELLO) r.number(f.supportedVersionsLength, 1);
  while (r.left >= 2) r.number(f.supportedVersion, 2);
}

function pskModes(r: FieldReader, f: HandshakeFields): void {
  r.number(f.pskModesLength, 1);
  while (r.left > 0) r.number(f.pskMode, 1);
}

/** RFC 8446 §4.2.8: a list of the client's, one of the server's, or only the group in a HelloRetryRequest. */
function keyShare(r: FieldReader, f: HandshakeFields, message: number): void {
  r.out.group('Key Share extension', r.at, r.left);
  if (message === CLIENT_HELLO) r.number(f.keySharesLength, 2);
  if (message === SERVER_HELLO && r.left === 2) r.number(f.keyShareSelected, 2);
  while (r.left >= 4) {
    const group = r.peek(2);
    const length = r.peek(4) % 0x10000;
    const name = f.keyShareGroup.nameOf(group) ?? `Unknown (${group})`;
    r.out.group(
      `Key Share Entry: Group: ${name}, Key Exchange length: ${length}`,
      r.at,
      Math.min(4 + length, r.left),
    );
    r.number(f.keyShareGroup, 2);
    r.vector(f.keyShareLength, 2, f.keyShare);
    r.out.close();
  }
  r.out.close();
}

/** RFC 9849 §5. */
function encryptedHello(r: FieldReader, f: HandshakeFields, message: number): void {
  r.out.add(f.extensionData, r.at, r.left);
  if (message !== CLIENT_HELLO) {
    if (message === SERVER_HELLO) r.bytes(f.echConfirmation, r.left);
    return;
  }
  if (r.number(f.echType, 1) !== 0) return;
  r.out.open(f.echCipherSuite, r.at, 4);
  r.number(f.echKdf, 2);
  r.number(f.echAead, 2);
  r.out.close();
  r.number(f.echConfigId, 1);
  r.vector(f.echEncLength, 2, f.echEnc);
  r.vector(f.echPayloadLength, 2, f.echPayload);
}
