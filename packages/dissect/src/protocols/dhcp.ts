// BOOTP and DHCP for IPv4 (RFC 951, RFC 2131, RFC 2132).
import { spells, u16, u32 } from '../core/bytes.ts';
import { bool, bytes, ipv4, none, text, uint, type Value } from '../core/field.ts';
import { LISTED, type Packet } from '../core/packet.ts';
import { printable } from '../core/printable.ts';
import { type Protocol, protocol } from '../core/protocol.ts';
import type { Sink } from '../core/sink.ts';
import { udpPorts } from '../core/table.ts';
import { ethernetAddress, hex, ipv4Address } from '../core/text.ts';
import { messageTypeName, optionName, plainOptions } from './dhcp/options.ts';
import { addText, hwMacAddr, hwType, specialFields, specialOptions } from './dhcp/special.ts';

const CLIENT = 68;
const SERVER = 67;
/** Port of the PXE boot server. */
const PROXY = 4011;

const HEADER = 236;
/** RFC 2131 §3: magic cookie, the first four bytes of the options. */
const COOKIE = 0x63825363;
/** RFC 951 §3: size of the vendor area in a message without options. */
const VENDOR = 64;
const SERVER_NAME = 44;
const BOOT_FILE = 108;
const OPTIONS = 240;

const PAD = 0;
const END = 255;
const OVERLOAD = 52;
const MESSAGE_TYPE = 53;
const VENDOR_INFORMATION = 43;
const VENDOR_CLASS = 60;

/**
 * Vendors whose vendor-specific information is dissected, and those whose vendor class is too; each is a layer of its
 * own.
 */
const KNOWN_VENDORS = ['PXEClient', 'AAPLBSDPC', 'ArubaAP', 'ArubaInstantAP', 'docsis', 'pktc', 'CableHome'];
const KNOWN_CLASSES = ['AAPLBSDPC/', 'docsis', 'pktc'];
/** Alcatel-Lucent suboption: voice VLAN. */
const ALCATEL_VLAN = 58;

const SECONDS_LITTLE = 'Seconds elapsed appears to be encoded as little-endian';

const orNotGiven =
  (title: string) =>
  (name: Value): string =>
    name === '' ? `${title} not given` : `${title}: ${printable(String(name))}`;

const f = {
  bootp: bool('dhcp.bootp', 'Frame is BOOTP').hidden(),
  type: uint('dhcp.type', 'Message type').at(0, 1).named({ 1: 'Boot Request', 2: 'Boot Reply' }),
  hwType,
  hwLen: uint('dhcp.hw.len', 'Hardware address length').at(2, 1),
  hops: uint('dhcp.hops', 'Hops').at(3, 1),
  id: uint('dhcp.id', 'Transaction ID').at(4, 4).hex(),
  secs: uint('dhcp.secs', 'Seconds elapsed'),
  secsLittle: none('dhcp.secs_le', SECONDS_LITTLE),
  flags: uint('dhcp.flags', 'Bootp flags').at(10, 2).hex(),
  flagsBc: bool('dhcp.flags.bc', 'Broadcast flag')
    .at(10, 2)
    .mask(0x8000)
    .named({ 0: 'Unicast', 1: 'Broadcast' }),
  flagsReserved: uint('dhcp.flags.reserved', 'Reserved flags').at(10, 2).mask(0x7fff).hex(),
  ipClient: ipv4('dhcp.ip.client', 'Client IP address').at(12, 4),
  ipYour: ipv4('dhcp.ip.your', 'Your (client) IP address').at(16, 4),
  ipServer: ipv4('dhcp.ip.server', 'Next server IP address').at(20, 4),
  ipRelay: ipv4('dhcp.ip.relay', 'Relay agent IP address').at(24, 4),
  hwAddr: bytes('dhcp.hw.addr', 'Client hardware address'),
  hwMacAddr,
  hwPadding: bytes('dhcp.hw.addr_padding', 'Client hardware address padding'),
  server: text('dhcp.server', 'Server host name').shownAs(orNotGiven('Server host name')),
  file: text('dhcp.file', 'Boot file name').shownAs(orNotGiven('Boot file name')),
  cookie: ipv4('dhcp.cookie', 'Magic cookie')
    .at(HEADER, 4)
    .shownAs(() => 'Magic cookie: DHCP'),
  vendor: bytes('dhcp.vendor_specific_options', 'Bootp vendor specific options'),
  optionType: uint('dhcp.option.type', 'Option').shownAs(() => 'Option:'),
  optionLength: uint('dhcp.option.length', 'Length'),
  optionValue: bytes('dhcp.option.value', 'Value').hidden(),
  padding: bytes('dhcp.option.padding', 'Padding'),
  end: uint('dhcp.option.end', 'Option End'),
  ...Object.fromEntries([...plainOptions.values()].map(({ field }) => [field.name, field])),
  ...specialFields,
};

/** The layer mark is the message type + 1; 0 is BOOTP. */
export const dhcp: Protocol = protocol({
  name: 'dhcp',
  title: 'Dynamic Host Configuration Protocol',
  column: (p, layer) => (p.mark[layer]! > 0 ? 'DHCP' : 'BOOTP'),
  fields: f,
  on: [[udpPorts, SERVER, CLIENT, PROXY]],
  step(p) {
    const b = p.buf;
    const start = p.at;
    const { end } = p;
    const layer = p.count - 1;
    if (end - start < HEADER + 4) return p.cut(HEADER + 4);
    p.at = end;
    if (u32(b, start + HEADER) !== COOKIE)
      return end - start < HEADER + VENDOR ? p.cut(HEADER + VENDOR) : null;
    let vendorClass = -1;
    let vendorInformation = -1;
    for (let at = start + OPTIONS; at < end && b[at] !== END; ) {
      if (b[at] === PAD) {
        at++;
        continue;
      }
      if (b[at] === VENDOR_CLASS) vendorClass = at;
      else if (b[at] === VENDOR_INFORMATION) vendorInformation = at;
      const next = at + 1 < end ? at + 2 + b[at + 1]! : end + 1;
      if (next > end) return p.cut(1);
      if (b[at] === MESSAGE_TYPE && next > at + 2) p.mark[layer] = b[at + 2]! + 1;
      at = next;
    }
    listVendor(p, vendorClass, vendorInformation);
    return null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const end = p.stop[layer]!;
    if (p.mark[layer] === 0 && start + HEADER <= end) out.add(f.bootp, start, 0, true);
    out.fixed(f.type);
    out.add(f.hwType, start + 1, 1);
    out.fixed(f.hwLen);
    out.fixed(f.hops);
    out.fixed(f.id);
    if (start + 10 <= end) out.add(f.secs, start + 8, 2, secondsElapsed(b, start));
    if (areSecondsLittle(b, start, end)) out.add(f.secsLittle, start + 8, 0);
    out.openFixed(f.flags);
    if (start + 12 <= end) out.note(b[start + 10]! & 0x80 ? ', Broadcast flag (Broadcast)' : ' (Unicast)');
    out.fixed(f.flagsBc);
    out.fixed(f.flagsReserved);
    out.close();
    out.fixed(f.ipClient);
    out.fixed(f.ipYour);
    out.fixed(f.ipServer);
    out.fixed(f.ipRelay);
    emitHardwareAddress(b, start, end, out);
    if (start + HEADER > end) return;
    const overload = overloadOf(b, start, end);
    if ((overload & 2) === 0) addText(b, f.server, start + SERVER_NAME, start + BOOT_FILE, out);
    if ((overload & 1) === 0) addText(b, f.file, start + BOOT_FILE, start + HEADER, out);
    emitVendor(b, start, end, out);
  },
  expert(p, layer, add) {
    if (areSecondsLittle(p.bufferOf(layer), p.start[layer]!, p.stop[layer]!))
      add('note', 'protocol', SECONDS_LITTLE, { under: f.secs, name: f.secsLittle });
  },
  headline: (p, layer) => (p.mark[layer]! > 0 ? ` (${messageTypeName(p.mark[layer]! - 1)})` : ''),
  info(p, layer) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const type = p.mark[layer]! - 1;
    if (type >= 0) {
      const proxy = p.srcPort === PROXY || p.dstPort === PROXY ? 'proxy' : '';
      return `${proxy}DHCP ${messageTypeName(type).padEnd(8)} - Transaction ID 0x${u32(b, start + 4).toString(16)}`;
    }
    if (start + 1 > p.stop[layer]! || start + 34 > p.stop[layer]!) return '';
    if (b[start] === 1) return `Boot Request from ${senderText(b, start)}`;
    return b[start] === 2 ? 'Boot Reply' : `Unknown BOOTP message type (${b[start]})`;
  },
});

function listVendor(p: Packet, vendorClass: number, information: number): void {
  const b = p.buf;
  const name = vendorClass + 2;
  const end = vendorClass < 0 ? 0 : name + b[vendorClass + 1]!;
  if (vendorClass >= 0 && KNOWN_CLASSES.some((known) => spells(b, name, end, known))) p.push(dhcp, LISTED);
  if (information < 0 || b[information + 1] === 0) return;
  const isAlcatel =
    b[information + 1]! >= 4 && b[information + 2] === ALCATEL_VLAN && b[information + 3] === 2;
  if (isAlcatel || (vendorClass >= 0 && KNOWN_VENDORS.some((known) => spells(b, name, end, known))))
    p.push(dhcp, LISTED);
}

function senderText(b: Uint8Array, start: number): string {
  if (!hasMac(b, start)) return hex(b, start + 28, start + 28 + Math.min(16, b[start + 2]!));
  const mac = ethernetAddress(b, start + 28);
  return `${mac} (${mac})`;
}

function hasMac(b: Uint8Array, start: number): boolean {
  return b[start + 2] === 6 && (b[start + 1] === 1 || b[start + 1] === 6);
}

/** Some clients send the seconds little-endian, recognized by a large high byte. */
function secondsElapsed(b: Uint8Array, start: number): number {
  return areSecondsLittle(b, start, start + 10) ? b[start + 8]! : u16(b, start + 8);
}

/** Some clients send the seconds with the low byte first: less than 256 are far likelier than a multiple of that. */
function areSecondsLittle(b: Uint8Array, start: number, end: number): boolean {
  return start + 10 <= end && b[start + 8]! > 0 && b[start + 9] === 0;
}

function emitHardwareAddress(b: Uint8Array, start: number, end: number, out: Sink): void {
  const length = b[start + 2]!;
  if (start + SERVER_NAME > end || length === 0 || length > 16) return;
  if (hasMac(b, start)) out.add(f.hwMacAddr, start + 28, 6);
  else out.add(f.hwAddr, start + 28, length);
  if (length < 16) out.add(f.hwPadding, start + 28 + length, 16 - length);
}

/** RFC 2132 §9.3: which of the fields `file` and `sname` hold further options. */
function overloadOf(b: Uint8Array, start: number, end: number): number {
  if (start + OPTIONS > end || u32(b, start + HEADER) !== COOKIE) return 0;
  for (let at = start + OPTIONS; at + 2 < end && b[at] !== END; at += b[at] === PAD ? 1 : 2 + b[at + 1]!) {
    if (b[at] === OVERLOAD) return b[at + 2]!;
  }
  return 0;
}

function emitVendor(b: Uint8Array, start: number, end: number, out: Sink): void {
  if (start + OPTIONS > end) return;
  if (u32(b, start + HEADER) !== COOKIE) {
    out.add(f.vendor, start + HEADER, Math.min(VENDOR, end - start - HEADER));
    return;
  }
  out.fixed(f.cookie);
  const at = emitOptions(b, start + OPTIONS, end, start, out);
  if (at < end) out.add(f.padding, at, end - at);
}

/** `message`: start of the message, to follow an overload option; -1 within overloaded fields. */
function emitOptions(b: Uint8Array, at: number, end: number, message: number, out: Sink): number {
  while (at < end) {
    const code = b[at]!;
    if (code === END) {
      // Wireshark gives the end option the type 0, as it does to padding.
      out.open(f.optionType, at, 1, 0);
      out.note(' (255) End');
      out.add(f.end, at, 1);
      out.close();
      return at + 1;
    }
    if (code === PAD) {
      const from = at;
      while (at < end && b[at] === PAD) at++;
      out.open(f.optionType, from, 1, 0);
      out.note(' (0) Padding');
      out.add(f.padding, from, at - from);
      out.close();
      continue;
    }
    const next = at + 1 < end ? at + 2 + b[at + 1]! : end + 1;
    if (next > end) {
      out.add(f.optionType, at, 1);
      out.note(` (${code}) ${optionName(code)}`);
      if (at + 1 < end) out.add(f.optionLength, at + 1, 1);
      return end;
    }
    emitOption(b, at, next, out);
    if (code === OVERLOAD && next > at + 2 && message >= 0) emitOverload(b, b[at + 2]!, message, out);
    at = next;
  }
  return at;
}

function emitOverload(b: Uint8Array, overload: number, message: number, out: Sink): void {
  if (overload & 2) emitOptions(b, message + SERVER_NAME, message + BOOT_FILE, -1, out);
  if (overload & 1) emitOptions(b, message + BOOT_FILE, message + HEADER, -1, out);
}

function emitOption(b: Uint8Array, at: number, next: number, out: Sink): void {
  const code = b[at]!;
  const start = at + 2;
  out.open(f.optionType, at, next - at, code);
  out.note(` (${code}) ${optionName(code)}`);
  const plain = plainOptions.get(code);
  if (code === MESSAGE_TYPE && next > start) out.note(` (${messageTypeName(b[start]!)})`);
  else if (plain?.field.type === 'ipv4' && !plain.isList && next - start === 4)
    out.note(` (${ipv4Address(b, start)})`);
  out.add(f.optionLength, at + 1, 1);
  out.add(f.optionValue, start, next - start);
  if (plain !== undefined) {
    const { field, width, isList } = plain;
    if (width === 0) addText(b, field, start, next, out);
    else if (isList)
      for (let value = start; value + width <= next; value += width) out.add(field, value, width);
    else if (next - start === width) out.add(field, start, width);
  } else if (next > start) specialOptions.get(code)?.(b, start, next, out);
  out.close();
}
