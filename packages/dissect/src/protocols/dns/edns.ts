// EDNS options (RFC 6891 §6.1.2) and the codes registered for them.
import { u16 } from '../../core/bytes.ts';
import { bytes, ipv4, ipv6, none, text, uint } from '../../core/field.ts';
import type { Sink } from '../../core/sink.ts';
import { finish, own, type Part, repeated } from './layout.ts';
import { algorithmNames, digestNames } from './names.ts';
import { padded } from './parts.ts';

const codeNames: Record<number, string> = {
  0: 'Reserved',
  1: 'LLQ - Long-lived query',
  2: 'UL - Update lease',
  3: 'NSID - Name Server Identifier',
  4: 'Owner (reserved)',
  5: 'DAU - DNSSEC Algorithm Understood (RFC6975)',
  6: 'DHU - DS Hash Understood (RFC6975)',
  7: 'N3U - NSEC3 Hash Understood (RFC6975)',
  8: 'CSUBNET - Client subnet',
  9: 'EDNS EXPIRE (RFC7314)',
  10: 'COOKIE',
  11: 'EDNS TCP Keepalive',
  12: 'PADDING',
  13: 'CHAIN',
  15: 'Extended DNS Error',
  20730: 'Experimental - CSUBNET - Client subnet',
};

const CLIENT_SUBNET = 8;
const CLIENT_SUBNET_EXPERIMENTAL = 20730;
const COOKIE = 10;
/** RFC 7873 §4.1: client cookie. */
const CLIENT_COOKIE = 8;

const f = {
  opt: none('dns.opt', 'Option'),
  code: uint('dns.opt.code', 'Option Code').named(codeNames),
  length: uint('dns.opt.len', 'Option Length'),
  data: bytes('dns.opt.data', 'Option Data'),
  dau: uint('dns.opt.dau', 'DAU').named(algorithmNames),
  dhu: uint('dns.opt.dhu', 'DHU').named(digestNames),
  n3u: uint('dns.opt.n3u', 'N3U').named({ 0: 'Reserved', 1: 'SHA-1' }),
  family: uint('dns.opt.client.family', 'Family').named({ 1: 'IPv4', 2: 'IPv6' }),
  netmask: uint('dns.opt.client.netmask', 'Source Netmask'),
  scope: uint('dns.opt.client.scope', 'Scope Netmask'),
  addr: bytes('dns.opt.client.addr', 'Client Subnet'),
  addr4: ipv4('dns.opt.client.addr4', 'Client Subnet'),
  addr6: ipv6('dns.opt.client.addr6', 'Client Subnet'),
  clientCookie: bytes('dns.opt.cookie.client', 'Client Cookie'),
  serverCookie: bytes('dns.opt.cookie.server', 'Server Cookie'),
  keepalive: uint('dns.opt.edns_tcp_keepalive.timeout', 'Timeout'),
  padding: bytes('dns.opt.padding', 'Padding'),
  chain: text('dns.opt.chain.fqdn', 'Closest Trust Point'),
  errorCode: uint('dns.opt.ext_error.info_code', 'Info Code'),
  errorText: text('dns.opt.ext_error.extra_text', 'Extra Text'),
};

/** Options whose value is a list of one-byte numbers. */
const lists: Record<number, typeof f.dau> = { 5: f.dau, 6: f.dhu, 7: f.n3u };

const option = own(Object.values(f), (r, out) => {
  const { b, at } = r;
  if (at + 4 > r.end) return finish(r);
  const code = u16(b, at);
  const start = at + 4;
  const stop = Math.min(start + u16(b, at + 2), r.end);
  out.open(f.opt, at, stop - at);
  out.note(`: ${codeNames[code] ?? `Unknown (${code})`}`);
  out.add(f.code, at, 2);
  out.add(f.length, at + 2, 2);
  out.add(f.data, start, stop - start);
  emitValue(b, code, start, stop, out);
  out.close();
  r.at = stop;
});

export const edns: Part = repeated(option.fields, option.emit);

function emitValue(b: Uint8Array, code: number, start: number, stop: number, out: Sink): void {
  const length = stop - start;
  const list = lists[code];
  if (list !== undefined) for (let i = start; i < stop; i++) out.add(list, i, 1);
  else if ((code === CLIENT_SUBNET || code === CLIENT_SUBNET_EXPERIMENTAL) && length >= 4)
    emitSubnet(b, start, stop, out);
  else if (code === COOKIE && length >= CLIENT_COOKIE) {
    out.add(f.clientCookie, start, CLIENT_COOKIE);
    out.add(f.serverCookie, start + CLIENT_COOKIE, length - CLIENT_COOKIE);
  } else if (code === 11 && length === 2) out.add(f.keepalive, start, 2);
  else if (code === 12) out.add(f.padding, start, length);
  else if (code === 13 && length > 0) out.add(f.chain, start, length);
  else if (code === 15 && length >= 2) {
    out.add(f.errorCode, start, 2);
    if (length > 2) out.add(f.errorText, start + 2, length - 2);
  }
}

/** RFC 7871 §6: the address is truncated to the bytes of its prefix. */
function emitSubnet(b: Uint8Array, start: number, stop: number, out: Sink): void {
  const family = u16(b, start);
  const at = start + 4;
  out.add(f.family, start, 2);
  out.add(f.netmask, start + 2, 1);
  out.add(f.scope, start + 3, 1);
  if (family === 1) out.add(f.addr4, at, stop - at, padded(b, at, stop, 4));
  else if (family === 2) out.add(f.addr6, at, stop - at, padded(b, at, stop, 16));
  else out.add(f.addr, at, stop - at);
}
