// Lightweight Access Point Protocol (RFC 5412), the predecessor of CAPWAP.
import { u16 } from '../../core/bytes.ts';
import { data } from '../../core/data.ts';
import { bool, ether, uint } from '../../core/field.ts';
import { protocol } from '../../core/protocol.ts';
import { udpPorts } from '../../core/table.ts';
import { stationFrame } from './capwap.ts';

const DATA_PORT = 12222;
const CONTROL_PORT = 12223;
const HEADER = 6;
/** Length of the access point's address, which precedes packets of the control port. */
const IDENTITY = 6;
const CONTROL_HEADER = 4;
const IS_CONTROL = 0x04;

const controlNames: Readonly<Record<number, string>> = {
  1: 'DISCOVERY_REQUEST',
  2: 'DISCOVERY_REPLY',
  3: 'JOIN_REQUEST',
  4: 'JOIN_REPLY',
  10: 'CONFIGURE_REQUEST',
  11: 'CONFIGURE_RESPONSE',
  12: 'CONFIGURE_COMMAND',
  13: 'CONFIGURE_COMMAND_RES',
  14: 'STATISTICS_INFO',
  15: 'STATISTICS_INFO_RES',
  16: 'CHANGE_STATE_EVENT',
  17: 'CHANGE_STATE_EVENT_RES',
  22: 'ECHO_REQUEST',
  23: 'ECHO_RESPONSE',
  24: 'IMAGE_DATA',
  25: 'IMAGE_DATA_RES',
  26: 'RESET_REQ',
  27: 'RESET_RES',
  30: 'KEY_UPDATE_REQ',
  31: 'KEY_UPDATE_RES',
  32: 'PRIMARY_DISCOVERY_REQ',
  33: 'PRIMARY_DISCOVERY_RES',
  34: 'DATA_TRANSFER',
  35: 'DATA_TRANSFER_RES',
};

const f = {
  identity: ether('lwapp.apid', 'AP Identity'),
  version: uint('lwapp.version', 'Version').mask(0xc0),
  slot: uint('lwapp.slotId', 'slotId').mask(0x38),
  flags: uint('lwapp.flags', 'Flags').hex(1),
  isControl: bool('lwapp.flags.type', 'Type').mask(IS_CONTROL),
  isFragment: bool('lwapp.flags.fragment', 'Fragment').mask(0x02),
  fragmentType: bool('lwapp.flags.fragmentType', 'Fragment Type').mask(0x01),
  fragment: uint('lwapp.fragmentId', 'Fragment Id').hex(1),
  length: uint('lwapp.Length', 'Length'),
  signal: uint('lwapp.rssi', 'RSSI').hex(1),
  noise: uint('lwapp.snr', 'SNR').hex(1),
  controlType: uint('lwapp.control.type', 'Control Type').named(controlNames),
  controlSequence: uint('lwapp.control.seqno', 'Control Sequence Number'),
  controlLength: uint('lwapp.control.length', 'Control Length'),
};

export const lwapp = protocol({
  name: 'lwapp',
  title: 'LWAPP Encapsulated Packet',
  column: 'LWAPP',
  fields: f,
  on: [[udpPorts, DATA_PORT, CONTROL_PORT]],
  step(p) {
    const before = p.dstPort === CONTROL_PORT || p.srcPort === CONTROL_PORT ? IDENTITY : 0;
    const needed = before + HEADER;
    p.mark[p.layer] = before;
    if (p.end - p.at < needed) return p.cut(needed);
    const flags = p.buf[p.at + before]!;
    p.at += needed;
    if (flags & IS_CONTROL) {
      if (p.end - p.at < CONTROL_HEADER) return p.cut(CONTROL_HEADER);
      p.at += CONTROL_HEADER;
      return p.at < p.end ? data : null;
    }
    p.payload[p.layer] = p.at;
    if (p.at < p.end) stationFrame(p);
    return null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const end = p.stop[layer]!;
    const before = p.mark[layer]!;
    const at = p.start[layer]! + before;
    if (at + HEADER > end) return;
    if (before > 0) out.add(f.identity, at - before, 6);
    out.add(f.version, at, 1);
    out.add(f.slot, at, 1);
    out.open(f.flags, at, 1, b[at]! & 7);
    for (const flag of [f.isControl, f.isFragment, f.fragmentType]) out.add(flag, at, 1);
    out.close();
    out.add(f.fragment, at + 1, 1);
    out.add(f.length, at + 2, 2);
    out.add(f.signal, at + 4, 1);
    out.add(f.noise, at + 5, 1);
    if ((b[at]! & IS_CONTROL) === 0 || at + HEADER + CONTROL_HEADER > end) return;
    out.add(f.controlType, at + HEADER, 1);
    out.add(f.controlSequence, at + HEADER + 1, 1);
    out.add(f.controlLength, at + HEADER + 2, 2, u16(b, at + HEADER + 2));
  },
  info(p, layer) {
    const b = p.bufferOf(layer);
    const at = p.start[layer]! + p.mark[layer]!;
    if (at + HEADER + 1 > p.stop[layer]! || (b[at]! & IS_CONTROL) === 0) return '';
    const type = b[at + HEADER]!;
    return `CNTL ${controlNames[type] ?? `Unknown message type: 0x${type.toString(16)}`}`;
  },
});
