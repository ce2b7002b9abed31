// SSL 2.0 (draft-hickman-netscape-ssl-00): records, and the compatible hello with which later versions may begin.
import { u16 } from '../../core/bytes.ts';
import { bool, type Field, none, uint } from '../../core/field.ts';
import { FieldReader } from '../../core/field-reader.ts';
import type { Sink } from '../../core/sink.ts';
import type { HandshakeFields } from './fields.ts';
import { versionName } from './names.ts';

const messageNames: Readonly<Record<number, string>> = {
  0: 'Error',
  1: 'Client Hello',
  2: 'Client Master Key',
  3: 'Client Finished',
  4: 'Server Hello',
  5: 'Server Verify',
  6: 'Server Finished',
  7: 'Request Certificate',
  8: 'Client Certificate',
};

const hs = 'tls.handshake';
export const ssl2Fields = {
  isEscape: bool('tls.record.is_escape', 'Is Escape'),
  paddingLength: uint('tls.record.padding_length', 'Padding Length'),
  cipherSpecsLength: uint(`${hs}.cipher_spec_len`, 'Cipher Spec Length'),
  challengeLength: uint(`${hs}.challenge_length`, 'Challenge Length'),
  cipherSpec: uint(`${hs}.cipherspec`, 'Cipher Spec').hex(3),
  challenge: none(`${hs}.challenge`, 'Challenge'),
  sessionIdHit: bool(`${hs}.session_id_hit`, 'Session ID Hit'),
  connectionIdLength: uint(`${hs}.connection_id_length`, 'Connection ID Length'),
  connectionId: none(`${hs}.connection_id`, 'Connection ID'),
  clearKeyLength: uint(`${hs}.clear_key_length`, 'Clear Key Data Length'),
  encryptedKeyLength: uint(`${hs}.encrypted_key_length`, 'Encrypted Key Data Length'),
  keyArgLength: uint(`${hs}.key_arg_length`, 'Key Argument Length'),
  encryptedKey: none(`${hs}.encrypted_key`, 'Encrypted Key'),
};

/** Bytes of the record header: the first bit tells whether a padding length follows. */
export function ssl2Header(b: Uint8Array, at: number): number {
  return b[at]! & 0x80 ? 2 : 3;
}

/** Bytes of the record behind its header. */
export function ssl2Length(b: Uint8Array, at: number): number {
  return u16(b, at) & (b[at]! & 0x80 ? 0x7fff : 0x3fff);
}

/** From its answer on (types 2 to 8) the session is SSL 2.0; a ClientHello may lead to any version. */
export function settlesSsl2(b: Uint8Array, at: number, end: number): boolean {
  const i = at + ssl2Header(b, at);
  return i < end && b[i]! >= 2 && b[i]! <= 8;
}

/** The message in clear at [at, end) of a record body, or null when it looks encrypted. */
function messageName(b: Uint8Array, at: number, end: number): string | null {
  const name = at < end ? messageNames[b[at]!] : undefined;
  if (name === undefined) return null;
  const type = b[at]!;
  if (type === 1) return at + 3 <= end && versionName(u16(b, at + 1)) !== undefined ? name : null;
  if (type === 4) return at + 5 <= end && versionName(u16(b, at + 3)) !== undefined ? name : null;
  if (type !== 2 || at + 10 > end) return null;
  return u16(b, at + 4) + u16(b, at + 6) + u16(b, at + 8) <= end - at ? name : null;
}

/** The certificate in a ServerHello of the record [at, end): its place, or null. */
export function ssl2Certificate(b: Uint8Array, at: number, end: number): readonly [number, number] | null {
  const body = at + ssl2Header(b, at);
  if (messageName(b, body, end) !== 'Server Hello' || body + 11 > end) return null;
  const length = u16(b, body + 5);
  return length > 0 && body + 11 + length <= end ? [body + 11, body + 11 + length] : null;
}

/** Contents of the record at `at`, for the Info column. */
export function ssl2Info(b: Uint8Array, at: number, end: number): string {
  return messageName(b, at + ssl2Header(b, at), end) ?? 'Encrypted Data';
}

/** Writes the record [at, end). */
export function emitSsl2(out: Sink, f: HandshakeFields, b: Uint8Array, at: number, end: number): void {
  const header = ssl2Header(b, at);
  const name = messageName(b, at + header, end);
  out.open(f.record, at, end - at);
  out.note(`: SSLv2 ${name ?? 'Encrypted Data'}`);
  // SSL 2.0 records carry no version; the field is generated so that it can be filtered on.
  out.add(f.recordVersion, at, 0, 0x0002);
  if (name !== null) {
    out.add(f.recordLength, at, header, ssl2Length(b, at));
    if (header === 3) {
      out.add(ssl2Fields.isEscape, at, 1, (b[at]! & 0x40) !== 0);
      out.add(ssl2Fields.paddingLength, at + 2, 1);
    }
    const r = new FieldReader(out, b, at + header, end);
    const type = r.number(f.type, 1);
    if (type === 1) clientHello(r, f);
    else if (type === 2) masterKey(r);
    else if (type === 4) serverHello(r, f);
  }
  out.close();
}

function cipherSpecs(r: FieldReader, f: HandshakeFields, length: number): void {
  r.part(length).list(f.cipherSuites, ssl2Fields.cipherSpec, 3, 'spec');
}

function clientHello(r: FieldReader, f: HandshakeFields): void {
  r.number(f.version, 2);
  const specs = r.number(ssl2Fields.cipherSpecsLength, 2);
  const sessionId = r.number(f.sessionIdLength, 2);
  const challenge = r.number(ssl2Fields.challengeLength, 2);
  cipherSpecs(r, f, specs);
  if (sessionId > 0) r.bytes(f.sessionId, sessionId);
  optional(r, ssl2Fields.challenge, challenge);
}

function masterKey(r: FieldReader): void {
  r.number(ssl2Fields.cipherSpec, 3);
  const clear = r.number(ssl2Fields.clearKeyLength, 2);
  const encrypted = r.number(ssl2Fields.encryptedKeyLength, 2);
  r.number(ssl2Fields.keyArgLength, 2);
  r.part(clear);
  optional(r, ssl2Fields.encryptedKey, encrypted);
}

function serverHello(r: FieldReader, f: HandshakeFields): void {
  r.number(ssl2Fields.sessionIdHit, 1);
  r.number(f.clientCertType, 1);
  r.number(f.version, 2);
  const certificate = r.number(f.certificateLength, 2);
  const specs = r.number(ssl2Fields.cipherSpecsLength, 2);
  const id = r.number(ssl2Fields.connectionIdLength, 2);
  r.bytes(f.certificate, certificate);
  cipherSpecs(r, f, specs);
  optional(r, ssl2Fields.connectionId, id);
}

function optional(r: FieldReader, field: Field, length: number): void {
  if (length > 0) r.bytes(field, length);
}
