// X.509 certificates and revocation lists (RFC 5280), as carried by TLS, OCSP, IKE and others. Their trees are nested
// in the carrier's; frame.protocols lists the protocol of each attribute and extension.
import { NESTED, type Packet } from '../../core/packet.ts';
import { protocol } from '../../core/protocol.ts';
import { mediaTypes, takeContent } from '../media/types.ts';
import {
  BIT_STRING,
  constructed,
  context,
  Der,
  GENERALIZED_TIME,
  INTEGER,
  integer,
  SEQUENCE,
  UTC_TIME,
} from './der.ts';
import { readAlgorithm, readExtensions } from './extensions.ts';
import { f } from './fields.ts';
import { nameText, readName } from './name.ts';
import { enterOids } from './oid-table.ts';
import { Walk } from './walk.ts';

/** Mark of a layer that is a revocation list (media type application/pkix-crl) rather than a certificate. */
const REVOCATION_LIST = 0;
const CERTIFICATE = 1;
const NAME = 2;

export const x509af = protocol({
  name: 'x509af',
  title: 'X.509',
  column: 'PKIX-CRL',
  info: () => 'Certificate Revocation List',
  fields: f,
  step(p) {
    readLayer(p, p.layer, new Walk(p), p.buf, p.at, p.end);
    p.at = p.end;
    return null;
  },
  emit(p, layer, out) {
    readLayer(p, layer, new Walk(null, out), p.bufferOf(layer), p.start[layer]!, p.stop[layer]!);
  },
  headline(p, layer) {
    const der = new Der(p.bufferOf(layer), p.start[layer]!, p.stop[layer]!);
    if (p.mark[layer] === NAME) return der.take(SEQUENCE) ? `: ${nameText(der)}` : '';
    return p.mark[layer] === REVOCATION_LIST
      ? ': Certificate Revocation List'
      : `: Certificate (${subjectText(der)})`;
  },
});

/** A certificate that is itself a body (media type application/pkix-cert, RFC 2585 §4). */
export const pkixCert = protocol({
  name: 'pkix-cert',
  title: 'Certificate',
  step(p) {
    takeContent(p);
    certificateAt(p, p.at, p.end);
    return null;
  },
});

// Attributes and parameters that Wireshark attributes to x509af.
enterOids(x509af, '0.9.2342.19200300.100.1', '1');
enterOids(x509af, '1.2.840.10040.4', '1');
enterOids(x509af, '2.5.4', '36-40 53 58-59');
mediaTypes.add(x509af, 'application/pkix-crl');
mediaTypes.add(pkixCert, 'application/pkix-cert');

function readLayer(p: Packet, layer: number, w: Walk, b: Uint8Array, at: number, end: number): void {
  const der = new Der(b, at, end);
  if (!der.take(SEQUENCE)) return;
  const kind = p.mark[layer]!;
  if (kind === NAME) readName(w, der);
  else if (kind === REVOCATION_LIST) readRevocationList(w, der);
  else readCertificate(w, der);
}

/** Dissects the certificate at [at, end) of the current buffer as layers within the current one. */
export function certificateAt(p: Packet, at: number, end: number): void {
  nest(p, CERTIFICATE, at, end);
}

/** Dissects the distinguished name at [at, end). */
export function nameAt(p: Packet, at: number, end: number): void {
  nest(p, NAME, at, end);
}

function nest(p: Packet, kind: number, at: number, end: number): void {
  const { at: oldAt, end: oldEnd } = p;
  p.at = at;
  p.end = end;
  if (p.push(x509af, NESTED)) {
    p.mark[p.layer] = kind;
    x509af.step(p);
  }
  p.at = oldAt;
  p.end = oldEnd;
}

/** Certificate, §4.1; the current element is its SEQUENCE. */
function readCertificate(w: Walk, certificate: Der): void {
  const outer = certificate.inside();
  if (!outer.take(SEQUENCE)) return;
  w.open(f.signedCertificate, outer);
  readSigned(w, outer.inside());
  w.out.close();
  if (outer.take(SEQUENCE)) readAlgorithm(w, outer, f.algorithmIdentifier);
  if (outer.take(BIT_STRING)) w.bits(f.encrypted, outer);
}

function readSigned(w: Walk, der: Der): void {
  const { out } = w;
  if (der.take(constructed(0))) {
    const version = der.inside();
    if (version.take(INTEGER))
      out.add(f.version, version.at, version.length, integer(version.b, version.at, version.stop));
  }
  if (der.take(INTEGER)) w.add(f.serialNumber, der);
  if (der.take(SEQUENCE)) readAlgorithm(w, der, f.signature);
  if (der.take(SEQUENCE)) {
    w.open(f.issuer, der, 0);
    readName(w, der);
    out.close();
  }
  if (der.take(SEQUENCE)) {
    w.open(f.validity, der);
    const times = der.inside();
    if (times.next()) w.time(f.notBefore, times);
    if (times.next()) w.time(f.notAfter, times);
    out.close();
  }
  if (der.take(SEQUENCE)) {
    w.open(f.subject, der, 0);
    readName(w, der, f.subjectRdnSequence);
    out.close();
  }
  if (der.take(SEQUENCE)) readPublicKey(w, der);
  if (der.take(context(1))) w.add(f.issuerUniqueIdentifier, der);
  if (der.take(context(2))) w.add(f.subjectUniqueIdentifier, der);
  if (der.take(constructed(3))) {
    const list = der.inside();
    if (list.take(SEQUENCE)) readExtensions(w, list, f.extensions);
  }
}

/**
 * SubjectPublicKeyInfo, §4.1.2.7; the current element is its SEQUENCE. A raw public key (RFC 7250) consists of it
 * alone.
 */
function readPublicKey(w: Walk, der: Der): void {
  w.open(f.subjectPublicKeyInfo, der);
  const inner = der.inside();
  if (inner.take(SEQUENCE)) readAlgorithm(w, inner, f.algorithm);
  if (inner.take(BIT_STRING) && inner.length > 0) {
    w.out.add(f.bitPadding, inner.at, 1);
    w.out.open(f.subjectPublicKey, inner.at + 1, inner.length - 1);
    const key = new Der(inner.b, inner.at + 1, inner.stop);
    // RFC 8017 §A.1.1: an RSA key is a SEQUENCE of modulus and exponent.
    if (key.take(SEQUENCE)) {
      const parts = key.inside();
      if (parts.take(INTEGER)) w.add(f.modulus, parts);
      if (parts.take(INTEGER))
        w.out.add(f.publicExponent, parts.at, parts.length, integer(parts.b, parts.at, parts.stop));
    }
    w.out.close();
  }
  w.out.close();
}

/** CertificateList, RFC 5280 §5.1. */
function readRevocationList(w: Walk, list: Der): void {
  const outer = list.inside();
  if (!outer.take(SEQUENCE)) return;
  w.open(f.signedCertificateList, outer);
  const der = outer.inside();
  if (der.take(INTEGER)) w.out.add(f.version, der.at, der.length, integer(der.b, der.at, der.stop));
  if (der.take(SEQUENCE)) readAlgorithm(w, der, f.signature);
  if (der.take(SEQUENCE)) {
    w.open(f.issuer, der, 0);
    readName(w, der);
    w.out.close();
  }
  if (der.take(UTC_TIME) || der.take(GENERALIZED_TIME)) w.time(f.thisUpdate, der);
  if (der.take(UTC_TIME) || der.take(GENERALIZED_TIME)) w.time(f.nextUpdate, der);
  if (der.take(SEQUENCE)) readRevoked(w, der);
  if (der.take(constructed(0))) {
    const extensions = der.inside();
    if (extensions.take(SEQUENCE)) readExtensions(w, extensions, f.crlExtensions);
  }
  w.out.close();
  if (outer.take(SEQUENCE)) readAlgorithm(w, outer, f.algorithmIdentifier);
  if (outer.take(BIT_STRING)) w.bits(f.encrypted, outer);
}

function readRevoked(w: Walk, der: Der): void {
  w.open(f.revokedCertificates, der, der.items);
  for (const entries = der.inside(); entries.next(); ) {
    w.open(f.revokedCertificate, entries);
    const inner = entries.inside();
    if (inner.take(INTEGER)) w.add(f.revokedSerial, inner);
    if (inner.next()) w.time(f.revocationDate, inner);
    if (inner.take(SEQUENCE)) readExtensions(w, inner, f.crlEntryExtensions);
    w.out.close();
  }
  w.out.close();
}

function subjectText(certificate: Der): string {
  const signed = certificate.take(SEQUENCE) ? certificate.inside() : certificate;
  const der = signed.take(SEQUENCE) ? signed.inside() : signed;
  der.take(constructed(0));
  der.take(INTEGER);
  const isComplete = der.take(SEQUENCE) && der.take(SEQUENCE) && der.take(SEQUENCE) && der.take(SEQUENCE);
  return isComplete ? nameText(der) : '';
}
