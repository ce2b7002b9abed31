// Open Shortest Path First, version 2 (RFC 2328 appendix A.3) and 3 (RFC 5340 appendix A.3).
import { u16, u32 } from '../../core/bytes.ts';
import { bytes, ipv4, none, text, uint } from '../../core/field.ts';
import type { Packet } from '../../core/packet.ts';
import { protocol } from '../../core/protocol.ts';
import type { Sink } from '../../core/sink.ts';
import { ipProtocols } from '../../core/table.ts';
import {
  emitLsaBody,
  emitLsaHeader,
  emitLsType3,
  LSA_HEADER,
  lsaFields,
  ospfOptionFields,
} from './ospf-lsa.ts';

const HEADER_2 = 24;
const HEADER_3 = 16;

const HELLO = 1;
const DATABASE = 2;
const REQUEST = 3;
const UPDATE = 4;
const ACKNOWLEDGE = 5;
/** Maximum number of LSAs shown per packet. */
const LSAS_MAX = 1000;

const messages: Readonly<Record<number, string>> = {
  1: 'Hello Packet',
  2: 'DB Description',
  3: 'LS Request',
  4: 'LS Update',
  5: 'LS Acknowledge',
};

const f = {
  header: none('ospf.header', 'OSPF Header'),
  version: uint('ospf.version', 'Version').at(0, 1),
  message: uint('ospf.msg', 'Message Type').at(1, 1).named(messages),
  length: uint('ospf.packet_length', 'Packet Length').at(2, 2),
  router: ipv4('ospf.srcrouter', 'Source OSPF Router').at(4, 4),
  area: ipv4('ospf.area_id', 'Area ID').at(8, 4),
  checksum: uint('ospf.checksum', 'Checksum').at(12, 2).hex(),
  authType: uint('ospf.auth.type', 'Auth Type').named({
    0: 'Null',
    1: 'Simple password',
    2: 'Cryptographic',
  }),
  authNone: bytes('ospf.auth.none', 'Auth Data (none)'),
  authSimple: text('ospf.auth.simple', 'Auth Data (Simple)'),
  authKeyId: uint('ospf.auth.crypt.key_id', 'Auth Crypt Key id'),
  authLength: uint('ospf.auth.crypt.data_length', 'Auth Crypt Data Length'),
  authSequence: uint('ospf.auth.crypt.seq_nbr', 'Auth Crypt Sequence Number'),
  authData: bytes('ospf.auth.crypt.data', 'Auth Crypt Data'),
  instance: uint('ospf.instance_id', 'Instance ID'),
  hello: none('ospf.hello', 'OSPF Hello Packet'),
  mask: ipv4('ospf.hello.network_mask', 'Network Mask'),
  interfaceId: uint('ospf.hello.interface_id', 'Interface ID'),
  helloInterval: uint('ospf.hello.hello_interval', 'Hello Interval [sec]'),
  priority: uint('ospf.hello.router_priority', 'Router Priority'),
  deadInterval: uint('ospf.hello.router_dead_interval', 'Router Dead Interval [sec]'),
  designated: ipv4('ospf.hello.designated_router', 'Designated Router'),
  backup: ipv4('ospf.hello.backup_designated_router', 'Backup Designated Router'),
  neighbor: ipv4('ospf.hello.active_neighbor', 'Active Neighbor'),
  database: none('ospf.db', 'OSPF DB Description'),
  mtu: uint('ospf.db.interface_mtu', 'Interface MTU'),
  databaseFlags: uint('ospf.v2.dbd', 'DB Description').hex(),
  databaseFlags3: uint('ospf.v3.dbd', 'DB Description').hex(2),
  databaseSequence: uint('ospf.db.dd_sequence', 'DD Sequence'),
  request: none('ospf.lsr', 'Link State Request'),
  updateCount: uint('ospf.ls.number_of_lsas', 'Number of LSAs'),
  ...ospfOptionFields,
  ...lsaFields,
};

export const ospf = protocol({
  name: 'ospf',
  title: 'Open Shortest Path First',
  column: 'OSPF',
  fields: f,
  on: [[ipProtocols, 89]],
  step(p) {
    const b = p.buf;
    const start = p.at;
    const header = p.end > start && b[start] === 3 ? HEADER_3 : HEADER_2;
    if (p.end - start < header) return p.cut(header);
    const needed = header + minimumOf(b, start, header);
    if (p.end - start < needed) return p.cut(needed);
    p.at = p.end;
    return null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const end = p.stop[layer]!;
    const isVersion3 = b[start] === 3;
    out.open(f.header, start, isVersion3 ? HEADER_3 : HEADER_2);
    for (const field of [f.version, f.message, f.length, f.router, f.area, f.checksum]) out.fixed(field);
    if (end - start >= HEADER_2 && !isVersion3) emitAuthentication(b, start, end, out);
    else if (end - start >= HEADER_3) out.add(f.instance, start + 14, 1);
    out.close();
    const header = isVersion3 ? HEADER_3 : HEADER_2;
    if (end - start < header) return;
    // A.3.1: the packet length excludes the cryptographic digest and link-local signalling.
    const stop = Math.min(end, start + Math.max(header, u16(b, start + 2)));
    emitBody(b, b[start + 1]!, isVersion3, start + header, stop, out);
  },
  info(p: Packet, layer) {
    if (p.stop[layer]! - p.start[layer]! < 2) return '';
    const type = p.bufferOf(layer)[p.start[layer]! + 1]!;
    return messages[type] ?? `Unknown (${type})`;
  },
});

/** Minimum length of a message's body. */
function minimumOf(b: Uint8Array, start: number, header: number): number {
  switch (b[start + 1]) {
    case HELLO:
      return 20;
    case DATABASE:
      return header === HEADER_3 ? 12 : 8;
    case UPDATE:
      return 4;
    default:
      return 0;
  }
}

/** Authentication, RFC 2328 appendix D. */
function emitAuthentication(b: Uint8Array, start: number, end: number, out: Sink): void {
  const type = u16(b, start + 14);
  out.add(f.authType, start + 14, 2);
  if (type === 0) out.add(f.authNone, start + 16, 8);
  else if (type === 1) out.add(f.authSimple, start + 16, 8);
  else if (type === 2) {
    const length = b[start + 19]!;
    const digest = start + u16(b, start + 2);
    out.add(f.authKeyId, start + 18, 1);
    out.add(f.authLength, start + 19, 1);
    out.add(f.authSequence, start + 20, 4);
    if (length > 0 && digest + length <= end) out.add(f.authData, digest, length);
  }
}

function emitBody(
  b: Uint8Array,
  type: number,
  isVersion3: boolean,
  at: number,
  end: number,
  out: Sink,
): void {
  switch (type) {
    case HELLO:
      emitHello(isVersion3, at, end, out);
      break;
    case DATABASE:
      emitDatabase(isVersion3, at, end, out);
      emitHeaders(b, isVersion3, at + (isVersion3 ? 12 : 8), end, out);
      break;
    case REQUEST:
      for (; at + 12 <= end; at += 12) {
        out.open(f.request, at, 12);
        if (isVersion3) emitLsType3(at + 2, out);
        else out.add(f.lsType, at, 4, u32(b, at));
        out.add(f.linkStateId, at + 4, 4);
        out.add(f.advertising, at + 8, 4);
        out.close();
      }
      break;
    case UPDATE:
      emitUpdate(b, isVersion3, at, end, out);
      break;
    case ACKNOWLEDGE:
      emitHeaders(b, isVersion3, at, end, out);
      break;
  }
}

function emitHello(isVersion3: boolean, at: number, end: number, out: Sink): void {
  if (at + 20 > end) return;
  out.open(f.hello, at, end - at);
  if (isVersion3) {
    out.add(f.interfaceId, at, 4);
    out.add(f.priority, at + 4, 1);
    out.add(f.options3, at + 5, 3);
    out.add(f.helloInterval, at + 8, 2);
    out.add(f.deadInterval, at + 10, 2);
  } else {
    out.add(f.mask, at, 4);
    out.add(f.helloInterval, at + 4, 2);
    out.add(f.options2, at + 6, 1);
    out.add(f.priority, at + 7, 1);
    out.add(f.deadInterval, at + 8, 4);
  }
  out.add(f.designated, at + 12, 4);
  out.add(f.backup, at + 16, 4);
  for (at += 20; at + 4 <= end; at += 4) out.add(f.neighbor, at, 4);
  out.close();
}

function emitDatabase(isVersion3: boolean, at: number, end: number, out: Sink): void {
  if (at + (isVersion3 ? 12 : 8) > end) return;
  out.open(f.database, at, isVersion3 ? 12 : 8);
  if (isVersion3) {
    out.add(f.options3, at + 1, 3);
    out.add(f.mtu, at + 4, 2);
    out.add(f.databaseFlags3, at + 6, 2);
    out.add(f.databaseSequence, at + 8, 4);
  } else {
    out.add(f.mtu, at, 2);
    out.add(f.options2, at + 2, 1);
    out.add(f.databaseFlags, at + 3, 1);
    out.add(f.databaseSequence, at + 4, 4);
  }
  out.close();
}

function emitHeaders(b: Uint8Array, isVersion3: boolean, at: number, end: number, out: Sink): void {
  for (let i = 0; i < LSAS_MAX && at + LSA_HEADER <= end; i++, at += LSA_HEADER) {
    emitLsaHeader(b, isVersion3, at, LSA_HEADER, out);
    out.close();
  }
}

function emitUpdate(b: Uint8Array, isVersion3: boolean, at: number, end: number, out: Sink): void {
  if (at + 4 > end) return;
  const count = u32(b, at);
  out.add(f.updateCount, at, 4);
  at += 4;
  for (let i = 0; i < Math.min(count, LSAS_MAX) && at + LSA_HEADER <= end; i++) {
    const length = u16(b, at + 18);
    if (length < LSA_HEADER) return;
    const stop = Math.min(end, at + length);
    emitLsaHeader(b, isVersion3, at, stop - at, out);
    emitLsaBody(b, isVersion3, at, stop, out);
    out.close();
    at += length;
  }
}
