// Handshake messages of TLS (RFC 5246, RFC 8446) and DTLS (RFC 6347, RFC 9147).
import { u16, u32 } from '../../core/bytes.ts';
import { FieldReader } from '../../core/field-reader.ts';
import type { Sink } from '../../core/sink.ts';
import { cipherSuiteNames } from './cipher-suites.ts';
import { NAMES_SHOWN_MAX } from './contents.ts';
import { datagramFields } from './dtls-fields.ts';
import { emitExtensions, signature, signatures } from './extensions.ts';
import type { HandshakeFields } from './fields.ts';
import { type Carrier, ja3sText, ja3Text, ja4, md5Text } from './fingerprints.ts';
import { CLIENT_HELLO, DTLS12, DTLS13, isRetryRequest, SERVER_HELLO, SSL3, TLS12, TLS13 } from './session.ts';

/** Context on which the format of a message depends. */
export interface MessageContext {
  readonly version: number;
  /** Cipher suite of the session, for the form of the key exchange. */
  readonly cipher: number;
  readonly carrier: Carrier;
}

const ENCRYPTED_EXTENSIONS = 8;
const CERTIFICATE = 11;
const CERTIFICATE_REQUEST = 13;

type Emit = (r: FieldReader, f: HandshakeFields, context: MessageContext) => void;

const isTls13 = (context: MessageContext): boolean => context.version === TLS13 || context.version === DTLS13;

/** By message type; the others have no fields of their own. */
const emitters = new Map<number, Emit>([
  [CLIENT_HELLO, clientHello],
  [SERVER_HELLO, serverHello],
  [3, helloVerifyRequest],
  [4, newSessionTicket],
  [6, oldRetryRequest],
  [ENCRYPTED_EXTENSIONS, (r, f) => emitExtensions(r, f, ENCRYPTED_EXTENSIONS)],
  [CERTIFICATE, certificate],
  [12, serverKeyExchange],
  [CERTIFICATE_REQUEST, certificateRequest],
  [15, certificateVerify],
  [16, clientKeyExchange],
  [20, (r, f) => r.bytes(f.verifyData, r.left)],
  [22, certificateStatus],
  [24, (r, f) => r.number(f.keyUpdate, 1)],
  [67, (r, f) => r.vector(f.npnSelectedLength, 1, f.npnSelected)],
]);

/** Writes the body [at, end) of a message of this type. */
export function emitBody(
  out: Sink,
  f: HandshakeFields,
  type: number,
  b: Uint8Array,
  at: number,
  end: number,
  context: MessageContext,
): void {
  emitters.get(type)?.(new FieldReader(out, b, at, end), f, context);
}

/** RFC 8446 §4.1.2: the first four bytes were a time once (RFC 5246 §7.4.1.2). */
function random(r: FieldReader, f: HandshakeFields, context: MessageContext): void {
  if (r.left < 32) return;
  r.out.open(f.random, r.at, 32);
  if (!isTls13(context)) {
    r.out.add(f.randomTime, r.at, 4, BigInt(u32(r.b, r.at)) * 1_000_000_000n);
    r.out.add(f.randomBytes, r.at + 4, 28);
  }
  r.out.close();
  r.at += 32;
}

function clientHello(r: FieldReader, f: HandshakeFields, context: MessageContext): void {
  const start = r.at;
  const { out, b, end } = r;
  const isDatagram = context.carrier === 'd';
  r.number(f.version, 2);
  random(r, f, context);
  r.vector(f.sessionIdLength, 1, f.sessionId);
  if (isDatagram) r.vector(datagramFields.helloCookieLength, 1, datagramFields.helloCookie);
  const suites = r.number(f.cipherSuitesLength, 2);
  r.part(suites).list(f.cipherSuites, f.cipherSuite, 2, 'suite');
  const compressions = r.number(f.compressionsLength, 1);
  r.part(compressions).list(f.compressions, f.compression, 1, 'method');
  emitExtensions(r, f, CLIENT_HELLO);
  if (out.wants(f.ja4) || out.wants(f.ja4Raw)) {
    const print = ja4(b, start, end, context.carrier);
    out.add(f.ja4, start, 0, print.short);
    out.add(f.ja4Raw, start, 0, print.raw);
  }
  if (!out.wants(f.ja3) && !out.wants(f.ja3Full)) return;
  const text = ja3Text(b, start, end, isDatagram);
  out.add(f.ja3Full, start, 0, text);
  out.add(f.ja3, start, 0, md5Text(text));
}

function serverHello(r: FieldReader, f: HandshakeFields, context: MessageContext): void {
  const start = r.at;
  const { out, b, end } = r;
  r.number(f.version, 2);
  random(r, f, context);
  if (isRetryRequest(b, start, end)) out.note(' (HelloRetryRequest magic)');
  r.vector(f.sessionIdLength, 1, f.sessionId);
  r.number(f.cipherSuite, 2);
  r.number(f.compression, 1);
  emitExtensions(r, f, SERVER_HELLO);
  if (!out.wants(f.ja3s) && !out.wants(f.ja3sFull)) return;
  const text = ja3sText(b, start, end, context.carrier === 'd');
  out.add(f.ja3sFull, start, 0, text);
  out.add(f.ja3s, start, 0, md5Text(text));
}

/** Of drafts of TLS 1.3 up to 21, the later ones with a cipher suite. */
function oldRetryRequest(r: FieldReader, f: HandshakeFields): void {
  r.number(f.version, 2);
  if (r.left > 2 && r.b[r.at] === 0x13) r.number(f.cipherSuite, 2);
  emitExtensions(r, f, SERVER_HELLO);
}

/** RFC 6347 §4.2.1. */
function helloVerifyRequest(r: FieldReader, f: HandshakeFields): void {
  r.number(f.version, 2);
  r.vector(datagramFields.helloCookieLength, 1, datagramFields.helloCookie);
}

/** RFC 5077 §3.3, RFC 8446 §4.6.1. */
function newSessionTicket(r: FieldReader, f: HandshakeFields, context: MessageContext): void {
  r.number(f.ticketLifetime, 4);
  if (isTls13(context)) {
    r.number(f.ticketAgeAdd, 4);
    r.vector(f.ticketNonceLength, 1, f.ticketNonce);
  }
  r.vector(f.ticketLength, 2, f.ticket);
  if (isTls13(context)) emitExtensions(r, f, 4);
}

/** RFC 5246 §7.4.2, RFC 8446 §4.4.2. Certificate contents are layers of their own. */
function certificate(r: FieldReader, f: HandshakeFields, context: MessageContext): void {
  if (isTls13(context)) r.vector(f.requestContextLength, 1, f.requestContext);
  const list = r.part(3 + Math.min(r.peek(3), Math.max(0, r.left - 3)));
  list.number(f.certificatesLength, 3);
  if (list.left === 0) return;
  r.out.open(f.certificates, list.at, list.left);
  r.out.note(` (${list.left} bytes)`);
  while (list.left >= 3) {
    list.vector(f.certificateLength, 3, f.certificate);
    if (isTls13(context)) emitExtensions(list, f, CERTIFICATE);
  }
  r.out.close();
}

/** Key exchange, by the name of the cipher suite. */
type Exchange = keyof typeof EXCHANGES | 'rsa' | 'other';

/** How Wireshark heads the parameters. */
const EXCHANGES = {
  ec: 'EC Diffie-Hellman',
  dh: 'Diffie-Hellman',
  psk: 'PSK',
  'ec-psk': 'EC Diffie-Hellman PSK',
  'dh-psk': 'Diffie-Hellman PSK',
  'rsa-psk': 'RSA PSK',
};

function exchangeOf(cipher: number): Exchange {
  const name = cipherSuiteNames[cipher] ?? '';
  if (/^TLS_ECDHE?_PSK/.test(name)) return 'ec-psk';
  if (/^TLS_ECDH/.test(name)) return 'ec';
  if (/^TLS_DHE_PSK/.test(name)) return 'dh-psk';
  if (/^TLS_DHE?_/.test(name)) return 'dh';
  if (/^TLS_RSA_PSK/.test(name)) return 'rsa-psk';
  if (/^TLS_PSK/.test(name)) return 'psk';
  return /^(TLS|SSL)_RSA_/.test(name) ? 'rsa' : 'other';
}

/** RFC 5246 §7.4.3, RFC 8422 §5.4, RFC 4279 §2 and §3. */
function serverKeyExchange(r: FieldReader, f: HandshakeFields, context: MessageContext): void {
  const exchange = exchangeOf(context.cipher);
  if (exchange === 'rsa' || exchange === 'other') return;
  r.out.group(`${EXCHANGES[exchange]} Server Params`, r.at, r.left);
  serverParameters(r, f, context, exchange);
  r.out.close();
}

function serverParameters(
  r: FieldReader,
  f: HandshakeFields,
  context: MessageContext,
  exchange: Exchange,
): void {
  if (exchange.endsWith('psk')) r.vector(f.hintLength, 2, f.hint);
  if (exchange.startsWith('ec')) {
    if (r.number(f.curveType, 1) !== 3) return;
    r.number(f.namedCurve, 2);
    r.vector(f.serverPointLength, 1, f.serverPoint);
  } else if (exchange.startsWith('dh')) {
    r.vector(f.pLength, 2, f.p);
    r.vector(f.gLength, 2, f.g);
    r.vector(f.ysLength, 2, f.ys);
  } else return;
  if (r.left < 4) return;
  if (context.version === TLS12 || context.version === DTLS12) signature(r, f);
  r.vector(f.signatureLength, 2, f.signatureBytes);
}

/** RFC 5246 §7.4.7, RFC 8422 §5.7. */
function clientKeyExchange(r: FieldReader, f: HandshakeFields, context: MessageContext): void {
  const exchange = exchangeOf(context.cipher);
  if (exchange === 'other') return;
  const title =
    exchange === 'rsa' ? 'RSA Encrypted PreMaster Secret' : `${EXCHANGES[exchange]} Client Params`;
  r.out.group(title, r.at, r.left);
  if (exchange.endsWith('psk')) r.vector(f.identityLength, 2, f.identity);
  if (exchange.startsWith('ec')) r.vector(f.clientPointLength, 1, f.clientPoint);
  else if (exchange.startsWith('dh')) r.vector(f.ycLength, 2, f.yc);
  else if (exchange.startsWith('rsa')) {
    // SSL 3.0 had no length before it.
    if (context.version === SSL3) r.bytes(f.epms, r.left);
    else r.vector(f.epmsLength, 2, f.epms);
  }
  r.out.close();
}

/** RFC 5246 §7.4.4, RFC 8446 §4.3.2. */
function certificateRequest(r: FieldReader, f: HandshakeFields, context: MessageContext): void {
  if (isTls13(context)) {
    r.vector(f.requestContextLength, 1, f.requestContext);
    emitExtensions(r, f, CERTIFICATE_REQUEST);
    return;
  }
  const types = r.number(f.certTypesCount, 1);
  r.part(types).list(f.certTypes, f.clientCertType, 1, 'type');
  if (hasSignatures(r)) signatures(r, f);
  const size = r.number(f.namesLength, 2);
  const names = r.part(size);
  if (names.left === 0) return;
  r.out.open(f.names, names.at, names.left);
  for (let n = 0; names.left >= 2; n++) {
    if (n === NAMES_SHOWN_MAX) {
      r.out.add(f.namesTruncated, names.at, names.left);
      break;
    }
    names.vector(f.nameLength, 2, f.name);
  }
  r.out.close();
}

/** From TLS 1.2 on, signature algorithms precede the names: recognized by both together filling the message. */
function hasSignatures(r: FieldReader): boolean {
  const first = r.peek(2);
  return r.left >= first + 4 && first + 4 + u16(r.b, r.at + 2 + first) === r.left;
}

/** RFC 5246 §7.4.8. */
function certificateVerify(r: FieldReader, f: HandshakeFields, context: MessageContext): void {
  if (context.version === TLS12 || context.version === DTLS12 || isTls13(context)) signature(r, f);
  r.vector(f.verifyLength, 2, f.verifySignature);
}

/** RFC 6066 §8; the response itself is a layer. */
function certificateStatus(r: FieldReader, f: HandshakeFields): void {
  if (r.number(f.statusType, 1) === 1) {
    r.part(r.number(f.ocspLength, 3));
    return;
  }
  r.number(f.ocspListLength, 3);
  while (r.left >= 3) r.part(r.number(f.ocspLength, 3));
}
