// Bodies of SMB2 messages: the fixed part by layout, then the variable parts.
import { utf16le } from '../../codec/utf16.ts';
import { u16le, u32le } from '../../core/bytes.ts';
import type { Field } from '../../core/field.ts';
import type { Packet } from '../../core/packet.ts';
import type { Sink } from '../../core/sink.ts';
import { emitParts, type Part } from '../parts.ts';
import * as bits from './smb2-bits.ts';
import * as cmd from './smb2-commands.ts';
import { emitCreateContexts } from './smb2-contexts.ts';
import { f } from './smb2-fields.ts';
import * as layout from './smb2-layout.ts';
import { emitNegotiateContexts } from './smb2-negotiate.ts';
import { type Asked, fileKey, memory } from './smb2-session.ts';

const FILE_INFO = 1;
const RENAME = 10;
const ENTRIES_MAX = 1000;

export function emitContents(
  p: Packet,
  b: Uint8Array,
  start: number,
  end: number,
  command: number,
  isReply: boolean,
  asked: Asked | null,
  out: Sink,
): void {
  const body = start + cmd.HEADER;
  if (command === cmd.BREAK) {
    emitFixed(p, b, start, end, u16le(b, body) === 24 ? layout.oplockBreak : layout.leaseBreak, out);
  } else if (isReply && cmd.isError(b, body, command, u32le(b, start + 8))) {
    const at = emitParts(out, b, body, end, layout.errorBody);
    if (at < end) out.add(f.errorData, at, Math.min(end - at, Math.max(1, u32le(b, body + 4))));
  } else if (isReply) {
    emitFixed(p, b, start, end, layout.responses[command] ?? [], out);
    emitReply(b, start, end, command, asked, out);
  } else {
    emitFixed(p, b, start, end, layout.requests[command] ?? [], out);
    emitRequest(b, start, end, command, out);
  }
}

/** The fixed part of a body; its file stands below a line with its name. */
function emitFixed(
  p: Packet,
  b: Uint8Array,
  start: number,
  end: number,
  parts: readonly Part[],
  out: Sink,
): void {
  const body = start + cmd.HEADER;
  const file = parts.indexOf(layout.FID);
  if (file < 0) {
    emitParts(out, b, body, end, parts);
    return;
  }
  const at = emitParts(out, b, body, end, parts.slice(0, file));
  if (at + 16 > end) return;
  emitFile(p, b, start, at, out);
  emitParts(out, b, at + 16, end, parts.slice(file + 1));
}

/** A FileId (§2.2.14.1), with its name and when it was opened and closed. */
function emitFile(p: Packet, b: Uint8Array, start: number, at: number, out: Sink): void {
  const parts = [layout.FID];
  if (!out.wants(f.openFrame) && !out.wants(f.closeFrame)) {
    emitParts(out, b, at, at + 16, parts);
    return;
  }
  const key = fileKey(b, start, at);
  const name = memory(p).fileName(key);
  const handle = memory(p).handle(key);
  out.group(`GUID handle${name === undefined ? '' : ` File: ${name}`}`, at, 16);
  emitParts(out, b, at, at + 16, parts);
  if (handle !== undefined) {
    out.add(f.openFrame, at, 0, handle.opened);
    if (handle.closed > 0) out.add(f.closeFrame, at, 0, handle.closed);
  }
  out.close();
}

function emitRequest(b: Uint8Array, start: number, end: number, command: number, out: Sink): void {
  const body = start + cmd.HEADER;
  switch (command) {
    case cmd.NEGOTIATE:
      emitDialects(b, start, end, out);
      break;
    case cmd.SESSION_SETUP:
      emitShort(b, start, end, body + 12, f.blob, out);
      break;
    case cmd.TREE_CONNECT:
      emitName(b, start, end, body + 4, f.tree, out);
      break;
    case cmd.CREATE:
      emitName(b, start, end, body + 44, f.filename, out);
      emitParts(out, b, body + 48, end, layout.BLOB);
      emitCreateContexts(b, start, end, body + 48, false, out);
      break;
    case cmd.WRITE:
      emitBytes(start + u16le(b, body + 2), u32le(b, body + 4), end, f.writeData, out);
      break;
    case cmd.LOCK:
      emitLocks(b, body, end, out);
      break;
    case cmd.IOCTL:
      emitLong(b, start, end, body + 24, f.ioctlIn, out);
      emitLong(b, start, end, body + 36, f.ioctlOut, out);
      break;
    case cmd.FIND:
      emitName(b, start, end, body + 24, f.pattern, out);
      break;
    case cmd.GET_INFO:
      emitLevel(b[body + 2]!, b[body + 3]!, body + 3, 1, out);
      break;
    case cmd.SET_INFO: {
      emitLevel(b[body + 2]!, b[body + 3]!, body + 3, 1, out);
      const at = start + u16le(b, body + 8);
      emitInfo(b, at, Math.min(end, at + u32le(b, body + 4)), b[body + 2]!, b[body + 3]!, out);
      break;
    }
  }
}

function emitReply(
  b: Uint8Array,
  start: number,
  end: number,
  command: number,
  asked: Asked | null,
  out: Sink,
): void {
  const body = start + cmd.HEADER;
  switch (command) {
    case cmd.NEGOTIATE:
      emitShort(b, start, end, body + 56, f.blob, out);
      if (body + 64 <= end && u16le(b, body + 4) === 0x0311)
        emitNegotiateContexts(b, start + u32le(b, body + 60), end, u16le(b, body + 6), out);
      break;
    case cmd.SESSION_SETUP:
      emitShort(b, start, end, body + 4, f.blob, out);
      break;
    case cmd.CREATE:
      emitCreateContexts(b, start, end, body + 80, true, out);
      break;
    case cmd.READ:
      emitBytes(start + b[body + 2]!, u32le(b, body + 4), end, f.readData, out);
      break;
    case cmd.IOCTL:
      emitLong(b, start, end, body + 24, f.ioctlIn, out);
      emitLong(b, start, end, body + 32, f.ioctlOut, out);
      break;
    case cmd.FIND:
      if (asked !== null) emitEntries(b, start, end, body, asked.level, out);
      break;
    case cmd.NOTIFY:
      emitChanges(b, start, end, body, out);
      break;
    case cmd.GET_INFO:
      if (asked !== null && body + 8 <= end) {
        out.add(f.class, body, 0, asked.class);
        emitLevel(asked.class, asked.level, body, 0, out);
        const at = start + u16le(b, body + 2);
        emitInfo(b, at, Math.min(end, at + u32le(b, body + 4)), asked.class, asked.level, out);
      }
      break;
  }
}

/** Dialects of a negotiate request (§2.2.3); if 3.1.1 is among them, followed by negotiate contexts. */
function emitDialects(b: Uint8Array, start: number, end: number, out: Sink): void {
  const body = start + cmd.HEADER;
  const count = u16le(b, body + 2);
  let at = body + 36;
  let isLatest = false;
  for (let k = 0; k < count && at + 2 <= end; k++, at += 2) isLatest ||= u16le(b, at) === 0x0311;
  if (isLatest) {
    out.add(f.contextOffset, body + 28, 4);
    out.add(f.contextCount, body + 32, 2);
  } else if (body + 36 <= end) out.add(f.bootTime, body + 28, 8, 0n);
  at = body + 36;
  for (let k = 0; k < count && at + 2 <= end; k++, at += 2) out.add(f.dialect, at, 2);
  if (isLatest) emitNegotiateContexts(b, start + u32le(b, body + 28), end, u16le(b, body + 32), out);
}

/** Emits a 2-byte offset and a 2-byte length. */
function emitShort(b: Uint8Array, start: number, end: number, at: number, field: Field, out: Sink): void {
  if (at + 4 <= end) emitBytes(start + u16le(b, at), u16le(b, at + 2), end, field, out);
}

function emitLong(b: Uint8Array, start: number, end: number, at: number, field: Field, out: Sink): void {
  if (at + 8 <= end) emitBytes(start + u32le(b, at), u32le(b, at + 4), end, field, out);
}

function emitBytes(at: number, length: number, end: number, field: Field, out: Sink): void {
  if (length > 0 && at < end) out.add(field, at, Math.min(length, end - at));
}

function emitName(b: Uint8Array, start: number, end: number, at: number, field: Field, out: Sink): void {
  if (at + 4 > end) return;
  const from = start + u16le(b, at);
  const length = Math.min(u16le(b, at + 2), end - from);
  out.open(field, from, Math.max(0, length), utf16le(b, from, from + Math.max(0, length)));
  out.add(f.blobOffset, at, 2);
  out.add(f.blobLength, at + 2, 2);
  out.close();
}

/** §2.2.26 */
function emitLocks(b: Uint8Array, body: number, end: number, out: Sink): void {
  const count = u16le(b, body + 2);
  for (let k = 0, at = body + 24; k < count && at + 24 <= end; k++, at += 24) {
    out.open(f.lockInfo, at, 24);
    emitParts(out, b, at, end, [
      [f.fileOffset, 8],
      [f.lockLength, 8],
      [f.lockFlags, 4, Object.values(bits.lockBits)],
    ]);
    out.close();
  }
}

function emitLevel(kind: number, level: number, at: number, width: number, out: Sink): void {
  const field = [f.level, f.fileLevel, f.fsLevel, f.securityLevel][kind] ?? f.level;
  out.add(field, at, width, level);
}

function emitInfo(b: Uint8Array, at: number, end: number, kind: number, level: number, out: Sink): void {
  const head = layout.fileInfoHeads[level];
  if (kind !== FILE_INFO || head === undefined || at > end) return;
  out.open(head, at, end - at);
  if (level === RENAME && at + 20 <= end) {
    out.add(f.replaceIf, at, 1);
    out.add(f.filenameLength, at + 16, 4);
    const stop = Math.min(end, at + 20 + u32le(b, at + 16));
    out.add(f.filename, at + 20, stop - at - 20, utf16le(b, at + 20, stop));
  } else emitParts(out, b, at, end, layout.fileInfos[level] ?? []);
  out.close();
}

/** Directory entries (§2.2.34, [MS-FSCC] §2.4). */
function emitEntries(
  b: Uint8Array,
  start: number,
  end: number,
  body: number,
  level: number,
  out: Sink,
): void {
  const parts = layout.directoryEntries[level];
  if (body + 8 > end || parts === undefined) return;
  let at = start + u16le(b, body + 2);
  const stop = Math.min(end, at + u32le(b, body + 4));
  const head = layout.directoryEntryHeads[level];
  if (at > stop) return;
  out.open(f.findBlob, at, stop - at);
  const width = parts.reduce((sum, [, bytes]) => sum + bytes, 0);
  for (let k = 0; k < ENTRIES_MAX && at + width <= stop; k++) {
    const next = u32le(b, at);
    const name = at + width;
    const nameStop = Math.min(stop, name + u32le(b, at + layout.nameLengthAt(level)));
    const text = utf16le(b, name, nameStop);
    if (head === undefined) out.group(`Entry: ${text}`, at, nameStop - at);
    else {
      out.open(head, at, nameStop - at);
      out.note(`: ${text}`);
    }
    emitParts(out, b, at, stop, parts);
    out.add(f.filename, name, nameStop - name, text);
    out.close();
    if (next === 0) break;
    at += next;
  }
  out.close();
}

/** §2.2.36, [MS-FSCC] §2.7.1 */
function emitChanges(b: Uint8Array, start: number, end: number, body: number, out: Sink): void {
  if (body + 8 > end) return;
  let at = start + u16le(b, body + 2);
  const stop = Math.min(end, at + u32le(b, body + 4));
  for (let k = 0; k < ENTRIES_MAX && at + 12 <= stop; k++) {
    const next = u32le(b, at);
    const nameStop = Math.min(stop, at + 12 + u32le(b, at + 8));
    out.add(f.notifyAction, at + 4, 4);
    out.add(f.filename, at + 12, nameStop - at - 12, utf16le(b, at + 12, nameStop));
    if (next === 0) break;
    at += next;
  }
}
