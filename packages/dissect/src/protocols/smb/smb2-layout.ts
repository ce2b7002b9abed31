// Layouts of the fixed parts of SMB2 message bodies ([MS-SMB2] §2.2.3 to §2.2.40).
import { filetime } from '../../codec/filetime.ts';
import { guidLittleEndian } from '../../codec/guid.ts';
import { utf16le } from '../../codec/utf16.ts';
import type { Field } from '../../core/field.ts';
import type { Part } from '../parts.ts';
import { ACCESS, CREATE_OPTIONS, SHARE_ACCESS } from './open-fields.ts';
import * as bits from './smb2-bits.ts';
import * as cmd from './smb2-commands.ts';
import { f } from './smb2-fields.ts';

const SIZE: Part = [f.size, 2, [f.sizeFixed, f.sizeDynamic]];
const RESERVED_2: Part = [f.reserved, 2];
const RESERVED_4: Part = [f.reserved, 4];
const SECURITY_MODE = [f.signingEnabled, f.signingRequired];
const CAPABILITIES: Part = [
  f.capabilities,
  4,
  [
    f.capDfs,
    f.capLeasing,
    f.capLargeMtu,
    f.capMultiChannel,
    f.capPersistent,
    f.capDirectory,
    f.capEncryption,
  ],
];
export const FID: Part = [f.fid, 16, guidLittleEndian];
const TIMES: readonly Part[] = [
  [f.created, 8, filetime],
  [f.accessed, 8, filetime],
  [f.written, 8, filetime],
  [f.changed, 8, filetime],
];
const ATTRIBUTES: Part = [f.attributes, 4, Object.values(bits.attributeBits)];
const IOCTL: Part = [f.ioctl, 4, [f.ioctlDevice, f.ioctlAccess, f.ioctlNumber, f.ioctlMethod]];
export const BLOB: readonly Part[] = [
  [f.blobOffset, 4],
  [f.blobLength, 4],
];

export const requests: Readonly<Record<number, readonly Part[]>> = {
  [cmd.NEGOTIATE]: [
    SIZE,
    [f.dialectCount, 2],
    [f.securityMode, 1, SECURITY_MODE],
    [null, 1],
    RESERVED_2,
    CAPABILITIES,
    [f.clientGuid, 16, guidLittleEndian],
  ],
  [cmd.SESSION_SETUP]: [
    SIZE,
    [f.setupFlags, 1, [f.setupBinding]],
    [f.securityMode, 1, SECURITY_MODE],
    CAPABILITIES,
    [f.channel, 4],
    [f.blobOffset, 2],
    [f.blobLength, 2],
    [f.previousSession, 8],
  ],
  [cmd.LOGOFF]: [SIZE, RESERVED_2],
  [cmd.TREE_CONNECT]: [SIZE, [f.treeFlags, 2, [...Object.values(bits.treeBits), f.treeReserved]]],
  [cmd.TREE_DISCONNECT]: [SIZE, RESERVED_2],
  [cmd.CREATE]: [
    SIZE,
    [null, 1],
    [f.oplock, 1],
    [f.impersonation, 4],
    [f.createFlags, 8],
    [f.reserved, 8],
    ACCESS,
    ATTRIBUTES,
    SHARE_ACCESS,
    [f.disposition, 4],
    CREATE_OPTIONS,
  ],
  [cmd.CLOSE]: [SIZE, [f.closeFlags, 2, [f.closeQuery]], [null, 4], FID],
  [cmd.FLUSH]: [SIZE, RESERVED_2, RESERVED_4, FID],
  [cmd.READ]: [
    SIZE,
    [f.padding, 1],
    [f.readFlags, 1, Object.values(bits.readBits)],
    [f.readLength, 4],
    [f.fileOffset, 8],
    FID,
    [f.minimumCount, 4],
    [f.dataChannel, 4],
    [f.remaining, 4],
    [f.channelOffset, 2],
    [f.channelLength, 2],
  ],
  [cmd.WRITE]: [
    SIZE,
    [f.dataOffset, 2],
    [f.writeLength, 4],
    [f.fileOffset, 8],
    FID,
    [f.dataChannel, 4],
    [f.remaining, 4],
    [f.channelOffset, 2],
    [f.channelLength, 2],
    [f.writeFlags, 4, Object.values(bits.writeBits)],
  ],
  [cmd.LOCK]: [SIZE, [f.lockCount, 2], RESERVED_4, FID],
  [cmd.IOCTL]: [
    SIZE,
    RESERVED_2,
    IOCTL,
    FID,
    ...BLOB,
    [f.ioctlMaxIn, 4],
    ...BLOB,
    [f.ioctlMaxOut, 4],
    [f.ioctlFlags, 4, [f.ioctlIsFsctl]],
    RESERVED_4,
  ],
  [cmd.CANCEL]: [SIZE, RESERVED_2],
  [cmd.ECHO]: [SIZE, RESERVED_2],
  [cmd.FIND]: [
    SIZE,
    [f.findLevel, 1],
    [f.findFlags, 1, Object.values(bits.findBits)],
    [f.fileIndex, 4],
    FID,
    [null, 4],
    [f.outputLength, 4],
  ],
  [cmd.NOTIFY]: [SIZE, [f.notifyFlags, 2, [f.notifyTree]], [f.outputLength, 4], FID],
  [cmd.GET_INFO]: [
    SIZE,
    [f.class, 1],
    [null, 1],
    [f.maxResponse, 4],
    [f.inputOffset, 2],
    RESERVED_2,
    [f.inputSize, 4],
    [f.additional, 4],
    [f.infoFlags, 4],
    FID,
  ],
  [cmd.SET_INFO]: [
    SIZE,
    [f.class, 1],
    [null, 1],
    [f.setSize, 4],
    [f.setOffset, 2],
    [f.setReserved, 2],
    [f.additional, 4],
    FID,
  ],
};

export const responses: Readonly<Record<number, readonly Part[]>> = {
  [cmd.NEGOTIATE]: [
    SIZE,
    [f.securityMode, 1, SECURITY_MODE],
    [null, 1],
    [f.dialect, 2],
    [f.contextCount, 2],
    [f.serverGuid, 16, guidLittleEndian],
    CAPABILITIES,
    [f.maxTransaction, 4],
    [f.maxRead, 4],
    [f.maxWrite, 4],
    [f.currentTime, 8, filetime],
    [f.bootTime, 8, filetime],
    [f.blobOffset, 2],
    [f.blobLength, 2],
    [f.contextOffset, 4],
  ],
  [cmd.SESSION_SETUP]: [
    SIZE,
    [f.sessionFlags, 2, [f.sessionGuest, f.sessionNull, f.sessionEncrypt]],
    [f.blobOffset, 2],
    [f.blobLength, 2],
  ],
  [cmd.LOGOFF]: [SIZE, RESERVED_2],
  [cmd.TREE_CONNECT]: [
    SIZE,
    [f.shareType, 1],
    [null, 1],
    [f.shareFlags, 4, Object.values(bits.shareBits)],
    [f.shareCapabilities, 4, Object.values(bits.shareCapabilityBits)],
    ACCESS,
  ],
  [cmd.TREE_DISCONNECT]: [SIZE, RESERVED_2],
  [cmd.CREATE]: [
    SIZE,
    [f.oplock, 1],
    [f.replyFlags, 1, Object.values(bits.replyBits)],
    [f.createAction, 4],
    ...TIMES,
    [f.allocation, 8],
    [f.endOfFile, 8],
    ATTRIBUTES,
    RESERVED_4,
    FID,
    ...BLOB,
  ],
  [cmd.CLOSE]: [
    SIZE,
    [f.closeFlags, 2, [f.closeQuery]],
    [null, 4],
    ...TIMES,
    [f.allocation, 8],
    [f.endOfFile, 8],
    ATTRIBUTES,
  ],
  [cmd.FLUSH]: [SIZE, RESERVED_2],
  [cmd.READ]: [SIZE, [f.blobOffset, 1], [null, 1], [f.blobLength, 4], [f.readRemaining, 4], RESERVED_4],
  [cmd.WRITE]: [
    SIZE,
    RESERVED_2,
    [f.writeCount, 4],
    [f.writeRemaining, 4],
    [f.channelOffset, 2],
    [f.channelLength, 2],
  ],
  [cmd.LOCK]: [SIZE, RESERVED_2],
  [cmd.IOCTL]: [SIZE, RESERVED_2, IOCTL, FID, ...BLOB, ...BLOB, [f.ioctlFlags, 4], RESERVED_4],
  [cmd.CANCEL]: [SIZE, RESERVED_2],
  [cmd.ECHO]: [SIZE, RESERVED_2],
  [cmd.FIND]: [SIZE, [f.blobOffset, 2], [f.blobLength, 4]],
  [cmd.NOTIFY]: [SIZE, [f.blobOffset, 2], [f.blobLength, 4]],
  [cmd.GET_INFO]: [SIZE, [f.blobOffset, 2], [f.blobLength, 4]],
  [cmd.SET_INFO]: [SIZE],
};

/** §2.2.2: the error response of a failed request. */
export const errorBody: readonly Part[] = [
  SIZE,
  [f.errorContexts, 1],
  [f.errorReserved, 1],
  [f.errorBytes, 4],
];

/** §2.2.23: oplock and lease breaks differ only in size. */
export const oplockBreak: readonly Part[] = [SIZE, [f.oplock, 1], [null, 1], RESERVED_4, FID];
export const leaseBreak: readonly Part[] = [
  SIZE,
  RESERVED_2,
  [f.leaseFlags, 4, Object.values(bits.leaseFlagBits)],
  [f.leaseKey, 16, guidLittleEndian],
  [f.leaseState, 4, Object.values(bits.leaseStateBits)],
];

/** The fields that head them. */
export const fileInfoHeads: Readonly<Record<number, Field>> = {
  4: f.basicInfo,
  5: f.standardInfo,
  6: f.internalInfo,
  7: f.eaInfo,
  10: f.renameInfo,
  13: f.dispositionInfo,
  18: f.allInfo,
  19: f.allocationInfo,
  20: f.endOfFileInfo,
  34: f.networkOpenInfo,
};

/** [MS-FSCC] §2.4: what GetInfo and SetInfo carry of class 1, by level. */
export const fileInfos: Readonly<Record<number, readonly Part[]>> = {
  4: [...TIMES, ATTRIBUTES],
  5: [
    [f.allocation, 8],
    [f.endOfFile, 8],
    [f.links, 4],
    [f.deletePending, 1],
    [f.isDirectory, 1],
  ],
  6: [[f.fileId, 8]],
  7: [[f.eaSize, 4]],
  13: [[f.deleteOnClose, 1]],
  18: [
    ...TIMES,
    ATTRIBUTES,
    [null, 4],
    [f.allocation, 8],
    [f.endOfFile, 8],
    [f.links, 4],
    [f.deletePending, 1],
    [f.isDirectory, 1],
    [null, 2],
    [f.fileId, 8],
    [f.eaSize, 4],
  ],
  19: [[f.allocation, 8]],
  20: [[f.endOfFile, 8]],
  34: [...TIMES, [f.allocation, 8], [f.endOfFile, 8], ATTRIBUTES],
};

const ENTRY: readonly Part[] = [
  [f.nextOffset, 4],
  [f.fileIndex, 4],
  ...TIMES,
  [f.endOfFile, 8],
  [f.allocation, 8],
  ATTRIBUTES,
  [f.filenameLength, 4],
];
/** Room for 8 letters, a dot and 3 letters, of which the length before it says how many there are. */
const shortName = (b: Uint8Array, at: number): string | null =>
  b[at - 2] === 0 ? null : utf16le(b, at, at + Math.min(SHORT_NAME_BYTES, b[at - 2]! & ~1));

const SHORT_NAME_BYTES = 24;
const SHORT_NAME: readonly Part[] = [
  [f.shortNameLength, 1],
  [null, 1],
  [f.shortName, 24, shortName],
];

/** [MS-FSCC] §2.4: entries of a directory, by level, up to the name. */
export const directoryEntries: Readonly<Record<number, readonly Part[]>> = {
  1: ENTRY,
  2: [...ENTRY, [f.eaSize, 4]],
  3: [...ENTRY, [f.eaSize, 4], ...SHORT_NAME],
  12: [
    [f.nextOffset, 4],
    [f.fileIndex, 4],
    [f.filenameLength, 4],
  ],
  37: [...ENTRY, [f.eaSize, 4], ...SHORT_NAME, [null, 2], [f.fileId, 8]],
  38: [...ENTRY, [f.eaSize, 4], RESERVED_4, [f.fileId, 8]],
};

/** The fields that head them; Wireshark knows both kinds with a file ID as one. */
export const directoryEntryHeads: Readonly<Record<number, Field>> = {
  1: f.fileDirectory,
  2: f.fullDirectory,
  3: f.bothDirectory,
  37: f.idBothDirectory,
  38: f.idBothDirectory,
};

/** Offset of the name length in a directory entry of that level. */
export const nameLengthAt = (level: number): number => (level === 12 ? 8 : 60);
