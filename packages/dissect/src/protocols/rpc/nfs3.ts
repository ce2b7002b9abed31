// NFS version 3 (RFC 1813).
import { u32 } from '../../core/bytes.ts';
import type { Procedures } from './bodies.ts';
import { nfsFields as f } from './nfs-fields.ts';
import { handle, tellHandle } from './nfs-handle.ts';
import { accessCheck, accessRights3, mode3, result, timeOf } from './nfs-parts.ts';
import {
  below,
  bits,
  choose,
  fixed,
  group,
  list,
  long,
  nothing,
  number,
  opaque,
  optional,
  type Shape,
  seq,
  text,
} from './xdr.ts';

const NFS = 100003;
const ACCESS = 4;

const atime = timeOf(f.atime, f.atimeSec, f.atimeNsec, 1);
const mtime = timeOf(f.mtime, f.mtimeSec, f.mtimeNsec, 1);
const ctime = timeOf(f.ctime, f.ctimeSec, f.ctimeNsec, 1);
const device = group('specdata', number(f.specdata1), number(f.specdata2));

/** fattr3, §2.6. */
const attributes = seq(
  number(f.type3),
  mode3,
  number(f.nlink3),
  number(f.uid3),
  number(f.gid3),
  long(f.size3),
  long(f.used3),
  device,
  long(f.fsid3),
  long(f.fileid3),
  atime,
  mtime,
  ctime,
);

/** Attributes that also appear in the Info column, for GETATTR. */
const toldAttributes: Shape = (x) => {
  if (x.out === null && x.at + 20 <= x.end) {
    const type = u32(x.b, x.at);
    const mode = (u32(x.b, x.at + 4) & 0xfff).toString(8).padStart(4, '0');
    const uid = u32(x.b, x.at + 12) | 0;
    const gid = u32(x.b, x.at + 16) | 0;
    const name = f.type3.nameOf(type) ?? `Unknown Type: 0x${type.toString(16)}`;
    x.info += `  ${name} mode: ${mode} uid: ${uid} gid: ${gid}`;
  }
  group('obj_attributes', attributes)(x);
};

/** post_op_attr, wcc_data, post_op_fh3. */
const after = (title: string): Shape => group(title, optional(f.attributesFollow, attributes));
const weak = (title: string): Shape =>
  group(
    title,
    group('before', optional(f.attributesFollow, long(f.wccSize), mtime, ctime)),
    group('after', optional(f.attributesFollow, attributes)),
  );
const newHandle = optional(f.handleFollow, handle('handle'));

/** post_op_attr, also used by other programs. */
export const afterOperation = after('attributes');

/** Values of time_how in sattr3. */
const SET_BY_CLIENT = 2;
const settable = (title: string): Shape =>
  group(
    title,
    optional(f.setIt, mode3),
    optional(f.setIt, number(f.setUid)),
    optional(f.setIt, number(f.setGid)),
    optional(f.setIt, long(f.setSize)),
    choose(f.setTime, { [SET_BY_CLIENT]: atime }),
    choose(f.setTime, { [SET_BY_CLIENT]: mtime }),
  );

const file = (title: string, label = ', FH: '): Shape => seq(handle(title), tellHandle(label));
/** diropargs3: a name in a directory. */
const named = (title: string, label = ', DH: '): Shape =>
  group(title, handle('dir'), tellHandle(label), text(f.name, '/'));

const status = (success: Shape, failure: Shape): Shape => result(f.status3, success, failure);
const cookieVerifier = fixed(f.verifier, 8);
const madeObject = status(seq(newHandle, after('obj_attributes'), weak('dir_wcc')), weak('dir_wcc'));
const removed = status(weak('dir_wcc'), weak('dir_wcc'));

const entry = below(f.entry, long(f.entry3Id), text(f.entry3Name, ' '), long(f.entry3Cookie));
const plusEntry = below(
  f.entry,
  long(f.plusId),
  text(f.plusName, ' '),
  long(f.plusCookie),
  after('name_attributes'),
  newHandle,
);

/** createhow3. */
const UNCHECKED = 0;
const GUARDED = 1;
const EXCLUSIVE = 2;
const creation = choose(
  f.createMode,
  {
    [UNCHECKED]: settable('obj_attributes'),
    [GUARDED]: settable('obj_attributes'),
    [EXCLUSIVE]: fixed(f.verifier, 8),
  },
  nothing,
  ' Mode: ',
);

/** mknoddata3. */
const withDevice = seq(settable('dev_attributes'), device);
const nodeData = choose(
  f.ftype3,
  { 3: withDevice, 4: withDevice, 6: settable('pipe_attributes'), 7: settable('pipe_attributes') },
  nothing,
  ' ',
);

const fileSystem = seq(
  long(f.tbytes),
  long(f.fbytes),
  long(f.abytes),
  long(f.tfiles),
  long(f.ffiles),
  long(f.afiles),
  number(f.invarsec),
);
const limits = seq(
  number(f.rtmax),
  number(f.rtpref),
  number(f.rtmult),
  number(f.wtmax),
  number(f.wtpref),
  number(f.wtmult),
  number(f.dtpref),
  long(f.maxfilesize),
  timeOf(f.dtime, f.dtimeSec, f.dtimeNsec, 1),
  bits(f.properties, [f.setattrProperty, f.pathconfProperty, f.symlinksProperty, f.hardlinksProperty]),
);
const pathLimits = seq(
  number(f.linkmax),
  number(f.nameMax),
  number(f.noTrunc),
  number(f.chownRestricted),
  number(f.caseInsensitive),
  number(f.casePreserving),
);

/** Procedures, §3.3. */
export const nfs3: Procedures = {
  1: [file('object'), status(toldAttributes, nothing)],
  2: [
    seq(file('object'), settable('new_attributes'), group('guard', optional(f.guard, ctime))),
    status(weak('obj_wcc'), weak('obj_wcc')),
  ],
  3: [
    named('what'),
    status(seq(file('object'), after('obj_attributes'), after('dir_attributes')), after('dir_attributes')),
  ],
  [ACCESS]: [
    seq(file('object'), accessCheck),
    status(seq(after('obj_attributes'), accessRights3), after('obj_attributes')),
  ],
  5: [
    file('object'),
    status(seq(after('symlink_attributes'), text(f.readlink, ' Path: ')), after('symlink_attributes')),
  ],
  6: [
    seq(file('file'), long(f.offset3, ' Offset: '), number(f.count3, ' Len: ')),
    status(
      seq(after('file_attributes'), number(f.count3, ' Len: '), number(f.readEof), opaque(f.data)),
      after('file_attributes'),
    ),
  ],
  7: [
    seq(
      file('file'),
      long(f.offset3, ' Offset: '),
      number(f.count3, ' Len: '),
      number(f.stable, ' '),
      opaque(f.data),
    ),
    status(
      seq(weak('file_wcc'), number(f.count3, ' Len: '), number(f.committed, ' '), fixed(f.verifier, 8)),
      weak('file_wcc'),
    ),
  ],
  8: [seq(named('where'), creation), madeObject],
  9: [seq(named('where'), settable('attributes')), madeObject],
  10: [
    seq(named('where', ', From DH: '), settable('symlink_attributes'), text(f.symlinkTo, ' To ')),
    madeObject,
  ],
  11: [seq(named('where', ', FH: '), nodeData), madeObject],
  12: [named('object'), removed],
  13: [named('object'), removed],
  14: [
    seq(named('from', ', From DH: '), named('to', ' To DH: ')),
    status(seq(weak('fromdir_wcc'), weak('todir_wcc')), seq(weak('fromdir_wcc'), weak('todir_wcc'))),
  ],
  15: [
    seq(file('file', ', From DH: '), named('link', ' To DH: ')),
    status(
      seq(after('file_attributes'), weak('linkdir_wcc')),
      seq(after('file_attributes'), weak('linkdir_wcc')),
    ),
  ],
  16: [
    seq(file('dir'), long(f.cookie3), cookieVerifier, number(f.count3)),
    status(
      seq(after('dir_attributes'), cookieVerifier, list(null, entry), number(f.readdirEof)),
      after('dir_attributes'),
    ),
  ],
  17: [
    seq(file('dir'), long(f.cookie3), cookieVerifier, number(f.count3Dir), number(f.count3Max)),
    status(
      seq(after('dir_attributes'), cookieVerifier, list(null, plusEntry), number(f.readdirEof)),
      after('dir_attributes'),
    ),
  ],
  18: [file('object'), status(seq(after('obj_attributes'), fileSystem), after('obj_attributes'))],
  19: [file('object'), status(seq(after('obj_attributes'), limits), after('obj_attributes'))],
  20: [file('object'), status(seq(after('obj_attributes'), pathLimits), after('obj_attributes'))],
  21: [
    seq(file('file'), long(f.offset3), number(f.count3)),
    status(seq(weak('file_wcc'), fixed(f.verifier, 8)), weak('file_wcc')),
  ],
};

/** Rights that an ACCESS call requests (§3.3.4), for comparison with the reply; -1 for any other call. */
export function readAccess(
  program: number,
  version: number,
  procedure: number,
  b: Uint8Array,
  at: number,
  end: number,
): number {
  if (program !== NFS || version !== 3 || procedure !== ACCESS || at + 4 > end) return -1;
  const mask = at + 4 + ((u32(b, at) + 3) & ~3);
  return mask >= at && mask + 4 <= end ? u32(b, mask) : -1;
}
