// Attributes of NFS version 4: a bitmap, then the values in bit order (RFC 7530 §5, RFC 8881 §5, RFC 7862 §12.2).
import { u32 } from '../../core/bytes.ts';
import { nfsFields as f3 } from './nfs-fields.ts';
import { handle } from './nfs-handle.ts';
import { mode } from './nfs-parts.ts';
import { nfs4Fields as f } from './nfs4-fields.ts';
import { array, choose, group, long, number, opaque, type Shape, seq, text, Xdr } from './xdr.ts';

/** Maximum number of words in a bitmap; no version has more. */
const WORDS_MAX = 8;

export const nfsTime: Shape = seq(long(f.timeSeconds), number(f.timeNseconds));

const SET_TO_CLIENT_TIME = 1;
const settableTime = choose(f.setTime, { [SET_TO_CLIENT_TIME]: nfsTime });
const entries = array(
  f.numAces,
  group('ACE', number(f.aceType), number(f.aceFlags), number(f.aceMask), text(f.who)),
);
const pathname = array(null, text(f.component));
const locations = seq(pathname, array(null, seq(array(null, text(f.who)), pathname)));

/** A bitmap without values: requested, supported or set attributes. */
export const bitmap: Shape = (x) => readBitmap(x, null);

const values: Readonly<Record<number, Shape>> = {
  0: bitmap,
  1: number(f.ftype),
  2: number(f.expireType),
  3: long(f.changeid),
  4: long(f.fileSize),
  5: number(f.linkSupport),
  6: number(f.symlinkSupport),
  7: number(f.namedAttr),
  8: seq(long(f.fsidMajor), long(f.fsidMinor)),
  9: number(f.uniqueHandles),
  10: number(f.leaseTime),
  11: number(f.status),
  12: entries,
  13: number(f.aclSupport),
  14: number(f.archive),
  15: number(f.canSetTime),
  16: number(f.caseInsensitive),
  17: number(f.casePreserving),
  18: number(f.chownRestricted),
  19: handle('Filehandle'),
  20: long(f.fileid),
  21: long(f.filesAvail),
  22: long(f.filesFree),
  23: long(f.filesTotal),
  24: locations,
  25: number(f.hidden),
  26: number(f.homogeneous),
  27: long(f.maxFileSize),
  28: number(f.maxLink),
  29: number(f.maxName),
  30: long(f.maxRead),
  31: long(f.maxWrite),
  32: array(null, text(f.mimetype)),
  33: mode,
  34: number(f.noTrunc),
  35: number(f.numLinks),
  36: text(f.owner),
  37: text(f.ownerGroup),
  38: long(f.quotaHard),
  39: long(f.quotaSoft),
  40: long(f.quotaUsed),
  41: seq(number(f3.specdata1), number(f3.specdata2)),
  42: long(f.spaceAvail),
  43: long(f.spaceFree),
  44: long(f.spaceTotal),
  45: long(f.spaceUsed),
  46: number(f.system),
  47: nfsTime,
  48: settableTime,
  49: nfsTime,
  50: nfsTime,
  51: nfsTime,
  52: nfsTime,
  53: nfsTime,
  54: settableTime,
  55: long(f.mountedOn),
  56: nfsTime,
  57: nfsTime,
  58: seq(number(null), entries),
  59: seq(number(null), entries),
  60: seq(long(null), long(null)),
  62: array(null, number(f.layoutType)),
  63: seq(number(f.layoutType), opaque(null)),
  64: array(null, number(f.layoutType)),
  65: number(f.layoutBlksize),
  66: number(null),
  75: bitmap,
  76: number(f.charsetCap),
  77: number(f.cloneBlockSize),
  78: long(null),
  79: number(null),
  81: seq(mode, number(null)),
  82: number(f.xattrSupport),
};

/** Reads the bitmap at the cursor, with each attribute's value from `from`, if given. */
function readBitmap(x: Xdr, from: Xdr | null): void {
  if (!x.has(4)) return;
  const count = Math.min(x.take(), WORDS_MAX);
  for (let word = 0; word < count && x.has(4); word++, x.at += 4) {
    const mask = u32(x.b, x.at);
    x.out?.open(f.attrMask, x.at, 4, mask);
    for (let bit = 0; bit < 32; bit++) {
      if ((mask & (1 << bit)) === 0) continue;
      const attribute = word * 32 + bit;
      x.out?.open(f.attr, x.at, 4, attribute);
      if (from !== null) {
        const value = values[attribute];
        // Attributes after one of unknown length cannot be located.
        if (value === undefined) from.at = from.end;
        else value(from);
      }
      x.out?.close();
    }
    x.out?.close();
  }
}

/** fattr4: a bitmap and the values. */
export const attributes: Shape = group('Attributes', (x) => {
  const words = Math.min(x.peek(), WORDS_MAX);
  const length = x.at + 4 + words * 4;
  const first = length + 4;
  const size = first <= x.end ? u32(x.b, length) : 0;
  const from = new Xdr(x.b, Math.min(first, x.end), Math.min(first + size, x.end), x.out, x.call);
  readBitmap(x, from);
  opaque(null)(x);
});

/** change_info4: how an operation changed a directory. */
export const changeInfo: Shape = group('change_info', number(f.atomic), long(f.before), long(f.after));
