// X.509 certificates (RFC 5280): the mesh's own authority (ECDSA P-384, SHA-384) and the short-lived leaf certificates
// of peers (Ed25519, named by a SPIFFE URI).

import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
  verify,
  X509Certificate,
} from 'node:crypto';
import { ownCopy } from '../wire/schema.ts';
import {
  bits,
  DerError,
  DerReader,
  der,
  flags,
  integer,
  numbered,
  oid,
  sequence,
  tags,
  time,
} from './der.ts';
import { rawKey, remembered, sha256, sha256Text } from './keys.ts';
import { MESH_NAME, PEER_ID, spiffeUri } from './names.ts';

export const LEAF_HOURS = 24;
const ROOT_YEARS = 10;
const INTERMEDIATE_YEARS = 2;
const HOUR_MS = 3_600_000;
const YEAR_MS = 365.25 * 24 * HOUR_MS;
/** Validity begins this much before the time of issue, to tolerate peers whose clock is slow. */
const BACKDATE_MS = 5 * 60_000;

/** The content of a peer's certificate. */
export interface Identity {
  mesh: string;
  id: string;
  /** Raw Ed25519 key. */
  publicKey: Uint8Array;
  serial: string;
  beginsMs: number;
  expiresMs: number;
}

export class CertificateError extends Error {}

/** RFC 5758 §3.2, RFC 8410 §3. */
const ECDSA_SHA384 = sequence(oid('1.2.840.10045.4.3.3'));
const ED25519 = sequence(oid('1.3.101.112'));
/** RFC 5280 §4.2.1 and appendix A. */
const COMMON_NAME = oid('2.5.4.3');
const KEY_USAGE = oid('2.5.29.15');
const ALTERNATIVE_NAME = oid('2.5.29.17');
const BASIC_CONSTRAINTS = oid('2.5.29.19');
const EXTENDED_KEY_USAGE = oid('2.5.29.37');
const SERVER_AND_CLIENT = sequence(oid('1.3.6.1.5.5.7.3.1'), oid('1.3.6.1.5.5.7.3.2'));
const [DIGITAL_SIGNATURE, CERTIFICATE_SIGN, CRL_SIGN] = [0, 5, 6];
const URI_TAG = 0x86;
const TRUE = der(tags.boolean, Buffer.of(0xff));

/** A distinguished name with a common name as its only attribute. */
function commonName(text: string): Buffer {
  return sequence(der(tags.set, sequence(COMMON_NAME, der(tags.utf8, Buffer.from(text)))));
}

function extension(id: Buffer, isCritical: boolean, value: Buffer): Buffer {
  return sequence(id, ...(isCritical ? [TRUE] : []), der(tags.octets, value));
}

function spkiOf(key: KeyObject): Buffer {
  return key.export({ type: 'spki', format: 'der' });
}

interface Certified {
  issuer: Buffer;
  subject: Buffer;
  key: KeyObject;
  beginsMs: number;
  expiresMs: number;
  extensions: Buffer[];
}

/** Builds and signs a certificate (RFC 5280 §4.1). */
function certify({ issuer, subject, key, ...rest }: Certified, signer: KeyObject): Buffer {
  const text = sequence(
    der(numbered(0), integer(2)),
    integer(...serialNumber()),
    ECDSA_SHA384,
    issuer,
    sequence(time(rest.beginsMs), time(rest.expiresMs)),
    subject,
    spkiOf(key),
    der(numbered(3), sequence(...rest.extensions)),
  );
  return sequence(text, ECDSA_SHA384, bits(sign('sha384', text, signer)));
}

export interface SigningKey {
  key: KeyObject;
  /** DER. */
  certificate: Uint8Array;
}

/**
 * Makes a new root of trust: a key and its self-signed certificate.
 *
 * @param below path length constraint: number of intermediates allowed below the root (RFC 5280 §4.2.1.9)
 */
export function newRoot(mesh: string, nowMs: number, below: 0 | 1 = 0): SigningKey {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' });
  const name = commonName(`${mesh} mesh authority ${randomBytes(4).toString('hex')}`);
  const certified: Certified = {
    ...{ issuer: name, subject: name, key: publicKey },
    beginsMs: nowMs - BACKDATE_MS,
    expiresMs: nowMs + ROOT_YEARS * YEAR_MS,
    extensions: authorityExtensions(below),
  };
  return { key: privateKey, certificate: certify(certified, privateKey) };
}

/** Makes an intermediate authority, so that the root's key can be kept offline. It never outlives its root. */
export function newIntermediate(mesh: string, root: SigningKey, nowMs: number): SigningKey {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' });
  const certified: Certified = {
    issuer: subjectOf(root.certificate),
    subject: commonName(`${mesh} mesh intermediate ${randomBytes(4).toString('hex')}`),
    key: publicKey,
    beginsMs: nowMs - BACKDATE_MS,
    expiresMs: Math.min(rootExpiresMs(root.certificate), nowMs + INTERMEDIATE_YEARS * YEAR_MS),
    extensions: authorityExtensions(0),
  };
  return { key: privateKey, certificate: certify(certified, root.key) };
}

function authorityExtensions(below: 0 | 1): Buffer[] {
  return [
    extension(BASIC_CONSTRAINTS, true, sequence(TRUE, integer(below))),
    extension(KEY_USAGE, true, flags(CERTIFICATE_SIGN, CRL_SIGN)),
  ];
}

/** Makes a PKCS#10 request (RFC 2986 §4), which names the applicant and proves that it holds the key. */
export function newRequest(privateKey: KeyObject, id: string): Buffer {
  const spki = spkiOf(createPublicKey(privateKey));
  const text = sequence(integer(0), commonName(id), spki, der(numbered(0)));
  return sequence(text, ED25519, bits(sign(null, text, privateKey)));
}

/** @throws CertificateError if the request is malformed, not signed by its own key, or its key or name is unsupported */
export function readRequest(request: Uint8Array): { id: string; publicKey: Uint8Array } {
  try {
    const { text, name, spki, signature } = partsOf(request);
    const key = createPublicKey({ key: spki, format: 'der', type: 'spki' });
    if (key.asymmetricKeyType !== 'ed25519') throw new CertificateError('the key is not Ed25519');
    if (!PEER_ID.test(name)) throw new CertificateError('the name is none that peers may have');
    if (!verify(null, text, key, signature))
      throw new CertificateError('the request is not signed by its key');
    return { id: name, publicKey: rawKey(key) };
  } catch (error) {
    if (error instanceof CertificateError) throw error;
    throw new CertificateError('the certificate request cannot be read');
  }
}

/** @throws DerError */
function partsOf(request: Uint8Array): { text: Buffer; name: string; spki: Buffer; signature: Buffer } {
  const outside = new DerReader(request);
  const all = outside.enter(tags.sequence);
  outside.end();
  const text = all.take(tags.sequence);
  all.take(tags.sequence);
  const signature = all.take(tags.bits).content;
  all.end();
  if (signature[0] !== 0) throw new DerError('the signature is not a whole number of bytes');
  const inside = new DerReader(text.content);
  inside.take(tags.integer);
  const name = nameIn(inside.enter(tags.sequence));
  const spki = inside.take(tags.sequence).whole;
  return { text: text.whole, name, spki, signature: signature.subarray(1) };
}

/** Reads the common name, which must be the only attribute. @throws DerError */
function nameIn(parts: DerReader): string {
  const set = parts.enter(tags.set);
  parts.end();
  const part = set.enter(tags.sequence);
  set.end();
  if (!part.take(tags.oid).whole.equals(COMMON_NAME)) throw new DerError('the name is not a common name');
  // RFC 5280 §4.1.2.4 allows both; other tools often write a PrintableString.
  return part.take(tags.utf8, tags.printable).content.toString('utf8');
}

export interface Issuer {
  mesh: string;
  key: KeyObject;
  certificate: Uint8Array;
  /** Lifetime of a leaf. */
  leafHours: number;
}

export function issueLeaf(issuer: Issuer, id: string, publicKey: KeyObject, nowMs: number): Buffer {
  const certified: Certified = {
    issuer: subjectOf(issuer.certificate),
    subject: commonName(id),
    key: publicKey,
    beginsMs: nowMs - BACKDATE_MS,
    expiresMs: nowMs + issuer.leafHours * HOUR_MS,
    extensions: [
      extension(BASIC_CONSTRAINTS, true, sequence()),
      extension(KEY_USAGE, true, flags(DIGITAL_SIGNATURE)),
      extension(EXTENDED_KEY_USAGE, false, SERVER_AND_CLIENT),
      extension(ALTERNATIVE_NAME, false, sequence(der(URI_TAG, Buffer.from(spiffeUri(issuer.mesh, id))))),
    ],
  };
  const leaf = certify(certified, issuer.key);
  // Seeds the cache: other peers in this process need not verify the signature.
  remembered(issuedName(leaf, issuer.certificate), () => true);
  return leaf;
}

/** The subject as encoded: the issuer field of a child must match it byte for byte (RFC 5280 §6.1.3). */
function subjectOf(certificate: Uint8Array): Buffer {
  const text = new DerReader(certificate).enter(tags.sequence).enter(tags.sequence);
  text.take(numbered(0));
  text.take(tags.integer);
  // Algorithm, issuer, validity.
  for (let i = 0; i < 3; i++) text.take(tags.sequence);
  return text.take(tags.sequence).whole;
}

/** 16 random bytes, positive and without a leading zero (RFC 5280 §4.1.2.2). */
function serialNumber(): Buffer {
  const bytes = randomBytes(16);
  bytes[0] = (bytes[0]! & 0x3f) | 0x40;
  return bytes;
}

const leaves = new Map<string, Identity | null>();
const LEAVES_MAX = 5_000;

/** Parses a peer's certificate without verifying it (see `isIssuedBy`); null if it is not a valid peer certificate. */
export function readLeaf(der: Uint8Array): Identity | null {
  const name = sha256Text(der);
  const known = leaves.get(name);
  if (known !== undefined) return known;
  const identity = parseLeaf(der);
  if (leaves.size >= LEAVES_MAX) leaves.delete(leaves.keys().next().value!);
  leaves.set(name, identity);
  return identity;
}

function parseLeaf(der: Uint8Array): Identity | null {
  try {
    const certificate = new X509Certificate(der);
    const match = /^URI:spiffe:\/\/([a-z0-9.-]+)\/peer\/([a-z0-9._-]+)$/.exec(
      certificate.subjectAltName ?? '',
    );
    const [mesh, id] = [match?.[1] ?? '', match?.[2] ?? ''];
    if (!MESH_NAME.test(mesh) || !PEER_ID.test(id)) return null;
    if (certificate.ca || certificate.publicKey.asymmetricKeyType !== 'ed25519') return null;
    return {
      mesh,
      id,
      publicKey: ownCopy(rawKey(certificate.publicKey)),
      serial: certificate.serialNumber,
      beginsMs: certificate.validFromDate.getTime(),
      expiresMs: certificate.validToDate.getTime(),
    };
  } catch {
    return null;
  }
}

/** Whether one of the roots (DER) issued and signed the certificate. Does not check validity dates. */
export function isIssuedBy(leaf: Uint8Array, roots: readonly Uint8Array[]): boolean {
  return roots.some((root) =>
    remembered(issuedName(leaf, root), () => {
      const certificate = new X509Certificate(leaf);
      const issuer = new X509Certificate(root);
      return issuer.ca && certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
    }),
  );
}

function issuedName(leaf: Uint8Array, root: Uint8Array): string {
  return sha256Text('issued', sha256(leaf), root);
}

/** Whether the certificate is self-issued, as opposed to an intermediate. */
export function isRoot(certificate: Uint8Array): boolean {
  const read = new X509Certificate(certificate);
  return read.checkIssued(read);
}

export function rootKey(root: Uint8Array): KeyObject {
  return new X509Certificate(root).publicKey;
}

export function rootBeginsMs(root: Uint8Array): number {
  return new X509Certificate(root).validFromDate.getTime();
}

/** Cached, because each session needs it and parsing is slow. */
const ends = new WeakMap<Uint8Array, number>();

export function rootExpiresMs(root: Uint8Array): number {
  const known = ends.get(root);
  if (known !== undefined) return known;
  const endMs = new X509Certificate(root).validToDate.getTime();
  ends.set(root, endMs);
  return endMs;
}

export function pemOf(der: Uint8Array): string {
  return new X509Certificate(der).toString();
}

export function readKeyPem(pem: string): KeyObject {
  return createPrivateKey(pem);
}
