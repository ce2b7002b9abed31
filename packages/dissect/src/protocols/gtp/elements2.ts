// Information elements of GTP version 2 (3GPP TS 29.274 §8): type, length, instance, value; grouped elements nest.
import { u16, u32 } from '../../core/bytes.ts';
import { bool, type Field, ipv4, ipv6, text, uint, uint64 } from '../../core/field.ts';
import type { Sink } from '../../core/sink.ts';
import { accessPointName, packedDigits } from './digits.ts';
import { elements2 } from './names2.ts';
import { accessTypes, causes2, interfaces2, pdnTypes } from './values2.ts';

const HEADER = 4;
/** Maximum nesting of grouped elements. */
const NESTING_MAX = 4;

const IMSI = 1;
const CAUSE = 2;
const APN = 71;
const AMBR = 72;
const IP_ADDRESS = 74;
const MEI = 75;
const MSISDN = 76;
const PAA = 79;
const BEARER_QOS = 80;
const F_TEID = 87;
/** Grouped elements: bearer context, PDN connection, overload and load control, remote UE context, … */
const GROUPED = new Set([93, 109, 180, 181, 191, 195, 208]);

export const elementFields2 = {
  ieType: uint('gtpv2.ie_type', 'IE Type').named(elements2),
  ieLength: uint('gtpv2.ie_len', 'IE Length'),
  cr: uint('gtpv2.cr', 'CR flag').mask(0xf0),
  instance: uint('gtpv2.instance', 'Instance').mask(0x0f),
  imsi2: text('e212.imsi', 'IMSI'),
  cause: uint('gtpv2.cause', 'Cause').named(causes2),
  recovery: uint('gtpv2.rec', 'Restart Counter'),
  apn: text('gtpv2.apn', 'APN (Access Point Name)'),
  ambrUp: uint('gtpv2.ambr_up', 'AMBR Uplink (Aggregate Maximum Bit Rate for Uplink)'),
  ambrDown: uint('gtpv2.ambr_down', 'AMBR Downlink(Aggregate Maximum Bit Rate for Downlink)'),
  ebi: uint('gtpv2.ebi', 'EPS Bearer ID (EBI)').mask(0x0f),
  addressIpv4: ipv4('gtpv2.ip_address_ipv4', 'IP address IPv4'),
  addressIpv6: ipv6('gtpv2.ip_address_ipv6', 'IP address IPv6'),
  mei: text('gtpv2.mei', 'MEI(Mobile Equipment Identity)'),
  msisdn2: text('e164.msisdn', 'E.164 number (MSISDN)'),
  pdnType: uint('gtpv2.pdn_type', 'PDN Type').mask(0x07).named(pdnTypes),
  paaIpv4: ipv4('gtpv2.pdn_addr_and_prefix.ipv4', 'PDN Address and Prefix(IPv4)'),
  paaPrefix: uint('gtpv2.pdn_ipv6_len', 'IPv6 Prefix Length'),
  paaIpv6: ipv6('gtpv2.pdn_addr_and_prefix.ipv6', 'PDN Address and Prefix(IPv6)'),
  qosPriority: uint('gtpv2.bearer_qos_pl', 'PL (Priority Level)').mask(0x3c),
  qosClass: uint('gtpv2.bearer_qos_label_qci', 'Label (QCI)'),
  qosMaxUp: uint64('gtpv2.bearer_qos_mbr_up', 'Maximum Bit Rate For Uplink'),
  qosMaxDown: uint64('gtpv2.bearer_qos_mbr_down', 'Maximum Bit Rate For Downlink'),
  qosSureUp: uint64('gtpv2.bearer_qos_gbr_up', 'Guaranteed Bit Rate For Uplink'),
  qosSureDown: uint64('gtpv2.bearer_qos_gbr_down', 'Guaranteed Bit Rate For Downlink'),
  accessType: uint('gtpv2.rat_type', 'RAT Type').named(accessTypes),
  fteidHasV4: bool('gtpv2.f_teid_v4', 'V4').mask(0x80),
  fteidHasV6: bool('gtpv2.f_teid_v6', 'V6').mask(0x40),
  fteidInterface: uint('gtpv2.f_teid_interface_type', 'Interface Type').mask(0x3f).named(interfaces2),
  fteidKey: uint('gtpv2.f_teid_gre_key', 'TEID/GRE Key').hex(4),
  fteidIpv4: ipv4('gtpv2.f_teid_ipv4', 'F-TEID IPv4'),
  fteidIpv6: ipv6('gtpv2.f_teid_ipv6', 'F-TEID IPv6'),
};

const f = elementFields2;

/** Elements whose value is a single one-byte field. */
const SIMPLE: Readonly<Record<number, Field>> = { 3: f.recovery, 73: f.ebi, 82: f.accessType, 99: f.pdnType };

export function emitElements2(b: Uint8Array, at: number, end: number, depth: number, out: Sink): void {
  while (at + HEADER <= end) {
    const type = b[at]!;
    const length = u16(b, at + 1);
    const stop = Math.min(at + HEADER + length, end);
    out.group(elements2[type] ?? 'Unknown', at, stop - at);
    out.add(f.ieType, at, 1);
    out.add(f.ieLength, at + 1, 2);
    out.add(f.cr, at + 3, 1);
    out.add(f.instance, at + 3, 1);
    if (GROUPED.has(type) && depth < NESTING_MAX) emitElements2(b, at + HEADER, stop, depth + 1, out);
    else if (stop > at + HEADER) emitValue(b, type, at + HEADER, stop, out);
    out.close();
    at += HEADER + length;
  }
}

function emitValue(b: Uint8Array, type: number, at: number, end: number, out: Sink): void {
  const length = end - at;
  const simple = SIMPLE[type];
  if (simple !== undefined) {
    out.add(simple, at, 1);
    return;
  }
  switch (type) {
    case IMSI:
      out.add(f.imsi2, at, length, packedDigits(b, at, end));
      break;
    case CAUSE:
      out.add(f.cause, at, 1);
      break;
    case APN:
      out.add(f.apn, at, length, accessPointName(b, at, end));
      break;
    case AMBR:
      if (length < 8) break;
      out.add(f.ambrUp, at, 4);
      out.add(f.ambrDown, at + 4, 4);
      break;
    case IP_ADDRESS:
      if (length === 4) out.add(f.addressIpv4, at, 4);
      else if (length === 16) out.add(f.addressIpv6, at, 16);
      break;
    case MEI:
      out.add(f.mei, at, length, packedDigits(b, at, end));
      break;
    case MSISDN:
      out.add(f.msisdn2, at, length, packedDigits(b, at, end));
      break;
    case PAA:
      emitAddressAllocation(b, at, end, out);
      break;
    case BEARER_QOS:
      out.add(f.qosPriority, at, 1);
      if (length >= 2) out.add(f.qosClass, at + 1, 1);
      // §8.15: four rates of five octets, in kbit/s.
      [f.qosMaxUp, f.qosMaxDown, f.qosSureUp, f.qosSureDown].forEach((field, i) => {
        const place = at + 2 + 5 * i;
        if (place + 5 <= end) out.add(field, place, 5, BigInt(b[place]! * 2 ** 32 + u32(b, place + 1)));
      });
      break;
    case F_TEID:
      emitTunnelEndpoint(b, at, end, out);
      break;
  }
}

/** §8.14: PDN type, then the IPv6 prefix length and address, the IPv4 address, or both. */
function emitAddressAllocation(b: Uint8Array, at: number, end: number, out: Sink): void {
  out.add(f.pdnType, at, 1);
  const type = b[at]! & 7;
  let next = at + 1;
  if (type === 2 || type === 3) {
    if (next + 17 > end) return;
    out.add(f.paaPrefix, next, 1);
    out.add(f.paaIpv6, next + 1, 16);
    next += 17;
  }
  if ((type === 1 || type === 3) && next + 4 <= end) out.add(f.paaIpv4, next, 4);
}

/** §8.22 */
function emitTunnelEndpoint(b: Uint8Array, at: number, end: number, out: Sink): void {
  if (at + 5 > end) return;
  out.add(f.fteidHasV4, at, 1);
  out.add(f.fteidHasV6, at, 1);
  out.add(f.fteidInterface, at, 1);
  out.add(f.fteidKey, at + 1, 4);
  let next = at + 5;
  if (b[at]! & 0x80) {
    if (next + 4 > end) return;
    out.add(f.fteidIpv4, next, 4);
    next += 4;
  }
  if (b[at]! & 0x40 && next + 16 <= end) out.add(f.fteidIpv6, next, 16);
}
