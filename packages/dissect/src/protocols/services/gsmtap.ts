// GSMTAP (http://osmocom.org/projects/baseband/wiki/GSMTAP): captured air interface frames of mobile networks, over
// UDP.
import { uint } from '../../core/field.ts';
import type { Packet } from '../../core/packet.ts';
import { type Protocol, protocol } from '../../core/protocol.ts';
import { udpPorts } from '../../core/table.ts';
import { head, thenData } from '../link/head.ts';
import { nasEps } from '../sigtran/nas.ts';

/** Payload types, and channels of the Um interface. */
const UM = 1;
const ABIS = 2;
const SIM = 4;
const LTE_RRC = 13;
const LTE_NAS = 18;
const BROADCAST_CHANNELS = [1, 2, 4, 5];
const DEDICATED = [6, 7, 8, 9, 10];
const ASSOCIATED = 0x80;
const HEADER_LEAST = 16;

const f = {
  version: uint('gsmtap.version', 'Version').at(0, 1),
  length: uint('gsmtap.hdr_len', 'Header Length').at(1, 1),
  type: uint('gsmtap.type', 'Payload Type').at(2, 1).named({
    1: 'GSM Um (MS<->BTS)',
    2: 'GSM Abis (BTS<->BSC)',
    3: 'GSM Um burst (MS<->BTS)',
    4: 'SIM',
    8: 'GPRS Gb LLC',
    9: 'GPRS Gb SNDCP',
    12: 'UMTS RRC',
    13: 'LTE RRC',
    14: 'LTE MAC',
    18: 'LTE NAS',
  }),
  slot: uint('gsmtap.ts', 'Time Slot').at(3, 1),
  arfcn: uint('gsmtap.arfcn', 'ARFCN').at(4, 2).mask(0x3fff),
  uplink: uint('gsmtap.uplink', 'Uplink').at(4, 2).mask(0x4000),
  frame: uint('gsmtap.frame_nr', 'GSM Frame Number').at(8, 4),
  channel: uint('gsmtap.chan_type', 'Channel Type').at(12, 1),
  antenna: uint('gsmtap.antenna', 'Antenna Number').at(13, 1),
  subSlot: uint('gsmtap.sub_slot', 'Sub-Slot').at(14, 1),
};

const hidden = { column: null, on: [] };
const ccch = head({ name: 'gsm_a.ccch', title: 'GSM CCCH', ...hidden });
const dtap = head({ name: 'gsm_a.dtap', title: 'GSM A-I/F DTAP', ...hidden });
const gsmSim = head({ name: 'gsm_sim', title: 'GSM SIM 11.11', column: 'GSM SIM', on: [] });
const lteRrc = head({
  name: 'lte_rrc',
  title: 'LTE Radio Resource Control (RRC) protocol',
  column: 'LTE RRC',
  on: [],
});

/** LAPDm header (3GPP TS 44.006 §2): address, control, length, whose upper six bits are the payload's length. */
const LAPDM_HEADER = 3;
const UNNUMBERED_INFORMATION = 0x03;
const lapdm: Protocol = protocol({
  name: 'lapdm',
  title: 'Link Access Procedure, Channel Dm (LAPDm)',
  column: 'LAPDm',
  step(p) {
    const { buf: b, at: start, end } = p;
    if (end - start < LAPDM_HEADER) return p.cut(LAPDM_HEADER);
    const length = b[start + 2]! >> 2;
    const isUnnumbered = (b[start + 1]! & ~0x10) === UNNUMBERED_INFORMATION;
    p.at = start + LAPDM_HEADER;
    p.end = p.wireEnd = Math.min(end, p.at + length);
    if (isUnnumbered && p.at < p.end) return dtap;
    p.at = end;
    return null;
  },
  info: () => '',
});

const gsmtap: Protocol = protocol({
  name: 'gsmtap',
  title: 'GSM TAP Header',
  column: (p, layer) =>
    layer + 1 < p.count && p.protocols[layer + 1] === nasEps ? 'GSMTAP/NAS-EPS' : 'GSMTAP',
  fields: f,
  on: [[udpPorts, 4729]],
  step(p) {
    const { buf: b, at: start } = p;
    if (p.end - start < HEADER_LEAST) return p.cut(HEADER_LEAST);
    const length = Math.max(b[start + 1]! * 4, HEADER_LEAST);
    if (p.end - start < length) return p.cut(length);
    p.at = start + length;
    return p.at < p.end ? readerOf(p, b[start + 2]!, b[start + 12]!) : null;
  },
  info: (p, layer) => {
    const start = p.start[layer]!;
    if (p.stop[layer]! - start < HEADER_LEAST) return '';
    return f.type.nameOf(p.bufferOf(layer)[start + 2]!) ?? '';
  },
});

function readerOf(p: Packet, type: number, channel: number): Protocol | null {
  if (type === ABIS) return dtap;
  if (type === SIM) return gsmSim;
  if (type === LTE_RRC) return lteRrc;
  if (type === LTE_NAS) return nasEps;
  if (type !== UM) return thenData(p);
  if (BROADCAST_CHANNELS.includes(channel)) return ccch;
  if (!DEDICATED.includes(channel & ~ASSOCIATED)) return thenData(p);
  // Slow associated control channels begin with two octets of layer 1 control.
  if (channel & ASSOCIATED) p.at = Math.min(p.end, p.at + 2);
  return lapdm;
}

export const gsmtapProtocols = [gsmtap, ccch, dtap, lapdm, gsmSim, lteRrc];
