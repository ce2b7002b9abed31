// Cisco Discovery Protocol: neighbour attributes in TLVs ("Cisco Discovery Protocol Version 2", Cisco documentation).
import { u16, u32, utf8 } from '../../core/bytes.ts';
import { data } from '../../core/data.ts';
import { bool, bytes, type Field, ipv4, ipv6, text, uint } from '../../core/field.ts';
import type { Packet } from '../../core/packet.ts';
import { type Protocol, protocol } from '../../core/protocol.ts';
import type { Sink } from '../../core/sink.ts';
import { chdlcProtocols, greProtocols, pppProtocols, snapPids } from '../../core/table.ts';

const HEADER = 4;
const RECORD = 4;
const DEVICE_ID = 0x0001;
const ADDRESSES = 0x0002;
const PORT_ID = 0x0003;
const CAPABILITIES = 0x0004;
const MANAGEMENT_ADDRESSES = 0x0016;
const POWER_AVAILABLE = 0x001a;
const POWER_REQUESTED = 0x0019;

const typeNames: Readonly<Record<number, string>> = {
  1: 'Device ID',
  2: 'Addresses',
  3: 'Port ID',
  4: 'Capabilities',
  5: 'Software version',
  6: 'Platform',
  7: 'IP Prefix/Gateway (used for ODR)',
  8: 'Protocol Hello',
  9: 'VTP Management Domain',
  10: 'Native VLAN',
  11: 'Duplex',
  14: 'VoIP VLAN Reply',
  15: 'VoIP VLAN Query',
  16: 'Power consumption',
  17: 'MTU',
  18: 'Trust Bitmap',
  19: 'Untrusted Port CoS',
  20: 'System Name',
  21: 'System Object ID',
  22: 'Management Address',
  23: 'Location',
  24: 'External Port-ID',
  25: 'Power Requested',
  26: 'Power Available',
  27: 'Port Unidirectional',
  29: 'EnergyWise over CDP',
  31: 'Spare PoE',
};

const capabilities = uint('cdp.capabilities', 'Capabilities').hex(4);
const capabilityBits: readonly Field[] = [
  ['router', 'Router'],
  ['trans_bridge', 'Transparent Bridge'],
  ['src_bridge', 'Source Route Bridge'],
  ['switch', 'Switch'],
  ['host', 'Host'],
  ['igmp_capable', 'IGMP capable'],
  ['repeater', 'Repeater'],
  ['voip_phone', 'VoIP Phone'],
  ['remote', 'Remotely Managed Device'],
  ['cvta', 'CVTA/STP Dispute Resolution/Cisco VT Camera'],
  ['mac_relay', 'Two Port Mac Relay'],
].map(([name, title], bit) => bool(`cdp.capabilities.${name}`, title!).mask(1 << bit));

/** TLVs whose value is a single field; `width`, if given, is the bytes it uses. */
const values: Readonly<Record<number, Field>> = {
  1: text('cdp.deviceid', 'Device ID'),
  3: text('cdp.portid', 'Sent through Interface'),
  5: text('cdp.software_version', 'Software version'),
  6: text('cdp.platform', 'Platform'),
  9: text('cdp.vtp_management_domain', 'VTP Management Domain'),
  10: uint('cdp.native_vlan', 'Native VLAN').at(-1, 2),
  11: bool('cdp.duplex', 'Duplex').at(-1, 1),
  16: uint('cdp.power_consumption', 'Power Consumption').at(-1, 2),
  17: uint('cdp.mtu', 'MTU').at(-1, 4),
  18: uint('cdp.trust_bitmap', 'Trust Bitmap').at(-1, 1).hex(),
  19: uint('cdp.untrusted_port_cos', 'Untrusted port CoS').at(-1, 1).hex(),
  20: text('cdp.system_name', 'System Name'),
  21: bytes('cdp.system_object_identifier', 'System Object Identifier'),
};

const f = {
  version: uint('cdp.version', 'Version').at(0, 1),
  ttl: uint('cdp.ttl', 'TTL').at(1, 1),
  checksum: uint('cdp.checksum', 'Checksum').at(2, 2).hex(),
  type: uint('cdp.tlv.type', 'Type').hex(2).named(typeNames),
  length: uint('cdp.tlv.len', 'Length'),
  count: uint('cdp.number_of_addresses', 'Number of addresses'),
  addressProtocol: bytes('cdp.protocol', 'Protocol'),
  ip: ipv4('cdp.nrgyz.ip_address', 'IP Address'),
  ip6: ipv6('cdp.nrgyz.ipv6_address', 'IPv6 Address'),
  otherAddress: bytes('cdp.address', 'Address'),
  voiceVlan: uint('cdp.voice_vlan', 'Voice VLAN'),
  location: text('cdp.location', 'Location'),
  requestId: uint('cdp.request_id', 'Request-ID'),
  managementId: uint('cdp.management_id', 'Management-ID'),
  powerRequested: uint('cdp.power_requested', 'Power Requested'),
  powerAvailable: uint('cdp.power_available', 'Power Available'),
  data: bytes('cdp.data', 'Data'),
  capabilities,
  ...Object.fromEntries(capabilityBits.map((field) => [field.name, field])),
  ...Object.fromEntries(Object.values(values).map((field) => [field.name, field])),
};

export const cdp: Protocol = protocol({
  name: 'cdp',
  title: 'Cisco Discovery Protocol',
  column: 'CDP',
  fields: f,
  on: [
    [snapPids, 0x00000c * 0x10000 + 0x2000],
    [chdlcProtocols, 0x2000],
    [pppProtocols, 0x0207],
    [greProtocols, 0x2000],
  ],
  step(p) {
    const b = p.buf;
    if (p.end - p.at < HEADER) return p.cut(HEADER);
    p.at += HEADER;
    while (p.at < p.end) {
      if (p.end - p.at < RECORD) return p.cut(RECORD);
      const length = u16(b, p.at + 2);
      // A length below the TLV header: the rest cannot be parsed.
      if (length < RECORD) return data;
      if (length > p.end - p.at) return p.cut(length);
      p.at += length;
    }
    return null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    if (p.stop[layer]! - start < HEADER) return;
    for (const field of [f.version, f.ttl, f.checksum]) out.fixed(field);
    for (const at of records(p, layer)) emitRecord(b, at, out);
  },
  info(p, layer) {
    const b = p.bufferOf(layer);
    let summary = '';
    for (const at of records(p, layer)) {
      const type = u16(b, at);
      if (type === DEVICE_ID || type === PORT_ID)
        summary += `${typeNames[type]}: ${utf8(b, at + RECORD, at + u16(b, at + 2))}  `;
    }
    return summary;
  },
});

/** Offsets of the complete TLVs of a layer. */
function* records(p: Packet, layer: number): Generator<number> {
  const b = p.bufferOf(layer);
  const stop = p.stop[layer]!;
  for (let at = p.start[layer]! + HEADER; at + RECORD <= stop; at += u16(b, at + 2)) {
    if (u16(b, at + 2) < RECORD || at + u16(b, at + 2) > stop) return;
    yield at;
  }
}

function emitRecord(b: Uint8Array, at: number, out: Sink): void {
  const type = u16(b, at);
  const length = u16(b, at + 2);
  const value = at + RECORD;
  const end = at + length;
  out.group(typeNames[type] ?? `Type: Unknown (0x${type.toString(16).padStart(4, '0')})`, at, length);
  out.add(f.type, at, 2);
  out.add(f.length, at + 2, 2);
  const field = values[type];
  if (field !== undefined) {
    if (end - value >= field.width) out.add(field, value, field.width > 0 ? field.width : end - value);
  } else if (type === CAPABILITIES && end - value >= 4) {
    out.open(capabilities, value, 4);
    for (const bit of capabilityBits) out.add(bit, value, 4);
    out.close();
  } else if (type === ADDRESSES || type === MANAGEMENT_ADDRESSES) emitAddresses(b, value, end, out);
  else if ((type === 14 || type === 15) && end - value >= 3) out.add(f.voiceVlan, value + 1, 2);
  else if (type === 23 && end > value) out.add(f.location, value + 1, end - value - 1);
  else if ((type === POWER_REQUESTED || type === POWER_AVAILABLE) && end - value >= 4) {
    out.add(f.requestId, value, 2);
    out.add(f.managementId, value + 2, 2);
    for (let power = value + 4; power + 4 <= end; power += 4) {
      out.add(type === POWER_REQUESTED ? f.powerRequested : f.powerAvailable, power, 4);
    }
  } else if (end > value) out.add(f.data, value, end - value);
  out.close();
}

/** Protocol type and length, protocol, address length, address. */
function emitAddresses(b: Uint8Array, at: number, end: number, out: Sink): void {
  if (end - at < 4) return;
  out.add(f.count, at, 4);
  let left = Math.min(u32(b, at), 64);
  at += 4;
  while (left-- > 0 && at + 2 <= end) {
    const name = at + 2;
    const size = name + b[at + 1]!;
    if (size + 2 > end) return;
    const length = u16(b, size);
    const address = size + 2;
    if (address + length > end) return;
    out.add(f.addressProtocol, name, b[at + 1]!);
    out.add(length === 4 ? f.ip : length === 16 ? f.ip6 : f.otherAddress, address, length);
    at = address + length;
  }
}
