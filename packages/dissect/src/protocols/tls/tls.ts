// Transport Layer Security 1.0 to 1.3 (RFC 2246, 4346, 5246, 8446), and SSL 2.0 and 3.0 (RFC 6101). Decryption, given
// secrets, is in decryption/.
import { u16 } from '../../core/bytes.ts';
import { COLUMN, LISTED, MORE_SEGMENT, NESTED, type Packet } from '../../core/packet.ts';
import { type Protocol, protocol, REJECTED } from '../../core/protocol.ts';
import { sctpPorts, tcpHeuristics, tcpPorts } from '../../core/table.ts';
import { certificateAt } from '../x509/certificate.ts';
import { enterOids } from '../x509/oid-table.ts';
import { readDecrypted } from './decryption/decrypted-records.ts';
import { emitRecordless, emitRecords, recordsInfo } from './emit.ts';
import { wrappedTimestamps } from './extensions.ts';
import {
  CUT,
  HandshakeNotes,
  notesOf,
  packVersions,
  readCutHandshakeRecord,
  readHandshakeRecord,
} from './handshake.ts';
import {
  beginsRecord,
  beginsSsl2Hello,
  CONTINUATION,
  HEADER_CUT,
  IGNORED,
  isContentType,
  kindOf,
  NOT_CAPTURED,
  RECORD_HEADER,
  SSL2_RECORD,
} from './record.ts';
import {
  CHANGE_CIPHER_SPEC,
  CLIENT_HELLO,
  HANDSHAKE,
  isAuthoritative,
  newVersion,
  SSL2,
  SSL3,
  TLS13,
  type TlsSession,
  tlsSession,
  versionColumn,
} from './session.ts';
import { settlesSsl2, ssl2Certificate, ssl2Header, ssl2Length } from './ssl2.ts';
import { tlsFields } from './tls-fields.ts';

/** Marks of a layer: versions before and after, or this: a list of certificate timestamps within a certificate. */
const TIMESTAMPS = -1;
/** Value in the version-after half of a mark: something was dissected, of an unnamed version. */
const NAMELESS = 0x7fff;

export const tls: Protocol = protocol({
  name: 'tls',
  title: 'Transport Layer Security',
  fields: tlsFields,
  on: [
    // 443 HTTPS, 465 SMTP, 636 LDAP, 853 DNS, 993 IMAP, 995 POP3, 5061 SIP, 8883 MQTT and others.
    [
      tcpPorts,
      324,
      443,
      465,
      636,
      802,
      853,
      993,
      995,
      1300,
      2221,
      2443,
      3249,
      3250,
      3251,
      3252,
      3496,
      5061,
      5671,
    ],
    [tcpPorts, 5684, 5868, 8883, 11207, 19999],
    [sctpPorts, 443, 465, 636, 993, 995, 5061, 5671, 8883],
  ],
  heuristics: [
    [tcpHeuristics, (p) => beginsRecord(p.buf, p.at, p.end) || beginsSsl2Hello(p.buf, p.at, p.end)],
  ],
  column: (p, layer) => {
    const version = p.mark[layer]! >>> 16;
    return version === 0 ? null : (versionColumn(version) ?? 'SSL');
  },
  step(p) {
    if (isText(p.buf, p.at, p.end)) return REJECTED;
    const s = tlsSession(p);
    const { layer } = p;
    const before = s.version;
    let shown = before;
    const start = p.at;
    while (p.at < p.wireEnd) {
      const at = p.at;
      const kind = kindOf(p.buf, at, p.end, p.wireEnd, s.version);
      if (kind === HEADER_CUT) {
        if (!p.askMore(MORE_SEGMENT)) p.at = p.wireEnd;
        break;
      }
      if (kind === NOT_CAPTURED) {
        p.mark[layer] = packVersions(before | CUT, shown || NAMELESS);
        return p.cut(RECORD_HEADER);
      }
      if (kind === IGNORED) {
        p.at = p.wireEnd;
        shown ||= NAMELESS;
        break;
      }
      const length =
        kind === SSL2_RECORD
          ? ssl2Header(p.buf, at) + ssl2Length(p.buf, at)
          : RECORD_HEADER + u16(p.buf, at + 3);
      if (kind === CONTINUATION) {
        // If each record determines the version, the stream cannot be resynchronized behind unknown bytes.
        p.at = s.version === SSL3 ? at + length : p.wireEnd;
        shown ||= NAMELESS;
        continue;
      }
      if (kind !== SSL2_RECORD && !isContentType(p.buf[at]!)) {
        p.at = at + length;
        shown ||= NAMELESS;
        continue;
      }
      if (length > p.wireEnd - at) {
        if (!p.askMore(length)) p.at = p.wireEnd;
        break;
      }
      if (length === RECORD_HEADER && p.buf[at] === HANDSHAKE && kind !== SSL2_RECORD) {
        p.mark[layer] = packVersions(before, shown || NAMELESS);
        return p.malformed();
      }
      const end = Math.min(p.end, at + length);
      shown = kind === SSL2_RECORD ? readSsl2(p, s, at, end) : readRecord(p, s, layer, at, end, at + length);
      if (at + length > p.end) {
        p.mark[layer] = packVersions(before | CUT, shown);
        return p.cut(length);
      }
      p.at = at + length;
    }
    p.mark[layer] = packVersions(before, p.at === start ? 0 : shown);
    return null;
  },
  emit(p, layer, out) {
    if (p.mark[layer] === TIMESTAMPS)
      wrappedTimestamps(out, tlsFields, p.bufferOf(layer), p.start[layer]!, p.stop[layer]!);
    else if (!emitRecordless(p, layer, out)) emitRecords(p, layer, out);
  },
  joinInfo: (before, info) => `${before}, ${info}`,
  info(p, layer) {
    let text = '';
    let isRead = false;
    let waiting = 0;
    for (let i = 0; i <= layer; i++) {
      if (p.protocols[i] !== tls || (p.flags[i]! & COLUMN) === 0) continue;
      isRead ||= p.mark[i]! >>> 16 !== 0;
      waiting += waitingInside(p, i);
      const part = recordsInfo(p, i);
      if (part !== '') text += text === '' ? part : `, ${part}`;
    }
    if (waiting > 0) return '[TLS segment of a reassembled PDU]'.repeat(waiting);
    return isRead || !p.isPartOfMessage ? text : '[TCP segment of a reassembled PDU]';
  },
});

/** Records of a layer that are parts of messages which others complete. */
function waitingInside(p: Packet, layer: number): number {
  const notes = p.notes[layer];
  return notes instanceof HandshakeNotes ? notes.decrypted.filter(({ isWaiting }) => isWaiting).length : 0;
}

// RFC 6962 §3.3: in certificates and in OCSP responses.
enterOids(tls, '1.3.6.1.4.1.11129.2.4', '2 5', TIMESTAMPS);

/** The bytes [at, end) are the handshake of a QUIC connection, without records around it (RFC 9001 §4.1.3). */
export function readQuicHandshake(p: Packet, at: number, end: number): void {
  const { at: oldAt, end: oldEnd } = p;
  p.at = at;
  p.end = end;
  const s = tlsSession(p);
  s.version = TLS13;
  if (p.push(tls, LISTED | NESTED)) {
    const { layer } = p;
    const notes = notesOf(p, layer);
    notes.isRecordless = true;
    notes.carrier = 'q';
    readHandshakeRecord(p, s, layer, at, end, tls);
    p.mark[layer] = packVersions(TLS13, TLS13);
  }
  p.at = oldAt;
  p.end = oldEnd;
}

/** Records do not begin with four printable characters: this is another protocol, or TLS has not started yet. */
function isText(b: Uint8Array, at: number, end: number): boolean {
  if (end - at <= 4) return false;
  for (let i = at; i < at + 4; i++) if (b[i]! < 0x20 || b[i]! > 0x7e) return false;
  return true;
}

/** Reads the record [at, wireEnd), of which bytes up to `end` were captured; returns the version it shows. */
function readRecord(
  p: Packet,
  s: TlsSession,
  layer: number,
  at: number,
  end: number,
  wireEnd: number,
): number {
  const b = p.buf;
  const type = b[at]!;
  const isFirst = s.version === 0;
  let shown = s.version;
  if (isFirst) {
    shown = u16(b, at + 1);
    if (end === at + RECORD_HEADER && end < wireEnd) return NAMELESS;
    if (isAuthoritative(type, b[at + RECORD_HEADER]!)) s.version = newVersion(0, shown, false);
  }
  if (type === HANDSHAKE) {
    const body = at + RECORD_HEADER;
    if (end < wireEnd) readCutHandshakeRecord(p, s, layer, body, end);
    else if (end > body) readHandshakeRecord(p, s, layer, body, end, tls);
  } else if (type === CHANGE_CIPHER_SPEC && s.version !== TLS13)
    s.changedFrame[p.direction as 0 | 1] = p.number;
  tellVersion(p, s);
  if (end === wireEnd && !p.session.keyLog.isEmpty) readDecrypted(p, s, layer, at, end, tls);
  // A ClientHello shows the version of its record, even if it settles on one by announcing early data.
  if (s.version !== 0 && !(type === HANDSHAKE && b[at + RECORD_HEADER] === CLIENT_HELLO && isFirst))
    return s.version;
  // In two-pass analysis, the negotiated version is already known here.
  const agreed = p.session.ahead?.of(AGREED, p.number, 0) ?? 0;
  if (agreed > 0) return agreed;
  return versionColumn(shown) === undefined ? NAMELESS : shown;
}

const AGREED = 'tls.version';

/** For two-pass analysis: the version that a hello leads to. */
function tellVersion(p: Packet, s: TlsSession): void {
  if (s.version === 0) s.openFrame = p.number;
  else if (s.openFrame > 0) {
    p.session.ahead?.enter(AGREED, s.openFrame, 0, s.version);
    s.openFrame = 0;
  }
}

function readSsl2(p: Packet, s: TlsSession, at: number, end: number): number {
  if (s.version === 0 && settlesSsl2(p.buf, at, end)) s.version = SSL2;
  const place = ssl2Certificate(p.buf, at, end);
  if (place !== null) certificateAt(p, place[0], place[1]);
  return SSL2;
}
