// Text protocols akin to HTTP or IMAP: ICAP (RFC 3507), ACAP (RFC 2244), and CUPS printer browsing.
import { ascii, spells } from '../../core/bytes.ts';
import { bool, text } from '../../core/field.ts';
import { MORE_SEGMENT } from '../../core/packet.ts';
import { protocol, REJECTED } from '../../core/protocol.ts';
import { tcpPorts, udpPorts } from '../../core/table.ts';
import { http } from '../http/http.ts';
import { eachLine, endOfLine, firstLine, isToServer, lineText } from './lines.ts';

const icapFields = {
  isRequest: bool('icap.options', 'Options').hidden(),
  response: bool('icap.response', 'Response').hidden(),
  reqmod: bool('icap.reqmod', 'Reqmod').hidden(),
  respmod: bool('icap.respmod', 'Respmod').hidden(),
};

function isIcap(b: Uint8Array, at: number, end: number): boolean {
  return ['ICAP/', 'REQMOD ', 'RESPMOD ', 'OPTIONS ', 'TRACE '].some((word) => spells(b, at, end, word));
}

const CONTINUATION = 1;

export const icap = protocol({
  name: 'icap',
  title: 'Internet Content Adaptation Protocol',
  column: 'ICAP',
  fields: icapFields,
  on: [[tcpPorts, 1344]],
  step(p) {
    const b = p.buf;
    const { end, mayAskMore } = p;
    // The encapsulated message is dissected as far as captured: ICAP determines its length.
    p.mayAskMore = false;
    if (!isIcap(b, p.at, end)) {
      p.mark[p.count - 1] = CONTINUATION;
      return b[p.at]! >= 0x20 && b[p.at]! < 0x7f ? http : null;
    }
    // RFC 3507 §4.3: header lines, an empty line, then what is encapsulated.
    let body = -1;
    eachLine(b, p.at, end, (at, stop, next) => {
      if (body < 0 && stop === at && next > at) body = next;
    });
    if (body < 0) {
      p.mayAskMore = mayAskMore;
      if (end - p.at < 65536 && b[end - 1] !== 10 && p.askMore(MORE_SEGMENT)) p.flags[p.count - 1] = 0;
      else p.at = end;
      return null;
    }
    p.at = body;
    return body < end ? http : null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const { isRequest, response, reqmod, respmod } = icapFields;
    if (spells(b, start, p.stop[layer]!, 'ICAP/')) out.add(response, start, 0, true);
    else if (spells(b, start, p.stop[layer]!, 'REQMOD')) out.add(reqmod, start, 0, true);
    else if (spells(b, start, p.stop[layer]!, 'RESPMOD')) out.add(respmod, start, 0, true);
    else if (spells(b, start, p.stop[layer]!, 'OPTIONS')) out.add(isRequest, start, 0, true);
    eachLine(b, start, p.payload[layer]!, (at, stop, next) => {
      out.group(lineText(b, at, stop), at, next - at);
      out.close();
    });
  },
  info: (p, layer) => (p.mark[layer] === CONTINUATION ? 'Continuation' : firstLine(p, layer)),
});

const acapFields = {
  request: bool('acap.request', 'Request').hidden(),
  response: bool('acap.response', 'Response').hidden(),
};

export const acap = protocol({
  name: 'acap',
  title: 'Application Configuration Access Protocol',
  column: 'ACAP',
  fields: acapFields,
  on: [[tcpPorts, 674]],
  step(p) {
    // Nothing but lines of text: other programs use low ports too.
    const first = p.buf[p.at]!;
    if (first < 0x20 || first > 0x7e) return REJECTED;
    p.at = p.end;
    return null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    out.add(isToServer(p, 674) ? acapFields.request : acapFields.response, p.start[layer]!, 0, true);
    eachLine(b, p.start[layer]!, p.stop[layer]!, (at, stop, next) => {
      out.group(lineText(b, at, stop), at, next - at);
      out.close();
    });
  },
  info: (p, layer) => `${isToServer(p, 674) ? 'Request' : 'Response'}: ${firstLine(p, layer)}`,
});

const cupsFields = {
  uri: text('cups.uri', 'URI'),
  location: text('cups.location', 'Location'),
  information: text('cups.information', 'Information'),
  model: text('cups.make_model', 'Make and model'),
};

const CUPS_LINE = /^[0-9a-fA-F]+ ([345]) (\S+)(?: "([^"]*)")?(?: "([^"]*)")?(?: "([^"]*)")?/;
const states: Readonly<Record<string, string>> = { 3: 'idle', 4: 'processing', 5: 'stopped' };

/** https://www.cups.org/doc/spec-browsing.html */
export const cups = protocol({
  name: 'cups',
  title: 'Common Unix Printing System (CUPS) Browsing Protocol',
  column: 'CUPS',
  fields: cupsFields,
  on: [[udpPorts, 631]],
  step(p) {
    const stop = endOfLine(p.buf, p.at, p.end);
    if (!CUPS_LINE.test(ascii(p.buf, p.at, Math.min(stop, p.at + 512)))) return REJECTED;
    p.at = p.end;
    return null;
  },
  emit(p, layer, out) {
    const start = p.start[layer]!;
    const found = CUPS_LINE.exec(ascii(p.bufferOf(layer), start, p.stop[layer]!));
    if (found === null) return;
    [cupsFields.uri, cupsFields.location, cupsFields.information, cupsFields.model].forEach((field, i) => {
      const value = found[i + 2];
      if (value !== undefined) out.add(field, start, p.stop[layer]! - start, value);
    });
  },
  info(p, layer) {
    const found = CUPS_LINE.exec(ascii(p.bufferOf(layer), p.start[layer]!, p.stop[layer]!));
    return found === null ? null : `${found[2]} (${states[found[1]!]})`;
  },
});
