// Rx, the RPC protocol of the Andrew File System (AFS), and the AFS service of a call. Sources: rx.h of AFS and
// draft-zeldovich-rx-spec.
import { u32 } from '../../core/bytes.ts';
import { bool, int, time, uint } from '../../core/field.ts';
import type { Packet } from '../../core/packet.ts';
import { type Protocol, protocol } from '../../core/protocol.ts';
import { udpPorts } from '../../core/table.ts';
import { emitParts, type Part } from '../parts.ts';

const HEADER = 28;
const TYPE_AT = 20;
const FLAGS_AT = 21;
const CLIENT = 1;
const DATA = 1;
const ACK = 2;
/** Behind the header: buffer space, maximum skew, first, previous and own packet, then the reason. */
const REASON_AT = HEADER + 16;
const ABORT = 4;

const typeNames: Record<number, string> = {
  1: 'data',
  2: 'ack',
  3: 'busy',
  4: 'abort',
  5: 'ackall',
  6: 'challenge',
  7: 'response',
  8: 'debug',
  9: 'params',
  13: 'version',
};

const reasonNames: Readonly<Record<number, string>> = {
  1: 'Ack Requested',
  2: 'Duplicate Packet',
  3: 'Out Of Sequence',
  4: 'Exceeds Window',
  5: 'No Space',
  6: 'Ping',
  7: 'Ping Response',
  8: 'Delay',
  9: 'Idle',
};

/** Services by their first port; the backup tape controller uses 7021. */
const services: Record<number, string> = {
  7000: 'FS',
  7001: 'CB',
  7002: 'PROT',
  7003: 'VLDB',
  7004: 'KAUTH',
  7005: 'VOL',
  7006: 'ERROR',
  7007: 'BOS',
  7008: 'UPD',
  7009: 'RMT',
  7021: 'BKUP',
};
const servicePorts = Object.keys(services).map(Number);

const trueFalse = { 0: 'False', 1: 'True' };
const f = {
  epoch: time('rx.epoch', 'Epoch').at(0, 4),
  cid: uint('rx.cid', 'CID').at(4, 4),
  call: uint('rx.callnumber', 'Call Number').at(8, 4),
  seq: uint('rx.seq', 'Sequence Number').at(12, 4),
  serial: uint('rx.serial', 'Serial').at(16, 4),
  type: uint('rx.type', 'Type').at(TYPE_AT, 1).named(typeNames),
  flags: uint('rx.flags', 'Flags').at(21, 1).hex().summed(),
  client: bool('rx.flags.client_init', 'Client Initiated').at(21, 1).mask(1).named(trueFalse),
  requestAck: bool('rx.flags.request_ack', 'Request Ack').at(21, 1).mask(2).named(trueFalse),
  last: bool('rx.flags.last_packet', 'Last Packet').at(21, 1).mask(4).named(trueFalse),
  more: bool('rx.flags.more_packets', 'More Packets').at(21, 1).mask(8).named(trueFalse),
  free: bool('rx.flags.free_packet', 'Free Packet').at(21, 1).mask(0x10).named(trueFalse),
  user: uint('rx.userstatus', 'User Status').at(22, 1),
  security: uint('rx.securityindex', 'Security Index').at(23, 1),
  spare: uint('rx.spare', 'Spare/Checksum').at(24, 2),
  service: uint('rx.serviceid', 'Service ID').at(26, 2),
  abort: int('rx.abort_code', 'Abort Code'),
  reason: uint('rx.reason', 'Reason').named(reasonNames),
};

const FLAGS: readonly Part[] = [[f.flags, 1, [f.free, f.more, f.last, f.requestAck, f.client]]];

export const rx: Protocol = protocol({
  name: 'rx',
  title: 'RX Protocol',
  // A reply without contents still shows its service.
  column: (p, layer) => (p.bufferOf(layer)[p.start[layer]! + TYPE_AT] === DATA ? 'AFS (RX)' : 'RX'),
  fields: f,
  on: [[udpPorts, ...servicePorts]],
  step(p) {
    const start = p.at;
    if (p.end - start < HEADER) return p.cut(HEADER);
    p.at = start + HEADER;
    if (p.buf[start + TYPE_AT] !== DATA) {
      p.at = p.end;
      return null;
    }
    return p.at < p.end ? afs : null;
  },
  emit(p, layer, out) {
    const start = p.start[layer]!;
    if (p.stop[layer]! - start < HEADER) return;
    out.add(f.epoch, start, 4, BigInt(u32(p.bufferOf(layer), start)) * 1_000_000_000n);
    for (const field of [f.cid, f.call, f.seq, f.serial, f.type]) out.fixed(field);
    emitParts(out, p.bufferOf(layer), start + FLAGS_AT, p.stop[layer]!, FLAGS);
    for (const field of [f.user, f.security, f.spare, f.service]) out.fixed(field);
    const reason = reasonOf(p, layer);
    if (reason >= 0) out.add(f.reason, start + REASON_AT, 1, reason);
    const isAbort = p.bufferOf(layer)[start + TYPE_AT] === ABORT;
    if (isAbort && p.stop[layer]! >= start + HEADER + 4) out.add(f.abort, start + HEADER, 4);
  },
  info(p, layer) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const name = (typeNames[b[start + TYPE_AT]!] ?? 'unknown').toUpperCase();
    const numbers = `Seq: ${u32(b, start + 12)}  Call: ${u32(b, start + 8)}`;
    const reason = reasonOf(p, layer);
    const why = reason < 0 ? '' : ` ${reasonNames[reason] ?? `Unknown ${reason}`}`;
    return `${name}${why}  ${numbers}  Source Port: ${p.srcPort}  Destination Port: ${p.dstPort}  `;
  },
});

/** Why an acknowledgment was sent; -1: the packet is none, or cut before it. */
function reasonOf(p: Packet, layer: number): number {
  const b = p.bufferOf(layer);
  const start = p.start[layer]!;
  return b[start + TYPE_AT] === ACK && start + REASON_AT < p.stop[layer]! ? b[start + REASON_AT]! : -1;
}

const af = {
  fs: uint('afs.fs.opcode', 'Operation'),
  cb: uint('afs.cb.opcode', 'Operation'),
  prot: uint('afs.prot.opcode', 'Operation'),
  vldb: uint('afs.vldb.opcode', 'Operation'),
  kauth: uint('afs.kauth.opcode', 'Operation'),
  vol: uint('afs.vol.opcode', 'Operation'),
  error: uint('afs.error.opcode', 'Operation'),
  bos: uint('afs.bos.opcode', 'Operation'),
  update: uint('afs.update.opcode', 'Operation'),
  rmtsys: uint('afs.rmtsys.opcode', 'Operation'),
  backup: uint('afs.backup.opcode', 'Operation'),
};
const operations = Object.values(af);

/** Port of the called side, which identifies the service. */
function servicePort(p: Packet): number {
  return services[p.dstPort] !== undefined ? p.dstPort : p.srcPort;
}

/** Whether the packet is the first of a request, which begins with the operation code. */
function isRequest(p: Packet, layer: number): boolean {
  const start = p.start[layer - 1]!;
  const b = p.bufferOf(layer);
  return (b[start + FLAGS_AT]! & CLIENT) !== 0 && u32(b, start + 12) === 1;
}

export const afs: Protocol = protocol({
  name: 'afs',
  title: 'Andrew File System (AFS)',
  column: 'AFS (RX)',
  fields: af,
  step(p) {
    p.at = p.end;
    return null;
  },
  emit(p, layer, out) {
    const start = p.start[layer]!;
    if (layer === 0 || p.stop[layer]! - start < 4 || !isRequest(p, layer)) return;
    const field = operations[servicePorts.indexOf(servicePort(p))];
    if (field !== undefined) out.add(field, start, 4);
  },
  info(p, layer) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const isAsked = layer > 0 && (b[p.start[layer - 1]! + FLAGS_AT]! & CLIENT) !== 0;
    const service = services[servicePort(p)] ?? 'Unknown';
    if (!isAsked) return `${service} Reply`;
    return isRequest(p, layer) && p.stop[layer]! - start >= 4
      ? `${service} Request: ${u32(b, start)}`
      : `${service} Request`;
  },
});
