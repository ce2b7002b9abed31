// Link protocols that, like CDP, carry TLVs over SNAP: DTP (trunking), UDLD (RFC 5171, unidirectional links), PAgP
// (port aggregation), CGMP (multicast groups), and the discovery protocols of Extreme, Foundry, Force10 and Nortel.
// Only headers are dissected.
import { u16, u32, utf8 } from '../../core/bytes.ts';
import { ether, text, uint } from '../../core/field.ts';
import type { Packet } from '../../core/packet.ts';
import { type Protocol, protocol } from '../../core/protocol.ts';
import { snapPids } from '../../core/table.ts';
import { ethernetAddress } from '../../core/text.ts';

const CISCO = 0x00000c * 0x10000;
const RECORD = 4;

/** Offsets of complete TLVs (2-byte type, 2-byte length) from `at` on. */
function* records(b: Uint8Array, at: number, stop: number): Generator<number> {
  while (at + RECORD <= stop && u16(b, at + 2) >= RECORD && at + u16(b, at + 2) <= stop) {
    yield at;
    at += u16(b, at + 2);
  }
}

/** Claims the rest of the frame; fewer than `least` bytes are malformed. */
function takeAll(p: Packet, least: number): null {
  if (p.end - p.at < least) return p.cut(least);
  p.at = p.end;
  return null;
}

const dtpFields = {
  version: uint('dtp.version', 'Version').at(0, 1),
  type: uint('dtp.tlv_type', 'Type')
    .hex(2)
    .named({ 1: 'Domain', 2: 'Trunk Status', 3: 'Trunk Type', 4: 'Sender ID' }),
  length: uint('dtp.tlv_len', 'Length'),
  domain: text('dtp.domain', 'Domain'),
  status: uint('dtp.tas', 'Trunk Administrative Status').mask(0x07).hex(1),
  sender: ether('dtp.senderid', 'Sender ID'),
};
export const dtp: Protocol = protocol({
  name: 'dtp',
  title: 'Dynamic Trunk Protocol',
  column: 'DTP',
  info: () => 'Dynamic Trunk Protocol',
  fields: dtpFields,
  on: [[snapPids, CISCO + 0x2004]],
  step: (p) => takeAll(p, 1),
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    out.fixed(dtpFields.version);
    for (const at of records(b, p.start[layer]! + 1, p.stop[layer]!)) {
      const type = u16(b, at);
      const length = u16(b, at + 2) - RECORD;
      out.add(dtpFields.type, at, 2);
      out.add(dtpFields.length, at + 2, 2);
      if (type === 1 && length > 0) out.add(dtpFields.domain, at + RECORD, length);
      if (type === 2 && length === 1) out.add(dtpFields.status, at + RECORD, 1);
      if (type === 4 && length === 6) out.add(dtpFields.sender, at + RECORD, 6);
    }
  },
});

const udldTypes: Readonly<Record<number, string>> = {
  1: 'Device ID',
  2: 'Port ID',
  3: 'Echo',
  4: 'Message interval',
  5: 'Timeout interval',
  6: 'Device name',
  7: 'Sequence number',
};
const udldFields = {
  version: uint('udld.version', 'Version').at(0, 1).mask(0xe0),
  opcode: uint('udld.opcode', 'Opcode')
    .at(0, 1)
    .mask(0x1f)
    .named({ 0: 'Reserved', 1: 'Probe', 2: 'Echo', 3: 'Flush' }),
  flags: uint('udld.flags', 'Flags').at(1, 1),
  checksum: uint('udld.checksum', 'Checksum').at(2, 2).hex(),
  type: uint('udld.tlv.type', 'Type').hex(2).named(udldTypes),
  length: uint('udld.tlv.len', 'Length'),
  device: text('udld.device_id', 'Device ID'),
  port: text('udld.sent_through_interface', 'Sent through Interface'),
};
export const udld: Protocol = protocol({
  name: 'udld',
  title: 'Unidirectional Link Detection',
  column: 'UDLD',
  fields: udldFields,
  on: [[snapPids, CISCO + 0x0111]],
  step: (p) => takeAll(p, 4),
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    for (const field of [udldFields.version, udldFields.opcode, udldFields.flags, udldFields.checksum])
      out.fixed(field);
    for (const at of records(b, p.start[layer]! + 4, p.stop[layer]!)) {
      const length = u16(b, at + 2) - RECORD;
      out.add(udldFields.type, at, 2);
      out.add(udldFields.length, at + 2, 2);
      if (u16(b, at) === 1) out.add(udldFields.device, at + RECORD, length);
      if (u16(b, at) === 2) out.add(udldFields.port, at + RECORD, length);
    }
  },
  info(p, layer) {
    const b = p.bufferOf(layer);
    let summary = '';
    for (const at of records(b, p.start[layer]! + 4, p.stop[layer]!)) {
      const type = u16(b, at);
      if (type === 1 || type === 2)
        summary += `${udldTypes[type]}: ${utf8(b, at + RECORD, at + u16(b, at + 2))}  `;
    }
    return summary;
  },
});

const FLUSH = 2;
const pagpFields = {
  version: uint('pagp.version', 'Version').at(0, 1).hex().named({ 1: 'Info PDU', 2: 'Flush PDU' }),
  flags: uint('pagp.flags', 'Flags').at(1, 1).hex(),
  localDevice: ether('pagp.localdevid', 'Local Device ID').at(2, 6),
  partnerDevice: ether('pagp.partnerdevid', 'Partner Device ID').at(22, 6),
};
export const pagp: Protocol = protocol({
  name: 'pagp',
  title: 'Port Aggregation Protocol',
  column: 'PAGP',
  fields: pagpFields,
  on: [[snapPids, CISCO + 0x0104]],
  step: (p) => takeAll(p, 18),
  info(p, layer) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const length = p.stop[layer]! - start;
    if (length < 18) return '';
    if (b[start] === FLUSH) {
      const transaction = u32(b, start + 14).toString(16);
      return `Flush PDU; Local DevID: ${ethernetAddress(b, start + 2)}, Partner DevID: ${ethernetAddress(b, start + 8)}; Transaction ID: 0x${transaction} `;
    }
    if (length < 28) return '';
    const flags = b[start + 1]!.toString(16);
    return `Info PDU; Flags 0x${flags}; Local DevID: ${ethernetAddress(b, start + 2)}, Partner DevID: ${ethernetAddress(b, start + 22)}`;
  },
});

function named(
  name: string,
  title: string,
  column: string,
  keys: readonly number[],
  info: (p: Packet, layer: number) => string,
): Protocol {
  return protocol({ name, title, column, info, on: [[snapPids, ...keys]], step: (p) => takeAll(p, 2) });
}

export const otherDiscovery = [
  named(
    'cgmp',
    'Cisco Group Management Protocol',
    'CGMP',
    [CISCO + 0x2001],
    () => 'Cisco Group Management Protocol',
  ),
  named('mcp', 'Miscabling Protocol', 'MCP', [CISCO + 0x0139], () => ''),
  named('edp', 'Extreme Discovery Protocol', 'EDP', [0x00e02b * 0x10000 + 0x00bb], () => 'EDP:'),
  named('fdp', 'Foundry Discovery Protocol', 'FDP', [0x00e052 * 0x10000 + 0x2000], () => 'FDP:'),
  named('fefd', 'Far End Failure Detection', 'FEFD', [0x0001e8 * 0x10000 + 0x0111], () => ''),
  named(
    'ndp',
    'Nortel Discovery Protocol',
    'NDP',
    [0x000081 * 0x10000 + 0x01a1, 0x000081 * 0x10000 + 0x01a2],
    () => 'Hello',
  ),
  named('hpteam', 'HP NIC Teaming Heartbeat', 'HP NIC Team', [0x00805f * 0x10000 + 0x0002], (p) => {
    const frame = p.start[0]!;
    return `HP NIC Teaming Heartbeat; Port MAC = ${ethernetAddress(p.bufferOf(0), frame + 6)}`;
  }),
];
