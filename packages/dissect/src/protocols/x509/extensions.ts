// Extensions of certificates and revocation lists (RFC 5280 §4.2, §5.2, §5.3).
import type { Field } from '../../core/field.ts';
import {
  BIT_STRING,
  constructed,
  context,
  type Der,
  IA5_STRING,
  INTEGER,
  integer,
  OID,
  SEQUENCE,
  SET,
  stringText,
} from './der.ts';
import { f } from './fields.ts';
import { readAttributeValue, readGeneralName, readGeneralNames } from './name.ts';
import type { Walk } from './walk.ts';

type Reader = (w: Walk, value: Der) => void;

const ia5 =
  (field: Field): Reader =>
  (w, value) =>
    w.text(field, value, stringText(value.b, IA5_STRING, value.at, value.stop));

/** Readers of extension values (the OCTET STRING), by object identifier. */
const readers = new Map<string, Reader>([
  ['1.2.840.113549.1.9.15', (w, value) => readTypedValues(w, value)],
  ['1.3.6.1.5.5.7.1.3', (w, value) => readTypedValues(w, value)],
  ['2.5.29.9', readDirectoryAttributes],
  ['2.5.29.14', (w, value) => w.add(f.subjectKeyIdentifier, value)],
  ['2.5.29.15', readKeyUsage],
  ['2.5.29.17', (w, value) => readGeneralNames(w, value)],
  ['2.5.29.18', (w, value) => readGeneralNames(w, value)],
  ['2.5.29.19', readBasicConstraints],
  ['2.5.29.20', (w, value) => w.add(f.crlNumber, value)],
  ['2.5.29.21', (w, value) => w.add(f.crlReason, value)],
  ['2.5.29.28', readIssuingPoint],
  ['2.5.29.29', (w, value) => readGeneralNames(w, value)],
  ['2.5.29.30', readNameConstraints],
  ['2.5.29.31', readDistributionPoints],
  ['2.5.29.32', readPolicies],
  ['2.5.29.35', readAuthorityKey],
  ['2.5.29.37', readKeyPurposes],
  ['2.5.29.46', readDistributionPoints],
  ['1.3.6.1.4.1.311.21.10', readPolicies],
  ['1.3.6.1.4.1.311.20.2', (w, value) => readAttributeValue(w, '', value)],
  ['1.3.6.1.4.1.311.21.1', (w, value) => readAttributeValue(w, '', value)],
  ['1.3.6.1.5.5.7.1.1', readAccess],
  ['2.16.840.1.113730.1.1', (w, value) => w.bits(f.netscapeCertType, value)],
  ['2.16.840.1.113730.1.2', ia5(f.netscapeBaseUrl)],
  ['2.16.840.1.113730.1.3', ia5(f.netscapeRevocationUrl)],
  ['2.16.840.1.113730.1.4', ia5(f.netscapeCaRevocationUrl)],
  ['2.16.840.1.113730.1.7', ia5(f.netscapeRenewalUrl)],
  ['2.16.840.1.113730.1.8', ia5(f.netscapeCaPolicyUrl)],
  ['2.16.840.1.113730.1.12', ia5(f.netscapeServerName)],
  ['2.16.840.1.113730.1.13', ia5(f.netscapeComment)],
]);

/** Extensions; the current element is their SEQUENCE. */
export function readExtensions(w: Walk, der: Der, field: Field): void {
  w.open(field, der, der.items);
  for (const list = der.inside(); list.next(); ) if (list.tag === SEQUENCE) readExtension(w, list);
  w.out.close();
}

function readExtension(w: Walk, der: Der): void {
  const inner = der.inside();
  w.open(f.extension, der);
  if (inner.take(OID)) {
    const oid = w.oid(f.extensionId, inner);
    if (inner.take(0x01)) w.add(f.critical, inner);
    if (inner.next()) {
      w.list(oid, inner);
      const value = inner.inside();
      if (value.next()) readers.get(oid)?.(w, value);
    }
  }
  w.out.close();
}

/** Names of the KeyUsage bits (§4.2.1.3), beginning with the most significant bit of the first octet. */
const KEY_USAGES = [
  f.digitalSignature,
  f.contentCommitment,
  f.keyEncipherment,
  f.dataEncipherment,
  f.keyAgreement,
  f.keyCertSign,
  f.crlSign,
  f.encipherOnly,
  f.decipherOnly,
] as const;

function readKeyUsage(w: Walk, value: Der): void {
  if (value.tag !== BIT_STRING || value.length < 2) return;
  const at = value.at + 1;
  w.out.add(f.bitPadding, value.at, 1);
  w.out.open(f.keyUsage, at, value.stop - at);
  KEY_USAGES.forEach((field, bit) => {
    const octet = at + (bit >> 3);
    w.out.add(field, at, 1, octet < value.stop && (value.b[octet]! & (0x80 >> (bit & 7))) !== 0);
  });
  w.out.close();
}

function readBasicConstraints(w: Walk, value: Der): void {
  const inner = value.inside();
  w.open(f.basicConstraints, value);
  if (value.length === 0) w.out.note(' [0 length]');
  if (inner.take(0x01)) w.add(f.isCa, inner);
  if (inner.take(INTEGER))
    w.out.add(f.pathLenConstraint, inner.at, inner.length, integer(inner.b, inner.at, inner.stop));
  w.out.close();
}

/** NameConstraints, §4.2.1.10: lists of subtrees, each a general name with minimum and maximum. */
function readNameConstraints(w: Walk, value: Der): void {
  w.open(f.nameConstraints, value);
  for (const kinds = value.inside(); kinds.next(); ) {
    w.open(kinds.tag === constructed(0) ? f.permittedSubtrees : f.excludedSubtrees, kinds, kinds.items);
    for (const subtrees = kinds.inside(); subtrees.next(); ) {
      w.open(f.generalSubtree, subtrees);
      const base = subtrees.inside();
      if (base.next()) readGeneralName(w, base, f.subtreeBase);
      w.out.close();
    }
    w.out.close();
  }
  w.out.close();
}

/** CRLDistributionPoints, §4.2.1.13. */
function readDistributionPoints(w: Walk, value: Der): void {
  w.open(f.distributionPoints, value, value.items);
  for (const points = value.inside(); points.next(); ) readDistributionPoint(w, points, f.distributionPoint);
  w.out.close();
}

/** IssuingDistributionPoint, §5.2.5, whose first element is the distribution point's name. */
function readIssuingPoint(w: Walk, value: Der): void {
  readDistributionPoint(w, value, f.issuingPoint);
}

function readDistributionPoint(w: Walk, point: Der, field: Field): void {
  w.open(field, point);
  const inner = point.inside();
  if (inner.take(constructed(0))) {
    const name = inner.inside();
    if (name.next()) {
      w.open(f.pointName, name, name.tag & 0x1f);
      if (name.tag === constructed(0)) readGeneralNames(w, name, f.fullName);
      w.out.close();
    }
  }
  if (inner.take(context(1)) || inner.take(constructed(2))) {
    if (inner.tag === constructed(2) || inner.take(constructed(2))) readGeneralNames(w, inner, f.crlIssuer);
  }
  w.out.close();
}

/** CertificatePolicies, §4.2.1.4. */
function readPolicies(w: Walk, value: Der): void {
  w.open(f.policies, value, value.items);
  for (const policies = value.inside(); policies.next(); ) {
    w.open(f.policy, policies);
    readPolicy(w, policies.inside());
    w.out.close();
  }
  w.out.close();
}

function readPolicy(w: Walk, inner: Der): void {
  if (!inner.take(OID)) return;
  w.oid(f.policyIdentifier, inner);
  if (!inner.take(SEQUENCE)) return;
  w.open(f.policyQualifiers, inner, inner.items);
  for (const qualifiers = inner.inside(); qualifiers.next(); ) {
    w.open(f.policyQualifier, qualifiers);
    readQualifier(w, qualifiers);
    w.out.close();
  }
  w.out.close();
}

const PRACTICE_STATEMENT = '1.3.6.1.5.5.7.2.1';

function readQualifier(w: Walk, qualifier: Der): void {
  const inner = qualifier.inside();
  if (!inner.take(OID)) return;
  const oid = w.oid(f.qualifierId, inner);
  if (!inner.next()) return;
  w.list(oid, inner);
  if (oid === PRACTICE_STATEMENT)
    w.text(f.practiceStatement, inner, stringText(inner.b, inner.tag, inner.at, inner.stop));
}

/** AuthorityKeyIdentifier, §4.2.1.1. */
function readAuthorityKey(w: Walk, value: Der): void {
  w.open(f.authorityKey, value);
  const inner = value.inside();
  if (inner.take(context(0))) w.add(f.keyIdentifier, inner);
  if (inner.take(constructed(1))) readGeneralNames(w, inner, f.authorityCertIssuer);
  if (inner.take(context(2))) w.add(f.authorityCertSerialNumber, inner);
  w.out.close();
}

/** ExtKeyUsage, §4.2.1.12. */
function readKeyPurposes(w: Walk, value: Der): void {
  w.open(f.keyPurposes, value, value.items);
  for (const purposes = value.inside(); purposes.take(OID); ) w.oid(f.keyPurpose, purposes);
  w.out.close();
}

/** AuthorityInfoAccess, §4.2.2.1. */
function readAccess(w: Walk, value: Der): void {
  w.open(f.accessDescriptions, value, value.items);
  for (const list = value.inside(); list.next(); ) {
    w.open(f.accessDescription, list);
    const inner = list.inside();
    if (inner.take(OID)) {
      w.oid(f.accessMethod, inner);
      if (inner.next()) readGeneralName(w, inner, f.accessLocation);
    }
    w.out.close();
  }
  w.out.close();
}

/** Lists of identifiers with optional values: statements (RFC 3739 §3.2.6), S/MIME capabilities (RFC 8551 §2.5.2). */
function readTypedValues(w: Walk, value: Der): void {
  for (const list = value.inside(); list.next(); ) {
    const inner = list.inside();
    if (!inner.take(OID)) continue;
    const oid = w.oid(f.oid, inner);
    if (inner.next()) w.list(oid, inner);
  }
}

/** SubjectDirectoryAttributes, §4.2.1.8. */
function readDirectoryAttributes(w: Walk, value: Der): void {
  for (const list = value.inside(); list.next(); ) {
    const inner = list.inside();
    if (!inner.take(OID)) continue;
    const oid = w.oid(f.oid, inner);
    if (!inner.take(SET)) continue;
    for (const values = inner.inside(); values.next(); ) readAttributeValue(w, oid, values);
  }
}

/** AlgorithmIdentifier; lists the protocol of its parameters. The current element is its SEQUENCE. */
export function readAlgorithm(w: Walk, der: Der, field: Field): void {
  w.open(field, der);
  const inner = der.inside();
  if (inner.take(OID)) {
    const oid = w.oid(f.algorithmId, inner);
    if (inner.next()) readParameters(w, oid, inner);
  }
  w.out.close();
}

/** Explicit curve parameters (SEC 1 §C.2), which begin with the field type. */
function readField(w: Walk, parameters: Der): void {
  const inner = parameters.inside();
  inner.take(INTEGER);
  if (!inner.take(SEQUENCE)) return;
  const field = inner.inside();
  if (!field.take(OID)) return;
  const oid = w.oid(f.fieldType, field);
  if (field.next()) w.list(oid, field);
}

const EC_PUBLIC_KEY = '1.2.840.10045.2.1';
const RSASSA_PSS = '1.2.840.113549.1.1.10';

function readParameters(w: Walk, oid: string, value: Der): void {
  if (oid === EC_PUBLIC_KEY) {
    // RFC 5480 §2.1.1: a named curve, or explicit parameters; other forms are not dissected.
    if (value.tag !== OID && value.tag !== SEQUENCE) return;
    w.list(oid, value);
    if (value.tag === OID) w.oid(f.namedCurve, value);
    else readField(w, value);
    return;
  }
  w.list(oid, value);
  if (oid !== RSASSA_PSS) return;
  // RFC 4055 §3.1: the hash and the mask generation function are algorithm identifiers themselves.
  for (const inner = value.inside(); inner.next(); ) {
    const algorithm = inner.inside();
    if (inner.tag <= constructed(1) && algorithm.take(SEQUENCE)) readAlgorithm(w, algorithm, f.algorithm);
  }
}
