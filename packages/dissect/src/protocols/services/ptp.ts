// Precision Time Protocol: version 2 (IEEE 1588-2008, clause 13; also IEEE 802.1AS) and version 1.
import { u16, u48 } from '../../core/bytes.ts';
import { bool, bytes, double, int, uint, uint64 } from '../../core/field.ts';
import { protocol } from '../../core/protocol.ts';
import type { Sink } from '../../core/sink.ts';
import { etherTypes, udpPorts } from '../../core/table.ts';
import {
  ANNOUNCE,
  bodies,
  bodyBytes,
  FOLLOW_UP,
  MANAGEMENT,
  rowFields,
  SIGNALLING,
  SYNC,
} from './ptp/bodies.ts';
import { emitFirst, firstBytes, firstFields, firstInfo } from './ptp/first.ts';
import { emitManagement, managementBytes, managementFields, managementInfo } from './ptp/management.ts';
import { controlNames, messageNames } from './ptp/names.ts';
import { emitAnnounceTlvs, emitFollowUpTlv, emitSignallingTlvs, tlvFields } from './ptp/tlvs.ts';

const HEADER = 34;
const FIRST = 1;
const SECOND = 2;
/** majorSdoId of IEEE 802.1AS. */
const GPTP = 1;
const TWO_STEP = 0x0200;

const f = {
  sdo: uint('ptp.v2.majorsdoid', 'majorSdoId')
    .at(0, 1)
    .mask(0xf0)
    .hex(1)
    .named({ [GPTP]: 'gPTP Domain', 2: 'CMLDS' }),
  type: uint('ptp.v2.messagetype', 'messageType').at(0, 1).mask(0x0f).hex(1).named(messageNames),
  minor: uint('ptp.v2.minorversionptp', 'minorVersionPTP').at(1, 1).mask(0xf0),
  version: uint('ptp.v2.versionptp', 'versionPTP').at(1, 1).mask(0x0f),
  length: uint('ptp.v2.messagelength', 'messageLength').at(2, 2),
  domain: uint('ptp.v2.domainnumber', 'domainNumber').at(4, 1),
  minorSdo: uint('ptp.v2.minorsdoid', 'minorSdoId').at(5, 1),
  flags: uint('ptp.v2.flags', 'flags').at(6, 2).hex(2),
  security: bool('ptp.v2.flags.security', 'PTP_SECURITY').at(6, 2).mask(0x8000),
  specific2: bool('ptp.v2.flags.specific2', 'PTP profile Specific 2').at(6, 2).mask(0x4000),
  specific1: bool('ptp.v2.flags.specific1', 'PTP profile Specific 1').at(6, 2).mask(0x2000),
  unicast: bool('ptp.v2.flags.unicast', 'PTP_UNICAST').at(6, 2).mask(0x0400),
  twoStep: bool('ptp.v2.flags.twostep', 'PTP_TWO_STEP').at(6, 2).mask(TWO_STEP),
  alternate: bool('ptp.v2.flags.alternatemaster', 'PTP_ALTERNATE_MASTER').at(6, 2).mask(0x0100),
  uncertain: bool('ptp.v2.flags.synchronizationUncertain', 'SYNCHRONIZATION_UNCERTAIN').at(6, 2).mask(0x40),
  frequency: bool('ptp.v2.flags.frequencytraceable', 'FREQUENCY_TRACEABLE').at(6, 2).mask(0x20),
  traceable: bool('ptp.v2.flags.timetraceable', 'TIME_TRACEABLE').at(6, 2).mask(0x10),
  timescale: bool('ptp.v2.flags.timescale', 'PTP_TIMESCALE').at(6, 2).mask(0x08),
  utc: bool('ptp.v2.flags.utcreasonable', 'PTP_UTC_REASONABLE').at(6, 2).mask(0x04),
  leap59: bool('ptp.v2.flags.li59', 'PTP_LI_59').at(6, 2).mask(0x02),
  leap61: bool('ptp.v2.flags.li61', 'PTP_LI_61').at(6, 2).mask(0x01),
  correction: uint64('ptp.v2.correction.ns', 'correction'),
  fraction: double('ptp.v2.correction.subns', 'correctionSubNs'),
  specific: uint('ptp.v2.messagetypespecific', 'messageTypeSpecific').at(16, 4),
  clock: uint64('ptp.v2.clockidentity', 'ClockIdentity').at(20, 8).hex(8),
  vendor: bytes('ptp.v2.clockidentity_manuf', 'MAC Vendor').at(20, 3),
  port: uint('ptp.v2.sourceportid', 'SourcePortID').at(28, 2),
  sequence: uint('ptp.v2.sequenceid', 'sequenceId').at(30, 2),
  control: uint('ptp.v2.controlfield', 'controlField').at(32, 1).named(controlNames),
  period: int('ptp.v2.logmessageperiod', 'logMessagePeriod').at(33, 1),
  reserved: bytes('ptp.v2.sync.reserved', 'reserved'),
};

const flags = [
  f.security,
  f.specific2,
  f.specific1,
  f.unicast,
  f.twoStep,
  f.alternate,
  f.uncertain,
  f.frequency,
  f.traceable,
  f.timescale,
  f.utc,
  f.leap59,
  f.leap61,
];

const bodyFields = Object.fromEntries(
  Object.values(bodies)
    .flatMap(rowFields)
    .map((field) => [field.name, field]),
);

const versionOf = (b: Uint8Array, start: number): number => b[start + 1]! & 0x0f;
const typeOf = (b: Uint8Array, start: number): number => b[start]! & 0x0f;

/** Minimum length of a version 2 message. */
function secondBytes(b: Uint8Array, start: number, end: number): number {
  const type = typeOf(b, start);
  if (type === MANAGEMENT) return managementBytes(b, start, end);
  return HEADER + bodyBytes(bodies[type] ?? []);
}

export const ptp = protocol({
  name: 'ptp',
  title: 'Precision Time Protocol (IEEE1588)',
  column(p, layer) {
    const start = p.start[layer]!;
    if (p.stop[layer]! - start < 2) return null;
    return versionOf(p.bufferOf(layer), start) === FIRST ? 'PTPv1' : 'PTPv2';
  },
  fields: { ...f, ...bodyFields, ...tlvFields, ...managementFields, ...firstFields },
  on: [
    [udpPorts, 319, 320],
    [etherTypes, 0x88f7],
  ],
  step(p) {
    const { buf: b, at: start } = p;
    if (p.end - start < 2) return p.cut(2);
    const version = versionOf(b, start);
    if (version !== FIRST && version !== SECOND) {
      // On PTP's ports, but not PTP: as in Wireshark, listed neither as a layer nor as data.
      p.flags[p.count - 1] = 0;
      p.at = p.end;
      return null;
    }
    if (version === SECOND && p.end - start >= HEADER) p.narrow(p.count - 1, Math.max(u16(b, start + 2), 4));
    const needed = version === FIRST ? firstBytes(b, start, p.end) : secondBytes(b, start, p.end);
    if (p.end - start < needed) return p.cut(needed);
    p.at = p.end;
    return null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const end = p.stop[layer]!;
    if (end - start < 2) return;
    if (versionOf(b, start) === FIRST) {
      if (end - start >= firstBytes(b, start, end)) emitFirst(b, start, end, out);
      return;
    }
    emitHeader(b, start, end, out);
    if (end - start >= HEADER) emitBody(b, start, end, out);
  },
  info(p, layer) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const end = p.stop[layer]!;
    if (end - start < 2) return null;
    if (versionOf(b, start) === FIRST) return firstInfo(b, start, end);
    const type = typeOf(b, start);
    if (type === MANAGEMENT) return managementInfo(b, start, end);
    return messageNames[type] ?? `Unknown PTP Message (${type})`;
  },
});

/** Emits the header as far as it was captured. */
function emitHeader(b: Uint8Array, start: number, end: number, out: Sink): void {
  for (const field of [f.sdo, f.type, f.minor, f.version, f.length, f.domain, f.minorSdo]) out.fixed(field);
  out.openFixed(f.flags);
  for (const flag of flags) out.fixed(flag);
  out.close();
  if (end - start < 16) return;
  // 13.3.2.7: nanoseconds with a 16-bit fraction.
  const high = (u16(b, start + 8) << 16) >> 16;
  const fraction = u16(b, start + 14) / 0x10000;
  const whole = high * 0x1_0000_0000 + (u48(b, start + 10) - u16(b, start + 14)) / 0x10000;
  out.group(`correctionField: ${(whole + fraction).toFixed(6)} nanoseconds`, start + 8, 8);
  out.add(f.correction, start + 8, 6, BigInt(whole));
  out.add(f.fraction, start + 14, 2, fraction);
  out.close();
  out.fixed(f.specific);
  out.openFixed(f.clock);
  out.fixed(f.vendor);
  out.close();
  for (const field of [f.port, f.sequence, f.control, f.period]) out.fixed(field);
}

function emitBody(b: Uint8Array, start: number, end: number, out: Sink): void {
  const type = typeOf(b, start);
  const isAs = b[start]! >> 4 === GPTP;
  let at = start + HEADER;
  if (type === SYNC && isAs && u16(b, start + 6) & TWO_STEP) {
    if (at + 10 <= end) out.add(f.reserved, at, 10);
    return;
  }
  for (const [field, size] of bodies[type] ?? []) {
    // The UTC offset is followed by a reserved octet.
    const width = size === 3 ? 2 : size;
    if (at + width > end) return;
    out.add(field, at, width, width === 6 ? BigInt(u48(b, at)) : undefined);
    at += size;
  }
  if (type === ANNOUNCE) emitAnnounceTlvs(b, at, end, out);
  else if (type === SIGNALLING) emitSignallingTlvs(b, at, end, isAs, out);
  else if (type === MANAGEMENT) emitManagement(b, start, end, out);
  else if (type === FOLLOW_UP && isAs) emitFollowUpTlv(b, at, end, out);
}
