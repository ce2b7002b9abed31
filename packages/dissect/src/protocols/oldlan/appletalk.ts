// AppleTalk: datagrams (DDP), address resolution (AARP), names (NBP), routing (RTMP), and the LocalTalk header (Sidhu,
// Andrews, Oppenheimer: "Inside AppleTalk", 2nd edition, chapters 1 to 8).
import { u16 } from '../../core/bytes.ts';
import { data } from '../../core/data.ts';
import { bytes, ether, text, uint } from '../../core/field.ts';
import { COLUMN, OTHER, type Packet } from '../../core/packet.ts';
import { type Protocol, protocol } from '../../core/protocol.ts';
import { chdlcProtocols, etherTypes, pppProtocols, snapPids, Table } from '../../core/table.ts';
import { ethernetAddress } from '../../core/text.ts';
import { head, thenData } from '../link/head.ts';
import { nullFamilies } from '../link/tables.ts';

const DDP = 13;
const SHORT_DDP = 5;
const ddpTypes = new Table('ddp.type');

const ddpTypeNames: Readonly<Record<number, string>> = {
  1: 'AppleTalk Routing Table response or data',
  2: 'AppleTalk Name Binding Protocol packet',
  3: 'AppleTalk Transaction Protocol packet',
  4: 'AppleTalk Echo Protocol packet',
  5: 'AppleTalk Routing Table request',
  6: 'AppleTalk Zone Information Protocol packet',
  7: 'AppleTalk Data Stream Protocol',
  88: 'EIGRP for AppleTalk',
};
const d = {
  hops: uint('ddp.hopcount', 'Hop count').at(0, 2).mask(0x3c00),
  len: uint('ddp.len', 'Datagram length').at(0, 2).mask(0x03ff),
  checksum: uint('ddp.checksum', 'Checksum').at(2, 2),
  dstNet: uint('ddp.dst.net', 'Destination Net').at(4, 2),
  srcNet: uint('ddp.src.net', 'Source Net').at(6, 2),
  dstNode: uint('ddp.dst.node', 'Destination Node').at(8, 1),
  srcNode: uint('ddp.src.node', 'Source Node').at(9, 1),
  dstSocket: uint('ddp.dst_socket', 'Destination Socket').at(10, 1),
  srcSocket: uint('ddp.src_socket', 'Source Socket').at(11, 1),
  type: uint('ddp.type', 'Protocol type').at(12, 1).named(ddpTypeNames),
};

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');

function showNodes(p: Packet, srcNet: number, src: number, dstNet: number, dst: number): void {
  if ((p.visibility & COLUMN) === 0) return;
  p.columnKind = OTHER;
  p.columnSrcText = `${hex(srcNet, 4)}.${hex(src, 2)}`;
  p.columnDstText = `${hex(dstNet, 4)}.${hex(dst, 2)}`;
}

export const ddp: Protocol = protocol({
  name: 'ddp',
  title: 'Datagram Delivery Protocol',
  column: 'DDP',
  fields: d,
  on: [
    [snapPids, 0x080007 * 0x10000 + 0x809b],
    [chdlcProtocols, 0x809b],
    [pppProtocols, 0x0029],
    [nullFamilies, 16],
  ],
  step(p) {
    const b = p.buf;
    const start = p.at;
    if (p.end - start < DDP) return p.cut(DDP);
    p.narrow(p.count - 1, Math.max(DDP, u16(b, start) & 0x3ff));
    showNodes(p, u16(b, start + 6), b[start + 9]!, u16(b, start + 4), b[start + 8]!);
    p.at = start + DDP;
    return ddpTypes.get(b[start + 12]!) ?? (p.at < p.end ? data : null);
  },
  emit(p, layer, out) {
    if (p.stop[layer]! - p.start[layer]! < DDP) return;
    for (const field of Object.values(d)) out.fixed(field);
  },
  info(p, layer) {
    const start = p.start[layer]!;
    if (p.stop[layer]! - start < DDP) return '';
    const type = p.bufferOf(layer)[start + 12]!;
    return ddpTypeNames[type] ?? `Unknown DDP protocol (${hex(type, 2)})`;
  },
});

const REQUEST = 1;
const REPLY = 2;
const PROBE = 3;
const AARP = 8;
const aarpOpcodes: Readonly<Record<number, string>> = { 1: 'request', 2: 'reply', 3: 'probe' };
const a = {
  hwType: uint('aarp.hard.type', 'Hardware type').at(0, 2).hex(),
  protoType: uint('aarp.proto.type', 'Protocol type').at(2, 2).hex(),
  hwSize: uint('aarp.hard.size', 'Hardware size').at(4, 1),
  protoSize: uint('aarp.proto.size', 'Protocol size').at(5, 1),
  opcode: uint('aarp.opcode', 'Opcode').at(6, 2).named(aarpOpcodes),
  srcMac: ether('aarp.src.hw_mac', 'Sender MAC address'),
  srcId: bytes('aarp.src.proto_id', 'Sender ID'),
  dstMac: ether('aarp.dst.hw_mac', 'Target MAC address'),
  dstId: bytes('aarp.dst.proto_id', 'Target ID'),
};
/** Lengths of addresses on Ethernet: MAC, and a protocol address, of which the last three bytes count. */
const MAC = 6;
const ID = 4;
const AARP_ETHERNET = AARP + 2 * (MAC + ID);

function idText(b: Uint8Array, at: number): string {
  return `${u16(b, at + 1)}.${b[at + 3]}`;
}

export const aarp: Protocol = protocol({
  name: 'aarp',
  title: 'AppleTalk Address Resolution Protocol',
  column: 'AARP',
  fields: a,
  on: [
    [etherTypes, 0x80f3],
    [chdlcProtocols, 0x80f3],
  ],
  step(p) {
    if (p.end - p.at < AARP) return p.cut(AARP);
    const length = AARP + 2 * (p.buf[p.at + 4]! + p.buf[p.at + 5]!);
    if (p.end - p.at < length) return p.cut(length);
    p.narrow(p.count - 1, length);
    p.at = p.end;
    return null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    if (p.stop[layer]! - start < AARP) return;
    for (const field of [a.hwType, a.protoType, a.hwSize, a.protoSize, a.opcode]) out.fixed(field);
    if (b[start + 4] !== MAC || b[start + 5] !== ID || p.stop[layer]! - start < AARP_ETHERNET) return;
    out.add(a.srcMac, start + 8, MAC);
    out.add(a.srcId, start + 14, ID);
    out.add(a.dstMac, start + 18, MAC);
    out.add(a.dstId, start + 24, ID);
  },
  info(p, layer) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    if (p.stop[layer]! - start < AARP) return '';
    const opcode = u16(b, start + 6);
    if (aarpOpcodes[opcode] === undefined) return `Unknown AARP opcode 0x${hex(opcode, 4)}`;
    if (b[start + 4] !== MAC || b[start + 5] !== ID || p.stop[layer]! - start < AARP_ETHERNET) return '';
    const src = idText(b, start + 14);
    const dst = idText(b, start + 24);
    if (opcode === REQUEST) return `Who has ${dst}?  Tell ${src}`;
    if (opcode === REPLY) return `${src} is at ${ethernetAddress(b, start + 8)}`;
    return opcode === PROBE ? `Is there a ${dst}` : '';
  },
});

const operations: Readonly<Record<number, string>> = {
  1: 'broadcast request',
  2: 'lookup',
  3: 'reply',
  4: 'forward request',
};
const n = {
  op: uint('nbp.op', 'Operation').at(0, 1).mask(0xf0).named(operations),
  count: uint('nbp.count', 'Count').at(0, 1).mask(0x0f),
  tid: uint('nbp.tid', 'Transaction ID').at(1, 1),
  net: uint('nbp.net', 'Network'),
  node: uint('nbp.node', 'Node'),
  port: uint('nbp.port', 'Port'),
  object: text('nbp.object', 'Object'),
  type: text('nbp.type', 'Type'),
  zone: text('nbp.zone', 'Zone'),
};

/** End of the tuple at `at` (a 5-byte address, three length-prefixed strings), or -1. */
function tupleEnd(b: Uint8Array, at: number, stop: number): number {
  at += 5;
  for (let i = 0; i < 3; i++) {
    if (at >= stop || at + 1 + b[at]! > stop) return -1;
    at += 1 + b[at]!;
  }
  return at;
}

export const nbp: Protocol = protocol({
  name: 'nbp',
  title: 'Name Binding Protocol',
  column: 'NBP',
  fields: n,
  on: [[ddpTypes, 2]],
  step(p) {
    if (p.end - p.at < 2) return p.cut(2);
    let at = p.at + 2;
    for (let left = p.buf[p.at]! & 0x0f; left > 0; left--) {
      at = tupleEnd(p.buf, at, p.end);
      if (at < 0) return p.cut(p.end - p.at + 1);
    }
    p.at = p.end;
    return null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const stop = p.stop[layer]!;
    if (stop - start < 2) return;
    for (const field of [n.op, n.count, n.tid]) out.fixed(field);
    let at = start + 2;
    for (let i = 1; i <= (b[start]! & 0x0f); i++) {
      const end = tupleEnd(b, at, stop);
      if (end < 0) return;
      out.group(`Node ${i}`, at, end - at);
      out.add(n.net, at, 2);
      out.add(n.node, at + 2, 1);
      out.add(n.port, at + 3, 1);
      let value = at + 5;
      for (const field of [n.object, n.type, n.zone]) {
        out.add(field, value + 1, b[value]!);
        value += 1 + b[value]!;
      }
      out.close();
      at = end;
    }
  },
  info(p, layer) {
    const start = p.start[layer]!;
    if (p.stop[layer]! - start < 2) return '';
    const first = p.bufferOf(layer)[start]!;
    return `Op: ${operations[first >> 4] ?? `Unknown (0x${hex(first >> 4, 2)})`}  Count: ${first & 0x0f}`;
  },
});

const RTMP_REQUEST = 5;
const r = {
  net: uint('rtmp.net', 'Net').at(0, 2),
  nodeLength: uint('nbp.nodeid.length', 'Node Length').at(2, 1),
  node: uint('nbp.nodeid', 'Node').at(3, 1),
  tupleNet: uint('rtmp.tuple.net', 'Net'),
  rangeStart: uint('rtmp.tuple.range_start', 'Range Start'),
  distance: uint('rtmp.tuple.dist', 'Distance').mask(0x7f),
  rangeEnd: uint('rtmp.tuple.range_end', 'Range End'),
};

/** Routing; requests have a separate datagram type, kept as the layer's mark. */
export const rtmp: Protocol = protocol({
  name: 'rtmp',
  title: 'Routing Table Maintenance Protocol',
  column: 'RTMP',
  fields: r,
  on: [[ddpTypes, 1, RTMP_REQUEST]],
  step(p) {
    const layer = p.count - 1;
    if (p.at >= 1 && layer > 0 && p.protocols[layer - 1] === ddp) p.mark[layer] = p.buf[p.at - 1]!;
    const least = p.mark[layer] === RTMP_REQUEST ? 1 : 4;
    if (p.end - p.at < least) return p.cut(least);
    p.at = p.end;
    return null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const stop = p.stop[layer]!;
    if (p.mark[layer] === RTMP_REQUEST || stop - start < 4) return;
    for (const field of [r.net, r.nodeLength, r.node]) out.fixed(field);
    for (let at = start + 4; at + 3 <= stop; ) {
      const isExtended = (b[at + 2]! & 0x80) !== 0;
      if (isExtended && at + 6 > stop) return;
      out.add(isExtended ? r.rangeStart : r.tupleNet, at, 2);
      out.add(r.distance, at + 2, 1);
      if (isExtended) out.add(r.rangeEnd, at + 3, 2);
      at += isExtended ? 6 : 3;
    }
  },
  info(p, layer) {
    if (p.mark[layer] === RTMP_REQUEST) return 'Request';
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    if (p.stop[layer]! - start < 4) return '';
    return `Net: ${u16(b, start)}  Node Len: ${b[start + 2]}  Node: ${b[start + 3]}`;
  },
});

const zipFunctions: Readonly<Record<number, string>> = {
  1: 'Query',
  2: 'Reply',
  3: 'Takedown',
  4: 'Bringup',
  5: 'GetNetInfo request',
  6: 'GetNetInfo reply',
  7: 'Notify',
  8: 'Extended reply',
  20: 'GetMyZone',
  21: 'GetZoneList',
  22: 'GetLocalZones',
};
export const zip = head({
  name: 'zip',
  title: 'Zone Information Protocol',
  column: 'ZIP',
  least: 1,
  on: [[ddpTypes, 6]],
  info: (b, start) => zipFunctions[b[start]!] ?? `Unknown ZIP function ${hex(b[start]!, 2)}`,
});
export const atp = head({
  name: 'atp',
  title: 'AppleTalk Transaction Protocol packet',
  column: 'ATP',
  least: 8,
  on: [[ddpTypes, 3]],
  behind: thenData,
});

const LLAP = 3;
const llapTypes: Readonly<Record<number, string>> = {
  1: 'Short DDP',
  2: 'DDP',
  0x81: 'Enquiry',
  0x82: 'Acknowledgement',
  0x84: 'RTS',
  0x85: 'CTS',
};
const l = {
  dst: uint('llap.dst', 'Destination Node').at(0, 1),
  src: uint('llap.src', 'Source Node').at(1, 1),
  type: uint('llap.type', 'Type').at(2, 1).hex().named(llapTypes),
};

/** LocalTalk: node numbers, and whether DDP has its long header or the short one of five bytes. */
export const llap: Protocol = protocol({
  name: 'llap',
  title: 'LocalTalk Link Access Protocol',
  column: 'LLAP',
  fields: l,
  on: [[etherTypes, 0x809b]],
  step(p) {
    const b = p.buf;
    if (p.end - p.at < LLAP) return p.cut(LLAP);
    const type = b[p.at + 2]!;
    p.at += LLAP;
    if (type === 2) return ddp;
    return type === 1 ? shortDdp : p.at < p.end ? data : null;
  },
  info(p, layer) {
    const start = p.start[layer]!;
    if (p.stop[layer]! - start < LLAP) return '';
    const type = p.bufferOf(layer)[start + 2]!;
    return llapTypes[type] ?? `Unknown LLAP type (${hex(type, 2)})`;
  },
});

/** DDP with the short header: node numbers come from LocalTalk, and there are no network numbers. */
export const shortDdp: Protocol = protocol({
  name: 'ddp',
  title: 'Datagram Delivery Protocol',
  column: 'DDP',
  info: (p, layer) =>
    p.stop[layer]! - p.start[layer]! < SHORT_DDP
      ? ''
      : (ddpTypeNames[p.bufferOf(layer)[p.start[layer]! + 4]!] ?? ''),
  step(p) {
    const b = p.buf;
    const start = p.at;
    if (p.end - start < SHORT_DDP) return p.cut(SHORT_DDP);
    if (start >= LLAP) showNodes(p, 0, b[start - 2]!, 0, b[start - 3]!);
    p.at = start + SHORT_DDP;
    return ddpTypes.get(b[start + 4]!) ?? (p.at < p.end ? data : null);
  },
});
