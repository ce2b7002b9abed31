// Bodies of PTP version 2 messages (IEEE 1588-2008, 13.5 to 13.12).
import { type Field, int, uint, uint64 } from '../../../core/field.ts';
import { accuracies, timeSources } from './names.ts';

/** A field and its width in bytes; with 0 the next field has the same offset. */
export type Row = readonly [Field, number];

const stamp = (name: string, title: string): Row[] => [
  [uint64(`ptp.v2.${name}.seconds`, `${title} (seconds)`), 6],
  [int(`ptp.v2.${name}.nanoseconds`, `${title} (nanoseconds)`), 4],
];
const identity = (name: string, title: string, port: string, portTitle: string): Row[] => [
  [uint64(`ptp.v2.${name}`, title).hex(8), 8],
  [uint(`ptp.v2.${port}`, portTitle), 2],
];

const origin = stamp('sdr.origintimestamp', 'originTimestamp');
const target = identity('mm.targetportidentity', 'targetPortIdentity', 'mm.targetportid', 'targetPortId');

export const SYNC = 0;
export const FOLLOW_UP = 8;
export const ANNOUNCE = 11;
export const SIGNALLING = 12;
export const MANAGEMENT = 13;

/** Bodies by message type; TLVs follow. */
export const bodies: Readonly<Record<number, readonly Row[]>> = {
  [SYNC]: origin,
  1: origin,
  2: stamp('pdrq.origintimestamp', 'originTimestamp'),
  3: [
    ...stamp('pdrs.requestreceipttimestamp', 'requestreceiptTimestamp'),
    ...identity(
      'pdrs.requestingportidentity',
      'requestingSourcePortIdentity',
      'pdrs.requestingsourceportid',
      'requestingSourcePortId',
    ),
  ],
  [FOLLOW_UP]: stamp('fu.preciseorigintimestamp', 'preciseOriginTimestamp'),
  9: [
    ...stamp('dr.receivetimestamp', 'receiveTimestamp'),
    ...identity(
      'dr.requestingsourceportidentity',
      'requestingSourcePortIdentity',
      'dr.requestingsourceportid',
      'requestingSourcePortId',
    ),
  ],
  10: [
    ...stamp('pdfu.responseorigintimestamp', 'responseOriginTimestamp'),
    ...identity(
      'pdfu.requestingportidentity',
      'requestingSourcePortIdentity',
      'pdfu.requestingsourceportid',
      'requestingSourcePortId',
    ),
  ],
  [ANNOUNCE]: [
    ...stamp('an.origintimestamp', 'originTimestamp'),
    [int('ptp.v2.an.origincurrentutcoffset', 'originCurrentUTCOffset'), 3],
    [uint('ptp.v2.an.priority1', 'priority1'), 1],
    [uint('ptp.v2.an.grandmasterclockclass', 'grandmasterClockClass'), 1],
    [uint('ptp.v2.an.grandmasterclockaccuracy', 'grandmasterClockAccuracy').hex(1).named(accuracies), 1],
    [uint('ptp.v2.an.grandmasterclockvariance', 'grandmasterClockVariance'), 2],
    [uint('ptp.v2.an.priority2', 'priority2'), 1],
    [uint64('ptp.v2.an.grandmasterclockidentity', 'grandmasterClockIdentity').hex(8), 8],
    [uint('ptp.v2.an.localstepsremoved', 'localStepsRemoved'), 2],
    [uint('ptp.v2.timesource', 'TimeSource').hex(1).named(timeSources), 1],
  ],
  [SIGNALLING]: identity('sig.targetportidentity', 'targetPortIdentity', 'sig.targetportid', 'targetPortId'),
  [MANAGEMENT]: [
    ...target,
    [uint('ptp.v2.mm.startingboundaryhops', 'startingBoundaryHops'), 1],
    [uint('ptp.v2.mm.boundaryhops', 'boundaryHops'), 1],
  ],
};

export const bodyBytes = (rows: readonly Row[]): number => rows.reduce((sum, [, size]) => sum + size, 0);

export const rowFields = (rows: readonly Row[]): Field[] => rows.map(([field]) => field);
