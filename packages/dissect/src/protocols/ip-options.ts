// IPv4 options (RFC 791 §3.1, RFC 2113, https://www.iana.org/assignments/ip-parameters).
import { u32 } from '../core/bytes.ts';
import { bool, ipv4, uint } from '../core/field.ts';
import type { Sink } from '../core/sink.ts';

const END = 0;
const RECORD_ROUTE = 7;
const MTU_PROBE = 11;
const MTU_REPLY = 12;
const TIMESTAMP = 68;
const LOOSE_ROUTE = 131;
const STREAM_ID = 136;
const STRICT_ROUTE = 137;
const ROUTER_ALERT = 148;

const names: Readonly<Record<number, string>> = {
  0: 'End of Options List (EOL)',
  1: 'No Operation (NOP)',
  7: 'Record Route',
  10: 'Experimental Measurement',
  11: 'MTU Probe',
  12: 'MTU Reply',
  25: 'Quick-Start',
  68: 'Time Stamp',
  82: 'Traceroute',
  130: 'Security',
  131: 'Loose Source Route',
  133: 'Extended Security',
  134: 'Commercial IP Security Option',
  136: 'Stream ID',
  137: 'Strict Source Route',
  145: 'Extended Internet Protocol',
  147: 'Address Extension',
  148: 'Router Alert',
  149: 'Selective Directed Broadcast',
};

const classes: Readonly<Record<number, string>> = {
  0: 'Control',
  1: 'Reserved for future use',
  2: 'Debugging and measurement',
  3: 'Reserved for future use',
};

const timestampFlags: Readonly<Record<number, string>> = {
  0: 'Time stamps only',
  1: 'Time stamp and address',
  3: 'Time stamps for prespecified addresses',
};

export const ipOptionFields = {
  optType: uint('ip.opt.type', 'Type').named(names),
  optCopy: bool('ip.opt.type.copy', 'Copy on fragmentation').mask(0x80),
  optClass: uint('ip.opt.type.class', 'Class').mask(0x60).named(classes),
  optNumber: uint('ip.opt.type.number', 'Number').mask(0x1f),
  optLen: uint('ip.opt.len', 'Length'),
  optPtr: uint('ip.opt.ptr', 'Pointer'),
  optOverflow: uint('ip.opt.overflow', 'Overflow').mask(0xf0),
  optFlag: uint('ip.opt.flag', 'Flag').mask(0x0f).hex().named(timestampFlags),
  optTimestamp: uint('ip.opt.time_stamp', 'Time stamp'),
  optTimestampAddress: ipv4('ip.opt.time_stamp_addr', 'Address'),
  optRouterAlert: uint('ip.opt.ra', 'Router Alert').named({ 0: 'Router shall examine packet' }),
  optSid: uint('ip.opt.sid', 'Stream Identifier'),
  optMtu: uint('ip.opt.mtu', 'MTU'),
  recordedRoute: ipv4('ip.rec_rt', 'Recorded Route'),
  sourceRoute: ipv4('ip.src_rt', 'Source Route'),
  emptyRoute: ipv4('ip.empty_rt', 'Empty Route'),
};

const f = ipOptionFields;

export function emitIpOptions(b: Uint8Array, start: number, end: number, out: Sink): void {
  out.group(`Options: (${end - start} bytes)`, start, end - start);
  for (let at = start; at < end; ) {
    const type = b[at]!;
    const length = type < 2 || at + 1 >= end ? 1 : Math.max(2, Math.min(b[at + 1]!, end - at));
    out.group(`IP Option - ${names[type] ?? 'Unknown'} (${length} bytes)`, at, length);
    out.open(f.optType, at, 1);
    out.add(f.optCopy, at, 1);
    out.add(f.optClass, at, 1);
    out.add(f.optNumber, at, 1);
    out.close();
    if (type >= 2 && at + 1 < end) out.add(f.optLen, at + 1, 1);
    if (length > 2) emitValue(b, type, at, length, out);
    out.close();
    at += length;
    if (type === END) break;
  }
  out.close();
}

function emitValue(b: Uint8Array, type: number, at: number, length: number, out: Sink): void {
  switch (type) {
    case RECORD_ROUTE:
    case LOOSE_ROUTE:
    case STRICT_ROUTE:
      emitRoute(b, type, at, length, out);
      break;
    case TIMESTAMP:
      emitTimestamps(b, at, length, out);
      break;
    case ROUTER_ALERT:
      if (length === 4) out.add(f.optRouterAlert, at + 2, 2);
      break;
    case STREAM_ID:
      if (length === 4) out.add(f.optSid, at + 2, 2);
      break;
    case MTU_PROBE:
    case MTU_REPLY:
      if (length === 4) out.add(f.optMtu, at + 2, 2);
      break;
  }
}

/** RFC 791 §3.1: the pointer counts from the option's first byte as 1; what it has passed is recorded. */
function emitRoute(b: Uint8Array, type: number, at: number, length: number, out: Sink): void {
  const pointer = b[at + 2]!;
  out.add(f.optPtr, at + 2, 1);
  for (let offset = 3; offset + 4 <= length; offset += 4) {
    const isPassed = offset + 1 < pointer;
    const rest = type === RECORD_ROUTE ? f.emptyRoute : f.sourceRoute;
    out.add(isPassed ? f.recordedRoute : rest, at + offset, 4);
  }
}

/** RFC 791 §3.1, Internet Timestamp: milliseconds since midnight UT, with addresses before them unless flag 0. */
function emitTimestamps(b: Uint8Array, at: number, length: number, out: Sink): void {
  if (length < 4) return;
  out.add(f.optPtr, at + 2, 1);
  out.add(f.optOverflow, at + 3, 1);
  out.add(f.optFlag, at + 3, 1);
  const hasAddresses = (b[at + 3]! & 0x0f) !== 0;
  const step = hasAddresses ? 8 : 4;
  for (let offset = 4; offset + step <= length; offset += step) {
    if (hasAddresses) out.add(f.optTimestampAddress, at + offset, 4);
    out.add(f.optTimestamp, at + offset + step - 4, 4, u32(b, at + offset + step - 4));
  }
}
