// Bodies of 802.11 management frames (IEEE Std 802.11-2020 §9.3.3): fixed fields by subtype, then elements.
import { ascii, u16le } from '../../core/bytes.ts';
import { bytes, ether, text, uint, uint64 } from '../../core/field.ts';
import { COLUMN, type Packet, SHOWN } from '../../core/packet.ts';
import { type Protocol, protocol } from '../../core/protocol.ts';
import type { Sink } from '../../core/sink.ts';
import { hex } from '../../core/text.ts';
import { bitFields } from '../bits.ts';
import {
  actionCategoryNames,
  cipherNames,
  keyManagementNames,
  reasonNames,
  statusNames,
  tagNames,
} from '../names/wlan.ts';

const BEACON = 8;
const PROBE_RESPONSE = 5;
const ACTION = 13;
const ACTION_NO_ACK = 14;
/** Categories of action frames whose second byte is followed by a dialog token (§9.6). */
const BLOCK_ACK = 3;

/** Bytes of the fixed fields before the elements, by subtype. */
const fixedLengths: readonly number[] = [4, 6, 10, 6, 0, 12, 0, 0, 12, 0, 2, 6, 2, 0, 0, 0];
/** Subtypes whose body has elements. */
const hasElements: readonly boolean[] = [
  true,
  true,
  true,
  true,
  true,
  true,
  false,
  false,
  true,
  false,
  true,
  true,
  true,
  false,
  false,
  false,
];

const SSID = 0;
const RATES = 1;
const DS_PARAMETER = 3;
const TIM = 5;
const COUNTRY = 7;
const RSN = 48;
const EXTENDED_RATES = 50;
const VENDOR = 221;

const capabilities = uint('wlan.fixed.capabilities', 'Capabilities Information').hex(2).le();
const capabilityBits = bitFields(
  'wlan.fixed.capabilities.',
  `1 ess ESS capabilities | Transmitter is an AP | Transmitter is a STA
2 ibss IBSS status | Transmitter belongs to an IBSS | Transmitter belongs to a BSS
4 reserved1 Reserved
8 reserved2 Reserved
10 privacy Privacy | Data confidentiality required | Data confidentiality not required
20 short_preamble Short Preamble | Allowed | Not Allowed
40 reserved3 Reserved
80 reserved4 Reserved
100 spec_man Spectrum Management | Implemented | Not Implemented
200 qos QoS | Implemented | Not Implemented
400 short_slot_time Short Slot Time | In use | Not in use
800 apsd Automatic Power Save Delivery | Implemented | Not Implemented
1000 radio_measurement Radio Measurement | Implemented | Not Implemented
2000 epd EPD | Implemented | Not Implemented
4000 reserved5 Reserved
8000 reserved6 Reserved`,
  { le: true },
);
const f = {
  timestamp: uint64('wlan.fixed.timestamp', 'Timestamp').le(),
  // Shown in seconds by Wireshark's tree; time units of 1024 microseconds here as there in filters.
  beacon: uint('wlan.fixed.beacon', 'Beacon Interval').le(),
  capabilities,
  listenInterval: uint('wlan.fixed.listen_ival', 'Listen Interval').hex(2).le(),
  currentAp: ether('wlan.fixed.current_ap', 'Current AP'),
  status: uint('wlan.fixed.status_code', 'Status code').hex(2).le().named(statusNames),
  aid: uint('wlan.fixed.aid', 'Association ID').hex(2).le().mask(0x3fff),
  authAlgorithm: uint('wlan.fixed.auth.alg', 'Authentication Algorithm').le().named({
    0: 'Open System',
    1: 'Shared key',
    2: 'Fast BSS Transition',
    3: 'Simultaneous Authentication of Equals (SAE)',
  }),
  authSequence: uint('wlan.fixed.auth_seq', 'Authentication SEQ').hex(2).le(),
  reason: uint('wlan.fixed.reason_code', 'Reason code').hex(2).le().named(reasonNames),
  category: uint('wlan.fixed.category_code', 'Category code').named(actionCategoryNames),
  action: uint('wlan.fixed.action_code', 'Action code'),
  tagNumber: uint('wlan.tag.number', 'Tag Number').named(tagNames),
  tagLength: uint('wlan.tag.length', 'Tag length'),
  ssid: bytes('wlan.ssid', 'SSID'),
  rates: uint('wlan.supported_rates', 'Supported Rates').hex(1),
  extendedRates: uint('wlan.extended_supported_rates', 'Extended Supported Rates').hex(1),
  channel: uint('wlan.ds.current_channel', 'Current Channel'),
  dtimCount: uint('wlan.tim.dtim_count', 'DTIM count'),
  dtimPeriod: uint('wlan.tim.dtim_period', 'DTIM period'),
  country: text('wlan.country_info.code', 'Code'),
  rsnVersion: uint('wlan.rsn.version', 'RSN Version').le(),
  groupCipher: uint('wlan.rsn.gcs.type', 'Group Cipher Suite type').named(cipherNames),
  pairwiseCount: uint('wlan.rsn.pcs.count', 'Pairwise Cipher Suite Count').le(),
  pairwiseCipher: uint('wlan.rsn.pcs.type', 'Pairwise Cipher Suite type').named(cipherNames),
  akmCount: uint('wlan.rsn.akms.count', 'Auth Key Management (AKM) Suite Count').le(),
  akm: uint('wlan.rsn.akms.type', 'Auth Key Management (AKM) type').named(keyManagementNames),
  oui: uint('wlan.tag.oui', 'OUI'),
  vendorType: uint('wlan.tag.vendor.oui.type', 'Vendor Specific OUI Type'),
};

/** The body is a tree beside the frame's, without a name in frame.protocols. */
export const wlanManagement: Protocol = protocol({
  name: 'wlan.mgt',
  title: 'IEEE 802.11 Wireless Management',
  fields: { ...f, ...capabilityBits },
  step: () => null,
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const stop = p.stop[layer]!;
    const subtype = p.mark[layer]!;
    const fixed = fixedLengths[subtype]!;
    if (stop - start < fixed) return;
    emitFixed(subtype, start, stop, out);
    if (!hasElements[subtype]) return;
    out.group(`Tagged parameters (${stop - start - fixed} bytes)`, start + fixed, stop - start - fixed);
    for (let at = start + fixed; at + 2 <= stop && at + 2 + b[at + 1]! <= stop; at += 2 + b[at + 1]!)
      emitElement(b, at, out);
    out.close();
  },
});

/** Walks the body at p.at: whole elements up to the end. */
export function readManagement(p: Packet, subtype: number): null {
  const b = p.buf;
  const isAction = subtype === ACTION || subtype === ACTION_NO_ACK;
  if (p.at >= p.end && !isAction && fixedLengths[subtype] === 0 && !hasElements[subtype]) return null;
  p.push(wlanManagement, SHOWN | COLUMN);
  p.mark[p.count - 1] = subtype;
  const fixed = isAction ? 1 : fixedLengths[subtype]!;
  if (p.end - p.at < fixed) return p.cut(fixed);
  let at = p.at + fixed;
  if (hasElements[subtype]) {
    // Beacons and similar frames must have elements.
    if ((subtype === BEACON || subtype === PROBE_RESPONSE) && at === p.end) return p.cut(fixed + 2);
    while (at < p.end) {
      if (at + 2 > p.end || at + 2 + b[at + 1]! > p.end)
        return p.cut(at + 2 - p.at + (at + 2 > p.end ? 0 : b[at + 1]!));
      at += 2 + b[at + 1]!;
    }
  }
  p.at = p.end;
  return null;
}

function emitFixed(subtype: number, start: number, stop: number, out: Sink): void {
  switch (subtype) {
    case 0:
      emitCapabilities(start, out);
      out.add(f.listenInterval, start + 2, 2);
      break;
    case 2:
      emitCapabilities(start, out);
      out.add(f.listenInterval, start + 2, 2);
      out.add(f.currentAp, start + 4, 6);
      break;
    case 1:
    case 3:
      emitCapabilities(start, out);
      out.add(f.status, start + 2, 2);
      out.add(f.aid, start + 4, 2);
      break;
    case PROBE_RESPONSE:
    case BEACON:
      out.add(f.timestamp, start, 8);
      out.add(f.beacon, start + 8, 2);
      emitCapabilities(start + 10, out);
      break;
    case 10:
    case 12:
      out.add(f.reason, start, 2);
      break;
    case 11:
      out.add(f.authAlgorithm, start, 2);
      out.add(f.authSequence, start + 2, 2);
      out.add(f.status, start + 4, 2);
      break;
    case ACTION:
    case ACTION_NO_ACK:
      out.add(f.category, start, 1);
      if (stop - start > 1) out.add(f.action, start + 1, 1);
      break;
  }
}

function emitCapabilities(at: number, out: Sink): void {
  out.open(capabilities, at, 2);
  for (const bit of Object.values(capabilityBits)) out.add(bit, at, 2);
  out.close();
}

function emitElement(b: Uint8Array, at: number, out: Sink): void {
  const number = b[at]!;
  const length = b[at + 1]!;
  const value = at + 2;
  out.open(f.tagNumber, at, 2 + length, number);
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
      if (length < 2) break;
      out.add(f.dtimCount, value, 1);
      out.add(f.dtimPeriod, value + 1, 1);
      break;
    case COUNTRY:
      if (length >= 2) out.add(f.country, value, 2);
      break;
    case RSN:
      emitRsn(b, value, value + length, out);
      break;
    case VENDOR:
      if (length < 4) break;
      out.add(f.oui, value, 3);
      out.add(f.vendorType, value + 3, 1);
      break;
  }
  out.close();
}

/** §9.4.2.24: version, group cipher, pairwise ciphers, key management; each may be left out from the end on. */
function emitRsn(b: Uint8Array, at: number, end: number, out: Sink): void {
  if (end - at < 6) return;
  out.add(f.rsnVersion, at, 2);
  out.add(f.groupCipher, at + 5, 1);
  at += 6;
  for (const [count, kind] of [
    [f.pairwiseCount, f.pairwiseCipher],
    [f.akmCount, f.akm],
  ] as const) {
    if (end - at < 2) return;
    const suites = u16le(b, at);
    out.add(count, at, 2);
    at += 2;
    for (let i = 0; i < suites && at + 4 <= end; i++, at += 4) out.add(kind, at + 3, 1);
  }
}

/** Info text of the body: `, BI=100, SSID="office"`. */
export function managementText(p: Packet, frameLayer: number, subtype: number): string {
  const layer = frameLayer + 1;
  if (layer >= p.count || p.protocols[layer] !== wlanManagement) return '';
  const b = p.bufferOf(layer);
  const start = p.start[layer]!;
  const stop = p.stop[layer]!;
  const fixed = fixedLengths[subtype]!;
  if (stop - start < fixed) return '';
  if (subtype === ACTION || subtype === ACTION_NO_ACK) {
    return stop - start >= 3 && (b[start] === BLOCK_ACK || b[start] === 4)
      ? `, Dialog Token=${b[start + 2]}`
      : '';
  }
  let said = subtype === BEACON || subtype === PROBE_RESPONSE ? `, BI=${u16le(b, start + 8)}` : '';
  if (!hasElements[subtype]) return said;
  for (let at = start + fixed; at + 2 <= stop && at + 2 + b[at + 1]! <= stop; at += 2 + b[at + 1]!) {
    if (b[at] === SSID) said += `, SSID=${ssidText(b, at + 2, at + 2 + b[at + 1]!)}`;
  }
  return said;
}

/** SSID, quoted if printable, else in hexadecimal; an empty one is a wildcard. */
function ssidText(b: Uint8Array, at: number, end: number): string {
  if (at === end) return 'Wildcard (Broadcast)';
  for (let i = at; i < end; i++) if (b[i]! < 0x20 || b[i] === 0x7f) return hex(b, at, end);
  return `"${ascii(b, at, end)}"`;
}
