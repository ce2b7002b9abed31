// Options of DHCPv6 (RFC 8415 §21 and the RFCs that the cases name).
import { ascii, u16, u32, utf8 } from '../../core/bytes.ts';
import type { Field } from '../../core/field.ts';
import type { Sink } from '../../core/sink.ts';
import { hex } from '../../core/text.ts';
import { optionFields as f } from './fields.ts';
import { innerHeader } from './message.ts';
import { ntpSuboptionNames } from './names.ts';

const ADDRESS = 16;
/** Seconds from 1970 to 2000, where DUIDs count from (RFC 8415 §11.2). */
const YEAR_2000 = 946_684_800;
const NANOSECONDS = 1_000_000_000n;

/** A number or an address of the option's whole length, by its size. */
const values = new Map<number, readonly [Field, number]>([
  [7, [f.preference, 1]],
  [12, [f.unicast, ADDRESS]],
  [19, [f.reconfigure, 1]],
  [32, [f.lifetime, 4]],
  [46, [f.clientTime, 4]],
  [135, [f.relayPort, 2]],
]);
const addressLists = new Map([
  [22, f.sipServer],
  [23, f.dnsServer],
  [27, f.nisServer],
  [28, f.nispServer],
  [31, f.sntpServer],
  [34, f.bcmcsServer],
  [40, f.panaAgent],
  [48, f.clientLink],
  [52, f.capwapController],
]);
const nameLists = new Map([
  [21, f.sipName],
  [24, f.searchEntry],
  [29, f.nisName],
  [30, f.nispName],
  [33, f.bcmcsName],
  [64, f.aftrName],
]);
const texts = new Map([
  [38, f.subscriber],
  [41, f.timezone],
  [42, f.timezoneName],
  [103, f.captivePortal],
  [112, f.mudUrl],
]);
/** Lines around the names of these. */
const listTitles: Record<number, string> = {
  21: 'SIP Servers Domain Search List',
  24: 'Domain name suffix search list',
};

/** What an option says of its own; the options and messages within it are the caller's. */
export function emitOption(
  b: Uint8Array,
  type: number,
  at: number,
  end: number,
  message: number,
  out: Sink,
): void {
  const value = values.get(type);
  if (value !== undefined) {
    if (end - at === value[1]) out.add(value[0], at, value[1]);
    return;
  }
  const list = addressLists.get(type);
  if (list !== undefined) {
    for (let address = at; address + ADDRESS <= end; address += ADDRESS) out.add(list, address, ADDRESS);
    return;
  }
  const names = nameLists.get(type);
  if (names !== undefined) {
    const title = listTitles[type];
    if (title !== undefined) out.group(title, at, end - at);
    emitNames(b, names, at, end, out);
    if (title !== undefined) out.close();
    return;
  }
  const field = texts.get(type);
  if (field !== undefined) {
    if (end > at) out.add(field, at, end - at, utf8(b, at, end));
    return;
  }
  if (end - at >= innerHeader(type)) emitSpecial(b, type, at, end, message, out);
}

function emitSpecial(b: Uint8Array, type: number, at: number, end: number, message: number, out: Sink): void {
  const length = end - at;
  switch (type) {
    case 1:
    case 2:
    case 53: // RFC 5460 §5.4.1
      emitDuid(b, at, end, out);
      break;
    case 3:
    case 25:
      out.add(f.iaid, at, 4, hex(b, at, at + 4));
      out.add(f.t1, at + 4, 4);
      out.add(f.t2, at + 8, 4);
      break;
    case 4:
      out.add(f.iata, at, 4, hex(b, at, at + 4));
      break;
    case 5:
      out.add(f.address, at, ADDRESS);
      out.add(f.addressPreferred, at + 16, 4);
      out.add(f.addressValid, at + 20, 4);
      break;
    case 6:
      for (let code = at; code + 2 <= end; code += 2) out.add(f.requested, code, 2);
      break;
    case 8:
      // RFC 8415 §21.9: in hundredths of a second; shown in thousandths.
      if (length === 2) {
        out.add(f.elapsed, at, 2, u16(b, at) * 10);
        out.note('ms');
      }
      break;
    case 11:
      if (length >= 11) emitAuthentication(at, end, out);
      break;
    case 13:
      if (length >= 2) out.add(f.status, at, 2);
      if (length > 2) out.add(f.statusMessage, at + 2, length - 2, utf8(b, at + 2, end));
      break;
    case 15:
      emitUserClasses(b, at, end, out);
      break;
    case 16:
      if (length >= 4) emitVendorClasses(b, at, end, out);
      break;
    case 17:
      if (length >= 4) emitVendorOptions(b, at, end, out);
      break;
    case 18:
      if (length > 0) out.add(f.interfaceId, at, length);
      break;
    case 26:
      out.add(f.prefixPreferred, at, 4);
      out.add(f.prefixValid, at + 4, 4);
      out.add(f.prefixLength, at + 8, 1);
      out.add(f.prefix, at + 9, ADDRESS);
      break;
    case 37: // RFC 4649 §3
      if (length < 4) break;
      out.add(f.remoteEnterprise, at, 4);
      if (length > 4) out.add(f.remoteId, at + 4, length - 4);
      break;
    case 39: // RFC 4704 §4
      if (length > 0) emitClientName(b, at, end, message, out);
      break;
    case 44: // RFC 5007 §4.1.2.1
      if (length < 1 + ADDRESS) break;
      out.add(f.query, at, 1);
      out.add(f.queryLink, at + 1, ADDRESS);
      break;
    case 47: // RFC 5007 §4.1.2.4
      if (length < ADDRESS) break;
      out.add(f.relayPeer, at, ADDRESS);
      out.add(f.relayMessage, at + ADDRESS, length - ADDRESS, utf8(b, at + ADDRESS, end));
      break;
    case 56:
      emitTimeServers(b, at, end, out);
      break;
    default:
  }
}

/** RFC 8415 §11. */
function emitDuid(b: Uint8Array, at: number, end: number, out: Sink): void {
  const length = end - at;
  if (length === 0) return;
  out.add(f.duid, at, length);
  if (length < 2) return;
  out.add(f.duidType, at, 2);
  switch (u16(b, at)) {
    case 1:
      if (length < 8) return;
      out.add(f.lltHardware, at + 2, 2);
      out.add(f.lltTime, at + 4, 4, BigInt(u32(b, at + 4) + YEAR_2000) * NANOSECONDS);
      if (length > 8) out.add(f.lltAddress, at + 8, length - 8, hex(b, at + 8, end, ':'));
      break;
    case 2:
      if (length < 6) return;
      out.add(f.enterprise, at + 2, 4);
      if (length > 6) out.add(f.enterpriseId, at + 6, length - 6);
      break;
    case 3:
      if (length < 4) return;
      out.add(f.llHardware, at + 2, 2);
      if (length > 4) out.add(f.llAddress, at + 4, length - 4, hex(b, at + 4, end, ':'));
      break;
    case 4:
      if (length > 2) out.add(f.uuid, at + 2, length - 2);
      break;
    default:
  }
}

/** RFC 8415 §21.11. */
function emitAuthentication(at: number, end: number, out: Sink): void {
  out.add(f.authProtocol, at, 1);
  out.add(f.authAlgorithm, at + 1, 1);
  out.add(f.authRdm, at + 2, 1);
  out.add(f.authReplay, at + 3, 8);
  if (end > at + 11) out.add(f.authInfo, at + 11, end - at - 11);
}

function emitUserClasses(b: Uint8Array, at: number, end: number, out: Sink): void {
  while (at + 2 <= end) {
    const size = u16(b, at);
    if (at + 2 + size > end) return;
    out.group('User Class suboption', at, size + 2);
    out.add(f.userClassLength, at, 2);
    if (size > 0) out.add(f.userClass, at + 2, size);
    out.close();
    at += 2 + size;
  }
}

function emitVendorClasses(b: Uint8Array, at: number, end: number, out: Sink): void {
  out.add(f.vendorClass, at, 4);
  at += 4;
  while (at + 2 <= end) {
    const size = u16(b, at);
    if (at + 2 + size > end) return;
    out.add(f.vendorClassData, at, 2 + size, utf8(b, at + 2, at + 2 + size));
    at += 2 + size;
  }
}

function emitVendorOptions(b: Uint8Array, at: number, end: number, out: Sink): void {
  out.add(f.vendor, at, 4);
  at += 4;
  while (at + 4 <= end) {
    const size = u16(b, at + 2);
    if (at + 4 + size > end) return;
    out.group('option', at, size + 4);
    out.add(f.vendorOption, at, 2);
    out.add(f.vendorOptionLength, at + 2, 2);
    out.add(f.vendorOptionData, at + 4, size);
    out.close();
    at += 4 + size;
  }
}

const CLIENT_MESSAGES = [1, 3, 5, 6];
const SERVER_MESSAGES = [2, 7];

function emitClientName(b: Uint8Array, at: number, end: number, message: number, out: Sink): void {
  const isServer = SERVER_MESSAGES.includes(message);
  if (!isServer && !CLIENT_MESSAGES.includes(message)) return;
  out.open(f.fqdnFlags, at, 1);
  const flags = isServer ? [f.fqdnServerN, f.fqdnServerO, f.fqdnServerS] : [f.fqdnClientN, f.fqdnClientS];
  for (const flag of flags) out.add(flag, at, 1);
  out.close();
  emitNames(b, f.clientDomain, at + 1, end, out);
}

/** RFC 5908 §4. */
function emitTimeServers(b: Uint8Array, at: number, end: number, out: Sink): void {
  while (at + 4 <= end) {
    const type = u16(b, at);
    const size = u16(b, at + 2);
    const body = at + 4;
    if (body + size > end) return;
    out.group(ntpSuboptionNames[type] ?? `Suboption ${type}`, at, 4 + size);
    out.add(f.ntpType, at, 2);
    out.add(f.ntpLength, at + 2, 2);
    if (type === 3) emitNames(b, f.ntpName, body, body + size, out);
    else if (size === ADDRESS && (type === 1 || type === 2))
      out.add(type === 1 ? f.ntpServer : f.ntpMulticast, body, ADDRESS);
    out.close();
    at = body + size;
  }
}

/** Names of labels (RFC 8415 §10), each ended by a dot; one that lacks its end has none. */
function emitNames(b: Uint8Array, field: Field, at: number, end: number, out: Sink): void {
  let start = at;
  let labels: string[] = [];
  while (at < end) {
    const size = b[at]!;
    if (size === 0) {
      out.add(field, start, at + 1 - start, `${labels.join('.')}.`);
      labels = [];
      start = at + 1;
    } else {
      if (at + 1 + size > end) return;
      labels.push(ascii(b, at + 1, at + 1 + size));
    }
    at += 1 + size;
  }
  if (labels.length > 0) out.add(field, start, end - start, labels.join('.'));
}
