// Novell IPX with service advertising (SAP), RIP, NetBIOS over IPX and NLSP hellos (Novell "IPX Router Specification"
// 1.30, RFC 1634).
import { ascii, u16 } from '../../core/bytes.ts';
import { data } from '../../core/data.ts';
import { alias, ether, text, uint } from '../../core/field.ts';
import { COLUMN, OTHER, type Packet, SHOWN } from '../../core/packet.ts';
import { type Protocol, protocol } from '../../core/protocol.ts';
import { chdlcProtocols, etherTypes, greProtocols, llcSaps, pppProtocols, Table } from '../../core/table.ts';
import { hex } from '../../core/text.ts';
import { nullFamilies, sllTypes } from '../link/tables.ts';
import { netbiosName } from './netbios-name.ts';

const HEADER = 30;
const NETBIOS = 0x0455;
const NLSP = 0x9001;

const packetTypes = {
  0: 'IPX',
  1: 'RIP',
  2: 'Echo',
  3: 'Error',
  4: 'PEP',
  5: 'SPX',
  17: 'NCP',
  20: 'NetBIOS Broadcast',
};
const socketNames: Readonly<Record<number, string>> = {
  0x0002: 'CISCO PING',
  0x0451: 'NCP',
  0x0452: 'SAP',
  0x0453: 'RIP',
  0x0455: 'NetBIOS',
  0x0456: 'Diagnostic',
  0x0457: 'Serialization',
  0x0550: 'NWLink SMB Server',
  0x0551: 'NWLink SMB Name Query',
  0x0552: 'NWLink SMB Redirector',
  0x0553: 'NWLink SMB Mailslot Datagram',
  0x0554: 'NWLink SMB Messenger',
  0x0555: 'NWLink SMB Browse',
  0x055d: 'Attachmate Gateway',
  0x4001: 'IPX Message',
  0x4003: 'IPX Message',
  0x4006: 'NetWare Directory Server',
  0x400c: 'HP LaserJet/QuickSilver',
  0x8104: 'NetWare 386',
  0x85be: 'Cisco EIGRP for IPX',
  0x9001: 'NetWare Link Services Protocol',
  0x9004: 'IPX WAN',
  0x900f: 'SNMP Agent',
  0x9010: 'SNMP Sink',
  0x9086: 'Novell PING',
  0x9091: 'TCP Tunnel',
  0x9092: 'UDP Tunnel',
};

/** Payloads by destination or source socket; they have a tree but are not listed in frame.protocols. */
const ipxSockets = new Table('ipx.socket');

const dstNet = uint('ipx.dst.net', 'Destination Network').at(6, 4).hex();
const dstNode = ether('ipx.dst.node', 'Destination Node').at(10, 6);
const dstSocket = uint('ipx.dst.socket', 'Destination Socket').at(16, 2).hex().named(socketNames);
const srcNet = uint('ipx.src.net', 'Source Network').at(18, 4).hex();
const srcNode = ether('ipx.src.node', 'Source Node').at(22, 6);
const srcSocket = uint('ipx.src.socket', 'Source Socket').at(28, 2).hex().named(socketNames);
const f = {
  checksum: uint('ipx.checksum', 'Checksum').at(0, 2).hex(),
  len: uint('ipx.len', 'Length').at(2, 2),
  hops: uint('ipx.hops', 'Transport Control (Hops)').at(4, 1),
  packetType: uint('ipx.packet_type', 'Packet Type').at(5, 1).hex().named(packetTypes),
  dstNet,
  dstNode,
  dstSocket,
  srcNet,
  srcNode,
  srcSocket,
  net: alias('ipx.net', 'Source or Destination Network', [dstNet, srcNet]).hex(4),
  node: alias('ipx.node', 'Source or Destination Node', [dstNode, srcNode]),
  socket: alias('ipx.socket', 'Source or Destination Socket', [dstSocket, srcSocket]).hex(2),
};

/** Formats network and node: `13000001.0020af3979e2`. */
function addressText(b: Uint8Array, at: number): string {
  return `${hex(b, at, at + 4)}.${hex(b, at + 4, at + 10)}`;
}

export const ipx: Protocol = protocol({
  name: 'ipx',
  title: 'Internetwork Packet eXchange',
  column: 'IPX',
  fields: f,
  on: [
    [etherTypes, 0x8137],
    [llcSaps, 0x10, 0xe0],
    [pppProtocols, 0x002b],
    [chdlcProtocols, 0x8137],
    [greProtocols, 0x8137],
    [nullFamilies, 23],
    [sllTypes, 1],
  ],
  step(p) {
    const b = p.buf;
    const start = p.at;
    if (p.end - start < HEADER) return p.cut(HEADER);
    p.narrow(p.count - 1, u16(b, start + 2));
    if ((p.visibility & COLUMN) !== 0) {
      p.columnKind = OTHER;
      p.columnSrcText = addressText(b, start + 18);
      p.columnDstText = addressText(b, start + 6);
    }
    p.at = start + HEADER;
    if (p.at >= p.end) return null;
    const inner = ipxSockets.get(u16(b, start + 16)) ?? ipxSockets.get(u16(b, start + 28));
    if (inner === undefined) return data;
    p.offer(inner, SHOWN | COLUMN);
    return null;
  },
  info(p, layer) {
    const start = p.start[layer]!;
    if (p.stop[layer]! - start < HEADER) return '';
    const socket = u16(p.bufferOf(layer), start + 16);
    return `${socketNames[socket] ?? 'Unknown'} (0x${socket.toString(16).padStart(4, '0')})`;
  },
});

const sap = {
  type: uint('ipxsap.packet_type', 'SAP packet type').at(0, 2),
  server: text('ipxsap.server.name', 'Server Name'),
  serverType: uint('ipxsap.server.type', 'Server Type').hex(2),
  network: uint('ipxsap.server.network', 'Network').hex(4),
  node: ether('ipxsap.server.node', 'Node'),
  socket: uint('ipxsap.server.socket', 'Socket').hex(2),
  hops: uint('ipxsap.server.intermediate_networks', 'Intermediate Networks'),
};
const sapTexts: Readonly<Record<number, string>> = {
  1: 'General Query',
  2: 'General Response',
  3: 'Nearest Query',
  4: 'Nearest Response',
};
/** Length of a server entry: type, 48-byte name, 12-byte address, hops. */
const SERVER = 64;

export const ipxsap = protocol({
  name: 'ipxsap',
  title: 'Service Advertisement Protocol',
  column: 'IPX SAP',
  fields: sap,
  on: [[ipxSockets, 0x0452]],
  step: (p) => stay(p, 2),
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    if (p.stop[layer]! - start < 2) return;
    out.fixed(sap.type);
    const type = u16(b, start);
    if (type !== 2 && type !== 4) {
      out.add(sap.serverType, start + 2, 2);
      return;
    }
    for (let at = start + 2; at + SERVER <= p.stop[layer]!; at += SERVER) {
      out.open(sap.server, at + 2, 48, ascii(b, at + 2, at + 50).replace(/\0.*$/s, ''));
      out.add(sap.serverType, at, 2);
      out.add(sap.network, at + 50, 4);
      out.add(sap.node, at + 54, 6);
      out.add(sap.socket, at + 60, 2);
      out.add(sap.hops, at + 62, 2);
      out.close();
    }
  },
  info: (p, layer) => shortText(p, layer, sapTexts),
});

const rip = {
  type: uint('ipxrip.packet_type', 'RIP packet type').at(0, 2),
  vector: uint('ipxrip.route_vector', 'Route Vector').hex(4),
  hops: uint('ipxrip.hops', 'Hops'),
  ticks: uint('ipxrip.ticks', 'Ticks'),
};
const ripTexts: Readonly<Record<number, string>> = { 1: 'Request', 2: 'Response' };
const ROUTE = 8;

export const ipxrip = protocol({
  name: 'ipxrip',
  title: 'IPX Routing Information Protocol',
  column: 'IPX RIP',
  fields: rip,
  on: [[ipxSockets, 0x0453]],
  step: (p) => stay(p, 2),
  emit(p, layer, out) {
    const start = p.start[layer]!;
    out.fixed(rip.type);
    for (let at = start + 2; at + ROUTE <= p.stop[layer]!; at += ROUTE) {
      out.add(rip.vector, at, 4);
      out.add(rip.hops, at + 4, 2);
      out.add(rip.ticks, at + 6, 2);
    }
  },
  info: (p, layer) => shortText(p, layer, ripTexts),
});

/** NetBIOS over IPX: 32 bytes of routers passed, then packet type and name. */
const NBIPX_HEADER = 50;
const nbipxTexts: Readonly<Record<number, string>> = {
  1: 'Find name',
  2: 'Name recognized',
  3: 'Check name',
  4: 'Name in use',
  5: 'Deregister name',
};

export const nbipx = protocol({
  name: 'nbipx',
  title: 'NetBIOS over IPX',
  column: 'NBIPX',
  on: [[ipxSockets, NETBIOS]],
  step: (p) => stay(p, 2),
  info(p, layer) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    if (p.stop[layer]! - start < NBIPX_HEADER) return '';
    const kind = nbipxTexts[b[start + 33]!];
    return kind === undefined ? 'Session' : `${kind} ${netbiosName(b, start + 34)}`;
  },
});

const nlspTexts: Readonly<Record<number, string>> = {
  15: 'L1 Hello',
  17: 'WAN Hello',
  18: 'L1 LSP',
  24: 'L1 CSNP',
  26: 'L1 PSNP',
};

export const nlsp = protocol({
  name: 'nlsp',
  title: 'NetWare Link Services Protocol',
  column: 'NLSP',
  on: [[ipxSockets, NLSP]],
  step: (p) => stay(p, 8),
  info(p, layer) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    if (p.stop[layer]! - start < 15) return '';
    const kind = nlspTexts[b[start + 4]! & 0x1f] ?? 'Unknown';
    return kind === 'L1 Hello' ? `${kind}, System ID: ${hex(b, start + 9, start + 15, ':')}` : kind;
  },
});

/** Sockets whose packets are named but not dissected. */
export const ipxOthers = [
  named('NetWare Core Protocol', 'ncp', 'NCP', 0x0451),
  named('NetWare Serialization Protocol', 'nw_serial', 'NW_SERIAL', 0x0457),
  named('Name Management Protocol over IPX', 'nmpi', 'NMPI', 0x0551, 0x0553),
  named('IPX Message', 'ipxmsg', 'IPX MSG', 0x4001, 0x4003),
  named('IPX WAN', 'ipxwan', 'IPX WAN', 0x9004),
];

function named(title: string, name: string, column: string, ...sockets: number[]): Protocol {
  return protocol({
    name,
    title,
    column,
    info: () => '',
    on: [[ipxSockets, ...sockets]],
    step: (p) => stay(p, 0),
  });
}

function stay(p: Packet, least: number): null {
  if (p.end - p.at < least) return p.cut(least);
  p.at = p.end;
  return null;
}

function shortText(p: Packet, layer: number, texts: Readonly<Record<number, string>>): string {
  const start = p.start[layer]!;
  if (p.stop[layer]! - start < 2) return '';
  const type = u16(p.bufferOf(layer), start);
  return texts[type] ?? 'Unknown Packet Type';
}
