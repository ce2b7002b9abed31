// PTP management messages (IEEE 1588-2008, clause 15): management identifiers, and the most common data sets.
import { u16, u48 } from '../../../core/bytes.ts';
import { bool, bytes, type Field, int, uint, uint64 } from '../../../core/field.ts';
import type { Sink } from '../../../core/sink.ts';
import type { Row } from './bodies.ts';
import {
  accuracies,
  actions,
  errorNames,
  managementNames,
  managementTitles,
  portStates,
  timeSources,
  tlvNames,
} from './names.ts';

/** Offsets from the start of the message: the action field, and the TLV after a reserved octet. */
const ACTION_AT = 46;
const TLV_AT = 48;
const DATA_AT = 54;
const MANAGEMENT_TLV = 1;
const ERROR_TLV = 2;

const reserved = bytes('ptp.v2.mm.reserved', 'reserved');
const clock = uint64('ptp.v2.mm.clockidentity', 'Clock identity').hex(8);
const priority1 = uint('ptp.v2.mm.priority1', 'priority1');
const priority2 = uint('ptp.v2.mm.priority2', 'priority2');
const interval = (name: string): Row => [int(`ptp.v2.mm.${name}`, name), 1];
/** A TimeInterval: nanoseconds and a 16-bit fraction. */
const nanoseconds = (name: string, title: string): Row[] => [
  [uint64(`ptp.v2.mm.${name}.ns`, title).at(-1, 6), 8],
];

const dataSets: Readonly<Record<number, readonly Row[]>> = {
  8192: [
    [bool('ptp.v2.mm.twoStep', 'Two step').mask(1), 0],
    [bool('ptp.v2.mm.SlavOnly', 'Slave only').mask(2), 1],
    [reserved, 1],
    [uint('ptp.v2.mm.numberPorts', 'number of ports'), 2],
    [priority1, 1],
    [uint('ptp.v2.mm.clockclass', 'Clock class'), 1],
    [uint('ptp.v2.mm.clockaccuracy', 'Clock accuracy').hex(1).named(accuracies), 1],
    [uint('ptp.v2.mm.clockvariance', 'Clock variance'), 2],
    [priority2, 1],
    [clock, 8],
    [uint('ptp.v2.mm.domainNumber', 'domain number'), 1],
    [reserved, 1],
  ],
  8193: [
    [int('ptp.v2.mm.stepsRemoved', 'steps removed'), 2],
    ...nanoseconds('offset', 'correction'),
    ...nanoseconds('pathDelay', 'ns'),
  ],
  8194: [
    [uint64('ptp.v2.mm.parentclockidentity', 'parent ClockIdentity').hex(8), 8],
    [uint('ptp.v2.mm.parentsourceportid', 'parent SourcePortID'), 2],
    [bool('ptp.v2.mm.parentstats', 'parent stats').mask(1), 1],
    [reserved, 1],
    [uint('ptp.v2.mm.observedParentOffsetScaledLogVariance', 'observedParentOffsetScaledLogVariance'), 2],
    [int('ptp.v2.mm.observedParentClockPhaseChangeRate', 'observedParentClockPhaseChangeRate'), 4],
    [uint('ptp.v2.mm.grandmasterPriority1', 'Grandmaster priority1'), 1],
    [uint('ptp.v2.mm.grandmasterclockclass', 'Grandmaster clock class'), 1],
    [uint('ptp.v2.mm.grandmasterclockaccuracy', 'Grandmaster clock accuracy').hex(1).named(accuracies), 1],
    [uint('ptp.v2.mm.grandmasterclockvariance', 'Grandmaster clock variance'), 2],
    [uint('ptp.v2.mm.grandmasterPriority2', 'Grandmaster priority2'), 1],
    [uint64('ptp.v2.mm.grandmasterclockidentity', 'Grandmaster clock identity').hex(8), 8],
  ],
  8195: [
    [int('ptp.v2.mm.currentutcoffset', 'CurrentUTCOffset'), 2],
    [bool('ptp.v2.mm.li61', 'leap 61').mask(1), 0],
    [bool('ptp.v2.mm.li59', 'leap 59').mask(2), 0],
    [bool('ptp.v2.mm.CurrentUTCOffsetValid', 'CurrentUTCOffset valid').mask(4), 0],
    [bool('ptp.v2.mm.ptptimescale', 'PTP timescale').mask(8), 0],
    [bool('ptp.v2.mm.timeTraceable', 'Time traceable').mask(0x10), 0],
    [bool('ptp.v2.mm.frequencyTraceable', 'Frequency traceable').mask(0x20), 1],
    [uint('ptp.v2.mm.timesource', 'TimeSource').hex(1).named(timeSources), 1],
  ],
  8196: [
    [clock, 8],
    [uint('ptp.v2.mm.PortNumber', 'PortNumber'), 2],
    [uint('ptp.v2.mm.portState', 'Port state').named(portStates), 1],
    interval('logMinDelayReqInterval'),
    ...nanoseconds('peerMeanPathDelay', 'ns'),
    interval('logAnnounceInterval'),
    [uint('ptp.v2.mm.announceReceiptTimeout', 'announceReceiptTimeout'), 1],
    interval('logSyncInterval'),
    [uint('ptp.v2.mm.delayMechanism', 'Delay mechanism').named({ 1: 'E2E', 2: 'P2P', 254: 'DISABLED' }), 1],
    interval('logMinPdelayReqInterval'),
    [uint('ptp.v2.mm.versionNumber', 'versionNumber').mask(0xf), 1],
  ],
  8197: [[priority1, 1]],
  8198: [[priority2, 1]],
};

const f = {
  action: uint('ptp.v2.mm.action', 'action').mask(0xf).named(actions),
  tlv: uint('ptp.v2.mm.tlvType', 'tlvType').named(tlvNames),
  length: uint('ptp.v2.mm.lengthField', 'lengthField'),
  id: uint('ptp.v2.mm.managementId', 'managementId').named(managementNames),
  error: uint('ptp.v2.mm.managementErrorId', 'managementErrorId').named(errorNames),
  data: bytes('ptp.v2.mm.data', 'data'),
  reserved,
};

export const managementFields: Readonly<Record<string, Field>> = Object.fromEntries(
  [...Object.values(f), ...Object.values(dataSets).flatMap((rows) => rows.map(([field]) => field))].map(
    (field) => [field.name, field],
  ),
);

/** Minimum length of the message. */
export function managementBytes(b: Uint8Array, start: number, end: number): number {
  if (end - start < DATA_AT) return DATA_AT;
  return u16(b, start + TLV_AT) === ERROR_TLV ? DATA_AT + 6 : DATA_AT;
}

/** Info text; null if the message has no TLV. */
export function managementInfo(b: Uint8Array, start: number, end: number): string | null {
  if (end - start < DATA_AT) return null;
  const type = u16(b, start + TLV_AT);
  const id = u16(b, start + DATA_AT - 2);
  if (type === ERROR_TLV) return `Management Error Message (${errorNames[id] ?? `Unknown Error Id ${id}`})`;
  if (type !== MANAGEMENT_TLV) return 'Management Message';
  const action = b[start + ACTION_AT]! & 0xf;
  const title = managementTitles[id] ?? `Unknown management Id ${id}`;
  return `Management (${title}) ${actions[action] ?? `Unknown Action ${action}`}`;
}

export function emitManagement(b: Uint8Array, start: number, end: number, out: Sink): void {
  if (end - start < TLV_AT) return;
  out.add(f.action, start + ACTION_AT, 1);
  if (end - start < DATA_AT) return;
  const at = start + DATA_AT;
  out.add(f.tlv, start + TLV_AT, 2);
  out.add(f.length, start + TLV_AT + 2, 2);
  if (u16(b, start + TLV_AT) === ERROR_TLV) {
    out.add(f.error, at - 2, 2);
    if (at + 6 > end) return;
    out.add(f.id, at, 2);
    out.add(reserved, at + 2, 4);
    return;
  }
  if (u16(b, start + TLV_AT) !== MANAGEMENT_TLV) return;
  out.add(f.id, at - 2, 2);
  const stop = Math.min(end, at - 2 + u16(b, start + TLV_AT + 2));
  if (stop <= at) return;
  out.open(f.data, at, stop - at);
  let place = at;
  for (const [field, size] of dataSets[u16(b, at - 2)] ?? []) {
    const width = field.type === 'uint64' ? field.width : Math.max(size, 1);
    if (place + width > stop) break;
    out.add(field, place, width, width === 6 ? BigInt(u48(b, place)) : undefined);
    place += size;
  }
  out.close();
}
