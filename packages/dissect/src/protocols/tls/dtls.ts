// Datagram Transport Layer Security 1.0 to 1.3 (RFC 4347, RFC 6347, RFC 9147).
import { u16 } from '../../core/bytes.ts';
import type { Packet } from '../../core/packet.ts';
import { type Protocol, protocol, REJECTED } from '../../core/protocol.ts';
import { sctpPayloads, sctpPorts, udpHeuristics, udpPorts } from '../../core/table.ts';
import { dtlsInfo, emitDtls, emitDtlsMessage } from './dtls-emit.ts';
import { dtlsFields } from './dtls-fields.ts';
import { readDtlsHandshake } from './dtls-handshake.ts';
import {
  type DtlsSession,
  dtlsSession,
  headerBytes,
  isRecords,
  unifiedHeaderBytes,
  unifiedRecordBytes,
} from './dtls-record.ts';
import { HandshakeNotes } from './handshake.ts';
import { DTLS13, HANDSHAKE, isAuthoritative, newVersion, versionColumn } from './session.ts';

/** DNS (RFC 8094), EtherNet/IP, CoAP (RFC 7252), Diameter (RFC 6733). */
const PORTS = [853, 2221, 5684, 5868];

export const dtls: Protocol = protocol({
  name: 'dtls',
  title: 'Datagram Transport Layer Security',
  fields: dtlsFields,
  on: [
    [udpPorts, ...PORTS],
    [sctpPorts, 853, 5868],
    [sctpPayloads, 47],
  ],
  heuristics: [[udpHeuristics, isRecords]],
  column: (p, layer) => versionColumn(p.mark[layer]!) ?? 'DTLS',
  step(p) {
    const s = dtlsSession(p);
    const { layer } = p;
    const cidLength = s.cidLength[p.direction as 0 | 1];
    while (p.at < p.end) {
      const at = p.at;
      const header = headerBytes(p.buf, at, p.end, cidLength);
      if (header === 0) {
        const unified = s.version === DTLS13 ? unifiedHeaderBytes(p.buf, at, p.end, cidLength) : 0;
        if (unified === 0 && at === p.start[layer]! && !isOnPort(p)) return REJECTED;
        p.at = unified === 0 ? p.end : at + unifiedRecordBytes(p.buf, at, p.wireEnd, unified);
        continue;
      }
      if (at + header > p.end) return cut(p, s, layer, header);
      const length = header + u16(p.buf, at + header - 2);
      // A handshake record holds at least the start of a message.
      if (p.buf[at] === HANDSHAKE && (length === header || at + header === p.wireEnd)) {
        p.mark[layer] = s.version;
        return p.malformed();
      }
      const end = Math.min(p.end, at + length);
      readRecord(p, s, layer, at, at + header, end);
      if (at + length > p.end && p.end < p.wireEnd) return cut(p, s, layer, length);
      p.at = at + length;
    }
    p.mark[layer] = s.version;
    return null;
  },
  emit(p, layer, out) {
    const notes = p.notes[layer];
    if (notes instanceof HandshakeNotes && notes.isBare) emitDtlsMessage(p, layer, out, notes);
    else emitDtls(p, layer, out);
  },
  info: dtlsInfo,
});

function cut(p: Packet, s: DtlsSession, layer: number, needed: number): null {
  p.mark[layer] = s.version;
  return p.cut(needed);
}

function isOnPort(p: Packet): boolean {
  return PORTS.includes(p.srcPort) || PORTS.includes(p.dstPort);
}

function readRecord(p: Packet, s: DtlsSession, layer: number, at: number, body: number, end: number): void {
  const b = p.buf;
  if (s.version === 0 && body < end && isAuthoritative(b[at]!, b[body]!))
    s.version = newVersion(0, u16(b, at + 1), true);
  if (b[at] === HANDSHAKE && body < end) readDtlsHandshake(p, s, layer, body, end, dtls);
}
