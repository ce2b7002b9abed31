// Trivial File Transfer Protocol (RFC 1350) with options (RFC 2347, 2348, 7440). The reply comes from a new port.
import { ascii, u16 } from '../core/bytes.ts';
import { data } from '../core/data.ts';
import { bytes, text, uint } from '../core/field.ts';
import type { Packet } from '../core/packet.ts';
import { printable } from '../core/printable.ts';
import { type Protocol, protocol } from '../core/protocol.ts';
import type { Sink } from '../core/sink.ts';
import { udpHeuristics, udpPorts } from '../core/table.ts';
import { netAddress } from '../core/text.ts';

const PORT = 69;
const UDP = 17;
const READ = 1;
const WRITE = 2;
const DATA = 3;
const ACK = 4;
const ERROR = 5;
const OPTION_ACK = 6;
/** RFC 1350 §2; a shorter block is the last one. */
const BLOCK_BYTES = 512;
const OPTIONS_MAX = 16;

const opcodeNames: Record<number, string> = {
  [READ]: 'Read Request',
  [WRITE]: 'Write Request',
  [DATA]: 'Data Packet',
  [ACK]: 'Acknowledgement',
  [ERROR]: 'Error Code',
  [OPTION_ACK]: 'Option Acknowledgement',
};

const errorNames: Record<number, string> = {
  0: 'Not defined',
  1: 'File not found',
  2: 'Access violation',
  3: 'Disk full or allocation exceeded',
  4: 'Illegal TFTP operation',
  5: 'Unknown transfer ID',
  6: 'File already exists',
  7: 'No such user',
  8: 'Option negotiation failed',
};

const f = {
  opcode: uint('tftp.opcode', 'Opcode').at(0, 2).named(opcodeNames),
  sourceFile: text('tftp.source_file', 'Source File'),
  destinationFile: text('tftp.destination_file', 'Destination File'),
  type: text('tftp.type', 'Type'),
  block: uint('tftp.block', 'Block'),
  blockFull: uint('tftp.block.full', 'Full Block Number'),
  errorCode: uint('tftp.error.code', 'Error code').named(errorNames),
  errorMessage: text('tftp.error.message', 'Error message'),
  optionName: text('tftp.option.name', 'Option name'),
  optionValue: text('tftp.option.value', 'Option value'),
  data: bytes('tftp.data', 'Data').hidden(),
};

interface Transfer {
  blockBytes: number;
}

/** A request on another port: its operation, a name, and a mode that is one of RFC 1350's three. */
function isRequest(p: Packet): boolean {
  const { buf: b, at, end } = p;
  if (end - at < 6 || b[at] !== 0 || (b[at + 1] !== READ && b[at + 1] !== WRITE)) return false;
  const name = b.indexOf(0, at + 2);
  if (name <= at + 2 || name >= end) return false;
  const mode = b.indexOf(0, name + 1);
  return mode > name && mode < end && /^(netascii|octet|mail)$/i.test(ascii(b, name + 1, mode));
}

export const tftp: Protocol = protocol({
  name: 'tftp',
  title: 'Trivial File Transfer Protocol',
  column: 'TFTP',
  fields: f,
  on: [[udpPorts, PORT]],
  heuristics: [[udpHeuristics, isRequest]],
  step(p) {
    const b = p.buf;
    const start = p.at;
    const { end } = p;
    if (end - start < 2) return p.cut(2);
    const opcode = u16(b, start);
    if (opcode === READ || opcode === WRITE) return request(p, b, start, end);
    p.at = end;
    if (opcode >= DATA && opcode <= ERROR && end - start < 4) return p.cut(4);
    if (opcode === OPTION_ACK)
      p.session.stateOf(p, 'tftp', newTransfer).blockBytes = blockBytesIn(b, start + 2, end);
    if (opcode === DATA) {
      p.mark[p.count - 1] = p.session.knownState<Transfer>(p, 'tftp')?.blockBytes ?? BLOCK_BYTES;
      if (end - start > 4) p.call(data, start + 4, end);
    }
    return null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const end = p.stop[layer]!;
    out.fixed(f.opcode);
    if (end - start < 3) return;
    const opcode = u16(b, start);
    if (opcode === READ || opcode === WRITE) {
      const name = zeroIn(b, start + 2, end);
      const mode = zeroIn(b, name + 1, end);
      out.add(opcode === READ ? f.sourceFile : f.destinationFile, start + 2, name - start - 2);
      if (mode > name) out.add(f.type, name + 1, mode - name - 1);
      emitOptions(b, mode + 1, end, out);
      return;
    }
    const file = out.wants(f.destinationFile) ? tftpFileOf(p) : undefined;
    if (file !== undefined) out.add(f.destinationFile, start, 0, file);
    if (opcode === OPTION_ACK) emitOptions(b, start + 2, end, out);
    else if (opcode === ERROR) {
      out.add(f.errorCode, start + 2, 2);
      if (end > start + 4) out.add(f.errorMessage, start + 4, zeroIn(b, start + 4, end) - start - 4);
    } else if (opcode === DATA || opcode === ACK) {
      out.add(f.block, start + 2, 2);
      out.add(f.blockFull, start + 2, 2);
      if (opcode === DATA && end > start + 4) out.add(f.data, start + 4, end - start - 4);
    }
  },
  info(p, layer) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const end = p.stop[layer]!;
    if (end - start < 2) return null;
    const opcode = u16(b, start);
    const name = opcodeNames[opcode];
    if (name === undefined) return `Unknown (0x${opcode.toString(16).padStart(4, '0')})`;
    if (opcode === READ || opcode === WRITE) {
      const file = zeroIn(b, start + 2, end);
      const mode = zeroIn(b, file + 1, end);
      if (mode >= end) return name;
      return `${name}, File: ${printable(ascii(b, start + 2, file))}, Transfer type: ${printable(ascii(b, file + 1, mode))}${optionsInfo(b, mode + 1, end)}`;
    }
    if (opcode === OPTION_ACK) return name + optionsInfo(b, start + 2, end);
    if (end - start < 4) return name;
    const number = u16(b, start + 2);
    if (opcode === ERROR) {
      return `${name}, Code: ${errorNames[number] ?? `Unknown (${number})`}, Message: ${printable(ascii(b, start + 4, zeroIn(b, start + 4, end)))}`;
    }
    return `${name}, Block: ${number}${opcode === DATA && end - start - 4 < p.mark[layer]! ? ' (last)' : ''}`;
  },
});

/** Files asked for lately, by who asked; the oldest is forgotten. */
const FILES = 'tftp.files';
const FILES_MAX = 1024;
const makeFiles = (): Map<string, string> => new Map();

export function tftpFileOf(p: Packet): string | undefined {
  const files = p.session.memoryOf(FILES, makeFiles);
  return (
    files.get(`${netAddress(p, p.netSrc)} ${p.srcPort}`) ??
    files.get(`${netAddress(p, p.netDst)} ${p.dstPort}`)
  );
}

const newTransfer = (): Transfer => ({ blockBytes: BLOCK_BYTES });

/** The transfer goes on between the sender's port and any port of the other host (RFC 1350 §4). */
function request(p: Packet, b: Uint8Array, start: number, end: number): null {
  const name = zeroIn(b, start + 2, end);
  const mode = zeroIn(b, name + 1, end);
  p.at = end;
  if (mode >= end) return p.cut(1);
  const files = p.session.memoryOf(FILES, makeFiles);
  if (files.size >= FILES_MAX) files.delete(files.keys().next().value!);
  files.set(`${netAddress(p, p.netSrc)} ${p.srcPort}`, ascii(b, start + 2, name));
  p.session.expect(UDP, netAddress(p, p.netSrc), p.srcPort, tftp);
  return null;
}

/** The next zero byte, or the end. */
function zeroIn(b: Uint8Array, at: number, end: number): number {
  const zero = at < end ? b.indexOf(0, at) : -1;
  return zero < 0 || zero > end ? end : zero;
}

function blockBytesIn(b: Uint8Array, at: number, end: number): number {
  let size = BLOCK_BYTES;
  eachOption(b, at, end, (name, value) => {
    if (name.toLowerCase() === 'blksize') size = Number.parseInt(value, 10) || size;
  });
  return size;
}

function optionsInfo(b: Uint8Array, at: number, end: number): string {
  let info = '';
  eachOption(b, at, end, (name, value) => {
    info += `, ${printable(name)}=${printable(value)}`;
  });
  return info;
}

function emitOptions(b: Uint8Array, at: number, end: number, out: Sink): void {
  eachOption(b, at, end, (name, value, start, stop) => {
    out.group(`Option: ${name} = ${value}`, start, stop - start);
    out.add(f.optionName, start, name.length, name);
    out.add(f.optionValue, start + name.length + 1, value.length, value);
    out.close();
  });
}

function eachOption(
  b: Uint8Array,
  at: number,
  end: number,
  see: (name: string, value: string, start: number, stop: number) => void,
): void {
  for (let left = OPTIONS_MAX; left > 0 && at < end; left--) {
    const name = zeroIn(b, at, end);
    const value = zeroIn(b, name + 1, end);
    if (name >= end) return;
    see(ascii(b, at, name), ascii(b, name + 1, value), at, Math.min(value + 1, end));
    at = value + 1;
  }
}
