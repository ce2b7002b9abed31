// State of a TLS conversation, and how its version follows from its messages.
import { u16, u24 } from '../../core/bytes.ts';
import type { Packet } from '../../core/packet.ts';
import { handshakeTypeNames } from './names.ts';

export const SSL2 = 0x0002;
export const SSL3 = 0x0300;
export const TLS10 = 0x0301;
export const TLS12 = 0x0303;
export const TLS13 = 0x0304;
/** GM/T 0024, SSL VPN with the Chinese algorithms. */
export const GMTLS = 0x0101;
export const DTLS10_OPENSSL = 0x0100;
export const DTLS10 = 0xfeff;
export const DTLS12 = 0xfefd;
export const DTLS13 = 0xfefc;

export const CHANGE_CIPHER_SPEC = 20;
export const ALERT = 21;
export const HANDSHAKE = 22;
export const APPLICATION_DATA = 23;
export const HEARTBEAT = 24;
/** RFC 9146 §4: a record of DTLS that carries a connection identifier. */
export const TLS12_CID = 25;

export const CLIENT_HELLO = 1;
export const SERVER_HELLO = 2;
export const ENCRYPTED_EXTENSIONS = 8;

/** A handshake message of which some records have come. */
export interface PendingMessage {
  bytes: Uint8Array;
  have: number;
}

export interface TlsSession {
  /** As the ServerHello or a first record has it; 0: not known yet. */
  version: number;
  /** Cipher suite of the ServerHello. */
  cipher: number;
  /** The application protocol that was negotiated in clear (RFC 7301); '' without one. */
  alpn: string;
  /** Of each direction: the frame with its ChangeCipherSpec, 0: none yet; later handshake messages are encrypted. */
  changedFrame: [number, number];
  pending: [PendingMessage | null, PendingMessage | null];
  /** The latest frame that was read before the version was known; 0: none. */
  openFrame: number;
}

const newSession = (): TlsSession => ({
  version: 0,
  cipher: 0,
  alpn: '',
  changedFrame: [0, 0],
  pending: [null, null],
  openFrame: 0,
});

export function tlsSession(p: Packet): TlsSession {
  return p.session.stateOf(p, 'tls', newSession);
}

const COLUMNS: Readonly<Record<number, string>> = {
  [SSL2]: 'SSLv2',
  [SSL3]: 'SSLv3',
  [TLS10]: 'TLSv1',
  0x0302: 'TLSv1.1',
  [TLS12]: 'TLSv1.2',
  [TLS13]: 'TLSv1.3',
  [GMTLS]: 'GMTLSv1',
  [DTLS10_OPENSSL]: 'DTLS 1.0 (OpenSSL pre 0.9.8f)',
  [DTLS10]: 'DTLSv1.0',
  [DTLS12]: 'DTLSv1.2',
  [DTLS13]: 'DTLSv1.3',
};

/** The Protocol column of a version; undefined when it is none. */
export function versionColumn(version: number): string | undefined {
  return COLUMNS[version];
}

/** Drafts of TLS 1.3 count as it (RFC 8446 §4.2.1 of the drafts; 0xfbxx are those of one implementer). */
function settled(version: number): number {
  if ((version >= 0x7f0e && version <= 0x7f1c) || version === 0xfb17 || version === 0xfb1a) return TLS13;
  if (version === 0x7e01 || version === 0x7e02) return TLS13;
  return version;
}

/** Version of the session after a message with version `offered`; versions outside the family are ignored. */
export function newVersion(known: number, offered: number, isDatagram: boolean): number {
  const version = settled(offered);
  const isDtls = version === DTLS10_OPENSSL || (version >= DTLS13 && version <= DTLS10);
  return versionColumn(version) !== undefined && version !== SSL2 && isDtls === isDatagram ? version : known;
}

/**
 * True if a record determines the session's version. That of a ClientHello does not: it is only an offer. `first` is
 * the record's first byte, for handshakes the message type.
 */
export function isAuthoritative(contentType: number, first: number): boolean {
  return contentType !== HANDSHAKE || (first !== CLIENT_HELLO && handshakeTypeNames[first] !== undefined);
}

const SUPPORTED_VERSIONS = 43;
const EARLY_DATA = 42;
/** Version, random, and the length of the session identifier behind them (RFC 8446 §4.1.2, §4.1.3). */
const HELLO_FIXED = 35;

/** The body of an extension of a hello, or -1. `at` is where the list of extensions starts, its length first. */
function findExtension(b: Uint8Array, at: number, end: number, type: number): number {
  if (at + 2 > end) return -1;
  const stop = Math.min(end, at + 2 + u16(b, at));
  for (let i = at + 2; i + 4 <= stop; i += 4 + u16(b, i + 2)) if (u16(b, i) === type) return i + 4;
  return -1;
}

/** Offset of the extensions in a ServerHello body. */
function serverExtensions(b: Uint8Array, at: number, end: number): number {
  return at + HELLO_FIXED > end ? end : at + HELLO_FIXED + b[at + 34]! + 3;
}

/** Version selected by a ServerHello (RFC 8446 §4.2.1); [at, end) is its body. */
export function serverHelloVersion(b: Uint8Array, at: number, end: number): number {
  if (at + 2 > end) return 0;
  const extension = findExtension(b, serverExtensions(b, at, end), end, SUPPORTED_VERSIONS);
  return extension >= 0 && extension + 2 <= end ? u16(b, extension) : u16(b, at);
}

/** The cipher suite of a ServerHello body, 0 when it is cut. */
export function serverHelloCipher(b: Uint8Array, at: number, end: number): number {
  const i = at + HELLO_FIXED > end ? end : at + HELLO_FIXED + b[at + 34]!;
  return i + 2 <= end ? u16(b, i) : 0;
}

/** RFC 8446 §4.1.3: the random value that makes a ServerHello a HelloRetryRequest, SHA-256 of that word. */
const RETRY_RANDOM = [
  0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91, 0xc2, 0xa2,
  0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c,
];

export function isRetryRequest(b: Uint8Array, at: number, end: number): boolean {
  return at + 34 <= end && RETRY_RANDOM.every((byte, i) => b[at + 2 + i] === byte);
}

/** True if the ClientHello body announces early data, which implies TLS 1.3 (RFC 8446 §4.2.10). */
function offersEarlyData(b: Uint8Array, at: number, end: number): boolean {
  if (at + HELLO_FIXED > end) return false;
  let i = at + HELLO_FIXED + b[at + 34]!;
  if (i + 2 > end) return false;
  i += 2 + u16(b, i);
  if (i + 1 > end) return false;
  return findExtension(b, i + 1 + b[i]!, end, EARLY_DATA) >= 0;
}

const CONNECTION_ID = 54;

/** The length of the connection identifier that a hello of DTLS offers (RFC 9146 §3); 0: none. */
export function findConnectionId(b: Uint8Array, at: number, end: number, isClient: boolean): number {
  let extensions = serverExtensions(b, at, end);
  if (isClient) {
    extensions = end;
    let i = at + HELLO_FIXED > end ? end : at + HELLO_FIXED + b[at + 34]!;
    // Preceded by cookie, cipher suites and compression methods.
    if (i < end) i += 1 + b[i]!;
    if (i + 2 <= end) i += 2 + u16(b, i);
    if (i < end) extensions = i + 1 + b[i]!;
  }
  const extension = findExtension(b, extensions, end, CONNECTION_ID);
  return extension >= 0 && extension < end ? b[extension]! : 0;
}

/** The version of the session after this whole handshake message [at, end), header of 4 bytes included. */
export function versionAfterMessage(known: number, b: Uint8Array, at: number, end: number): number {
  if (b[at] === SERVER_HELLO) return newVersion(known, serverHelloVersion(b, at + 4, end), false);
  if (b[at] === CLIENT_HELLO && offersEarlyData(b, at + 4, end)) return TLS13;
  return known;
}

/** Bytes of the handshake message that starts at `at`, header included. */
export function messageLength(b: Uint8Array, at: number): number {
  return 4 + u24(b, at + 1);
}
