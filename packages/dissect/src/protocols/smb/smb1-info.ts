// Info column of SMB1: the commands of a message, their object, and the status.
import { u16le, u32le } from '../../core/bytes.ts';
import type { Packet } from '../../core/packet.ts';
import { tokenInfo } from '../auth/token-info.ts';
import { ntStatusName } from '../names/nt-status.ts';
import {
  commandName,
  dosErrorText,
  fsLevelName,
  ntFunctionNames,
  queryLevelName,
  setLevelName,
  transaction2Name,
} from './smb1-names.ts';
import * as smb1 from './smb1-parts.ts';
import type { Asked1 } from './smb1-session.ts';
import { ioctlDeviceName, ioctlName } from './smb2-names.ts';

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');
const fidText = (fid: number): string => (fid < 0 ? '' : `, FID: 0x${hex(fid, 4)}`);
const bytesText = (count: number): string => `, ${count} byte${count === 1 ? '' : 's'}`;

export function smbInfo(p: Packet, layer: number): string {
  const b = p.bufferOf(layer);
  const start = p.start[layer]!;
  const end = p.stop[layer]!;
  if (end - start < smb1.HEADER) return '';
  const isReply = smb1.isReply(b, start);
  const asked = p.notes[layer] as Asked1 | null;
  let text = '';
  for (const part of smb1.partsOf(b, start, end)) {
    const name = commandName(part.command) ?? `Unknown (0x${hex(part.command, 2)})`;
    text += text === '' ? `${name} ${isReply ? 'Response' : 'Request'}` : `; ${name}`;
    if (part.words + part.wordCount * 2 > part.stop) continue;
    text += isReply ? replyInfo(b, part, asked) : requestInfo(b, start, part);
  }
  return text + tokenInfo(p, layer + 1) + (isReply ? errorInfo(b, start) : '');
}

function errorInfo(b: Uint8Array, start: number): string {
  if (u16le(b, start + 10) & smb1.NT_STATUS) {
    const status = u32le(b, start + 5);
    if (status < 0xc0000000) return '';
    return `, Error: ${ntStatusName(status) ?? `Unknown (0x${hex(status, 8).toUpperCase()})`}`;
  }
  return b[start + 5] === 0 ? '' : `, Error: ${dosErrorText(b[start + 5]!, u16le(b, start + 7))}`;
}

/** Commands on one file or directory, whose name follows a format byte; with the label of the name. */
const NAMED: Readonly<Record<number, string>> = {
  0x00: 'Directory',
  0x01: 'Directory',
  0x02: 'Path',
  0x03: 'Path',
  0x06: 'Path',
  0x08: 'Path',
  0x09: 'Path',
  0x0e: 'Path',
  0x0f: 'Path',
  0x10: 'Directory',
};

const RENAME = 0x07;
/** Commands whose first word is a FID: flush, set and query information, find close, write and close. */
const WITH_FID = new Set([0x05, 0x22, 0x23, 0x2c, 0x34]);

function requestInfo(b: Uint8Array, start: number, part: smb1.Part): string {
  const { command, words, wordCount, bytes, stop } = part;
  const named = NAMED[command];
  if (named !== undefined) return `, ${named}: ${new smb1.Texts(b, start, bytes + 1, stop).next()}`;
  if (WITH_FID.has(command)) return wordCount > 0 ? fidText(u16le(b, words)) : '';
  switch (command) {
    case RENAME: {
      const texts = new smb1.Texts(b, start, bytes + 1, stop);
      const old = texts.next();
      texts.at++;
      return `, Old Name: ${old}, New Name: ${texts.next()}`;
    }
    case smb1.CLOSE:
      return wordCount > 0 ? fidText(u16le(b, words)) : '';
    case smb1.READ:
    case smb1.WRITE:
      if (wordCount < 5) return '';
      return `${fidText(u16le(b, words))}${bytesText(u16le(b, words + 2))} at offset ${u32le(b, words + 4)}`;
    case smb1.LOCKING_ANDX:
      return wordCount >= 8 ? fidText(u16le(b, words + 4)) : '';
    case smb1.READ_ANDX:
      return wordCount >= 10
        ? rangeInfo(b, words, u16le(b, words + 10), wordCount >= 12 ? words + 20 : 0)
        : '';
    case smb1.WRITE_ANDX:
      return wordCount >= 12
        ? rangeInfo(b, words, u16le(b, words + 20), wordCount >= 14 ? words + 24 : 0)
        : '';
    case smb1.SESSION_SETUP:
      return accountInfo(b, start, part);
    case smb1.TREE_CONNECT:
      if (wordCount < 4) return '';
      return `, Path: ${new smb1.Texts(b, start, bytes + u16le(b, words + 6), stop).next()}`;
    case smb1.OPEN_ANDX:
    case smb1.NT_CREATE:
      return `, Path: ${new smb1.Texts(b, start, bytes, stop).next()}`;
    case smb1.TRANSACTION2:
      return transactionInfo(b, start, part);
    case smb1.NT_TRANSACT:
      return ntTransactInfo(b, start, part);
    default:
      return '';
  }
}

function rangeInfo(b: Uint8Array, words: number, count: number, high: number): string {
  const offset = BigInt(u32le(b, words + 6)) + (high === 0 ? 0n : BigInt(u32le(b, high)) << 32n);
  return `${fidText(u16le(b, words + 4))}${bytesText(count)} at offset ${offset}`;
}

/** Session setup (§2.2.4.53.1): two passwords (one in LAN Manager's dialects), account and domain. */
function accountInfo(b: Uint8Array, start: number, part: smb1.Part): string {
  const { words, wordCount } = part;
  if (wordCount !== 13 && wordCount !== 10) return '';
  const passwords = u16le(b, words + 14) + (wordCount === 13 ? u16le(b, words + 16) : 0);
  const texts = new smb1.Texts(b, start, part.bytes + passwords, part.stop);
  const account = texts.next();
  const domain = texts.next();
  return `, User: ${account === '' && domain === '' ? 'anonymous' : `${domain}\\${account}`}`;
}

const NT_IOCTL = 2;
const FIND_FIRST = 1;
const FIND_NEXT = 2;
const QUERY_FS = 3;
const QUERY_PATH = 5;
const SET_PATH = 6;
const QUERY_FILE = 7;
const SET_FILE = 8;
const GET_DFS = 16;

/** Parameters of the subcommands of TRANS2, §2.2.6. */
function transactionInfo(b: Uint8Array, start: number, part: smb1.Part): string {
  const sections = smb1.sectionsOf(b, start, part, false);
  if (sections === null || sections.setupCount === 0) return '';
  const subcommand = u16le(b, sections.setup);
  const title = `, ${transaction2Name(subcommand) ?? `Unknown (0x${hex(subcommand, 2)})`}`;
  const at = sections.parameters;
  const stop = Math.min(part.stop, at + sections.parameterCount);
  if (at + 2 > stop) return title;
  const level = u16le(b, at);
  const text = (offset: number): string => new smb1.Texts(b, start, at + offset, stop).next();
  switch (subcommand) {
    case FIND_FIRST:
      return `${title}, Pattern: ${text(12)}`;
    case FIND_NEXT:
      return `${title}, Continue: ${text(12)}`;
    case QUERY_FS:
      return `${title}, ${fsLevelName(level) ?? `Unknown (0x${hex(level, 2)})`}`;
    case QUERY_PATH:
      return `${title}, ${queryLevelName(level) ?? `Unknown (${level})`}, Path: ${text(6)}`;
    case SET_PATH:
      return `${title}, Path: ${text(6)}`;
    case QUERY_FILE:
    case SET_FILE: {
      const kind = u16le(b, at + 2);
      const name = subcommand === QUERY_FILE ? queryLevelName(kind) : setLevelName(kind);
      return `${title}${fidText(level)}${subcommand === QUERY_FILE ? `, ${name ?? `Unknown (${kind})`}` : ''}`;
    }
    case GET_DFS:
      return `${title}, File: ${text(2)}`;
    default:
      return title;
  }
}

function ntTransactInfo(b: Uint8Array, start: number, part: smb1.Part): string {
  const sections = smb1.sectionsOf(b, start, part, false);
  if (sections === null) return ' (secondary request)';
  const title = `, ${ntFunctionNames[sections.function] ?? '<unknown>'}`;
  const file = fidText(smb1.ntFileOf(b, part, sections));
  if (sections.function !== NT_IOCTL || sections.setupCount < 4) return title + file;
  const code = u32le(b, sections.setup);
  const device = ioctlDeviceName(code >>> 16) ?? 'Unknown';
  return `${title} ${ioctlName(code) ?? `${device} Function:0x${hex((code >>> 2) & 0xfff, 4)}`}${file}`;
}

function replyInfo(b: Uint8Array, part: smb1.Part, asked: Asked1 | null): string {
  const { command, words, wordCount } = part;
  const fid = asked?.fid ?? -1;
  switch (command) {
    case smb1.CLOSE:
    case smb1.READ:
    case smb1.WRITE:
      return fidText(fid);
    case smb1.OPEN_ANDX:
      return wordCount >= 15 ? fidText(u16le(b, words + 4)) : '';
    case smb1.NT_CREATE:
      return wordCount >= 34 ? fidText(u16le(b, words + 5)) : '';
    case smb1.READ_ANDX:
      return wordCount >= 12
        ? fidText(fid) + bytesText(u16le(b, words + 10) + u32le(b, words + 14) * 0x10000)
        : '';
    case smb1.WRITE_ANDX:
      return wordCount >= 6
        ? fidText(fid) + bytesText(u16le(b, words + 4) + u16le(b, words + 8) * 0x10000)
        : '';
    case smb1.TRANSACTION2:
      if (asked === null || asked.subcommand < 0) return '<unknown>';
      return `${fidText(fid)}, ${transaction2Name(asked.subcommand) ?? `<unknown (0x${hex(asked.subcommand, 2)})>`}`;
    case smb1.NT_TRANSACT:
      if (asked === null || asked.subcommand < 0) return ', <unknown>';
      return `${fidText(fid)}, ${ntFunctionNames[asked.subcommand] ?? `<unknown (${asked.subcommand})>`}`;
    default:
      return '';
  }
}
