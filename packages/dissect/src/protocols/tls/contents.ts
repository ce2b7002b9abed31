// Structures within handshake messages that have a format of their own: certificates, distinguished names, status
// responses.
import { u16, u24 } from '../../core/bytes.ts';
import { DTLS13, TLS13 } from './session.ts';

const CERTIFICATE = 11;
const CERTIFICATE_REQUEST = 13;
const CERTIFICATE_STATUS = 22;
/** Names of authorities read of one request. */
export const NAMES_SHOWN_MAX = 100;

/** The certificates, names of authorities and status responses in a body, for the layers below it. */
export interface Contents {
  certificate(at: number, end: number): void;
  name(at: number, end: number): void;
  status(at: number, end: number): void;
}

/** Calls `found` for each in the body [at, end) of a message of this type. */
export function eachContent(
  type: number,
  b: Uint8Array,
  at: number,
  end: number,
  version: number,
  found: Contents,
): void {
  const isTls13 = version === TLS13 || version === DTLS13;
  if (type === CERTIFICATE) eachCertificate(b, at, end, isTls13, found);
  else if (type === CERTIFICATE_REQUEST && !isTls13) eachName(b, at, end, found);
  else if (type === CERTIFICATE_STATUS && at + 4 <= end) {
    // RFC 6961 §2.2: status_request_v2 answers with a list.
    const isList = b[at] === 2;
    for (let i = at + (isList ? 4 : 1); i + 3 <= end; ) {
      const stop = i + 3 + u24(b, i);
      if (stop > end) return;
      found.status(i + 3, stop);
      i = stop;
    }
  }
}

function eachCertificate(
  b: Uint8Array,
  at: number,
  end: number,
  hasExtensions: boolean,
  found: Contents,
): void {
  const start = hasExtensions ? at + 1 + (at < end ? b[at]! : 0) : at;
  for (let i = start + 3; i + 3 <= end; ) {
    const stop = i + 3 + u24(b, i);
    if (stop > end) return;
    found.certificate(i + 3, stop);
    i = hasExtensions && stop + 2 <= end ? stop + 2 + u16(b, stop) : stop;
  }
}

function eachName(b: Uint8Array, at: number, end: number, found: Contents): void {
  let i = at + 1 + (at < end ? b[at]! : 0);
  if (i + 2 > end) return;
  const first = u16(b, i);
  if (i + 4 + first <= end && i + 4 + first + u16(b, i + 2 + first) === end) i += 2 + first;
  i += 2;
  for (let n = 0; i + 2 <= end && n < NAMES_SHOWN_MAX; n++) {
    const stop = i + 2 + u16(b, i);
    if (stop > end) return;
    found.name(i + 2, stop);
    i = stop;
  }
}
