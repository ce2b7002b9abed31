// Info column of SMB2: command, object and status; compounded messages are joined.
import { utf16le } from '../../codec/utf16.ts';
import { u16le, u32le, u64le } from '../../core/bytes.ts';
import { LISTED, type Packet } from '../../core/packet.ts';
import { printable } from '../../core/printable.ts';
import { tokenInfo } from '../auth/token-info.ts';
import { ntStatusName } from '../names/nt-status.ts';
import * as cmd from './smb2-commands.ts';
import {
  classNames,
  commandName,
  fileLevelName,
  findNames,
  fsLevelName,
  ioctlDeviceName,
  ioctlName,
  securityLevelNames,
} from './smb2-names.ts';
import { type Asked, fileKey, memory, nameAt } from './smb2-session.ts';

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');

/** Info text of all messages of the compound chain that ends with this layer. */
export function messageInfo(p: Packet, layer: number): string {
  const made = p.protocols[layer];
  let first = layer;
  while (first > 0 && (p.protocols[first] !== made || (p.flags[first]! & LISTED) === 0)) first--;
  let text = '';
  for (let at = first; at <= layer; at++) {
    if (p.protocols[at] !== made) continue;
    let next = at + 1;
    while (next < p.count && p.protocols[next] !== made) next++;
    const summary = one(p, at) + tokenInfo(p, at + 1, next);
    text = text === '' ? summary : `${text};${summary}`;
  }
  return text;
}

function one(p: Packet, layer: number): string {
  const b = p.bufferOf(layer);
  const start = p.start[layer]!;
  const stop = p.stop[layer]!;
  if (b[start] === 0xfd) return 'Encrypted SMB3';
  if (b[start] === 0xfc) return 'Comp. SMB3';
  if (stop - start < cmd.HEADER) return '';
  const command = u16le(b, start + 12);
  const isReply = (u32le(b, start + 16) & cmd.RESPONSE) !== 0;
  const status = isReply ? u32le(b, start + 8) : 0;
  const body = start + cmd.HEADER;
  const title =
    breakTitle(b, start, body, stop, command, isReply) ??
    `${commandName(command) ?? `unknown-0x${hex(command, 2).toUpperCase()}`} ${isReply ? 'Response' : 'Request'}`;
  const error =
    status === 0 ? '' : `, Error: ${ntStatusName(status) ?? `Unknown (0x${hex(status, 8).toUpperCase()})`}`;
  if (body + 2 > stop) return title + error;
  const asked = p.notes[layer] as Asked | null;
  const about = isReply
    ? reply(p, b, start, body, stop, command, asked)
    : request(p, b, start, body, stop, command);
  return title + error + about;
}

/** Oplock and lease breaks (§2.2.23 to §2.2.25) are distinguished by size. */
function breakTitle(
  b: Uint8Array,
  start: number,
  body: number,
  stop: number,
  command: number,
  isReply: boolean,
): string | null {
  if (command !== cmd.BREAK || body + 2 > stop) return null;
  const size = u16le(b, body);
  if (!isReply)
    return size === 24 ? 'Oplock Break Acknowledgment' : size === 36 ? 'Lease Break Acknowledgment' : null;
  if (size === 24) {
    const isUnasked = u32le(b, start + 24) === 0xffffffff && u32le(b, start + 28) === 0xffffffff;
    return isUnasked ? 'Oplock Break Notification' : 'Oplock Break Response';
  }
  return size === 44 ? 'Lease Break Notification' : size === 36 ? 'Lease Break Response' : null;
}

function request(
  p: Packet,
  b: Uint8Array,
  start: number,
  body: number,
  stop: number,
  command: number,
): string {
  switch (command) {
    case cmd.TREE_CONNECT:
      return ` Tree: ${nameAt(b, start, stop, body + 4)}`;
    case cmd.CREATE:
      return ` File: ${nameAt(b, start, stop, body + 44)}`;
    case cmd.CLOSE:
    case cmd.FLUSH:
    case cmd.LOCK:
    case cmd.NOTIFY:
      return fileText(p, b, start, body + 8, stop);
    case cmd.READ:
    case cmd.WRITE:
      if (body + 32 > stop) return '';
      return ` Len:${u32le(b, body + 4)} Off:${u64le(b, body + 8)}${fileText(p, b, start, body + 16, stop)}`;
    case cmd.IOCTL:
      return `${ioctlText(b, body, stop)}${fileText(p, b, start, body + 8, stop)}`;
    case cmd.FIND: {
      if (body + 4 > stop) return '';
      const level = findNames[b[body + 2]!] ?? `(Level:0x${hex(b[body + 2]!, 2)})`;
      return `${fileText(p, b, start, body + 8, stop)} ${level} Pattern: ${nameAt(b, start, stop, body + 24)}`;
    }
    case cmd.GET_INFO:
      return infoText(b, body, stop) + fileText(p, b, start, body + 24, stop);
    case cmd.SET_INFO:
      return infoText(b, body, stop) + fileText(p, b, start, body + 16, stop) + newName(b, start, body, stop);
    default:
      return '';
  }
}

function reply(
  p: Packet,
  b: Uint8Array,
  start: number,
  body: number,
  stop: number,
  command: number,
  asked: Asked | null,
): string {
  if (command === cmd.FIND && asked !== null) {
    const level = findNames[asked.level] ?? `(Level:0x${hex(asked.level, 2)})`;
    return asked.name === '' ? '' : ` ${level} Pattern: ${asked.name}`;
  }
  if (command === cmd.CREATE && u16le(b, body) !== 9) return fileText(p, b, start, body + 64, stop);
  if (command === cmd.IOCTL && u16le(b, body) !== 9)
    return ioctlText(b, body, stop) + fileText(p, b, start, body + 8, stop);
  return '';
}

function fileText(p: Packet, b: Uint8Array, start: number, fid: number, stop: number): string {
  if (fid + 16 > stop) return '';
  const name = memory(p).fileName(fileKey(b, start, fid));
  return name === undefined ? '' : ` File: ${name}`;
}

function ioctlText(b: Uint8Array, body: number, stop: number): string {
  if (body + 8 > stop) return '';
  const code = u32le(b, body + 4);
  if (code === 0) return '';
  const name = ioctlName(code);
  if (name !== undefined) return ` ${name}`;
  const device = ioctlDeviceName(code >>> 16) ?? `Unknown (0x${hex(code >>> 16, 8).toUpperCase()})`;
  return ` ${device} Function:0x${hex((code >>> 2) & 0xfff, 4)}`;
}

function infoText(b: Uint8Array, body: number, stop: number): string {
  if (body + 4 > stop) return '';
  const kind = b[body + 2]!;
  const level = b[body + 3]!;
  const name = [undefined, fileLevelName, fsLevelName, (n: number) => securityLevelNames[n]][kind]?.(level);
  return ` ${classNames[kind] ?? `(Class:0x${hex(kind, 2)})`}/${name ?? `(Level:0x${hex(level, 2)})`}`;
}

const CLASS_FILE = 1;
const LEVEL_RENAME = 10;

/** New name in FileRenameInformation, [MS-FSCC] §2.4.37.2. */
function newName(b: Uint8Array, start: number, body: number, stop: number): string {
  if (b[body + 2] !== CLASS_FILE || b[body + 3] !== LEVEL_RENAME || body + 32 > stop) return '';
  const info = start + u16le(b, body + 8);
  if (info + 20 > stop) return '';
  return ` NewName:${printable(utf16le(b, info + 20, Math.min(stop, info + 20 + u32le(b, info + 16))))}`;
}
