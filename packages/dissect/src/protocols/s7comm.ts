// S7 communication (S7comm) of Siemens controllers, over COTP. Siemens has not published it; dissected as far as it is
// publicly known.
import { ascii, u16, u24 } from '../core/bytes.ts';
import { bytes, none, text, uint } from '../core/field.ts';
import type { Packet } from '../core/packet.ts';
import { type Protocol, protocol, REJECTED } from '../core/protocol.ts';
import type { Sink } from '../core/sink.ts';
import { cotpHeuristics } from './cotp.ts';
import {
  areaNames,
  dataSizeNames,
  errorClassNames,
  functionNames,
  groupNames,
  itemSizeNames,
  returnCodeNames,
  subfunctionNames,
} from './s7comm/names.ts';

const PROTOCOL = 0x32;
const HEADER = 10;
const JOB = 1;
const ACK = 2;
const ACK_DATA = 3;
const USERDATA = 7;
const READ = 4;
const WRITE = 5;
const SETUP = 0xf0;
const READ_SZL = 0x0401;

const rosctrNames: Record<number, string> = {
  [JOB]: 'Job',
  [ACK]: 'Ack',
  [ACK_DATA]: 'Ack_Data',
  [USERDATA]: 'Userdata',
};
/** Message types: job, acknowledgment, response, user data. */
const methodNames: Record<number, string> = { 0: 'Push', 4: 'Request', 8: 'Response' };

const f = {
  protid: uint('s7comm.header.protid', 'Protocol Id').at(0, 1).hex(),
  rosctr: uint('s7comm.header.rosctr', 'ROSCTR').at(1, 1).named(rosctrNames),
  redid: uint('s7comm.header.redid', 'Redundancy Identification (Reserved)').at(2, 2).hex(),
  pduref: uint('s7comm.header.pduref', 'Protocol Data Unit Reference').at(4, 2),
  parlg: uint('s7comm.header.parlg', 'Parameter length').at(6, 2),
  datlg: uint('s7comm.header.datlg', 'Data length').at(8, 2),
  errcls: uint('s7comm.header.errcls', 'Error class').hex(1).named(errorClassNames),
  errcod: uint('s7comm.header.errcod', 'Error code').hex(1),
  func: uint('s7comm.param.func', 'Function').hex(1).named(functionNames),
  maxCalling: uint('s7comm.param.maxamq_calling', 'Max AmQ (parallel jobs with ack) calling'),
  maxCalled: uint('s7comm.param.maxamq_called', 'Max AmQ (parallel jobs with ack) called'),
  pduLength: uint('s7comm.param.pdu_length', 'PDU length'),
  itemcount: uint('s7comm.param.itemcount', 'Item count'),
  item: none('s7comm.param.item', 'Item'),
  varspec: uint('s7comm.param.item.varspec', 'Variable specification').hex(1),
  varspecLength: uint('s7comm.param.item.varspec_length', 'Length of following address specification'),
  syntaxid: uint('s7comm.param.item.syntaxid', 'Syntax Id').hex(1),
  itemSize: uint('s7comm.param.item.transp_size', 'Transport size').named(itemSizeNames),
  itemLength: uint('s7comm.param.item.length', 'Length'),
  db: uint('s7comm.param.item.db', 'DB number'),
  area: uint('s7comm.param.item.area', 'Area').hex(1).named(areaNames),
  address: uint('s7comm.param.item.address', 'Address').hex(3),
  addressByte: uint('s7comm.param.item.address.byte', 'Byte Address').mask(0x7fff8),
  addressBit: uint('s7comm.param.item.address.bit', 'Bit Address').mask(0x7),
  addressNumber: uint('s7comm.param.item.address.number', 'Number (T/C/BLOCK)').mask(0xffff),
  returncode: uint('s7comm.data.returncode', 'Return code').hex(1).named(returnCodeNames),
  dataItem: none('s7comm.data.item', 'Item'),
  dataSize: uint('s7comm.data.transportsize', 'Transport size').hex(1).named(dataSizeNames),
  dataLength: uint('s7comm.data.length', 'Length'),
  respData: bytes('s7comm.resp.data', 'Data'),
  head: uint('s7comm.param.userdata.head', 'Parameter head').hex(3),
  userLength: uint('s7comm.param.userdata.length', 'Parameter length'),
  method: uint('s7comm.param.userdata.reqres1', 'Method (Request/Response)').hex(1),
  userType: uint('s7comm.param.userdata.type', 'Type').mask(0xf0).named(methodNames),
  group: uint('s7comm.param.userdata.funcgroup', 'Function group').mask(0x0f).named(groupNames),
  subfunc: uint('s7comm.param.userdata.subfunc', 'Subfunction'),
  seqNum: uint('s7comm.param.userdata.seq_num', 'Sequence number'),
  szlId: uint('s7comm.data.userdata.szl_id', 'SZL-ID').hex(2),
  szlIndex: uint('s7comm.data.userdata.szl_index', 'SZL-Index').hex(2),
  service: text('s7comm.param.pistart.servicename', 'PI (program invocation) Service'),
};

/** Offset of the parameters: responses also contain an error code. */
function parametersAt(b: Uint8Array, start: number): number {
  const rosctr = b[start + 1]!;
  return start + HEADER + (rosctr === ACK || rosctr === ACK_DATA ? 2 : 0);
}

function isS7(p: Packet): boolean {
  const { buf: b, at } = p;
  return p.end - at >= HEADER && b[at] === PROTOCOL && b[at + 1]! >= 1 && b[at + 1]! <= 7;
}

export const s7comm: Protocol = protocol({
  name: 's7comm',
  title: 'S7 Communication',
  column: 'S7COMM',
  fields: f,
  heuristics: [[cotpHeuristics, isS7]],
  step(p) {
    if (!isS7(p)) return REJECTED;
    const b = p.buf;
    const start = p.at;
    const { end } = p;
    p.at = end;
    return parametersAt(b, start) + u16(b, start + 6) + u16(b, start + 8) > end ? p.cut(1) : null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const end = p.stop[layer]!;
    for (const field of [f.protid, f.rosctr, f.redid, f.pduref, f.parlg, f.datlg]) out.fixed(field);
    const parameters = parametersAt(b, start);
    if (parameters > start + HEADER) {
      out.add(f.errcls, start + HEADER, 1);
      out.add(f.errcod, start + HEADER + 1, 1);
    }
    const data = Math.min(parameters + u16(b, start + 6), end);
    const stop = Math.min(data + u16(b, start + 8), end);
    if (data <= parameters) return;
    if (b[start + 1] === USERDATA) emitUserdata(b, parameters, data, stop, out);
    else emitParameters(b, b[start + 1]!, parameters, data, stop, out);
  },
  info(p, layer) {
    let info = '';
    // Info texts of several messages in one packet are joined.
    for (let i = 0; i <= layer; i++) {
      if (p.protocols[i] === s7comm)
        info += (info === '' ? '' : ' | ') + messageInfo(p.bufferOf(i), p.start[i]!, p.stop[i]!);
    }
    return info;
  },
});

function hex2(value: number): string {
  return `0x${value.toString(16).padStart(2, '0')}`;
}

function messageInfo(b: Uint8Array, start: number, end: number): string {
  const rosctr = b[start + 1]!;
  const name = rosctrNames[rosctr];
  if (name === undefined) return `ROSCTR:[Unknown: ${hex2(rosctr)}]`;
  const at = parametersAt(b, start);
  const stop = Math.min(at + u16(b, start + 6), end);
  const info = `ROSCTR:[${name.padEnd(8)}]`;
  if (rosctr === USERDATA) return stop - at < 8 ? info : info + userdataInfo(b, at, stop, end);
  const error = at > start + HEADER && at <= end ? u16(b, start + HEADER) : 0;
  const failure = error !== 0 ? ` -> Errorcode:[0x${error.toString(16).padStart(4, '0')}]` : '';
  if (at >= stop) return info + failure;
  const code = b[at]!;
  const func = ` Function:[${functionNames[code] ?? `Unknown function: ${hex2(code)}`}]`;
  return info + func + (rosctr === JOB ? targetInfo(b, code, at, stop) : '') + failure;
}

const blockTypes: Record<string, string> = {
  '08': 'OB',
  '09': 'CMod',
  '0A': 'DB',
  '0B': 'SDB',
  '0C': 'FC',
  '0D': 'SFC',
  '0E': 'FB',
  '0F': 'SFB',
};

/** The block being transferred, or the service being called. */
function targetInfo(b: Uint8Array, code: number, at: number, stop: number): string {
  if (code >= 0x1a && code <= 0x1d && stop - at > 9 + 8) {
    const name = ascii(b, at + 9, Math.min(at + 9 + b[at + 8]!, stop));
    const type = blockTypes[name.slice(1, 3)] ?? 'Unknown Block type';
    return ` -> Block:[${type}${Number.parseInt(name.slice(3, 8), 10) || 0}]`;
  }
  const service = code === 0x28 ? serviceOf(b, at, stop) : '';
  return service === '' ? '' : ` -> ${service}()`;
}

/** Service name, after seven octets and the argument block. */
function serviceOf(b: Uint8Array, at: number, stop: number): string {
  if (at + 10 > stop) return '';
  const length = at + 10 + u16(b, at + 8);
  return length < stop ? ascii(b, length + 1, Math.min(length + 1 + b[length]!, stop)) : '';
}

function userdataInfo(b: Uint8Array, at: number, stop: number, end: number): string {
  const type = b[at + 5]! >> 4;
  const group = b[at + 5]! & 15;
  const sub = b[at + 6]!;
  const subName = subfunctionNames[group]?.[sub];
  let info = ` Function:[${methodNames[type] ?? `Unknown type: ${hex2(type)}`}] -> [${groupNames[group] ?? `Unknown function: ${hex2(group)}`}]`;
  if (subName !== undefined) info += ` -> [${subName}]`;
  if (group * 256 + sub === READ_SZL && stop + 8 <= end && b[stop] === 0xff) {
    const id = u16(b, stop + 4)
      .toString(16)
      .padStart(4, '0');
    info += ` ID=0x${id} Index=0x${u16(b, stop + 6)
      .toString(16)
      .padStart(4, '0')}`;
  }
  return info;
}

function emitUserdata(b: Uint8Array, at: number, stop: number, end: number, out: Sink): void {
  out.add(f.head, at, 3);
  out.add(f.userLength, at + 3, 1);
  if (stop - at < 8) return;
  out.add(f.method, at + 4, 1);
  out.add(f.userType, at + 5, 1);
  out.add(f.group, at + 5, 1);
  out.add(f.subfunc, at + 6, 1);
  out.add(f.seqNum, at + 7, 1);
  if (stop + 4 > end) return;
  out.add(f.returncode, stop, 1);
  out.add(f.dataSize, stop + 1, 1);
  out.add(f.dataLength, stop + 2, 2);
  if ((b[at + 5]! & 15) * 256 + b[at + 6]! === READ_SZL && stop + 8 <= end) {
    out.add(f.szlId, stop + 4, 2);
    out.add(f.szlIndex, stop + 6, 2);
  } else if (stop + 4 < end) out.add(f.respData, stop + 4, end - stop - 4);
}

function emitParameters(
  b: Uint8Array,
  rosctr: number,
  at: number,
  data: number,
  stop: number,
  out: Sink,
): void {
  const code = b[at]!;
  out.add(f.func, at, 1);
  if (code === SETUP && data - at >= 8) {
    out.add(f.maxCalling, at + 2, 2);
    out.add(f.maxCalled, at + 4, 2);
    out.add(f.pduLength, at + 6, 2);
  } else if (code === READ || code === WRITE) {
    if (at + 2 > data) return;
    out.add(f.itemcount, at + 1, 1);
    if (rosctr === JOB) emitItems(b, at + 2, data, b[at + 1]!, out);
    if (rosctr === ACK_DATA && code === WRITE) for (let i = data; i < stop; i++) out.add(f.returncode, i, 1);
    else emitData(b, data, stop, out);
  } else if (code === 0x28) {
    const service = serviceOf(b, at, data);
    if (service !== '') out.add(f.service, data - service.length, service.length, service);
  }
}

/** S7ANY, the most common variable address: type, length, data block, area, bit address. */
const S7ANY = 0x10;
const S7ANY_LENGTH = 12;

function emitItems(b: Uint8Array, at: number, end: number, count: number, out: Sink): void {
  for (; count > 0 && at + 2 <= end; count--) {
    const stop = Math.min(at + 2 + b[at + 1]!, end);
    out.open(f.item, at, stop - at);
    out.add(f.varspec, at, 1);
    out.add(f.varspecLength, at + 1, 1);
    if (stop - at >= 3) out.add(f.syntaxid, at + 2, 1);
    if (stop - at >= S7ANY_LENGTH && b[at + 2] === S7ANY) {
      out.add(f.itemSize, at + 3, 1);
      out.add(f.itemLength, at + 4, 2);
      out.add(f.db, at + 6, 2);
      out.add(f.area, at + 8, 1);
      out.open(f.address, at + 9, 3, u24(b, at + 9));
      // Counters and timers have numbers rather than addresses.
      if (b[at + 8]! >= 0x1c && b[at + 8]! <= 0x1f) out.add(f.addressNumber, at + 9, 3);
      else {
        out.add(f.addressByte, at + 9, 3);
        out.add(f.addressBit, at + 9, 3);
      }
      out.close();
    }
    out.close();
    at = stop;
  }
}

/** Data items: return code, transport size, length (in bits for some sizes), and the value, padded to even length. */
function emitData(b: Uint8Array, at: number, end: number, out: Sink): void {
  while (at + 4 <= end) {
    const size = b[at + 1]!;
    const count = u16(b, at + 2);
    const length = Math.min(size >= 3 && size <= 5 ? (count + 7) >> 3 : count, end - at - 4);
    out.open(f.dataItem, at, 4 + length);
    out.add(f.returncode, at, 1);
    out.add(f.dataSize, at + 1, 1);
    out.add(f.dataLength, at + 2, 2, size === 4 || size === 5 ? count >> 3 : count);
    if (length > 0) out.add(f.respData, at + 4, length);
    out.close();
    at += 4 + length + (length & 1);
  }
}
