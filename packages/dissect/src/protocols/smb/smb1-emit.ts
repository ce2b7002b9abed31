// The tree of one SMB1 message.
import { guidLittleEndian } from '../../codec/guid.ts';
import { u16le, u32le } from '../../core/bytes.ts';
import type { Field } from '../../core/field.ts';
import type { Packet } from '../../core/packet.ts';
import type { Sink } from '../../core/sink.ts';
import { emitParts, type Part } from '../parts.ts';
import * as bits from './smb1-bits.ts';
import { f } from './smb1-fields.ts';
import { replyWords, requestWords } from './smb1-layout.ts';
import { commandName } from './smb1-names.ts';
import * as smb1 from './smb1-parts.ts';
import { type Asked1, exchanges } from './smb1-session.ts';

const FLAGS: Part = [f.flags, 1, Object.values(bits.flagBits)];
const FLAGS2: Part = [f.flags2, 2, Object.values(bits.flag2Bits)];
const REST: readonly Part[] = [
  FLAGS,
  FLAGS2,
  [f.processHigh, 2],
  [f.signature, 8],
  [f.reserved, 2],
  [f.tid, 2],
  [f.pid, 2],
  [f.uid, 2],
  [f.mid, 2],
];
const DIALECTS_MAX = 64;

export function emitSmb(p: Packet, layer: number, out: Sink): void {
  const b = p.bufferOf(layer);
  const start = p.start[layer]!;
  const end = p.stop[layer]!;
  if (end - start < smb1.HEADER) return;
  const isReply = smb1.isReply(b, start);
  out.group('SMB Header', start, smb1.HEADER);
  emitExchange(p, layer, start, isReply, out);
  out.add(f.component, start, 4);
  out.add(f.cmd, start + 4, 1);
  if (u16le(b, start + 10) & smb1.NT_STATUS) out.add(f.status, start + 5, 4);
  else {
    out.add(f.errorClass, start + 5, 1);
    out.add(f.reserved, start + 6, 1);
    out.add(f.errorCode, start + 7, 2);
  }
  emitParts(out, b, start + 9, end, REST);
  out.close();
  for (const part of smb1.partsOf(b, start, end)) {
    const title = `${commandName(part.command) ?? 'Unknown'} ${isReply ? 'Response' : 'Request'}`;
    out.group(
      `${title} (0x${part.command.toString(16).padStart(2, '0')})`,
      part.words - 1,
      part.stop - part.words + 1,
    );
    emitPart(b, start, part, isReply, p.notes[layer] as Asked1 | null, out);
    out.close();
  }
}

function emitExchange(p: Packet, layer: number, start: number, isReply: boolean, out: Sink): void {
  const entry = p.mark[layer]! - 1;
  if (entry < 0) return;
  const known = exchanges(p);
  if (!isReply) {
    const answer = known.answerOf(p, entry);
    if (answer > 0) out.add(f.responseIn, start, 0, answer);
    return;
  }
  out.add(f.responseTo, start, 0, known.request[entry]!);
  out.add(f.responseTime, start, 0, known.responseTimeNs(p, entry));
}

function emitPart(
  b: Uint8Array,
  start: number,
  part: smb1.Part,
  isReply: boolean,
  asked: Asked1 | null,
  out: Sink,
): void {
  const { command, words, wordCount } = part;
  const wordsEnd = words + wordCount * 2;
  out.add(f.wordCount, words - 1, 1);
  if (wordsEnd > part.stop) return;
  emitParts(out, b, words, wordsEnd, (isReply ? replyWords : requestWords)(command, wordCount));
  out.add(f.byteCount, wordsEnd, 2);
  const texts = new smb1.Texts(b, start, part.bytes, part.stop);
  const name = (field: Field): void => {
    const value = texts.next();
    out.add(field, texts.from, texts.length, value);
  };
  if (isReply) emitReply(b, start, part, asked, texts, name, out);
  else emitRequest(b, start, part, texts, name, out);
}

function emitRequest(
  b: Uint8Array,
  start: number,
  part: smb1.Part,
  texts: smb1.Texts,
  name: (field: Field) => void,
  out: Sink,
): void {
  const { command, words, wordCount } = part;
  switch (command) {
    case smb1.NEGOTIATE:
      emitDialects(b, start, part, out);
      break;
    case smb1.SESSION_SETUP:
      emitSession(b, part, texts, name, out);
      break;
    case smb1.TREE_CONNECT:
      if (wordCount < 4) break;
      texts.at = part.bytes + u16le(b, words + 6);
      out.add(f.password, part.bytes, u16le(b, words + 6));
      name(f.path);
      out.add(f.service, texts.at, part.stop - texts.at, texts.nextAscii());
      break;
    case 0x00:
    case 0x01:
    case 0x10:
    case 0x02:
    case 0x06:
    case 0x08:
      out.add(f.bufferFormat, part.bytes, 1);
      texts.at = part.bytes + 1;
      name(command === 0x02 || command === 0x06 || command === 0x08 ? f.file : f.directory);
      break;
    case 0x07:
      texts.at = part.bytes + 1;
      name(f.oldFile);
      texts.at++;
      name(f.file);
      break;
    case smb1.OPEN_ANDX:
    case smb1.NT_CREATE:
      name(f.file);
      break;
    case smb1.WRITE_ANDX:
      if (wordCount >= 12) emitData(start + u16le(b, words + 22), u16le(b, words + 20), part, out);
      break;
    case smb1.TRANSACTION:
      name(f.transactionName);
      break;
    case smb1.TRANSACTION2:
      emitTransaction2(b, start, part, out);
      break;
    case smb1.NT_TRANSACT:
      if (wordCount >= 19) out.add(f.ntFunction, words + 36, 2);
      break;
  }
}

/** Dialects of a negotiate request (§2.2.4.52.1): a format byte and a name each. */
function emitDialects(b: Uint8Array, start: number, part: smb1.Part, out: Sink): void {
  const texts = new smb1.Texts(b, start, part.bytes, part.stop, false);
  for (let k = 0; k < DIALECTS_MAX && texts.at < part.stop; k++) {
    out.add(f.bufferFormat, texts.at, 1);
    texts.at++;
    const value = texts.next();
    out.add(f.dialectName, texts.from, texts.length, value);
  }
}

function emitSession(
  b: Uint8Array,
  part: smb1.Part,
  texts: smb1.Texts,
  name: (field: Field) => void,
  out: Sink,
): void {
  const { words, wordCount, bytes } = part;
  const first = u16le(b, words + 14);
  if (wordCount === 12) {
    out.add(f.blob, bytes, first);
    texts.at = bytes + first;
  } else if (wordCount === 13) {
    const second = u16le(b, words + 16);
    if (first > 0) out.add(f.ansiPassword, bytes, first);
    if (second > 0) out.add(f.unicodePassword, bytes + first, second);
    texts.at = bytes + first + second;
    name(f.account);
    name(f.domain);
  } else if (wordCount === 10) {
    out.add(f.password, bytes, first);
    texts.at = bytes + first;
    name(f.account);
    name(f.domain);
  } else return;
  name(f.os);
  name(f.lanman);
}

function emitData(at: number, length: number, part: smb1.Part, out: Sink): void {
  if (at >= part.bytes && at < part.stop) out.add(f.fileData, at, Math.min(length, part.stop - at));
}

const LEVELS: Readonly<Record<number, readonly [Field, number]>> = {
  1: [f.findLevel, 6],
  2: [f.findLevel, 4],
  3: [f.fsLevel, 0],
  5: [f.pathLevel, 0],
  6: [f.setLevel, 0],
  7: [f.pathLevel, 2],
  8: [f.setLevel, 2],
};
/** Offset of a name in the parameters, and its meaning. */
const NAMES: Readonly<Record<number, readonly [Field, number]>> = {
  1: [f.searchPattern, 12],
  2: [f.file, 12],
  5: [f.file, 6],
  6: [f.file, 6],
  16: [f.file, 2],
};

function emitTransaction2(b: Uint8Array, start: number, part: smb1.Part, out: Sink): void {
  const sections = smb1.sectionsOf(b, start, part, false);
  if (sections === null || sections.setupCount === 0) return;
  const subcommand = u16le(b, sections.setup);
  out.add(f.transaction2, sections.setup, 2);
  const at = sections.parameters;
  const stop = Math.min(part.stop, at + sections.parameterCount);
  if (subcommand === 7 || subcommand === 8) out.add(f.fid, at, 2);
  const level = LEVELS[subcommand];
  if (level !== undefined && at + level[1] + 2 <= stop) out.add(level[0], at + level[1], 2);
  const named = NAMES[subcommand];
  if (named === undefined || at + named[1] > stop) return;
  const texts = new smb1.Texts(b, start, at + named[1], stop);
  const value = texts.next();
  out.add(named[0], texts.from, texts.length, value);
}

function emitReply(
  b: Uint8Array,
  start: number,
  part: smb1.Part,
  asked: Asked1 | null,
  texts: smb1.Texts,
  name: (field: Field) => void,
  out: Sink,
): void {
  const { command, words, wordCount, bytes, stop } = part;
  switch (command) {
    case smb1.NEGOTIATE:
      emitNegotiated(b, part, texts, name, out);
      break;
    case smb1.SESSION_SETUP:
      if (wordCount === 4) {
        const length = u16le(b, words + 6);
        if (length > 0) out.add(f.blob, bytes, length);
        texts.at = bytes + length;
      }
      if (texts.at >= stop) break;
      name(f.os);
      name(f.lanman);
      break;
    case smb1.TREE_CONNECT:
      if (bytes >= stop) break;
      out.add(f.service, bytes, 0, texts.nextAscii());
      if (texts.at < stop) name(f.fileSystem);
      break;
    case smb1.CLOSE:
      if (asked !== null && asked.fid >= 0) out.add(f.fid, words, 0, asked.fid);
      break;
    case smb1.READ_ANDX:
      if (asked !== null && asked.fid >= 0) out.add(f.fid, words, 0, asked.fid);
      if (wordCount >= 12) emitData(start + u16le(b, words + 12), u16le(b, words + 10), part, out);
      break;
    case smb1.WRITE_ANDX:
      if (asked !== null && asked.fid >= 0) out.add(f.fid, words, 0, asked.fid);
      break;
    case smb1.TRANSACTION2:
      if (asked !== null && asked.subcommand >= 0) out.add(f.transaction2, words, 0, asked.subcommand);
      break;
    case smb1.NT_TRANSACT:
      if (asked !== null && asked.subcommand >= 0) out.add(f.ntFunction, words, 0, asked.subcommand);
      break;
  }
}

const EXTENDED_SECURITY = 0x80000000;

/** Negotiate response (§2.2.4.52.2, [MS-SMB] §2.2.4.5.2): challenge, domain and server, or GUID and token. */
function emitNegotiated(
  b: Uint8Array,
  part: smb1.Part,
  texts: smb1.Texts,
  name: (field: Field) => void,
  out: Sink,
): void {
  const { words, wordCount, bytes, stop } = part;
  if (wordCount !== 17) return;
  if (u32le(b, words + 19) & EXTENDED_SECURITY) {
    if (bytes + 16 > stop) return;
    out.add(f.serverGuid, bytes, 16, guidLittleEndian(b, bytes));
    if (bytes + 16 < stop) out.add(f.blob, bytes + 16, stop - bytes - 16);
    return;
  }
  const length = b[words + 33]!;
  if (length > 0) out.add(f.challenge, bytes, length);
  texts.at = bytes + length;
  if (texts.at < stop) name(f.domain);
  if (texts.at < stop) name(f.server);
}
