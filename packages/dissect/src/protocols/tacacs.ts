// Terminal Access Controller Access-Control System, and Cisco's extended version (RFC 1492).
import { ascii } from '../core/bytes.ts';
import { ipv4, text, uint } from '../core/field.ts';
import { type Protocol, protocol } from '../core/protocol.ts';
import { udpPorts } from '../core/table.ts';

const RESPONSE = 2;
/** Version number with the bit of the extended version. */
const EXTENDED = 0x80;
/**
 * Simple form: version, type, nonce, then two lengths or response and reason; the extended form adds the fields below.
 */
const SIMPLE_HEADER = 6;
const EXTENDED_HEADER = 26;

const typeNames: Record<number, string> = {
  1: 'Login',
  [RESPONSE]: 'Response',
  3: 'Change',
  4: 'Follow',
  5: 'Connect',
  6: 'Superuser',
  7: 'Logout',
  8: 'Reload',
  9: 'SLIP on',
  10: 'SLIP off',
  11: 'SLIP Addr',
};
const responses: Record<number, string> = { 0: 'this is not a response', 1: 'accepted', 2: 'rejected' };
const reasons: Record<number, string> = {
  0: 'none',
  1: 'expiring',
  2: 'password',
  3: 'denied',
  4: 'quit',
  5: 'idle',
  6: 'drop',
  7: 'bad',
};

const f = {
  version: uint('tacacs.version', 'Version')
    .at(0, 1)
    .hex(1)
    .named({ 0: 'TACACS', [EXTENDED]: 'XTACACS' }),
  type: uint('tacacs.type', 'Type').at(1, 1).named(typeNames),
  nonce: uint('tacacs.nonce', 'Nonce').at(2, 2).hex(2),
  userLength: uint('tacacs.userlen', 'Username length').at(4, 1),
  passwordLength: uint('tacacs.passlen', 'Password length').at(5, 1),
  response: uint('tacacs.response', 'Response').named(responses),
  reason: uint('tacacs.reason', 'Reason').named(reasons),
  result1: uint('tacacs.result1', 'Result 1').at(8, 4).hex(4),
  destination: ipv4('tacacs.destaddr', 'Destination address').at(12, 4),
  port: uint('tacacs.destport', 'Destination port').at(16, 2),
  line: uint('tacacs.line', 'Line').at(18, 2),
  result2: uint('tacacs.result2', 'Result 2').at(20, 4).hex(4),
  result3: uint('tacacs.result3', 'Result 3').at(24, 2).hex(2),
  username: text('tacacs.username', 'Username'),
  password: text('tacacs.password', 'Password'),
};

/** Whether the packet contains a user name and a password. */
const hasNames = (b: Uint8Array, start: number): boolean =>
  b[start] === EXTENDED || b[start + 1] !== RESPONSE;

export const tacacs: Protocol = protocol({
  name: 'tacacs',
  title: 'TACACS',
  column: (p, layer) => (p.bufferOf(layer)[p.start[layer]!] === EXTENDED ? 'XTACACS' : 'TACACS'),
  fields: f,
  on: [[udpPorts, 49]],
  step(p) {
    const { buf: b, at: start, end } = p;
    const header = b[start] === EXTENDED ? EXTENDED_HEADER : SIMPLE_HEADER;
    if (end - start < header) return p.cut(header);
    p.at = end;
    const names = hasNames(b, start) ? b[start + 4]! + b[start + 5]! : 0;
    return start + header + names > end ? p.malformed() : null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const end = p.stop[layer]!;
    for (const field of [f.version, f.type, f.nonce]) out.fixed(field);
    const isExtended = b[start] === EXTENDED;
    if (!hasNames(b, start)) {
      out.add(f.response, start + 4, 1);
      out.add(f.reason, start + 5, 1);
      return;
    }
    out.fixed(f.userLength);
    out.fixed(f.passwordLength);
    if (isExtended) {
      out.add(f.response, start + 6, 1);
      out.add(f.reason, start + 7, 1);
      for (const field of [f.result1, f.destination, f.port, f.line, f.result2, f.result3]) out.fixed(field);
    }
    const user = start + (isExtended ? EXTENDED_HEADER : SIMPLE_HEADER);
    const password = user + b[start + 4]!;
    const stop = password + b[start + 5]!;
    if (stop > end) return;
    out.add(f.username, user, password - user, ascii(b, user, password));
    out.add(f.password, password, stop - password, ascii(b, password, stop));
  },
  info(p, layer) {
    const start = p.start[layer]!;
    if (p.stop[layer]! - start < 2) return null;
    const type = p.bufferOf(layer)[start + 1]!;
    return typeNames[type] ?? `Unknown (${type})`;
  },
});
