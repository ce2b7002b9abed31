// x509.log: the certificates of handshakes (https://docs.zeek.org/en/master/logs/x509.html).
import type { KeyObject, X509Certificate } from 'node:crypto';
import type { Column, LogKind } from '../write/log-kind.ts';

export interface CertificateSeen {
  readonly time: number;
  readonly fingerprint: string;
  readonly certificate: X509Certificate;
  readonly key: KeyObject | null;
  /** It is a server's own, or a client's own. */
  readonly isHost: boolean;
  readonly isClient: boolean;
}

const columns: readonly Column<CertificateSeen>[] = [
  ['ts', 'time', ({ time }) => time],
  ['fingerprint', 'string', ({ fingerprint }) => fingerprint],
  ['certificate.version', 'count', ({ certificate }) => versionOf(certificate.raw)],
  ['certificate.serial', 'string', ({ certificate }) => certificate.serialNumber],
  ['certificate.subject', 'string', ({ certificate }) => distinguishedName(certificate.subject)],
  ['certificate.issuer', 'string', ({ certificate }) => distinguishedName(certificate.issuer)],
  ['certificate.not_valid_before', 'time', ({ certificate }) => certificate.validFromDate.getTime() / 1000],
  ['certificate.not_valid_after', 'time', ({ certificate }) => certificate.validToDate.getTime() / 1000],
  ['certificate.key_alg', 'string', ({ key }) => KEY_ALGORITHMS[typeOf(key)] ?? typeOf(key)],
  ['certificate.sig_alg', 'string', ({ certificate }) => certificate.signatureAlgorithm],
  ['certificate.key_type', 'string', ({ key }) => KEY_TYPES[typeOf(key)] ?? 'unknown'],
  ['certificate.key_length', 'count', ({ key }) => keyBits(key)],
  ['certificate.exponent', 'string', ({ key }) => key?.asymmetricKeyDetails?.publicExponent?.toString()],
  ['certificate.curve', 'string', ({ key }) => key?.asymmetricKeyDetails?.namedCurve],
  ['san.dns', 'vector[string]', ({ certificate }) => alternatives(certificate, 'DNS')],
  ['san.uri', 'vector[string]', ({ certificate }) => alternatives(certificate, 'URI')],
  ['san.email', 'vector[string]', ({ certificate }) => alternatives(certificate, 'email')],
  ['san.ip', 'vector[addr]', ({ certificate }) => alternatives(certificate, 'IP Address')],
  [
    'basic_constraints.ca',
    'bool',
    ({ certificate }) => (hasConstraints(certificate.raw) ? certificate.ca : null),
  ],
  ['basic_constraints.path_len', 'count', ({ certificate }) => pathLength(certificate.raw)],
  ['host_cert', 'bool', ({ isHost }) => isHost],
  ['client_cert', 'bool', ({ isClient }) => isClient],
];

export const x509Log: LogKind<CertificateSeen> = { path: 'x509', columns };

/** Node has a name in each line, the most general first; RFC 4514 §2.1 begins with the most particular. */
export function distinguishedName(lines: string | undefined): string {
  return (lines ?? '').split('\n').reverse().join(',');
}

/** By Node's names of types of keys, those of OpenSSL and Zeek. */
const KEY_ALGORITHMS: Readonly<Record<string, string>> = {
  rsa: 'rsaEncryption',
  'rsa-pss': 'rsassaPss',
  dsa: 'dsaEncryption',
  ec: 'id-ecPublicKey',
  ed25519: 'ED25519',
  ed448: 'ED448',
};
const KEY_TYPES: Readonly<Record<string, string>> = { rsa: 'rsa', dsa: 'dsa', ec: 'ecdsa' };

function typeOf(key: KeyObject | null): string {
  return key?.asymmetricKeyType ?? 'unknown';
}

const CURVE_BITS: Readonly<Record<string, number>> = {
  ...{ prime256v1: 256, secp256k1: 256, secp224r1: 224, secp384r1: 384, secp521r1: 521 },
};

function keyBits(key: KeyObject | null): number | null {
  const { modulusLength, namedCurve = '' } = key?.asymmetricKeyDetails ?? {};
  return modulusLength ?? CURVE_BITS[namedCurve] ?? null;
}

/** `DNS:a.example, IP Address:192.0.2.1`; a name with commas in it stands in quotes. */
function alternatives({ subjectAltName }: X509Certificate, kind: string): string[] | null {
  if (subjectAltName === undefined) return null;
  const names = [...subjectAltName.matchAll(/([\w ]+):("(?:[^"\\]|\\.)*"|[^,]*)(?:, |$)/g)]
    .filter(([, each]) => each === kind)
    .map(([, , name = '']) => (name.startsWith('"') ? String(JSON.parse(name)) : name));
  return names.length === 0 ? null : names;
}

/** Basic constraints: object identifier 2.5.29.19 (RFC 5280 §4.2.1.9). */
const CONSTRAINTS = Buffer.from('0603551d13', 'hex');

function hasConstraints(der: Buffer): boolean {
  return der.includes(CONSTRAINTS);
}

/** The integer that ends `SEQUENCE { cA BOOLEAN, pathLenConstraint INTEGER }`, where there is one. */
function pathLength(der: Buffer): number | null {
  const at = der.indexOf(CONSTRAINTS);
  if (at < 0) return null;
  let value = at + CONSTRAINTS.length;
  if (der[value] === 1) value += 3;
  const fields = der.subarray(value + 2, value + 2 + (der[value + 1] ?? 0));
  // SEQUENCE of BOOLEAN true, then INTEGER of one byte.
  return fields.length === 8 && fields[0] === 0x30 && fields[2] === 1 && fields[5] === 2 ? fields[7]! : null;
}

/** RFC 5280 §4.1.2.1: version 1 is not written; others are in [0], one less than they are called. */
function versionOf(der: Buffer): number {
  const skip = (at: number): number => at + 2 + (der[at + 1]! > 0x80 ? der[at + 1]! - 0x80 : 0);
  const inside = skip(skip(0));
  return der[inside] === 0xa0 ? (der[inside + 4] ?? 0) + 1 : 1;
}
