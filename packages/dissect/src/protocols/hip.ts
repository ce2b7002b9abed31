// Host Identity Protocol (RFC 7401 §5): the fixed header; also the Shim6 header (RFC 5533 §5), which has the same form.
import { bool, bytes, uint } from '../core/field.ts';
import { protocol } from '../core/protocol.ts';
import { ipProtocols, udpPorts } from '../core/table.ts';
import { ipProtocolNames } from './names/ip-protocols.ts';

const HEADER = 40;

const types: Readonly<Record<number, string>> = {
  1: 'HIP I1 (HIP Initiator Packet)',
  2: 'HIP R1 (HIP Responder Packet)',
  3: 'HIP I2 (Second HIP Initiator Packet)',
  4: 'HIP R2 (Second HIP Responder Packet)',
  16: 'HIP UPDATE (HIP Update Packet)',
  17: 'HIP NOTIFY (HIP Notify Packet)',
  18: 'HIP CLOSE (HIP Close Packet)',
  19: 'HIP CLOSE_ACK (HIP Close Acknowledgment Packet)',
};

const f = {
  proto: uint('hip.proto', 'Payload Protocol').at(0, 1).named(ipProtocolNames),
  length: uint('hip.hdr_len', 'Header Length').at(1, 1),
  type: uint('hip.packet_type', 'Packet Type').at(2, 1).mask(0x7f).named(types),
  version: uint('hip.version', 'Version').at(3, 1).mask(0xf0),
  checksum: uint('hip.checksum', 'Checksum').at(4, 2).hex(),
  controls: uint('hip.controls', 'HIP Controls').at(6, 2).hex(),
  sender: bytes('hip.hit_sndr', "Sender's HIT").at(8, 16),
  receiver: bytes('hip.hit_rcvr', "Receiver's HIT").at(24, 16),
};

export const hip = protocol({
  name: 'hip',
  title: 'Host Identity Protocol',
  column: 'HIP',
  fields: f,
  on: [
    [ipProtocols, 139],
    [udpPorts, 10500],
  ],
  step(p) {
    if (p.end - p.at < HEADER) return p.cut(HEADER);
    p.at = p.end;
    return null;
  },
  info(p, layer) {
    if (p.stop[layer]! - p.start[layer]! < HEADER) return '';
    return types[p.bufferOf(layer)[p.start[layer]! + 2]! & 0x7f] ?? 'Unknown';
  },
});

const s = {
  nxt: uint('shim6.nxt', 'Next Header').at(0, 1).named(ipProtocolNames),
  len: uint('shim6.len', 'Length').at(1, 1),
  payload: bool('shim6.p', 'P Bit').at(2, 1).mask(0x80),
  type: uint('shim6.type', 'Message Type').at(2, 1).mask(0x7f),
};

/** Skipped when IPv6 extension headers are followed. */
export const shim6 = protocol({
  name: 'shim6',
  title: 'Shim6 Protocol',
  column: 'Shim6',
  fields: s,
  step: () => null,
});
