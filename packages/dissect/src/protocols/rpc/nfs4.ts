// NFS version 4: COMPOUND (RFC 7530 §15.2), and CB_COMPOUND for callbacks (RFC 8881 §20).
import { u32 } from '../../core/bytes.ts';
import type { Field } from '../../core/field.ts';
import type { Procedures } from './bodies.ts';
import { handle } from './nfs-handle.ts';
import { attributes, bitmap } from './nfs4-attributes.ts';
import { callbackName, nfs4Fields as f, operationName } from './nfs4-fields.ts';
import { type Operation, operations, SETATTR } from './nfs4-operations.ts';
import { sessionId, stateid } from './nfs4-parts.ts';
import { array, choose, long, nothing, number, opaque, type Shape, seq, shown, type Xdr } from './xdr.ts';

const OPERATIONS_MAX = 128;

/** Rank of an operation: the Info column shows the most significant operations of a compound. */
const tiers: Readonly<Record<number, number>> = {
  3: 2,
  9: 3,
  10: 4,
  17: 2,
  22: 4,
  23: 3,
  24: 3,
  31: 4,
  32: 4,
  53: 4,
};
const FIRST = 1;
const LAST = 5;

interface OperationInfo {
  readonly operation: number;
  readonly text: string;
  readonly isError: boolean;
}

const tag: Shape = (x) => {
  if (!x.has(4)) return;
  const start = x.at + 4;
  const length = x.opaque();
  x.out?.add(f.tag, start, length);
  if (x.out === null && length > 0) x.info += ` ${shown(x.b, start, start + length)}`;
};

/** Dissects the operations of a compound; `one` dissects each and returns whether it failed. */
function compound(
  field: Field,
  nameOf: (operation: number) => string | undefined,
  one: (x: Xdr, operation: number) => boolean,
): Shape {
  return (x) => {
    if (!x.has(4)) return;
    const count = Math.min(u32(x.b, x.at), OPERATIONS_MAX);
    x.out?.open(f.opsCount, x.at, 4);
    x.at += 4;
    const before = x.info;
    const operations: OperationInfo[] = [];
    for (let k = 0; k < count && x.at + 4 <= x.end; k++) {
      const operation = u32(x.b, x.at);
      const name = nameOf(operation);
      if (name === undefined) break;
      x.out?.open(field, x.at, 4);
      x.at += 4;
      x.info = name;
      const isError = one(x, operation);
      operations.push({ operation, text: x.info, isError });
      x.out?.close();
    }
    x.out?.close();
    x.info = before;
    summarize(x, operations);
  };
}

function summarize(x: Xdr, operations: readonly OperationInfo[]): void {
  let highest = LAST;
  for (const { operation } of operations) highest = Math.min(highest, tiers[operation] ?? FIRST);
  let isFirst = true;
  for (const { operation, text, isError } of operations) {
    const isMain = (tiers[operation] ?? FIRST) === highest;
    if (isMain) x.out?.add(f.mainOpcode, x.at, 0, operation);
    if (!isMain && !isError) continue;
    x.addInfo(`${isFirst ? '' : ' |'} ${text}`);
    isFirst = false;
  }
}

const call = compound(f.opcode, operationName, (x, operation) => {
  operations[operation]?.[0](x);
  return false;
});

/** Result of an operation (RFC 7530 §15.2.4): a status, and usually more only if successful. */
function readResult(x: Xdr, operation: number, known: Operation | undefined): boolean {
  const status = x.peek();
  number(f.status)(x);
  const failed = known?.[2];
  if (status === 0 || operation === SETATTR) known?.[1](x);
  else failed?.[status]?.(x);
  return status !== 0 && failed === undefined && operation !== SETATTR;
}

const results = compound(f.opcode, operationName, (x, operation) =>
  readResult(x, operation, operations[operation]),
);

const tellStatus = (x: Xdr, status: number): void => {
  if (status !== 0) x.addInfo(` Status: ${f.status.nameOf(status) ?? `Unknown error: ${status}`}`);
};

const reply: Shape = (x) => {
  const status = x.peek();
  number(f.status)(x);
  tag(x);
  results(x);
  tellStatus(x, status);
};

export const nfs4: Procedures = {
  1: [seq(tag, number(f.minorVersion), call), reply],
};

/** Callback operations (RFC 7530 §16.33, RFC 8881 §20). */
const RECALL_FILE = 1;
const RECALL_FSID = 2;
const recalled = choose(f.recallType, {
  [RECALL_FILE]: seq(handle('FileHandle'), long(f.offset), long(f.length), stateid()),
  [RECALL_FSID]: seq(long(f.fsidMajor), long(f.fsidMinor)),
});
const referring = array(null, seq(sessionId, array(null, seq(number(f.seqid), number(f.slotid)))));
const callbacks: Readonly<Record<number, readonly [Shape, Shape]>> = {
  3: [seq(handle('FileHandle'), bitmap), attributes],
  4: [seq(stateid(), number(f.truncate), handle('FileHandle')), nothing],
  5: [seq(number(f.layoutType), number(f.iomode), number(f.changed), recalled), nothing],
  8: [seq(number(null), array(null, number(null))), nothing],
  10: [number(f.highSlotid), nothing],
  11: [
    seq(sessionId, number(f.seqid), number(f.slotid), number(f.highSlotid), number(f.cacheThis), referring),
    seq(sessionId, number(f.seqid), number(f.slotid), number(f.highSlotid), number(f.targetHighSlotid)),
  ],
  13: [seq(handle('FileHandle'), long(f.clientid), opaque(f.lockOwner)), nothing],
  15: [
    seq(
      handle('FileHandle'),
      stateid(),
      choose(
        f.status,
        { 0: seq(array(f.callbackIds, stateid()), long(f.length), number(f.stable), long(f.verifier)) },
        long(f.length),
      ),
    ),
    nothing,
  ],
};

/** Shows every operation in the Info column, for callbacks. */
function everyOne(reading: (x: Xdr, operation: number) => void): Shape {
  return (x) => {
    if (!x.has(4)) return;
    const count = Math.min(u32(x.b, x.at), OPERATIONS_MAX);
    x.out?.open(f.opsCount, x.at, 4);
    x.at += 4;
    for (let k = 0; k < count && x.at + 4 <= x.end; k++) {
      const operation = u32(x.b, x.at);
      const name = callbackName(operation);
      if (name === undefined) break;
      x.addInfo(`${k === 0 ? ' ' : ';'}${name}`);
      x.out?.open(f.cbOperation, x.at, 4);
      x.at += 4;
      const { info } = x;
      reading(x, operation);
      x.info = info;
      x.out?.close();
    }
    x.out?.close();
  };
}

const callbackReply = everyOne((x, operation) => {
  readResult(x, operation, callbacks[operation]);
});

export const nfsCallbacks: Procedures = {
  1: [
    seq(
      tag,
      number(f.minorVersion),
      number(f.callbackIdent),
      everyOne((x, operation) => callbacks[operation]?.[0](x)),
    ),
    seq(number(f.status), tag, callbackReply),
  ],
};
