// Arguments and results of RPC procedures, by program.
import type { Field } from '../../core/field.ts';
import { mountBodies, mountFields } from './mount.ts';
import { nfsFields } from './nfs-fields.ts';
import { handleFields } from './nfs-handle.ts';
import { nfs2 } from './nfs2.ts';
import { nfs3 } from './nfs3.ts';
import { nfs4, nfsCallbacks } from './nfs4.ts';
import { exchangeBits, nfs4Fields, sequenceBits } from './nfs4-fields.ts';
import { nfsaclBodies, nfsaclFields } from './nfsacl.ts';
import { nlmBodies, nlmFields, statBodies, statFields } from './nlm.ts';
import { PORTMAP, portmapBodies, portmapFields } from './portmap.ts';
import type { Shape } from './xdr.ts';
import { ypbindBodies, ypbindFields, ypservBodies, ypservFields } from './yp.ts';

/** Shapes of arguments and results by procedure number. */
export type Procedures = Readonly<Record<number, readonly [call: Shape, reply: Shape]>>;

interface Bodies {
  readonly versions: Readonly<Record<number, Procedures>>;
  readonly fields: Readonly<Record<string, Field>>;
}

const NFS = 100003;
const YPSERV = 100004;
const MOUNT = 100005;
const YPBIND = 100007;
const NLM = 100021;
const STAT = 100024;
const NFSACL = 100227;
const NFS_CALLBACK = 0x40000000;

const bitFields = Object.fromEntries([...sequenceBits, ...exchangeBits].map((field) => [field.name, field]));
const fields4 = { ...handleFields, ...prefixed(nfs4Fields), ...bitFields };

/** Prefixes field keys, because both sets contain an `offset`; only the fields matter here. */
function prefixed(fields: Readonly<Record<string, Field>>): Record<string, Field> {
  return Object.fromEntries(Object.entries(fields).map(([key, field]) => [`v4.${key}`, field]));
}

const bodies: Readonly<Record<number, Bodies>> = {
  [PORTMAP]: { versions: portmapBodies, fields: portmapFields },
  [NFS]: { versions: { 2: nfs2, 3: nfs3, 4: nfs4 }, fields: { ...nfsFields, ...fields4 } },
  [YPSERV]: { versions: ypservBodies, fields: ypservFields },
  [MOUNT]: { versions: mountBodies, fields: mountFields },
  [YPBIND]: { versions: ypbindBodies, fields: ypbindFields },
  [NLM]: { versions: nlmBodies, fields: nlmFields },
  [STAT]: { versions: statBodies, fields: statFields },
  [NFSACL]: { versions: nfsaclBodies, fields: nfsaclFields },
  [NFS_CALLBACK]: { versions: { 1: nfsCallbacks, 4: nfsCallbacks }, fields: fields4 },
};

export function bodyFields(program: number): Readonly<Record<string, Field>> {
  return bodies[program]?.fields ?? {};
}

export function bodyShape(
  program: number,
  version: number,
  procedure: number,
  isCall: boolean,
): Shape | undefined {
  return bodies[program]?.versions[version]?.[procedure]?.[isCall ? 0 : 1];
}
