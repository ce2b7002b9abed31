// Information elements of GTP version 1 (3GPP TS 29.060 §7.7): types below 128 have a fixed length (TV), others carry
// it (TLV).
import { u16 } from '../../core/bytes.ts';
import { type Field, ipv4, ipv6, text, uint } from '../../core/field.ts';
import type { Sink } from '../../core/sink.ts';
import { accessPointName, packedDigits } from './digits.ts';
import { causes1 } from './names1.ts';

export const elementFields1 = {
  cause: uint('gtp.cause', 'Cause').named(causes1),
  imsi: text('e212.imsi', 'IMSI'),
  recovery: uint('gtp.recovery', 'Recovery'),
  teidData: uint('gtp.teid_data', 'TEID Data I').hex(4),
  teidControl: uint('gtp.teid_cp', 'TEID Control Plane').hex(4),
  teidData2: uint('gtp.teid_ii', 'TEID Data II').hex(4),
  nsapi: uint('gtp.nsapi', 'NSAPI').mask(0x0f),
  chargingId: uint('gtp.chrg_id', 'Charging ID').hex(4),
  userType: uint('gtp.user_addr_pdp_type', 'PDP type number').hex(),
  userIpv4: ipv4('gtp.user_ipv4', 'End user address IPv4'),
  userIpv6: ipv6('gtp.user_ipv6', 'End user address IPv6'),
  apn: text('gtp.apn', 'APN'),
  gsnIpv4: ipv4('gtp.gsn_ipv4', 'GSN address IPv4'),
  gsnIpv6: ipv6('gtp.gsn_ipv6', 'GSN address IPv6'),
  msisdn: text('e164.msisdn', 'E.164 number (MSISDN)'),
  accessType: uint('gtp.ext_rat_type', 'RAT Type'),
};

const f = elementFields1;

/** Value length of TV elements; 0: unknown, which ends dissection of elements. */
const FIXED: Readonly<Record<number, number>> = {
  1: 1,
  2: 8,
  3: 6,
  4: 4,
  5: 4,
  8: 1,
  9: 28,
  11: 1,
  12: 3,
  13: 1,
  14: 1,
  15: 1,
  16: 4,
  17: 4,
  18: 5,
  19: 1,
  20: 1,
  21: 1,
  22: 1,
  23: 1,
  24: 1,
  25: 2,
  26: 2,
  27: 2,
  28: 2,
  29: 1,
  117: 1,
  118: 10,
  126: 1,
  127: 4,
};

/** Elements whose value is one field at its start. */
const SIMPLE: Readonly<Record<number, Field>> = {
  1: f.cause,
  14: f.recovery,
  16: f.teidData,
  17: f.teidControl,
  20: f.nsapi,
  127: f.chargingId,
};

const IMSI = 2;
const TEID_DATA_2 = 18;
const END_USER_ADDRESS = 128;
const APN = 131;
const GSN_ADDRESS = 133;
const MSISDN = 134;
const ACCESS_TYPE = 151;

/** Position of the first TLV element of that type; null if there is none. */
export function elementOfType(
  b: Uint8Array,
  start: number,
  end: number,
  wanted: number,
): readonly [at: number, end: number] | null {
  for (let at = start; at < end; ) {
    const type = b[at]!;
    const header = type < 128 ? 1 : 3;
    const length = type < 128 ? (FIXED[type] ?? 0) : at + header > end ? 0 : u16(b, at + 1);
    const next = at + header + length;
    if ((type < 128 && length === 0) || next > end) return null;
    if (type === wanted) return [at + header, next];
    at = next;
  }
  return null;
}

export function emitElements1(b: Uint8Array, at: number, end: number, out: Sink): void {
  while (at < end) {
    const type = b[at]!;
    const header = type < 128 ? 1 : 3;
    if (at + header > end) return;
    const length = type < 128 ? (FIXED[type] ?? 0) : u16(b, at + 1);
    const value = at + header;
    if ((type < 128 && length === 0) || value + length > end) return;
    emitElement(b, type, value, length, out);
    at = value + length;
  }
}

function emitElement(b: Uint8Array, type: number, at: number, length: number, out: Sink): void {
  const simple = SIMPLE[type];
  if (simple !== undefined) {
    out.add(simple, at, length);
    return;
  }
  switch (type) {
    case IMSI:
      out.add(f.imsi, at, length, packedDigits(b, at, at + length));
      break;
    case TEID_DATA_2:
      out.add(f.teidData2, at + 1, 4);
      break;
    case END_USER_ADDRESS:
      if (length < 2) break;
      out.add(f.userType, at + 1, 1);
      if (length === 6 || length === 22) out.add(f.userIpv4, at + 2, 4);
      if (length >= 18) out.add(f.userIpv6, at + length - 16, 16);
      break;
    case APN:
      out.add(f.apn, at, length, accessPointName(b, at, at + length));
      break;
    case GSN_ADDRESS:
      if (length === 4) out.add(f.gsnIpv4, at, 4);
      else if (length === 16) out.add(f.gsnIpv6, at, 16);
      break;
    case MSISDN:
      if (length > 1) out.add(f.msisdn, at + 1, length - 1, packedDigits(b, at + 1, at + length));
      break;
    case ACCESS_TYPE:
      if (length >= 1) out.add(f.accessType, at, 1);
      break;
  }
}
