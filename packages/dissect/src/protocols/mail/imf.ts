// Internet Message Format (RFC 5322): header fields, and a body by Content-Type (RFC 2045).
import { ascii, indexOf } from '../../core/bytes.ts';
import { type Field, text } from '../../core/field.ts';
import type { Packet } from '../../core/packet.ts';
import { printable } from '../../core/printable.ts';
import { protocol } from '../../core/protocol.ts';
import { appended } from '../media/column.ts';
import { bodySuffix } from '../media/suffix.ts';
import { callBody, mediaTypes, takeContent, typeEnd } from '../media/types.ts';
import { afterLine, endOfLine } from '../text/lines.ts';

/** Fields by header name in lower case; other headers are shown as lines. */
const f = {
  date: text('imf.date', 'Date'),
  from: text('imf.from', 'From'),
  sender: text('imf.sender', 'Sender'),
  replyTo: text('imf.reply_to', 'Reply-To'),
  to: text('imf.to', 'To'),
  cc: text('imf.cc', 'Cc'),
  bcc: text('imf.bcc', 'Bcc'),
  messageId: text('imf.message_id', 'Message-ID'),
  inReplyTo: text('imf.in_reply_to', 'In-Reply-To'),
  references: text('imf.references', 'References'),
  subject: text('imf.subject', 'Subject'),
  userAgent: text('imf.user_agent', 'User-Agent'),
  returnPath: text('imf.return_path', 'Return-Path'),
  received: text('imf.received', 'Received'),
  contentType: text('imf.content.type', 'Content-Type'),
  transferEncoding: text('imf.content.transfer_encoding', 'Content-Transfer-Encoding'),
  mimeVersion: text('imf.mime_version', 'MIME-Version'),
  mailer: text('imf.ext.mailer', 'X-Mailer'),
};
const byName: ReadonlyMap<string, Field> = new Map(
  Object.values(f).map((field) => [field.title.toLowerCase(), field]),
);

/** Maximum number of header fields dissected per message. */
const HEADERS_MAX = 500;
const VALUE_MAX = 4096;

/** Calls `each` for each header field, unfolded (RFC 5322 §2.2.3); returns the start of the body. */
function eachHeader(
  b: Uint8Array,
  start: number,
  end: number,
  each: (name: string, at: number, valueAt: number, stop: number) => void,
): number {
  let at = start;
  for (let headers = 0; at < end && headers < HEADERS_MAX; headers++) {
    let stop = endOfLine(b, at, end);
    let next = afterLine(b, stop, end);
    if (stop === at) return next;
    while (next < end && (b[next] === 0x20 || b[next] === 9)) {
      stop = endOfLine(b, next, end);
      next = afterLine(b, stop, end);
    }
    const colon = indexOf(b, 0x3a, at, stop);
    if (colon <= at || colon - at > 76) return at;
    let valueAt = colon + 1;
    while (valueAt < stop && b[valueAt]! <= 0x20) valueAt++;
    each(ascii(b, at, colon).toLowerCase(), at, valueAt, stop);
    at = next;
  }
  return at;
}

function valueText(b: Uint8Array, at: number, stop: number): string {
  return ascii(b, at, Math.min(stop, at + VALUE_MAX)).replace(/\r?\n[ \t]+/g, ' ');
}

export const imf = protocol({
  name: 'imf',
  title: 'Internet Message Format',
  column: appended('IMF'),
  fields: f,
  step(p) {
    takeContent(p);
    const b = p.buf;
    let typeAt = 0;
    let typeStop = 0;
    const body = eachHeader(b, p.at, p.end, (name, _at, valueAt, stop) => {
      if (name !== 'content-type') return;
      typeAt = valueAt;
      typeStop = stop;
    });
    const { end } = p;
    p.payload[p.count - 1] = body;
    // As in Wireshark, bodies whose type has no parameters are not dissected.
    const semicolon = indexOf(b, 0x3b, typeAt, typeStop);
    if (semicolon > typeAt && typeAt > 0 && body < end) {
      const parameters = valueText(b, typeEnd(b, typeAt, typeStop), typeStop);
      callBody(p, mediaTypes.at(b, typeAt, semicolon), body, end, end, parameters);
    }
    p.at = end;
    return null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    eachHeader(b, p.start[layer]!, p.stop[layer]!, (name, at, valueAt, stop) => {
      const field = byName.get(name);
      if (field !== undefined) out.add(field, at, stop - at, valueText(b, valueAt, stop));
      else {
        out.group(printable(valueText(b, at, stop)), at, stop - at);
        out.close();
      }
    });
  },
  info(p, layer) {
    const b = p.bufferOf(layer);
    let text = '';
    eachHeader(b, p.start[layer]!, p.stop[layer]!, (name, _at, valueAt, stop) => {
      if (name === 'from' || name === 'subject')
        text += `${name}: ${printable(valueText(b, valueAt, stop))}, `;
    });
    return text + bodySuffix(p, layer);
  },
});

mediaTypes.add(imf, 'message/rfc822');

/** Dissects a complete message as mail. */
export function callMail(p: Packet, message: Uint8Array): void {
  if (message.length > 0) p.callIn('Reassembled DATA', imf, message, 0, message.length);
}
