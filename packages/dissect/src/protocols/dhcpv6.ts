// Dynamic Host Configuration Protocol for IPv6 (RFC 8415).
import { u16, u24 } from '../core/bytes.ts';
import { ipv6, uint } from '../core/field.ts';
import { protocol } from '../core/protocol.ts';
import type { Sink } from '../core/sink.ts';
import { udpPorts } from '../core/table.ts';
import { hex, ipv6Address } from '../core/text.ts';
import { optionFields } from './dhcpv6/fields.ts';
import {
  DEPTH_MAX,
  headerBytes,
  innerHeader,
  isRelayed,
  isWhole,
  OPTION_HEADER,
  optionEnd,
  RELAY_MESSAGE,
} from './dhcpv6/message.ts';
import { messageNames, optionNames } from './dhcpv6/names.ts';
import { emitOption } from './dhcpv6/options.ts';

const CLIENT_ID = 1;
const IA_ADDRESS = 5;

const f = {
  type: uint('dhcpv6.msgtype', 'Message type').named(messageNames),
  hops: uint('dhcpv6.hopcount', 'Hopcount'),
  link: ipv6('dhcpv6.linkaddr', 'Link address'),
  peer: ipv6('dhcpv6.peeraddr', 'Peer address'),
  transaction: uint('dhcpv6.xid', 'Transaction ID').hex(3),
  ...optionFields,
};

export const dhcpv6 = protocol({
  name: 'dhcpv6',
  title: 'DHCPv6',
  column: 'DHCPv6',
  fields: f,
  on: [[udpPorts, 546, 547]],
  step(p) {
    const { buf: b, at, end } = p;
    const header = headerBytes(b[at]!);
    if (end - at < header) return p.cut(header);
    p.at = end;
    return isWhole(b, at, end) ? null : p.cut(1);
  },
  emit(p, layer, out) {
    emitMessage(p.bufferOf(layer), p.start[layer]!, p.stop[layer]!, 0, out);
  },
  info: (p, layer) => describe(p.bufferOf(layer), p.start[layer]!, p.stop[layer]!, 0),
});

function emitMessage(b: Uint8Array, at: number, end: number, depth: number, out: Sink): void {
  const type = b[at]!;
  const header = headerBytes(type);
  if (end > at) out.add(f.type, at, 1);
  if (end - at < header) return;
  if (isRelayed(type)) {
    out.add(f.hops, at + 1, 1);
    out.add(f.link, at + 2, 16);
    out.add(f.peer, at + 18, 16);
  } else out.add(f.transaction, at + 1, 3);
  emitOptions(b, at + header, end, type, depth, out);
}

function emitOptions(
  b: Uint8Array,
  at: number,
  end: number,
  message: number,
  depth: number,
  out: Sink,
): void {
  for (let stop = optionEnd(b, at, end); stop > 0; at = stop, stop = optionEnd(b, at, end)) {
    const type = u16(b, at);
    const body = at + OPTION_HEADER;
    const name = optionNames[type] ?? `DHCP option ${type}`;
    out.group(name, at, stop - at);
    out.add(f.optionType, at, 2);
    out.add(f.typeText, at, 2, name);
    out.add(f.length, at + 2, 2);
    emitOption(b, type, body, stop, message, out);
    const inner = innerHeader(type);
    if (depth < DEPTH_MAX) {
      if (type === RELAY_MESSAGE) {
        out.group('DHCPv6', body, stop - body);
        emitMessage(b, body, stop, depth + 1, out);
        out.close();
      } else if (inner >= 0 && body + inner <= stop)
        emitOptions(b, body + inner, stop, message, depth + 1, out);
    }
    out.close();
  }
}

function describe(b: Uint8Array, at: number, end: number, depth: number): string {
  const type = b[at]!;
  const header = headerBytes(type);
  const name = messageNames[type] ?? `Message Type ${type}`;
  if (end - at < header) return `${name} `;
  const told = isRelayed(type)
    ? `L: ${ipv6Address(b, at + 2)}`
    : `XID: 0x${u24(b, at + 1)
        .toString(16)
        .padStart(6, '0')}`;
  return `${name} ${told} ${describeOptions(b, at + header, end, depth)}`;
}

/** The clients and the addresses in options, and what relayed messages say. */
function describeOptions(b: Uint8Array, at: number, end: number, depth: number): string {
  let told = '';
  for (let stop = optionEnd(b, at, end); stop > 0; at = stop, stop = optionEnd(b, at, end)) {
    const type = u16(b, at);
    const body = at + OPTION_HEADER;
    const inner = innerHeader(type);
    if (type === CLIENT_ID && stop > body) told += `CID: ${hex(b, body, stop)} `;
    if (depth >= DEPTH_MAX) continue;
    if (type === RELAY_MESSAGE) told += stop > body ? describe(b, body, stop, depth + 1) : '';
    else if (inner >= 0 && body + inner <= stop) {
      if (type === IA_ADDRESS) told += `IAA: ${ipv6Address(b, body)} `;
      told += describeOptions(b, body + inner, stop, depth + 1);
    }
  }
  return told;
}
