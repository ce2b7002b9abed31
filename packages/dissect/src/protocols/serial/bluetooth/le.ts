// Bluetooth Low Energy link layer (Bluetooth Core Specification 5.3, volume 6 part B §2): advertising and data channel
// PDUs.
import { ascii, u16le, u32le } from '../../../core/bytes.ts';
import { ether, text, uint } from '../../../core/field.ts';
import { LISTED, type Packet, SHOWN } from '../../../core/packet.ts';
import { type Protocol, protocol } from '../../../core/protocol.ts';
import { linkTypes } from '../../../core/table.ts';
import { l2cap } from './l2cap.ts';
import { controlNames } from './names.ts';

const HEADER = 6;
const CRC = 3;
/** Access address of advertising channels (§2.1.2). */
const ADVERTISING = 0x8e89bed6;
const advertisements = [
  'ADV_IND',
  'ADV_DIRECT_IND',
  'ADV_NONCONN_IND',
  'SCAN_REQ',
  'SCAN_RSP',
  'CONNECT_IND',
  'ADV_SCAN_IND',
  'ADV_EXT_IND',
  'AUX_CONNECT_RSP',
];
const SCAN_REQUEST = 3;
const CONNECT = 5;
const EXTENDED = 7;
/** Link layer identifiers (LLID) of data channel PDUs (§2.4). */
const CONTINUED = 1;
const START = 2;
const CONTROL = 3;

const f = {
  access: uint('btle.access_address', 'Access Address').at(0, 4).le().hex(),
  header: uint('btle.advertising_header', 'Packet Header').le().hex(2),
  type: uint('btle.advertising_header.pdu_type', 'PDU Type')
    .mask(0x0f)
    .hex(1)
    .named(Object.fromEntries(advertisements.map((name, i) => [i, name]))),
  llid: uint('btle.data_header.llid', 'LLID').mask(0x03).hex(1),
  length: uint('btle.length', 'Length').at(5, 1),
  advertiser: ether('btle.advertising_address', 'Advertising Address'),
  control: uint('btle.control_opcode', 'Control Opcode').hex(1).named(controlNames),
  crc: uint('btle.crc', 'CRC').hex(3),
};

export const btle: Protocol = protocol({
  name: 'btle',
  title: 'Bluetooth Low Energy Link Layer',
  column: 'LE LL',
  fields: f,
  step(p) {
    const { buf: b, at: start } = p;
    if (p.end - start < HEADER) return p.cut(HEADER);
    const end = Math.min(p.end, start + HEADER + b[start + 5]!);
    p.at = start + HEADER;
    if (u32le(b, start) === ADVERTISING) advertised(p, b[start + 4]! & 0x0f, end);
    else if ((b[start + 4]! & 3) === START && end - p.at >= 4) {
      const whole = u16le(b, p.at) + 4;
      // The first fragment names a frame of several fragments.
      if (whole <= end - p.at) p.call(l2cap, p.at, end);
    }
    p.at = p.end;
    return null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const stop = p.stop[layer]!;
    out.fixed(f.access);
    if (u32le(b, start) === ADVERTISING) {
      out.add(f.header, start + 4, 2);
      out.add(f.type, start + 4, 1);
      out.fixed(f.length);
      const type = b[start + 4]! & 0x0f;
      const at = start + HEADER + (type === SCAN_REQUEST || type === CONNECT ? 6 : 0);
      if (type < EXTENDED && at + 6 <= stop) out.add(f.advertiser, at, 6, b.slice(at, at + 6).reverse());
    } else {
      out.add(f.llid, start + 4, 1);
      out.fixed(f.length);
      if ((b[start + 4]! & 3) === CONTROL) out.add(f.control, start + HEADER, 1);
    }
    const crc = start + HEADER + b[start + 5]!;
    if (crc + CRC <= stop) out.add(f.crc, crc, CRC);
  },
  info(p, layer) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    if (p.stop[layer]! - start < HEADER) return '';
    if (u32le(b, start) === ADVERTISING) return advertisements[b[start + 4]! & 0x0f] ?? 'Unknown';
    const llid = b[start + 4]! & 3;
    if (llid === CONTROL) return `Control Opcode: ${controlNames(b[start + HEADER]!) ?? 'Unknown'}`;
    if (llid === CONTINUED) return b[start + 5] === 0 ? 'Empty PDU' : 'L2CAP Fragment';
    return llid === START ? 'L2CAP Fragment Start' : '';
  },
});

/** Advertising data (§2.3) after the addresses, in an encoding of their own. */
function advertised(p: Packet, type: number, end: number): void {
  const at = p.at + (type === SCAN_REQUEST || type === CONNECT || type === 1 ? 12 : 6);
  if (type >= EXTENDED) return;
  // CONNECT_IND contains a channel map, which Wireshark dissects with the common Bluetooth structures.
  if (type === CONNECT ? at <= end : type !== SCAN_REQUEST && type !== 1 && at < end) {
    p.at = Math.min(at, end);
    if (p.push(common, LISTED | SHOWN)) p.stop[p.layer] = end;
    p.mark[p.layer] = type === CONNECT ? 1 : 0;
  }
}

const c = {
  length: uint('btcommon.eir_ad.entry.length', 'Length'),
  type: uint('btcommon.eir_ad.entry.type', 'Type').hex(1),
  name: text('btcommon.eir_ad.entry.device_name', 'Device Name'),
};
const SHORT_NAME = 8;
const COMPLETE_NAME = 9;

/** Advertising data (core specification supplement, part A): entries of length, type and data. */
export const common: Protocol = protocol({
  name: 'btcommon',
  title: 'Advertising Data',
  fields: c,
  step: () => null,
  emit(p, layer, out) {
    if (p.mark[layer] !== 0) return;
    const b = p.bufferOf(layer);
    const end = p.stop[layer]!;
    for (let at = p.start[layer]!; at + 2 <= end && b[at]! > 0; at += 1 + b[at]!) {
      const stop = Math.min(end, at + 1 + b[at]!);
      out.group('Entry', at, stop - at);
      out.add(c.length, at, 1);
      out.add(c.type, at + 1, 1);
      if (b[at + 1] === SHORT_NAME || b[at + 1] === COMPLETE_NAME)
        out.add(c.name, at + 2, stop - at - 2, ascii(b, at + 2, stop));
      out.close();
    }
  },
});

const RADIO = 10;
const r = {
  channel: uint('btle_rf.channel', 'RF Channel').at(0, 1),
};
export const btleRadio: Protocol = protocol({
  name: 'btle_rf',
  title: 'Bluetooth Low Energy RF Info',
  column: 'LE LL',
  fields: r,
  info: () => '',
  step(p) {
    if (p.end - p.at < RADIO) return p.cut(RADIO);
    p.at += RADIO;
    return p.at < p.end ? btle : null;
  },
});

/** Layer of the link type, which only names Bluetooth. */
export const bluetoothLe: Protocol = protocol({
  name: 'bluetooth',
  title: 'Bluetooth',
  on: [[linkTypes, 251]],
  step: () => btle,
});
export const bluetoothLeRadio: Protocol = protocol({
  name: 'bluetooth',
  title: 'Bluetooth',
  on: [[linkTypes, 256]],
  step: () => btleRadio,
});
