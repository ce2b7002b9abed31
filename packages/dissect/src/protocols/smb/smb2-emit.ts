// The tree of one SMB2 message.
import { u16le, u32le } from '../../core/bytes.ts';
import type { Packet } from '../../core/packet.ts';
import type { Sink } from '../../core/sink.ts';
import { emitParts, type Part } from '../parts.ts';
import * as cmd from './smb2-commands.ts';
import { emitContents } from './smb2-contents.ts';
import { f } from './smb2-fields.ts';
import { commandName } from './smb2-names.ts';
import { type Asked, memory, sessionKey, treeKey } from './smb2-session.ts';

const FLAGS: Part = [
  f.flags,
  4,
  [f.flagResponse, f.flagAsync, f.flagChained, f.flagSignature, f.flagPriority, f.flagDfs, f.flagReplay],
];
const BEGIN: readonly Part[] = [
  [f.protocolId, 4, (b, at) => ((b[at]! << 24) | (b[at + 1]! << 16) | (b[at + 2]! << 8) | b[at + 3]!) >>> 0],
  [f.headerLength, 2],
  [f.creditCharge, 2],
];
const REQUEST_STATUS: readonly Part[] = [
  [f.channelSequence, 2],
  [f.reserved, 2],
];
const TRANSFORM: readonly Part[] = [
  BEGIN[0]!,
  [f.transformSignature, 16],
  [f.transformNonce, 16],
  [f.transformSize, 4],
  [f.transformReserved, 2],
  [f.transformFlags, 2, [f.transformEncrypted]],
  [f.sessionId, 8],
];
const COMPRESSED: readonly Part[] = [
  BEGIN[0]!,
  [f.originalSize, 4],
  [f.compressionUsed, 2],
  [f.compressedFlags, 2],
  [f.compressedOffset, 4],
];

export function emitMessage(p: Packet, layer: number, out: Sink): void {
  const b = p.bufferOf(layer);
  const start = p.start[layer]!;
  const end = p.stop[layer]!;
  if (b[start] === 0xfd) {
    out.group('SMB2 Transform Header', start, Math.min(52, end - start));
    const at = emitParts(out, b, start, end, TRANSFORM);
    out.close();
    if (at < end) out.add(f.transformData, at, Math.min(end - at, u32le(b, start + 36)));
  } else if (b[start] === 0xfc) {
    out.group('SMB2 Compression Transform Header', start, Math.min(16, end - start));
    const at = emitParts(out, b, start, end, COMPRESSED);
    out.close();
    if (at < end) out.add(f.compressedData, at, end - at);
  } else if (end - start >= cmd.HEADER) emitPlain(p, layer, b, start, end, out);
}

function emitPlain(p: Packet, layer: number, b: Uint8Array, start: number, end: number, out: Sink): void {
  const flags = u32le(b, start + 16);
  const isReply = (flags & cmd.RESPONSE) !== 0;
  const command = u16le(b, start + 12);
  out.group('SMB2 Header', start, cmd.HEADER);
  emitParts(out, b, start, end, BEGIN);
  if (isReply) out.add(f.status, start + 8, 4);
  else emitParts(out, b, start + 8, end, REQUEST_STATUS);
  out.add(f.cmd, start + 12, 2);
  out.add(isReply ? f.creditsGranted : f.creditsRequested, start + 14, 2);
  emitParts(out, b, start + 16, end, [FLAGS, [f.next, 4], [f.messageId, 8]]);
  emitOwners(p, b, start, (flags & cmd.ASYNC) !== 0, out);
  out.add(f.signature, start + 48, 16);
  emitExchange(p, layer, start, isReply, out);
  out.close();
  const body = start + cmd.HEADER;
  if (body + 2 > end) return;
  out.group(
    `${commandName(command) ?? 'unknown'} ${isReply ? 'Response' : 'Request'} (0x${command.toString(16).padStart(2, '0')})`,
    body,
    end - body,
  );
  emitContents(p, b, start, end, command, isReply, p.notes[layer] as Asked | null, out);
  out.close();
}

/** Owner fields (§2.2.1.1, §2.2.1.2): asynchronous messages have an AsyncId instead of process and tree. */
function emitOwners(p: Packet, b: Uint8Array, start: number, isAsync: boolean, out: Sink): void {
  const known = memory(p);
  if (isAsync) out.add(f.asyncId, start + 32, 8);
  else {
    out.add(f.processId, start + 32, 4);
    const tree = known.tree(treeKey(b, start));
    out.open(f.treeId, start + 36, 4);
    if (tree !== undefined) {
      out.note(`  ${tree.name}`);
      out.add(f.tree, start + 36, 0, tree.name);
      out.add(f.shareType, start + 36, 0, tree.type);
      out.add(f.treeFrame, start + 36, 0, tree.frame);
    }
    out.close();
  }
  const account = known.account(sessionKey(b, start));
  out.open(f.sessionId, start + 40, 8);
  if (account !== undefined) {
    out.note(` Acct:${account.user} Domain:${account.domain} Host:${account.host}`);
    out.add(f.account, start + 40, 0, account.user);
    out.add(f.domain, start + 40, 0, account.domain);
    out.add(f.host, start + 40, 0, account.host);
    out.add(f.sessionFrame, start + 40, 0, account.frame);
  }
  out.close();
}

function emitExchange(p: Packet, layer: number, start: number, isReply: boolean, out: Sink): void {
  const entry = p.mark[layer]! - 1;
  if (entry < 0) return;
  const { exchanges } = memory(p);
  if (!isReply) {
    const answer = exchanges.answerOf(p, entry);
    if (answer > 0) out.add(f.responseIn, start, 0, answer);
    return;
  }
  out.add(f.responseTo, start, 0, exchanges.request[entry]!);
  out.add(f.responseTime, start, 0, exchanges.responseTimeNs(p, entry));
}
