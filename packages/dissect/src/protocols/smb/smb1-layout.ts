// Parameter words of the most common SMB1 commands ([MS-CIFS] §2.2.4).
import { filetime } from '../../codec/filetime.ts';
import type { Part } from '../parts.ts';
import { f } from './smb1-fields.ts';
import * as smb1 from './smb1-parts.ts';

const ANDX: readonly Part[] = [
  [f.andxCommand, 1],
  [null, 1],
  [f.andxOffset, 2],
];
const TIMES: readonly Part[] = [
  [f.created, 8, filetime],
  [f.accessed, 8, filetime],
  [f.written, 8, filetime],
  [f.changed, 8, filetime],
];
const TRANSACTION: readonly Part[] = [
  [f.totalParameters, 2],
  [f.totalData, 2],
  [f.maxParameters, 2],
  [f.maxData, 2],
  [f.maxSetup, 1],
  [null, 3],
  [f.timeout, 4],
  [null, 2],
  [f.parameterCount, 2],
  [f.parameterOffset, 2],
  [f.partCount, 2],
  [f.dataOffset, 2],
  [f.setupCount, 1],
];
const TRANSACTION_REPLY: readonly Part[] = [
  [f.totalParameters, 2],
  [f.totalData, 2],
  [null, 2],
  [f.parameterCount, 2],
  [f.parameterOffset, 2],
  [f.parameterDisplacement, 2],
  [f.partCount, 2],
  [f.dataOffset, 2],
  [f.partDisplacement, 2],
  [f.setupCount, 1],
];

/** Words of a request by command; for session setup also by their number, because dialects differ. */
export function requestWords(command: number, wordCount: number): readonly Part[] {
  switch (command) {
    case smb1.CLOSE:
      return [[f.fid, 2]];
    case smb1.READ:
    case smb1.WRITE:
      return [
        [f.fid, 2],
        [f.count, 2],
        [f.offset, 4],
        [f.remaining, 2],
      ];
    case smb1.READ_ANDX:
      return [
        ...ANDX,
        [f.fid, 2],
        [f.offset, 4],
        [f.maxCount, 2],
        [f.minCount, 2],
        [null, 4],
        [f.remaining, 2],
        [f.offsetHigh, 4],
      ];
    case smb1.WRITE_ANDX:
      return [
        ...ANDX,
        [f.fid, 2],
        [f.offset, 4],
        [null, 6],
        [f.remaining, 2],
        [f.dataLengthHigh, 2],
        [f.dataLengthLow, 2],
        [f.dataOffset, 2],
        [f.offsetHigh, 4],
      ];
    case smb1.SESSION_SETUP:
      return sessionWords(wordCount);
    case smb1.TREE_CONNECT:
      return [...ANDX, [null, 2], [f.passwordLength, 2]];
    case smb1.NT_CREATE:
      return [
        ...ANDX,
        [null, 1],
        [f.nameLength, 2],
        [f.createFlags, 4],
        [f.rootFid, 4],
        [f.accessMask, 4],
        [f.allocation, 8],
        [f.attributes, 4],
        [f.shareAccess, 4],
        [f.disposition, 4],
        [f.createOptions, 4],
        [f.impersonation, 4],
      ];
    case smb1.LOCKING_ANDX:
    case smb1.OPEN_ANDX:
    case smb1.LOGOFF:
      return ANDX;
    case smb1.TRANSACTION:
    case smb1.TRANSACTION2:
      return TRANSACTION;
    default:
      return [];
  }
}

function sessionWords(wordCount: number): readonly Part[] {
  const head: readonly Part[] = [
    ...ANDX,
    [f.clientBuffer, 2],
    [f.maxMultiplex, 2],
    [f.circuit, 2],
    [f.sessionKey, 4],
  ];
  if (wordCount === 12) return [...head, [f.blobLength, 2], [null, 4], [f.capabilities, 4]];
  if (wordCount === 13)
    return [...head, [f.ansiLength, 2], [f.unicodeLength, 2], [null, 4], [f.capabilities, 4]];
  return [...head, [f.passwordLength, 2]];
}

export function replyWords(command: number, wordCount: number): readonly Part[] {
  switch (command) {
    case smb1.NEGOTIATE:
      if (wordCount !== 17) return [[f.dialectIndex, 2]];
      return [
        [f.dialectIndex, 2],
        [f.securityMode, 1],
        [f.maxMultiplex, 2],
        [f.maxCircuits, 2],
        [f.maxBuffer, 4],
        [f.maxRaw, 4],
        [f.sessionKey, 4],
        [f.capabilities, 4],
        [f.systemTime, 8, filetime],
        [f.timeZone, 2],
        [f.challengeLength, 1],
      ];
    case smb1.SESSION_SETUP:
      return wordCount === 4 ? [...ANDX, [f.action, 2], [f.blobLength, 2]] : [...ANDX, [f.action, 2]];
    case smb1.READ_ANDX:
      return [
        ...ANDX,
        [f.remaining, 2],
        [null, 4],
        [f.dataLengthLow, 2],
        [f.dataOffset, 2],
        [f.dataLengthHigh, 4],
      ];
    case smb1.WRITE_ANDX:
      return [...ANDX, [f.countLow, 2], [f.remaining, 2]];
    case smb1.NT_CREATE:
      return [
        ...ANDX,
        [f.oplock, 1],
        [f.fid, 2],
        [f.createAction, 4],
        ...TIMES,
        [f.attributes, 4],
        [f.allocation, 8],
        [f.endOfFile, 8],
        [f.fileType, 2],
        [null, 2],
        [f.isDirectory, 1],
      ];
    case smb1.LOCKING_ANDX:
    case smb1.OPEN_ANDX:
    case smb1.LOGOFF:
    case smb1.TREE_CONNECT:
      return ANDX;
    case smb1.TRANSACTION:
    case smb1.TRANSACTION2:
      return TRANSACTION_REPLY;
    default:
      return [];
  }
}
