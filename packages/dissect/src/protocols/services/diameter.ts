// Diameter (RFC 6733): messages and AVP headers.
import { u24, u32, utf8 } from '../../core/bytes.ts';
import { bool, int, seconds, text, uint } from '../../core/field.ts';
import type { Packet } from '../../core/packet.ts';
import { protocol } from '../../core/protocol.ts';
import type { Sink } from '../../core/sink.ts';
import { sctpPorts, tcpPorts } from '../../core/table.ts';
import { Exchanges, UNASKED } from '../../flows/exchanges.ts';

const PORT = 3868;
const HEADER = 20;
const AVP_HEADER = 8;
const AVPS_MAX = 512;
const REQUEST = 0x80;
const VENDOR = 0x80;

const commandNames: Record<number, string> = {
  257: 'Capabilities-Exchange',
  258: 'Re-Auth',
  265: 'AA',
  268: 'Diameter-EAP',
  271: 'Accounting',
  272: 'Credit-Control',
  274: 'Abort-Session',
  275: 'Session-Termination',
  280: 'Device-Watchdog',
  282: 'Disconnect-Peer',
  300: 'User-Authorization',
  301: 'Server-Assignment',
  302: 'Location-Info',
  303: 'Multimedia-Auth',
  304: 'Registration-Termination',
  305: 'Push-Profile',
  306: 'User-Data',
  307: 'Profile-Update',
  308: 'Subscribe-Notifications',
  309: 'Push-Notification',
  316: '3GPP-Update-Location',
  317: '3GPP-Cancel-Location',
  318: '3GPP-Authentication-Information',
  319: '3GPP-Insert-Subscriber-Data',
  320: '3GPP-Delete-Subscriber-Data',
  321: '3GPP-Purge-UE',
  322: '3GPP-Reset',
  323: '3GPP-Notify',
  324: '3GPP-ME-Identity-Check',
};

const applicationNames: Record<number, string> = {
  0: 'Diameter Common Messages',
  1: 'Diameter NASREQ Application',
  2: 'Diameter Mobile IPv4 Application',
  3: 'Diameter Base Accounting',
  4: 'Diameter Credit Control Application',
  5: 'Diameter EAP Application',
  16777216: '3GPP Cx',
  16777217: '3GPP Sh',
  16777236: '3GPP Rx',
  16777238: '3GPP Gx',
  16777251: '3GPP S6a/S6d',
};

const f = {
  answerIn: uint('diameter.answer_in', 'Answer In'),
  answerTo: uint('diameter.answer_to', 'Request In'),
  responseTime: seconds('diameter.resp_time', 'Response Time'),
  version: uint('diameter.version', 'Version').at(0, 1).hex(),
  length: uint('diameter.length', 'Length').at(1, 3),
  flags: uint('diameter.flags', 'Flags').at(4, 1).hex(),
  request: bool('diameter.flags.request', 'Request').at(4, 1).mask(REQUEST),
  proxyable: bool('diameter.flags.proxyable', 'Proxyable').at(4, 1).mask(0x40),
  error: bool('diameter.flags.error', 'Error').at(4, 1).mask(0x20),
  retransmit: bool('diameter.flags.T', 'T(Potentially re-transmitted message)').at(4, 1).mask(0x10),
  command: uint('diameter.cmd.code', 'Command Code').at(5, 3).named(commandNames),
  application: uint('diameter.applicationId', 'ApplicationId').at(8, 4).named(applicationNames),
  hopByHop: uint('diameter.hopbyhopid', 'Hop-by-Hop Identifier').at(12, 4).hex(),
  endToEnd: uint('diameter.endtoendid', 'End-to-End Identifier').at(16, 4).hex(),
  avpCode: uint('diameter.avp.code', 'AVP Code'),
  avpFlags: uint('diameter.avp.flags', 'AVP Flags').hex(1),
  avpLength: uint('diameter.avp.len', 'AVP Length'),
  avpVendor: uint('diameter.avp.vendorId', 'AVP Vendor Id'),
  userName: text('diameter.User-Name', 'User-Name'),
  sessionId: text('diameter.Session-Id', 'Session-Id'),
  originHost: text('diameter.Origin-Host', 'Origin-Host'),
  originRealm: text('diameter.Origin-Realm', 'Origin-Realm'),
  destinationHost: text('diameter.Destination-Host', 'Destination-Host'),
  destinationRealm: text('diameter.Destination-Realm', 'Destination-Realm'),
  productName: text('diameter.Product-Name', 'Product-Name'),
  resultCode: int('diameter.Result-Code', 'Result-Code'),
};

/** Attributes (AVPs, RFC 6733 §4.5) whose values are dissected. */
const attributes = new Map([
  [1, f.userName],
  [263, f.sessionId],
  [264, f.originHost],
  [268, f.resultCode],
  [269, f.productName],
  [283, f.destinationRealm],
  [293, f.destinationHost],
  [296, f.originRealm],
]);

const exchangesOf = (p: Packet): Exchanges => p.session.memoryOf('diameter', () => new Exchanges('diameter'));

/**
 * Matches requests and answers by hop-by-hop identifier (RFC 6733 §3). An answer's mark is the exchange's entry + 1.
 */
function track(p: Packet, layer: number): void {
  const b = p.buf;
  const id = u32(b, p.at + 12);
  const exchanges = exchangesOf(p);
  if (b[p.at + 4]! & REQUEST) exchanges.seeRequest(p, id, 0);
  else if (exchanges.seeReply(p, id) !== UNASKED) p.mark[layer] = exchanges.entry + 1;
}

function emitExchange(p: Packet, layer: number, b: Uint8Array, out: Sink): void {
  const exchanges = exchangesOf(p);
  const start = p.start[layer]!;
  if (b[start + 4]! & REQUEST) {
    const answer = exchanges.answerTo(p, u32(b, start + 12));
    if (answer > 0) out.add(f.answerIn, start, 0, answer);
    return;
  }
  const entry = p.mark[layer]! - 1;
  if (entry < 0) return;
  out.add(f.answerTo, start, 0, exchanges.request[entry]!);
  out.add(f.responseTime, start, 0, exchanges.responseTimeNs(p, entry));
}

/** Command name as `-z diameter,srt` lists it: `Device-Watchdog`. */
export function diameterCommand(code: number): string {
  return commandNames[code] ?? 'Unknown';
}

export const diameter = protocol({
  name: 'diameter',
  title: 'Diameter Protocol',
  column: 'DIAMETER',
  fields: f,
  on: [
    [tcpPorts, PORT],
    [sctpPorts, PORT],
  ],
  framing: {
    header: 4,
    length: (p) => (p.buf[p.at] === 1 ? Math.max(u24(p.buf, p.at + 1), HEADER) : 0),
  },
  step(p) {
    if (p.end - p.at < HEADER) return p.cut(HEADER);
    track(p, p.count - 1);
    p.at = p.end;
    return null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const end = p.stop[layer]!;
    let at = p.start[layer]! + HEADER;
    if (at > end) return;
    out.fixed(f.version);
    out.fixed(f.length);
    out.openFixed(f.flags);
    for (const flag of [f.request, f.proxyable, f.error, f.retransmit]) out.fixed(flag);
    out.close();
    for (const field of [f.command, f.application, f.hopByHop, f.endToEnd]) out.fixed(field);
    emitExchange(p, layer, b, out);
    // RFC 6733 §4.1: AVPs are padded to a multiple of 4 bytes; the length excludes the padding.
    for (let left = AVPS_MAX; left > 0 && end - at >= AVP_HEADER; left--) {
      const length = u24(b, at + 5);
      const hasVendor = (b[at + 4]! & VENDOR) !== 0;
      const value = at + AVP_HEADER + (hasVendor ? 4 : 0);
      const stop = at + length;
      if (stop < value || stop > end) return;
      const code = u32(b, at);
      out.group(`AVP: ${(hasVendor ? undefined : attributes.get(code)?.title) ?? code}`, at, length);
      out.add(f.avpCode, at, 4);
      out.add(f.avpFlags, at + 4, 1);
      out.add(f.avpLength, at + 5, 3);
      if (hasVendor) out.add(f.avpVendor, at + 8, 4);
      const field = hasVendor ? undefined : attributes.get(code);
      if (field === f.resultCode && stop - value === 4) out.add(field, value, 4);
      else if (field !== undefined && field !== f.resultCode)
        out.add(field, value, stop - value, utf8(b, value, stop));
      out.close();
      at += (length + 3) & ~3;
    }
  },
  info(p, layer) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    if (p.stop[layer]! - start < HEADER) return 'Diameter';
    const flags = b[start + 4]!;
    const code = u24(b, start + 5);
    const application = u32(b, start + 8);
    const letters = ['R', 'P', 'E', 'T'].map((c, i) => (flags & (REQUEST >> i) ? c : '-')).join('');
    const name = `${commandNames[code] ?? 'Unknown'} ${flags & REQUEST ? 'Request' : 'Answer'}(${code})`;
    const ids = `h2h=${u32(b, start + 12).toString(16)} e2e=${u32(b, start + 16).toString(16)}`;
    return `cmd=${name} flags=${letters} appl=${applicationNames[application] ?? 'Unknown'}(${application}) ${ids} | `;
  },
});
