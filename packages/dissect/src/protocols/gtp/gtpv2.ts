// GPRS Tunnelling Protocol version 2, control plane (3GPP TS 29.274 §5).
import { u16 } from '../../core/bytes.ts';
import { seconds, uint } from '../../core/field.ts';
import { COLUMN, type Packet, SHOWN } from '../../core/packet.ts';
import { type Protocol, protocol } from '../../core/protocol.ts';
import { elementFields2, emitElements2 } from './elements2.ts';
import { emitExchange, track } from './exchanges.ts';
import { messages2 } from './names2.ts';
import { callConfiguration } from './pco.ts';

const PIGGYBACK = 0x10;
const HAS_TEID = 0x08;
/** Bytes not counted by the length field. */
const UNCOUNTED = 4;

const f = {
  flags: uint('gtpv2.flags', 'Flags').at(0, 1).hex(),
  version: uint('gtpv2.version', 'Version').at(0, 1).mask(0xe0),
  piggyback: uint('gtpv2.p', 'Piggybacking flag (P)').at(0, 1).mask(PIGGYBACK),
  hasTeid: uint('gtpv2.t', 'TEID flag (T)').at(0, 1).mask(HAS_TEID),
  hasPriority: uint('gtpv2.mp', 'Message Priority(MP)').at(0, 1).mask(0x04),
  message: uint('gtpv2.message_type', 'Message Type').at(1, 1).named(messages2),
  length: uint('gtpv2.msg_length', 'Message Length').at(2, 2),
  teid: uint('gtpv2.teid', 'Tunnel Endpoint Identifier').hex(4),
  sequence: uint('gtpv2.seq', 'Sequence Number').hex(3),
  responseIn: uint('gtpv2.response_in', 'Response In'),
  responseTo: uint('gtpv2.response_to', 'Response To'),
  time: seconds('gtpv2.response_time', 'Response Time'),
  ...elementFields2,
};

/** §8.1, table 8.1-1: elements with protocol configuration options. */
const CONFIGURATION = 78;
const MORE_CONFIGURATION = 163;
const ELEMENT_HEADER = 4;

function callConfigurations(p: Packet, from: number): void {
  const b = p.buf;
  for (let at = from; at + ELEMENT_HEADER <= p.end; at += ELEMENT_HEADER + u16(b, at + 1)) {
    const isOne = b[at] === CONFIGURATION || b[at] === MORE_CONFIGURATION;
    if (isOne) callConfiguration(p, at + ELEMENT_HEADER, at + ELEMENT_HEADER + u16(b, at + 1));
  }
}

const headerLength = (flags: number): number => (flags & HAS_TEID ? 12 : 8);

export const gtpv2: Protocol = protocol({
  name: 'gtpv2',
  title: 'GPRS Tunneling Protocol V2',
  column: 'GTPv2',
  fields: f,
  step(p) {
    const b = p.buf;
    const start = p.at;
    const layer = p.layer;
    if (p.end - start < UNCOUNTED) return p.cut(UNCOUNTED);
    const header = headerLength(b[start]!);
    if (p.end - start < header) return p.cut(header);
    if (p.visibility & COLUMN) track(p, layer, start);
    callConfigurations(p, start + header);
    // The length is used only if another message follows; some senders set it wrong.
    if ((b[start]! & PIGGYBACK) === 0) {
      p.at = p.end;
      return null;
    }
    const { end, wireEnd } = p;
    p.narrow(layer, UNCOUNTED + u16(b, start + 2));
    const next = p.end;
    p.at = p.payload[layer] = next;
    if (next >= end) return null;
    // §5.5.1: a piggybacked message is not listed in frame.protocols.
    p.end = end;
    p.wireEnd = wireEnd;
    p.run(gtpv2, SHOWN | COLUMN);
    return null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const end = p.stop[layer]!;
    out.openFixed(f.flags);
    for (const flag of [f.version, f.piggyback, f.hasTeid, f.hasPriority]) out.fixed(flag);
    out.close();
    out.fixed(f.message);
    out.fixed(f.length);
    const header = headerLength(b[start]!);
    if (end - start < header) return;
    if (header === 12) out.add(f.teid, start + 4, 4);
    out.add(f.sequence, start + header - 4, 3);
    emitExchange(p, layer, f, out);
    emitElements2(b, start + header, end, 0, out);
  },
  info(p, layer) {
    const name = messageName(p, layer);
    return layer > 0 && p.protocols[layer - 1] === gtpv2 ? `${messageName(p, layer - 1)} / ${name}` : name;
  },
});

function messageName(p: Packet, layer: number): string {
  return messages2[p.bufferOf(layer)[p.start[layer]! + 1]!] ?? 'Unknown';
}
