// Extensible Authentication Protocol (RFC 3748).
import { u16, utf8 } from '../core/bytes.ts';
import { bytes, text, uint } from '../core/field.ts';
import { type Protocol, protocol } from '../core/protocol.ts';
import { pppProtocols } from '../core/table.ts';
import { isTlsMethod, LENGTH_INCLUDED, readTls } from './eap-tls.ts';

const HEADER = 4;
const REQUEST = 1;
const RESPONSE = 2;
const IDENTITY = 1;
const NOTIFICATION = 2;
const NAK = 3;
const MD5 = 4;

const codes: Readonly<Record<number, string>> = {
  1: 'Request',
  2: 'Response',
  3: 'Success',
  4: 'Failure',
  5: 'Initiate',
  6: 'Finish',
};
/** https://www.iana.org/assignments/eap-numbers */
const eapTypes: Readonly<Record<number, string>> = {
  1: 'Identity',
  2: 'Notification',
  3: 'Legacy Nak (Response Only)',
  4: 'MD5-Challenge EAP (EAP-MD5-CHALLENGE)',
  5: 'One-Time Password EAP (EAP-OTP)',
  6: 'Generic Token Card EAP (EAP-GTC)',
  7: 'Allocated',
  8: 'Allocated',
  9: 'RSA Public Key Authentication EAP (EAP-RSA-PKA)',
  10: 'DSS Unilateral EAP (EAP-DSS)',
  11: 'KEA EAP (EAP-KEA)',
  12: 'KEA Validate EAP (EAP-KEA-VALIDATE)',
  13: 'TLS EAP (EAP-TLS)',
  14: 'Defender Token EAP (EAP-AXENT)',
  15: 'RSA Security SecurID EAP (EAP-RSA-SECURID)',
  16: 'Arcot Systems EAP (EAP-ARCOT-SYSTEMS)',
  17: 'Cisco Wireless EAP / Lightweight EAP (EAP-LEAP)',
  18: 'GSM Subscriber Identity Modules EAP (EAP-SIM)',
  19: 'Secure Remote Password SHA1 Part 1 EAP (EAP-SRP-SHA1-PART1)',
  20: 'Secure Remote Password SHA1 Part 2 EAP (EAP-SRP-SHA1-PART2)',
  21: 'Tunneled TLS EAP (EAP-TTLS)',
  22: 'Remote Access Service EAP (EAP-RAS)',
  23: 'UMTS Authentication and Key Agreement EAP (EAP-AKA)',
  24: '3Com Wireless EAP (EAP-3COM-WIRELESS)',
  25: 'Protected EAP (EAP-PEAP)',
  26: 'MS-Authentication EAP (EAP-MS-AUTH)',
  27: 'Mutual Authentication w/Key Exchange EAP (EAP-MAKE)',
  28: 'CRYPTOCard EAP (EAP-CRYPTOCARD)',
  29: 'MS-CHAP-v2 EAP (EAP-MS-CHAP-V2)',
  32: 'Protected One-Time Password EAP (EAP-POTP)',
  33: 'MS-Authentication TLV EAP (EAP-MS-AUTH-TLV)',
  38: 'HTTP Digest EAP (EAP-HTTP-DIGEST)',
  41: 'Simple Password Exponential Key Exchange EAP (EAP-SPEKE)',
  43: 'Flexible Authentication via Secure Tunneling EAP (EAP-FAST)',
  46: 'Password Authenticated eXchange EAP (EAP-PAX)',
  47: 'Pre-Shared Key EAP (EAP-PSK)',
  48: 'Shared-secret Authentication and Key Establishment EAP (EAP-SAKE)',
  49: 'Internet Key Exchange v2 EAP (EAP-IKEv2)',
  50: "UMTS Authentication and Key Agreement' EAP (EAP-AKA')",
  51: 'Generalized Pre-Shared Key EAP (EAP-GPSK)',
  52: 'Password EAP (EAP-pwd)',
  53: 'Encrypted Key Exchange v1 EAP (EAP-EKEv1)',
  55: 'Tunneled EAP protocol',
  254: 'Expanded Type',
  255: 'Experimental',
};

const f = {
  code: uint('eap.code', 'Code').at(0, 1).named(codes),
  id: uint('eap.id', 'Id').at(1, 1),
  length: uint('eap.len', 'Length').at(2, 2),
  type: uint('eap.type', 'Type').named(eapTypes),
  identity: text('eap.identity', 'Identity'),
  notification: text('eap.notification', 'Notification'),
  desiredType: uint('eap.desired_type', 'Desired Auth Type').named(eapTypes),
  md5Size: uint('eap.md5.value_size', 'EAP-MD5 Value-Size'),
  md5Value: bytes('eap.md5.value', 'EAP-MD5 Value'),
  md5Extra: bytes('eap.md5.extra_data', 'EAP-MD5 Extra Data'),
  tlsFlags: uint('eap.tls.flags', 'EAP-TLS Flags').hex(1),
  tlsLength: uint('eap.tls.len', 'EAP-TLS Length'),
};

export const eap: Protocol = protocol({
  name: 'eap',
  title: 'Extensible Authentication Protocol',
  column: 'EAP',
  fields: f,
  on: [[pppProtocols, 0xc227]],
  step(p) {
    const b = p.buf;
    const start = p.at;
    if (p.end - start < HEADER) return p.cut(HEADER);
    p.narrow(p.count - 1, Math.max(HEADER, u16(b, start + 2)));
    const code = b[start]!;
    const hasType = code === REQUEST || code === RESPONSE;
    if (hasType && p.end - start < HEADER + 1) return p.cut(HEADER + 1);
    const type = hasType ? b[start + HEADER]! : 0;
    if (isTlsMethod(type) && p.end - start > HEADER + 1) readTls(p, type, code, start + HEADER + 1, p.end);
    p.at = p.end;
    return null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const stop = p.stop[layer]!;
    if (stop - start < HEADER) return;
    for (const field of [f.code, f.id, f.length]) out.fixed(field);
    if (b[start]! > RESPONSE || stop - start <= HEADER) return;
    const type = b[start + HEADER]!;
    const at = start + HEADER + 1;
    out.add(f.type, start + HEADER, 1);
    if (at >= stop) return;
    if (type === IDENTITY) out.add(f.identity, at, stop - at, utf8(b, at, stop));
    else if (type === NOTIFICATION) out.add(f.notification, at, stop - at);
    else if (type === NAK) for (let i = at; i < stop; i++) out.add(f.desiredType, i, 1);
    else if (type === MD5) {
      out.add(f.md5Size, at, 1);
      const end = at + 1 + b[at]!;
      if (end > stop) return;
      out.add(f.md5Value, at + 1, b[at]!);
      if (stop > end) out.add(f.md5Extra, end, stop - end);
    } else if (isTlsMethod(type)) {
      out.add(f.tlsFlags, at, 1);
      if (b[at]! & LENGTH_INCLUDED) out.add(f.tlsLength, at + 1, 4);
    }
  },
  info(p, layer) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    if (p.stop[layer]! === start) return '';
    const code = b[start]!;
    const name = codes[code] ?? 'Unknown code';
    if ((code !== REQUEST && code !== RESPONSE) || p.stop[layer]! - start <= HEADER) return name;
    const type = b[start + HEADER]!;
    return `${name}, ${eapTypes[type] ?? `Unknown type (0x${type.toString(16).padStart(2, '0')})`}`;
  },
});
