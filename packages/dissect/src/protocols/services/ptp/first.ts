// Version 1 of the Precision Time Protocol (IEEE 1588-2002, clause 8 and annex D).
import { u32, utf8 } from '../../../core/bytes.ts';
import { bool, ether, type Field, int, seconds, text, uint } from '../../../core/field.ts';
import type { Sink } from '../../../core/sink.ts';
import { controlNames, keyNames, keyTitles, technologies } from './names.ts';

const HEADER = 40;
const SYNC = 0;
const DELAY_REQUEST = 1;
const FOLLOW_UP = 2;
const DELAY_RESPONSE = 3;
const MANAGEMENT = 4;
const CONTROL_AT = 32;
const KEY_AT = 55;

const header = {
  versionptp: uint('ptp.versionptp', 'versionPTP').at(0, 2),
  versionnetwork: uint('ptp.versionnetwork', 'versionNetwork').at(2, 2),
  subdomain: text('ptp.subdomain', 'subdomain').at(4, 16),
  messagetype: uint('ptp.messagetype', 'messageType')
    .at(20, 1)
    .named({ 1: 'Event Message', 2: 'General Message' }),
  sourcecommunicationtechnology: uint('ptp.sourcecommunicationtechnology', 'sourceCommunicationTechnology')
    .at(21, 1)
    .named(technologies),
  sourceuuid: ether('ptp.sourceuuid', 'sourceUuid').at(22, 6),
  sourceportid: uint('ptp.sourceportid', 'sourcePortId').at(28, 2),
  sequenceid: uint('ptp.sequenceid', 'sequenceId').at(30, 2),
  controlfield: uint('ptp.controlfield', 'controlField').at(32, 1).named(controlNames),
  flags: uint('ptp.flags', 'flags').at(34, 2).hex(2),
  flagsLi61: bool('ptp.flags.li61', 'PTP_LI61').at(34, 2).mask(0x1),
  flagsLi59: bool('ptp.flags.li59', 'PTP_LI59').at(34, 2).mask(0x2),
  flagsBoundaryClock: bool('ptp.flags.boundary_clock', 'PTP_BOUNDARY_CLOCK').at(34, 2).mask(0x4),
  flagsAssist: bool('ptp.flags.assist', 'PTP_ASSIST').at(34, 2).mask(0x8),
  flagsExtSync: bool('ptp.flags.ext_sync', 'PTP_EXT_SYNC').at(34, 2).mask(0x10),
  flagsParentStats: bool('ptp.flags.parent_stats', 'PTP_PARENT_STATS').at(34, 2).mask(0x20),
  flagsSyncBurst: bool('ptp.flags.sync_burst', 'PTP_SYNC_BURST').at(34, 2).mask(0x40),
};
const sync = {
  sdrEpochnumber: uint('ptp.sdr.epochnumber', 'epochNumber').at(48, 2),
  sdrCurrentutcoffset: int('ptp.sdr.currentutcoffset', 'currentUTCOffset').at(50, 2),
  sdrGrandmastercommunicationtechnology: uint(
    'ptp.sdr.grandmastercommunicationtechnology',
    'grandmasterCommunicationTechnology',
  )
    .at(53, 1)
    .named(technologies),
  sdrGrandmasterclockuuid: ether('ptp.sdr.grandmasterclockuuid', 'grandMasterClockUuid').at(54, 6),
  sdrGrandmasterportid: uint('ptp.sdr.grandmasterportid', 'grandmasterPortId').at(60, 2),
  sdrGrandmastersequenceid: uint('ptp.sdr.grandmastersequenceid', 'grandmasterSequenceId').at(62, 2),
  sdrGrandmasterclockstratum: uint('ptp.sdr.grandmasterclockstratum', 'grandmasterClockStratum').at(67, 1),
  sdrGrandmasterclockidentifier: text('ptp.sdr.grandmasterclockidentifier', 'grandmasterClockIdentifier').at(
    68,
    4,
  ),
  sdrGrandmasterclockvariance: int('ptp.sdr.grandmasterclockvariance', 'grandmasterClockVariance').at(74, 2),
  sdrGrandmasterpreferred: uint('ptp.sdr.grandmasterpreferred', 'grandmasterPreferred').at(77, 1),
  sdrGrandmasterisboundaryclock: uint('ptp.sdr.grandmasterisboundaryclock', 'grandmasterIsBoundaryClock').at(
    79,
    1,
  ),
  sdrSyncinterval: int('ptp.sdr.syncinterval', 'syncInterval').at(83, 1),
  sdrLocalclockvariance: int('ptp.sdr.localclockvariance', 'localClockVariance').at(86, 2),
  sdrLocalstepsremoved: uint('ptp.sdr.localstepsremoved', 'localStepsRemoved').at(90, 2),
  sdrLocalclockstratum: uint('ptp.sdr.localclockstratum', 'localClockStratum').at(95, 1),
  sdrLocalclockidentifier: text('ptp.sdr.localclockidentifier', 'localClockIdentifier').at(96, 4),
  sdrParentcommunicationtechnology: uint(
    'ptp.sdr.parentcommunicationtechnology',
    'parentCommunicationTechnology',
  )
    .at(101, 1)
    .named(technologies),
  sdrParentuuid: ether('ptp.sdr.parentuuid', 'parentUuid').at(102, 6),
  sdrParentportfield: uint('ptp.sdr.parentportfield', 'parentPortField').at(110, 2),
  sdrEstimatedmastervariance: int('ptp.sdr.estimatedmastervariance', 'estimatedMasterVariance').at(114, 2),
  sdrEstimatedmasterdrift: int('ptp.sdr.estimatedmasterdrift', 'estimatedMasterDrift').at(116, 4),
  sdrUtcreasonable: bool('ptp.sdr.utcreasonable', 'utcReasonable').at(123, 1),
};
const delayResponse = {
  drRequestingsourcecommunicationtechnology: uint(
    'ptp.dr.requestingsourcecommunicationtechnology',
    'requestingSourceCommunicationTechnology',
  )
    .at(49, 1)
    .named(technologies),
  drRequestingsourceuuid: ether('ptp.dr.requestingsourceuuid', 'requestingSourceUuid').at(50, 6),
  drRequestingsourceportid: uint('ptp.dr.requestingsourceportid', 'requestingSourcePortId').at(56, 2),
  drRequestingsourcesequenceid: uint('ptp.dr.requestingsourcesequenceid', 'requestingSourceSequenceId').at(
    58,
    2,
  ),
};
const management = {
  mmTargetcommunicationtechnology: uint(
    'ptp.mm.targetcommunicationtechnology',
    'targetCommunicationTechnology',
  )
    .at(41, 1)
    .named(technologies),
  mmTargetuuid: ether('ptp.mm.targetuuid', 'targetUuid').at(42, 6),
  mmTargetportid: uint('ptp.mm.targetportid', 'targetPortId').at(48, 2),
  mmStartingboundaryhops: int('ptp.mm.startingboundaryhops', 'startingBoundaryHops').at(50, 2),
  mmBoundaryhops: int('ptp.mm.boundaryhops', 'boundaryHops').at(52, 2),
  mmManagementmessagekey: uint('ptp.mm.managementmessagekey', 'managementMessageKey')
    .at(55, 1)
    .named(keyNames),
  mmParameterlength: uint('ptp.mm.parameterlength', 'parameterLength').at(58, 2),
};
const associated = uint('ptp.fu.associatedsequenceid', 'associatedSequenceId').at(42, 2);

/** Fields of a timestamp: the whole, its seconds and its nanoseconds. */
type Stamp = readonly [Field, Field, Field];
const stamp = (name: string, title: string): Stamp => [
  seconds(name, title),
  uint(`${name}_seconds`, `${title} (seconds)`),
  int(`${name}_nanoseconds`, `${title} (nanoseconds)`),
];
const origin = stamp('ptp.sdr.origintimestamp', 'originTimestamp');
const precise = stamp('ptp.fu.preciseorigintimestamp', 'preciseOriginTimestamp');
const receipt = stamp('ptp.dr.delayreceipttimestamp', 'delayReceiptTimestamp');

export const firstFields: Readonly<Record<string, Field>> = Object.fromEntries(
  [
    ...Object.values(header),
    ...Object.values(sync),
    ...Object.values(delayResponse),
    ...Object.values(management),
    associated,
    ...origin,
    ...precise,
    ...receipt,
  ].map((field) => [field.name, field]),
);

const titles: Record<number, string> = {
  [SYNC]: 'Sync',
  [DELAY_REQUEST]: 'Delay_Request',
  [FOLLOW_UP]: 'Follow_Up',
  [DELAY_RESPONSE]: 'Delay_Response',
  [MANAGEMENT]: 'Management',
};

/** Minimum length of the message. */
export function firstBytes(b: Uint8Array, start: number, end: number): number {
  if (end - start <= CONTROL_AT) return HEADER;
  switch (b[start + CONTROL_AT]) {
    case SYNC:
    case DELAY_REQUEST:
      return 124;
    case FOLLOW_UP:
      return 52;
    case DELAY_RESPONSE:
    case MANAGEMENT:
      return 60;
    default:
      return HEADER;
  }
}

/** Info text; null if the octet that selects it is missing. */
export function firstInfo(b: Uint8Array, start: number, end: number): string | null {
  if (end - start <= CONTROL_AT) return null;
  const control = b[start + CONTROL_AT]!;
  const title = `${titles[control] ?? 'Unknown'} Message`;
  if (control !== MANAGEMENT) return title;
  if (end - start <= KEY_AT) return null;
  const key = b[start + KEY_AT]!;
  return `${title} (${keyTitles[key] ?? `Unknown message key ${key}`})`;
}

export function emitFirst(b: Uint8Array, start: number, end: number, out: Sink): void {
  for (const field of Object.values(header)) emitFixed(b, field, start, end, out);
  switch (b[start + CONTROL_AT]) {
    case SYNC:
    case DELAY_REQUEST:
      emitStamp(b, origin, start + HEADER, end, out);
      for (const field of Object.values(sync)) emitFixed(b, field, start, end, out);
      break;
    case FOLLOW_UP:
      emitFixed(b, associated, start, end, out);
      emitStamp(b, precise, start + 44, end, out);
      break;
    case DELAY_RESPONSE:
      emitStamp(b, receipt, start + HEADER, end, out);
      for (const field of Object.values(delayResponse)) emitFixed(b, field, start, end, out);
      break;
    case MANAGEMENT:
      for (const field of Object.values(management)) emitFixed(b, field, start, end, out);
      break;
    default:
  }
}

/** Emits a field at a fixed offset if the message is long enough. */
function emitFixed(b: Uint8Array, field: Field, start: number, end: number, out: Sink): void {
  const at = start + field.offset;
  const stop = at + field.width;
  if (stop > end) return;
  if (field.type !== 'text') {
    out.add(field, at, field.width);
    return;
  }
  const text = utf8(b, at, stop);
  const zero = text.indexOf('\0');
  out.add(field, at, field.width, zero < 0 ? text : text.slice(0, zero));
}

function emitStamp(
  b: Uint8Array,
  [whole, second, nanosecond]: Stamp,
  at: number,
  end: number,
  out: Sink,
): void {
  if (at + 8 > end) return;
  const nanoseconds = BigInt(u32(b, at)) * 1_000_000_000n + BigInt(u32(b, at + 4) | 0);
  out.open(whole, at, 8, nanoseconds);
  out.add(second, at, 4);
  out.add(nanosecond, at + 4, 4);
  out.close();
}
