// iSCSI (RFC 7143): SCSI commands, their data and status over TCP.
import { u16, u24, u32 } from '../../core/bytes.ts';
import { uint } from '../../core/field.ts';
import type { Packet } from '../../core/packet.ts';
import { protocol } from '../../core/protocol.ts';
import type { Sink } from '../../core/sink.ts';
import { tcpHeuristics } from '../../core/table.ts';
import { decimalAndHex } from '../decimal-and-hex.ts';
import { remember } from '../smb/bounded.ts';
import { blocksOf, commandName, commandNames, statusNames } from './scsi.ts';

const BASIC_HEADER = 48;
const TARGET_PORT = 3260;
const SYSTEM_PORT = 860;
const DATA_MAX = 262_144;
/** Commands without a response that are remembered for each connection. */
const COMMANDS_MAX = 1024;

const COMMAND = 0x01;
const DATA_OUT = 0x05;
const RESPONSE = 0x21;
const LOGIN_RESPONSE = 0x23;
const DATA_IN = 0x25;
/** §11.3: the command descriptor block. */
const CDB = 32;

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
  ahsLength: uint('iscsi.totalahslength', 'TotalAHSLength')
    .at(4, 1)
    .shownAs(decimalAndHex('TotalAHSLength', 1)),
  dataLength: uint('iscsi.datasegmentlength', 'DataSegmentLength').at(5, 3),
  taskTag: uint('iscsi.initiatortasktag', 'InitiatorTaskTag').at(16, 4).hex(),
  commandNumber: uint('iscsi.cmdsn', 'CmdSN').shownAs(decimalAndHex('CmdSN', 4)),
  statusNumber: uint('iscsi.statsn', 'StatSN').shownAs(decimalAndHex('StatSN', 4)),
  expectedLength: uint('iscsi.scsicommand.expecteddatatransferlength', 'ExpectedDataTransferLength').shownAs(
    decimalAndHex('ExpectedDataTransferLength', 4),
  ),
  loginStatus: uint('iscsi.login.status', 'Status').hex(2).named({ 0: 'Success' }),
  lun: uint('scsi.lun', 'LUN').hex(2),
  command: uint('scsi_sbc.opcode', 'SBC Opcode').hex(1).named(commandNames),
  lba: uint('scsi_sbc.rdwr10.lba', 'Logical Block Address (LBA)'),
  blocks: uint('scsi_sbc.rdwr10.xferlen', 'Transfer Length'),
  status: uint('scsi.status', 'Status').hex(1).named(statusNames),
  requestFrame: uint('iscsi.request_frame', 'Request in'),
};

/** A command, which its data and its response refer to; the note of these layers. */
interface Task {
  readonly command: number;
  readonly lun: number;
  readonly frame: number;
}

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
    p.notes[p.layer] = taskOf(p, p.buf, p.at);
    p.at = p.end;
    return null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const at = p.start[layer]!;
    if (p.stop[layer]! - at < BASIC_HEADER) return;
    out.fixed(fi.opcode);
    out.fixed(fi.ahsLength);
    out.fixed(fi.dataLength);
    out.fixed(fi.taskTag);
    emitBody(b, at, p.notes[layer] as Task | null, out);
  },
  info(p, layer) {
    const at = p.start[layer]!;
    if (p.stop[layer]! - at < BASIC_HEADER) return '';
    return infoOf(p.bufferOf(layer), at, p.notes[layer] as Task | null);
  },
});

/** The command itself, or the one to which the message belongs by its task tag (§11.2.1.8). */
function taskOf(p: Packet, b: Uint8Array, at: number): Task | null {
  const opcode = b[at]! & 0x3f;
  const tag = u32(b, at + 16);
  if (opcode !== COMMAND) {
    const tasks = p.session.knownState<{ tasks: Map<number, Task> }>(p, 'iscsi')?.tasks;
    return opcode === RESPONSE || opcode === DATA_IN || opcode === DATA_OUT
      ? (tasks?.get(tag) ?? null)
      : null;
  }
  const { tasks } = p.session.stateOf(p, 'iscsi', () => ({ tasks: new Map<number, Task>() }));
  const task = { command: b[at + CDB]!, lun: lunAt(b, at + 8), frame: p.number };
  remember(tasks, tag, task, COMMANDS_MAX);
  return task;
}

/** SAM-5 §4.7.7: peripheral and flat addressing keep the number in the first two bytes. */
function lunAt(b: Uint8Array, at: number): number {
  return u16(b, at) & 0x3fff;
}

function emitBody(b: Uint8Array, at: number, task: Task | null, out: Sink): void {
  const opcode = b[at]! & 0x3f;
  if (task !== null) out.add(fi.lun, at + 8, 2, task.lun);
  if (opcode === COMMAND) {
    out.add(fi.expectedLength, at + 20, 4);
    out.add(fi.commandNumber, at + 24, 4);
    out.add(fi.command, at + CDB, 1);
    const blocks = blocksOf(b, at + CDB);
    if (blocks === null) return;
    out.add(fi.lba, at + CDB + 1, 0, blocks.lba);
    out.add(fi.blocks, at + CDB + 1, 0, blocks.count);
    return;
  }
  if (opcode >= 0x20) out.add(fi.statusNumber, at + 24, 4);
  if (opcode === LOGIN_RESPONSE) out.add(fi.loginStatus, at + 36, 2);
  if (hasStatus(b, at)) out.add(fi.status, at + 3, 1);
  if (task === null) return;
  out.add(fi.command, at, 0, task.command);
  out.add(fi.requestFrame, at, 0, task.frame);
}

/** §11.4, §11.7: a response has a status, and so has the last data of a command that ends well. */
function hasStatus(b: Uint8Array, at: number): boolean {
  const opcode = b[at]! & 0x3f;
  return opcode === RESPONSE || (opcode === DATA_IN && (b[at + 1]! & 1) !== 0);
}

function infoOf(b: Uint8Array, at: number, task: Task | null): string {
  const opcode = b[at]! & 0x3f;
  const name = opcodeNames[opcode] ?? 'Unknown';
  if (opcode === LOGIN_RESPONSE) return u16(b, at + 36) === 0 ? `${name} (Success)` : name;
  if (task === null) return name;
  const lun = `0x${task.lun.toString(16).padStart(2, '0')}`;
  const command = commandName(task.command);
  if (opcode === COMMAND) {
    const blocks = blocksOf(b, at + CDB);
    const what = blocks === null ? '' : `(LBA: ${blocks.lba}, Len: ${blocks.count})`;
    return `SCSI: ${command} LUN: ${lun} ${what}`;
  }
  const status = b[at + 3]!;
  if (opcode === RESPONSE && status !== 0) return `SCSI Response (${statusName(status)}) LUN:${lun} `;
  const response = hasStatus(b, at) ? `SCSI: Response LUN: ${lun} (${command}) (${statusName(status)})` : '';
  if (opcode === RESPONSE) return response;
  const data =
    opcode === DATA_IN
      ? `Data In LUN: ${lun} (${command} Response Data)`
      : `Data Out LUN: ${lun} (${command} Request Data)`;
  return `SCSI: ${data} ${response}`;
}

function statusName(status: number): string {
  return statusNames[status] ?? `0x${status.toString(16).padStart(2, '0')}`;
}
