// The Precision Time Protocol, IEEE 1588: version 2 and later (clause 13), and version 1 by its message's name.
import { u16 } from '../../core/bytes.ts';
import { int, uint, uint64 } from '../../core/field.ts';
import type { Packet } from '../../core/packet.ts';
import { protocol } from '../../core/protocol.ts';
import { etherTypes, udpPorts } from '../../core/table.ts';

const HEADER = 34;
const HEADER_1 = 40;
/** Version 1: the octet that tells what the message is. */
const CONTROL_1_AT = 32;

const messageNames: Record<number, string> = {
  0: 'Sync',
  1: 'Delay_Req',
  2: 'Peer_Delay_Req',
  3: 'Peer_Delay_Resp',
  8: 'Follow_Up',
  9: 'Delay_Resp',
  10: 'Peer_Delay_Resp_Follow_Up',
  11: 'Announce',
  12: 'Signalling',
  13: 'Management',
};
const controlNames: Record<number, string> = {
  0: 'Sync',
  1: 'Delay_Request',
  2: 'Follow_Up',
  3: 'Delay_Response',
  4: 'Management',
};

const f = {
  sdo: uint('ptp.v2.majorsdoid', 'majorSdoId').at(0, 1).mask(0xf0).hex(),
  type: uint('ptp.v2.messagetype', 'messageType').at(0, 1).mask(0x0f).hex().named(messageNames),
  minor: uint('ptp.v2.minorversionptp', 'minorVersionPTP').at(1, 1).mask(0xf0),
  version: uint('ptp.v2.versionptp', 'versionPTP').at(1, 1).mask(0x0f),
  length: uint('ptp.v2.messagelength', 'messageLength').at(2, 2),
  domain: uint('ptp.v2.domainnumber', 'domainNumber').at(4, 1),
  minorSdo: uint('ptp.v2.minorsdoid', 'minorSdoId').at(5, 1).hex(),
  flags: uint('ptp.v2.flags', 'flags').at(6, 2).hex(),
  clock: uint64('ptp.v2.clockidentity', 'ClockIdentity').at(20, 8).hex(),
  port: uint('ptp.v2.sourceportid', 'SourcePortID').at(28, 2),
  sequence: uint('ptp.v2.sequenceid', 'sequenceId').at(30, 2),
  control: uint('ptp.v2.controlfield', 'controlField').at(32, 1),
  period: int('ptp.v2.logmessageperiod', 'logMessagePeriod').at(33, 1),
};
const f1 = {
  version: uint('ptp.versionptp', 'versionPTP').at(0, 2),
  network: uint('ptp.versionnetwork', 'versionNetwork').at(2, 2),
  sequence: uint('ptp.sequenceid', 'sequenceId').at(30, 2),
  control: uint('ptp.control', 'control').at(CONTROL_1_AT, 1).named(controlNames),
};

/** Version 1 spends two octets on its number. */
const isFirst = (p: Packet, layer: number): boolean => (p.bufferOf(layer)[p.start[layer]! + 1]! & 0x0f) === 1;

export const ptp = protocol({
  name: 'ptp',
  title: 'Precision Time Protocol (IEEE1588)',
  column: (p, layer) => (isFirst(p, layer) ? 'PTPv1' : 'PTPv2'),
  fields: { ...f, ...f1 },
  on: [
    [udpPorts, 319, 320],
    [etherTypes, 0x88f7],
  ],
  step(p) {
    const header = p.end - p.at > 1 && (p.buf[p.at + 1]! & 0x0f) === 1 ? HEADER_1 : HEADER;
    if (p.end - p.at < header) return p.cut(header);
    if (header === HEADER) p.narrow(p.count - 1, Math.max(u16(p.buf, p.at + 2), HEADER));
    p.at = p.end;
    return null;
  },
  emit(p, layer, out) {
    const length = p.stop[layer]! - p.start[layer]!;
    if (length < HEADER) return;
    for (const field of Object.values(isFirst(p, layer) ? f1 : f)) out.fixed(field);
  },
  info(p, layer) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    if (p.stop[layer]! - start < HEADER) return 'Precision Time Protocol';
    const name = isFirst(p, layer) ? controlNames[b[start + CONTROL_1_AT]!] : messageNames[b[start]! & 0x0f];
    return `${name ?? 'Unknown'} Message`;
  },
});
