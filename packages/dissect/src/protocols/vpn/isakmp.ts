// Internet Key Exchange: ISAKMP with IKE version 1 (RFC 2408, RFC 2409), and IKE version 2 (RFC 7296).
import { u32 } from '../../core/bytes.ts';
import { data } from '../../core/data.ts';
import { LISTED, type Packet, SHOWN } from '../../core/packet.ts';
import { type Protocol, protocol } from '../../core/protocol.ts';
import { tcpPorts, udpPorts } from '../../core/table.ts';
import { certificateAt, nameAt } from '../x509/certificate.ts';
import { exchangeNames, f } from './isakmp-fields.ts';
import { eachPayload, emitPayloads } from './isakmp-payloads.ts';

const HEADER = 28;
const ENCRYPTED = 0x01;
const INITIATOR = 0x08;
const RESPONSE = 0x20;
const CERTIFICATES = [6, 37];
const IDENTIFICATIONS = [5, 35, 36];
/**
 * Certificate encodings for X.509 signatures and key exchange (RFC 7296 §3.6), and identification types of
 * distinguished names (§3.5).
 */
const CERTIFICATE_SIGNATURE = 4;
const CERTIFICATE_EXCHANGE = 5;
const DER_NAME = 9;

export const isakmp: Protocol = protocol({
  name: 'isakmp',
  title: 'Internet Security Association and Key Management Protocol',
  column: 'ISAKMP',
  fields: f,
  on: [
    [udpPorts, 500],
    [tcpPorts, 500],
  ],
  step(p) {
    const { buf: b, at, end, layer } = p;
    // Too short, or all zeros: not a message, although sent to this port.
    if (p.wireLeft < HEADER || (end - at >= HEADER && u32(b, at) === 0 && u32(b, at + 4) === 0)) {
      p.flags[layer]! &= ~(LISTED | SHOWN);
      return data;
    }
    if (end - at < HEADER) return p.cut(HEADER);
    const length = u32(b, at + 24);
    if (length >= HEADER) p.narrow(layer, length);
    if (isClear(b, at)) readContents(p, layer);
    p.at = p.end;
    return null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const at = p.start[layer]!;
    const stop = p.stop[layer]!;
    if (stop - at < HEADER) return;
    out.fixed(f.initiatorSpi);
    out.fixed(f.responderSpi);
    out.fixed(f.nextPayload);
    out.openFixed(f.version);
    out.fixed(f.majorVersion);
    out.fixed(f.minorVersion);
    out.close();
    out.fixed(f.exchangeType);
    out.openFixed(f.flags);
    for (const flag of isVersion1(b, at)
      ? [f.flagEncrypted, f.flagCommit, f.flagAuthentication]
      : [f.flagInitiator, f.flagVersion, f.flagResponse])
      out.fixed(flag);
    out.close();
    out.fixed(f.messageId);
    out.fixed(f.length);
    if (isClear(b, at)) emitPayloads(out, b, b[at + 16]!, at + HEADER, stop, isVersion1(b, at));
    else if (stop > at + HEADER) out.add(f.encrypted, at + HEADER, stop - at - HEADER);
  },
  info(p, layer) {
    const b = p.bufferOf(layer);
    const at = p.start[layer]!;
    if (p.stop[layer]! - at < HEADER) return '';
    const name = exchangeNames(b[at + 18]!) ?? 'Unknown';
    if (isVersion1(b, at)) return name;
    const id = u32(b, at + 20)
      .toString(16)
      .padStart(2, '0');
    const flags = b[at + 19]!;
    const side = flags & INITIATOR ? 'Initiator' : 'Responder';
    return `${name} MID=${id} ${side} ${flags & RESPONSE ? 'Response' : 'Request'}`;
  },
});

function isVersion1(b: Uint8Array, at: number): boolean {
  return b[at + 17]! >> 4 === 1;
}

/**
 * Whether the message is unencrypted: version 1 has a flag for that (RFC 2408 §3.1); in version 2 payloads are
 * encrypted.
 */
function isClear(b: Uint8Array, at: number): boolean {
  return !isVersion1(b, at) || (b[at + 19]! & ENCRYPTED) === 0;
}

/** Dissects certificates and distinguished names as layers of their own. */
function readContents(p: Packet, layer: number): void {
  const b = p.buf;
  const at = p.start[layer]!;
  eachPayload(b, b[at + 16]!, at + HEADER, p.end, (type, start, stop) => {
    const kind = b[start + 4]!;
    if (stop - start < 6) return;
    if (CERTIFICATES.includes(type) && (kind === CERTIFICATE_SIGNATURE || kind === CERTIFICATE_EXCHANGE))
      certificateAt(p, start + 5, stop);
    else if (IDENTIFICATIONS.includes(type) && kind === DER_NAME) nameAt(p, start + 8, stop);
  });
}
