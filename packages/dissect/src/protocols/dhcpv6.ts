// Dynamic Host Configuration Protocol for IPv6 (RFC 8415), with relays.
import { u16, u24, utf8 } from '../core/bytes.ts';
import { bytes, ipv6, text, time, uint } from '../core/field.ts';
import type { Packet } from '../core/packet.ts';
import { protocol } from '../core/protocol.ts';
import type { Sink } from '../core/sink.ts';
import { udpPorts } from '../core/table.ts';
import { hex, ipv6Address } from '../core/text.ts';
import { messageNames, optionNames, statusNames } from './names/dhcpv6.ts';

/** §8: message type and transaction id; §9: relay messages have a hop count and two addresses. */
const HEADER = 4;
const RELAY_HEADER = 34;
const RELAY_FORW = 12;
const RELAY_REPLY = 13;
/** §21.1 */
const OPTION_HEADER = 4;
/** Maximum nesting of options and relay messages. */
const NESTING_MAX = 8;
const DAY_2000 = 946_684_800n;

const CLIENT_ID = 1;
const SERVER_ID = 2;
const IA_NA = 3;
const IA_TA = 4;
const IA_ADDRESS = 5;
const OPTION_REQUEST = 6;
const PREFERENCE = 7;
const ELAPSED_TIME = 8;
const RELAY_MESSAGE = 9;
const STATUS_CODE = 13;
const VENDOR_CLASS = 16;
const VENDOR_OPTIONS = 17;
const INTERFACE_ID = 18;
const DNS_SERVERS = 23;
const DOMAIN_LIST = 24;
const IA_PD = 25;
const IA_PREFIX = 26;
const CLIENT_FQDN = 39;

const f = {
  msgtype: uint('dhcpv6.msgtype', 'Message type').named(messageNames),
  xid: uint('dhcpv6.xid', 'Transaction ID').hex(3),
  hopcount: uint('dhcpv6.hopcount', 'Hopcount'),
  linkaddr: ipv6('dhcpv6.linkaddr', 'Link address'),
  peeraddr: ipv6('dhcpv6.peeraddr', 'Peer address'),
  optionType: uint('dhcpv6.option.type', 'Option').named(optionNames),
  optionLength: uint('dhcpv6.option.length', 'Length'),
  duid: bytes('dhcpv6.duid.bytes', 'DUID'),
  duidType: uint('dhcpv6.duid.type', 'DUID Type').named({
    1: 'link-layer address plus time',
    2: 'assigned by vendor based on Enterprise number',
    3: 'link-layer address',
    4: 'Universally Unique IDentifier (UUID)',
  }),
  iaid: text('dhcpv6.iaid', 'IAID'),
  t1: uint('dhcpv6.iaid.t1', 'T1'),
  t2: uint('dhcpv6.iaid.t2', 'T2'),
  iata: text('dhcpv6.iata', 'IATA'),
  address: ipv6('dhcpv6.iaaddr.ip', 'IPv6 address'),
  preferredLifetime: uint('dhcpv6.iaaddr.pref_lifetime', 'Preferred lifetime'),
  validLifetime: uint('dhcpv6.iaaddr.valid_lifetime', 'Valid lifetime'),
  requested: uint('dhcpv6.requested_option_code', 'Requested Option code').named(optionNames),
  preference: uint('dhcpv6.option_preference', 'Pref-value'),
  elapsed: uint('dhcpv6.elapsed_time', 'Elapsed time'),
  statusCode: uint('dhcpv6.status_code', 'Status Code').named(statusNames),
  statusMessage: text('dhcpv6.status_msg', 'Status Message'),
  vendorClass: uint('dhcpv6.vendorclass.enterprise', 'Enterprise ID'),
  vendorOptions: uint('dhcpv6.vendoropts.enterprise', 'Enterprise ID'),
  interfaceId: bytes('dhcpv6.interface_id', 'Interface-ID'),
  dnsServer: ipv6('dhcpv6.dns_server', 'DNS server address'),
  searchList: text('dhcpv6.search_list', 'Domain search list'),
  prefixPreferred: uint('dhcpv6.iaprefix.pref_lifetime', 'Preferred lifetime'),
  prefixValid: uint('dhcpv6.iaprefix.valid_lifetime', 'Valid lifetime'),
  prefixLength: uint('dhcpv6.iaprefix.pref_len', 'Prefix length'),
  prefix: ipv6('dhcpv6.iaprefix.pref_addr', 'Prefix address'),
  clientFqdn: text('dhcpv6.client_domain', 'Client domain'),
  fqdnFlags: uint('dhcpv6.client_fqdn_flags', 'Flags').hex(1),
  duidTime: time('dhcpv6.duidllt.time', 'DUID Time'),
};

export const dhcpv6 = protocol({
  name: 'dhcpv6',
  title: 'DHCPv6',
  column: 'DHCPv6',
  fields: f,
  on: [[udpPorts, 546, 547]],
  step(p) {
    if (p.end - p.at < HEADER) return p.cut(HEADER);
    p.at = p.end;
    return null;
  },
  emit: (p, layer, out) => emitMessage(p.bufferOf(layer), p.start[layer]!, p.stop[layer]!, out, 0),
  info: messageInfo,
});

const isRelay = (type: number): boolean => type === RELAY_FORW || type === RELAY_REPLY;

/** Iterates over the options of [at, stop): code, offset and length of the value; stops at one that does not fit. */
function eachOption(
  b: Uint8Array,
  at: number,
  stop: number,
  visit: (type: number, at: number, end: number) => void,
): void {
  while (at + OPTION_HEADER <= stop) {
    const end = at + OPTION_HEADER + u16(b, at + 2);
    if (end > stop) return;
    visit(u16(b, at), at, end);
    at = end;
  }
}

function emitMessage(b: Uint8Array, start: number, stop: number, out: Sink, depth: number): void {
  if (stop - start < HEADER || depth > NESTING_MAX) return;
  out.add(f.msgtype, start, 1);
  if (!isRelay(b[start]!)) {
    out.add(f.xid, start + 1, 3);
    emitOptions(b, start + HEADER, stop, out, depth);
    return;
  }
  out.add(f.hopcount, start + 1, 1);
  out.add(f.linkaddr, start + 2, 16);
  out.add(f.peeraddr, start + 18, 16);
  emitOptions(b, start + RELAY_HEADER, stop, out, depth);
}

function emitOptions(b: Uint8Array, start: number, stop: number, out: Sink, depth: number): void {
  if (depth > NESTING_MAX) return;
  eachOption(b, start, stop, (type, at, end) => {
    out.group(optionNames[type] ?? `DHCP option ${type}`, at, end - at);
    out.add(f.optionType, at, 2);
    out.add(f.optionLength, at + 2, 2);
    emitOption(b, type, at + OPTION_HEADER, end, out, depth);
    out.close();
  });
}

function emitOption(b: Uint8Array, type: number, at: number, end: number, out: Sink, depth: number): void {
  const length = end - at;
  switch (type) {
    case CLIENT_ID:
    case SERVER_ID:
      emitDuid(b, at, end, out);
      return;
    case IA_NA:
    case IA_PD:
      if (length < 12) return;
      out.add(f.iaid, at, 4, hex(b, at, at + 4));
      out.add(f.t1, at + 4, 4);
      out.add(f.t2, at + 8, 4);
      emitOptions(b, at + 12, end, out, depth + 1);
      return;
    case IA_TA:
      if (length < 4) return;
      out.add(f.iata, at, 4, hex(b, at, at + 4));
      emitOptions(b, at + 4, end, out, depth + 1);
      return;
    case IA_ADDRESS:
      if (length < 24) return;
      out.add(f.address, at, 16);
      out.add(f.preferredLifetime, at + 16, 4);
      out.add(f.validLifetime, at + 20, 4);
      emitOptions(b, at + 24, end, out, depth + 1);
      return;
    case IA_PREFIX:
      if (length < 25) return;
      out.add(f.prefixPreferred, at, 4);
      out.add(f.prefixValid, at + 4, 4);
      out.add(f.prefixLength, at + 8, 1);
      out.add(f.prefix, at + 9, 16);
      emitOptions(b, at + 25, end, out, depth + 1);
      return;
    case RELAY_MESSAGE:
      emitMessage(b, at, end, out, depth + 1);
      return;
    case OPTION_REQUEST:
      for (let code = at; code + 2 <= end; code += 2) out.add(f.requested, code, 2);
      return;
    case DNS_SERVERS:
      for (let server = at; server + 16 <= end; server += 16) out.add(f.dnsServer, server, 16);
      return;
    default:
      emitSimpleOption(b, type, at, end, out);
  }
}

function emitSimpleOption(b: Uint8Array, type: number, at: number, end: number, out: Sink): void {
  const length = end - at;
  if (type === PREFERENCE) out.add(f.preference, at, 1);
  // §21.9: hundredths of a second; shown in milliseconds.
  else if (type === ELAPSED_TIME && length >= 2) out.add(f.elapsed, at, 2, u16(b, at) * 10);
  else if (type === STATUS_CODE && length >= 2) {
    out.add(f.statusCode, at, 2);
    if (length > 2) out.add(f.statusMessage, at + 2, length - 2);
  } else if (type === VENDOR_CLASS) out.add(f.vendorClass, at, 4);
  else if (type === VENDOR_OPTIONS) out.add(f.vendorOptions, at, 4);
  else if (type === INTERFACE_ID) out.add(f.interfaceId, at, length);
  else if (type === DOMAIN_LIST) {
    for (let name = at; name < end; ) {
      const [domain, after] = domainAt(b, name, end);
      out.add(f.searchList, name, after - name, domain);
      name = after;
    }
  } else if (type === CLIENT_FQDN && length > 1) {
    out.add(f.fqdnFlags, at, 1);
    out.add(f.clientFqdn, at + 1, length - 1, domainAt(b, at + 1, end)[0]);
  }
}

/** §11: DHCP Unique Identifier. */
function emitDuid(b: Uint8Array, at: number, end: number, out: Sink): void {
  out.add(f.duid, at, end - at);
  if (end - at < 2) return;
  out.add(f.duidType, at, 2);
  // §11.2: seconds since the year 2000.
  if (u16(b, at) === 1 && end - at >= 8) {
    const since2000 = BigInt(u24(b, at + 4) * 256 + b[at + 7]!);
    out.add(f.duidTime, at + 4, 4, (since2000 + DAY_2000) * 1_000_000_000n);
  }
}

/** An uncompressed domain name (§10) and its end; at least one byte is consumed. */
function domainAt(b: Uint8Array, at: number, end: number): [string, number] {
  const labels: string[] = [];
  while (at < end && b[at] !== 0) {
    const next = at + 1 + b[at]!;
    labels.push(utf8(b, at + 1, Math.min(next, end)));
    at = next;
  }
  return [labels.join('.'), Math.min(at + 1, end)];
}

/** `Solicit XID: 0xa630b6 CID: 0001… IAA: 2001:db8::1 ` */
function messageInfo(p: Packet, layer: number): string {
  return textOf(p.bufferOf(layer), p.start[layer]!, p.stop[layer]!, 0);
}

function textOf(b: Uint8Array, start: number, stop: number, depth: number): string {
  if (stop - start < HEADER || depth > NESTING_MAX) return '';
  const type = b[start]!;
  const name = messageNames[type] ?? `Unknown (${type})`;
  if (!isRelay(type)) {
    const xid = `0x${u24(b, start + 1)
      .toString(16)
      .padStart(6, '0')}`;
    return `${name} XID: ${xid} ${optionsText(b, start + HEADER, stop, depth)}`;
  }
  if (stop - start < RELAY_HEADER) return name;
  return `${name} L: ${ipv6Address(b, start + 2)} ${optionsText(b, start + RELAY_HEADER, stop, depth)}`;
}

function optionsText(b: Uint8Array, start: number, stop: number, depth: number): string {
  if (depth > NESTING_MAX) return '';
  let text = '';
  eachOption(b, start, stop, (type, at, end) => {
    const value = at + OPTION_HEADER;
    if (type === CLIENT_ID) text += `CID: ${hex(b, value, end)} `;
    else if (type === IA_NA || type === IA_PD) text += optionsText(b, value + 12, end, depth + 1);
    else if (type === IA_ADDRESS && end - value >= 24) text += `IAA: ${ipv6Address(b, value)} `;
    else if (type === RELAY_MESSAGE) text += textOf(b, value, end, depth + 1);
  });
  return text;
}
