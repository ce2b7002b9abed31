// Point-to-Point Tunneling Protocol (RFC 2637): the control connection; tunnelled data is carried in GRE.
import { u16, u32 } from '../../core/bytes.ts';
import { type Field, text, uint } from '../../core/field.ts';
import { COLUMN } from '../../core/packet.ts';
import { protocol } from '../../core/protocol.ts';
import { tcpPorts } from '../../core/table.ts';

const PORT = 1723;
const HEADER = 12;
const COOKIE = 0x1a2b3c4d;

const messageNames: Readonly<Record<number, string>> = {
  1: 'Start-Control-Connection-Request',
  2: 'Start-Control-Connection-Reply',
  3: 'Stop-Control-Connection-Request',
  4: 'Stop-Control-Connection-Reply',
  5: 'Echo-Request',
  6: 'Echo-Reply',
  7: 'Outgoing-Call-Request',
  8: 'Outgoing-Call-Reply',
  9: 'Incoming-Call-Request',
  10: 'Incoming-Call-Reply',
  11: 'Incoming-Call-Connected',
  12: 'Call-Clear-Request',
  13: 'Call-Disconnect-Notify',
  14: 'WAN-Error-Notify',
  15: 'Set-Link-Info',
};

const framings = {
  1: 'Asynchronous Framing supported',
  2: 'Synchronous Framing supported',
  3: 'Either Framing supported',
};
const bearers = { 1: 'Analog access supported', 2: 'Digital access supported', 3: 'Either access supported' };
const outcomes = { 1: 'OK', 2: 'General error' };

const f = {
  length: uint('pptp.length', 'Length').at(0, 2),
  type: uint('pptp.type', 'Message type').at(2, 2).named({ 1: 'Control Message', 2: 'Management Message' }),
  cookie: uint('pptp.magic_cookie', 'Magic Cookie').at(4, 4).hex(),
  message: uint('pptp.control_message_type', 'Control Message Type').at(8, 2).named(messageNames),
  version: uint('pptp.protocol_version', 'Protocol version'),
  framingCapabilities: uint('pptp.framing_capabilities', 'Framing Capabilities').named(framings),
  bearerCapabilities: uint('pptp.bearer_capabilities', 'Bearer Capabilities').named(bearers),
  channelsMax: uint('pptp.maximum_channels', 'Maximum Channels'),
  firmware: uint('pptp.firmware_revision', 'Firmware Revision'),
  host: text('pptp.host_name', 'Host Name'),
  vendor: text('pptp.vendor_name', 'Vendor Name'),
  controlResult: uint('pptp.control_result', 'Result Code').named({
    1: 'Successful channel establishment',
    2: 'General error',
    3: 'Command channel already exists',
    4: 'Requester not authorized',
    5: 'Protocol version not supported',
  }),
  error: uint('pptp.error', 'Error Code').named({
    0: 'None',
    1: 'Not-Connected',
    2: 'Bad-Format',
    3: 'Bad-Value',
    4: 'No-Resource',
    5: 'Bad-Call ID',
    6: 'PAC-Error',
  }),
  reason: uint('pptp.reason', 'Reason').named({ 1: 'None', 2: 'Stop-Protocol', 3: 'Stop-Local-Shutdown' }),
  stopResult: uint('pptp.stop_result', 'Result Code').named(outcomes),
  echoResult: uint('pptp.echo_result', 'Result Code').named(outcomes),
  identifier: uint('pptp.identifier', 'Identifier'),
  call: uint('pptp.call_id', 'Call ID'),
  peerCall: uint('pptp.peer_call_id', 'Peer Call ID'),
  serial: uint('pptp.call_serial_number', 'Call Serial Number'),
  speedMin: uint('pptp.minimum_bps', 'Minimum BPS'),
  speedMax: uint('pptp.maximum_bps', 'Maximum BPS'),
  bearerType: uint('pptp.bearer_type', 'Bearer Type').named(bearers),
  framingType: uint('pptp.framing_type', 'Framing Type').named(framings),
  window: uint('pptp.packet_receive_window_size', 'Packet Receive Window Size'),
  delay: uint('pptp.packet_processing_delay', 'Packet Processing Delay'),
  outResult: uint('pptp.out_result', 'Result Code').named({
    1: 'Connected',
    2: 'General Error',
    3: 'No Carrier',
  }),
  inResult: uint('pptp.in_result', 'Result Code').named({
    1: 'Connect',
    2: 'General error',
    3: 'Do Not Accept',
  }),
  disconnectResult: uint('pptp.disc_result', 'Result Code').named({
    1: 'Lost Carrier',
    2: 'General Error',
    3: 'Admin Shutdown',
    4: 'Request',
  }),
  cause: uint('pptp.cause', 'Cause Code'),
  speed: uint('pptp.connect_speed', 'Connect Speed'),
  channel: uint('pptp.physical_channel_id', 'Physical Channel ID'),
  sendMap: uint('pptp.send_accm', 'Send ACCM').hex(4),
  receiveMap: uint('pptp.receive_accm', 'Receive ACCM').hex(4),
};

/** Part of a body: a field with its length, or the length of reserved bytes. */
type Part = readonly [Field, number] | number;

/** Message bodies (§2.1 to §2.15), after the message type and 2 reserved bytes. */
const bodies: Readonly<Record<number, readonly Part[]>> = {
  1: [[f.version, 2], 2, [f.framingCapabilities, 4], [f.bearerCapabilities, 4], ...server()],
  2: [
    [f.version, 2],
    [f.controlResult, 1],
    [f.error, 1],
    [f.framingCapabilities, 4],
    [f.bearerCapabilities, 4],
    ...server(),
  ],
  3: [[f.reason, 1]],
  4: [
    [f.stopResult, 1],
    [f.error, 1],
  ],
  5: [[f.identifier, 4]],
  6: [
    [f.identifier, 4],
    [f.echoResult, 1],
    [f.error, 1],
  ],
  7: [
    [f.call, 2],
    [f.serial, 2],
    [f.speedMin, 4],
    [f.speedMax, 4],
    [f.bearerType, 4],
    [f.framingType, 4],
    [f.window, 2],
    [f.delay, 2],
  ],
  8: [
    [f.call, 2],
    [f.peerCall, 2],
    [f.outResult, 1],
    [f.error, 1],
    [f.cause, 2],
    [f.speed, 4],
    [f.window, 2],
    [f.delay, 2],
    [f.channel, 4],
  ],
  9: [
    [f.call, 2],
    [f.serial, 2],
    [f.bearerType, 4],
    [f.channel, 4],
  ],
  10: [
    [f.call, 2],
    [f.peerCall, 2],
    [f.inResult, 1],
    [f.error, 1],
    [f.window, 2],
    [f.delay, 2],
  ],
  11: [[f.peerCall, 2], 2, [f.speed, 4], [f.window, 2], [f.delay, 2], [f.framingType, 4]],
  12: [[f.call, 2]],
  13: [
    [f.call, 2],
    [f.disconnectResult, 1],
    [f.error, 1],
    [f.cause, 2],
  ],
  14: [[f.peerCall, 2]],
  15: [[f.peerCall, 2], 2, [f.sendMap, 4], [f.receiveMap, 4]],
};

export const pptp = protocol({
  name: 'pptp',
  title: 'Point-to-Point Tunnelling Protocol',
  column: 'PPTP',
  fields: f,
  on: [[tcpPorts, PORT]],
  framing: {
    header: 8,
    length: (p) => (u32(p.buf, p.at + 4) === COOKIE ? Math.max(HEADER, u16(p.buf, p.at)) : p.end - p.at),
  },
  step(p) {
    if (p.end - p.at < HEADER) return p.cutUnseen(HEADER, COLUMN);
    p.at = p.end;
    return null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const end = p.stop[layer]!;
    for (const field of [f.length, f.type, f.cookie, f.message]) out.fixed(field);
    let at = start + HEADER;
    for (const part of bodies[u16(b, start + 8)] ?? []) {
      const width = typeof part === 'number' ? part : part[1];
      if (at + width > end) return;
      if (typeof part !== 'number') out.add(part[0], at, width);
      at += width;
    }
  },
  info(p, layer) {
    const start = p.start[layer]!;
    if (p.stop[layer]! - start < HEADER) return '';
    const type = u16(p.bufferOf(layer), start + 8);
    return messageNames[type] ?? `Unknown control type (${type})`;
  },
});

function server(): Part[] {
  return [
    [f.channelsMax, 2],
    [f.firmware, 2],
    [f.host, 64],
    [f.vendor, 64],
  ];
}
