// Certificates: the mesh's own authority (P-384, SHA-384) and the short-lived ones of peers (Ed25519, SPIFFE URI).

import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  type webcrypto,
  X509Certificate,
} from 'node:crypto';
import type * as X509 from '@peculiar/x509';
import { ownCopy } from '../wire/schema.ts';
import { rawKey, remembered, sha256, sha256Text } from './keys.ts';
import { MESH_NAME, PEER_ID, spiffeUri } from './names.ts';

export const LEAF_HOURS = 24;
export const ROOT_YEARS = 10;
const HOUR_MS = 3_600_000;
/** Certificates begin a little earlier, for clocks that are behind. */
const BACKDATE_MS = 5 * 60_000;

/** What a peer's certificate says. */
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

/**
 * @peculiar/x509 takes a third of a second to load and is needed only to issue and to ask for certificates: so it is loaded
 * then. It wants the metadata polyfill before it.
 */
async function library(): Promise<typeof X509> {
  await import('reflect-metadata');
  // It is CommonJS: where it was bundled, the default export is all there is.
  return (await import('@peculiar/x509')).default as unknown as typeof X509;
}

const ROOT_ALGORITHM = { name: 'ECDSA', namedCurve: 'P-384', hash: 'SHA-384' };

async function webKeys(key: KeyObject, algorithm: object): Promise<webcrypto.CryptoKeyPair> {
  const { subtle } = globalThis.crypto;
  const secret = new Uint8Array(key.export({ type: 'pkcs8', format: 'der' }));
  const open = new Uint8Array(createPublicKey(key).export({ type: 'spki', format: 'der' }));
  return {
    privateKey: await subtle.importKey('pkcs8', secret, algorithm as webcrypto.EcKeyImportParams, false, [
      'sign',
    ]),
    publicKey: await subtle.importKey('spki', open, algorithm as webcrypto.EcKeyImportParams, true, [
      'verify',
    ]),
  };
}

/** A new root of trust: its key, and its certificate in DER. */
export async function newRoot(mesh: string, nowMs: number): Promise<{ key: KeyObject; certificate: Buffer }> {
  const x509 = await library();
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' });
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: [{ CN: [`${mesh} mesh authority ${randomBytes(4).toString('hex')}`] }],
    serialNumber: serialNumber(),
    notBefore: new Date(nowMs - BACKDATE_MS),
    notAfter: new Date(nowMs + ROOT_YEARS * 365.25 * 24 * HOUR_MS),
    keys: await webKeys(privateKey, ROOT_ALGORITHM),
    signingAlgorithm: ROOT_ALGORITHM,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
    ],
  });
  return { key: privateKey, certificate: Buffer.from(certificate.rawData) };
}

/** PKCS#10 (RFC 2986): proves that whoever asks holds the key, and says which name it wants. */
export async function newRequest(privateKey: KeyObject, id: string): Promise<Buffer> {
  const x509 = await library();
  const request = await x509.Pkcs10CertificateRequestGenerator.create({
    name: [{ CN: [id] }],
    keys: await webKeys(privateKey, { name: 'Ed25519' }),
    signingAlgorithm: { name: 'Ed25519' },
  });
  return Buffer.from(request.rawData);
}

/** @throws CertificateError if it is no request, not signed by its own key, or for a key or name of another kind */
export async function readRequest(der: Uint8Array): Promise<{ id: string; publicKey: Uint8Array }> {
  const x509 = await library();
  try {
    const request = new x509.Pkcs10CertificateRequest(new Uint8Array(der));
    const key = createPublicKey({ key: Buffer.from(request.publicKey.rawData), format: 'der', type: 'spki' });
    const id = request.subjectName.getField('CN')[0] ?? '';
    if (key.asymmetricKeyType !== 'ed25519') throw new CertificateError('the key is not Ed25519');
    if (!PEER_ID.test(id)) throw new CertificateError('the name is none that peers may have');
    if (!(await request.verify())) throw new CertificateError('the request is not signed by its key');
    return { id, publicKey: rawKey(key) };
  } catch (error) {
    if (error instanceof CertificateError) throw error;
    throw new CertificateError('the certificate request cannot be read');
  }
}

export interface Issuer {
  mesh: string;
  key: KeyObject;
  certificate: Uint8Array;
  /** How long leaves are good. */
  leafHours: number;
}

/** Of each root's key its form for signing, which is slow to make. */
const signingKeys = new WeakMap<KeyObject, Promise<webcrypto.CryptoKeyPair>>();

export async function issueLeaf(
  issuer: Issuer,
  id: string,
  publicKey: KeyObject,
  nowMs: number,
): Promise<Buffer> {
  const x509 = await library();
  const spki = new Uint8Array(publicKey.export({ type: 'spki', format: 'der' }));
  const signing = signingKeys.get(issuer.key) ?? webKeys(issuer.key, ROOT_ALGORITHM);
  signingKeys.set(issuer.key, signing);
  const { privateKey } = await signing;
  const certificate = await x509.X509CertificateGenerator.create({
    subject: [{ CN: [id] }],
    issuer: [{ CN: [commonNameOf(issuer.certificate)] }],
    serialNumber: serialNumber(),
    notBefore: new Date(nowMs - BACKDATE_MS),
    notAfter: new Date(nowMs + issuer.leafHours * HOUR_MS),
    publicKey: await globalThis.crypto.subtle.importKey('spki', spki, 'Ed25519', true, ['verify']),
    signingKey: privateKey,
    signingAlgorithm: ROOT_ALGORITHM,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([
        x509.ExtendedKeyUsage.serverAuth,
        x509.ExtendedKeyUsage.clientAuth,
      ]),
      new x509.SubjectAlternativeNameExtension([{ type: 'url', value: spiffeUri(issuer.mesh, id) }]),
    ],
  });
  return Buffer.from(certificate.rawData);
}

function commonNameOf(root: Uint8Array): string {
  return /^CN=(.*)$/m.exec(new X509Certificate(root).subject)?.[1] ?? '';
}

/** 16 random bytes, positive and without a leading zero (RFC 5280 §4.1.2.2). */
function serialNumber(): string {
  const bytes = randomBytes(16);
  bytes[0] = (bytes[0]! & 0x3f) | 0x40;
  return bytes.toString('hex');
}

const leaves = new Map<string, Identity | null>();
const LEAVES_MAX = 5_000;

/** Reads a peer's certificate. What it says is true only if `isIssuedBy` one of the roots. Null if it is none. */
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

/** Whether one of the roots (DER) has signed the certificate. Says nothing about dates. */
export function isIssuedBy(leaf: Uint8Array, roots: readonly Uint8Array[]): boolean {
  return roots.some((root) =>
    remembered(sha256Text('issued', sha256(leaf), root), () => {
      const certificate = new X509Certificate(leaf);
      const issuer = new X509Certificate(root);
      return issuer.ca && certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
    }),
  );
}

export function rootKey(root: Uint8Array): KeyObject {
  return new X509Certificate(root).publicKey;
}

export function rootBeginsMs(root: Uint8Array): number {
  return new X509Certificate(root).validFromDate.getTime();
}

export function rootExpiresMs(root: Uint8Array): number {
  return new X509Certificate(root).validToDate.getTime();
}

export function pemOf(der: Uint8Array): string {
  return new X509Certificate(der).toString();
}

export function readKeyPem(pem: string): KeyObject {
  return createPrivateKey(pem);
}
