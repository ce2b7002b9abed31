// Data types shared by all versions of NFS.
import { u32 } from '../../core/bytes.ts';
import type { Field } from '../../core/field.ts';
import { nfsFields as f } from './nfs-fields.ts';
import { bits, type Shape, type Xdr } from './xdr.ts';

/** A time of seconds and a fraction; `scale`: nanoseconds per unit of the fraction. */
export function timeOf(whole: Field, secondsPart: Field, fraction: Field, scale: number): Shape {
  return (x) => {
    if (!x.has(8)) return;
    if (x.out !== null) {
      const nanoseconds =
        BigInt(u32(x.b, x.at)) * 1_000_000_000n + BigInt(u32(x.b, x.at + 4)) * BigInt(scale);
      x.out.open(whole, x.at, 8, nanoseconds);
      x.out.add(secondsPart, x.at, 4);
      x.out.add(fraction, x.at + 4, 4);
      x.out.close();
    }
    x.at += 8;
  };
}

/** mode3, RFC 1813 §2.5. */
export const mode3 = bits(f.mode3, [
  f.suid,
  f.sgid,
  f.sticky,
  f.rusr,
  f.wusr,
  f.xusr,
  f.rgrp,
  f.wgrp,
  f.xgrp,
  f.roth,
  f.woth,
  f.xoth,
]);

/** Mode, RFC 1094 §2.3.5; the same in version 4. */
export const mode = bits(f.mode, [
  f.modeName,
  f.setUser,
  f.setGroup,
  f.saveText,
  f.readOwner,
  f.writeOwner,
  f.execOwner,
  f.readGroup,
  f.writeGroup,
  f.execGroup,
  f.readOther,
  f.writeOther,
  f.execOther,
]);

/**
 * A result: its status, then a shape for success or one for errors, which also appear in the Info column. A field
 * common to all versions has the status, too.
 */
export function result(status: Field, success: Shape, failure: Shape): Shape {
  return (x) => {
    if (!x.has(4)) return;
    const value = u32(x.b, x.at);
    x.out?.add(f.status, x.at, 4);
    x.out?.add(status, x.at, 4);
    x.at += 4;
    if (value === 0) success(x);
    else {
      failure(x);
      x.addInfo(` Error: ${status.nameOf(value) ?? `Unknown error: ${value}`}`);
    }
  };
}

const accessLetters: readonly string[] = ['RD', 'LU', 'MD', 'XT', 'DL', 'XE', 'XAR', 'XAW', 'XAL'];

/** `, [Check: RD LU]` */
function accessText(label: string, mask: number): string {
  let text = `, [${label}:`;
  for (const [bit, letters] of accessLetters.entries()) if (mask & (1 << bit)) text += ` ${letters}`;
  return `${text}]`;
}

const accessFields: readonly Field[] = [
  f.readAccess,
  f.lookupAccess,
  f.modifyAccess,
  f.extendAccess,
  f.deleteAccess,
  f.executeAccess,
];
const supportedFields: readonly Field[] = [
  f.readSupported,
  f.lookupSupported,
  f.modifySupported,
  f.extendSupported,
  f.deleteSupported,
  f.executeSupported,
];

function emitAccess(x: Xdr, at: number, field: Field, parts: readonly Field[]): void {
  const mask = u32(x.b, at);
  x.out!.open(field, at, 4, mask);
  for (const [bit, part] of parts.entries()) if (mask & (1 << bit)) x.out!.add(part, at, 4);
  x.out!.close();
}

/** Rights that ACCESS requests (RFC 1813 §3.3.4). */
export const accessCheck: Shape = (x) => {
  if (!x.has(4)) return;
  if (x.out !== null) emitAccess(x, x.at, f.accessCheck, accessFields);
  x.addInfo(accessText('Check', u32(x.b, x.at)));
  x.at += 4;
};

/**
 * Info text of access rights, supported by the server and granted, of those in `asked`; -1: the call was not captured.
 */
function tellAccess(x: Xdr, asked: number, supported: number, allowed: number): void {
  if (asked >= 0) {
    const unknown = asked & ~supported;
    if (unknown !== 0) x.addInfo(accessText('NOT Supported', unknown));
    const denied = supported & asked & ~allowed;
    if (denied !== 0) x.addInfo(accessText('Access Denied', denied));
  }
  const granted = allowed & supported;
  if (granted !== 0) x.addInfo(accessText('Allowed', granted));
}

export const accessRights3: Shape = (x) => {
  if (!x.has(4)) return;
  if (x.out !== null) emitAccess(x, x.at, f.accessRights, accessFields);
  const asked = x.call?.access ?? -1;
  const allowed = u32(x.b, x.at);
  tellAccess(x, asked, asked < 0 ? allowed : asked, allowed);
  x.at += 4;
};

/** Access rights in version 4, which also returns the supported ones (RFC 7530 §16.1). */
export const accessRights4: Shape = (x) => {
  if (!x.has(8)) return;
  if (x.out !== null) {
    emitAccess(x, x.at, f.accessSupported, supportedFields);
    emitAccess(x, x.at + 4, f.accessRights, accessFields);
  }
  const supported = u32(x.b, x.at);
  tellAccess(x, supported, supported, u32(x.b, x.at + 4));
  x.at += 8;
};
