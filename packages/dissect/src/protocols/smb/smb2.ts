// SMB versions 2 and 3 ([MS-SMB2] §2.2): Windows file sharing, and protocols over named pipes.
import { spells, u16le, u32le } from '../../core/bytes.ts';
import { COLUMN, type Packet, SHOWN } from '../../core/packet.ts';
import { type Protocol, protocol, REJECTED } from '../../core/protocol.ts';
import { gssapi } from '../auth/gssapi.ts';
import { callNested } from '../auth/nested.ts';
import { type NtlmUser, ntlmssp } from '../auth/ntlmssp.ts';
import { fileData } from '../dcerpc/pipe.ts';
import { netbiosHeuristics } from '../netbios/payload.ts';
import * as cmd from './smb2-commands.ts';
import { emitMessage } from './smb2-emit.ts';
import { f } from './smb2-fields.ts';
import { messageInfo } from './smb2-info.ts';
import {
  type Asked,
  answered,
  ask,
  fileKey,
  fileOffset,
  memory,
  messageId,
  nameAt,
  sessionKey,
  treeKey,
} from './smb2-session.ts';

/** First byte of the protocol ID of plain, encrypted and compressed messages (§2.2.1, §2.2.41, §2.2.42). */
export const PLAIN = 0xfe;
export const ENCRYPTED = 0xfd;
export const COMPRESSED = 0xfc;
const TRANSFORM_HEADER = 52;
const FSCTL_PIPE_TRANSCEIVE = 0x11c017;

function isSmb2(p: Packet): boolean {
  const first = p.buf[p.at]!;
  return first >= COMPRESSED && first <= PLAIN && spells(p.buf, p.at + 1, p.end, 'SMB');
}

export const smb2: Protocol = protocol({
  name: 'smb2',
  title: 'SMB2 (Server Message Block Protocol version 2)',
  column: 'SMB2',
  fields: f,
  heuristics: [[netbiosHeuristics, isSmb2]],
  step(p) {
    if (!isSmb2(p)) return REJECTED;
    const { end } = p;
    // §3.2.4.1.4: compounded messages are linked by NextCommand.
    for (;;) {
      const layer = p.count - 1;
      const start = p.at;
      const next = message(p, layer, start, end);
      if (p.count > layer && p.protocols[p.count - 1]!.name.startsWith('_ws.')) return null;
      if (next <= start || next + 4 > end) break;
      p.stop[layer] = p.payload[layer] = next;
      p.at = next;
      p.end = end;
      if (!p.push(smb2, SHOWN | COLUMN)) break;
    }
    p.at = end;
    return null;
  },
  emit: emitMessage,
  info: messageInfo,
});

/** Dissects the message at `start`; returns the start of the next one in the chain, or 0. */
function message(p: Packet, layer: number, start: number, end: number): number {
  const b = p.buf;
  if (b[start] === ENCRYPTED) {
    if (end - start < TRANSFORM_HEADER) {
      p.cut(TRANSFORM_HEADER);
      return 0;
    }
    return start + TRANSFORM_HEADER + u32le(b, start + 36);
  }
  if (b[start] !== PLAIN) return 0;
  if (end - start < cmd.HEADER) {
    p.cut(cmd.HEADER);
    return 0;
  }
  const offset = u32le(b, start + 20);
  const stop = offset > 0 && start + offset < end ? start + offset : end;
  if (stop - start >= cmd.HEADER + 2) {
    const command = u16le(b, start + 12);
    if (u32le(b, start + 16) & cmd.RESPONSE) response(p, layer, start, stop, command);
    else request(p, layer, start, stop, command);
  }
  return offset > 0 ? start + offset : 0;
}

function request(p: Packet, layer: number, start: number, stop: number, command: number): void {
  const b = p.buf;
  const body = start + cmd.HEADER;
  const known = memory(p);
  const id = messageId(b, start);
  known.exchanges.seeRequest(p, id, 0);
  p.mark[layer] = known.exchanges.entry + 1;
  const asked: Asked = { command, name: '', class: 0, level: 0, pipe: 0, offset: 0, user: null };
  p.notes[layer] = asked;
  switch (command) {
    case cmd.SESSION_SETUP:
      securityBlob(p, start, stop, body + 12);
      asked.user = userAmong(p, layer);
      break;
    case cmd.TREE_CONNECT:
      asked.name = nameAt(b, start, stop, body + 4);
      break;
    case cmd.CREATE:
      asked.name = nameAt(b, start, stop, body + 44);
      break;
    case cmd.CLOSE:
      if (stop - body >= 24) memory(p).closeHandle(fileKey(b, start, body + 8), p.number);
      break;
    case cmd.FIND:
      if (stop - body < 4) break;
      asked.level = b[body + 2]!;
      asked.name = nameAt(b, start, stop, body + 24);
      break;
    case cmd.GET_INFO:
    case cmd.SET_INFO:
      if (stop - body < 4) break;
      asked.class = b[body + 2]!;
      asked.level = b[body + 3]!;
      break;
    case cmd.READ:
      if (stop - body < 32) break;
      asked.pipe = fileKey(b, start, body + 16);
      asked.offset = fileOffset(b, body + 8);
      break;
    case cmd.WRITE:
      if (stop - body >= 48) {
        asked.pipe = fileKey(b, start, body + 16);
        carried(p, start, stop, u16le(b, body + 2), u32le(b, body + 4), asked.pipe);
      }
      break;
    case cmd.IOCTL:
      if (stop - body < 56) break;
      asked.pipe = fileKey(b, start, body + 8);
      if (u32le(b, body + 4) === FSCTL_PIPE_TRANSCEIVE)
        carried(p, start, stop, u32le(b, body + 24), u32le(b, body + 28), asked.pipe);
      break;
  }
  ask(p, id, asked);
}

function response(p: Packet, layer: number, start: number, stop: number, command: number): void {
  const b = p.buf;
  const body = start + cmd.HEADER;
  const status = u32le(b, start + 8);
  const known = memory(p);
  const id = messageId(b, start);
  known.exchanges.seeReply(p, id);
  const request = known.exchanges.request[known.exchanges.entry] ?? 0;
  // [MS-SMB2] §3.3.4.4: after an interim reply (STATUS_PENDING), the final one is the response.
  p.session.ahead?.enter('smb2', request, id, p.number);
  p.mark[layer] = known.exchanges.entry + 1;
  const isInterim = status === cmd.STATUS_PENDING && (u32le(b, start + 16) & cmd.ASYNC) !== 0;
  const asked = answered(p, id, !isInterim);
  p.notes[layer] = asked;
  if (cmd.isError(b, body, command, status)) return;
  switch (command) {
    case cmd.NEGOTIATE:
      securityBlob(p, start, stop, body + 56);
      break;
    case cmd.SESSION_SETUP:
      securityBlob(p, start, stop, body + 4);
      if (asked?.user && status === 0)
        known.setAccount(sessionKey(b, start), { ...asked.user, frame: p.number });
      break;
    case cmd.TREE_CONNECT:
      if (asked !== null && stop - body >= 4)
        known.setTree(treeKey(b, start), { name: asked.name, type: b[body + 2]!, frame: p.number });
      break;
    case cmd.CREATE:
      if (asked === null || stop - body < 80) break;
      known.nameFile(fileKey(b, start, body + 64), asked.name);
      known.openHandle(fileKey(b, start, body + 64), p.number);
      break;
    case cmd.READ:
      if (stop - body >= 16) carried(p, start, stop, b[body + 2]!, u32le(b, body + 4), asked?.pipe ?? 0);
      break;
    case cmd.IOCTL:
      if (stop - body >= 48 && u32le(b, body + 4) === FSCTL_PIPE_TRANSCEIVE)
        carried(p, start, stop, u32le(b, body + 32), u32le(b, body + 36), fileKey(b, start, body + 8));
      break;
  }
}

function securityBlob(p: Packet, start: number, stop: number, at: number): void {
  if (at + 4 > stop) return;
  const from = start + u16le(p.buf, at);
  const length = u16le(p.buf, at + 2);
  if (length === 0 || from >= stop || from < at) return;
  const made = spells(p.buf, from, stop, 'NTLMSSP') ? ntlmssp : gssapi;
  callNested(p, made, from, Math.min(stop, from + length));
}

function userAmong(p: Packet, from: number): NtlmUser | null {
  for (let layer = p.count - 1; layer > from; layer--)
    if (p.protocols[layer] === ntlmssp && p.notes[layer] !== null) return p.notes[layer] as NtlmUser;
  return null;
}

/** Dissects data read from or written to a file or pipe. */
function carried(p: Packet, start: number, stop: number, offset: number, length: number, pipe: number): void {
  const from = start + offset;
  if (length === 0 || offset < cmd.HEADER || from >= stop) return;
  const wireEnd = Math.min(from + length, Math.max(stop, p.wireEnd));
  fileData(p, from, Math.min(stop, wireEnd), wireEnd, pipe);
}
