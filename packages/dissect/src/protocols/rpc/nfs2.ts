// NFS version 2 (RFC 1094).
import { u32 } from '../../core/bytes.ts';
import type { Field } from '../../core/field.ts';
import type { Procedures } from './bodies.ts';
import { nfsFields as f } from './nfs-fields.ts';
import { handle2, tellHandle } from './nfs-handle.ts';
import { mode, result, timeOf } from './nfs-parts.ts';
import { below, group, list, nothing, number, opaque, type Shape, seq, text } from './xdr.ts';

const MICROSECOND = 1000;

const times = seq(
  timeOf(f.atime, f.atimeSec, f.atimeUsec, MICROSECOND),
  timeOf(f.mtime, f.mtimeSec, f.mtimeUsec, MICROSECOND),
);

/** fattr, §2.3.5. */
const attributes = group(
  'attributes',
  number(f.type2),
  mode,
  number(f.nlink2),
  number(f.uid2),
  number(f.gid2),
  number(f.size2),
  number(f.blockSize2),
  number(f.rdev2),
  number(f.blocks2),
  number(f.fsid2),
  number(f.fileid2),
  times,
  timeOf(f.ctime, f.ctimeSec, f.ctimeUsec, MICROSECOND),
);

/** sattr (§2.3.6): the value -1 means "do not set". */
const ABSENT = 0xffffffff;

function unlessAbsent(shape: Shape, field: Field, width: number): Shape {
  return (x) => {
    if (x.peek() !== ABSENT) shape(x);
    else if (x.has(width)) {
      if (width === 4) x.out?.add(field, x.at, width, ABSENT);
      x.at += width;
    }
  };
}

const settable = group(
  'attributes',
  unlessAbsent(mode, f.mode, 4),
  number(f.uid2),
  number(f.gid2),
  number(f.size2),
  unlessAbsent(timeOf(f.atime, f.atimeSec, f.atimeUsec, MICROSECOND), f.atime, 8),
  unlessAbsent(timeOf(f.mtime, f.mtimeSec, f.mtimeUsec, MICROSECOND), f.mtime, 8),
);

const status = (success: Shape): Shape => result(f.status2, success, nothing);
const file = (title: string, label = ', FH: '): Shape => seq(handle2(title), tellHandle(label));
/** diropargs (§2.3.10): a name in a directory. */
const named = (title: string, label = ', DH: '): Shape =>
  group(title, handle2('dir'), tellHandle(label), text(f.name, '/'));

const changed = status(attributes);
const made = status(seq(file('file'), attributes));

const entry = below(f.entry, number(f.entryId), text(f.entryName, ' '), number(f.entryCookie));

/** Numbers that may be signed. */
const counts = (...parts: readonly (readonly [Field, string])[]): Shape =>
  seq(
    ...parts.map(
      ([field, label]): Shape =>
        (x) => {
          if (!x.has(4)) return;
          x.out?.add(field, x.at, 4);
          x.addInfo(`${label}${u32(x.b, x.at) | 0}`);
          x.at += 4;
        },
    ),
  );

/** Procedures, §2.2. */
export const nfs2: Procedures = {
  1: [file('object'), changed],
  2: [seq(file('file'), settable), changed],
  4: [named('what'), made],
  5: [file('object'), status(text(f.readlink, ' Path: '))],
  6: [
    seq(
      file('file'),
      counts([f.readOffset, ' Offset: '], [f.readCount, ' Count: '], [f.readTotal, ' TotalCount: ']),
    ),
    status(seq(attributes, opaque(f.data))),
  ],
  8: [
    seq(
      file('file'),
      counts([f.writeBegin, ' BeginOffset: '], [f.writeOffset, ' Offset: '], [f.writeTotal, ' TotalCount: ']),
      opaque(f.data),
    ),
    changed,
  ],
  9: [seq(named('where'), settable), made],
  10: [named('what'), status(nothing)],
  11: [seq(named('from', ', From DH: '), named('to', ' To DH: ')), status(nothing)],
  12: [seq(file('from', ', From DH: '), named('to', ' To DH: ')), status(nothing)],
  13: [seq(named('from', ', From DH: '), text(f.symlinkTo, ' To '), settable), status(nothing)],
  14: [seq(named('where'), settable), made],
  15: [named('what'), status(nothing)],
  16: [
    seq(file('dir'), number(f.readdirCookie), number(f.readdirCount)),
    status(seq(list(null, entry), number(f.readdirEof))),
  ],
  17: [
    file('object'),
    status(seq(number(f.tsize), number(f.bsize), number(f.blocks), number(f.bfree), number(f.bavail))),
  ],
};
