// PKINIT, public key authentication in Kerberos (RFC 4556 §3.2): signed messages in Cryptographic Message Syntax (RFC
// 5652 §5) with their contents, including certificates.
import { LISTED, type Packet } from '../../core/packet.ts';
import { protocol } from '../../core/protocol.ts';
import { certificateAt, nameAt } from '../x509/certificate.ts';
import {
  constructed,
  context,
  Der,
  INTEGER,
  OCTET_STRING,
  OID,
  oidText,
  SEQUENCE,
  SET,
} from '../x509/der.ts';
import { enterOids } from '../x509/oid-table.ts';
import { Walk } from '../x509/walk.ts';

export const cms = protocol({ name: 'cms', title: 'Cryptographic Message Syntax', step: () => null });
export const pkinit = protocol({ name: 'pkinit', title: 'PKINIT', step: () => null });
enterOids(pkinit, '1.3.6.1.5.2', '2');

const PA_PK_AS_REQUEST = 16;
const SIGNED_DATA = '1.2.840.113549.1.7.2';
/** id-pkinit-authData. */
const AUTH_PACK = '1.3.6.1.5.2.3.1';

/**
 * Lists the protocols in the pre-authentication data of the AS-REQ at [at, end). As in Wireshark, replies are not
 * examined.
 */
export function listPkinit(p: Packet, at: number, end: number): void {
  const message = new Der(p.buf, at, end);
  if (!message.next()) return;
  const sequence = message.inside();
  if (!sequence.take(SEQUENCE)) return;
  for (const elements = sequence.inside(); elements.next(); ) {
    if (elements.tag !== constructed(3)) continue;
    const list = elements.inside();
    if (!list.take(SEQUENCE)) return;
    for (const each = list.inside(); each.take(SEQUENCE); ) listPadata(p, each.inside());
    return;
  }
}

function listPadata(p: Packet, padata: Der): void {
  if (!padata.take(constructed(1))) return;
  const type = padata.inside();
  if (!type.take(INTEGER) || !padata.take(constructed(2))) return;
  const number = p.buf[type.stop - 1]!;
  const value = padata.inside();
  if (type.length !== 1 || !value.take(OCTET_STRING)) return;
  if (number === PA_PK_AS_REQUEST) listRequest(p, value.inside());
}

/** §3.2.1: the first element is signedAuthPack. */
function listRequest(p: Packet, request: Der): void {
  if (!request.take(SEQUENCE)) return;
  const elements = request.inside();
  if (elements.take(context(0))) listContent(p, elements.inside());
}

/** RFC 5652 §3: ContentInfo. */
function listContent(p: Packet, content: Der): void {
  if (!content.take(SEQUENCE)) return;
  const inner = content.inside();
  if (!inner.take(OID) || oidText(p.buf, inner.at, inner.stop) !== SIGNED_DATA) return;
  if (!inner.take(constructed(0))) return;
  p.push(cms, LISTED);
  const holder = inner.inside();
  if (holder.take(SEQUENCE)) listSigned(p, holder.inside());
}

/** RFC 5652 §5.1: SignedData. */
function listSigned(p: Packet, signed: Der): void {
  if (!signed.take(INTEGER) || !signed.take(SET) || !signed.take(SEQUENCE)) return;
  listEncapsulated(p, signed.inside());
  if (signed.take(constructed(0)))
    for (const each = signed.inside(); each.take(SEQUENCE); ) certificateAt(p, each.start, each.stop);
  signed.take(constructed(1));
  if (signed.take(SET))
    for (const each = signed.inside(); each.take(SEQUENCE); ) listSigner(p, each.inside());
}

function listEncapsulated(p: Packet, content: Der): void {
  if (!content.take(OID) || oidText(p.buf, content.at, content.stop) !== AUTH_PACK) return;
  p.push(pkinit, LISTED);
  const holder = content.take(constructed(0)) ? content.inside() : null;
  const pack = holder?.take(OCTET_STRING) ? holder.inside() : null;
  if (!pack?.take(SEQUENCE)) return;
  // RFC 4556 §3.2.1: clientPublicValue.
  for (const elements = pack.inside(); elements.next(); ) {
    if (elements.tag !== constructed(1)) continue;
    const key = elements.inside();
    if (key.take(SEQUENCE)) listAlgorithm(p, key.inside());
  }
}

function listAlgorithm(p: Packet, key: Der): void {
  if (!key.take(SEQUENCE)) return;
  const algorithm = key.inside();
  if (!algorithm.take(OID)) return;
  const oid = oidText(p.buf, algorithm.at, algorithm.stop);
  if (algorithm.next()) new Walk(p).list(oid, algorithm);
}

/** RFC 5652 §5.3: SignerInfo. */
function listSigner(p: Packet, signer: Der): void {
  if (!signer.take(INTEGER)) return;
  if (signer.take(SEQUENCE)) {
    const issuer = signer.inside();
    if (issuer.take(SEQUENCE)) nameAt(p, issuer.start, issuer.stop);
  } else signer.take(context(0));
  if (!signer.take(SEQUENCE) || !signer.take(constructed(0))) return;
  for (const attributes = signer.inside(); attributes.take(SEQUENCE); ) {
    const inner = attributes.inside();
    if (!inner.take(OID)) continue;
    const oid = oidText(p.buf, inner.at, inner.stop);
    const values = inner.take(SET) ? inner.inside() : null;
    while (values?.next()) new Walk(p).list(oid, values);
  }
}
