// Control And Provisioning of Wireless Access Points (RFC 5415 §4): control messages and tunnelled frames of stations.
import { u16, u24, u32 } from '../../core/bytes.ts';
import { data } from '../../core/data.ts';
import { bool, bytes, ether, none, uint } from '../../core/field.ts';
import type { Packet } from '../../core/packet.ts';
import { type Protocol, protocol } from '../../core/protocol.ts';
import type { Sink } from '../../core/sink.ts';
import { linkTypes, udpPorts } from '../../core/table.ts';
import { eth } from '../eth.ts';

const HEADER = 8;
const CONTROL_HEADER = 8;
const DTLS_HEADER = 4;
const DTLS_PREAMBLE = 1;
/** Bits of the second to fourth byte of the header (§4.3). */
const NATIVE = 0x000100;
const FRAGMENT = 0x000080;
const WIRELESS = 0x000020;
const RADIO_MAC = 0x000010;
const KEEP_ALIVE = 0x000008;
const IEEE_802_11 = 1;
const LINKTYPE_IEEE802_11 = 105;
/** A port registered for DTLS, by which its protocol is looked up. */
const DTLS_PORT = 853;

const messages: Readonly<Record<number, string>> = {
  1: 'Discovery Request',
  2: 'Discovery Response',
  3: 'Join Request',
  4: 'Join Response',
  5: 'Configuration Status Request',
  6: 'Configuration Status Response',
  7: 'Configuration Update Request',
  8: 'Configuration Update Response',
  9: 'WTP Event Request',
  10: 'WTP Event Response',
  11: 'Change State Request',
  12: 'Change State Response',
  13: 'Echo Request',
  14: 'Echo Response',
  15: 'Image Data Request',
  16: 'Image Data Response',
  17: 'Reset Request',
  18: 'Reset Response',
  19: 'Primary Discovery Request',
  20: 'Primary Discovery Response',
  21: 'Data Transfer Request',
  22: 'Data Transfer Response',
  23: 'Clear Configuration Request',
  24: 'Clear Configuration Response',
  25: 'Station Configuration Request',
  26: 'Station Configuration Response',
};

/** RFC 5416 §4: message types of the 802.11 binding contain this enterprise number. */
const BINDING_ENTERPRISE = 13277;
const bindingMessages: Readonly<Record<number, string>> = {
  3398913: 'IEEE 802.11 WLAN Configuration Request',
  3398914: 'IEEE 802.11 WLAN Configuration Response',
};

/** Fields of the header, which control and data share. */
const headerFields = {
  version: uint('capwap.preamble.version', 'Version').at(0, 1).mask(0xf0),
  type: uint('capwap.preamble.type', 'Type').at(0, 1).mask(0x0f),
  length: uint('capwap.header.length', 'Header Length').mask(0xf80000),
  radio: uint('capwap.header.rid', 'Radio ID').mask(0x07c000),
  binding: uint('capwap.header.wbid', 'Wireless Binding ID').mask(0x003e00),
  isNative: bool('capwap.header.flags.t', 'Payload Type').mask(NATIVE),
  isFragment: bool('capwap.header.flags.f', 'Fragment').mask(FRAGMENT),
  isLast: bool('capwap.header.flags.l', 'Last Fragment').mask(0x000040),
  hasWireless: bool('capwap.header.flags.w', 'Wireless header').mask(WIRELESS),
  hasMac: bool('capwap.header.flags.m', 'Radio MAC header').mask(RADIO_MAC),
  isKeepAlive: bool('capwap.header.flags.k', 'Keep-Alive').mask(KEEP_ALIVE),
  fragmentId: uint('capwap.header.fragment.id', 'Fragment ID'),
  fragmentOffset: uint('capwap.header.fragment.offset', 'Fragment Offset').mask(0xfff8),
  macLength: uint('capwap.header.mac.length', 'MAC length'),
  mac: ether('capwap.header.mac.eui48', 'MAC address'),
};

const f = {
  ...headerFields,
  message: uint('capwap.control.header.message_type', 'Message Type').named(messages),
  sequence: uint('capwap.control.header.sequence_number', 'Sequence Number'),
  elementsLength: uint('capwap.control.header.message_element_length', 'Message Element Length'),
  controlFlags: uint('capwap.control.header.flags', 'Flags'),
  element: none('capwap.message_element', 'Message Element'),
  elementType: uint('capwap.message_element.type', 'Type'),
  elementLength: uint('capwap.message_element.length', 'Length'),
  elementValue: bytes('capwap.message_element.value', 'Value'),
};

/** Offset after the header; -1 if truncated. */
function payloadAt(p: Packet, start: number): number {
  if (p.end - start < HEADER) {
    p.cut(HEADER);
    return -1;
  }
  const length = Math.max(HEADER, (p.buf[start + 1]! >> 3) * 4);
  if (p.end - start < length) {
    p.cut(length);
    return -1;
  }
  return start + length;
}

/** DTLS if the preamble indicates it (§4.2). */
function encrypted(p: Packet): Protocol | null | undefined {
  if (p.end <= p.at) return p.cut(1);
  if ((p.buf[p.at]! & 15) !== DTLS_PREAMBLE) return undefined;
  if (p.end - p.at < DTLS_HEADER) return p.cut(DTLS_HEADER);
  p.at += DTLS_HEADER;
  return p.at < p.end ? (udpPorts.get(DTLS_PORT) ?? data) : null;
}

export const capwap: Protocol = protocol({
  name: 'capwap',
  title: 'Control And Provisioning of Wireless Access Points - Control',
  column: 'CAPWAP-Control',
  fields: f,
  on: [[udpPorts, 5246]],
  step(p) {
    const inner = encrypted(p);
    if (inner !== undefined) return inner;
    const start = p.at;
    const at = payloadAt(p, start);
    if (at < 0) return null;
    p.at = at;
    if (u24(p.buf, start + 1) & FRAGMENT) return p.at < p.end ? data : null;
    if (p.end - at < CONTROL_HEADER) return p.cut(CONTROL_HEADER);
    // §4.5.1: the message element length includes the three bytes from the flags on.
    const end = Math.min(p.wireEnd, at + 5 + u16(p.buf, at + 5));
    for (let element = at + CONTROL_HEADER; element < end; ) {
      p.at = element;
      if (element + 4 > p.end) return p.cut(4);
      element += 4 + u16(p.buf, element + 2);
      if (element > p.end) return p.cut(element - p.at);
    }
    return null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const end = p.stop[layer]!;
    const at = emitHeader(b, start, end, out);
    if (at < 0 || u24(b, start + 1) & FRAGMENT || at + CONTROL_HEADER > end) return;
    out.add(f.message, at, 4);
    out.add(f.sequence, at + 4, 1);
    out.add(f.elementsLength, at + 5, 2);
    out.add(f.controlFlags, at + 7, 1);
    for (let element = at + CONTROL_HEADER; element + 4 <= end; ) {
      const length = u16(b, element + 2);
      if (element + 4 + length > end) return;
      out.open(f.element, element, 4 + length);
      out.add(f.elementType, element, 2);
      out.add(f.elementLength, element + 2, 2);
      if (length > 0) out.add(f.elementValue, element + 4, length);
      out.close();
      element += 4 + length;
    }
  },
  info(p, layer) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const column = 'CAPWAP-Control';
    if (p.stop[layer]! - start < HEADER || (b[start]! & 15) === DTLS_PREAMBLE) return column;
    if (u24(b, start + 1) & FRAGMENT) return column + fragmentText(b, start);
    const at = start + Math.max(HEADER, (b[start + 1]! >> 3) * 4);
    if (at + 4 > p.stop[layer]!) return column;
    const type = u32(b, at);
    const known = type >> 8 === BINDING_ENTERPRISE ? bindingMessages[type] : messages[type];
    return `${column} - ${known ?? `Unknown Message Type (0x${type.toString(16)})`}`;
  },
});

export const capwapData: Protocol = protocol({
  name: 'capwap.data',
  title: 'Control And Provisioning of Wireless Access Points - Data',
  column: 'CAPWAP-Data',
  fields: headerFields,
  on: [[udpPorts, 5247]],
  step(p) {
    const inner = encrypted(p);
    if (inner !== undefined) return inner;
    const start = p.at;
    const at = payloadAt(p, start);
    if (at < 0) return null;
    const flags = u24(p.buf, start + 1);
    p.payload[p.layer] = p.at = at;
    if (flags & KEEP_ALIVE || at >= p.end) return null;
    if (flags & FRAGMENT) return data;
    if ((flags & NATIVE) === 0) return eth;
    if (((flags >> 9) & 31) !== IEEE_802_11) return data;
    stationFrame(p);
    return null;
  },
  emit(p, layer, out) {
    emitHeader(p.bufferOf(layer), p.start[layer]!, p.stop[layer]!, out);
  },
  info(p, layer) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    if (p.stop[layer]! - start < HEADER) return 'CAPWAP-Data';
    const flags = u24(b, start + 1);
    if (flags & KEEP_ALIVE) return 'CAPWAP-Data Keep-Alive';
    return flags & FRAGMENT ? `CAPWAP-Data${fragmentText(b, start)}` : 'CAPWAP-Data';
  },
});

/**
 * Swaps the bytes of the 802.11 frame control field back; access points swap them, and Wireshark assumes so by default.
 */
export function stationFrame(p: Packet): void {
  const wlan = linkTypes.get(LINKTYPE_IEEE802_11) ?? data;
  const frame = p.buf.slice(p.at, p.end);
  if (frame.length >= 2) {
    const first = frame[0]!;
    frame[0] = frame[1]!;
    frame[1] = first;
  }
  p.callIn('IEEE 802.11 frame', wlan, frame, 0, frame.length, frame.length + Math.max(0, p.wireEnd - p.end));
}

function fragmentText(b: Uint8Array, start: number): string {
  return ` (Fragment ID: ${u16(b, start + 4)}, Fragment Offset: ${u16(b, start + 6) >> 3})`;
}

/** Emits the header's fields; returns the offset of the payload, or -1 if there is none in the clear. */
function emitHeader(b: Uint8Array, start: number, end: number, out: Sink): number {
  out.fixed(f.version);
  out.fixed(f.type);
  if ((b[start]! & 15) === DTLS_PREAMBLE || end - start < HEADER) return -1;
  for (const field of [f.length, f.radio, f.binding, f.isNative, f.isFragment, f.isLast])
    out.add(field, start + 1, 3);
  for (const field of [f.hasWireless, f.hasMac, f.isKeepAlive]) out.add(field, start + 1, 3);
  out.add(f.fragmentId, start + 4, 2);
  out.add(f.fragmentOffset, start + 6, 2);
  if (u24(b, start + 1) & RADIO_MAC && start + HEADER + 7 <= end) {
    out.add(f.macLength, start + HEADER, 1);
    if (b[start + HEADER] === 6) out.add(f.mac, start + HEADER + 1, 6);
  }
  return start + Math.max(HEADER, (b[start + 1]! >> 3) * 4);
}
