// Modbus functions: fields of requests and responses (Modbus Application Protocol V1.1b3 §6).
import { u16 } from '../../core/bytes.ts';
import { bool, bytes, type Field, text, uint } from '../../core/field.ts';
import type { Sink } from '../../core/sink.ts';

export const functionNames: Record<number, string> = {
  1: 'Read Coils',
  2: 'Read Discrete Inputs',
  3: 'Read Holding Registers',
  4: 'Read Input Registers',
  5: 'Write Single Coil',
  6: 'Write Single Register',
  7: 'Read Exception Status',
  8: 'Diagnostics',
  11: 'Get Comm. Event Counters',
  12: 'Get Comm. Event Log',
  15: 'Write Multiple Coils',
  16: 'Write Multiple Registers',
  17: 'Report Slave ID',
  20: 'Read File Record',
  21: 'Write File Record',
  22: 'Mask Write Register',
  23: 'Read Write Register',
  24: 'Read FIFO Queue',
  43: 'Encapsulated Interface Transport',
  90: 'Unity (Schneider)',
};

/** Exception codes, §7. */
const exceptionNames: Record<number, string> = {
  1: 'Illegal function',
  2: 'Illegal data address',
  3: 'Illegal data value',
  4: 'Slave device failure',
  5: 'Acknowledge',
  6: 'Slave device busy',
  8: 'Memory parity error',
  10: 'Gateway path unavailable',
  11: 'Gateway target device failed to respond',
};

export const diagnosticNames: Record<number, string> = {
  0: 'Return Query Data',
  1: 'Restart Communications Option',
  2: 'Return Diagnostic Register',
  3: 'Change ASCII Input Delimiter',
  4: 'Force Listen Only Mode',
  10: 'Clear Counters and Diagnostic Register',
  11: 'Return Bus Message Count',
  12: 'Return Bus Communication Error Count',
  13: 'Return Bus Exception Error Count',
  14: 'Return Slave Message Count',
  15: 'Return Slave No Response Count',
  16: 'Return Slave NAK Count',
  17: 'Return Slave Busy Count',
  18: 'Return Bus Character Overrun Count',
  20: 'Clear Overrun Counter and Flag',
};

export const meiNames: Record<number, string> = {
  13: 'CANopen Request/Response',
  14: 'Read Device Identification',
};

const objectNames: Record<number, string> = {
  0: 'VendorName',
  1: 'ProductCode',
  2: 'MajorMinorRevision',
  3: 'VendorURL',
  4: 'ProductName',
  5: 'ModelName',
  6: 'UserApplicationName',
};

export const functionFields = {
  reference: uint('modbus.reference_num', 'Reference Number'),
  reference32: uint('modbus.reference_num_32', 'Reference Number (32 bit)'),
  referenceType: uint('modbus.reference_type', 'Reference Type'),
  readReference: uint('modbus.read_reference_num', 'Read Reference Number'),
  writeReference: uint('modbus.write_reference_num', 'Write Reference Number'),
  wordCnt: uint('modbus.word_cnt', 'Word Count'),
  readWordCnt: uint('modbus.read_word_cnt', 'Read Word Count'),
  writeWordCnt: uint('modbus.write_word_cnt', 'Write Word Count'),
  bitCnt: uint('modbus.bit_cnt', 'Bit Count'),
  byteCnt: uint('modbus.byte_cnt', 'Byte Count'),
  byteCnt16: uint('modbus.byte_cnt_16', 'Byte Count (16-bit)'),
  padding: uint('modbus.padding', 'Padding').hex(1),
  exceptionCode: uint('modbus.exception_code', 'Exception Code').named(exceptionNames),
  diagnosticCode: uint('modbus.diagnostic_code', 'Diagnostic Code').named(diagnosticNames),
  queryData: bytes('modbus.diagnostic.return_query_data.request', 'Request Data'),
  queryEcho: bytes('modbus.diagnostic.return_query_data.echo', 'Echo Data'),
  evStatus: uint('modbus.ev_status', 'Status').hex(2),
  evCount: uint('modbus.ev_count', 'Event Count'),
  evMsgCount: uint('modbus.ev_msg_count', 'Message Count'),
  andMask: uint('modbus.and_mask', 'AND mask').hex(2),
  orMask: uint('modbus.or_mask', 'OR mask').hex(2),
  data: bytes('modbus.data', 'Data'),
  mei: uint('modbus.mei', 'MEI type').named(meiNames),
  readDeviceId: uint('modbus.read_device_id', 'Read Device ID'),
  objectId: uint('modbus.object_id', 'Object ID').named(objectNames),
  numObjects: uint('modbus.num_objects', 'Number of Objects'),
  objectsLen: uint('modbus.objects_len', 'Object length'),
  conformity: uint('modbus.conformity_level', 'Conformity Level').hex(1),
  moreFollows: uint('modbus.more_follows', 'More Follows').hex(1),
  nextObjectId: uint('modbus.next_object_id', 'Next Object ID'),
  objectText: text('modbus.object_str_value', 'Object String Value'),
  bitnum: uint('modbus.bitnum', 'Bit Number'),
  bitval: bool('modbus.bitval', 'Bit Value'),
  regnum: uint('modbus.regnum16', 'Register Number'),
  regval: uint('modbus.regval_uint16', 'Register Value (UINT16)'),
};
const f = functionFields;

/** A field with its width in bytes; 0: the rest. */
type Part = readonly [Field, number];

const address = [f.reference, 2] as const;
const words = [f.wordCnt, 2] as const;
const bits = [f.bitCnt, 2] as const;
const count = [f.byteCnt, 1] as const;
const rest = [f.data, 0] as const;

/** Fields of requests; lists of registers or bits are added by `emitPdu`. */
const requests: Record<number, readonly Part[]> = {
  1: [address, bits],
  2: [address, bits],
  3: [address, words],
  4: [address, words],
  5: [address, [f.data, 2]],
  6: [address, [f.data, 2]],
  8: [
    [f.diagnosticCode, 2],
    [f.queryData, 0],
  ],
  15: [address, bits, count, rest],
  16: [address, words, count],
  20: [count],
  21: [count],
  22: [address, [f.andMask, 2], [f.orMask, 2]],
  23: [[f.readReference, 2], [f.readWordCnt, 2], [f.writeReference, 2], [f.writeWordCnt, 2], count, rest],
  24: [address],
  43: [
    [f.mei, 1],
    [f.readDeviceId, 1],
    [f.objectId, 1],
  ],
};

const replies: Record<number, readonly Part[]> = {
  1: [count],
  2: [count],
  3: [count],
  4: [count],
  5: [address, [f.data, 2]],
  6: [address, [f.data, 2]],
  7: [[f.data, 1]],
  8: [
    [f.diagnosticCode, 2],
    [f.queryEcho, 0],
  ],
  11: [
    [f.evStatus, 2],
    [f.evCount, 2],
  ],
  12: [count, [f.evStatus, 2], [f.evCount, 2], [f.evMsgCount, 2]],
  15: [address, bits],
  16: [address, words],
  17: [rest],
  20: [count],
  21: [count],
  22: [address, [f.andMask, 2], [f.orMask, 2]],
  23: [count, rest],
  24: [[f.byteCnt16, 2], words, rest],
  43: [
    [f.mei, 1],
    [f.readDeviceId, 1],
    [f.conformity, 1],
    [f.moreFollows, 1],
    [f.nextObjectId, 1],
    [f.numObjects, 1],
  ],
};

const WRITE_COIL = 5;
const WRITE_REGISTERS = 16;
const READ_FILE = 20;
const WRITE_FILE = 21;
const DEVICE_IDENTIFICATION = 43;

/**
 * Emits a function's data [at, end). `reference`, `asked`: the first bit or register of the request, and their number.
 */
export function emitPdu(
  b: Uint8Array,
  code: number,
  at: number,
  end: number,
  isReply: boolean,
  reference: number,
  asked: number,
  out: Sink,
): void {
  if (isReply && code > 127) {
    out.add(f.exceptionCode, at, 1);
    return;
  }
  for (const [field, width] of (isReply ? replies : requests)[code] ?? [rest]) {
    const length = width === 0 ? end - at : width;
    if (length <= 0 || at + length > end) return;
    out.add(field, at, length);
    at += length;
  }
  if (code === WRITE_COIL) out.add(f.padding, at - 1, 1);
  else if (code === DEVICE_IDENTIFICATION && isReply) emitObjects(b, at, end, out);
  else if (code === WRITE_REGISTERS && !isReply) emitRegisters(at, end, u16(b, at - 5), out);
  else if (code === READ_FILE || code === WRITE_FILE)
    emitRecords(b, at, end, code === READ_FILE && isReply, code === WRITE_FILE, out);
  else if (isReply && code <= 2) emitBits(b, at, end, reference, asked, out);
  else if (isReply && code <= 4) emitRegisters(at, end, reference, out);
}

/** File records (§6.14, §6.15); `isData`: a response to a read, with lengths instead of references. */
function emitRecords(
  b: Uint8Array,
  at: number,
  end: number,
  isData: boolean,
  isWrite: boolean,
  out: Sink,
): void {
  while (at < end) {
    if (isData) {
      const stop = Math.min(at + 1 + b[at]!, end);
      out.add(f.byteCnt, at, 1);
      out.add(f.referenceType, at + 1, 1);
      if (stop > at + 2) out.add(f.data, at + 2, stop - at - 2);
      at = Math.max(stop, at + 1);
      continue;
    }
    if (at + 7 > end) return;
    out.add(f.referenceType, at, 1);
    out.add(f.reference32, at + 1, 4);
    out.add(f.wordCnt, at + 5, 2);
    const length = isWrite ? Math.min(u16(b, at + 5) * 2, end - at - 7) : 0;
    if (length > 0) out.add(f.data, at + 7, length);
    at += 7 + length;
  }
}

function emitBits(b: Uint8Array, at: number, end: number, first: number, asked: number, out: Sink): void {
  for (let bit = 0; bit < Math.min(asked, (end - at) * 8); bit++) {
    const place = at + (bit >> 3);
    const isSet = ((b[place]! >> (bit & 7)) & 1) !== 0;
    out.group(`Bit ${first + bit} : ${isSet ? 1 : 0}`, place, 1);
    out.add(f.bitnum, place, 1, first + bit);
    out.add(f.bitval, place, 1, isSet);
    out.close();
  }
}

function emitRegisters(at: number, end: number, first: number, out: Sink): void {
  for (let number = first; at + 2 <= end; at += 2, number++) {
    out.group(`Register ${number} (UINT16)`, at, 2);
    out.add(f.regnum, at, 2, number);
    out.add(f.regval, at, 2);
    out.close();
  }
}

/** Objects of a device identification (§6.21): identifier, length and text. */
function emitObjects(b: Uint8Array, at: number, end: number, out: Sink): void {
  while (at + 2 <= end) {
    const stop = Math.min(at + 2 + b[at + 1]!, end);
    out.add(f.objectId, at, 1);
    out.add(f.objectsLen, at + 1, 1);
    out.add(f.objectText, at + 2, stop - at - 2);
    at = stop;
  }
}
