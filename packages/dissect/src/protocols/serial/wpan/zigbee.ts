// ZigBee over IEEE 802.15.4 (ZigBee specification, document 05-3474-22): network, application support, device profile
// and beacons; secured frames are not decrypted.
import { u16le } from '../../../core/bytes.ts';
import { data } from '../../../core/data.ts';
import { bool, uint } from '../../../core/field.ts';
import { COLUMN, OTHER, type Packet } from '../../../core/packet.ts';
import { type Protocol, protocol } from '../../../core/protocol.ts';
import { beaconHeuristics, layout, wpanHeuristics } from './wpan.ts';
import { zcl } from './zcl.ts';

/** §3.3.1.1: frame control of the network layer. */
const COMMAND = 1;
const MULTICAST = 0x0100;
const SECURITY = 0x0200;
const SOURCE_ROUTE = 0x0400;
const DESTINATION64 = 0x0800;
const SOURCE64 = 0x1000;
const VERSION_LEAST = 1;
const VERSION_MOST = 3;
const INTER_PAN = 3;
const HEADER = 8;

const commands: Readonly<Record<number, string>> = {
  1: 'Route Request',
  2: 'Route Reply',
  3: 'Network Status',
  4: 'Leave',
  5: 'Route Record',
  6: 'Rejoin Request',
  7: 'Rejoin Response',
  8: 'Link Status',
  9: 'Network Report',
  10: 'Network Update',
  11: 'End Device Timeout Request',
  12: 'End Device Timeout Response',
};

const n = {
  control: uint('zbee_nwk.fcf', 'Frame Control Field').at(0, 2).le().hex(),
  type: uint('zbee_nwk.frame_type', 'Frame Type').at(0, 2).le().mask(0x0003).hex().named({
    0: 'Data',
    1: 'Command',
    3: 'Interpan',
  }),
  version: uint('zbee_nwk.proto_version', 'Protocol Version').at(0, 2).le().mask(0x003c),
  security: bool('zbee_nwk.security', 'Security').at(0, 2).le().mask(SECURITY),
  dst: uint('zbee_nwk.dst', 'Destination').at(2, 2).le().hex(),
  src: uint('zbee_nwk.src', 'Source').at(4, 2).le().hex(),
  radius: uint('zbee_nwk.radius', 'Radius').at(6, 1),
  sequence: uint('zbee_nwk.seqno', 'Sequence Number').at(7, 1),
  command: uint('zbee_nwk.cmd.id', 'Command Identifier').hex(1).named(commands),
};

/** Short addresses on both sides, no security below, a version there is. */
function isNetwork(p: Packet): boolean {
  if (layout.dstWidth !== 2 || layout.srcWidth !== 2 || p.end - p.at < 2) return false;
  const control = u16le(p.buf, p.at);
  const version = (control >> 2) & 15;
  return (
    version >= VERSION_LEAST &&
    version <= VERSION_MOST - 1 &&
    (control & 3) !== INTER_PAN &&
    (control & 3) !== 2
  );
}

/** §3.3.1: the header's length, with the parts that its control field announces. */
function headerLength(b: Uint8Array, start: number, end: number): number {
  const control = u16le(b, start);
  let length = HEADER;
  if (control & DESTINATION64) length += 8;
  if (control & SOURCE64) length += 8;
  if (control & MULTICAST) length += 1;
  if (control & SOURCE_ROUTE) length += 2 + (start + length < end ? 2 * b[start + length]! : 0);
  return length;
}

export const nwk: Protocol = protocol({
  name: 'zbee_nwk',
  title: 'ZigBee Network Layer',
  column: 'ZigBee',
  fields: n,
  heuristics: [[wpanHeuristics, isNetwork]],
  step(p) {
    const { buf: b, at: start, end } = p;
    if (end - start < HEADER) return p.cut(HEADER);
    const length = headerLength(b, start, end);
    if (end - start < length) return p.cut(length);
    const control = u16le(b, start);
    if (p.visibility & COLUMN) {
      p.columnKind = OTHER;
      [p.columnSrcText, p.columnDstText] = addressTexts(b, start);
    }
    p.at = start + length;
    // §4.3.1: secured payloads need the network key.
    if (control & SECURITY) return p.at < end ? data : null;
    if ((control & 3) === COMMAND) {
      p.at = end;
      return null;
    }
    return p.at < end ? aps : null;
  },
  emit(p, layer, out) {
    for (const field of [n.control, n.type, n.version, n.security, n.dst, n.src, n.radius, n.sequence])
      out.fixed(field);
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const control = u16le(b, start);
    if ((control & SECURITY) === 0 && (control & 3) === COMMAND)
      out.add(n.command, start + headerLength(b, start, p.stop[layer]!), 1);
  },
  info(p, layer) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    if (p.stop[layer]! - start < HEADER) return '';
    const control = u16le(b, start);
    if ((control & SECURITY) === 0 && (control & 3) === COMMAND) {
      const command = b[start + headerLength(b, start, p.stop[layer]!)];
      return command === undefined ? 'Command' : (commands[command] ?? 'Command');
    }
    const kind = (control & 3) === COMMAND ? 'Command' : 'Data';
    const [src, dst] = addressTexts(b, start);
    return `${kind}, Dst: ${dst}, Src: ${src}`;
  },
});

const nodeText = (address: number): string =>
  address >= 0xfff8 ? 'Broadcast' : `0x${address.toString(16).padStart(4, '0')}`;

function addressTexts(b: Uint8Array, start: number): [src: string, dst: string] {
  return [nodeText(u16le(b, start + 4)), nodeText(u16le(b, start + 2))];
}

/** Source and destination of a frame of the network layer; null where it is secured, since who sent it is then a claim. */
export function zigbeeAddresses(p: Packet, layer: number): [src: string, dst: string] | null {
  const b = p.bufferOf(layer);
  const start = p.start[layer]!;
  return u16le(b, start) & SECURITY ? null : addressTexts(b, start);
}

/** §2.2.5: application support: types, delivery modes, and what else is in its header. */
const APS_DATA = 0;
const APS_COMMAND = 1;
const APS_ACK = 2;
const ACK_FORMAT = 0x10;
const APS_SECURITY = 0x20;
const APS_EXTENDED = 0x80;
const GROUP = 3;

const a = {
  control: uint('zbee_aps.fcf', 'Frame Control Field').at(0, 1).hex(),
  type: uint('zbee_aps.type', 'Frame Type')
    .at(0, 1)
    .mask(0x03)
    .hex()
    .named({ 0: 'Data', 1: 'Command', 2: 'Ack' }),
  delivery: uint('zbee_aps.delivery', 'Delivery Mode').at(0, 1).mask(0x0c).hex(),
  security: bool('zbee_aps.security', 'Security').at(0, 1).mask(APS_SECURITY),
  dst: uint('zbee_aps.dst', 'Destination Endpoint'),
  group: uint('zbee_aps.group', 'Group').le().hex(2),
  cluster: uint('zbee_aps.cluster', 'Cluster').le().hex(2),
  profile: uint('zbee_aps.profile', 'Profile').le().hex(2),
  src: uint('zbee_aps.src', 'Source Endpoint'),
  counter: uint('zbee_aps.counter', 'Counter'),
};

/** Offsets of an APS header's parts; -1 if absent. */
const parts = { dst: -1, group: -1, cluster: -1, profile: -1, src: -1, counter: -1, payload: 0 };

function readAps(b: Uint8Array, start: number): typeof parts {
  const control = b[start]!;
  const type = control & 3;
  const delivery = (control >> 2) & 3;
  const hasEndpoints = type === APS_DATA || (type === APS_ACK && (control & ACK_FORMAT) === 0);
  let at = start + 1;
  const take = (isThere: boolean, width: number): number => {
    if (!isThere) return -1;
    at += width;
    return at - width;
  };
  parts.dst = take(hasEndpoints && delivery !== GROUP, 1);
  parts.group = take(hasEndpoints && delivery === GROUP, 2);
  parts.cluster = take(hasEndpoints, 2);
  parts.profile = take(hasEndpoints, 2);
  parts.src = take(hasEndpoints, 1);
  parts.counter = take(true, 1);
  if (control & APS_EXTENDED) at += b[at]! & 3 ? 2 : 1;
  parts.payload = at;
  return parts;
}

export const aps: Protocol = protocol({
  name: 'zbee_aps',
  title: 'ZigBee Application Support Layer',
  column: 'ZigBee',
  fields: a,
  step(p) {
    const { buf: b, at: start, end } = p;
    const control = b[start]!;
    const { payload, cluster, profile } = readAps(b, start);
    if (payload > end) return p.cut(payload - start);
    p.at = payload;
    if (control & APS_SECURITY) return p.at < end ? data : null;
    if ((control & 3) !== APS_DATA || p.at >= end) {
      p.at = end;
      return null;
    }
    const next = u16le(b, profile) === 0 ? zdp : zcl;
    p.mark[p.layer] = u16le(b, cluster) | ((u16le(b, profile) & 0xffff) << 16);
    return next;
  },
  emit(p, layer, out) {
    for (const field of [a.control, a.type, a.delivery, a.security]) out.fixed(field);
    const { dst, group, cluster, profile, src, counter } = readAps(p.bufferOf(layer), p.start[layer]!);
    if (dst >= 0) out.add(a.dst, dst, 1);
    if (group >= 0) out.add(a.group, group, 2);
    if (cluster >= 0) out.add(a.cluster, cluster, 2);
    if (profile >= 0) out.add(a.profile, profile, 2);
    if (src >= 0) out.add(a.src, src, 1);
    if (counter >= 0) out.add(a.counter, counter, 1);
  },
  info(p, layer) {
    const b = p.bufferOf(layer);
    const control = b[p.start[layer]!]!;
    const kind = ['Data', 'Command', 'Ack', 'Unknown'][control & 3]!;
    const { dst, src } = readAps(b, p.start[layer]!);
    const ends =
      dst < 0 || (control & 3) === APS_COMMAND ? '' : `, Dst Endpt: ${b[dst]}, Src Endpt: ${b[src]}`;
    return `APS: ${kind}${ends}`;
  },
});

/** §2.4: the device profile's requests; responses have the highest bit. */
const requests: Readonly<Record<number, string>> = {
  0x00: 'Network Address',
  0x01: 'Extended Address',
  0x02: 'Node Descriptor',
  0x03: 'Power Descriptor',
  0x04: 'Simple Descriptor',
  0x05: 'Active Endpoint',
  0x06: 'Match Descriptor',
  0x10: 'Complex Descriptor',
  0x11: 'User Descriptor',
  0x12: 'Discovery Cache',
  0x13: 'Device Announcement',
  0x1f: 'Parent Announce',
  0x20: 'End Device Bind',
  0x21: 'Bind',
  0x22: 'Unbind',
  0x30: 'Network Discovery',
  0x31: 'Link Quality',
  0x32: 'Routing Table',
  0x33: 'Binding Table',
  0x34: 'Leave',
  0x36: 'Permit Join',
  0x38: 'Network Update',
};
const z = { sequence: uint('zbee_zdp.seqno', 'Sequence Number').at(0, 1) };

export const zdp: Protocol = protocol({
  name: 'zbee_zdp',
  title: 'ZigBee Device Profile',
  column: 'ZigBee ZDP',
  fields: z,
  step(p) {
    p.at = p.end;
    return null;
  },
  info(p, layer) {
    const cluster = p.mark[layer - 1]! & 0xffff;
    const summary = requests[cluster & 0x7fff];
    if (summary === undefined) return `Unknown Cluster: 0x${cluster.toString(16)}`;
    if (cluster === 0x13 || cluster === 0x1f) return summary;
    return `${summary} ${cluster & 0x8000 ? 'Response' : 'Request'}`;
  },
});

const BEACON_BYTES = 15;
const e = {
  protocol: uint('zbee_beacon.protocol', 'Protocol ID').at(0, 1),
  profile: uint('zbee_beacon.profile', 'Stack Profile').at(1, 1).mask(0x0f).hex(),
  version: uint('zbee_beacon.version', 'Protocol Version').at(1, 1).mask(0xf0),
};

/** §3.6.7: a beacon's payload; protocol 0 is ZigBee's. */
export const zigbeeBeacon: Protocol = protocol({
  name: 'zbee_beacon',
  title: 'ZigBee Beacon',
  column: 'ZigBee',
  fields: e,
  heuristics: [[beaconHeuristics, (p) => p.end - p.at >= BEACON_BYTES - 4 && p.buf[p.at] === 0]],
  step(p) {
    p.at = p.end;
    return null;
  },
  info(p, layer) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    if (p.stop[layer]! - start < 11) return 'Beacon';
    const id: string[] = [];
    for (let i = 10; i >= 3; i--) id.push(b[start + i]!.toString(16).padStart(2, '0'));
    return `Beacon, EPID: ${id.join(':')}`;
  },
});

/** Atmel's Lightweight Mesh (AVR2130 §3.1): nine bytes before the payload. */
export const lightweightMesh: Protocol = protocol({
  name: 'lwm',
  title: 'Lightweight Mesh (v1.1.1)',
  column: 'LwMesh',
  heuristics: [
    [
      wpanHeuristics,
      (p) =>
        layout.dstWidth === 2 && layout.srcWidth === 2 && p.end - p.at >= 7 && (p.buf[p.at]! & 0xf0) === 0,
    ],
  ],
  step(p) {
    p.at = p.end;
    return null;
  },
});
