// Kerberos change password and set password (RFC 3244): an AP-REQ, and the passwords sealed with its subkey.
import { u16, u32 } from '../../core/bytes.ts';
import { bytes, uint } from '../../core/field.ts';
import { protocol, REJECTED } from '../../core/protocol.ts';
import { tcpPorts, udpPorts } from '../../core/table.ts';
import { TCP } from '../tcp.ts';

const PORT = 464;
/** Over TCP a length comes first (RFC 4120 §7.2.2). */
const RECORD = 4;
const HEADER = 6;
/** §2: version of a request; replies, and requests of the older protocol, have 1. */
const versions = { 1: 'Reply', 0xff80: 'Request' };

const f = {
  length: uint('kpasswd.message_len', 'Message Length'),
  version: uint('kpasswd.version', 'Version').hex(2).named(versions),
  ticketLength: uint('kpasswd.ap_req_len', 'AP_REQ Length'),
  ticket: bytes('kpasswd.ap_req', 'AP_REQ'),
  message: bytes('kpasswd.krb_priv', 'KRB-PRIV'),
};

export const kpasswd = protocol({
  name: 'kpasswd',
  title: 'MS Kpasswd',
  column: 'KPASSWD',
  fields: f,
  on: [
    [tcpPorts, PORT],
    [udpPorts, PORT],
  ],
  framing: { header: RECORD, length: (p) => RECORD + (u32(p.buf, p.at) & 0x7fffffff) },
  step(p) {
    const at = p.at + (p.transport === TCP ? RECORD : 0);
    p.mark[p.layer] = at;
    if (p.end - at < HEADER) return p.cut(at - p.at + HEADER);
    if (u16(p.buf, at + 2) !== 1 && u16(p.buf, at + 2) !== 0xff80) return REJECTED;
    p.at = p.end;
    return null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const [at, end] = [p.mark[layer]!, p.stop[layer]!];
    if (end - at < HEADER) return;
    out.add(f.length, at, 2);
    out.add(f.version, at + 2, 2);
    out.add(f.ticketLength, at + 4, 2);
    const ticket = at + HEADER;
    const message = Math.min(end, ticket + u16(b, at + 4));
    if (message > ticket) out.add(f.ticket, ticket, message - ticket);
    if (end > message) out.add(f.message, message, end - message);
  },
  info(p, layer) {
    const at = p.mark[layer]!;
    if (p.stop[layer]! - at < HEADER) return '';
    return u16(p.bufferOf(layer), at + 2) === 1 ? 'Reply' : 'Request';
  },
});
