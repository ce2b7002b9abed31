// IEEE 802.2 logical link control, with SNAP (IEEE Std 802.2-1998 §3 to §5, RFC 1042).
import { u16, u16le, u24 } from '../core/bytes.ts';
import { data } from '../core/data.ts';
import { bool, uint, type Value } from '../core/field.ts';
import type { Packet } from '../core/packet.ts';
import { type Protocol, protocol } from '../core/protocol.ts';
import type { Sink } from '../core/sink.ts';
import { etherTypes, linkTypes, llcSaps, pppProtocols, snapPids } from '../core/table.ts';
import { sllTypes } from './link/tables.ts';
import { etherTypeNames } from './names/ethertypes.ts';
import { organisationNames, sapNames } from './names/llc.ts';
import {
  controlText,
  controlWidth,
  isInformation,
  isXid,
  modifierNames,
  modifierNamesOfResponse,
  supervisoryNames,
} from './xdlc.ts';

const SNAP = 0xaa;
/** §5.4.1.1.2: the XID information field of the basic format begins with this byte. */
const XID_BASIC = 0x81;

/** Organisation codes of SNAP (RFC 1042, IEEE 802 §10.3; RFC 2684 §5.2 for bridging). */
const ENCAPSULATED_ETHERNET = 0x000000;
const CISCO_ETHERTYPES = 0x0000f8;
const BRIDGED = 0x0080c2;
const CABLE_BPDU = 0x001000;
const HP_TEAMING = 0x00805f;
const ETHERNET_WITH_FCS = 1;
const ETHERNET_WITHOUT_FCS = 7;
const BRIDGE_PDU = 14;
const FCS = 4;
/** SAP of IP directly over LLC; SNAP is common instead. */
const IP = 0x06;

const CISCO = 0x00000c;

const ciscoPidNames = {
  0x0102: 'DRIP',
  0x0104: 'PAgP',
  0x0105: 'MLS Hello',
  0x0108: 'RLQ BPDUs (request)',
  0x0109: 'RLQ BPDUs (response)',
  0x010b: 'PVSTP+',
  0x010c: 'VLAN Bridge',
  0x0111: 'UDLD',
  0x0139: 'MCP',
  0x2000: 'CDP',
  0x2001: 'CGMP',
  0x2003: 'VTP',
  0x2004: 'DTP',
  0x200a: 'STP Uplink Fast',
};
const frameTypes = { 0: 'Information frame', 1: 'Supervisory frame', 3: 'Unnumbered frame' };

/** By the seven bits without the last, which tells group and individual, or command and response. */
const halvedSap = (bits: number): string => sapNames[bits * 2] ?? 'Unknown';

const organisationLine = (value: Value): string => {
  const digits = value.toString(16).padStart(6, '0');
  const name = organisationNames[Number(value)];
  return `Organization Code: ${digits.replace(/..(?=.)/g, '$&:')}${name === undefined ? '' : ` (${name})`}`;
};

const f = {
  dsap: uint('llc.dsap', 'DSAP').at(0, 1).hex().named(sapNames),
  dsapSap: uint('llc.dsap.sap', 'SAP').at(0, 1).mask(0xfe).named(halvedSap).byName(),
  dsapIg: bool('llc.dsap.ig', 'IG Bit').at(0, 1).mask(0x01).named({ 0: 'Individual', 1: 'Group' }),
  ssap: uint('llc.ssap', 'SSAP').at(1, 1).hex().named(sapNames),
  ssapSap: uint('llc.ssap.sap', 'SAP').at(1, 1).mask(0xfe).named(halvedSap).byName(),
  ssapCr: bool('llc.ssap.cr', 'CR Bit').at(1, 1).mask(0x01).named({ 0: 'Command', 1: 'Response' }),
  control: uint('llc.control', 'Control field')
    .hex(2)
    .shownAs(() => 'Control field: '),
  nr: uint('llc.control.n_r', 'N(R)').le().mask(0xfe00),
  ns: uint('llc.control.n_s', 'N(S)').le().mask(0x00fe),
  poll: bool('llc.control.p', 'Poll'),
  final: bool('llc.control.f', 'Final'),
  supervisory: uint('llc.control.s_ftype', 'Supervisory frame type')
    .hex(2)
    .le()
    .mask(0x000c)
    .named(supervisoryNames),
  command: uint('llc.control.u_modifier_cmd', 'Command').hex(1).mask(0xec).named(modifierNames),
  response: uint('llc.control.u_modifier_resp', 'Response').hex(1).mask(0xec).named(modifierNamesOfResponse),
  frameType: uint('llc.control.ftype', 'Frame type').hex().named(frameTypes),
  oui: uint('llc.oui', 'Organization Code').named(organisationNames).shownAs(organisationLine),
  type: uint('llc.type', 'Type').hex(2).named(etherTypeNames),
  pid: uint('llc.pid', 'Protocol ID').hex(2),
  xidFormat: uint('basicxid.llc.xid.format', 'XID Format').hex(1),
  xidTypes: uint('basicxid.llc.xid.types', 'LLC Types/Classes').hex(1),
  xidWindow: uint('basicxid.llc.xid.wsize', 'Receive Window Size').mask(0xfe),
  ciscoPid: uint('llc.cisco_pid', 'PID').hex(2).named(ciscoPidNames),
};

/** Padding before frames bridged over SNAP (RFC 2684 §5.2). */
const BRIDGE_PAD = 2;

/** Protocol of the SNAP header that ends at p.at (skips padding of bridged frames); null at the end. */
export function bySnap(
  p: Packet,
  oui: number,
  type: number,
  information: boolean,
  bridgePad: number = BRIDGE_PAD,
): Protocol | null {
  if (oui === BRIDGED && (type === ETHERNET_WITH_FCS || type === ETHERNET_WITHOUT_FCS)) {
    p.at = Math.min(p.end, p.at + bridgePad);
    if (type === ETHERNET_WITH_FCS) {
      p.wireEnd = Math.max(p.at, p.wireEnd - FCS);
      p.end = Math.min(p.end, p.wireEnd);
    }
    return etherTypes.get(0x6558) ?? data;
  }
  if (oui === CABLE_BPDU || (oui === BRIDGED && type === BRIDGE_PDU)) return llcSaps.get(0x42) ?? data;
  let next: Protocol | undefined;
  if (information || oui === HP_TEAMING) {
    next =
      oui === ENCAPSULATED_ETHERNET || oui === CISCO_ETHERTYPES
        ? etherTypes.get(type)
        : snapPids.get(oui * 0x10000 + type);
  }
  return next ?? (p.at < p.end ? data : null);
}

export const llc: Protocol = protocol({
  name: 'llc',
  title: 'Logical-Link Control',
  column: (p, layer) => (isBasicXid(p, layer) ? 'XID' : 'LLC'),
  fields: f,
  on: [
    [linkTypes, 11, 100],
    [etherTypes, 0x8870],
    [pppProtocols, 0x004b],
    [sllTypes, 4],
  ],
  step(p) {
    const b = p.buf;
    const start = p.at;
    if (p.end - start < 3) return p.cut(3);
    const dsap = b[start]!;
    const width = controlWidth(b[start + 2]!);
    if (p.end - start < 2 + width) return p.cut(2 + width);
    const isInfo = isInformation(b[start + 2]!);
    if (dsap === SNAP && b[start + 1] === SNAP) {
      if (p.end - start < 7 + width) return p.cut(7 + width);
      p.at = start + 7 + width;
      return bySnap(p, u24(b, start + 2 + width), u16(b, start + 5 + width), isInfo);
    }
    p.at = start + 2 + width;
    if (p.at >= p.wireEnd) return null;
    if (isInfo) return (dsap === IP ? etherTypes.get(0x0800) : llcSaps.get(dsap)) ?? data;
    if (isXid(b[start + 2]!)) {
      if (p.at >= p.end) return p.cut(1);
      if (b[p.at] === XID_BASIC) return p.end - p.at < 3 ? p.cut(3) : null;
    }
    return data;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    if (p.stop[layer]! - start < 3) return;
    out.openFixed(f.dsap);
    out.fixed(f.dsapSap);
    out.fixed(f.dsapIg);
    out.close();
    out.openFixed(f.ssap);
    out.fixed(f.ssapSap);
    out.fixed(f.ssapCr);
    out.close();
    emitControl(b, start, out);
    const next = start + 2 + controlWidth(b[start + 2]!);
    if (b[start] === SNAP && b[start + 1] === SNAP) emitSnap(b, next, p.stop[layer]!, out);
    else if (isBasicXid(p, layer)) {
      out.group('Logical-Link Control Basic Format XID', next, 3);
      out.add(f.xidFormat, next, 1);
      out.add(f.xidTypes, next + 1, 1);
      out.add(f.xidWindow, next + 2, 1);
      out.close();
    }
  },
  info(p, layer) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const stop = p.stop[layer]!;
    if (stop - start < 3 || start + 2 + controlWidth(b[start + 2]!) > stop) return '';
    const dsap = b[start]!;
    const ssap = b[start + 1]!;
    const control = controlText(b, start + 2, (ssap & 1) !== 0);
    const next = start + 2 + controlWidth(b[start + 2]!);
    if (isBasicXid(p, layer)) return xidText(b, next, stop);
    if (dsap === SNAP && ssap === SNAP) return next + 5 > stop ? control : `${control}; ${snapText(b, next)}`;
    return `${control}; DSAP ${sapName(dsap)} ${dsap & 1 ? 'Group' : 'Individual'}, SSAP ${sapName(ssap)} ${ssap & 1 ? 'Response' : 'Command'}`;
  },
});

function sapName(sap: number): string {
  return sapNames[sap & 0xfe] ?? `0x${(sap & 0xfe).toString(16).padStart(2, '0')}`;
}

function snapText(b: Uint8Array, at: number): string {
  const oui = u24(b, at);
  const code = oui.toString(16).toUpperCase().padStart(6, '0');
  const pid = u16(b, at + 3)
    .toString(16)
    .toUpperCase()
    .padStart(4, '0');
  return `SNAP, OUI 0x${code} (${organisationNames[oui] ?? 'Unknown'}), PID 0x${pid}`;
}

function emitControl(b: Uint8Array, start: number, out: Sink): void {
  const isResponse = (b[start + 1]! & 1) !== 0;
  const first = b[start + 2]!;
  const width = controlWidth(first);
  const value = width === 1 ? first : u16le(b, start + 2);
  out.open(f.control, start + 2, width, value);
  const digits = value.toString(16).padStart(width * 2, '0');
  out.note(`${controlText(b, start + 2, isResponse)} (0x${digits})`);
  const flag = isResponse ? f.final : f.poll;
  const flagBit = width === 1 ? 0x10 : 0x100;
  if (width === 2) {
    out.add(f.nr, start + 2, 2);
    if ((first & 1) === 0) out.add(f.ns, start + 2, 2);
    else out.add(f.supervisory, start + 2, 2);
    out.add(flag, start + 2, 2, (value & flagBit) !== 0);
  } else {
    // The poll and final bits of unnumbered frames are shown if set.
    if (value & flagBit) out.add(flag, start + 2, 1, true);
    out.add(isResponse ? f.response : f.command, start + 2, 1);
  }
  out.add(f.frameType, start + 2, width, (first & 1) === 0 ? 0 : first & 3);
  out.close();
}

function emitSnap(b: Uint8Array, at: number, stop: number, out: Sink): void {
  if (at + 5 > stop) return;
  const oui = u24(b, at);
  out.add(f.oui, at, 3);
  if (oui === ENCAPSULATED_ETHERNET || oui === CISCO_ETHERTYPES) out.add(f.type, at + 3, 2);
  else out.add(oui === CISCO ? f.ciscoPid : f.pid, at + 3, 2);
}

function isBasicXid(p: Packet, layer: number): boolean {
  const b = p.bufferOf(layer);
  const start = p.start[layer]!;
  return (
    p.stop[layer]! > start + 3 && b[start] !== SNAP && isXid(b[start + 2]!) && b[start + 3] === XID_BASIC
  );
}

const xidClasses: Readonly<Record<number, string>> = {
  1: 'Type 1 LLC (Class I LLC)',
  2: 'Type 2 LLC',
  3: 'Type 1 and Type 2 LLCs (Class II LLC)',
  4: 'Type 3 LLC',
  5: 'Type 1 and Type 3 LLCs (Class III LLC)',
  6: 'Type 2 and Type 3 LLCs',
  7: 'Type 1 and Type 2 and Type 3 LLCs (Class IV LLC)',
};

function xidText(b: Uint8Array, at: number, stop: number): string {
  if (at + 3 > stop) return '';
  const types = b[at + 1]! & 0x1f;
  return `Basic Format; ${xidClasses[types] ?? `0x${types.toString(16).padStart(2, '0')}`}; Window Size ${b[at + 2]! >> 1}`;
}
