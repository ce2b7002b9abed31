// Parts of resource records with irregular layouts.
import { ascii, u16 } from '../../core/bytes.ts';
import { bool, bytes, ipv4, ipv6, text, uint } from '../../core/field.ts';
import { ipv6Address } from '../../core/text.ts';
import { finish, fixed, name, own, type Rdata, repeated } from './layout.ts';
import { nameEnd, readName } from './name.ts';
import { padded } from './parts.ts';

const wksBits = uint('dns.wks.bits', 'Bits').hex(1);
export const serviceBits = repeated([wksBits], (r, out) => {
  if (r.b[r.at] !== 0) out.add(wksBits, r.at, 1);
  r.at++;
});

const a6 = {
  length: uint('dns.a6.prefix_len', 'Prefix len'),
  suffix: ipv6('dns.a6.address_suffix', 'Address Suffix'),
  name: text('dns.a6.prefix_name', 'Prefix name'),
};

/** RFC 2874 §3.1: address suffix and prefix name. */
function readA6(r: Rdata): { octets: number; suffix: Uint8Array; prefix: string; length: number } {
  const length = r.b[r.at]!;
  const octets = Math.min(Math.ceil(Math.max(0, 128 - length) / 8), r.end - r.at - 1);
  const suffix = new Uint8Array(16);
  suffix.set(r.b.subarray(r.at + 1, r.at + 1 + octets), 16 - octets);
  const prefix = length > 0 ? readName(r.b, r.at + 1 + octets, r.base, r.messageEnd) : '';
  return { octets, suffix, prefix, length };
}

export const chainedAddress = own(
  Object.values(a6),
  (r, out) => {
    if (r.at >= r.end) return;
    const { octets, suffix, prefix } = readA6(r);
    out.add(a6.length, r.at, 1);
    if (octets > 0) out.add(a6.suffix, r.at + 1, octets, suffix);
    if (prefix !== '') out.add(a6.name, r.at + 1 + octets, Math.max(0, nameEnd - r.at - 1 - octets), prefix);
    r.at = r.end;
  },
  (r) => {
    if (r.at >= r.end) return '';
    const { length, suffix, prefix } = readA6(r);
    return `${length} ${ipv6Address(suffix, 0)} ${prefix}`;
  },
);

const gateway = {
  v4: ipv4('dns.ipseckey.gateway_ipv4', 'IPv4 Gateway'),
  v6: ipv6('dns.ipseckey.gateway_ipv6', 'IPv6 Gateway'),
  name: text('dns.ipseckey.gateway_dns', 'DNS Gateway'),
};
const gatewayParts = [null, fixed(gateway.v4, 4), fixed(gateway.v6, 16), name(gateway.name)];

/** RFC 4025 §2.5: the gateway, whose type is given two bytes before. */
export const ipsecGateway = own(Object.values(gateway), (r, out) => {
  if (r.at <= r.end) gatewayParts[r.b[r.at - 2]!]?.emit(r, out);
});

const apl = {
  family: uint('dns.apl.address_family', 'Address Family').named({ 1: 'IPv4', 2: 'IPv6' }),
  prefix: uint('dns.apl.coded_prefix', 'Prefix Length'),
  negation: bool('dns.apl.negation', 'Negation Flag').mask(0x80),
  length: uint('dns.apl.afdlength', 'Address Length').mask(0x7f),
  v4: ipv4('dns.apl.afdpart.ipv4', 'Address'),
  v6: ipv6('dns.apl.afdpart.ipv6', 'Address'),
  data: bytes('dns.apl.afdpart.data', 'Address'),
};

/** RFC 3123 §4. */
export const addressPrefixes = repeated(Object.values(apl), (r, out) => {
  const { b, at } = r;
  if (at + 4 > r.end) return finish(r);
  const family = u16(b, at);
  const start = at + 4;
  const stop = Math.min(start + (b[at + 3]! & 0x7f), r.end);
  out.add(apl.family, at, 2);
  out.add(apl.prefix, at + 2, 1);
  out.add(apl.negation, at + 3, 1);
  out.add(apl.length, at + 3, 1);
  if (family === 1 && stop - start <= 4) out.add(apl.v4, start, stop - start, padded(b, start, stop, 4));
  else if (family === 2 && stop - start <= 16)
    out.add(apl.v6, start, stop - start, padded(b, start, stop, 16));
  else out.add(apl.data, start, stop - start);
  r.at = stop;
});

const caa = {
  issue: text('dns.caa.issue', 'Issue'),
  issuewild: text('dns.caa.issuewild', 'Issue Wildcard'),
  iodef: text('dns.caa.iodef', 'Report URL'),
  unknown: text('dns.caa.unknown', 'Unknown tag'),
  tagLength: uint('dns.caa.tag_length', 'Tag length'),
  tag: text('dns.caa.tag', 'Tag'),
  value: text('dns.caa.value', 'Value'),
};

/** RFC 8659 §4.1. */
export const property = own(Object.values(caa), (r, out) => {
  if (r.at >= r.end) return;
  const { b, at } = r;
  const value = Math.min(at + 1 + b[at]!, r.end);
  const tag = ascii(b, at + 1, value);
  const field = tag === 'issue' || tag === 'issuewild' || tag === 'iodef' ? caa[tag] : caa.unknown;
  out.open(field, value, r.end - value);
  out.add(caa.tagLength, at, 1);
  out.add(caa.tag, at + 1, value - at - 1, tag);
  out.add(caa.value, value, r.end - value);
  out.close();
  r.at = r.end;
});

const hip = {
  hitLength: uint('dns.hip.hit.length', 'HIT length'),
  algorithm: uint('dns.hip.hit.pk.algo', 'HIT length').named({ 0: 'Reserved', 1: 'DSA', 2: 'RSA' }),
  keyLength: uint('dns.hip.pk.length', 'PK length'),
  hit: bytes('dns.hip.hit', 'Host Identity Tag'),
  key: bytes('dns.hip.pk', 'HIP Public Key'),
};

/** RFC 8005 §5. */
export const hostIdentity = own(Object.values(hip), (r, out) => {
  const { b, at } = r;
  if (at + 4 > r.end) return finish(r);
  const key = Math.min(at + 4 + b[at]!, r.end);
  const stop = Math.min(key + u16(b, at + 2), r.end);
  out.add(hip.hitLength, at, 1);
  out.add(hip.algorithm, at + 1, 1);
  out.add(hip.keyLength, at + 2, 2);
  out.add(hip.hit, at + 4, key - at - 4);
  out.add(hip.key, key, stop - key);
  r.at = stop;
});
export const rendezvous = name(text('dns.hip.rendezvous_server', 'Rendezvous Server'));
