// Bodies of 802.11 management frames (IEEE Std 802.11-2020 §9.3.3): fixed fields by subtype, then elements.
import { u16le } from '../../core/bytes.ts';
import { ether, none, uint, uint64 } from '../../core/field.ts';
import { COLUMN, type Packet, SHOWN } from '../../core/packet.ts';
import { type Protocol, protocol } from '../../core/protocol.ts';
import type { Sink } from '../../core/sink.ts';
import { bitFields } from '../bits.ts';
import { actionCategoryNames, reasonNames, statusNames } from '../names/wlan.ts';
import { elementFields, emitElement, SSID } from './elements.ts';
import { ssidText } from './ssid.ts';

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

/** Beacons, and responses to associations, reassociations and probes. */
const ofAccessPoints: ReadonlySet<number> = new Set([1, 3, PROBE_RESPONSE, BEACON]);

const capabilities = uint('wlan.fixed.capabilities', 'Capabilities Information').hex(2).le();
const capabilityBits = bitFields(
  'wlan.fixed.capabilities.',
  `1 ess ESS capabilities | Transmitter is an AP | Transmitter is a STA
2 ibss IBSS status | Transmitter belongs to an IBSS | Transmitter belongs to a BSS
4n reserved1 Reserved
8n reserved2 Reserved
10 privacy Privacy | Data confidentiality required | Data confidentiality not required
20 short_preamble Short Preamble | Allowed | Not Allowed
40n reserved3 Reserved
80n reserved4 Reserved
100 spec_man Spectrum Management | Implemented | Not Implemented
200 qos QoS | Implemented | Not Implemented
400 short_slot_time Short Slot Time | In use | Not in use
800 apsd Automatic Power Save Delivery | Implemented | Not Implemented
1000 radio_measurement Radio Measurement | Implemented | Not Implemented
2000 epd EPD | Implemented | Not Implemented
4000n reserved5 Reserved
8000n reserved6 Reserved`,
  { le: true },
);
const f = {
  fixed: none('wlan.fixed.all', 'Fixed parameters'),
  elements: none('wlan.tagged.all', 'Tagged parameters'),
  timestamp: uint64('wlan.fixed.timestamp', 'Timestamp').le(),
  // In time units of 1024 microseconds.
  beacon: uint('wlan.fixed.beacon', 'Beacon Interval')
    .le()
    .shownAs((value) => `Beacon Interval: ${(Number(value) * 0.001024).toFixed(6)} [Seconds]`),
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
};

/** The body is a tree beside the frame's, without a name in frame.protocols. */
export const wlanManagement: Protocol = protocol({
  name: 'wlan.mgt',
  title: 'IEEE 802.11 Wireless Management',
  fields: { ...f, ...capabilityBits, ...elementFields },
  step: () => null,
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const stop = p.stop[layer]!;
    const subtype = p.mark[layer]!;
    const fixed = fixedLengths[subtype]!;
    if (stop - start < fixed) return;
    if (fixed > 0) {
      out.open(f.fixed, start, fixed);
      out.note(` (${fixed} bytes)`);
      emitFixed(subtype, start, stop, out);
      out.close();
    } else emitFixed(subtype, start, stop, out);
    if (!hasElements[subtype] || start + fixed === stop) return;
    out.open(f.elements, start + fixed, stop - start - fixed);
    out.note(` (${stop - start - fixed} bytes)`);
    const isFromAccessPoint = ofAccessPoints.has(subtype);
    for (let at = start + fixed; at + 2 <= stop && at + 2 + b[at + 1]! <= stop; at += 2 + b[at + 1]!)
      emitElement(b, at, isFromAccessPoint, out);
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
  let summary = subtype === BEACON || subtype === PROBE_RESPONSE ? `, BI=${u16le(b, start + 8)}` : '';
  if (!hasElements[subtype]) return summary;
  for (let at = start + fixed; at + 2 <= stop && at + 2 + b[at + 1]! <= stop; at += 2 + b[at + 1]!) {
    if (b[at] === SSID) summary += `, SSID=${ssidText(b, at + 2, at + 2 + b[at + 1]!)}`;
  }
  return summary;
}
