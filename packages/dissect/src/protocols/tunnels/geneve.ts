// Generic Network Virtualization Encapsulation (RFC 8926).
import { u16 } from '../../core/bytes.ts';
import { data } from '../../core/data.ts';
import { bool, bytes, uint } from '../../core/field.ts';
import { protocol } from '../../core/protocol.ts';
import type { Sink } from '../../core/sink.ts';
import { etherTypes, udpPorts } from '../../core/table.ts';
import { etherTypeNames } from '../names/ethertypes.ts';

const HEADER = 8;

/** https://www.iana.org/assignments/nvo3 */
function className(value: number): string {
  if (value <= 0x00ff) return 'Standard';
  if (value >= 0xff00) return 'Experimental';
  return classes[value] ?? 'Unknown';
}

const classes: Readonly<Record<number, string>> = {
  0x0100: 'Linux',
  0x0101: 'Open vSwitch',
  0x0102: 'Open Virtual Networking (OVN)',
  0x0103: 'In-band Network Telemetry (INT)',
  0x0104: 'VMware',
  0x0105: 'Amazon.com, Inc.',
  0x0106: 'Cisco Systems, Inc.',
  0x0107: 'Oracle Corporation',
  0x0110: 'Amazon.com, Inc.',
  0x0132: 'Google LLC',
};

const f = {
  version: uint('geneve.version', 'Version').at(0, 1).mask(0xc0),
  optionsLength: uint('geneve.option.length', 'Length'),
  flags: uint('geneve.flags', 'Flags').at(1, 1).hex(),
  oam: bool('geneve.flags.oam', 'Operations, Administration and Management Frame').at(1, 1).mask(0x80),
  critical: bool('geneve.flags.critical', 'Critical Options Present').at(1, 1).mask(0x40),
  type: uint('geneve.proto_type', 'Protocol Type').at(2, 2).hex().named(etherTypeNames),
  vni: uint('geneve.vni', 'Virtual Network Identifier (VNI)').at(4, 3).hex(),
  reserved: uint('geneve.reserved', 'Reserved').at(7, 1).hex(),
  options: bytes('geneve.options', 'Geneve Options'),
  optionClass: uint('geneve.option.class', 'Class').hex(2).named(className),
  optionType: uint('geneve.option.type', 'Type').hex(),
  optionCritical: bool('geneve.option.type.critical', 'Critical Option').mask(0x80),
  optionData: bytes('geneve.option.unknown.data', 'Unknown Option Data'),
};

export const geneve = protocol({
  name: 'geneve',
  title: 'Generic Network Virtualization Encapsulation',
  column: 'Geneve',
  fields: f,
  on: [[udpPorts, 6081]],
  step(p) {
    const b = p.buf;
    const start = p.at;
    if (p.end - start < HEADER) return p.cut(HEADER);
    // §3.4: the length of the options is in units of 4 bytes.
    const length = HEADER + (b[start]! & 0x3f) * 4;
    if (p.end - start < length) return p.cut(length);
    p.at = start + length;
    if (p.at >= p.wireEnd) return null;
    return etherTypes.get(u16(b, start + 2)) ?? data;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    out.fixed(f.version);
    out.add(f.optionsLength, start, 1, (b[start]! & 0x3f) * 4);
    out.openFixed(f.flags);
    out.fixed(f.oam);
    out.fixed(f.critical);
    out.close();
    for (const field of [f.type, f.vni, f.reserved]) out.fixed(field);
    const length = (b[start]! & 0x3f) * 4;
    if (length > 0 && start + HEADER + length <= p.stop[layer]!) emitOptions(b, start + HEADER, length, out);
  },
  info(p, layer) {
    if (p.stop[layer]! - p.start[layer]! < 4) return '';
    const type = u16(p.bufferOf(layer), p.start[layer]! + 2);
    const name = etherTypeNames[type] ?? `0x${type.toString(16).padStart(4, '0')} (unknown)`;
    return `Encapsulated ${name}`;
  },
});

/** Options (§3.5): class, type, and length of the value in units of 4 bytes. */
function emitOptions(b: Uint8Array, start: number, length: number, out: Sink): void {
  const end = start + length;
  out.open(f.options, start, length);
  for (let at = start; at + 4 <= end; ) {
    const size = (b[at + 3]! & 0x1f) * 4;
    if (at + 4 + size > end) break;
    out.group(`${className(u16(b, at))} option`, at, 4 + size);
    out.add(f.optionClass, at, 2);
    out.add(f.optionType, at + 2, 1);
    out.add(f.optionCritical, at + 2, 1);
    out.add(f.optionsLength, at + 3, 1, size + 4);
    if (size > 0) out.add(f.optionData, at + 4, size);
    out.close();
    at += 4 + size;
  }
  out.close();
}
