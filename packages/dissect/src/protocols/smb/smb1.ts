// SMB version 1, CIFS ([MS-CIFS], [MS-SMB]): file sharing of Windows before Vista.
import { spells, u16le, u32le } from '../../core/bytes.ts';
import type { Packet } from '../../core/packet.ts';
import { type Protocol, protocol, REJECTED } from '../../core/protocol.ts';
import { gssapi } from '../auth/gssapi.ts';
import { callNested } from '../auth/nested.ts';
import { ntlmssp } from '../auth/ntlmssp.ts';
import { fileData } from '../dcerpc/pipe.ts';
import { netbiosHeuristics } from '../netbios/payload.ts';
import { emitSmb } from './smb1-emit.ts';
import { f } from './smb1-fields.ts';
import { smbInfo } from './smb1-info.ts';
import * as smb1 from './smb1-parts.ts';
import { readTransaction } from './smb1-pipe.ts';
import {
  type Asked1,
  ask1,
  asked1,
  exchanges,
  isPipes,
  markPipes,
  nameFile1,
  nameTree1,
  requestKey,
} from './smb1-session.ts';

const MAGIC = '\u00ffSMB';

function isSmb(p: Packet): boolean {
  return spells(p.buf, p.at, p.end, MAGIC);
}

export const smb: Protocol = protocol({
  name: 'smb',
  title: 'SMB (Server Message Block Protocol)',
  column: 'SMB',
  fields: f,
  heuristics: [[netbiosHeuristics, isSmb]],
  step(p) {
    if (!isSmb(p)) return REJECTED;
    const start = p.at;
    const { end } = p;
    const layer = p.count - 1;
    if (end - start < smb1.HEADER) return p.cut(smb1.HEADER);
    const b = p.buf;
    const key = requestKey(b, start);
    const known = exchanges(p);
    if (smb1.isReply(b, start)) {
      known.seeReply(p, key);
      const asked = asked1(p, key);
      p.notes[layer] = asked;
      for (const part of smb1.partsOf(b, start, end)) reply(p, start, part, asked);
    } else {
      known.seeRequest(p, key, 0);
      const asked = newAsked(b[start + 4]!);
      p.notes[layer] = asked;
      for (const part of smb1.partsOf(b, start, end)) request(p, start, part, asked);
      ask1(p, key, asked);
    }
    p.mark[layer] = known.entry + 1;
    p.at = end;
    return null;
  },
  emit: emitSmb,
  info: smbInfo,
});

function newAsked(command: number): Asked1 {
  return { command, fid: -1, offset: 0, pipe: 0, subcommand: -1, level: -1, name: '' };
}

/** FIDs identify files within a connection; 0 is reserved for "no pipe". */
const pipeNumber = (fid: number): number => fid + 1;

function request(p: Packet, start: number, part: smb1.Part, asked: Asked1): void {
  const b = p.buf;
  const { words, wordCount } = part;
  if (words + wordCount * 2 > part.stop) return;
  const tid = u16le(b, start + 24);
  switch (part.command) {
    case smb1.SESSION_SETUP:
      if (wordCount === 12)
        securityBlob(p, part.bytes, Math.min(part.stop, part.bytes + u16le(b, words + 14)));
      break;
    case smb1.TREE_CONNECT:
      if (wordCount >= 4) asked.name = treePath(b, start, part);
      break;
    case smb1.NT_CREATE:
    case smb1.OPEN_ANDX:
      asked.name = new smb1.Texts(b, start, part.bytes, part.stop).next();
      break;
    case smb1.CLOSE:
      if (wordCount >= 1) asked.fid = u16le(b, words);
      break;
    case smb1.READ:
    case smb1.READ_ANDX: {
      const at = part.command === smb1.READ ? 0 : 4;
      if (wordCount < (at === 0 ? 5 : 10)) break;
      asked.fid = u16le(b, words + at);
      asked.offset = at === 0 ? u32le(b, words + 4) : smb1.fileOffset(b, part);
      // Only reads at offset 0 are dissected; the others are data.
      if (isPipes(p, tid)) asked.pipe = pipeNumber(asked.fid);
      break;
    }
    case smb1.WRITE_ANDX:
      if (wordCount < 12) break;
      asked.fid = u16le(b, words + 4);
      if (isPipes(p, tid) && u32le(b, words + 6) === 0)
        carried(p, start + u16le(b, words + 22), u16le(b, words + 20), part, pipeNumber(asked.fid));
      break;
    case smb1.WRITE:
      if (wordCount < 5) break;
      asked.fid = u16le(b, words);
      if (isPipes(p, tid)) carried(p, part.bytes + 3, u16le(b, words + 2), part, pipeNumber(asked.fid));
      break;
    case smb1.TRANSACTION:
    case smb1.TRANSACTION2:
    case smb1.NT_TRANSACT:
      transaction(p, start, part, asked);
      break;
  }
}

/** Path of a tree connect (§2.2.4.55.1): a password, the path, the service. */
function treePath(b: Uint8Array, start: number, part: smb1.Part): string {
  const password = u16le(b, part.words + 6);
  return new smb1.Texts(b, start, part.bytes + password, part.stop).next();
}

function transaction(p: Packet, start: number, part: smb1.Part, asked: Asked1): void {
  const b = p.buf;
  const sections = smb1.sectionsOf(b, start, part, false);
  if (sections === null) return;
  if (part.command === smb1.TRANSACTION) {
    asked.name = new smb1.Texts(b, start, part.bytes, part.stop).next();
    if (sections.setupCount > 0) asked.subcommand = u16le(b, sections.setup);
    if (sections.setupCount > 1) {
      asked.fid = u16le(b, sections.setup + 2);
      asked.pipe = pipeNumber(asked.fid);
    }
    if (asked.name.startsWith('\\PIPE\\')) markPipes(p, u16le(b, start + 24));
    readTransaction(p, start, part, sections, asked, false);
  } else if (part.command === smb1.NT_TRANSACT) {
    asked.subcommand = sections.function;
    asked.fid = smb1.ntFileOf(b, part, sections);
  } else if (sections.setupCount > 0) {
    asked.subcommand = u16le(b, sections.setup);
    const isOfFile = asked.subcommand === QUERY_FILE || asked.subcommand === SET_FILE;
    if (isOfFile && sections.parameters + 2 <= part.stop) asked.fid = u16le(b, sections.parameters);
  }
}

/** TRANS2_QUERY_FILE_INFORMATION, TRANS2_SET_FILE_INFORMATION. */
const QUERY_FILE = 7;
const SET_FILE = 8;

function reply(p: Packet, start: number, part: smb1.Part, asked: Asked1 | null): void {
  const b = p.buf;
  const { words, wordCount } = part;
  if (words + wordCount * 2 > part.stop) return;
  const tid = u16le(b, start + 24);
  switch (part.command) {
    case smb1.NEGOTIATE:
      if (wordCount === 17 && u32le(b, words + 19) & EXTENDED_SECURITY)
        securityBlob(p, part.bytes + 16, part.stop);
      break;
    case smb1.SESSION_SETUP:
      if (wordCount === 4) securityBlob(p, part.bytes, Math.min(part.stop, part.bytes + u16le(b, words + 6)));
      break;
    case smb1.TREE_CONNECT:
      // §2.2.4.55.2: the service is ASCII.
      if (spells(b, part.bytes, part.stop, 'IPC')) markPipes(p, tid);
      if (asked !== null) nameTree1(p, tid, asked.name);
      break;
    case smb1.NT_CREATE:
      if (wordCount >= 4 && asked !== null) nameFile1(p, u16le(b, words + 5), asked.name);
      break;
    case smb1.OPEN_ANDX:
      if (wordCount >= 3 && asked !== null) nameFile1(p, u16le(b, words + 4), asked.name);
      break;
    case smb1.READ_ANDX:
      if (wordCount >= 12 && asked !== null && asked.pipe !== 0)
        carried(p, start + u16le(b, words + 12), u16le(b, words + 10), part, asked.pipe);
      break;
    case smb1.READ:
      if (wordCount >= 5 && asked !== null && asked.pipe !== 0)
        carried(p, part.bytes + 3, u16le(b, words), part, asked.pipe);
      break;
    case smb1.TRANSACTION: {
      const sections = smb1.sectionsOf(b, start, part, true);
      if (sections !== null && asked !== null) readTransaction(p, start, part, sections, asked, true);
      break;
    }
  }
}

/** [MS-SMB] §2.2.4.5.2.1: the response contains a GUID and a token instead of a challenge. */
const EXTENDED_SECURITY = 0x80000000;

function securityBlob(p: Packet, at: number, stop: number): void {
  if (at >= stop) return;
  callNested(p, spells(p.buf, at, stop, 'NTLMSSP') ? ntlmssp : gssapi, at, stop);
}

function carried(p: Packet, at: number, length: number, part: smb1.Part, pipe: number): void {
  const stop = Math.min(part.stop, at + length);
  if (at >= part.bytes && at < stop) fileData(p, at, stop, stop, pipe);
}
