// Parameter words of the most common SMB1 commands ([MS-CIFS] §2.2.4).
import { filetime } from '../../codec/filetime.ts';
import type { Part } from '../parts.ts';
import { ACCESS, CREATE_OPTIONS, SHARE_ACCESS } from './open-fields.ts';
import * as bits from './smb1-bits.ts';
import { f } from './smb1-fields.ts';
import * as smb1 from './smb1-parts.ts';

const ATTRIBUTES: Part = [f.attributes, 4, Object.values(bits.attributeBits)];
const CAPABILITIES: Part = [f.capabilities, 4, Object.values(bits.capabilityBits)];
const ACTION: Part = [f.action, 2, Object.values(bits.guestBit)];
const PIPE_STATE: Part = [
  f.pipeState,
  2,
  [f.pipeNonblocking, f.pipeEndpoint, f.pipeType, f.pipeReadMode, f.pipeInstances],
];
const ANDX: readonly Part[] = [
  [f.andxCommand, 1],
  [f.reserved, 1],
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
  [f.reserved, 1],
  [f.transactionFlags, 2, Object.values(bits.transactionBits)],
  [f.timeout, 4],
  [f.reserved, 2],
  [f.parameterCount, 2],
  [f.parameterOffset, 2],
  [f.partCount, 2],
  [f.dataOffset, 2],
  [f.setupCount, 1],
  [f.reserved, 1],
];
const TRANSACTION_REPLY: readonly Part[] = [
  [f.totalParameters, 2],
  [f.totalData, 2],
  [f.reserved, 2],
  [f.parameterCount, 2],
  [f.parameterOffset, 2],
  [f.parameterDisplacement, 2],
  [f.partCount, 2],
  [f.dataOffset, 2],
  [f.partDisplacement, 2],
  [f.setupCount, 1],
  [f.reserved, 1],
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
      return [...ANDX, [f.connectFlags, 2, Object.values(bits.connectBits)], [f.passwordLength, 2]];
    case smb1.NT_CREATE:
      return [
        ...ANDX,
        [f.reserved, 1],
        [f.nameLength, 2],
        [f.createFlags, 4, Object.values(bits.createBits)],
        [f.rootFid, 4],
        ACCESS,
        [f.allocation, 8],
        ATTRIBUTES,
        SHARE_ACCESS,
        [f.disposition, 4],
        CREATE_OPTIONS,
        [f.impersonation, 4],
        [f.contextFlags, 1, Object.values(bits.contextBits)],
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
  if (wordCount === 12) return [...head, [f.blobLength, 2], [f.reserved, 4], CAPABILITIES];
  if (wordCount === 13)
    return [...head, [f.ansiLength, 2], [f.unicodeLength, 2], [f.reserved, 4], CAPABILITIES];
  return [...head, [f.passwordLength, 2]];
}

export function replyWords(command: number, wordCount: number): readonly Part[] {
  switch (command) {
    case smb1.NEGOTIATE:
      if (wordCount !== 17) return [[f.dialectIndex, 2]];
      return [
        [f.dialectIndex, 2],
        [f.securityMode, 1, Object.values(bits.securityModeBits)],
        [f.maxMultiplex, 2],
        [f.maxCircuits, 2],
        [f.maxBuffer, 4],
        [f.maxRaw, 4],
        [f.sessionKey, 4],
        CAPABILITIES,
        [f.systemTime, 8, filetime],
        [f.timeZone, 2],
        [f.challengeLength, 1],
      ];
    case smb1.SESSION_SETUP:
      return wordCount === 4 ? [...ANDX, ACTION, [f.blobLength, 2]] : [...ANDX, ACTION];
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
        ATTRIBUTES,
        [f.allocation, 8],
        [f.endOfFile, 8],
        [f.fileType, 2],
        PIPE_STATE,
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
