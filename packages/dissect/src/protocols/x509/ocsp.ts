// Online Certificate Status Protocol (RFC 6960): requests and responses, as a body of HTTP or stapled in TLS.
import { bytes, none, text, time, uint } from '../../core/field.ts';
import { NESTED, type Packet } from '../../core/packet.ts';
import { protocol } from '../../core/protocol.ts';
import { mediaTypes } from '../media/types.ts';
import { certificateAt } from './certificate.ts';
import {
  BIT_STRING,
  constructed,
  context,
  Der,
  ENUMERATED,
  GENERALIZED_TIME,
  INTEGER,
  OCTET_STRING,
  OID,
  SEQUENCE,
} from './der.ts';
import { readAlgorithm, readExtensions } from './extensions.ts';
import { readGeneralName, readName } from './name.ts';
import { enterOids } from './oid-table.ts';
import { Walk } from './walk.ts';

const f = {
  tbsRequest: none('ocsp.tbsRequest_element', 'tbsRequest'),
  requestorName: uint('ocsp.requestorName', 'requestorName'),
  requestList: uint('ocsp.requestList', 'requestList'),
  request: none('ocsp.Request_element', 'Request'),
  reqCert: none('ocsp.reqCert_element', 'reqCert'),
  hashAlgorithm: none('ocsp.hashAlgorithm_element', 'hashAlgorithm'),
  issuerNameHash: bytes('ocsp.issuerNameHash', 'issuerNameHash'),
  issuerKeyHash: bytes('ocsp.issuerKeyHash', 'issuerKeyHash'),
  serialNumber: bytes('ocsp.serialNumber', 'serialNumber'),
  singleRequestExtensions: uint('ocsp.singleRequestExtensions', 'singleRequestExtensions'),
  requestExtensions: uint('ocsp.requestExtensions', 'requestExtensions'),
  responseStatus: uint('ocsp.responseStatus', 'responseStatus').named({
    0: 'successful',
    1: 'malformedRequest',
    2: 'internalError',
    3: 'tryLater',
    5: 'sigRequired',
    6: 'unauthorized',
  }),
  responseBytes: none('ocsp.responseBytes_element', 'responseBytes'),
  responseType: text('ocsp.responseType.id', 'ResponseType Id'),
  basicResponse: none('ocsp.BasicOCSPResponse_element', 'BasicOCSPResponse'),
  tbsResponseData: none('ocsp.tbsResponseData_element', 'tbsResponseData'),
  responderId: uint('ocsp.responderID', 'responderID').named({ 1: 'byName', 2: 'byKey' }),
  byName: uint('ocsp.byName', 'byName'),
  byKey: bytes('ocsp.byKey', 'byKey'),
  producedAt: time('ocsp.producedAt', 'producedAt'),
  responses: uint('ocsp.responses', 'responses'),
  singleResponse: none('ocsp.SingleResponse_element', 'SingleResponse'),
  certId: none('ocsp.certID_element', 'certID'),
  certStatus: uint('ocsp.certStatus', 'certStatus').named({ 0: 'good', 1: 'revoked', 2: 'unknown' }),
  good: none('ocsp.good_element', 'good'),
  revoked: none('ocsp.revoked_element', 'revoked'),
  unknown: none('ocsp.unknown_element', 'unknown'),
  revocationTime: time('ocsp.revocationTime', 'revocationTime'),
  thisUpdate: time('ocsp.thisUpdate', 'thisUpdate'),
  nextUpdate: time('ocsp.nextUpdate', 'nextUpdate'),
  singleExtensions: uint('ocsp.singleExtensions', 'singleExtensions'),
  responseExtensions: uint('ocsp.responseExtensions', 'responseExtensions'),
  signatureAlgorithm: none('ocsp.signatureAlgorithm_element', 'signatureAlgorithm'),
  signature: bytes('ocsp.signature', 'signature'),
  certs: uint('ocsp.certs', 'certs'),
};

export const ocsp = protocol({
  name: 'ocsp',
  title: 'Online Certificate Status Protocol',
  column: 'OCSP',
  fields: f,
  step(p) {
    read(new Walk(p), new Der(p.buf, p.at, p.end));
    p.at = p.end;
    return null;
  },
  emit(p, layer, out) {
    read(new Walk(null, out), new Der(p.bufferOf(layer), p.start[layer]!, p.stop[layer]!));
  },
  info: (p, layer) =>
    isResponse(p.bufferOf(layer), p.start[layer]!, p.stop[layer]!) ? 'Response' : 'Request',
});

// Object identifiers of a basic response, a nonce and other extensions (§4.2.1, §4.4).
enterOids(ocsp, '1.3.6.1.5.5.7.48.1', '1-7');
// OCSP over HTTP, appendix A.
mediaTypes.add(ocsp, 'application/ocsp-request', 'application/ocsp-response');

/** Dissects an OCSPResponse at [at, end) of the current buffer within the current layer; it is not listed itself. */
export function ocspResponseAt(p: Packet, at: number, end: number): void {
  const { at: oldAt, end: oldEnd } = p;
  p.at = at;
  p.end = end;
  if (p.push(ocsp, NESTED)) ocsp.step(p);
  p.at = oldAt;
  p.end = oldEnd;
}

/**
 * Distinguishes a response, which begins with its status (§4.2.1), from a request, which begins with its body (§4.1.1).
 */
function isResponse(b: Uint8Array, at: number, end: number): boolean {
  const der = new Der(b, at, end);
  return der.take(SEQUENCE) && der.inside().take(ENUMERATED);
}

function read(w: Walk, der: Der): void {
  if (!der.take(SEQUENCE)) return;
  const inner = der.inside();
  if (inner.take(ENUMERATED)) readResponse(w, inner);
  else if (inner.take(SEQUENCE)) readRequest(w, inner);
}

/** OCSPRequest, §4.1.1. */
function readRequest(w: Walk, tbs: Der): void {
  w.open(f.tbsRequest, tbs);
  const der = tbs.inside();
  der.take(constructed(0));
  if (der.take(constructed(1))) {
    const name = der.inside();
    if (name.next()) readGeneralName(w, name, f.requestorName);
  }
  if (der.take(SEQUENCE)) {
    w.open(f.requestList, der, der.items);
    for (const list = der.inside(); list.take(SEQUENCE); ) {
      w.open(f.request, list);
      const request = list.inside();
      if (request.take(SEQUENCE)) readCertId(w, request, f.reqCert);
      readTagged(w, request, 0, f.singleRequestExtensions);
      w.out.close();
    }
    w.out.close();
  }
  readTagged(w, der, 2, f.requestExtensions);
  w.out.close();
}

function readTagged(w: Walk, der: Der, tag: number, field: typeof f.certs): void {
  if (!der.take(constructed(tag))) return;
  const list = der.inside();
  if (list.take(SEQUENCE)) readExtensions(w, list, field);
}

function readCertId(w: Walk, der: Der, field: typeof f.certId): void {
  w.open(field, der);
  const inner = der.inside();
  if (inner.take(SEQUENCE)) readAlgorithm(w, inner, f.hashAlgorithm);
  if (inner.take(OCTET_STRING)) w.add(f.issuerNameHash, inner);
  if (inner.take(OCTET_STRING)) w.add(f.issuerKeyHash, inner);
  if (inner.take(INTEGER)) w.add(f.serialNumber, inner);
  w.out.close();
}

/** OCSPResponse, §4.2.1; the current element is the status. */
function readResponse(w: Walk, der: Der): void {
  w.add(f.responseStatus, der);
  if (!der.take(constructed(0))) return;
  const holder = der.inside();
  if (!holder.take(SEQUENCE)) return;
  w.open(f.responseBytes, holder);
  const inner = holder.inside();
  if (inner.take(OID)) {
    const oid = w.oid(f.responseType, inner);
    if (inner.take(OCTET_STRING)) {
      w.list(oid, inner);
      const basic = inner.inside();
      if (basic.take(SEQUENCE)) readBasic(w, basic);
    }
  }
  w.out.close();
}

function readBasic(w: Walk, der: Der): void {
  w.open(f.basicResponse, der);
  const inner = der.inside();
  if (inner.take(SEQUENCE)) readResponseData(w, inner);
  if (inner.take(SEQUENCE)) readAlgorithm(w, inner, f.signatureAlgorithm);
  if (inner.take(BIT_STRING)) w.bits(f.signature, inner);
  if (inner.take(constructed(0))) {
    const certs = inner.inside();
    if (certs.take(SEQUENCE)) {
      w.open(f.certs, certs, certs.items);
      for (const list = certs.inside(); list.take(SEQUENCE); )
        if (w.p !== null) certificateAt(w.p, list.start, list.stop);
      w.out.close();
    }
  }
  w.out.close();
}

function readResponseData(w: Walk, der: Der): void {
  w.open(f.tbsResponseData, der);
  const inner = der.inside();
  inner.take(constructed(0));
  if (inner.take(constructed(1))) readResponder(w, inner, 1);
  else if (inner.take(constructed(2))) readResponder(w, inner, 2);
  if (inner.take(GENERALIZED_TIME)) w.generalizedTime(f.producedAt, inner);
  if (inner.take(SEQUENCE)) {
    w.open(f.responses, inner, inner.items);
    for (const list = inner.inside(); list.take(SEQUENCE); ) readSingle(w, list);
    w.out.close();
  }
  readTagged(w, inner, 1, f.responseExtensions);
  w.out.close();
}

function readResponder(w: Walk, der: Der, choice: 1 | 2): void {
  w.open(f.responderId, der, choice);
  const inner = der.inside();
  if (choice === 1 && inner.take(SEQUENCE)) {
    w.open(f.byName, inner, 0);
    readName(w, inner);
    w.out.close();
  } else if (choice === 2 && inner.take(OCTET_STRING)) w.add(f.byKey, inner);
  w.out.close();
}

function readSingle(w: Walk, der: Der): void {
  w.open(f.singleResponse, der);
  const inner = der.inside();
  if (inner.take(SEQUENCE)) readCertId(w, inner, f.certId);
  if (inner.take(context(0)) || inner.take(constructed(1)) || inner.take(context(2))) {
    w.open(f.certStatus, inner, inner.tag & 0x1f);
    const revoked = inner.inside();
    w.open(inner.tag === constructed(1) ? f.revoked : inner.tag === context(0) ? f.good : f.unknown, inner);
    if (inner.tag === constructed(1) && revoked.take(GENERALIZED_TIME))
      w.generalizedTime(f.revocationTime, revoked);
    w.out.close();
    w.out.close();
  }
  if (inner.take(GENERALIZED_TIME)) w.generalizedTime(f.thisUpdate, inner);
  if (inner.take(constructed(0))) {
    const next = inner.inside();
    if (next.take(GENERALIZED_TIME)) w.generalizedTime(f.nextUpdate, next);
  }
  readTagged(w, inner, 1, f.singleExtensions);
  w.out.close();
}
