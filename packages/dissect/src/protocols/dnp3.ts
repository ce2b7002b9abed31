// Distributed Network Protocol 3 (IEEE Std 1815-2012): link frames with CRCs, transport segments, application messages.
import { u16, u16le } from '../core/bytes.ts';
import { alias, bool, none, uint } from '../core/field.ts';
import type { Packet } from '../core/packet.ts';
import { type Protocol, protocol, REJECTED } from '../core/protocol.ts';
import type { Sink } from '../core/sink.ts';
import { tcpPorts, udpPorts } from '../core/table.ts';
import { functionNames, objectName, primaryNames, secondaryNames } from './dnp3/names.ts';
import { emitObjects, ObjectHeader, objectFields } from './dnp3/objects.ts';

const PORT = 20000;
/** §9.2.4: two start octets, length, control, two addresses, CRC. */
const HEADER = 10;
const START = 0x0564;
/** Octets of the header that the length counts besides the data: control and addresses. */
const LENGTH_MIN = 5;
/** User data comes in blocks, each followed by a 2-octet CRC. */
const BLOCK = 16;
/** A reassembled application message. */
const MESSAGE_BYTES_MAX = 1 << 16;

const indications = [
  ['bmsg', 'Broadcast Msg Rx', 0x0100],
  ['cls1d', 'Class 1 Data Available', 0x0200],
  ['cls2d', 'Class 2 Data Available', 0x0400],
  ['cls3d', 'Class 3 Data Available', 0x0800],
  ['tsr', 'Time Sync Required', 0x1000],
  ['dol', 'Digital Outputs in Local', 0x2000],
  ['dt', 'Device Trouble', 0x4000],
  ['rst', 'Device Restart', 0x8000],
  ['fcni', 'Function Code not implemented', 0x0001],
  ['obju', 'Requested Objects Unknown', 0x0002],
  ['pioor', 'Parameters Invalid or Out of Range', 0x0004],
  ['ebo', 'Event Buffer Overflow', 0x0008],
  ['oae', 'Operation Already Executing', 0x0010],
  ['cc', 'Configuration Corrupt', 0x0020],
] as const;
/** All that report trouble: bits 0 to 5, and 14 for the device. */
const ABNORMAL = 0x403f;
const indicationFields = indications.map(([name, title, bit]) =>
  bool(`dnp3.al.iin.${name}`, title).mask(bit),
);

const dst = uint('dnp3.dst', 'Destination').at(4, 2).le();
const src = uint('dnp3.src', 'Source').at(6, 2).le();

const f = {
  start: uint('dnp3.start', 'Start Bytes').at(0, 2).hex(),
  len: uint('dnp3.len', 'Length').at(2, 1),
  ctl: uint('dnp3.ctl', 'Control').at(3, 1).hex(),
  dir: bool('dnp3.ctl.dir', 'Direction').at(3, 1).mask(0x80),
  prm: bool('dnp3.ctl.prm', 'Primary').at(3, 1).mask(0x40),
  fcb: bool('dnp3.ctl.fcb', 'Frame Count Bit').mask(0x20),
  fcv: bool('dnp3.ctl.fcv', 'Frame Count Valid').mask(0x10),
  dfc: bool('dnp3.ctl.dfc', 'Data Flow Control').mask(0x10),
  prifunc: uint('dnp3.ctl.prifunc', 'Control Function Code').mask(0x0f).named(primaryNames),
  secfunc: uint('dnp3.ctl.secfunc', 'Control Function Code').mask(0x0f).named(secondaryNames),
  dst,
  src,
  address: alias('dnp3.addr', 'Address', [dst, src]),
  crc: uint('dnp3.hdr.CRC', 'Data Link Header checksum').at(8, 2).le().hex(),
  trCtl: uint('dnp3.tr.ctl', 'Transport Control').at(10, 1).hex(),
  trFin: bool('dnp3.tr.fin', 'Final').at(10, 1).mask(0x80),
  trFir: bool('dnp3.tr.fir', 'First').at(10, 1).mask(0x40),
  trSeq: uint('dnp3.tr.seq', 'Sequence').at(10, 1).mask(0x3f),
  alCtl: uint('dnp3.al.ctl', 'Application Control').hex(1),
  alFir: bool('dnp3.al.fir', 'First'),
  alFin: bool('dnp3.al.fin', 'Final'),
  alCon: bool('dnp3.al.con', 'Confirm'),
  alUns: bool('dnp3.al.uns', 'Unsolicited'),
  alSeq: uint('dnp3.al.seq', 'Sequence'),
  alFunc: uint('dnp3.al.func', 'Application Layer Function Code').named(functionNames),
  iin: uint('dnp3.al.iin', 'Internal Indications').hex(2),
  iinAbnormal: none('dnp3.iin_abnormal', 'IIN Abnormality'),
  ...Object.fromEntries(indicationFields.map((field) => [field.name, field])),
  ...objectFields,
};

const crcTable = new Uint16Array(256);
for (let i = 0; i < 256; i++) {
  let crc = i;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >> 1) ^ 0xa6bc : crc >> 1;
  crcTable[i] = crc;
}

/** §9.2.5: true if the two octets behind [start, end) are their CRC. */
function isIntact(b: Uint8Array, start: number, end: number): boolean {
  let crc = 0;
  for (let i = start; i < end; i++) crc = (crc >> 8) ^ crcTable[(crc ^ b[i]!) & 0xff]!;
  return u16le(b, end) === (~crc & 0xffff);
}

/** Octets of a frame on the wire, including all CRCs. */
function frameLength(length: number): number {
  const data = length - LENGTH_MIN;
  return HEADER + data + Math.ceil(data / BLOCK) * 2;
}

function carriesData(control: number): boolean {
  return (control & 0x40) !== 0 && ((control & 0x0f) === 3 || (control & 0x0f) === 4);
}

/** State shared by a layer's emit and info: the application message, and whether this frame holds all of it. */
interface Message {
  bytes: Uint8Array;
  isSingle: boolean;
}

interface Unfinished {
  bytes: Uint8Array | null;
}

export const dnp3: Protocol = protocol({
  name: 'dnp3',
  title: 'Distributed Network Protocol 3.0',
  column: 'DNP 3.0',
  fields: f,
  on: [
    [tcpPorts, PORT],
    [udpPorts, PORT],
  ],
  framing: {
    header: 3,
    length: (p) =>
      u16(p.buf, p.at) === START && p.buf[p.at + 2]! >= LENGTH_MIN ? frameLength(p.buf[p.at + 2]!) : 0,
  },
  step(p) {
    const b = p.buf;
    const { at: start, end } = p;
    if (end - start < HEADER || u16(b, start) !== START || b[start + 2]! < LENGTH_MIN) return REJECTED;
    p.at = end;
    const wanted = frameLength(b[start + 2]!);
    if (end - start < wanted) return p.cut(1);
    if (!isIntact(b, start, start + 8)) return null;
    if (carriesData(b[start + 3]!)) return readData(p, start);
    return (b[start + 3]! & 0x4f) === 0x42 ? p.cut(1) : null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const isPrimary = (b[start + 3]! & 0x40) !== 0;
    out.group('Data Link Layer', start, HEADER);
    out.fixed(f.start);
    out.fixed(f.len);
    out.openFixed(f.ctl);
    out.fixed(f.dir);
    out.fixed(f.prm);
    if (isPrimary) out.add(f.fcb, start + 3, 1);
    out.add(isPrimary ? f.fcv : f.dfc, start + 3, 1);
    out.add(isPrimary ? f.prifunc : f.secfunc, start + 3, 1);
    out.close();
    out.fixed(f.dst);
    out.fixed(f.src);
    out.fixed(f.crc);
    out.close();
    if (!carriesData(b[start + 3]!) || p.stop[layer]! <= start + HEADER) return;
    out.openFixed(f.trCtl);
    out.fixed(f.trFin);
    out.fixed(f.trFir);
    out.fixed(f.trSeq);
    out.close();
    const message = p.notes[layer] as Message | null;
    if (message !== null) emitMessage(message, start, out);
  },
  expert(p, layer, add) {
    const bytes = (p.notes[layer] as Message | null)?.bytes;
    if (bytes === undefined || bytes.length < 4 || objectsAt(bytes) !== 4) return;
    if ((u16(bytes, 2) & ABNORMAL) !== 0)
      add('warn', 'protocol', 'IIN Abnormality', { under: f.iin, name: f.iinAbnormal });
  },
  info(p, layer) {
    const message = p.notes[layer] as Message | null;
    if (message !== null && message.bytes.length > 1) return messageInfo(message.bytes);
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const control = b[start + 3]!;
    const code = control & 0x0f;
    const name =
      (control & 0x40 ? primaryNames : secondaryNames)[code] ??
      `Unknown function (0x${code.toString(16).padStart(2, '0')})`;
    const part =
      p.mark[layer]! > 0 ? ` (Application Layer Unreassembled fragment ${p.mark[layer]! - 1})` : '';
    return `from ${u16le(b, start + 6)} to ${u16le(b, start + 4)}, len=${b[start + 2]}, ${name}${part}`;
  },
});

/** §8.2: the transport segment of a frame; the last one hands the reassembled message to the application layer. */
function readData(p: Packet, start: number): null {
  const b = p.buf;
  const layer = p.count - 1;
  const data = dataOf(b, start);
  if (data === null) return null;
  if (data.length === 0) return p.cut(1);
  const control = data[0]!;
  const isFirst = (control & 0x40) !== 0;
  const isFinal = (control & 0x80) !== 0;
  const segment = data.subarray(1);
  const key = p.direction === 0 ? 'dnp3.lower' : 'dnp3.higher';
  let whole: Uint8Array | null = segment;
  if (!isFirst || !isFinal) {
    const unfinished = p.session.stateOf(p, key, (): Unfinished => ({ bytes: null }));
    whole = isFirst ? segment : unfinished.bytes === null ? null : joined(unfinished.bytes, segment);
    unfinished.bytes = isFinal ? null : whole;
    if (!isFinal) p.mark[layer] = (control & 0x3f) + 1;
  }
  if (!isFinal || whole === null) return null;
  const message: Message = { bytes: whole, isSingle: isFirst };
  p.notes[layer] = message;
  return whole.length < 2 ? p.cut(1) : null;
}

/** User data without CRCs; null if a CRC is wrong. */
function dataOf(b: Uint8Array, start: number): Uint8Array | null {
  const length = b[start + 2]! - LENGTH_MIN;
  const data = new Uint8Array(length);
  for (let done = 0, at = start + HEADER; done < length; done += BLOCK, at += BLOCK + 2) {
    const end = at + Math.min(BLOCK, length - done);
    if (!isIntact(b, at, end)) return null;
    data.set(b.subarray(at, end), done);
  }
  return data;
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array | null {
  if (first.length + second.length > MESSAGE_BYTES_MAX) return null;
  const whole = new Uint8Array(first.length + second.length);
  whole.set(first);
  whole.set(second, first.length);
  return whole;
}

/** §4.2.2: octets before the objects: control, function code, and in responses the internal indications. */
function objectsAt(message: Uint8Array): number {
  return message[1]! > 128 ? 4 : 2;
}

const header = new ObjectHeader();
const CLASS = 60;

function messageInfo(message: Uint8Array): string {
  const code = message[1]!;
  let info = functionNames[code] ?? `Unknown function (0x${code.toString(16).padStart(2, '0')})`;
  if (code !== 1 && code !== 2) return info;
  let classes = '';
  for (let at = objectsAt(message); header.read(message, at, message.length, code); at = header.next) {
    if (header.object >> 8 === CLASS) classes += (header.object & 0xff) - 1;
    else info += `, ${objectName(header.object)}`;
    if (header.next <= at) break;
  }
  // As in Wireshark, the requested classes are one value, the lowest first.
  if (classes !== '') info += `, Class ${[...classes].sort().join('')}`;
  return info;
}

function emitMessage({ bytes: message, isSingle }: Message, start: number, out: Sink): void {
  if (message.length < 2) return;
  const place = (i: number): number => (isSingle ? start + HEADER + (i + 1) + ((i + 1) >> 4) * 2 : start);
  const control = message[0]!;
  const code = message[1]!;
  out.group('Application Layer', place(0), 0);
  out.open(f.alCtl, place(0), 1, control);
  out.add(f.alFir, place(0), 1, (control & 0x80) !== 0);
  out.add(f.alFin, place(0), 1, (control & 0x40) !== 0);
  out.add(f.alCon, place(0), 1, (control & 0x20) !== 0);
  out.add(f.alUns, place(0), 1, (control & 0x10) !== 0);
  out.add(f.alSeq, place(0), 1, control & 0x0f);
  out.close();
  out.add(f.alFunc, place(1), 1, code);
  const objects = objectsAt(message);
  if (objects === 4 && message.length >= 4) {
    const value = u16(message, 2);
    out.open(f.iin, place(2), 2, value);
    indications.forEach(([, , bit], i) => {
      out.add(indicationFields[i]!, place(2), 2, (value & bit) !== 0);
    });
    if ((value & ABNORMAL) !== 0) out.add(f.iinAbnormal, place(2), 0);
    out.close();
  }
  emitObjects(message, objects, message.length, code, place, out);
  out.close();
}
