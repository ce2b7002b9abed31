// NFSACL: access control lists for NFS 2 and 3 (Solaris, Linux).
import { bool, none, uint } from '../../core/field.ts';
import type { Procedures } from './bodies.ts';
import { nfsFields } from './nfs-fields.ts';
import { handle, handleFields } from './nfs-handle.ts';
import { afterOperation } from './nfs3.ts';
import { array, below, bits, nothing, number, type Shape, seq } from './xdr.ts';

const f = {
  mask: uint('nfsacl.mask', 'Mask').hex(4),
  aclEntry: bool('nfsacl.mask.acl_entry', 'ACL entry').mask(0x1),
  aclCount: bool('nfsacl.mask.acl_count', 'ACL count').mask(0x2),
  defaultEntry: bool('nfsacl.mask.default_acl_entry', 'Default ACL entry').mask(0x4),
  defaultCount: bool('nfsacl.mask.default_acl_count', 'Default ACL count').mask(0x8),
  acl: none('nfsacl.acl', 'ACL'),
  count: uint('nfsacl.aclcnt', 'ACL count'),
  defaults: uint('nfsacl.dfaclcnt', 'Default ACL count'),
  entry: none('nfsacl.aclent', 'ACL Entry'),
  type: uint('nfsacl.aclent.type', 'Type').named({
    0x1: 'NA_USER_OBJ',
    0x2: 'NA_USER',
    0x4: 'NA_GROUP_OBJ',
    0x8: 'NA_GROUP',
    0x10: 'NA_CLASS_OBJ',
    0x20: 'NA_OTHER_OBJ',
    0x1000: 'NA_ACL_DEFAULT',
  }),
  uid: uint('nfsacl.aclent.uid', 'UID'),
  permissions: uint('nfsacl.aclent.perm', 'Permissions'),
  read: bool('nfsacl.aclent.perm.read', 'READ').mask(0x4),
  write: bool('nfsacl.aclent.perm.write', 'WRITE').mask(0x2),
  execute: bool('nfsacl.aclent.perm.exec', 'EXEC').mask(0x1),
};

export const nfsaclFields = { ...f, ...nfsFields, ...handleFields };

const mask = bits(f.mask, [f.aclEntry, f.aclCount, f.defaultEntry, f.defaultCount]);
const entry = below(
  f.entry,
  number(f.type),
  number(f.uid),
  bits(f.permissions, [f.read, f.write, f.execute]),
);
const lists = seq(
  mask,
  number(f.count),
  below(f.acl, array(null, entry)),
  number(f.defaults),
  below(f.acl, array(null, entry)),
);

const plainStatus = number(nfsFields.status3);
/** The Info column omits the status; attributes follow in any case. */
const answer =
  (success: Shape): Shape =>
  (x) => {
    const value = x.peek();
    plainStatus(x);
    afterOperation(x);
    if (value === 0) success(x);
  };

export const nfsaclBodies: Readonly<Record<number, Procedures>> = {
  3: {
    1: [seq(handle('fhandle'), mask), answer(lists)],
    2: [seq(handle('fhandle'), lists), answer(nothing)],
  },
};
