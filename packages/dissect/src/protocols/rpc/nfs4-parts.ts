// Data types of NFS version 4 operations.
import { crc16, crc32 } from '../../codec/crc.ts';
import { attributes, nfsTime } from './nfs4-attributes.ts';
import { nfs4Fields as f } from './nfs4-fields.ts';
import {
  array,
  bits,
  choose,
  fixed,
  group,
  long,
  nothing,
  number,
  opaque,
  optional,
  type Shape,
  seq,
  text,
} from './xdr.ts';

const STATEID_BYTES = 16;
const SESSION_BYTES = 16;
const DEVICE_BYTES = 16;

/** stateid4 of an open or a lock (RFC 7530 §2.2.16); with a label its hash is shown in the Info column. */
export function stateid(label?: string): Shape {
  return (x) => {
    if (!x.has(STATEID_BYTES)) return;
    const at = x.at;
    if (x.out !== null) {
      x.out.open(f.stateid, at, STATEID_BYTES);
      x.out.add(f.stateidHash, at, STATEID_BYTES, crc16(x.b, at, at + STATEID_BYTES));
      x.out.add(f.stateidSeqid, at, 4);
      x.out.add(f.stateidOther, at + 4, 12);
      x.out.add(f.stateidOtherHash, at + 4, 12, crc32(x.b, at + 4, at + STATEID_BYTES));
      x.out.close();
    } else if (label !== undefined) {
      const hash = crc16(x.b, at, at + STATEID_BYTES);
      x.info += `${label}0x${hash.toString(16).padStart(4, '0')}`;
    }
    x.at += STATEID_BYTES;
  };
}

export const sessionId = fixed(f.sessionId, SESSION_BYTES);
export const deviceId = fixed(f.deviceId, DEVICE_BYTES);
export const lockOwner = group('Owner', long(f.clientid), opaque(f.lockOwner));
export const address = seq(text(f.netid), text(f.addr));

/** locker4: a new or an existing lock owner (§16.10). */
export const locker = choose(
  f.newLockOwner,
  {
    0: seq(stateid(), number(f.lockSeqid)),
    1: seq(number(f.seqid), stateid(), number(f.lockSeqid), lockOwner),
  },
  nothing,
);

/** openflag4, §16.16. */
const EXCLUSIVE = 2;
const EXCLUSIVE_WITH_ATTRIBUTES = 3;
const creation = choose(
  f.createMode,
  { [EXCLUSIVE]: long(f.verifier), [EXCLUSIVE_WITH_ATTRIBUTES]: seq(long(f.verifier), attributes) },
  attributes,
);
const openHow = choose(f.openType, { 1: creation });
const component = text(f.component, '');
const claim = choose(f.claimType, {
  0: component,
  1: number(f.delegateType),
  2: seq(stateid(), component),
  3: component,
  5: stateid(),
});
export const openOwner = seq(long(f.clientid), opaque(f.openOwner));
export const open = seq(openHow, claim);

export const rights = seq(number(f.shareAccess), number(f.shareDeny));
export const openFlags = bits(f.rflags, [f.rflagConfirm, f.rflagPosix, f.rflagPreserve, f.rflagNotify]);

const entry = seq(number(f.aceType), number(f.aceFlags), number(f.aceMask), text(f.who));
const spaceLimit = choose(f.limitBy, {
  1: long(f.limitSize),
  2: seq(number(f.numBlocks), number(f.bytesPerBlock)),
});
const read = seq(stateid(), number(f.recall), entry);
const write = seq(stateid(), number(f.recall), spaceLimit, entry);
/** RFC 8881 §18.16.2: why no delegation was granted, and whether the server will signal availability. */
const none = choose(f.whyNone, { 1: number(null), 2: number(null) });
export const delegation = choose(f.delegation, { 1: read, 2: write, 3: none, 4: read, 5: write });

/** EXCHANGE_ID (RFC 8881 §18.35): client identity and state protection. */
const bitmaps = seq(array(null, number(null)), array(null, number(null)));
const SSV = 2;
export const stateProtectionAsked = choose(f.stateProtect, {
  1: bitmaps,
  [SSV]: seq(bitmaps, array(null, opaque(null)), array(null, opaque(null)), number(null), number(null)),
});
export const stateProtectionGiven = choose(f.stateProtect, {
  1: bitmaps,
  [SSV]: seq(bitmaps, number(null), number(null), number(null), number(null), array(null, opaque(null))),
});
export const implementation = array(
  null,
  group('Implementation', text(f.niiDomain), text(f.niiName), nfsTime),
);

/** CREATE_SESSION flags, §18.36. */
export const sessionFlags = bits(f.sessionFlags, [f.sessionPersist, f.sessionBack, f.sessionRdma]);
export const channel = (title: string): Shape =>
  group(
    title,
    number(f.padSize),
    number(f.maxReqSize),
    number(f.maxRespSize),
    number(f.maxRespCached),
    number(f.maxOps),
    number(f.maxReqs),
    array(null, number(f.rdmaAttrs)),
  );
const AUTH_SYS = 1;
const RPCSEC_GSS = 6;
export const callbackSecurity = array(
  null,
  choose(f.flavor, {
    [AUTH_SYS]: seq(
      number(f.stamp),
      text(f.machine),
      number(f.uid),
      number(f.gid),
      array(null, number(f.gid)),
    ),
    [RPCSEC_GSS]: seq(number(f.service), opaque(null), opaque(null)),
  }),
);

/** netloc4 (RFC 7862 §15.3): a server by name, URL or address. */
export const server = choose(null, { 1: opaque(null), 2: opaque(null), 3: address });
export const written = seq(
  array(f.callbackIds, stateid()),
  long(f.length),
  number(f.stable),
  long(f.verifier),
);
export const range = seq(long(f.offset), long(f.length));
export const optionalOffset = optional(f.newOffset, long(f.offset));
export const optionalTime = optional(f.newTime, nfsTime);
export const optionalSize = optional(f.newSize, long(f.length));
