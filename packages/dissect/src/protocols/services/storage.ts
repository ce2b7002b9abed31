// Block devices over TCP: iSCSI (RFC 7143) and Network Block Device (its doc/proto.md), both recognized by content.
import { u16, u24, u32 } from '../../core/bytes.ts';
import { uint, uint64 } from '../../core/field.ts';
import type { Packet } from '../../core/packet.ts';
import { protocol } from '../../core/protocol.ts';
import { tcpHeuristics } from '../../core/table.ts';

const BASIC_HEADER = 48;
const TARGET_PORT = 3260;
const SYSTEM_PORT = 860;
const DATA_MAX = 262_144;

/** RFC 7143 §11.2.1.2. */
const opcodeNames: Record<number, string> = {
  0x00: 'NOP Out',
  0x01: 'SCSI Command',
  0x02: 'Task Management Function Request',
  0x03: 'Login Command',
  0x04: 'Text Command',
  0x05: 'SCSI Data Out',
  0x06: 'Logout Command',
  0x10: 'SNACK Request',
  0x20: 'NOP In',
  0x21: 'SCSI Response',
  0x22: 'Task Management Function Response',
  0x23: 'Login Response',
  0x24: 'Text Response',
  0x25: 'SCSI Data In',
  0x26: 'Logout Response',
  0x31: 'Ready To Transfer',
  0x32: 'Asynchronous Message',
  0x3f: 'Reject',
};

const fi = {
  opcode: uint('iscsi.opcode', 'Opcode').at(0, 1).mask(0x3f).hex().named(opcodeNames),
  ahsLength: uint('iscsi.totalahslength', 'TotalAHSLength').at(4, 1).hex(),
  dataLength: uint('iscsi.datasegmentlength', 'DataSegmentLength').at(5, 3),
  taskTag: uint('iscsi.initiatortasktag', 'InitiatorTaskTag').at(16, 4).hex(),
};

/** Length of the header, additional headers and padded data; digests are not included. */
const iscsiLength = (p: Packet): number =>
  BASIC_HEADER + 4 * p.buf[p.at + 4]! + ((u24(p.buf, p.at + 5) + 3) & ~3);

/** Whether the opcode matches the direction, and the data length is plausible. */
function isIscsi(p: Packet): boolean {
  const { buf: b, at } = p;
  if (p.end - at < BASIC_HEADER) return false;
  const opcode = b[at]! & 0x3f;
  if (opcodeNames[opcode] === undefined || (b[at]! & 0x80) !== 0 || u24(b, at + 5) > DATA_MAX) return false;
  const port = opcode < 0x20 ? p.dstPort : p.srcPort;
  return port === TARGET_PORT || port === SYSTEM_PORT;
}

export const iscsi = protocol({
  name: 'iscsi',
  title: 'iSCSI',
  column: 'iSCSI',
  fields: fi,
  heuristics: [[tcpHeuristics, isIscsi]],
  framing: {
    header: BASIC_HEADER,
    length: (p) => (opcodeNames[p.buf[p.at]! & 0x3f] === undefined ? 0 : iscsiLength(p)),
  },
  step(p) {
    if (p.end - p.at < BASIC_HEADER) return p.cut(BASIC_HEADER);
    p.at = p.end;
    return null;
  },
  info: (p, layer) => opcodeNames[p.bufferOf(layer)[p.start[layer]!]! & 0x3f] ?? 'Unknown',
});

const REQUEST = 0x25609513;
const REPLY = 0x67446698;
const REQUEST_BYTES = 28;
const REPLY_BYTES = 16;
const READ = 0;
const WRITE = 1;
const PENDING_MAX = 256;

const commandNames: Record<number, string> = {
  [READ]: 'Read',
  [WRITE]: 'Write',
  2: 'Disconnect',
};

const fn = {
  magic: uint('nbd.magic', 'Magic').hex(4),
  type: uint('nbd.type', 'Type').named(commandNames),
  error: uint('nbd.error', 'Error'),
  handle: uint64('nbd.handle', 'Handle').hex(),
  from: uint64('nbd.from', 'From').hex(),
  length: uint('nbd.len', 'Length'),
};

/** Pending reads by handle, with the length of their data. */
const makeReads = (): { reads: Map<string, number> } => ({ reads: new Map() });
const handleAt = (b: Uint8Array, at: number): string => `${u32(b, at)} ${u32(b, at + 4)}`;

function nbdLength(p: Packet): number {
  const { buf: b, at, end } = p;
  const magic = u32(b, at);
  if (magic === REPLY) {
    const read = p.session.knownState<{ reads: Map<string, number> }>(p, 'nbd')?.reads;
    return REPLY_BYTES + (read?.get(handleAt(b, at + 8)) ?? 0);
  }
  if (magic !== REQUEST) return 0;
  if (end - at < REQUEST_BYTES) return REQUEST_BYTES;
  return REQUEST_BYTES + (u16(b, at + 6) === WRITE ? u32(b, at + 24) : 0);
}

export const nbd = protocol({
  name: 'nbd',
  title: 'Network Block Device',
  column: 'NBD',
  fields: fn,
  heuristics: [
    [
      tcpHeuristics,
      (p) => {
        if (p.end - p.at < REPLY_BYTES) return false;
        const magic = u32(p.buf, p.at);
        return (
          magic === REPLY ||
          (magic === REQUEST && u32(p.buf, p.at + 4) <= 0xffff && p.end - p.at >= REQUEST_BYTES)
        );
      },
    ],
  ],
  framing: { header: REPLY_BYTES, length: nbdLength },
  step(p) {
    const { buf: b, at, end } = p;
    if (end - at < REPLY_BYTES) return p.cut(REPLY_BYTES);
    if (u32(b, at) === REQUEST) {
      if (end - at < REQUEST_BYTES) return p.cut(REQUEST_BYTES);
      const { reads } = p.session.stateOf(p, 'nbd', makeReads);
      if (reads.size >= PENDING_MAX) reads.delete(reads.keys().next().value!);
      if (u16(b, at + 6) === READ) reads.set(handleAt(b, at + 8), u32(b, at + 24));
    } else p.session.knownState<{ reads: Map<string, number> }>(p, 'nbd')?.reads.delete(handleAt(b, at + 8));
    p.at = end;
    return null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const length = p.stop[layer]! - start;
    if (length < REPLY_BYTES) return;
    const isRequest = u32(b, start) === REQUEST;
    out.add(fn.magic, start, 4);
    out.add(isRequest ? fn.type : fn.error, start + 4, 4);
    out.add(fn.handle, start + 8, 8);
    if (!isRequest || length < REQUEST_BYTES) return;
    out.add(fn.from, start + 16, 8);
    out.add(fn.length, start + 24, 4);
  },
  info(p, layer) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    if (p.stop[layer]! - start < REQUEST_BYTES || u32(b, start) !== REQUEST) return 'Reply';
    const from = (BigInt(u32(b, start + 16)) << 32n) | BigInt(u32(b, start + 20));
    return `${commandNames[u16(b, start + 6)] ?? 'Unknown'} Request  Offset:0x${from.toString(16)} Length:${u32(b, start + 24)}`;
  },
});
