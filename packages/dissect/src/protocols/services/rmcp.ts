// Remote Management Control Protocol (DMTF ASF 2.0 §3.2) and IPMI sessions over it (IPMI 2.0 §13).
import { u16le, u32le } from '../../core/bytes.ts';
import { data } from '../../core/data.ts';
import { uint } from '../../core/field.ts';
import { LISTED } from '../../core/packet.ts';
import { type Protocol, protocol, REJECTED } from '../../core/protocol.ts';
import { udpPorts } from '../../core/table.ts';
import { thenData } from '../link/head.ts';

const VERSION = 6;
const HEADER = 4;
const ASF_CLASS = 6;
const IPMI_CLASS = 7;
const ACKNOWLEDGE = 0x80;

const f = {
  version: uint('rmcp.version', 'Version').at(0, 1).hex(),
  sequence: uint('rmcp.sequence', 'Sequence').at(2, 1).hex(),
  type: uint('rmcp.type', 'Type').at(3, 1).mask(ACKNOWLEDGE).hex(),
  class: uint('rmcp.class', 'Class').at(3, 1).mask(0x1f).hex().named({ 6: 'ASF', 7: 'IPMI', 8: 'OEM' }),
};

const rmcp: Protocol = protocol({
  name: 'rmcp',
  title: 'Remote Management Control Protocol',
  column: 'RMCP',
  fields: f,
  on: [[udpPorts, 623]],
  step(p) {
    const { buf: b, at: start } = p;
    if (p.end - start < HEADER || b[start] !== VERSION) return REJECTED;
    p.at = start + HEADER;
    if (p.at >= p.end) return null;
    const kind = b[start + 3]! & 0x1f;
    return kind === ASF_CLASS ? asf : kind === IPMI_CLASS ? ipmiSession : thenData(p);
  },
  info: (p, layer) => {
    const start = p.start[layer]!;
    return `Class: ${f.class.nameOf(p.bufferOf(layer)[start + 3]! & 0x1f) ?? 'Unknown'}`;
  },
});

const asfTypes: Readonly<Record<number, string>> = {
  0x10: 'Reset',
  0x11: 'Power-up',
  0x12: 'Unconditional Power-down',
  0x13: 'Power Cycle',
  0x40: 'Presence Pong',
  0x41: 'Capabilities Response',
  0x42: 'System State Response',
  0x43: 'Open Session Response',
  0x44: 'Close Session Response',
  0x80: 'Presence Ping',
  0x81: 'Capabilities Request',
  0x82: 'System State Request',
  0x83: 'Open Session Request',
  0x84: 'Close Session Request',
};
const a = {
  enterprise: uint('asf.iana', 'IANA Enterprise Number').at(0, 4),
  type: uint('asf.type', 'Message Type').at(4, 1).hex().named(asfTypes),
  tag: uint('asf.tag', 'Message Tag').at(5, 1).hex(),
  length: uint('asf.len', 'Data Length').at(7, 1),
};
const asf: Protocol = protocol({
  name: 'asf',
  title: 'Alert Standard Forum',
  column: 'ASF',
  fields: a,
  step(p) {
    if (p.end - p.at < 8) return p.cut(8);
    p.at += 8;
    return thenData(p);
  },
  info: (p, layer) => {
    const start = p.start[layer]!;
    return p.stop[layer]! - start < 8 ? '' : (asfTypes[p.bufferOf(layer)[start + 4]!] ?? 'Unknown');
  },
});

/** IPMI 2.0 §13.6: authentication type 6 is RMCP+, which has a different header. */
const RMCP_PLUS = 6;
const payloads: Readonly<Record<number, string>> = {
  0x00: 'IPMI Message',
  0x01: 'Serial over LAN (SOL)',
  0x10: 'RMCP+ Open Session Request',
  0x11: 'RMCP+ Open Session Response',
  0x12: 'RAKP Message 1',
  0x13: 'RAKP Message 2',
  0x14: 'RAKP Message 3',
  0x15: 'RAKP Message 4',
};
const s = {
  authentication: uint('ipmi.session.authtype', 'Authentication Type').at(0, 1).hex().named({
    0: 'NONE',
    1: 'MD2',
    2: 'MD5',
    4: 'Straight Password/Key',
    5: 'OEM',
    6: 'RMCP+',
  }),
  payload: uint('ipmi.session.payloadtype', 'Payload Type').mask(0x3f).hex(1).named(payloads),
  id: uint('ipmi.session.id', 'Session ID').le().hex(4),
  sequence: uint('ipmi.session.sequence', 'Session Sequence Number').le().hex(4),
  length: uint('ipmi.msg.len', 'Message Length'),
};

/** Offset of the message, after session header and optional authentication code. */
function messageAt(b: Uint8Array, start: number): number {
  if (b[start] !== RMCP_PLUS) return start + (b[start] === 0 ? 10 : 26);
  return start + ((b[start + 1]! & 0x3f) === 2 ? 18 : 12);
}
/** Whether it contains a readable IPMB message; in RMCP+, payload type 0, unencrypted. */
const isMessage = (b: Uint8Array, start: number): boolean =>
  b[start] !== RMCP_PLUS || (b[start + 1]! & 0xbf) === 0;
const idAt = (b: Uint8Array, start: number): number => (b[start] === RMCP_PLUS ? start + 2 : start + 5);

const ipmiSession: Protocol = protocol({
  name: 'ipmi_session',
  title: 'Intelligent Platform Management Interface Session Wrapper',
  column: (p, layer) => (isMessage(p.bufferOf(layer), p.start[layer]!) ? 'IPMB' : 'RMCP+'),
  fields: s,
  step(p) {
    const at = messageAt(p.buf, p.at);
    if (at > p.end) return p.cut(at - p.at);
    p.at = at;
    if (p.at < p.end) p.run(data, LISTED);
    p.at = p.end;
    return null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    out.fixed(s.authentication);
    if (b[start] === RMCP_PLUS) {
      out.add(s.payload, start + 1, 1);
      out.add(s.id, start + 2, 4);
      out.add(s.sequence, start + 6, 4);
      out.add(s.length, start + 10, 2, u16le(b, start + 10));
    } else {
      out.add(s.sequence, start + 1, 4);
      out.add(s.id, start + 5, 4);
      out.add(s.length, messageAt(b, start) - 1, 1);
    }
  },
  info(p, layer) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    if (messageAt(b, start) > p.stop[layer]!) return '';
    const summary = `Session ID 0x${u32le(b, idAt(b, start)).toString(16)}`;
    if (b[start] !== RMCP_PLUS) return summary;
    return `${summary}, payload type: ${payloads[b[start + 1]! & 0x3f] ?? 'Unknown'}`;
  },
});

/** RMCP Security Extensions Protocol (ASF 2.0 §3.2.3): RMCP after a header of eight bytes. */
const rsp: Protocol = protocol({
  name: 'rsp',
  title: 'RMCP Security-extensions Protocol',
  on: [[udpPorts, 664]],
  step(p) {
    const { buf: b, at: start } = p;
    if (p.end - start < 12) return p.cut(12);
    p.at = start + 12;
    const kind = b[start + 11]! & 0x1f;
    if (b[start + 8] !== VERSION || p.at >= p.end) {
      p.at = p.end;
      return null;
    }
    return kind === ASF_CLASS ? asf : kind === IPMI_CLASS ? ipmiSession : thenData(p);
  },
});

export const rmcpProtocols = [rmcp, rsp, asf, ipmiSession];
