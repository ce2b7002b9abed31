// NTP daemon management: control messages, mode 6 (RFC 9327), and private messages, mode 7.
import { ascii, u16 } from '../../core/bytes.ts';
import { bool, ipv4, ipv6, none, uint } from '../../core/field.ts';
import type { Sink } from '../../core/sink.ts';
import { clockSourceNames, controlOpcodeNames, leapNames, privateRequestNames } from './names.ts';

/** Length of a control message's header, RFC 9327 §2. */
export const CONTROL_HEADER = 12;
export const PRIVATE_HEADER = 8;
const READ_STATUS = 1;
/** Lists of recent clients (monlist): small requests with large responses, abused for amplification attacks. */
const MON_GETLIST = 20;
const MON_GETLIST_1 = 42;
const MONITOR_ITEM = 72;

export const controlFields = {
  flags2: uint('ntp.ctrl.flags2', 'Flags 2').hex(1),
  response: uint('ntp.ctrl.flags2.r', 'Response bit').mask(0x80).named({ 0: 'Request', 1: 'Response' }),
  error: uint('ntp.ctrl.flags2.error', 'Error bit').mask(0x40),
  more: uint('ntp.ctrl.flags2.more', 'More bit').mask(0x20),
  opcode: uint('ntp.ctrl.flags2.opcode', 'Opcode').mask(0x1f).named(controlOpcodeNames),
  sequence: uint('ntp.ctrl.sequence', 'Sequence'),
  status: uint('ntp.ctrl.status', 'Status').hex(2),
  errStatus: uint('ntp.ctrl.err_status', 'Error Status Word').mask(0xff00),
  sysLeap: uint('ntp.ctrl.sys_status.li', 'Leap Indicator').mask(0xc000).named(leapNames),
  sysSource: uint('ntp.ctrl.sys_status.clksrc', 'Clock Source').mask(0x3f00).named(clockSourceNames),
  sysCount: uint('ntp.ctrl.sys_status.count', 'System Event Counter').mask(0x00f0),
  sysCode: uint('ntp.ctrl.sys_status.code', 'System Event Code').mask(0x000f),
  peerConfig: bool('ntp.ctrl.peer_status.config', 'Peer Status').mask(0x8000),
  peerAuthenable: bool('ntp.ctrl.peer_status.authenable', 'Peer Status').mask(0x4000),
  peerAuthentic: bool('ntp.ctrl.peer_status.authentic', 'Peer Status').mask(0x2000),
  peerReach: bool('ntp.ctrl.peer_status.reach', 'Peer Status').mask(0x1000),
  peerBcast: bool('ntp.ctrl.peer_status.bcast', 'Peer Status broadcast association').mask(0x0800),
  peerSelection: uint('ntp.ctrl.peer_status.selection', 'Peer Selection').mask(0x0700),
  peerCount: uint('ntp.ctrl.peer_status.count', 'Peer Event Counter').mask(0x00f0),
  peerCode: uint('ntp.ctrl.peer_status.code', 'Peer Event Code').mask(0x000f),
  associd: uint('ntp.ctrl.associd', 'AssociationID'),
  offset: uint('ntp.ctrl.offset', 'Offset'),
  count: uint('ntp.ctrl.count', 'Count'),
  data: none('ntp.ctrl.data', 'Data'),
  item: none('ntp.ctrl.item', 'Item'),
};

const monitor = 'ntp.priv.monlist';
export const privateFields = {
  privResponse: uint('ntp.priv.flags.r', 'Response bit').mask(0x80).named({ 0: 'Request', 1: 'Response' }),
  privMore: uint('ntp.priv.flags.more', 'More bit').mask(0x40),
  authSeq: uint('ntp.priv.auth_seq', 'Auth, sequence'),
  auth: uint('ntp.priv.auth', 'Auth bit').mask(0x80),
  seq: uint('ntp.priv.seq', 'Sequence number').mask(0x7f),
  impl: uint('ntp.priv.impl', 'Implementation').named({ 0: 'UNIV', 2: 'XNTPD_OLD (pre-IPv6)', 3: 'XNTPD' }),
  reqcode: uint('ntp.priv.reqcode', 'Request code').named((code) => privateRequestNames[code]),
  err: uint('ntp.priv.err', 'Err').mask(0xf000).hex(1),
  numitems: uint('ntp.priv.numitems', 'Number of data items').mask(0x0fff),
  reserved: uint('ntp.priv.reserved', 'Reserved').mask(0xf000).hex(1),
  itemsize: uint('ntp.priv.itemsize', 'Size of data item').mask(0x0fff),
  avgint: uint(`${monitor}.avgint`, 'avgint'),
  lsint: uint(`${monitor}.lsint`, 'lsint'),
  restr: uint(`${monitor}.restr`, 'restr').hex(4),
  monCount: uint(`${monitor}.count`, 'count'),
  remote: ipv4(`${monitor}.remote_address`, 'remote address'),
  local: ipv4(`${monitor}.local_address`, 'local address'),
  monFlags: uint(`${monitor}.flags`, 'flags').hex(4),
  port: uint(`${monitor}.port`, 'port'),
  monMode: uint(`${monitor}.mode`, 'mode'),
  monVersion: uint(`${monitor}.version`, 'version'),
  isIpv6: uint(`${monitor}.ipv6`, 'ipv6').hex(4),
  addr6: ipv6(`${monitor}.addr6`, 'ipv6 remote addr'),
  daddr6: ipv6(`${monitor}.daddr6`, 'ipv6 local addr'),
};

const { sysLeap, sysSource, sysCount, sysCode } = controlFields;
const systemStatus = [sysLeap, sysSource, sysCount, sysCode];
const {
  peerConfig,
  peerAuthenable,
  peerAuthentic,
  peerReach,
  peerBcast,
  peerSelection,
  peerCount,
  peerCode,
} = controlFields;
const peerStatus = [
  peerConfig,
  peerAuthenable,
  peerAuthentic,
  peerReach,
  peerBcast,
  peerSelection,
  peerCount,
  peerCode,
];

function emitStatus(at: number, parts: readonly (typeof sysLeap)[], out: Sink): void {
  out.open(controlFields.status, at, 2);
  for (const part of parts) out.add(part, at, 2);
  out.close();
}

export function emitControl(b: Uint8Array, start: number, end: number, out: Sink): void {
  const f = controlFields;
  out.open(f.flags2, start + 1, 1);
  for (const field of [f.response, f.error, f.more, f.opcode]) out.add(field, start + 1, 1);
  out.close();
  out.add(f.sequence, start + 2, 2);
  const isResponse = (b[start + 1]! & 0x80) !== 0;
  const isError = (b[start + 1]! & 0x40) !== 0;
  const opcode = b[start + 1]! & 0x1f;
  const associd = u16(b, start + 6);
  if (!isResponse) out.add(f.status, start + 4, 2);
  else emitStatus(start + 4, isError ? [f.errStatus] : associd === 0 ? systemStatus : peerStatus, out);
  out.add(f.associd, start + 6, 2);
  out.add(f.offset, start + 8, 2);
  out.add(f.count, start + 10, 2);
  const data = start + CONTROL_HEADER;
  const stop = Math.min(data + u16(b, start + 10), end);
  if (stop <= data) return;
  out.open(f.data, data, stop - data);
  if (opcode === READ_STATUS && isResponse) emitAssociations(data, stop, out);
  else {
    out.group(ascii(b, data, stop), data, stop - data);
    out.close();
  }
  out.close();
}

/** RFC 9327 §4: the identifier and the status of each peer. */
function emitAssociations(at: number, stop: number, out: Sink): void {
  for (; at + 4 <= stop; at += 4) {
    out.open(controlFields.item, at, 4);
    out.add(controlFields.associd, at, 2);
    emitStatus(at + 2, peerStatus, out);
    out.close();
  }
}

export function emitPrivate(b: Uint8Array, start: number, end: number, out: Sink): void {
  const f = privateFields;
  out.open(f.authSeq, start + 1, 1);
  out.add(f.auth, start + 1, 1);
  out.add(f.seq, start + 1, 1);
  out.close();
  out.add(f.impl, start + 2, 1);
  out.add(f.reqcode, start + 3, 1);
  out.add(f.err, start + 4, 2);
  out.add(f.numitems, start + 4, 2);
  out.add(f.reserved, start + 6, 2);
  out.add(f.itemsize, start + 6, 2);
  const code = b[start + 3]!;
  const isResponse = (b[start]! & 0x80) !== 0;
  const size = u16(b, start + 6) & 0x0fff;
  if (!isResponse || (code !== MON_GETLIST && code !== MON_GETLIST_1) || size < 32) return;
  let at = start + PRIVATE_HEADER;
  for (let left = u16(b, start + 4) & 0x0fff; left > 0 && at + size <= end; left--, at += size)
    emitMonitored(at, size, out);
}

function emitMonitored(at: number, size: number, out: Sink): void {
  const f = privateFields;
  out.group('Monlist item', at, size);
  out.add(f.avgint, at, 4);
  out.add(f.lsint, at + 4, 4);
  out.add(f.restr, at + 8, 4);
  out.add(f.monCount, at + 12, 4);
  out.add(f.remote, at + 16, 4);
  out.add(f.local, at + 20, 4);
  out.add(f.monFlags, at + 24, 4);
  out.add(f.port, at + 28, 2);
  out.add(f.monMode, at + 30, 1);
  out.add(f.monVersion, at + 31, 1);
  if (size >= MONITOR_ITEM) {
    out.add(f.isIpv6, at + 32, 4);
    out.add(f.addr6, at + 40, 16);
    out.add(f.daddr6, at + 56, 16);
  }
  out.close();
}
