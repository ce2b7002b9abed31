// NAT port mapping: NAT-PMP (RFC 6886) and its successor PCP (RFC 6887), on the same ports.
import { u16, utf8 } from '../../core/bytes.ts';
import { bool, bytes, Field, ipv4, ipv6, text, uint } from '../../core/field.ts';
import type { Packet } from '../../core/packet.ts';
import { type Protocol, protocol, REJECTED } from '../../core/protocol.ts';
import type { Sink } from '../../core/sink.ts';
import { udpPorts } from '../../core/table.ts';

/** Length of request and response headers (RFC 6887 §7.1, §7.2). */
const HEADER = 24;
const RESPONSE = 0x80;
const ANNOUNCE = 0;
const MAP = 1;
const PEER = 2;
/**
 * Offsets and lengths of MAP and PEER data (RFC 6887 §11.1, §12.1): nonce (version 2 only), protocol, ports, addresses.
 */
const NONCE = 12;
const MAP_BODY = 24;
const PEER_BODY = 44;
const OPTION_HEADER = 4;
const THIRD_PARTY = 1;
const FILTER = 3;
const DESCRIPTION = 128;
const PORT_SET = 130;

const opcodes: Record<number, string> = { [ANNOUNCE]: 'Announce', [MAP]: 'Map', [PEER]: 'Peer' };
const results: Record<number, string> = {
  0: 'Success',
  1: 'Unsupported Version',
  2: 'Not Authorized/Refused',
  3: 'Malformed Request',
  4: 'Unsupported opcode',
  5: 'Unsupported option',
  6: 'Malformed option',
  7: 'Network failure',
  8: 'No resources',
  9: 'Unsupported protocol',
  10: 'User exceeds quota',
  11: 'Cannot provide external port',
  12: 'Address mismatch',
  13: 'Excessive remote peers',
};
const optionNames: Record<number, string> = {
  0: 'Reserved',
  [THIRD_PARTY]: 'Third Party',
  2: 'Prefer Failure',
  [FILTER]: 'Filter',
  [DESCRIPTION]: 'Description',
  129: 'Prefix64',
  [PORT_SET]: 'Port Set',
};
const natOpcodes: Record<number, string> = {
  0: 'External Address Request',
  1: 'Map UDP Request',
  2: 'Map TCP Request',
  128: 'External Address Response',
  129: 'Map UDP Response',
  130: 'Map TCP Response',
};
const natResults: Record<number, string> = {
  0: 'Success',
  1: 'Unsupported Version',
  2: 'Not Authorized/Refused',
  3: 'Network Failure',
  4: 'Out of resources',
  5: 'Unsupported opcode',
};

const nat = {
  version: uint('nat-pmp.version', 'Version').at(0, 1),
  opcode: uint('nat-pmp.opcode', 'Opcode').at(1, 1).named(natOpcodes),
  result: uint('nat-pmp.result_code', 'Result Code').named(natResults),
  epoch: uint('nat-pmp.sssoe', 'Seconds Since Start of Epoch'),
  external: ipv4('nat-pmp.external_ip', 'External IP Address'),
  reserved: uint('nat-pmp.reserved', 'Reserved'),
  internalPort: uint('nat-pmp.internal_port', 'Internal Port'),
  externalPort: uint('nat-pmp.external_port', 'External Port'),
  lifetime: uint('nat-pmp.pml', 'Port Mapping Lifetime'),
};

const f = {
  version: uint('portcontrol.version', 'Version').at(0, 1),
  request: bool('portcontrol.request', 'Request').hidden(),
  response: bool('portcontrol.response', 'Response').hidden(),
  r: bool('portcontrol.r', 'R').at(1, 1).mask(RESPONSE),
  opcode: uint('portcontrol.opcode', 'Opcode').at(1, 1).mask(0x7f).named(opcodes),
  result: uint('portcontrol.result_code', 'Result Code').named(results),
  reserved: uint('portcontrol.reserved', 'Reserved'),
  reservedBytes: bytes('portcontrol.rsp_reserved', 'Reserved'),
  lifetimeAsked: uint('portcontrol.lifetime_req', 'Requested Lifetime'),
  lifetime: uint('portcontrol.lifetime_rsp', 'Lifetime'),
  client: ipv6('portcontrol.client_ip', 'Client IP Address'),
  epoch: uint('portcontrol.epoch_time', 'Epoch Time'),
  mapNonce: bytes('portcontrol.map.nonce', 'Mapping Nonce'),
  mapProtocol: uint('portcontrol.map.protocol', 'Protocol'),
  mapReserved: uint('portcontrol.map.reserved', 'Reserved'),
  mapInternal: uint('portcontrol.map.internal_port', 'Internal Port'),
  mapSuggested: uint('portcontrol.map.req_sug_external_port', 'Suggested External Port'),
  mapSuggestedAddress: ipv6('portcontrol.map.req_sug_external_ip', 'Suggested External IP Address'),
  mapAssigned: uint('portcontrol.map.rsp_assigned_external_port', 'Assigned External Port'),
  mapAssignedAddress: ipv6('portcontrol.map.rsp_assigned_ext_ip', 'Assigned External IP Address'),
  peerNonce: bytes('portcontrol.peer.nonce', 'Mapping Nonce'),
  peerProtocol: uint('portcontrol.peer.protocol', 'Protocol'),
  peerReserved: bytes('portcontrol.peer.reserved', 'Reserved'),
  peerInternal: uint('portcontrol.peer.internal_port', 'Internal Port'),
  peerSuggested: uint('portcontrol.peer.req_sug_external_port', 'Suggested External Port'),
  peerSuggestedAddress: ipv6('portcontrol.peer.req_sug_external_ip', 'Suggested External IP Address'),
  peerAssigned: uint('portcontrol.peer.rsp_assigned_external_port', 'Assigned External Port'),
  peerAssignedAddress: ipv6('portcontrol.peer.rsp_assigned_ext_ip', 'Assigned External IP Address'),
  peerPort: uint('portcontrol.peer.remote_peer_port', 'Remote Peer Port'),
  peerAddress: ipv6('portcontrol.peer.remote_peer_ip', 'Remote Peer IP Address'),
  options: new Field('portcontrol.options', 'Options', 'none'),
  option: new Field('portcontrol.option', 'Option', 'none'),
  optionCode: uint('portcontrol.option.code', 'Option').named(optionNames),
  optionReserved: uint('portcontrol.option.reserved', 'Reserved'),
  optionLength: uint('portcontrol.option.length', 'Option Length'),
  thirdParty: ipv6('portcontrol.option.third_party.internal_ip', 'Internal IP Address'),
  filterReserved: uint('portcontrol.option.filter.reserved', 'Reserved'),
  filterLength: uint('portcontrol.option.filter.prefix_length', 'Prefix Length'),
  filterPort: uint('portcontrol.option.filter.remote_peer_port', 'Remote Peer Port'),
  filterAddress: ipv6('portcontrol.option.filter.remote_peer_ip', 'Remote Peer IP Address'),
  description: text('portcontrol.option.description', 'Description'),
  setSize: uint('portcontrol.option.portset.size', 'Port Set Size'),
  setSuggested: uint('portcontrol.option.portset.req_sug_first_external_port', 'Suggested First Port'),
  setAssigned: uint('portcontrol.option.portset.rsp_assigned_first_external_port', 'Assigned First Port'),
  setReserved: uint('portcontrol.option.portset.reserved', 'Reserved').mask(0xfe).hex(1),
  setParity: bool('portcontrol.option.portset.parity', 'Parity Requested').mask(1),
  padding: bytes('portcontrol.option.padding', 'Padding'),
};

/** Length of a NAT-PMP message (RFC 6886 §3.2, §3.3). */
function natBytes(opcode: number): number {
  if (opcode === 128 || opcode === 1 || opcode === 2) return 12;
  return opcode === 129 || opcode === 130 ? 16 : 2;
}

const nonceBytes = (version: number): number => (version === 1 ? 0 : NONCE);

/** Length of a PCP message without options. */
function pcpBytes(version: number, opcode: number): number {
  if (opcode === MAP) return HEADER + nonceBytes(version) + MAP_BODY;
  return HEADER + (opcode === PEER ? nonceBytes(version) + PEER_BODY : 0);
}

export const portcontrol: Protocol = protocol({
  name: 'portcontrol',
  title: 'Port Control Protocol',
  column(p, layer) {
    const version = p.bufferOf(layer)[p.start[layer]!];
    return version === 0 ? 'NAT-PMP' : `PCP v${version}`;
  },
  fields: { ...Object.fromEntries(Object.values(nat).map((field) => [field.name, field])), ...f },
  on: [[udpPorts, 5350, 5351]],
  step(p) {
    const { buf: b, at, end } = p;
    const version = b[at]!;
    if (version > 2) return REJECTED;
    if (end - at < 2) return p.cut(2);
    const opcode = b[at + 1]!;
    const needed = version === 0 ? natBytes(opcode) : pcpBytes(version, opcode & ~RESPONSE);
    if (end - at < needed) return p.cut(needed);
    p.at = end;
    return null;
  },
  headline(p, layer) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    if (p.stop[layer]! - start < 2) return '';
    return `, ${b[start] === 0 ? natName(b, start) : pcpName(b, start)}`;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const end = p.stop[layer]!;
    if (end - start < 2) return;
    if (b[start] === 0) emitNat(b, start, end, out);
    else emitPcp(b, start, end, out);
  },
  info(p, layer) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const left = p.stop[layer]! - start;
    if (left < 2) return '';
    if (b[start] === 0) return natName(b, start);
    const version = b[start]!;
    const opcode = b[start + 1]! & ~RESPONSE;
    const name = pcpName(b, start);
    if (opcode !== MAP || left < pcpBytes(version, opcode)) return name;
    return `${name}: ${mapping(p, layer, start + HEADER + nonceBytes(version))}`;
  },
});

const natName = (b: Uint8Array, start: number): string =>
  natOpcodes[b[start + 1]!] ?? `Unknown opcode: ${b[start + 1]}`;

function pcpName(b: Uint8Array, start: number): string {
  const opcode = b[start + 1]! & ~RESPONSE;
  const name = opcodes[opcode];
  if (name === undefined) return `Unknown opcode: ${opcode}`;
  return `${name} ${b[start + 1]! & RESPONSE ? 'Response' : 'Request'}`;
}

/** The mapped ports; for a port set (RFC 7753), the first and the one after the last. */
function mapping(p: Packet, layer: number, body: number): string {
  const b = p.bufferOf(layer);
  const end = p.stop[layer]!;
  const kind = b[body]!;
  const names: Record<number, string> = { 0: 'All Protocols', 6: 'TCP', 17: 'UDP' };
  const protocolName = names[kind] ?? `Unknown Protocol ${kind}`;
  let from = String(u16(b, body + 4));
  let to = String(u16(b, body + 6));
  for (let at = body + MAP_BODY; at + OPTION_HEADER <= end; at = optionEnd(b, at)) {
    if (b[at] !== PORT_SET || at + OPTION_HEADER + 4 > end) continue;
    const size = u16(b, at + OPTION_HEADER);
    const first = u16(b, at + OPTION_HEADER + 2);
    from += `-${u16(b, body + 4) + size}`;
    to = `${first}-${first + size}`;
    break;
  }
  return `${from} -> ${to} [${protocolName}]`;
}

function emitNat(b: Uint8Array, start: number, end: number, out: Sink): void {
  const opcode = b[start + 1]!;
  out.fixed(nat.version);
  out.fixed(nat.opcode);
  if (end - start < natBytes(opcode) || natOpcodes[opcode] === undefined || opcode === 0) return;
  if (opcode & RESPONSE) {
    out.add(nat.result, start + 2, 2);
    out.add(nat.epoch, start + 4, 4);
    if (opcode === RESPONSE) out.add(nat.external, start + 8, 4);
    else emitPorts(start + 8, out);
  } else {
    out.add(nat.reserved, start + 2, 2);
    emitPorts(start + 4, out);
  }
}

function emitPorts(at: number, out: Sink): void {
  out.add(nat.internalPort, at, 2);
  out.add(nat.externalPort, at + 2, 2);
  out.add(nat.lifetime, at + 4, 4);
}

function emitPcp(b: Uint8Array, start: number, end: number, out: Sink): void {
  const version = b[start]!;
  const isResponse = (b[start + 1]! & RESPONSE) !== 0;
  const opcode = b[start + 1]! & ~RESPONSE;
  out.fixed(f.version);
  out.fixed(f.r);
  out.add(isResponse ? f.response : f.request, start + 1, 1, true);
  out.fixed(f.opcode);
  if (end - start < pcpBytes(version, opcode)) return;
  if (isResponse) {
    out.add(f.reserved, start + 2, 1);
    out.add(f.result, start + 3, 1);
    out.add(f.lifetime, start + 4, 4);
    out.add(f.epoch, start + 8, 4);
    out.add(f.reservedBytes, start + 12, 12);
  } else {
    out.add(f.reserved, start + 2, 2);
    out.add(f.lifetimeAsked, start + 4, 4);
    out.add(f.client, start + 8, 16);
  }
  if (opcodes[opcode] === undefined) return;
  out.group(pcpName(b, start), start + HEADER, end - start - HEADER);
  if (opcode === MAP) emitMap(version, start + HEADER, isResponse, out);
  if (opcode === PEER) emitPeer(version, start + HEADER, isResponse, out);
  emitOptions(b, start + pcpBytes(version, opcode), end, isResponse, out);
  out.close();
}

function emitMap(version: number, at: number, isResponse: boolean, out: Sink): void {
  if (version > 1) out.add(f.mapNonce, at, NONCE);
  const body = at + nonceBytes(version);
  out.add(f.mapProtocol, body, 1);
  out.add(f.mapReserved, body + 1, 3);
  out.add(f.mapInternal, body + 4, 2);
  out.add(isResponse ? f.mapAssigned : f.mapSuggested, body + 6, 2);
  out.add(isResponse ? f.mapAssignedAddress : f.mapSuggestedAddress, body + 8, 16);
}

function emitPeer(version: number, at: number, isResponse: boolean, out: Sink): void {
  if (version > 1) out.add(f.peerNonce, at, NONCE);
  const body = at + nonceBytes(version);
  out.add(f.peerProtocol, body, 1);
  out.add(f.peerReserved, body + 1, 3);
  out.add(f.peerInternal, body + 4, 2);
  out.add(isResponse ? f.peerAssigned : f.peerSuggested, body + 6, 2);
  out.add(isResponse ? f.peerAssignedAddress : f.peerSuggestedAddress, body + 8, 16);
  out.add(f.peerPort, body + 24, 2);
  out.add(f.peerReserved, body + 26, 2);
  out.add(f.peerAddress, body + 28, 16);
}

/** End of an option, padded to a multiple of 4 (RFC 6887 §7.3). */
const optionEnd = (b: Uint8Array, at: number): number => at + OPTION_HEADER + ((u16(b, at + 2) + 3) & ~3);

function emitOptions(b: Uint8Array, at: number, end: number, isResponse: boolean, out: Sink): void {
  if (at + OPTION_HEADER > end) return;
  out.open(f.options, at, end - at);
  for (; at + OPTION_HEADER <= end; at = optionEnd(b, at)) {
    const body = at + OPTION_HEADER;
    const stop = body + u16(b, at + 2);
    if (stop > end) break;
    out.open(f.option, at, stop - at);
    out.note(`: ${optionNames[b[at]!] ?? 'Unknown'}`);
    out.add(f.optionCode, at, 1);
    out.add(f.optionReserved, at + 1, 1);
    out.add(f.optionLength, at + 2, 2);
    emitOption(b, b[at]!, body, stop, isResponse, out);
    const next = Math.min(end, optionEnd(b, at));
    if (next > stop) out.add(f.padding, stop, next - stop);
    out.close();
  }
  out.close();
}

function emitOption(
  b: Uint8Array,
  code: number,
  at: number,
  end: number,
  isResponse: boolean,
  out: Sink,
): void {
  const length = end - at;
  if (code === THIRD_PARTY && length === 16) out.add(f.thirdParty, at, 16);
  else if (code === FILTER && length === 20) {
    out.add(f.filterReserved, at, 1);
    out.add(f.filterLength, at + 1, 1);
    out.add(f.filterPort, at + 2, 2);
    out.add(f.filterAddress, at + 4, 16);
  } else if (code === DESCRIPTION) out.add(f.description, at, length, utf8(b, at, end));
  else if (code === PORT_SET && length === 5) {
    out.add(f.setSize, at, 2);
    out.add(isResponse ? f.setAssigned : f.setSuggested, at + 2, 2);
    out.add(f.setReserved, at + 4, 1);
    out.add(f.setParity, at + 4, 1);
  }
}
