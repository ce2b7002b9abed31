// Diagnostics over IP (ISO 13400-2) and Unified Diagnostic Services (ISO 14229-1): vehicle diagnostics.
import { u16, u32 } from '../../core/bytes.ts';
import { text, uint } from '../../core/field.ts';
import type { Packet } from '../../core/packet.ts';
import { type Protocol, protocol, REJECTED } from '../../core/protocol.ts';
import { tcpPorts, udpPorts } from '../../core/table.ts';

/** Length of the header: version, inverse version, type, length (ISO 13400-2 §9.2). */
const HEADER = 8;
const types: Readonly<Record<number, string>> = {
  0x0000: 'Generic DoIP header NACK',
  0x0001: 'Vehicle identification request',
  0x0002: 'Vehicle identification request with EID',
  0x0003: 'Vehicle identification request with VIN',
  0x0004: 'Vehicle announcement message/vehicle identification response message',
  0x0005: 'Routing activation request',
  0x0006: 'Routing activation response',
  0x0007: 'Alive check request',
  0x0008: 'Alive check response',
  0x4001: 'DoIP entity status request',
  0x4002: 'DoIP entity status response',
  0x4003: 'Diagnostic power mode information request',
  0x4004: 'Diagnostic power mode information response',
  0x8001: 'Diagnostic message',
  0x8002: 'Diagnostic message ACK',
  0x8003: 'Diagnostic message NACK',
};
const ANNOUNCEMENT = 0x0004;
const DIAGNOSTIC = 0x8001;
const ADDRESSES = 4;
const VIN = 17;

const f = {
  version: uint('doip.version', 'Version').at(0, 1).hex(),
  inverse: uint('doip.inverse', 'Inverse version').at(1, 1).hex(),
  type: uint('doip.type', 'Type').at(2, 2).hex().named(types),
  length: uint('doip.length', 'Length').at(4, 4),
  source: uint('doip.source_address', 'Source Address').hex(2),
  target: uint('doip.target_address', 'Target Address').hex(2),
  vin: text('doip.vin', 'VIN'),
};

const isDoip = (p: Packet): boolean => p.end - p.at >= HEADER && (p.buf[p.at]! ^ p.buf[p.at + 1]!) === 0xff;

export const doip: Protocol = protocol({
  name: 'doip',
  title: 'DoIP (ISO13400) Protocol',
  column: 'DoIP',
  fields: f,
  on: [
    [udpPorts, 13400],
    [tcpPorts, 13400],
  ],
  framing: { header: HEADER, length: (p) => (isDoip(p) ? HEADER + u32(p.buf, p.at + 4) : 0) },
  step(p) {
    const { buf: b, at: start } = p;
    if (!isDoip(p)) return REJECTED;
    p.narrow(p.layer, HEADER + u32(b, start + 4));
    p.at = p.end;
    const at = start + HEADER + ADDRESSES;
    if (u16(b, start + 2) !== DIAGNOSTIC || at >= p.end) return null;
    p.at = at;
    return uds;
  },
  emit(p, layer, out) {
    const start = p.start[layer]!;
    for (const field of [f.version, f.inverse, f.type, f.length]) out.fixed(field);
    const type = u16(p.bufferOf(layer), start + 2);
    if (type >= DIAGNOSTIC) {
      out.add(f.source, start + HEADER, 2);
      out.add(f.target, start + HEADER + 2, 2);
    } else if (type === ANNOUNCEMENT) out.add(f.vin, start + HEADER, VIN);
  },
  info: (p, layer) => {
    const type = u16(p.bufferOf(layer), p.start[layer]! + 2);
    return types[type] ?? `0x${type.toString(16).padStart(4, '0')} Unknown`;
  },
});

/** Services (ISO 14229-1 table 23); positive responses add 0x40. */
const services: Readonly<Record<number, string>> = {
  0x10: 'Diagnostic Session Control',
  0x11: 'ECU Reset',
  0x14: 'Clear Diagnostic Information',
  0x19: 'Read DTC Information',
  0x22: 'Read Data By Identifier',
  0x23: 'Read Memory By Address',
  0x24: 'Read Scaling Data By Identifier',
  0x27: 'Security Access',
  0x28: 'Communication Control',
  0x29: 'Authentication',
  0x2a: 'Read Data By Periodic Identifier',
  0x2c: 'Dynamically Define Data Identifier',
  0x2e: 'Write Data By Identifier',
  0x2f: 'Input Output Control By Identifier',
  0x31: 'Routine Control',
  0x34: 'Request Download',
  0x35: 'Request Upload',
  0x36: 'Transfer Data',
  0x37: 'Request Transfer Exit',
  0x38: 'Request File Transfer',
  0x3d: 'Write Memory By Address',
  0x3e: 'Tester Present',
  0x3f: 'Error',
  0x83: 'Access Timing Parameters',
  0x84: 'Secured Data Transmission',
  0x85: 'Control DTC Settings',
  0x86: 'Response On Event',
  0x87: 'Link Control',
};
const ANSWER = 0x40;
const NEGATIVE = 0x7f;

const u = {
  service: uint('uds.sid', 'Service Identifier').at(0, 1).mask(0xbf).hex().named(services),
  reply: uint('uds.reply', 'Reply Flag').at(0, 1).mask(ANSWER).hex(),
};
export const uds: Protocol = protocol({
  name: 'uds',
  title: 'Unified Diagnostic Services',
  column: 'UDS',
  fields: u,
  step(p) {
    p.at = p.end;
    return null;
  },
  info(p, layer) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const id = b[start]!;
    const isAnswer = (id & ANSWER) !== 0;
    const name = services[id & ~ANSWER] ?? 'Unknown';
    if (id === NEGATIVE) return `Reply     Error`;
    return `${isAnswer ? 'Reply    ' : 'Request  '} ${name}`;
  },
});
