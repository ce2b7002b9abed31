// Spanning tree: STP, RSTP and MSTP (IEEE Std 802.1D-2004 §9, 802.1Q-2022 §14), and PVST+ over SNAP.
import { u16, u32 } from '../../core/bytes.ts';
import { bool, bytes, double, ether, text, uint } from '../../core/field.ts';
import type { Packet } from '../../core/packet.ts';
import { type Protocol, protocol } from '../../core/protocol.ts';
import type { Sink } from '../../core/sink.ts';
import { chdlcProtocols, etherTypes, llcSaps, snapPids } from '../../core/table.ts';
import { ethernetAddress } from '../../core/text.ts';
import { eth } from '../eth.ts';
import { garp } from './garp.ts';

const HEADER = 4;
const CONFIGURATION = 0x00;
const RAPID = 0x02;
const TOPOLOGY_CHANGE = 0x80;
/** Length of a configuration BPDU (802.1D §9.3.1), and offset of RSTP's version 1 length (§9.3.3). */
const CONFIGURATION_LENGTH = 35;
/** 802.1Q §14.4: offset of the version 3 length, followed by the MST configuration identifier. */
const V3_LENGTH = 36;
const MST_CONFIGURATION = 38;
const MSTI_FIRST = 102;
const MSTI = 16;
/** SNAP protocol ids of Cisco. */
const CISCO = 0x00000c * 0x10000;
const PVST = CISCO + 0x010b;

const roles = { 0: 'Unknown', 1: 'Alternate or Backup', 2: 'Root', 3: 'Designated' };
const f = {
  protocol: uint('stp.protocol', 'Protocol Identifier')
    .at(0, 2)
    .hex()
    .named({ 0: 'Spanning Tree Protocol', 1: 'GARP' }),
  version: uint('stp.version', 'Protocol Version Identifier').at(2, 1).named({
    0: 'Spanning Tree',
    2: 'Rapid Spanning Tree',
    3: 'Multiple Spanning Tree',
    4: 'Shortest Path Tree',
  }),
  type: uint('stp.type', 'BPDU Type')
    .at(3, 1)
    .hex()
    .named({
      [CONFIGURATION]: 'Configuration',
      [RAPID]: 'Rapid/Multiple Spanning Tree',
      [TOPOLOGY_CHANGE]: 'Topology Change Notification',
    }),
  flags: uint('stp.flags', 'BPDU flags').at(4, 1).hex(),
  ack: bool('stp.flags.tcack', 'Topology Change Acknowledgment').at(4, 1).mask(0x80),
  agreement: bool('stp.flags.agreement', 'Agreement').at(4, 1).mask(0x40),
  forwarding: bool('stp.flags.forwarding', 'Forwarding').at(4, 1).mask(0x20),
  learning: bool('stp.flags.learning', 'Learning').at(4, 1).mask(0x10),
  role: uint('stp.flags.port_role', 'Port Role').at(4, 1).mask(0x0c).named(roles),
  proposal: bool('stp.flags.proposal', 'Proposal').at(4, 1).mask(0x02),
  change: bool('stp.flags.tc', 'Topology Change').at(4, 1).mask(0x01),
  rootPriority: uint('stp.root.prio', 'Root Bridge Priority'),
  rootExtension: uint('stp.root.ext', 'Root Bridge System ID Extension'),
  rootHw: ether('stp.root.hw', 'Root Bridge System ID'),
  rootCost: uint('stp.root.cost', 'Root Path Cost'),
  bridgePriority: uint('stp.bridge.prio', 'Bridge Priority'),
  bridgeExtension: uint('stp.bridge.ext', 'Bridge System ID Extension'),
  bridgeHw: ether('stp.bridge.hw', 'Bridge System ID'),
  port: uint('stp.port', 'Port identifier').hex(2),
  messageAge: double('stp.msg_age', 'Message Age'),
  maxAge: double('stp.max_age', 'Max Age'),
  hello: double('stp.hello', 'Hello Time'),
  forward: double('stp.forward', 'Forward Delay'),
  v1Length: uint('stp.version_1_length', 'Version 1 Length'),
  v3Length: uint('mstp.version_3_length', 'Version 3 Length'),
  selector: uint('mstp.config_format_selector', 'MST Config ID format selector'),
  name: text('mstp.config_name', 'MST Config name'),
  revision: uint('mstp.config_revision_level', 'MST Config revision'),
  digest: bytes('mstp.config_digest', 'MST Config digest'),
  internalCost: uint('mstp.cist_internal_root_path_cost', 'CIST Internal Root Path Cost'),
  cistPriority: uint('mstp.cist_bridge.prio', 'CIST Bridge Priority'),
  cistExtension: uint('mstp.cist_bridge.ext', 'CIST Bridge Identifier System ID Extension'),
  cistHw: ether('mstp.cist_bridge.hw', 'CIST Bridge Identifier System ID'),
  cistHops: uint('mstp.cist_remaining_hops', 'CIST Remaining hops'),
  mstiFlags: uint('mstp.msti.flags', 'MSTI flags').hex(1),
  mstiPriority: uint('mstp.msti.priority', 'Priority').hex(1).mask(0xf0),
  mstiId: uint('mstp.msti.msti_id', 'MSTID').mask(0x0fff),
  mstiRoot: ether('mstp.msti.root.hw', 'Regional Root'),
  mstiCost: uint('mstp.msti.root_cost', 'Internal root path cost'),
  mstiBridgePriority: uint('mstp.msti.bridge_priority', 'Bridge Identifier Priority'),
  mstiPortPriority: uint('mstp.msti.port_priority', 'Port identifier priority'),
  mstiHops: uint('mstp.msti.remaining_hops', 'Remaining hops'),
  tlvType: uint('stp.pvst.tlvtype', 'Type').hex(2).named({ 0: 'Originating VLAN (PVID)' }),
  tlvLength: uint('stp.pvst.tlvlen', 'Length'),
  originatingVlan: uint('stp.pvst.origvlan', 'Originating VLAN'),
};

/** A bridge identifier: priority, system ID extension and address (802.1D §9.2.5). */
function bridgeText(b: Uint8Array, at: number): string {
  const priority = u16(b, at);
  return `${priority & 0xf000}/${priority & 0x0fff}/${ethernetAddress(b, at + 2)}`;
}

/** GARP shares the LSAP; its group addresses distinguish it (802.1D-2004 §12.4). */
function isGarp(p: Packet): boolean {
  const layer = p.find(eth);
  if (layer < 0) return false;
  const b = p.bufferOf(layer);
  const dst = p.start[layer]!;
  const last = b[dst + 5]!;
  return (
    b[dst] === 0x01 &&
    b[dst + 1] === 0x80 &&
    b[dst + 2] === 0xc2 &&
    b[dst + 3] === 0 &&
    b[dst + 4] === 0 &&
    (last === 0x0d || (last & 0xf0) === 0x20)
  );
}

export const stp: Protocol = protocol({
  name: 'stp',
  title: 'Spanning Tree Protocol',
  column: 'STP',
  fields: f,
  on: [
    [llcSaps, 0x42],
    [etherTypes, 0x8181],
    [chdlcProtocols, 0x4242],
    [snapPids, PVST, CISCO + 0x0108, CISCO + 0x0109, CISCO + 0x010c],
  ],
  step(p) {
    const b = p.buf;
    const start = p.at;
    if (p.end - start < HEADER) return p.cut(HEADER);
    if (u16(b, start) === 1 && isGarp(p)) return garp(p);
    const type = b[start + 3]!;
    if (type === CONFIGURATION || type === RAPID) {
      if (p.end - start < CONFIGURATION_LENGTH) return p.cut(CONFIGURATION_LENGTH);
    }
    p.at = p.end;
    return null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const stop = p.stop[layer]!;
    if (stop - start < HEADER) return;
    out.fixed(f.protocol);
    out.fixed(f.version);
    out.fixed(f.type);
    const type = b[start + 3]!;
    if ((type !== CONFIGURATION && type !== RAPID) || stop - start < CONFIGURATION_LENGTH) return;
    emitConfiguration(b, start, out);
    if (type === RAPID && stop > start + CONFIGURATION_LENGTH) {
      out.add(f.v1Length, start + CONFIGURATION_LENGTH, 1);
      if (b[start + 2]! >= 3 && stop >= start + MSTI_FIRST) emitMst(b, start, stop, out);
    }
    if (isPvst(p, layer)) emitTlvs(b, start + V3_LENGTH, stop, out);
  },
  info(p, layer) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const length = p.stop[layer]! - start;
    if (length < HEADER) return '';
    const type = b[start + 3]!;
    if (type === TOPOLOGY_CHANGE) return 'Topology Change Notification';
    if (type !== CONFIGURATION && type !== RAPID) return `Unknown BPDU type (${type})`;
    if (length < CONFIGURATION_LENGTH) return '';
    const kind =
      type === CONFIGURATION ? 'Conf' : b[start + 2]! >= 4 ? 'SPT' : b[start + 2] === 3 ? 'MST' : 'RST';
    const port = u16(b, start + 25)
      .toString(16)
      .padStart(4, '0');
    return `${kind}. ${b[start + 4]! & 1 ? 'TC + ' : ''}Root = ${bridgeText(b, start + 5)}  Cost = ${u32(b, start + 13)}  Port = 0x${port}`;
  },
});

function emitConfiguration(b: Uint8Array, start: number, out: Sink): void {
  out.openFixed(f.flags);
  out.fixed(f.ack);
  if (b[start + 3] === RAPID)
    for (const flag of [f.agreement, f.forwarding, f.learning, f.role, f.proposal]) out.fixed(flag);
  out.fixed(f.change);
  out.close();
  out.group(`Root Identifier: ${bridgeText(b, start + 5).replaceAll('/', ' / ')}`, start + 5, 8);
  out.add(f.rootPriority, start + 5, 2, u16(b, start + 5) & 0xf000);
  out.add(f.rootExtension, start + 5, 2, u16(b, start + 5) & 0x0fff);
  out.add(f.rootHw, start + 7, 6);
  out.close();
  out.add(f.rootCost, start + 13, 4);
  out.group(`Bridge Identifier: ${bridgeText(b, start + 17).replaceAll('/', ' / ')}`, start + 17, 8);
  out.add(f.bridgePriority, start + 17, 2, u16(b, start + 17) & 0xf000);
  out.add(f.bridgeExtension, start + 17, 2, u16(b, start + 17) & 0x0fff);
  out.add(f.bridgeHw, start + 19, 6);
  out.close();
  out.add(f.port, start + 25, 2);
  // 802.1D §9.2.8: times are in units of 1/256 s.
  [f.messageAge, f.maxAge, f.hello, f.forward].forEach((field, i) => {
    out.add(field, start + 27 + i * 2, 2, u16(b, start + 27 + i * 2) / 256);
  });
}

function emitMst(b: Uint8Array, start: number, stop: number, out: Sink): void {
  out.add(f.v3Length, start + V3_LENGTH, 2);
  out.group('MST Extension', start + MST_CONFIGURATION, MSTI_FIRST - MST_CONFIGURATION);
  const at = start + MST_CONFIGURATION;
  out.add(f.selector, at, 1);
  out.add(f.name, at + 1, 32, String.fromCharCode(...b.subarray(at + 1, at + 33)).replace(/\0.*$/s, ''));
  out.add(f.revision, at + 33, 2);
  out.add(f.digest, at + 35, 16);
  out.add(f.internalCost, at + 51, 4);
  out.add(f.cistPriority, at + 55, 2, u16(b, at + 55) & 0xf000);
  out.add(f.cistExtension, at + 55, 2, u16(b, at + 55) & 0x0fff);
  out.add(f.cistHw, at + 57, 6);
  out.add(f.cistHops, at + 63, 1);
  const end = Math.min(stop, start + MST_CONFIGURATION + u16(b, start + V3_LENGTH));
  for (let msti = start + MSTI_FIRST; msti + MSTI <= end; msti += MSTI) {
    out.group(
      `MSTID ${u16(b, msti + 1) & 0xfff}, Regional Root Identifier ${bridgeText(b, msti + 1)}`,
      msti,
      MSTI,
    );
    out.add(f.mstiFlags, msti, 1);
    out.add(f.mstiPriority, msti + 1, 1);
    out.add(f.mstiId, msti + 1, 2);
    out.add(f.mstiRoot, msti + 3, 6);
    out.add(f.mstiCost, msti + 9, 4);
    out.add(f.mstiBridgePriority, msti + 13, 1, b[msti + 13]! >> 4);
    out.add(f.mstiPortPriority, msti + 14, 1, b[msti + 14]! >> 4);
    out.add(f.mstiHops, msti + 15, 1);
    out.close();
  }
  out.close();
}

/** Whether it is per-VLAN spanning tree: over SNAP, with a TLV at the end that contains the VLAN ID. */
function isPvst(p: Packet, layer: number): boolean {
  const b = p.bufferOf(layer);
  const start = p.start[layer]!;
  return (
    start >= 5 &&
    layer > 0 &&
    p.protocols[layer - 1]!.name === 'llc' &&
    u32(b, start - 5) === 0x00000c01 &&
    b[start - 1] === 0x0b
  );
}

function emitTlvs(b: Uint8Array, at: number, stop: number, out: Sink): void {
  while (at + 4 <= stop) {
    const length = u16(b, at + 2);
    if (at + 4 + length > stop || length === 0) return;
    out.add(f.tlvType, at, 2);
    out.add(f.tlvLength, at + 2, 2);
    if (u16(b, at) === 0 && length === 2) out.add(f.originatingVlan, at + 4, 2);
    at += 4 + length;
  }
}
