// Layer Two Tunneling Protocol, version 2 (RFC 2661 §3.1) and 3 (RFC 3931 §3.2, §4.1).
import { u16, u32 } from '../../core/bytes.ts';
import { data } from '../../core/data.ts';
import { bool, bytes, text, uint } from '../../core/field.ts';
import { COLUMN, type Packet } from '../../core/packet.ts';
import { type Protocol, protocol, REJECTED } from '../../core/protocol.ts';
import type { Sink } from '../../core/sink.ts';
import { greProtocols, ipProtocols, udpPorts } from '../../core/table.ts';

const CONTROL = 0x8000;
const LENGTH = 0x4000;
const SEQUENCE = 0x0800;
const OFFSET = 0x0200;
const CONTROL_HEADER = 12;
const AVP_HEADER = 6;
/** Dispatch key for PPP: GRE's protocol type. */
const PPP = 0x880b;
/** Mark of a version 3 layer directly over IP, which begins with a session ID. */
const OVER_IP = 1;

const messages: Readonly<Record<number, readonly [short: string, name: string]>> = {
  1: ['SCCRQ', 'Start_Control_Request'],
  2: ['SCCRP', 'Start_Control_Reply'],
  3: ['SCCCN', 'Start_Control_Connected'],
  4: ['StopCCN', 'Stop_Control_Notification'],
  6: ['Hello', 'Hello'],
  7: ['OCRQ', 'Outgoing_Call_Request'],
  8: ['OCRP', 'Outgoing_Call_Reply'],
  9: ['OCCN', 'Outgoing_Call_Connected'],
  10: ['ICRQ', 'Incoming_Call_Request'],
  11: ['ICRP', 'Incoming_Call_Reply'],
  12: ['ICCN', 'Incoming_Call_Connected'],
  14: ['CDN', 'Call_Disconnect_Notification'],
  15: ['WEN', 'WAN_Error_Notify'],
  16: ['SLI', 'Set_Link_Info'],
  17: ['MDMST', 'Modem_Status'],
  18: ['SRRQ', 'Service_Relay_Request_Msg'],
  19: ['SRRP', 'Service_Relay_Reply_Message'],
  20: ['ACK', 'Explicit_Acknowledgement'],
  21: ['FSQ', 'Failover_Session_Query_Message'],
  22: ['FSR', 'Failover_Session_Response_Message'],
};

const messageNames: Readonly<Record<number, string>> = Object.fromEntries(
  Object.entries(messages).map(([key, [, name]]) => [key, name]),
);

const avpTypes: Readonly<Record<number, string>> = {
  0: 'Control Message',
  1: 'Result-Error Code',
  2: 'Protocol Version',
  3: 'Framing Capabilities',
  4: 'Bearer Capabilities',
  5: 'Tie Breaker',
  6: 'Firmware Revision',
  7: 'Host Name',
  8: 'Vendor Name',
  9: 'Assigned Tunnel ID',
  10: 'Receive Window Size',
  11: 'Challenge',
  12: 'Cause Code',
  13: 'Challenge Response',
  14: 'Assigned Session',
  15: 'Call Serial Number',
  21: 'Called Number',
  22: 'Calling Number',
  59: 'Message Digest',
  60: 'Router ID',
  61: 'Assigned Control Connection ID',
  62: 'Pseudowire Capability List',
  63: 'Local Session ID',
  64: 'Remote Session ID',
  65: 'Assigned Cookie',
  66: 'Remote End ID',
  68: 'Pseudowire Type',
  71: 'Circuit Status',
};

const f = {
  sid: uint('l2tp.sid', 'Session ID').hex(4),
  flags: uint('l2tp.flags', 'Flags').hex(2),
  type: uint('l2tp.type', 'Type').mask(CONTROL).named({ 0: 'Data Message', 1: 'Control Message' }),
  hasLength: bool('l2tp.length_bit', 'Length Bit').mask(LENGTH),
  hasSequence: bool('l2tp.seq_bit', 'Sequence Bit').mask(SEQUENCE),
  hasOffset: bool('l2tp.offset_bit', 'Offset bit').mask(OFFSET),
  priority: bool('l2tp.priority', 'Priority').mask(0x0100),
  version: uint('l2tp.version', 'Version').mask(0x000f),
  length: uint('l2tp.length', 'Length'),
  tunnel: uint('l2tp.tunnel', 'Tunnel ID'),
  session: uint('l2tp.session', 'Session ID'),
  ccid: uint('l2tp.ccid', 'Control Connection ID').hex(4),
  ns: uint('l2tp.Ns', 'Ns'),
  nr: uint('l2tp.Nr', 'Nr'),
  offset: uint('l2tp.offset', 'Offset'),
  avpMandatory: bool('l2tp.avp.mandatory', 'Mandatory').mask(0x8000),
  avpHidden: bool('l2tp.avp.hidden', 'Hidden').mask(0x4000),
  avpLength: uint('l2tp.avp.length', 'Length').mask(0x03ff),
  avpVendor: uint('l2tp.avp.vendor_id', 'Vendor ID'),
  avpType: uint('l2tp.avp.type', 'AVP Type').named(avpTypes),
  avpMessage: uint('l2tp.avp.message_type', 'Message Type').named(messageNames),
  avpHost: text('l2tp.avp.host_name', 'Host Name'),
  avpVendorName: text('l2tp.avp.vendor_name', 'Vendor Name'),
  avpTunnel: uint('l2tp.avp.assigned_tunnel_id', 'Assigned Tunnel ID'),
  avpSession: uint('l2tp.avp.assigned_session_id', 'Assigned Session ID'),
  avpConnection: uint('l2tp.avp.assigned_control_conn_id', 'Assigned Control Connection ID'),
  avpLocalSession: uint('l2tp.avp.local_session_id', 'Local Session ID'),
  avpRemoteSession: uint('l2tp.avp.remote_session_id', 'Remote Session ID'),
  avpCalled: text('l2tp.avp.called_number', 'Called Number'),
  avpCalling: text('l2tp.avp.calling_number', 'Calling Number'),
  avpValue: bytes('l2tp.avp.value', 'Value'),
};

export const l2tp: Protocol = protocol({
  name: 'l2tp',
  title: 'Layer 2 Tunneling Protocol',
  column: (p, layer) => (versionOf(p, layer) === 3 ? 'L2TPv3' : 'L2TP'),
  fields: f,
  on: [
    [udpPorts, 1701],
    [ipProtocols, 115],
  ],
  step(p) {
    const b = p.buf;
    const start = p.at;
    // Only version 3 runs over IP; its session ID comes first, and 0 indicates a control message (RFC 3931 §4.1.1).
    const isOverIp = p.transport === 0;
    if (isOverIp) {
      p.mark[p.layer] = OVER_IP;
      if (p.end - start < 4) return p.cut(4);
      return u32(b, start) === 0 ? control(p, start + 4) : sessionData(p, start + 4);
    }
    if (p.end - start < 2) return REJECTED;
    const flags = u16(b, start);
    const version = flags & 15;
    if (version !== 2 && version !== 3) return REJECTED;
    if (flags & CONTROL) return control(p, start);
    return version === 3 ? sessionData(p, start + 8) : data2(p, start, flags);
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const end = p.stop[layer]!;
    if (p.mark[layer] === OVER_IP) {
      out.add(f.sid, start, 4);
      if (end - start >= 16 && u32(b, start) === 0) emitControl(b, start + 4, end, out);
    } else if (u16(b, start) & CONTROL) emitControl(b, start, end, out);
    else if (versionOf(p, layer) === 3) {
      emitFlags(start, out);
      if (end - start >= 8) out.add(f.sid, start + 4, 4);
    } else emitData2(b, start, end, out);
  },
  info(p, layer) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const isOverIp = p.mark[layer] === OVER_IP;
    if (p.stop[layer]! - start < 8) return '';
    const isControl = isOverIp ? u32(b, start) === 0 : (u16(b, start) & CONTROL) !== 0;
    if (isControl) return controlText(p, layer, isOverIp ? start + 4 : start);
    if (versionOf(p, layer) === 3) return `D[S:0x${hex8(u32(b, isOverIp ? start : start + 4))}]`;
    const at = start + (u16(b, start) & LENGTH ? 4 : 2);
    return `Data Message (tunnel id=${u16(b, at)}, session id=${u16(b, at + 2)})`;
  },
});

const hex8 = (value: number): string => value.toString(16).padStart(8, '0');

function versionOf(p: Packet, layer: number): number {
  return p.mark[layer] === OVER_IP ? 3 : p.bufferOf(layer)[p.start[layer]! + 1]! & 15;
}

/** A control message, whose header has all fields, followed by attribute value pairs. */
function control(p: Packet, at: number): null {
  const b = p.buf;
  if (p.end - at < CONTROL_HEADER) return p.cutUnseen(at + CONTROL_HEADER - p.at, COLUMN);
  p.narrow(p.layer, at - p.start[p.layer]! + Math.max(CONTROL_HEADER, u16(b, at + 2)));
  for (let avp = at + CONTROL_HEADER; avp < p.wireEnd; ) {
    p.at = avp;
    if (avp + AVP_HEADER > p.end) return p.cut(AVP_HEADER);
    const length = u16(b, avp) & 0x03ff;
    if (length < AVP_HEADER) return null;
    if (avp + length > p.end) return p.cut(length);
    avp += length;
  }
  return null;
}

function sessionData(p: Packet, at: number): Protocol | null {
  if (at > p.end) return p.cut(at - p.at);
  p.at = at;
  // The layer 2 protocol and the length of the cookie are negotiated out of band.
  return p.at < p.end ? data : null;
}

/** Data message (RFC 2661 §3.1): length, sequence numbers and offset are optional. */
function data2(p: Packet, start: number, flags: number): Protocol | null {
  const b = p.buf;
  let at = start + 2;
  if (flags & LENGTH) at += 2;
  at += 4;
  if (flags & SEQUENCE) at += 4;
  if (flags & OFFSET) {
    if (at + 2 > p.end) return p.cut(at + 2 - start);
    at += 2 + u16(b, at);
  }
  if (at > p.end) return p.cut(at - start);
  if (flags & LENGTH && u16(b, start + 2) >= at - start) p.narrow(p.layer, u16(b, start + 2));
  p.at = at;
  return at < p.wireEnd ? (greProtocols.get(PPP) ?? data) : null;
}

function emitFlags(at: number, out: Sink): void {
  out.open(f.flags, at, 2);
  for (const flag of [f.type, f.hasLength, f.hasSequence, f.hasOffset, f.priority, f.version])
    out.add(flag, at, 2);
  out.close();
}

function emitData2(b: Uint8Array, start: number, end: number, out: Sink): void {
  const flags = u16(b, start);
  emitFlags(start, out);
  let at = start + 2;
  if (flags & LENGTH) {
    if (at + 2 <= end) out.add(f.length, at, 2);
    at += 2;
  }
  if (at + 4 > end) return;
  out.add(f.tunnel, at, 2);
  out.add(f.session, at + 2, 2);
  at += 4;
  if (flags & SEQUENCE && at + 4 <= end) {
    out.add(f.ns, at, 2);
    out.add(f.nr, at + 2, 2);
    at += 4;
  }
  if (flags & OFFSET && at + 2 <= end) out.add(f.offset, at, 2);
}

function emitControl(b: Uint8Array, at: number, end: number, out: Sink): void {
  emitFlags(at, out);
  if (at + CONTROL_HEADER > end) return;
  out.add(f.length, at + 2, 2);
  if ((u16(b, at) & 15) === 3) out.add(f.ccid, at + 4, 4);
  else {
    out.add(f.tunnel, at + 4, 2);
    out.add(f.session, at + 6, 2);
  }
  out.add(f.ns, at + 8, 2);
  out.add(f.nr, at + 10, 2);
  for (let avp = at + CONTROL_HEADER; avp + AVP_HEADER <= end; ) {
    const length = u16(b, avp) & 0x03ff;
    if (length < AVP_HEADER || avp + length > end) return;
    const type = u16(b, avp + 4);
    out.group(`${avpTypes[type] ?? 'Unknown'} AVP`, avp, length);
    out.add(f.avpMandatory, avp, 2);
    out.add(f.avpHidden, avp, 2);
    out.add(f.avpLength, avp, 2);
    out.add(f.avpVendor, avp + 2, 2);
    out.add(f.avpType, avp + 4, 2);
    const isPlain = u16(b, avp + 2) === 0 && (b[avp]! & 0x40) === 0;
    emitValue(isPlain ? type : -1, avp + AVP_HEADER, length - AVP_HEADER, out);
    out.close();
    avp += length;
  }
}

function emitValue(type: number, at: number, length: number, out: Sink): void {
  if (length === 0) return;
  const field = avpFields[type];
  if (field === undefined || (field.type === 'uint' && length > 4)) out.add(f.avpValue, at, length);
  else out.add(field, at, length);
}

const avpFields: Readonly<Record<number, (typeof f)[keyof typeof f]>> = {
  0: f.avpMessage,
  7: f.avpHost,
  8: f.avpVendorName,
  9: f.avpTunnel,
  14: f.avpSession,
  21: f.avpCalled,
  22: f.avpCalling,
  61: f.avpConnection,
  63: f.avpLocalSession,
  64: f.avpRemoteSession,
};

function controlText(p: Packet, layer: number, at: number): string {
  const b = p.bufferOf(layer);
  if (at + CONTROL_HEADER > p.stop[layer]!) return '';
  const avp = at + CONTROL_HEADER;
  const isVersion3 = (u16(b, at) & 15) === 3;
  const ids = isVersion3
    ? `(ccid=0x${hex8(u32(b, at + 4))})`
    : `(tunnel id=${u16(b, at + 4)}, session id=${u16(b, at + 6)})`;
  if (u16(b, at + 2) <= CONTROL_HEADER) return `Control Message - ${isVersion3 ? 'ZLB' : 'ZLB     '} ${ids}`;
  // The first AVP is the message type, unless it is hidden or vendor-specific.
  const isMessage =
    avp + 8 <= p.stop[layer]! && (b[avp]! & 0x40) === 0 && u16(b, avp + 2) === 0 && u16(b, avp + 4) === 0;
  if (!isMessage) return `Control Message ${ids}`;
  return `Control Message - ${messages[u16(b, avp + 6)]?.[0] ?? 'Unknown'} ${ids}`;
}
