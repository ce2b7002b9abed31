// Mount protocol of NFS (RFC 1094 appendix A, RFC 1813 §5).
import { none, text as string, uint } from '../../core/field.ts';
import { runs } from '../names/runs.ts';
import type { Procedures } from './bodies.ts';
import { flavorNames } from './fields.ts';
import { handle, handle2, handleFields } from './nfs-handle.ts';
import { array, below, list, nothing, number, type Shape, seq, text } from './xdr.ts';

const statusName = runs(
  '0: =OK PERM NOENT 5: IO d: ACCESS 14: NOTDIR 16: INVAL 3f: NAMETOOLONG 2714: NOTSUPP 2716: SERVERFAULT',
  'ERR_',
);

const f = {
  path: string('mount.path', 'Path'),
  status: uint('mount.status', 'Status').named(statusName),
  dumpEntry: none('mount.dump.entry', 'Mount List Entry'),
  dumpHost: string('mount.dump.hostname', 'Hostname'),
  dumpDirectory: string('mount.dump.directory', 'Directory'),
  exportEntry: none('mount.export.entry', 'Export List Entry'),
  exportDirectory: string('mount.export.directory', 'Directory'),
  groups: none('mount.export.groups', 'Groups'),
  group: string('mount.export.group', 'Group'),
  flavors: uint('mount.flavors', 'Flavors'),
  flavor: uint('mount.flavor', 'Flavor').named(flavorNames),
};

export const mountFields = { ...f, ...handleFields };

const path = text(f.path, ' ');

function mounted(found: Shape): Shape {
  return (x) => {
    const status = x.peek();
    number(f.status)(x);
    if (status === 0) found(x);
    else x.addInfo(` Error:${statusName(status) ?? `Unknown (0x${status.toString(16).padStart(8, '0')})`}`);
  };
}

const dump = list(null, below(f.dumpEntry, text(f.dumpHost), text(f.dumpDirectory)));
const exported = list(
  null,
  below(f.exportEntry, text(f.exportDirectory), below(f.groups, list(null, text(f.group)))),
);

const older: Procedures = {
  1: [path, mounted(handle2('fhandle'))],
  2: [nothing, dump],
  3: [path, nothing],
  5: [nothing, exported],
  6: [nothing, exported],
};

export const mountBodies: Readonly<Record<number, Procedures>> = {
  1: older,
  2: { ...older, 7: [path, nothing] },
  3: { ...older, 1: [path, mounted(seq(handle('fhandle'), array(f.flavors, number(f.flavor))))] },
};
