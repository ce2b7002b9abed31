// Elements of 802.11 management frames (IEEE Std 802.11-2020 §9.4.2): tag, length, and contents by tag.
import { u24 } from '../../core/bytes.ts';
import { bytes, type Field, none, text, uint } from '../../core/field.ts';
import type { Sink } from '../../core/sink.ts';
import { tagNames } from '../names/wlan.ts';
import { emitHtCapabilities, emitHtOperation, htFields } from './ht-elements.ts';
import { ouiLine, ouiName } from './oui.ts';
import { emitRsn, emitWpa, securityFields } from './security-elements.ts';
import { ssidText } from './ssid.ts';
import { emitWmm, wmmFields, wmmText } from './wmm.ts';
import { emitWord, wordFields, wordOf } from './words.ts';

export const SSID = 0;
const RATES = 1;
const DS_PARAMETER = 3;
const TIM = 5;
const COUNTRY = 7;
const ERP = 42;
const HT_CAPABILITIES = 45;
/** ERP Information in a draft of 802.11g, and still in some beacons. */
const ERP_OF_DRAFT = 47;
const RSN = 48;
const EXTENDED_RATES = 50;
const HT_OPERATION = 61;
const VENDOR = 221;

const MICROSOFT = 0x0050f2;
const WPA = 1;
const WMM = 2;
const microsoftTypes = { 1: 'WPA Information Element', 2: 'WMM/WME', 4: 'WPS' };

const f = {
  tag: none('wlan.tag', 'Tag'),
  tagNumber: uint('wlan.tag.number', 'Tag Number').named(tagNames),
  tagLength: uint('wlan.tag.length', 'Tag length'),
  ssid: bytes('wlan.ssid', 'SSID').shownAs((value) => {
    const ssid = value as Uint8Array;
    return `SSID: ${ssidText(ssid, 0, ssid.length)}`;
  }),
  rates: ratesOf('wlan.supported_rates', 'Supported Rates'),
  extendedRates: ratesOf('wlan.extended_supported_rates', 'Extended Supported Rates'),
  channel: uint('wlan.ds.current_channel', 'Current Channel'),
  dtimCount: uint('wlan.tim.dtim_count', 'DTIM count'),
  dtimPeriod: uint('wlan.tim.dtim_period', 'DTIM period'),
  bitmap: bytes('wlan.tim.partial_virtual_bitmap', 'Partial Virtual Bitmap'),
  associationId: uint('wlan.tim.aid', 'Association ID').hex(1),
  country: text('wlan.country_info.code', 'Code'),
  oui: uint('wlan.tag.oui', 'OUI').shownAs(ouiLine('OUI')),
  vendorType: uint('wlan.tag.vendor.oui.type', 'Vendor Specific OUI Type'),
  vendorData: bytes('wlan.tag.vendor.data', 'Vendor Specific Data'),
  microsoftType: uint('wlan.wfa.ie.type', 'Type').hex(1).named(microsoftTypes),
};
const words = {
  bitmapControl: wordOf(
    'wlan.tim.bmapctl',
    'Bitmap control',
    1,
    'wlan.tim.bmapctl.',
    '1 multicast Multicast\nfe offset Bitmap Offset',
  ),
  erp: wordOf(
    'wlan.erp_info',
    'ERP Information',
    1,
    'wlan.erp_info.',
    `1 erp_present Non ERP Present | Set | Not set
2 use_protection Use Protection | Set | Not set
4 barker_preamble_mode Barker Preamble Mode | Set | Not set
f8 reserved Reserved`,
  ),
};

export const elementFields: Readonly<Record<string, Field>> = {
  ...f,
  ...wordFields(words),
  ...securityFields,
  ...htFields,
  ...wmmFields,
};

/** The element at `at`, which is whole. `isFromAccessPoint`: its frame is one that access points send. */
export function emitElement(b: Uint8Array, at: number, isFromAccessPoint: boolean, out: Sink): void {
  const number = b[at]!;
  const length = b[at + 1]!;
  const value = at + 2;
  out.open(f.tag, at, 2 + length);
  out.note(`: ${tagNames[number] ?? 'Reserved'}${contentText(b, number, value, length)}`);
  out.add(f.tagNumber, at, 1);
  out.add(f.tagLength, at + 1, 1);
  switch (number) {
    case SSID:
      out.add(f.ssid, value, length);
      break;
    case RATES:
      for (let i = 0; i < length; i++) out.add(f.rates, value + i, 1);
      break;
    case EXTENDED_RATES:
      for (let i = 0; i < length; i++) out.add(f.extendedRates, value + i, 1);
      break;
    case DS_PARAMETER:
      if (length >= 1) out.add(f.channel, value, 1);
      break;
    case TIM:
      emitTrafficMap(b, value, length, out);
      break;
    case COUNTRY:
      if (length >= 2) out.add(f.country, value, 2);
      break;
    case ERP:
    case ERP_OF_DRAFT:
      if (length >= 1) emitWord(words.erp, value, out);
      break;
    case HT_CAPABILITIES:
      emitHtCapabilities(b, value, length, out);
      break;
    case HT_OPERATION:
      emitHtOperation(b, value, length, out);
      break;
    case RSN:
      emitRsn(b, value, value + length, out);
      break;
    case VENDOR:
      emitVendor(b, value, value + length, isFromAccessPoint, out);
      break;
  }
  out.close();
}

/** §9.4.2.5: the stations for which the access point holds frames; the bitmap begins at 16 times its offset. */
function emitTrafficMap(b: Uint8Array, at: number, length: number, out: Sink): void {
  if (length < 2) return;
  out.add(f.dtimCount, at, 1);
  out.add(f.dtimPeriod, at + 1, 1);
  if (length < 4) return;
  emitWord(words.bitmapControl, at + 2, out);
  out.open(f.bitmap, at + 3, length - 3);
  const first = (b[at + 2]! >> 1) * 16;
  for (let i = 0; i < (length - 3) * 8; i++) {
    const place = at + 3 + (i >> 3);
    if ((b[place]! >> (i & 7)) & 1) out.add(f.associationId, place, 1, first + i);
  }
  out.close();
}

function emitVendor(b: Uint8Array, at: number, end: number, isFromAccessPoint: boolean, out: Sink): void {
  if (end - at < 4) return;
  out.add(f.oui, at, 3);
  out.add(f.vendorType, at + 3, 1);
  if (u24(b, at) !== MICROSOFT) {
    out.add(f.vendorData, at + 3, end - at - 3);
    return;
  }
  out.add(f.microsoftType, at + 3, 1);
  if (b[at + 3] === WPA) emitWpa(b, at + 4, end, out);
  else if (b[at + 3] === WMM) emitWmm(b, at + 4, end, isFromAccessPoint, out);
}

/** What the element's line says behind its name. */
function contentText(b: Uint8Array, number: number, at: number, length: number): string {
  switch (number) {
    case SSID:
      return `: ${ssidText(b, at, at + length)}`;
    case RATES:
    case EXTENDED_RATES:
      return ` ${[...b.subarray(at, at + length)].map((rate) => `${rateText(rate)}, `).join('')}[Mbit/sec]`;
    case DS_PARAMETER:
      return length < 1 ? '' : `: Current Channel: ${b[at]}`;
    case TIM:
      return length < 4 ? '' : `: DTIM ${b[at]} of ${b[at + 1]} bitmap`;
    case VENDOR:
      return length < 4 ? '' : vendorText(b, at, length);
    default:
      return '';
  }
}

function vendorText(b: Uint8Array, at: number, length: number): string {
  const oui = u24(b, at);
  const name = ouiName(oui);
  const type = oui === MICROSOFT ? (microsoftTypes as Record<number, string>)[b[at + 3]!] : undefined;
  const subtype = type !== undefined && b[at + 3] === WMM && length > 4 ? `: ${wmmText(b[at + 4]!)}` : '';
  return [name, type].map((part) => (part === undefined ? '' : `: ${part}`)).join('') + subtype;
}

function ratesOf(name: string, title: string): Field {
  return uint(name, title)
    .hex(1)
    .shownAs((value) => `${title}: ${rateText(Number(value))} (0x${value.toString(16).padStart(2, '0')})`);
}

/** §9.4.2.3: in units of 500 kbit/s; the top bit marks the rates that all members must support. */
const rateText = (rate: number): string => `${(rate & 0x7f) / 2}${rate & 0x80 ? '(B)' : ''}`;
