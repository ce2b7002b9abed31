// Slow protocols (IEEE Std 802.3-2022 annex 57A): link aggregation and markers (IEEE Std 802.1AX-2020 §6.4, §6.5),
// OAM (802.3 §57.4).
import { u16, u32 } from '../../core/bytes.ts';
import { data } from '../../core/data.ts';
import { bool, ether, type Field, text, uint } from '../../core/field.ts';
import type { Packet } from '../../core/packet.ts';
import { type Protocol, protocol } from '../../core/protocol.ts';
import type { Sink } from '../../core/sink.ts';
import { etherTypes } from '../../core/table.ts';
import { ethernetAddress } from '../../core/text.ts';
import { organisationNames } from '../names/llc.ts';
import { slowSubtypes } from './tables.ts';

const subtype = uint('slow.subtype', 'Slow Protocols subtype')
  .at(0, 1)
  .hex()
  .named({ 1: 'LACP', 2: 'Marker Protocol', 3: 'OAM', 10: 'Organization Specific Slow Protocol' });

export const slow: Protocol = protocol({
  name: 'slow',
  title: 'Slow Protocols',
  column: 'Slow Protocols',
  info: (p, layer) =>
    p.stop[layer]! > p.start[layer]! ? `Subtype = ${p.bufferOf(layer)[p.start[layer]!]}` : '',
  fields: { subtype },
  on: [[etherTypes, 0x8809]],
  step(p) {
    if (p.at >= p.end) return p.cut(1);
    const next = slowSubtypes.get(p.buf[p.at]!);
    p.at++;
    return next ?? data;
  },
});

/** Length of actor or partner information: type, length, system, key, port and state (802.1AX §6.4.2.3). */
const RECORD = 20;
const ACTOR = 1;
const PARTNER = 21;
const COLLECTOR = 41;
const LACPDU = 45;

const stateBits = [
  'activity',
  'timeout',
  'aggregation',
  'synchronization',
  'collecting',
  'distributing',
  'defaulted',
  'expired',
];
const stateTitles = [
  'LACP Activity',
  'LACP Timeout',
  'Aggregation',
  'Synchronization',
  'Collecting',
  'Distributing',
  'Defaulted',
  'Expired',
];
/** Letters of the state bits, highest bit first. */
const stateLetters = 'EFDCSGSA';

interface End {
  readonly at: number;
  readonly systemPriority: Field;
  readonly system: Field;
  readonly key: Field;
  readonly portPriority: Field;
  readonly port: Field;
  readonly state: Field;
  readonly stateText: Field;
  readonly bits: readonly Field[];
}

function endOf(name: string, title: string, at: number, systemTitle: string): End {
  const prefix = `lacp.${name}`;
  return {
    at,
    systemPriority: uint(`${prefix}.sys_priority`, `${title} System Priority`),
    system: ether(`${prefix}.sysid`, systemTitle),
    key: uint(`${prefix}.key`, `${title} Key`),
    portPriority: uint(`${prefix}.port_priority`, `${title} Port Priority`),
    port: uint(`${prefix}.port`, `${title} Port`),
    state: uint(`${prefix}.state`, `${title} State`).hex(1),
    stateText: text(`${prefix}.state_str`, `${title} State Flags`),
    bits: stateBits.map((bit, i) => bool(`${prefix}.state.${bit}`, stateTitles[i]!).mask(1 << i)),
  };
}
const actor = endOf('actor', 'Actor', ACTOR, 'Actor System ID');
const partner = endOf('partner', 'Partner', PARTNER, 'Partner System');
const fieldsOf = ({ bits, at: _, ...rest }: End): Field[] => [...Object.values(rest), ...bits];

const lacpFields = {
  version: uint('lacp.version', 'LACP Version').at(0, 1).hex(),
  tlvType: uint('lacp.tlv_type', 'TLV Type')
    .hex(1)
    .named({ 0: 'Terminator', 1: 'Actor Information', 2: 'Partner Information', 3: 'Collector Information' }),
  tlvLength: uint('lacp.tlv_length', 'TLV Length').hex(1),
  maxDelay: uint('lacp.collector.max_delay', 'Collector Max Delay'),
  ...Object.fromEntries([...fieldsOf(actor), ...fieldsOf(partner)].map((field) => [field.name, field])),
};

function stateText(state: number): string {
  let letters = '';
  for (let bit = 0; bit < 8; bit++) letters += state & (0x80 >> bit) ? stateLetters[bit] : '*';
  return letters;
}

export const lacp: Protocol = protocol({
  name: 'lacp',
  title: 'Link Aggregation Control Protocol',
  column: 'LACP',
  fields: lacpFields,
  on: [
    [slowSubtypes, 1],
    [etherTypes, 0x8103],
  ],
  step(p) {
    if (p.end - p.at < LACPDU) return p.cut(LACPDU);
    p.at = p.end;
    return null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    out.fixed(lacpFields.version);
    if (p.stop[layer]! - start < LACPDU) return;
    emitEnd(b, start, actor, out);
    emitEnd(b, start, partner, out);
    out.add(lacpFields.tlvType, start + COLLECTOR, 1);
    out.add(lacpFields.tlvLength, start + COLLECTOR + 1, 1);
    out.add(lacpFields.maxDelay, start + COLLECTOR + 2, 2);
  },
  info(p, layer) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    if (p.stop[layer]! === start) return '';
    const version = `v${b[start]}`;
    return p.stop[layer]! - start < LACPDU
      ? version
      : `${version} ACTOR ${endText(b, start + ACTOR)} PARTNER ${endText(b, start + PARTNER)}`;
  },
});

function endText(b: Uint8Array, at: number): string {
  return `${ethernetAddress(b, at + 4)} P: ${u16(b, at + 14)} K: ${u16(b, at + 10)} ${stateText(b[at + 16]!)}`;
}

function emitEnd(b: Uint8Array, start: number, end: End, out: Sink): void {
  const at = start + end.at;
  out.group(end === actor ? 'Actor' : 'Partner', at, RECORD);
  out.add(lacpFields.tlvType, at, 1);
  out.add(lacpFields.tlvLength, at + 1, 1);
  out.add(end.systemPriority, at + 2, 2);
  out.add(end.system, at + 4, 6);
  out.add(end.key, at + 10, 2);
  out.add(end.portPriority, at + 12, 2);
  out.add(end.port, at + 14, 2);
  out.open(end.state, at + 16, 1);
  for (const bit of end.bits) out.add(bit, at + 16, 1);
  out.close();
  out.add(end.stateText, at + 16, 1, stateText(b[at + 16]!));
  out.close();
}

const MARKER = 17;
const markerTypes: Readonly<Record<number, string>> = { 1: 'Information', 2: 'Response' };
const markerFields = {
  version: uint('marker.version', 'Version Number').at(0, 1).hex(),
  type: uint('marker.tlvType', 'TLV Type')
    .at(1, 1)
    .hex()
    .named({ 1: 'Marker Information', 2: 'Marker Response Information' }),
  length: uint('marker.tlvLen', 'TLV Length').at(2, 1).hex(),
  port: uint('marker.requesterPort', 'Requester Port').at(3, 2),
  system: ether('marker.requesterSystem', 'Requester System').at(5, 6),
  transaction: uint('marker.requesterTransId', 'Requester Transaction ID').at(11, 4),
};

export const marker: Protocol = protocol({
  name: 'marker',
  title: 'Link Aggregation Marker Protocol',
  column: 'Marker',
  fields: markerFields,
  on: [[slowSubtypes, 2]],
  step(p) {
    if (p.end - p.at < MARKER) return p.cut(MARKER);
    p.at = p.end;
    return null;
  },
  info(p, layer) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    if (p.stop[layer]! - start < MARKER) return '';
    const kind = markerTypes[b[start + 1]!] ?? 'Unknown';
    return `${kind} SysId=${ethernetAddress(b, start + 5)}, P=${u16(b, start + 3)}, TId=${u32(b, start + 11)}`;
  },
});

const oamCodes: Readonly<Record<number, string>> = {
  0x00: 'Information',
  0x01: 'Event Notification',
  0x02: 'Variable Request',
  0x03: 'Variable Response',
  0x04: 'Loopback Control',
  0xfe: 'Organization Specific',
};
const oamFields = {
  flags: uint('oampdu.flags', 'Flags').at(0, 2).hex(),
  linkFault: bool('oampdu.flags.linkFault', 'Link Fault').at(1, 1).mask(0x01),
  dyingGasp: bool('oampdu.flags.dyingGasp', 'Dying Gasp').at(1, 1).mask(0x02),
  critical: bool('oampdu.flags.criticalEvent', 'Critical Event').at(1, 1).mask(0x04),
  localEvaluating: bool('oampdu.flags.localEvaluating', 'Local Evaluating').at(1, 1).mask(0x08),
  localStable: bool('oampdu.flags.localStable', 'Local Stable').at(1, 1).mask(0x10),
  remoteEvaluating: bool('oampdu.flags.remoteEvaluating', 'Remote Evaluating').at(1, 1).mask(0x20),
  remoteStable: bool('oampdu.flags.remoteStable', 'Remote Stable').at(1, 1).mask(0x40),
  code: uint('oampdu.code', 'OAMPDU code').at(2, 1).hex().named(oamCodes),
};

export const oampdu: Protocol = protocol({
  name: 'oampdu',
  title: 'OAM Protocol',
  column: 'OAM',
  fields: oamFields,
  on: [[slowSubtypes, 3]],
  step(p) {
    if (p.end - p.at < 3) return p.cut(3);
    p.at = p.end;
    return null;
  },
  info(p, layer) {
    const start = p.start[layer]!;
    if (p.stop[layer]! - start < 3) return '';
    return `OAMPDU: ${oamCodes[p.bufferOf(layer)[start + 2]!] ?? 'reserved'}`;
  },
});

export const ossp: Protocol = protocol({
  name: 'ossp',
  title: 'Organization Specific Slow Protocol',
  column: 'OSSP',
  on: [[slowSubtypes, 10]],
  step(p) {
    if (p.end - p.at < 3) return p.cut(3);
    p.at = p.end;
    return null;
  },
  info: osspText,
});

function osspText(p: Packet, layer: number): string {
  const b = p.bufferOf(layer);
  const start = p.start[layer]!;
  if (p.stop[layer]! - start < 3) return '';
  const oui = u32(b, start) >>> 8;
  return `OUI: ${oui === 0x0019a7 ? 'Itu-T' : (organisationNames[oui] ?? 'Unknown')}`;
}
