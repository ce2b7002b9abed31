// Apple Filing Protocol over TCP (Apple, "AFP Reference"): the Data Stream Interface and the AFP commands it carries.
import { u16, u32 } from '../../core/bytes.ts';
import { int, uint } from '../../core/field.ts';
import type { Packet } from '../../core/packet.ts';
import { type Protocol, protocol, REJECTED } from '../../core/protocol.ts';
import { tcpPorts } from '../../core/table.ts';

const HEADER = 16;
const commands: Readonly<Record<number, string>> = {
  1: 'CloseSession',
  2: 'Command',
  3: 'GetStatus',
  4: 'OpenSession',
  5: 'Tickle',
  6: 'Write',
  8: 'Attention',
};
const COMMAND = 2;
const WRITE = 6;
const REPLY = 1;
const PENDING_MAX = 256;

const f = {
  flags: uint('dsi.flags', 'Flags').at(0, 1).hex().named({ 0: 'Request', 1: 'Reply' }),
  command: uint('dsi.command', 'Command').at(1, 1).named(commands),
  id: uint('dsi.requestid', 'Request ID').at(2, 2),
  error: int('dsi.error_code', 'Error code').at(4, 4),
  length: uint('dsi.length', 'Length').at(8, 4),
};

const isDsi = (p: Packet): boolean =>
  p.end - p.at >= HEADER && p.buf[p.at]! <= REPLY && p.buf[p.at + 1]! >= 1 && p.buf[p.at + 1]! <= 8;

/** AFP commands of pending requests, by request identifier. */
type Pending = Map<number, number>;
const newPending = (): Pending => new Map();

export const dsi: Protocol = protocol({
  name: 'dsi',
  title: 'Data Stream Interface',
  column: (p, layer) =>
    p.bufferOf(layer)[p.start[layer]! + 1] === COMMAND || p.bufferOf(layer)[p.start[layer]! + 1] === WRITE
      ? 'AFP'
      : 'DSI',
  fields: f,
  on: [[tcpPorts, 548]],
  framing: { header: 12, length: (p) => HEADER + u32(p.buf, p.at + 8) },
  step(p) {
    const { buf: b, at: start } = p;
    if (!isDsi(p)) return REJECTED;
    const kind = b[start + 1]!;
    p.at = start + HEADER;
    if ((kind !== COMMAND && kind !== WRITE) || p.at >= p.end) {
      p.at = p.end;
      return null;
    }
    const pending = p.session.stateOf(p, 'dsi', newPending);
    const id = u16(b, start + 2);
    const layer = p.layer;
    if (b[start] !== REPLY) {
      if (pending.size >= PENDING_MAX) pending.delete(pending.keys().next().value!);
      pending.set(id, b[p.at]!);
      p.mark[layer] = b[p.at]! + 1;
      return afp;
    }
    const asked = pending.get(id);
    if (asked === undefined) {
      p.at = p.end;
      return null;
    }
    p.mark[layer] = asked + 1;
    return afp;
  },
  info(p, layer) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const kind = b[start + 1]!;
    return `${b[start] === REPLY ? 'Reply' : 'Request'} ${commands[kind] ?? 'Unknown'} (${u16(b, start + 2)})`;
  },
});

const afpCommands: Readonly<Record<number, string>> = {
  1: 'FPByteRangeLock',
  2: 'FPCloseVol',
  3: 'FPCloseDir',
  4: 'FPCloseFork',
  5: 'FPCopyFile',
  6: 'FPCreateDir',
  7: 'FPCreateFile',
  8: 'FPDelete',
  9: 'FPEnumerate',
  10: 'FPFlush',
  11: 'FPFlushFork',
  14: 'FPGetForkParms',
  15: 'FPGetSrvrInfo',
  16: 'FPGetSrvrParms',
  17: 'FPGetVolParms',
  18: 'FPLogin',
  19: 'FPLoginCont',
  20: 'FPLogout',
  21: 'FPMapID',
  22: 'FPMapName',
  23: 'FPMoveAndRename',
  24: 'FPOpenVol',
  25: 'FPOpenDir',
  26: 'FPOpenFork',
  27: 'FPRead',
  28: 'FPRename',
  29: 'FPSetDirParms',
  30: 'FPSetFileParms',
  31: 'FPSetForkParms',
  32: 'FPSetVolParms',
  33: 'FPWrite',
  34: 'FPGetFileDirParms',
  35: 'FPSetFileDirParms',
  37: 'FPGetUserInfo',
  38: 'FPGetSrvrMsg',
  48: 'FPOpenDT',
  60: 'FPReadExt',
  61: 'FPWriteExt',
  63: 'FPLoginExt',
  68: 'FPEnumerateExt2',
  69: 'FPGetExtAttr',
  72: 'FPListExtAttrs',
};
const a = {
  command: uint('afp.command', 'Command')
    .get((p, layer) => p.mark[layer - 1]! - 1)
    .named(afpCommands),
};
export const afp: Protocol = protocol({
  name: 'afp',
  title: 'Apple Filing Protocol',
  column: 'AFP',
  fields: a,
  step(p) {
    p.at = p.end;
    return null;
  },
  info(p, layer) {
    const below = layer - 1;
    const isReply = p.bufferOf(below)[p.start[below]!] === REPLY;
    return `${afpCommands[p.mark[below]! - 1] ?? 'Unknown'} ${isReply ? 'reply' : 'request'}`;
  },
});
