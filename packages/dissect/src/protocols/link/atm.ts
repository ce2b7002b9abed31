// ATM in SunATM captures: complete AAL5 packets with a 4-byte pseudo-header
// (https://www.tcpdump.org/linktypes/LINKTYPE_SUNATM.html); LAN emulation (ATM Forum LANE 2.0 §3).
import { u16 } from '../../core/bytes.ts';
import { data } from '../../core/data.ts';
import { uint } from '../../core/field.ts';
import { LISTED, OTHER, type Packet } from '../../core/packet.ts';
import { type Protocol, protocol } from '../../core/protocol.ts';
import { etherTypes, linkTypes } from '../../core/table.ts';
import { eth } from '../eth.ts';
import { llc } from '../llc.ts';
import { ppp } from '../ppp/ppp.ts';
import { fr } from './framerelay.ts';
import { head, thenData } from './head.ts';

const PSEUDO_HEADER = 4;
const TO_HOST = 0x80;
const TYPE = 0x0f;
const LANE = 1;
const LLC = 2;
const ILMI = 5;
const SIGNALLING = 6;
const AAL5 = 4;
const AAL_SIGNALLING = 6;

const typeNames: Readonly<Record<number, string>> = {
  [LANE]: 'LANE',
  [LLC]: 'LLC multiplexed',
  [ILMI]: 'ILMI',
};

function pseudo(p: Packet, at: number): number {
  const start = p.start[0]! - PSEUDO_HEADER + at;
  return start < 0 ? 0 : p.bufferOf(0)[start]!;
}
const flagsOf = (p: Packet): number => pseudo(p, 0);
const vpiOf = (p: Packet): number => pseudo(p, 1);
const vciOf = (p: Packet): number => (pseudo(p, 2) << 8) | pseudo(p, 3);

/** Whether the channel is that of signalling (ITU-T I.361 §2.2). */
function isSignalling(p: Packet): boolean {
  return (flagsOf(p) & TYPE) === SIGNALLING || (vpiOf(p) === 0 && vciOf(p) === 5);
}

const f = {
  channel: uint('atm.channel', 'Channel')
    .named({ 0: 'DTE->DCE', 1: 'DCE->DTE' })
    .get((p) => (flagsOf(p) & TO_HOST ? 0 : 1)),
  aal: uint('atm.aal', 'AAL').get((p) => (isSignalling(p) ? AAL_SIGNALLING : AAL5)),
  vpi: uint('atm.vpi', 'VPI').get((p) => vpiOf(p)),
  vci: uint('atm.vci', 'VCI').get((p) => vciOf(p)),
};

export const atm: Protocol = protocol({
  name: 'atm',
  title: 'Asynchronous Transfer Mode',
  column: 'ATM',
  fields: f,
  on: [[linkTypes, 123]],
  step(p) {
    const isDown = (flagsOf(p) & TO_HOST) !== 0;
    p.columnKind = OTHER;
    p.columnSrcText = isDown ? 'DTE' : 'DCE';
    p.columnDstText = isDown ? 'DCE' : 'DTE';
    if (isSignalling(p)) return sscop;
    switch (flagsOf(p) & TYPE) {
      case LANE:
        return lane;
      case LLC:
        return llc;
      case ILMI:
        return ilmi;
      default:
        return byContent(p);
    }
  },
  info(p) {
    const type = isSignalling(p)
      ? 'Signalling AAL'
      : `AAL5 ${typeNames[flagsOf(p) & TYPE] ?? 'Unknown traffic type'}`;
    return `${type} VPI=${vpiOf(p)}, VCI=${vciOf(p)}`;
  },
});

/** VC-multiplexed protocols (RFC 2684), which the packet does not identify. */
function byContent(p: Packet): Protocol | null {
  const b = p.buf;
  const at = p.at;
  if (p.end - at < 8) return thenData(p);
  if (u16(b, at) === 0xaaaa && b[at + 2] === 0x03) return llc;
  if (b[at + 1] === 0x21) return ppp;
  if (u16(b, at) === 0) {
    p.at += 2;
    return eth;
  }
  if (isFrameRelay(b, at + 2) || isFrameRelay(b, at + 4)) return fr;
  const version = b[at]! >> 4;
  const ip = etherTypes.get(0x0800);
  if (ip === undefined || (version !== 4 && version !== 6)) return data;
  if (version === 4) return ip;
  p.push(ip, LISTED);
  return etherTypes.get(0x86dd) ?? data;
}

/** Whether a 2- or 4-byte address is followed by unnumbered information and an NLPID of IP or bridged Ethernet. */
function isFrameRelay(b: Uint8Array, at: number): boolean {
  if (b[at] !== 0x03) return false;
  const identifier = b[at + 1]!;
  return identifier === 0xcc || identifier === 0x8e || (identifier === 0 && b[at + 2] === 0x80);
}

const LANE_CONTROL = 0xff00;
const controlNames: Readonly<Record<number, string>> = {
  0x001: 'LE_CONFIGURE_REQUEST',
  0x101: 'LE_CONFIGURE_RESPONSE',
  0x002: 'LE_JOIN_REQUEST',
  0x102: 'LE_JOIN_RESPONSE',
  0x003: 'READY_QUERY',
  0x103: 'READY_IND',
  0x004: 'LE_REGISTER_REQUEST',
  0x104: 'LE_REGISTER_RESPONSE',
  0x005: 'LE_UNREGISTER_REQUEST',
  0x105: 'LE_UNREGISTER_RESPONSE',
  0x006: 'LE_ARP_REQUEST',
  0x106: 'LE_ARP_RESPONSE',
  0x007: 'LE_FLUSH_REQUEST',
  0x107: 'LE_FLUSH_RESPONSE',
  0x008: 'LE_NARP_REQUEST',
  0x009: 'LE_TOPOLOGY_REQUEST',
  0x00a: 'LE_VERIFY_REQUEST',
  0x10a: 'LE_VERIFY_RESPONSE',
};
/** Length of marker, protocol, version and operation. */
const CONTROL = 6;
/** Length of the LAN emulation client ID before a frame. */
const CLIENT = 2;
export const lane: Protocol = protocol({
  name: 'lane',
  title: 'ATM LAN Emulation',
  column: 'ATM LANE',
  step(p) {
    if (p.end - p.at < CLIENT) return p.cut(CLIENT);
    const isControl = u16(p.buf, p.at) === LANE_CONTROL;
    p.at = isControl ? p.end : p.at + CLIENT;
    return isControl ? null : eth;
  },
  info(p, layer) {
    const start = p.start[layer]!;
    const b = p.bufferOf(layer);
    if (p.stop[layer]! - start < CONTROL || u16(b, start) !== LANE_CONTROL) return '';
    const operation = u16(b, start + 4);
    return `LE Control: ${controlNames[operation] ?? `Unknown opcode (0x${operation.toString(16)})`}`;
  },
});

export const sscop = head({ name: 'sscop', title: 'SSCOP', column: 'SSCOP', on: [] });
export const ilmi = head({ name: 'ilmi', title: 'ILMI', column: 'ILMI', on: [] });
