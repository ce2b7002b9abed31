// Operations of NFS version 4 (RFC 7530 §16), 4.1 (RFC 8881 §18), 4.2 (RFC 7862 §15, RFC 8276 §8): arguments and
// results.
import { u32 } from '../../core/bytes.ts';
import { nfsFields as f3 } from './nfs-fields.ts';
import { handle, hashText } from './nfs-handle.ts';
import { accessCheck, accessRights4 } from './nfs-parts.ts';
import { attributes, bitmap, changeInfo, nfsTime } from './nfs4-attributes.ts';
import { exchangeBits, nfs4Fields as f, sequenceBits } from './nfs4-fields.ts';
import * as part from './nfs4-parts.ts';
import {
  array,
  bits,
  choose,
  group,
  list,
  long,
  nothing,
  number,
  opaque,
  type Shape,
  seq,
  text,
} from './xdr.ts';

const { stateid } = part;

/** Appends the current file handle to the Info text. */
const fileHandle: Shape = (x) => {
  if (x.out === null) x.info += ` FH: ${hashText(x.handle)}`;
};
const knownHandle: Shape = (x) => {
  if (x.out === null && x.handle !== 0) x.info += ` FH: ${hashText(x.handle)}`;
};
/** ` DH: 0x12345678/` before a name, if the handle is known. */
const directory: Shape = (x) => {
  if (x.out === null) x.info += x.handle !== 0 ? ` DH: ${hashText(x.handle)}/` : ' ';
};
const name = (label: string): Shape => text(f.component, label);

const END_OF_FILE = 0xffffffffffffffffn;
/** The byte range of a lock. */
const locked: Shape = (x) => {
  if (x.out === null && x.at + 16 <= x.end) {
    const words = (at: number): bigint => (BigInt(u32(x.b, at)) << 32n) | BigInt(u32(x.b, at + 4));
    const length = words(x.at + 8);
    const lengthText = length === END_OF_FILE ? '<End of File>' : `${length} `;
    x.info += ` FH: ${hashText(x.handle)} Offset: ${words(x.at)} Length: ${lengthText}`;
  }
  part.range(x);
};

const state = stateid(' StateID: ');
const toldRange = seq(long(f.offset, ' Offset: '), long(f.length, ' Len: '));
const client: Shape = (x) => {
  if (x.out === null && x.at + 8 <= x.end) {
    const hex = (at: number): string => u32(x.b, at).toString(16).padStart(8, '0');
    x.info += ` CID: 0x${hex(x.at)}${hex(x.at + 4)}`;
  }
  long(f.clientid)(x);
};

/** Length and data of a READ or WRITE. */
const content = (field: typeof f.readLength, label?: string): Shape => {
  const length = number(field, label);
  const data = opaque(f3.data);
  return (x) => {
    const at = x.at;
    length(x);
    x.at = at;
    data(x);
  };
};

const LINK = 5;
const device = seq(number(f3.specdata1), number(f3.specdata2));
const created = seq(
  choose(f.ftype, { [LINK]: text(f.linktext), 3: device, 4: device }),
  text(f.component),
  attributes,
);

const directoryEntry = group('Entry', long(f.cookie), text(f.entryName), attributes);
const entries = seq(list(f.valueFollows, directoryEntry), number(f.dirEof));

const RPCSEC_GSS = 6;
const securityInfo = array(
  null,
  choose(f.secinfoFlavor, { [RPCSEC_GSS]: seq(opaque(f.gssOid), number(f.gssQop), number(f.gssService)) }),
);

const layoutReturned = choose(f.returnType, {
  1: seq(part.range, stateid(), opaque(null)),
});
const layouts = array(
  null,
  group('Layout Segment', part.range, number(f.iomode), number(f.layoutType), opaque(f.layout)),
);
const statistics = seq(long(null), long(null));

const lockDenied = seq(part.range, number(f.lockType), part.lockOwner);

/** Shapes of an operation's arguments, and of its results on success and otherwise. */
export type Operation = readonly [call: Shape, done: Shape, failed?: Readonly<Record<number, Shape>>];

const DENIED = 10010;
const CLIENT_IN_USE = 10017;
const NO_REQUIREMENTS = 10094;
const TOO_SMALL = 10005;

export const operations: Readonly<Record<number, Operation>> = {
  3: [seq(fileHandle, accessCheck), accessRights4],
  4: [seq(number(f.seqid), state), stateid()],
  5: [seq(fileHandle, long(f.offset, ' Offset: '), number(f.count, ' Len: ')), long(f.verifier)],
  6: [created, seq(changeInfo, bitmap)],
  7: [long(f.clientid), nothing],
  8: [state, nothing],
  9: [seq(bitmap, knownHandle), attributes],
  10: [
    (x) => {
      x.handle = 0;
    },
    handle('Filehandle'),
  ],
  11: [text(f.component), changeInfo],
  12: [
    seq(number(f.lockType), number(f.lockReclaim), locked, part.locker),
    stateid(),
    { [DENIED]: lockDenied },
  ],
  13: [seq(number(f.lockType), part.range, part.lockOwner), nothing, { [DENIED]: lockDenied }],
  14: [seq(number(f.lockType), number(f.seqid), stateid(), locked), stateid()],
  15: [seq(directory, name('')), nothing],
  16: [nothing, nothing],
  17: [seq(attributes, knownHandle), nothing],
  18: [
    seq(number(f.seqid), part.rights, part.openOwner, directory, part.open),
    seq(state, changeInfo, part.openFlags, bitmap, part.delegation),
  ],
  19: [number(f.createDir), nothing],
  20: [seq(stateid(), number(f.seqid)), stateid()],
  21: [seq(stateid(), number(f.seqid), part.rights), stateid()],
  22: [handle('FileHandle'), nothing],
  23: [nothing, nothing],
  24: [nothing, nothing],
  25: [
    seq(state, long(f.offset, ' Offset: '), number(f.count, ' Len: ')),
    seq(number(f.eof), content(f.readLength)),
  ],
  26: [
    seq(long(f.cookie), long(f.cookieVerifier), number(f.dircount), number(f.maxcount), bitmap, knownHandle),
    seq(long(f.verifier), group('Directory Listing', entries)),
  ],
  27: [nothing, text(f.linktext)],
  28: [seq(directory, name('')), changeInfo],
  29: [seq(name(' From: '), name(' To: ')), seq(changeInfo, changeInfo)],
  30: [client, nothing],
  31: [
    (x) => {
      x.handle = x.savedHandle;
    },
    nothing,
  ],
  32: [
    (x) => {
      x.savedHandle = x.handle;
    },
    nothing,
  ],
  33: [text(f.component), securityInfo],
  34: [seq(stateid(), attributes, fileHandle), bitmap],
  35: [
    seq(
      group('client', long(f.verifier), opaque(f.clientIdName)),
      group('callback', number(f.cbProgram), part.address),
      number(f.callbackIdent),
    ),
    seq(long(f.clientid), long(f.verifier)),
    { [CLIENT_IN_USE]: part.address },
  ],
  36: [seq(long(f.clientid), long(f.verifier)), nothing],
  37: [attributes, nothing],
  38: [
    seq(state, long(f.offset, ' Offset: '), number(f.stable), content(f.writeLength, ' Len: ')),
    seq(number(f.count), number(f.stable), long(f.verifier)),
  ],
  39: [part.lockOwner, nothing],
  // Version 4.1.
  40: [seq(number(f.cbProgram), part.callbackSecurity), nothing],
  41: [
    seq(part.sessionId, number(f.bindDir), number(f.bindRdma)),
    seq(part.sessionId, number(f.boundDir), number(f.boundRdma)),
  ],
  42: [
    seq(
      group('eia_clientowner', long(f.verifier), opaque(f3.data)),
      bits(f.callFlags, exchangeBits),
      part.stateProtectionAsked,
      part.implementation,
    ),
    seq(
      long(f.clientid),
      number(f.seqid),
      bits(f.replyFlags, exchangeBits),
      part.stateProtectionGiven,
      group('eir_server_owner', long(f.minorId), opaque(f.majorId)),
      opaque(f.scope),
      part.implementation,
    ),
  ],
  43: [
    seq(
      long(f.clientid),
      number(f.seqid),
      part.sessionFlags,
      part.channel('csa_fore_chan_attrs'),
      part.channel('csa_back_chan_attrs'),
      number(f.cbProgram),
      part.callbackSecurity,
    ),
    seq(
      part.sessionId,
      number(f.seqid),
      part.sessionFlags,
      part.channel('csr_fore_chan_attrs'),
      part.channel('csr_back_chan_attrs'),
    ),
  ],
  44: [part.sessionId, nothing],
  45: [state, nothing],
  46: [
    seq(number(null), bitmap, nfsTime, nfsTime, bitmap, bitmap),
    choose(null, { 0: seq(long(f.cookieVerifier), stateid(), bitmap, bitmap, bitmap), 1: number(null) }),
  ],
  47: [
    seq(part.deviceId, number(f.layoutType), number(f.maxcount), array(null, number(null))),
    seq(number(f.layoutType), opaque(null), array(null, number(null))),
    { [TOO_SMALL]: number(null) },
  ],
  48: [
    seq(number(f.layoutType), number(f.maxcount), long(f.cookie), long(f.cookieVerifier)),
    seq(long(f.cookie), long(f.cookieVerifier), array(null, part.deviceId), number(f.eof)),
  ],
  49: [
    seq(
      part.range,
      number(f.layoutReclaim),
      stateid(),
      part.optionalOffset,
      part.optionalTime,
      number(f.layoutType),
      opaque(f.layoutUpdate),
    ),
    part.optionalSize,
  ],
  50: [
    seq(
      number(f.layoutAvail),
      number(f.layoutType),
      number(f.iomode),
      part.range,
      long(f.minLength),
      stateid(),
      number(f.maxcount),
    ),
    seq(number(f.returnOnClose), stateid(), layouts),
  ],
  51: [
    seq(number(f.layoutReclaim), number(f.layoutType), number(f.iomode), layoutReturned),
    choose(f.lrsPresent, { 1: stateid() }),
  ],
  52: [number(f.secinfoStyle), securityInfo],
  53: [
    seq(part.sessionId, number(f.seqid), number(f.slotid), number(f.highSlotid), number(f.cacheThis)),
    seq(
      part.sessionId,
      number(f.seqid),
      number(f.slotid),
      number(f.highSlotid),
      number(f.targetHighSlotid),
      bits(f.sequenceFlags, sequenceBits),
    ),
  ],
  54: [seq(opaque(null), opaque(null)), opaque(null)],
  55: [array(null, stateid()), array(null, number(f.status))],
  56: [
    seq(number(null), choose(null, { 1: number(f.delegateType), 2: stateid(), 5: stateid() })),
    part.delegation,
  ],
  57: [long(f.clientid), nothing],
  58: [number(f.reclaimOneFs), nothing],
  // Version 4.2.
  59: [seq(state, toldRange), nothing],
  60: [
    seq(
      stateid(' Src StateID: '),
      stateid(' Dst StateID: '),
      long(f.offset, ' Offset: '),
      long(f.offset, ' Offset: '),
      long(f.length, ' Len: '),
      number(f.consecutive),
      number(f.synchronous),
      array(null, part.server),
    ),
    seq(part.written, number(f.consecutive), number(f.synchronous)),
    { [NO_REQUIREMENTS]: seq(number(f.consecutive), number(f.synchronous)) },
  ],
  61: [seq(state, part.server), seq(nfsTime, stateid(), array(null, part.server))],
  62: [seq(state, toldRange), nothing],
  63: [seq(state, toldRange, array(null, number(null))), array(null, number(null))],
  64: [
    seq(part.range, stateid(), array(null, seq(part.deviceId, number(f.status), number(f.opcode)))),
    nothing,
  ],
  65: [
    seq(
      part.range,
      stateid(),
      statistics,
      statistics,
      part.deviceId,
      number(f.layoutType),
      opaque(f.layoutUpdate),
    ),
    nothing,
  ],
  66: [state, nothing],
  67: [state, seq(long(f.length), array(null, number(f.status)))],
  68: [
    seq(state, long(f.offset, ' Offset: '), number(f.count, ' Len: ')),
    seq(
      number(f.eof),
      array(null, choose(null, { 0: seq(long(f.offset), content(f.readLength)), 1: part.range })),
    ),
  ],
  69: [seq(state, long(f.offset, ' Offset: '), number(null)), seq(number(f.eof), long(f.offset))],
  70: [
    seq(
      state,
      number(f.stable),
      long(f.offset),
      long(null),
      long(null),
      long(null),
      number(null),
      long(null),
      opaque(f3.data),
    ),
    part.written,
  ],
  71: [
    seq(
      stateid(' Src StateID: '),
      stateid(' Dst StateID: '),
      long(f.offset, ' Offset: '),
      long(f.offset, ' Offset: '),
      long(f.length, ' Len: '),
    ),
    nothing,
  ],
  72: [text(f.xattrKey, ' Key: '), opaque(f3.data)],
  73: [seq(number(f.xattrOptions), text(f.xattrKey, ' Key: '), opaque(f3.data)), changeInfo],
  74: [
    seq(long(f.cookie), number(f.maxcount)),
    seq(long(f.cookie), array(null, text(f.xattrKey)), number(f.eof)),
  ],
  75: [text(f.xattrKey, ' Key: '), changeInfo],
};

/** SETATTR returns the attributes that were set even if it fails. */
export const SETATTR = 34;
