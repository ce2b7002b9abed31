// BGP OPEN message (RFC 4271 §4.2) and its capabilities (RFC 5492).
import { u16 } from '../../core/bytes.ts';
import { bool, bytes, ipv4, none, text, uint } from '../../core/field.ts';
import type { Sink } from '../../core/sink.ts';
import { capabilityNames, familyNames, subfamilyNames } from './names.ts';

const CAPABILITY = 2;
const parameterNames = { 1: 'Authentication', 2: 'Capability' };

export const openFields = {
  version: uint('bgp.open.version', 'Version'),
  as: uint('bgp.open.myas', 'My AS').named({ 23456: 'AS_TRANS' }).special(),
  holdTime: uint('bgp.open.holdtime', 'Hold Time'),
  identifier: ipv4('bgp.open.identifier', 'BGP Identifier'),
  parametersLength: uint('bgp.open.opt.len', 'Optional Parameters Length'),
  parameters: none('bgp.open.opt', 'Optional Parameters'),
  parameter: none('bgp.open.opt.param', 'Optional Parameter'),
  parameterType: uint('bgp.open.opt.param.type', 'Parameter Type').named(parameterNames),
  parameterLength: uint('bgp.open.opt.param.len', 'Parameter Length'),
  parameterAuthentication: bytes('bgp.open.opt.param.auth', 'Authentication Data'),
  parameterUnknown: bytes('bgp.open.opt.param.unknown', 'Unknown'),
  capability: none('bgp.cap', 'Capability'),
  capabilityType: uint('bgp.cap.type', 'Type').named(capabilityNames),
  capabilityLength: uint('bgp.cap.length', 'Length'),
  capabilityReserved: bytes('bgp.cap.reserved', 'Reserved'),
  capabilityUnknown: bytes('bgp.cap.unknown', 'Unknown'),
  family: uint('bgp.cap.mp.afi', 'AFI').named(familyNames),
  subfamily: uint('bgp.cap.mp.safi', 'SAFI').named(subfamilyNames),
  nextHopFamily: uint('bgp.cap.enh.afi', 'AFI').named(familyNames),
  nextHopSubfamily: uint('bgp.cap.enh.safi', 'SAFI').named(subfamilyNames),
  nextHopNextFamily: uint('bgp.cap.enh.nhafi', 'Next hop AFI').named(familyNames),
  restartTimers: uint('bgp.cap.gr.timers', 'Restart Timers').hex(2),
  isRestarting: bool('bgp.cap.gr.timers.restart_flag', 'Restart state').mask(0x8000),
  hasNotification: bool('bgp.cap.gr.timers.notification_flag', 'Graceful notification').mask(0x4000),
  restartTime: uint('bgp.cap.gr.timers.restart_time', 'Time').mask(0x0fff),
  restartFamily: uint('bgp.cap.gr.afi', 'AFI').named(familyNames),
  restartSubfamily: uint('bgp.cap.gr.safi', 'SAFI').named(subfamilyNames),
  restartFlags: uint('bgp.cap.gr.flag', 'Flag').hex(),
  preservesForwarding: bool('bgp.cap.gr.flag.pfs', 'Preserve forwarding state').mask(0x80),
  fourByteAs: uint('bgp.cap.4as', 'AS Number'),
  pathsFamily: uint('bgp.cap.ap.afi', 'AFI').named(familyNames),
  pathsSubfamily: uint('bgp.cap.ap.safi', 'SAFI').named(subfamilyNames),
  pathsDirection: uint('bgp.cap.ap.sendreceive', 'Send/Receive').named({
    1: 'Receive',
    2: 'Send',
    3: 'Both',
  }),
  hostLength: uint('bgp.cap.orf.fqdn.hostname.len', 'Hostname Length'),
  host: text('bgp.cap.orf.fqdn.hostname', 'Hostname'),
  domainLength: uint('bgp.cap.orf.fqdn.domain_name.len', 'Domain Name Length'),
  domain: text('bgp.cap.orf.fqdn.domain_name', 'Domain Name'),
};

const f = openFields;

export function emitOpen(b: Uint8Array, at: number, end: number, out: Sink): void {
  out.add(f.version, at, 1);
  out.add(f.as, at + 1, 2);
  out.add(f.holdTime, at + 3, 2);
  out.add(f.identifier, at + 5, 4);
  out.add(f.parametersLength, at + 9, 1);
  // RFC 9072: length 255 and parameter type 255 announce 2-byte lengths, for the list and within it.
  const isExtended = b[at + 9] === 255 && at + 13 <= end && b[at + 10] === 255;
  const length = isExtended ? u16(b, at + 11) : b[at + 9]!;
  at += isExtended ? 13 : 10;
  const stop = Math.min(end, at + length);
  if (length === 0 || at >= stop) return;
  out.open(f.parameters, at, stop - at);
  const header = isExtended ? 3 : 2;
  while (at + header <= stop) {
    const size = isExtended ? u16(b, at + 1) : b[at + 1]!;
    if (at + header + size > stop) break;
    emitParameter(b, at, header, size, out);
    at += header + size;
  }
  out.close();
}

function emitParameter(b: Uint8Array, at: number, header: number, length: number, out: Sink): void {
  const type = b[at]!;
  out.open(f.parameter, at, header + length);
  out.note(type === CAPABILITY ? ': Capability' : '');
  out.add(f.parameterType, at, 1);
  out.add(f.parameterLength, at + 1, header - 1);
  at += header;
  const end = at + length;
  if (type === CAPABILITY) {
    while (at + 2 <= end && at + 2 + b[at + 1]! <= end) {
      emitCapability(b, at, out);
      at += 2 + b[at + 1]!;
    }
  } else if (length > 0) out.add(type === 1 ? f.parameterAuthentication : f.parameterUnknown, at, length);
  out.close();
}

function emitCapability(b: Uint8Array, at: number, out: Sink): void {
  const type = b[at]!;
  const length = b[at + 1]!;
  out.open(f.capability, at, 2 + length);
  out.note(`: ${capabilityNames[type] ?? `Unknown capability ${type}`}`);
  out.add(f.capabilityType, at, 1);
  out.add(f.capabilityLength, at + 1, 1);
  emitCapabilityValue(b, type, at + 2, at + 2 + length, out);
  out.close();
}

function emitCapabilityValue(b: Uint8Array, type: number, at: number, end: number, out: Sink): void {
  const length = end - at;
  if (length === 0) return;
  switch (type) {
    case 1: // RFC 4760 §8
      if (length !== 4) break;
      out.add(f.family, at, 2);
      out.add(f.capabilityReserved, at + 2, 1);
      out.add(f.subfamily, at + 3, 1);
      return;
    case 5: // RFC 8950 §4
      for (; at + 6 <= end; at += 6) {
        out.add(f.nextHopFamily, at, 2);
        out.add(f.nextHopSubfamily, at + 2, 2);
        out.add(f.nextHopNextFamily, at + 4, 2);
      }
      return;
    case 64: // RFC 4724 §3
      if (length < 2) break;
      out.open(f.restartTimers, at, 2);
      out.add(f.isRestarting, at, 2);
      out.add(f.hasNotification, at, 2);
      out.add(f.restartTime, at, 2);
      out.close();
      for (at += 2; at + 4 <= end; at += 4) {
        out.add(f.restartFamily, at, 2);
        out.add(f.restartSubfamily, at + 2, 1);
        out.open(f.restartFlags, at + 3, 1);
        out.add(f.preservesForwarding, at + 3, 1);
        out.close();
      }
      return;
    case 65: // RFC 6793 §3
      if (length !== 4) break;
      out.add(f.fourByteAs, at, 4);
      return;
    case 69: // RFC 7911 §4
      for (; at + 4 <= end; at += 4) {
        out.add(f.pathsFamily, at, 2);
        out.add(f.pathsSubfamily, at + 2, 1);
        out.add(f.pathsDirection, at + 3, 1);
      }
      return;
    case 73: // draft-walton-bgp-hostname-capability
      if (emitNames(b, at, end, out)) return;
      break;
  }
  out.add(f.capabilityUnknown, at, length);
}

function emitNames(b: Uint8Array, at: number, end: number, out: Sink): boolean {
  const domain = at + 1 + b[at]!;
  if (domain >= end || domain + 1 + b[domain]! > end) return false;
  out.add(f.hostLength, at, 1);
  out.add(f.host, at + 1, b[at]!);
  out.add(f.domainLength, domain, 1);
  out.add(f.domain, domain + 1, b[domain]!);
  return true;
}
