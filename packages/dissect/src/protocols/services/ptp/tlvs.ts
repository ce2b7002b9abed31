// PTP TLVs (IEEE 1588-2008, clause 14; IEEE 802.1AS-2011, 11.4.4.3).
import { u16, u24, utf8 } from '../../../core/bytes.ts';
import { bool, bytes, int, text, uint, uint64 } from '../../../core/field.ts';
import type { Sink } from '../../../core/sink.ts';
import { messageNames, tlvNames } from './names.ts';

/** Type and length. */
const HEAD = 4;
const ORGANIZATION = 3;
const REQUEST_UNICAST = 4;
const GRANT_UNICAST = 5;
const CANCEL_UNICAST = 6;
const CANCEL_ACKNOWLEDGED = 7;
const PATH_TRACE = 8;
const TIME_OFFSET = 9;
/** Organization ID of IEEE 802.1. */
const IEEE_802_1 = 0x0080c2;
const INTERVAL_REQUEST = 2;
/** Length of the follow-up information TLV after type and length. */
const FOLLOW_UP_BYTES = 28;

export const tlvFields = {
  anType: uint('ptp.v2.an.tlvType', 'tlvType').named(tlvNames),
  anLength: uint('ptp.v2.an.lengthField', 'lengthField'),
  anData: bytes('ptp.v2.an.tlv.data', 'data'),
  anOrganization: uint('ptp.v2.an.oe.organizationId', 'organizationId'),
  anSubtype: uint('ptp.v2.an.oe.organizationSubType', 'organizationSubType').hex(3),
  anOrganizationData: bytes('ptp.v2.an.oe.dataField', 'dataField'),
  pathSequence: uint64('ptp.v2.an.pathsequence', 'PathSequence').hex(8),
  offsetKey: uint('ptp.v2.an.atoi.keyField', 'keyField'),
  offsetNow: int('ptp.v2.an.atoi.currentOffset', 'currentOffset'),
  offsetJump: int('ptp.v2.an.atoi.jumpSeconds', 'jumpSeconds'),
  offsetNext: bytes('ptp.v2.an.atoi.timeOfNextJump', 'timeOfNextJump'),
  offsetName: text('ptp.v2.an.atoi.displayName', 'displayName'),
  offsetNameLength: uint('ptp.v2.an.atoi.displayName.length', 'length'),
  fuType: uint('ptp.as.fu.tlvType', 'tlvType').named(tlvNames),
  fuLength: uint('ptp.as.fu.lengthField', 'lengthField'),
  fuOrganization: uint('ptp.as.fu.organizationId', 'organizationId'),
  fuSubtype: int('ptp.as.fu.organizationSubType', 'OrganizationSubType'),
  fuRate: uint('ptp.as.fu.cumulativeScaledRateOffset', 'cumulativeScaledRateOffset'),
  fuBase: uint('ptp.as.fu.gmTimeBaseIndicator', 'gmTimeBaseIndicator'),
  fuPhase: bytes('ptp.as.fu.lastGmPhaseChange', 'lastGMPhaseChange'),
  fuFrequency: int('ptp.as.fu.scaledLastGmFreqChange', 'scaledLastGmFreqChange'),
  sigType: uint('ptp.v2.sig.tlv.tlvType', 'tlvType').named(tlvNames),
  sigLength: uint('ptp.v2.sig.tlv.lengthField', 'lengthField'),
  sigData: bytes('ptp.v2.sig.tlv.data', 'data'),
  sigMessage: uint('ptp.v2.sig.tlv.messageType', 'messageType').mask(0xf0).hex(1).named(messageNames),
  sigPeriod: int('ptp.v2.sig.tlv.logInterMessagePeriod', 'logInterMessagePeriod'),
  sigDuration: uint('ptp.v2.sig.tlv.durationField', 'durationField'),
  sigRenewal: bool('ptp.v2.sig.tlv.renewalInvited', 'renewalInvited').mask(1),
  asType: uint('ptp.as.sig.tlvType', 'tlvType').named(tlvNames),
  asLength: uint('ptp.as.sig.lengthField', 'lengthField'),
  asOrganization: uint('ptp.as.sig.tlv.organizationId', 'organizationId')
    .hex(3)
    .named({ [IEEE_802_1]: 'IEEE 802' }),
  asSubtype: int('ptp.as.sig.tlv.organizationSubType', 'OrganizationSubType'),
  asLink: int('ptp.as.sig.tlv.linkdelayinterval', 'linkDelayInterval'),
  asSync: int('ptp.as.sig.tlv.timesyncinterval', 'timeSyncInterval'),
  asAnnounce: int('ptp.as.sig.tlv.announceinterval', 'announceInterval'),
  asFlags: uint('ptp.as.sig.tlv.flags', 'flags').hex(1),
  asRateRatio: bool('ptp.as.sig.tlv.flags.rateratio', 'computeNeighborRateRatio').mask(2),
  asLinkDelay: bool('ptp.as.sig.tlv.flags.meanlinkdelay', 'computeMeanLinkDelay').mask(4),
  asOneStep: bool('ptp.as.sig.tlv.flags.stepreceivecapable', 'oneStepReceiveCapable').mask(8),
};
const f = tlvFields;

const titleOf = (type: number): string => `${tlvNames[type] ?? 'Unknown'} TLV`;

export function emitAnnounceTlvs(b: Uint8Array, at: number, end: number, out: Sink): void {
  for (; at + HEAD <= end; at += HEAD + u16(b, at + 2)) {
    const body = at + HEAD;
    const stop = body + u16(b, at + 2);
    if (stop > end) return;
    const type = u16(b, at);
    out.group(titleOf(type), at, stop - at);
    out.add(f.anType, at, 2);
    out.add(f.anLength, at + 2, 2);
    if (type === PATH_TRACE) for (let i = body; i + 8 <= stop; i += 8) out.add(f.pathSequence, i, 8);
    else if (type === TIME_OFFSET && stop - body >= 16) emitTimeOffset(b, body, stop, out);
    else if (type === ORGANIZATION && stop - body >= 6) {
      out.add(f.anOrganization, body, 3);
      out.add(f.anSubtype, body + 3, 3);
      out.add(f.anOrganizationData, body + 6, stop - body - 6);
    } else out.add(f.anData, body, stop - body);
    out.close();
  }
}

function emitTimeOffset(b: Uint8Array, at: number, end: number, out: Sink): void {
  out.add(f.offsetKey, at, 1);
  out.add(f.offsetNow, at + 1, 4);
  out.add(f.offsetJump, at + 5, 4);
  out.add(f.offsetNext, at + 9, 6);
  const name = at + 16;
  const size = Math.min(b[at + 15]!, end - name);
  const zone = utf8(b, name, name + size);
  out.open(f.offsetName, at + 15, size + 1, zone);
  out.add(f.offsetNameLength, at + 15, 1);
  out.add(f.offsetName, name, size, zone);
  out.close();
}

/** Follow-up information of an IEEE 802.1AS master. */
export function emitFollowUpTlv(b: Uint8Array, at: number, end: number, out: Sink): void {
  if (at + HEAD + FOLLOW_UP_BYTES > end || u16(b, at) !== ORGANIZATION) return;
  out.group('Follow Up information TLV', at, HEAD + FOLLOW_UP_BYTES);
  out.add(f.fuType, at, 2);
  out.add(f.fuLength, at + 2, 2);
  out.add(f.fuOrganization, at + 4, 3);
  out.add(f.fuSubtype, at + 7, 3);
  out.add(f.fuRate, at + 10, 4);
  out.add(f.fuBase, at + 14, 2);
  out.add(f.fuPhase, at + 16, 12);
  out.add(f.fuFrequency, at + 28, 4);
  out.close();
}

export function emitSignallingTlvs(b: Uint8Array, at: number, end: number, isAs: boolean, out: Sink): void {
  for (; at + HEAD <= end; at += HEAD + u16(b, at + 2)) {
    const body = at + HEAD;
    const stop = body + u16(b, at + 2);
    if (stop > end) return;
    if (isAs && u16(b, at) === ORGANIZATION && stop - body >= 6) emitIntervals(b, at, stop, out);
    else emitUnicast(u16(b, at), at, stop, out);
  }
}

/** Message interval request (IEEE 802.1AS-2011, 10.5.4.3). */
function emitIntervals(b: Uint8Array, at: number, end: number, out: Sink): void {
  const isRequest = u24(b, at + 7) === INTERVAL_REQUEST && u24(b, at + 4) === IEEE_802_1;
  out.group(isRequest ? 'Message Interval Request TLV' : titleOf(ORGANIZATION), at, end - at);
  out.add(f.asType, at, 2);
  out.add(f.asLength, at + 2, 2);
  out.add(f.asOrganization, at + 4, 3);
  out.add(f.asSubtype, at + 7, 3);
  if (isRequest && end - at >= 14) {
    out.add(f.asLink, at + 10, 1);
    out.add(f.asSync, at + 11, 1);
    out.add(f.asAnnounce, at + 12, 1);
    out.open(f.asFlags, at + 13, 1);
    for (const flag of [f.asRateRatio, f.asLinkDelay, f.asOneStep]) out.add(flag, at + 13, 1);
    out.close();
  }
  out.close();
}

function emitUnicast(type: number, at: number, end: number, out: Sink): void {
  const body = at + HEAD;
  const length = end - body;
  out.open(f.sigType, at, 2);
  out.add(f.sigLength, at + 2, 2);
  const isNegotiation = type === REQUEST_UNICAST || type === GRANT_UNICAST;
  if (isNegotiation && length >= 6) {
    out.add(f.sigMessage, body, 1);
    out.add(f.sigPeriod, body + 1, 1);
    out.add(f.sigDuration, body + 2, 4);
    if (type === GRANT_UNICAST && length >= 8) out.add(f.sigRenewal, body + 7, 1);
  } else if ((type === CANCEL_UNICAST || type === CANCEL_ACKNOWLEDGED) && length >= 1)
    out.add(f.sigMessage, body, 1);
  else if (length > 0) out.add(f.sigData, body, length);
  out.close();
}
