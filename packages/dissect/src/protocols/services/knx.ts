// KNXnet/IP (EN 13321-2, KNX standard 3/8): building automation over IP, and its cEMI frames (3/6/3 §4).
import { u16 } from '../../core/bytes.ts';
import { bytes, type Field, ipv4, uint } from '../../core/field.ts';
import type { Packet } from '../../core/packet.ts';
import { type Protocol, protocol, REJECTED } from '../../core/protocol.ts';
import type { Sink } from '../../core/sink.ts';
import { tcpPorts, udpPorts } from '../../core/table.ts';

/** Length of the header (3/8/2 §2.3): header length, version 1.0 or 2.0, service, total length. */
const HEADER = 6;

/** Layouts of service bodies. */
const ENDPOINT = 1;
const CONNECTION = 2;
const CHANNEL_ENDPOINT = 3;
const CEMI = 4;
const CONNECTION_CEMI = 5;

const services: Readonly<Record<number, readonly [name: string, short: string, body: number]>> = {
  0x0201: ['Search Request', 'SearchReq', ENDPOINT],
  0x0202: ['Search Response', 'SearchResp', ENDPOINT],
  0x0203: ['Description Request', 'DescrReq', ENDPOINT],
  0x0204: ['Description Response', 'DescrResp', 0],
  0x0205: ['Connect Request', 'ConnectReq', ENDPOINT],
  0x0206: ['Connect Response', 'ConnectResp', CHANNEL_ENDPOINT],
  0x0207: ['Connection State Request', 'ConnStateReq', CHANNEL_ENDPOINT],
  0x0208: ['Connection State Response', 'ConnStateResp', CHANNEL_ENDPOINT],
  0x0209: ['Disconnect Request', 'DisconnectReq', CHANNEL_ENDPOINT],
  0x020a: ['Disconnect Response', 'DisconnectResp', CHANNEL_ENDPOINT],
  0x020b: ['Extended Search Request', 'SearchReqExt', ENDPOINT],
  0x020c: ['Extended Search Response', 'SearchRespExt', ENDPOINT],
  0x0310: ['Configuration Request', 'ConfigReq', CONNECTION_CEMI],
  0x0311: ['Configuration Ack', 'ConfigAck', CONNECTION],
  0x0420: ['Tunneling Request', 'TunnelReq', CONNECTION_CEMI],
  0x0421: ['Tunneling Ack', 'TunnelAck', CONNECTION],
  0x0422: ['Tunneling Feature Get', 'TunnelFeatureGet', CONNECTION],
  0x0423: ['Tunneling Feature Response', 'TunnelFeatureResp', CONNECTION],
  0x0424: ['Tunneling Feature Set', 'TunnelFeatureSet', CONNECTION],
  0x0425: ['Tunneling Feature Info', 'TunnelFeatureInfo', CONNECTION],
  0x0530: ['Routing Indication', 'RoutingInd', CEMI],
  0x0531: ['Routing Lost Message', 'RoutingLoss', 0],
  0x0532: ['Routing Busy', 'RoutingBusy', 0],
  0x0533: ['Routing System Broadcast', 'RoutingSBC', CEMI],
  0x0740: ['Remote Diagnostic Request', 'RemoteDiagReq', ENDPOINT],
  0x0741: ['Remote Diagnostic Response', 'RemoteDiagResp', 0],
  0x0742: ['Remote Configuration Request', 'RemoteConfigReq', ENDPOINT],
  0x0743: ['Remote Reset Request', 'RemoteResetReq', 0],
  0x0950: ['Secure Wrapper', 'SecureWrapper', 0],
  0x0951: ['Session Request', 'SessionReq', ENDPOINT],
  0x0952: ['Session Response', 'SessionResp', 0],
  0x0953: ['Session Authenticate', 'SessionAuth', 0],
  0x0954: ['Session Status', 'SessionStatus', 0],
  0x0955: ['Timer Notify', 'TimerNotify', 0],
};

/** Fields that Wireshark does not define; they make the header filterable here. */
const f = {
  service: uint('kip.service', 'Service Identifier')
    .at(2, 2)
    .hex()
    .named(Object.fromEntries(Object.entries(services).map(([id, [name]]) => [id, name]))),
  length: uint('kip.length', 'Total Length').at(4, 2),
  channel: uint('kip.channel', 'Channel').hex(1),
  sequence: uint('kip.sequence', 'Sequence Counter'),
  address: ipv4('kip.address', 'IP Address'),
  port: uint('kip.port', 'Port'),
};

function isKnx(p: Packet): boolean {
  const { buf: b, at, end } = p;
  return end - at >= HEADER && b[at] === HEADER && (b[at + 1] === 0x10 || b[at + 1] === 0x20);
}

/** Offset of the cEMI frame; 0: none. */
function cemiAt(b: Uint8Array, start: number): number {
  const body = services[u16(b, start + 2)]?.[2];
  if (body === CEMI) return start + HEADER;
  return body === CONNECTION_CEMI ? start + HEADER + b[start + HEADER]! : 0;
}

export const kip: Protocol = protocol({
  name: 'kip',
  title: 'KNX/IP',
  column: 'KNXnet/IP',
  fields: f,
  on: [
    [udpPorts, 3671],
    [tcpPorts, 3671],
  ],
  framing: { header: HEADER, length: (p) => (isKnx(p) ? Math.max(u16(p.buf, p.at + 4), HEADER) : 0) },
  step(p) {
    const { buf: b, at: start } = p;
    if (!isKnx(p)) return REJECTED;
    p.narrow(p.layer, Math.max(u16(b, start + 4), HEADER));
    const at = cemiAt(b, start);
    p.at = p.end;
    if (at === 0 || at >= p.end) return null;
    p.at = at;
    return cemi;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    out.fixed(f.service);
    out.fixed(f.length);
    const body = services[u16(b, start + 2)]?.[2];
    const at = start + HEADER;
    if (body === ENDPOINT) emitEndpoint(at, out);
    else if (body === CONNECTION || body === CONNECTION_CEMI) {
      out.add(f.channel, at + 1, 1);
      out.add(f.sequence, at + 2, 1);
    } else if (body === CHANNEL_ENDPOINT) {
      out.add(f.channel, at, 1);
      emitEndpoint(at + 2, out);
    }
  },
  info(p, layer) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const service = services[u16(b, start + 2)];
    if (service === undefined)
      return `Unknown Service 0x${u16(b, start + 2)
        .toString(16)
        .padStart(4, '0')}`;
    const at = start + HEADER;
    const end = p.stop[layer]!;
    const isConnected = service[2] === CONNECTION || service[2] === CONNECTION_CEMI;
    const channel = isConnected ? at + 1 : at;
    if (service[2] < CONNECTION || service[2] === CEMI || channel + 2 > end)
      return `${service[1]}${cemiText(p, layer)}`;
    const number = b[channel]!.toString(16).toUpperCase().padStart(2, '0');
    return `${service[1]} #${number}${isConnected ? `:${b[channel + 1]}` : ''}${cemiText(p, layer)}`;
  },
});

/** Host protocol address information (3/8/2 §8.6.2): length, protocol, address, port. */
function emitEndpoint(at: number, out: Sink): void {
  out.add(f.address, at + 2, 4);
  out.add(f.port, at + 6, 2);
}

const codes: Readonly<Record<number, string>> = {
  16: 'L_Raw.req',
  17: 'L_Data.req',
  19: 'L_PollData.req',
  37: 'L_PollData.con',
  41: 'L_Data.ind',
  43: 'L_Busmon.ind',
  45: 'L_Raw.ind',
  46: 'L_Data.con',
  47: 'L_Raw.con',
  65: 'T_Data_Connected.req',
  74: 'T_Data_Individual.req',
  137: 'T_Data_Connected.ind',
  148: 'T_Data_Individual.ind',
  240: 'M_Reset.ind',
  241: 'M_Reset.req',
  245: 'M_PropWrite.con',
  246: 'M_PropWrite.req',
  247: 'M_PropInfo.ind',
  248: 'M_FuncPropCmd.req',
  249: 'M_FuncPropRead.req',
  250: 'M_FuncProp.con',
  251: 'M_PropRead.con',
  252: 'M_PropRead.req',
};
const LINK_DATA = [17, 41, 46];
/** Application services: the upper four of ten bits (3/3/7 §2). */
const applications: Readonly<Record<number, string>> = {
  0: 'GroupValueRead',
  1: 'GroupValueResp',
  2: 'GroupValueWrite',
  3: 'IndAddrWrite',
  4: 'IndAddrRead',
  5: 'IndAddrResp',
  6: 'AdcRead',
  7: 'AdcResp',
  8: 'MemRead',
  9: 'MemResp',
  10: 'MemWrite',
  11: 'UserMsg',
  12: 'DevDescrRead',
  13: 'DevDescrResp',
  14: 'Restart',
  15: 'Escape',
};

const c: Readonly<Record<string, Field>> = {
  code: uint('cemi.mc', 'Message Code').at(0, 1).hex().named(codes),
  source: uint('cemi.sa', 'Source').hex(2),
  destination: uint('cemi.da', 'Destination').hex(2),
  type: uint('cemi.at', 'Address Type').mask(0x80),
  hops: uint('cemi.hc', 'Hop Count').mask(0x70),
  priority: uint('cemi.prio', 'Priority').mask(0x0c),
  size: uint('cemi.len', 'Length'),
  service: uint('cemi.ac', 'Service').mask(0x3c0).hex(2).named(applications),
  data: bytes('cemi.data', 'Data'),
};

/**
 * Offset after message code and additional information (3/6/3 §4.1.4) of control, addresses, length, transport and
 * application data.
 */
const bodyAt = (b: Uint8Array, start: number): number => start + 2 + b[start + 1]!;

/** cEMI frame; its text is appended to the Info column of the layer below. */
export const cemi: Protocol = protocol({
  name: 'cemi',
  title: 'cEMI',
  fields: c,
  step(p) {
    if (p.end - p.at < 1) return p.cut(1);
    p.at = p.end;
    return null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const end = p.stop[layer]!;
    out.fixed(c.code!);
    const at = bodyAt(b, start);
    if (!LINK_DATA.includes(b[start]!) || at + 9 > end) return;
    out.add(c.priority!, at, 1);
    out.add(c.type!, at + 1, 1);
    out.add(c.hops!, at + 1, 1);
    out.add(c.source!, at + 2, 2);
    out.add(c.destination!, at + 4, 2);
    out.add(c.size!, at + 6, 1);
    out.add(c.service!, at + 7, 2);
    if (at + 9 < end) out.add(c.data!, at + 9, end - at - 9);
  },
});

function cemiText(p: Packet, below: number): string {
  const layer = below + 1;
  if (layer >= p.count || p.protocols[layer] !== cemi) return '';
  const b = p.bufferOf(layer);
  const start = p.start[layer]!;
  const summary = ` ${codes[b[start]!] ?? 'Unknown'}`;
  const at = bodyAt(b, start);
  if (!LINK_DATA.includes(b[start]!) || at + 9 > p.stop[layer]!) return summary;
  const isGroup = (b[at + 1]! & 0x80) !== 0;
  const to = u16(b, at + 4);
  const destination = isGroup ? `${to >> 11}/${(to >> 8) & 7}/${to & 255}` : individual(to);
  return `${summary} ${individual(u16(b, at + 2))}->${destination} ${applications[(u16(b, at + 7) >> 6) & 15]}`;
}

/** Formats an individual address (3/2/2) as area.line.device. */
const individual = (address: number): string => `${address >> 12}.${(address >> 8) & 15}.${address & 255}`;
