// Link Layer Discovery Protocol (IEEE Std 802.1AB-2016 §8).
import { u16, utf8 } from '../../core/bytes.ts';
import { bool, bytes, ether, type Field, ipv4, ipv6, text, uint } from '../../core/field.ts';
import type { Packet } from '../../core/packet.ts';
import { type Protocol, protocol } from '../../core/protocol.ts';
import type { Sink } from '../../core/sink.ts';
import { etherTypes } from '../../core/table.ts';
import { ethernetAddress, hex, ipv4Address, ipv6Address } from '../../core/text.ts';
import { emitOrganisation, organisationFields, organisationTitle } from './lldp-organisations.ts';

const RECORD = 2;
const END = 0;
const CHASSIS = 1;
const PORT = 2;
const TTL = 3;
const PORT_DESCRIPTION = 4;
const SYSTEM_NAME = 5;
const SYSTEM_DESCRIPTION = 6;
const CAPABILITIES = 7;
const MANAGEMENT = 8;
const ORGANISATION = 127;

const typeNames: Readonly<Record<number, string>> = {
  0: 'End of LLDPDU',
  1: 'Chassis Id',
  2: 'Port Id',
  3: 'Time to Live',
  4: 'Port Description',
  5: 'System Name',
  6: 'System Description',
  7: 'System Capabilities',
  8: 'Management Address',
  127: 'Organization Specific',
};
const chassisNames: Readonly<Record<number, string>> = {
  0: 'Reserved',
  1: 'Chassis component',
  2: 'Interface alias',
  3: 'Port component',
  4: 'MAC address',
  5: 'Network address',
  6: 'Interface name',
  7: 'Locally assigned',
};
const portNames: Readonly<Record<number, string>> = {
  0: 'Reserved',
  1: 'Interface alias',
  2: 'Port component',
  3: 'MAC address',
  4: 'Network address',
  5: 'Interface name',
  6: 'Agent circuit Id',
  7: 'Locally assigned',
};
/** Abbreviations of subtypes in the summary. */
const chassisShort = ['Rs', 'CC', 'IA', 'PC', 'MA', 'NA', 'IN', 'LA'];
const portShort = ['Rs', 'IA', 'PC', 'MA', 'NA', 'IN', 'AC', 'LA'];
/** Encoding of identifiers by subtype. */
const MAC = 1;
const NETWORK = 2;
const HEX = 3;
const TEXT = 0;
const chassisKinds = [HEX, TEXT, TEXT, TEXT, MAC, NETWORK, TEXT, TEXT];
const portKinds = [HEX, TEXT, HEX, MAC, NETWORK, TEXT, TEXT, TEXT];

const capabilityNames = [
  'other',
  'repeater',
  'bridge',
  'wlan_access_pt',
  'router',
  'telephone',
  'docsis_cable_device',
  'station_only',
];
const capabilityTitles = [
  'Other',
  'Repeater',
  'Bridge',
  'WLAN access point',
  'Router',
  'Telephone',
  'DOCSIS cable device',
  'Station only',
];
function capabilityBits(prefix: string): readonly Field[] {
  return capabilityNames.map((name, bit) => bool(`${prefix}.${name}`, capabilityTitles[bit]!).mask(1 << bit));
}
const supported = uint('lldp.tlv.system_cap', 'Capabilities').hex(2);
const enabled = uint('lldp.tlv.enable_system_cap', 'Enabled Capabilities').hex(2);
const supportedBits = capabilityBits('lldp.tlv.system_cap');
const enabledBits = capabilityBits('lldp.tlv.enable_system_cap');

const f = {
  type: uint('lldp.tlv.type', 'TLV Type').mask(0xfe00).named(typeNames),
  length: uint('lldp.tlv.len', 'TLV Length').mask(0x01ff),
  chassisSubtype: uint('lldp.chassis.subtype', 'Chassis Id Subtype').named(chassisNames),
  chassisId: bytes('lldp.chassis.id', 'Chassis Id'),
  chassisMac: ether('lldp.chassis.id.mac', 'Chassis Id'),
  chassisIp4: ipv4('lldp.chassis.id.ip4', 'Chassis Id'),
  chassisIp6: ipv6('lldp.chassis.id.ip6', 'Chassis Id'),
  portSubtype: uint('lldp.port.subtype', 'Port Id Subtype').named(portNames),
  portId: text('lldp.port.id', 'Port Id'),
  portMac: ether('lldp.port.id.mac', 'Port Id'),
  portIp4: ipv4('lldp.port.id.ip4', 'Port Id'),
  portIp6: ipv6('lldp.port.id.ip6', 'Port Id'),
  ttl: uint('lldp.time_to_live', 'Seconds'),
  portDescription: text('lldp.port.desc', 'Port Description'),
  systemName: text('lldp.tlv.system.name', 'System Name'),
  systemDescription: text('lldp.tlv.system.desc', 'System Description'),
  supported,
  enabled,
  managementLength: uint('lldp.mgn.address.len', 'Address String Length'),
  managementSubtype: uint('lldp.mgn.address.subtype', 'Address Subtype').named({
    1: 'IPv4',
    2: 'IPv6',
    6: '802 (includes all 802 media plus Ethernet)',
  }),
  managementIp4: ipv4('lldp.mgn.addr.ip4', 'Management Address'),
  managementIp6: ipv6('lldp.mgn.addr.ip6', 'Management Address'),
  managementHex: bytes('lldp.mgn.addr.hex', 'Management Address'),
  interfaceSubtype: uint('lldp.mgn.interface.subtype', 'Interface Subtype').named({
    1: 'Unknown',
    2: 'ifIndex',
    3: 'System port number',
  }),
  interfaceNumber: uint('lldp.mgn.interface.number', 'Interface Number'),
};

/** The three mandatory TLVs at the start (§8.2), with the error text for a missing one. */
const first = [CHASSIS, PORT, TTL];
const missing = ['Invalid Chassis ID TLV', 'Invalid Port ID TLV', 'Invalid Time-to-Live TLV'];

export const lldp: Protocol = protocol({
  name: 'lldp',
  title: 'Link Layer Discovery Protocol',
  column: 'LLDP',
  fields: {
    ...f,
    ...Object.fromEntries(
      [...supportedBits, ...enabledBits, ...organisationFields].map((field) => [field.name, field]),
    ),
  },
  on: [[etherTypes, 0x88cc]],
  step(p) {
    const b = p.buf;
    for (let count = 0; p.at < p.end; count++) {
      if (p.end - p.at < RECORD) return p.cut(RECORD);
      const head = u16(b, p.at);
      const type = head >> 9;
      const length = head & 0x1ff;
      if (count < first.length && type !== first[count]) break;
      if (length > p.end - p.at - RECORD) return p.cut(RECORD + length);
      if ((type === CHASSIS || type === PORT || type === MANAGEMENT) && length < 2) return p.malformed();
      p.at += RECORD + length;
      if (type === END) break;
    }
    p.at = p.end;
    return null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    for (const at of records(p, layer)) {
      const type = b[at]! >> 1;
      const length = u16(b, at) & 0x1ff;
      const title =
        type === ORGANISATION
          ? organisationTitle(b, at + RECORD, at + RECORD + length)
          : (typeNames[type] ?? 'Reserved');
      out.group(title, at, RECORD + length);
      out.add(f.type, at, 2);
      out.add(f.length, at, 2);
      emitRecord(b, type, at + RECORD, at + RECORD + length, out);
      out.close();
    }
  },
  info(p, layer) {
    const b = p.bufferOf(layer);
    let line = '';
    let count = 0;
    for (const at of records(p, layer)) {
      const type = b[at]! >> 1;
      const value = at + RECORD;
      const end = value + (u16(b, at) & 0x1ff);
      if (count < first.length && type !== first[count]) return missing[count]!;
      count++;
      if (type === CHASSIS && end > value)
        line += `${chassisShort[b[value]!] ?? 'Rs'}/${identifier(b, value, end, chassisNames, chassisKinds)} `;
      else if (type === PORT && end > value)
        line += `${portShort[b[value]!] ?? 'Rs'}/${identifier(b, value, end, portNames, portKinds)} `;
      else if (type === TTL && end - value >= 2) line += `${u16(b, value)} `;
      else if (type === SYSTEM_NAME) line += `SysN=${escaped(utf8(b, value, end))} `;
      else if (type === SYSTEM_DESCRIPTION) line += `SysD=${escaped(utf8(b, value, end))} `;
    }
    return line;
  },
});

/** Offsets of the complete TLVs of a layer, including the End TLV. */
function* records(p: Packet, layer: number): Generator<number> {
  const b = p.bufferOf(layer);
  const stop = p.stop[layer]!;
  for (let at = p.start[layer]!; at + RECORD <= stop; ) {
    const length = u16(b, at) & 0x1ff;
    if (at + RECORD + length > stop) return;
    yield at;
    if (b[at]! >> 1 === END) return;
    at += RECORD + length;
  }
}

/** Escapes control characters as in C, because columns have one line. */
function escaped(line: string): string {
  return line.replace(/[\0-\x1f\x7f]/g, (c) => {
    const simple = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }[c];
    return simple ?? `\\${c.charCodeAt(0).toString(8).padStart(3, '0')}`;
  });
}

/** A chassis or port ID whose subtype is at `at`. */
function identifier(
  b: Uint8Array,
  at: number,
  end: number,
  names: Readonly<Record<number, string>>,
  kinds: readonly number[],
): string {
  const kind = kinds[b[at]!] ?? HEX;
  const value = at + 1;
  if (kind === MAC && end - value === 6) return ethernetAddress(b, value);
  if (kind === NETWORK && end - value === 5) return ipv4Address(b, value + 1);
  if (kind === NETWORK && end - value === 17) return ipv6Address(b, value + 1);
  if (b[at] === 0 || names[b[at]!] === undefined) return 'Reserved';
  return kind === HEX ? hex(b, value, end) : escaped(utf8(b, value, end));
}

function emitRecord(b: Uint8Array, type: number, at: number, end: number, out: Sink): void {
  const length = end - at;
  if (length <= 0) return;
  switch (type) {
    case CHASSIS:
      out.add(f.chassisSubtype, at, 1);
      if (chassisKinds[b[at]!] === MAC && length === 7) out.add(f.chassisMac, at + 1, 6);
      else if (chassisKinds[b[at]!] === NETWORK && length === 6) out.add(f.chassisIp4, at + 2, 4);
      else if (chassisKinds[b[at]!] === NETWORK && length === 18) out.add(f.chassisIp6, at + 2, 16);
      else out.add(f.chassisId, at + 1, length - 1);
      break;
    case PORT:
      out.add(f.portSubtype, at, 1);
      if (portKinds[b[at]!] === MAC && length === 7) out.add(f.portMac, at + 1, 6);
      else if (portKinds[b[at]!] === NETWORK && length === 6) out.add(f.portIp4, at + 2, 4);
      else if (portKinds[b[at]!] === NETWORK && length === 18) out.add(f.portIp6, at + 2, 16);
      else out.add(f.portId, at + 1, length - 1);
      break;
    case TTL:
      if (length >= 2) out.add(f.ttl, at, 2);
      break;
    case PORT_DESCRIPTION:
      out.add(f.portDescription, at, length);
      break;
    case SYSTEM_NAME:
      out.add(f.systemName, at, length);
      break;
    case SYSTEM_DESCRIPTION:
      out.add(f.systemDescription, at, length);
      break;
    case CAPABILITIES:
      if (length < 4) break;
      emitBits(supported, supportedBits, at, out);
      emitBits(enabled, enabledBits, at + 2, out);
      break;
    case MANAGEMENT:
      emitManagement(b, at, end, out);
      break;
    case ORGANISATION:
      if (length >= 4) emitOrganisation(b, at, end, out);
      break;
  }
}

function emitBits(field: Field, bits: readonly Field[], at: number, out: Sink): void {
  out.open(field, at, 2);
  for (const bit of bits) out.add(bit, at, 2);
  out.close();
}

/** Management address (§8.5.9): length, subtype and address; interface numbering; an object identifier. */
function emitManagement(b: Uint8Array, at: number, end: number, out: Sink): void {
  const length = b[at]!;
  const rest = at + 1 + length;
  if (length < 1 || rest + 5 > end) return;
  out.add(f.managementLength, at, 1);
  out.add(f.managementSubtype, at + 1, 1);
  const subtype = b[at + 1]!;
  const isIp4 = subtype === 1 && length === 5;
  const isIp6 = subtype === 2 && length === 17;
  out.add(isIp4 ? f.managementIp4 : isIp6 ? f.managementIp6 : f.managementHex, at + 2, length - 1);
  out.add(f.interfaceSubtype, rest, 1);
  out.add(f.interfaceNumber, rest + 1, 4);
}
