// Domain Name System (RFC 1035) over UDP and TCP, multicast DNS (RFC 6762) and link-local multicast name resolution
// (RFC 4795).

import { u16 } from '../core/bytes.ts';
import type { Packet } from '../core/packet.ts';
import { type Protocol, protocol, REJECTED } from '../core/protocol.ts';
import { sctpPorts, tcpPorts, udpHeuristics, udpPorts } from '../core/table.ts';
import { messageInfo } from './dns/info.ts';
import {
  emitMessage,
  looksLikeMessage,
  messageFields,
  messageStart,
  RESPONSE,
  stepMessage,
} from './dns/message.ts';
import { mediaTypes } from './media/types.ts';

const TCP = 6;
const LINK_LOCAL = { isLinkLocal: true };
const MULTICAST = { isMulticast: true };
const UNICAST = {};

function headline(p: Packet, layer: number): string {
  const at = messageStart(p, layer) + 2;
  if (at + 2 > p.stop[layer]!) return '';
  return u16(p.bufferOf(layer), at) & RESPONSE ? ' (response)' : ' (query)';
}

export const dns: Protocol = protocol({
  name: 'dns',
  title: 'Domain Name System',
  column: 'DNS',
  fields: messageFields,
  on: [
    [udpPorts, 53],
    [tcpPorts, 53, 5353],
    [sctpPorts, 53],
  ],
  framing: { header: 2, length: (p) => 2 + u16(p.buf, p.at) },
  heuristics: [[udpHeuristics, looksLikeMessage]],
  step(p) {
    if (p.transport === TCP) return stepMessage(p, 2);
    // Recognized only heuristically: every message is checked.
    const isGuess =
      p.srcPort !== 53 &&
      p.dstPort !== 53 &&
      p.flow >= 0 &&
      p.session.flows.application(p.flow) === dns.id + 1;
    return isGuess && !looksLikeMessage(p) ? REJECTED : stepMessage(p, 0);
  },
  emit: (p, layer, out) => emitMessage(p, layer, out, UNICAST),
  headline,
  info: (p, layer) => messageInfo(p, layer, false),
});

/** RFC 8484: a message as an HTTP body. */
const doh: Protocol = protocol({
  name: 'dns',
  title: 'Domain Name System',
  column: 'DoH',
  fields: messageFields,
  step: (p) => stepMessage(p, 0),
  emit: (p, layer, out) => emitMessage(p, layer, out, UNICAST),
  headline,
  info: (p, layer) => messageInfo(p, layer, false),
});

mediaTypes.add(doh, 'application/dns-message');

export const mdns: Protocol = protocol({
  name: 'mdns',
  title: 'Multicast Domain Name System',
  column: 'MDNS',
  fields: messageFields,
  on: [[udpPorts, 5353]],
  step: (p) => stepMessage(p, 0),
  emit: (p, layer, out) => emitMessage(p, layer, out, MULTICAST),
  headline,
  info: (p, layer) => messageInfo(p, layer, true),
});

export const llmnr: Protocol = protocol({
  name: 'llmnr',
  title: 'Link-local Multicast Name Resolution',
  column: 'LLMNR',
  fields: messageFields,
  on: [[udpPorts, 5355]],
  step: (p) => stepMessage(p, 0),
  emit: (p, layer, out) => emitMessage(p, layer, out, LINK_LOCAL),
  headline,
  info: (p, layer) => messageInfo(p, layer, false),
});
