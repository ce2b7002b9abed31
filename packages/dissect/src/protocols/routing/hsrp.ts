// Cisco's first-hop redundancy protocols: Hot Standby Router Protocol version 1 (RFC 2281) and 2, and GLBP.
import { u16 } from '../../core/bytes.ts';
import { ether, ipv4, ipv6, text, uint } from '../../core/field.ts';
import { IPV4, type Packet } from '../../core/packet.ts';
import { type Protocol, protocol } from '../../core/protocol.ts';
import type { Sink } from '../../core/sink.ts';
import { udpPorts } from '../../core/table.ts';

const HEADER = 20;
/** TLV types of version 2 that may come first. */
const GROUP_STATE = 1;
const TEXT_AUTHENTICATION = 3;
/** Last byte of version 2's groups, 224.0.0.102 and ff02::66; version 1 uses 224.0.0.2. */
const VERSION_2_GROUP = 102;

const opcodes: Readonly<Record<number, string>> = { 0: 'Hello', 1: 'Coup', 2: 'Resign', 3: 'Advertise' };
const states1: Readonly<Record<number, string>> = {
  0: 'Initial',
  1: 'Learn',
  2: 'Listen',
  4: 'Speak',
  8: 'Standby',
  16: 'Active',
};
const states2: Readonly<Record<number, string>> = {
  0: 'Disabled',
  1: 'Init',
  2: 'Learn',
  3: 'Listen',
  4: 'Speak',
  5: 'Standby',
  6: 'Active',
};
const advertised: Readonly<Record<number, string>> = { 1: 'Passive', 2: 'Active', 3: 'Active and passive' };

const f = {
  version: uint('hsrp.version', 'Version'),
  opcode: uint('hsrp.opcode', 'Op Code').named(opcodes),
  state: uint('hsrp.state', 'State').named(states1),
  hello: uint('hsrp.hellotime', 'Hellotime'),
  hold: uint('hsrp.holdtime', 'Holdtime'),
  priority: uint('hsrp.priority', 'Priority'),
  group: uint('hsrp.group', 'Group'),
  auth: text('hsrp.auth_data', 'Authentication Data'),
  virtual: ipv4('hsrp.virt_ip', 'Virtual IP Address'),
  advType: uint('hsrp.adv.tlvtype', 'TLV Type'),
  advLength: uint('hsrp.adv.tlvlength', 'TLV Length'),
  advState: uint('hsrp.adv.state', 'State').named(advertised),
  version2: uint('hsrp2.version', 'Version'),
  opcode2: uint('hsrp2.opcode', 'Op Code').named(opcodes),
  state2: uint('hsrp2.state', 'State').named(states2),
  ipVersion: uint('hsrp2.ipversion', 'IP Ver.'),
  group2: uint('hsrp2.group', 'Group'),
  identifier: ether('hsrp2.identifier', 'Identifier'),
  priority2: uint('hsrp2.priority', 'Priority'),
  hello2: uint('hsrp2.hellotime', 'Hellotime'),
  hold2: uint('hsrp2.holdtime', 'Holdtime'),
  virtual2: ipv4('hsrp2.virt_ip', 'Virtual IP Address'),
  virtual6: ipv6('hsrp2.virt_ip_v6', 'Virtual IPv6 Address'),
  auth2: text('hsrp2.auth_data', 'Authentication Data'),
};

/** Versions are distinguished by group address: version 1's version byte coincides with version 2's TLV type. */
function isVersion2(p: Packet): boolean {
  if (p.netKind !== IPV4) return true;
  return p.netBuf[p.netDst]! === 224 && p.netBuf[p.netDst + 3] === VERSION_2_GROUP;
}

export const hsrp: Protocol = protocol({
  name: 'hsrp',
  title: 'Cisco Hot Standby Router Protocol',
  column: (p, layer) => (p.mark[layer] === 2 ? 'HSRPv2' : 'HSRP'),
  fields: f,
  on: [[udpPorts, 1985, 2029]],
  step(p) {
    const start = p.at;
    if (isVersion2(p)) {
      p.mark[p.layer] = 2;
      for (let at = start; at < p.wireEnd; ) {
        p.at = at;
        if (at + 2 > p.end) return p.cut(2);
        at += 2 + p.buf[at + 1]!;
        if (at > p.end) return p.cut(at - p.at);
      }
      return null;
    }
    if (p.end - start < 2) return p.cut(2);
    const needed = p.buf[start + 1] === 3 ? 12 : HEADER;
    if (p.end - start < needed) return p.cut(needed);
    p.at = p.end;
    return null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const end = p.stop[layer]!;
    if (p.mark[layer] === 2) emitRecords(b, start, end, out);
    else if (end - start >= 2) emitVersion1(b, start, end, out);
  },
  info(p, layer) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const length = p.stop[layer]! - start;
    if (length < 3) return '';
    if (p.mark[layer] === 2) {
      if (b[start] !== GROUP_STATE || length < 5) return 'Interface State TLV';
      return `${opcodes[b[start + 3]!] ?? 'Unknown'} (state ${states2[b[start + 4]!] ?? 'Unknown'})`;
    }
    const opcode = opcodes[b[start + 1]!] ?? 'Unknown';
    if (b[start + 1] === 3)
      return length < 7 ? opcode : `${opcode} (state ${advertised[b[start + 6]!] ?? 'Unknown'})`;
    return `${opcode} (state ${states1[b[start + 2]!] ?? 'Unknown'})`;
  },
});

function emitVersion1(b: Uint8Array, start: number, end: number, out: Sink): void {
  out.add(f.version, start, 1);
  out.add(f.opcode, start + 1, 1);
  if (b[start + 1] === 3) {
    if (end - start < 12) return;
    out.add(f.advType, start + 2, 2);
    out.add(f.advLength, start + 4, 2);
    out.add(f.advState, start + 6, 1);
    return;
  }
  if (end - start < HEADER) return;
  const places = [f.state, f.hello, f.hold, f.priority, f.group];
  for (let i = 0; i < places.length; i++) out.add(places[i]!, start + 2 + i, 1);
  out.add(f.auth, start + 8, 8);
  out.add(f.virtual, start + 16, 4);
}

function emitRecords(b: Uint8Array, at: number, end: number, out: Sink): void {
  while (at + 2 <= end) {
    const length = b[at + 1]!;
    const stop = at + 2 + length;
    if (stop > end) return;
    out.group(b[at] === GROUP_STATE ? 'Group State TLV' : `TLV type ${b[at]}`, at, 2 + length);
    if (b[at] === GROUP_STATE && length >= 40) emitGroupState(b, at, out);
    else if (b[at] === TEXT_AUTHENTICATION && length > 0) out.add(f.auth2, at + 2, length);
    out.close();
    at = stop;
  }
}

function emitGroupState(b: Uint8Array, at: number, out: Sink): void {
  out.add(f.version2, at + 2, 1);
  out.add(f.opcode2, at + 3, 1);
  out.add(f.state2, at + 4, 1);
  out.add(f.ipVersion, at + 5, 1);
  out.add(f.group2, at + 6, 2);
  out.add(f.identifier, at + 8, 6);
  out.add(f.priority2, at + 14, 4);
  out.add(f.hello2, at + 18, 4);
  out.add(f.hold2, at + 22, 4);
  if (b[at + 5] === 6) out.add(f.virtual6, at + 26, 16);
  else out.add(f.virtual2, at + 26, 4);
}

const GLBP_HEADER = 12;
const glbpTypes: Readonly<Record<number, string>> = { 1: 'Hello', 2: 'Request/Response?', 3: 'Auth' };

const g = {
  version: uint('glbp.version', 'Version?').at(0, 1),
  unknown1: uint('glbp.unknown1', 'Unknown1').at(1, 1),
  group: uint('glbp.group', 'Group').at(2, 2),
  owner: ether('glbp.ownerid', 'Owner ID').at(6, 6),
  tlvType: uint('glbp.type', 'Type').named(glbpTypes),
  tlvLength: uint('glbp.length', 'Length'),
};

export const glbp: Protocol = protocol({
  name: 'glbp',
  title: 'Gateway Load Balancing Protocol',
  column: 'GLBP',
  fields: g,
  on: [[udpPorts, 3222]],
  step(p) {
    if (p.end - p.at < GLBP_HEADER) return p.cut(GLBP_HEADER);
    p.at = p.end;
    return null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const end = p.stop[layer]!;
    for (const field of [g.version, g.unknown1, g.group, g.owner]) out.fixed(field);
    // A TLV's length includes type and length.
    for (let at = p.start[layer]! + GLBP_HEADER; at + 2 <= end && b[at + 1]! >= 2; at += b[at + 1]!) {
      out.add(g.tlvType, at, 1);
      out.add(g.tlvLength, at + 1, 1);
    }
  },
  info(p, layer) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const end = p.stop[layer]!;
    if (end - start < GLBP_HEADER) return '';
    let text = `G: ${u16(b, start + 2)}`;
    for (let at = start + GLBP_HEADER; at + 2 <= end && b[at + 1]! >= 2; at += b[at + 1]!) {
      text += `, ${glbpTypes[b[at]!] ?? 'Unknown'}`;
      if (b[at] === 1 && at + 22 <= end) text += b[at + 20] === 2 ? ', IPv6' : ', IPv4';
    }
    return text;
  },
});
