// Pseudo-headers of 802.11 frames other than radiotap: Prism, AVS and Per-Packet Information
// (https://www.tcpdump.org/linktypes.html; "PPI Header format", CACE Technologies).
import { u16le, u32, u32le } from '../../core/bytes.ts';
import { data } from '../../core/data.ts';
import { text, uint } from '../../core/field.ts';
import { LISTED } from '../../core/packet.ts';
import { type Protocol, protocol } from '../../core/protocol.ts';
import { linkTypes } from '../../core/table.ts';
import { packetData } from '../link/packet-data.ts';
import { HAS_FCS, toRadio } from './radio.ts';

const PRISM = 24;
const prismFields = {
  code: uint('prism.msgcode', 'Message Code').hex(4),
  length: uint('prism.msglen', 'Message Length'),
  device: text('prism.devname', 'Device').at(8, 16),
};
/** Host byte order, recognized by the message code 0x44 or 0x41. */
function isLittle(b: Uint8Array, at: number): boolean {
  return b[at] !== 0;
}

export const prism: Protocol = protocol({
  name: 'prism',
  title: 'Prism capture header',
  column: 'Prism',
  fields: prismFields,
  on: [[linkTypes, 119]],
  step(p) {
    const b = p.buf;
    if (p.end - p.at < 4) return p.cut(4);
    // AVS headers may have this link type too.
    if (isAvs(b, p.at)) return wlancap;
    if (p.end - p.at < PRISM) return p.cut(PRISM);
    const length = isLittle(b, p.at) ? u32le(b, p.at + 4) : u32(b, p.at + 4);
    if (length < PRISM || length > p.end - p.at) return p.cut(Math.max(length, PRISM));
    p.at += length;
    return toRadio(p, 0);
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    if (p.stop[layer]! - start < PRISM || isAvs(b, start)) return;
    const read = isLittle(b, start) ? u32le : u32;
    out.add(prismFields.code, start, 4, read(b, start));
    out.add(prismFields.length, start + 4, 4, read(b, start + 4));
    out.fixed(prismFields.device);
  },
});

const AVS_MAGIC = 0x80211000;
function isAvs(b: Uint8Array, at: number): boolean {
  return (u32(b, at) & 0xfffff000) >>> 0 === AVS_MAGIC;
}

const avsFields = {
  magic: uint('wlancap.magic', 'Header magic').at(0, 4).hex(),
  version: uint('wlancap.version', 'Header revision').at(0, 4).mask(0x00000fff),
  length: uint('wlancap.length', 'Header length').at(4, 4),
};

export const wlancap: Protocol = protocol({
  name: 'wlancap',
  title: 'AVS WLAN Capture header',
  column: 'WLAN',
  fields: avsFields,
  on: [[linkTypes, 163]],
  step(p) {
    const b = p.buf;
    if (p.end - p.at < 8) return p.cut(8);
    const length = u32(b, p.at + 4);
    if (length < 8 || length > p.end - p.at) return p.malformed();
    p.at += length;
    return toRadio(p, 0);
  },
  info(p, layer) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    if (p.stop[layer]! - start < 8) return '';
    const version = (u32(b, start) - AVS_MAGIC) >>> 0;
    return `AVS WLAN Capture v${version.toString(16)}, Length ${u32(b, start + 4) | 0}`;
  },
});

const PPI = 8;
const COMMON = 2;
const FIELD = 4;
const IEEE_802_11 = 105;
/** 802.11-common: the flags follow the 8-byte timestamp; bit 0 indicates a frame check sequence. */
const COMMON_FLAGS = 8;

const ppiFields = {
  version: uint('ppi.version', 'Version').at(0, 1),
  flags: uint('ppi.flags', 'Flags').at(1, 1).hex(),
  length: uint('ppi.length', 'Header length').at(2, 2).le(),
  dlt: uint('ppi.dlt', 'DLT').at(4, 4).le(),
};

export const ppi: Protocol = protocol({
  name: 'ppi',
  title: 'PPI',
  column: 'PPI',
  fields: ppiFields,
  on: [[linkTypes, 192]],
  step(p) {
    const b = p.buf;
    const start = p.at;
    if (p.end - start < PPI) return p.cut(PPI);
    const length = u16le(b, start + 2);
    if (length < PPI || length > p.end - start) return p.cut(Math.max(length, PPI));
    const type = u32le(b, start + 4);
    p.at = start + length;
    if (type === IEEE_802_11) return toRadio(p, hasFcs(b, start + PPI, p.at) ? HAS_FCS : 0);
    p.push(packetData, LISTED);
    return linkTypes.get(type) ?? data;
  },
  info(p, layer) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    return p.stop[layer]! - start < PPI ? '' : `PPI version ${b[start]}, ${u16le(b, start + 2)} bytes`;
  },
});

function hasFcs(b: Uint8Array, at: number, end: number): boolean {
  while (at + FIELD <= end) {
    const length = u16le(b, at + 2);
    if (u16le(b, at) === COMMON && length > COMMON_FLAGS && at + FIELD + COMMON_FLAGS < end) {
      return (b[at + FIELD + COMMON_FLAGS]! & 1) !== 0;
    }
    at += FIELD + length;
  }
  return false;
}
