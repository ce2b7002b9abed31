// Cisco HDLC and its keepalive protocol SLARP (https://www.tcpdump.org/linktypes/LINKTYPE_C_HDLC.html, RFC 4349 §2).
import { u16, u32 } from '../../core/bytes.ts';
import { data } from '../../core/data.ts';
import { ipv4, uint } from '../../core/field.ts';
import { OTHER, type Packet } from '../../core/packet.ts';
import { type Protocol, protocol } from '../../core/protocol.ts';
import { chdlcProtocols, etherTypes, linkTypes } from '../../core/table.ts';
import { ipv4Address } from '../../core/text.ts';
import { etherTypeNames } from '../names/ethertypes.ts';

const HEADER = 4;
const UNICAST = 0x0f;
const MULTICAST = 0x8f;
const OSI = 0xfefe;
/** EtherTypes used as such: IPv4, IPv6, transparent bridging. */
const ETHERTYPES = [0x0800, 0x86dd, 0x6558];

const f = {
  address: uint('chdlc.address', 'Address')
    .at(0, 1)
    .hex()
    .named({ [UNICAST]: 'Unicast', [MULTICAST]: 'Multicast' }),
  control: uint('chdlc.control', 'Control').at(1, 1).hex(),
  protocol: uint('chdlc.protocol', 'Protocol')
    .at(2, 2)
    .hex()
    .named({ ...etherTypeNames, 0x8035: 'SLARP', [OSI]: 'OSI', 0x2000: 'CDP' }),
  padding: uint('chdlc.clns_padding', 'CLNS Padding').hex(1),
};

/** Whether the address byte is Cisco HDLC's rather than PPP's. */
export function isCiscoHdlc(address: number): boolean {
  return address === UNICAST || address === MULTICAST;
}

/** A point-to-point link has none, unless the capture says which end sent. */
export function showNoAddresses(p: Packet): void {
  p.columnKind = OTHER;
  p.columnSrcText = 'N/A';
  p.columnDstText = 'N/A';
}

export const chdlc: Protocol = protocol({
  name: 'chdlc',
  title: 'Cisco HDLC',
  // An unknown protocol number, kept as the layer's mark, is shown as such.
  column: (p, layer) => (p.mark[layer] ? `0x${p.mark[layer]!.toString(16).padStart(4, '0')}` : 'CHDLC'),
  fields: f,
  on: [[linkTypes, 104]],
  step(p) {
    if (p.end - p.at < HEADER) return p.cut(HEADER);
    showNoAddresses(p);
    const number = u16(p.buf, p.at + 2);
    p.at += HEADER;
    // IOS inserts a padding byte before OSI packets, which RFC 4349 §2 omits.
    if (number === OSI && p.at < p.end) p.at++;
    const next = ETHERTYPES.includes(number) ? etherTypes.get(number) : chdlcProtocols.get(number);
    if (next !== undefined) return next;
    p.mark[p.count - 1] = number;
    return p.at < p.end ? data : null;
  },
  emit(p, layer, out) {
    for (const field of [f.address, f.control, f.protocol]) out.fixed(field);
    if (p.payload[layer]! - p.start[layer]! > HEADER) out.add(f.padding, p.start[layer]! + HEADER, 1);
  },
});

const REQUEST = 0;
const REPLY = 1;
const KEEPALIVE = 2;
const SLARP = 14;

const slarpFields = {
  type: uint('slarp.ptype', 'Packet type').at(0, 4).named({ 0: 'Request', 1: 'Reply', 2: 'Line keepalive' }),
  address: ipv4('slarp.address', 'Address'),
  netmask: ipv4('slarp.netmask', 'Netmask'),
  mySequence: uint('slarp.mysequence', 'Outgoing sequence number'),
  yourSequence: uint('slarp.yoursequence', 'Returned sequence number'),
  reliability: uint('slarp.reliability', 'Reliability').hex(2),
};

export const slarp = protocol({
  name: 'slarp',
  title: 'Cisco SLARP',
  column: 'SLARP',
  fields: slarpFields,
  on: [[chdlcProtocols, 0x8035]],
  step(p) {
    if (p.end - p.at < SLARP) return p.cut(SLARP);
    p.at += SLARP;
    return null;
  },
  emit(p, layer, out) {
    const start = p.start[layer]!;
    if (p.stop[layer]! - start < SLARP) return;
    out.fixed(slarpFields.type);
    const type = u32(p.bufferOf(layer), start);
    if (type === KEEPALIVE) {
      out.add(slarpFields.mySequence, start + 4, 4);
      out.add(slarpFields.yourSequence, start + 8, 4);
      out.add(slarpFields.reliability, start + 12, 2);
    } else {
      out.add(slarpFields.address, start + 4, 4);
      out.add(slarpFields.netmask, start + 8, 4);
    }
  },
  info(p, layer) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    if (p.stop[layer]! - start < SLARP) return '';
    const type = u32(b, start);
    if (type === KEEPALIVE)
      return `Line keepalive, outgoing sequence ${u32(b, start + 4)}, returned sequence ${u32(b, start + 8)}`;
    if (type !== REQUEST && type !== REPLY)
      return `Unknown packet type 0x${type.toString(16).padStart(8, '0').toUpperCase()}`;
    return `${type === REQUEST ? 'Request' : 'Reply'}, from ${ipv4Address(b, start + 4)}, mask ${ipv4Address(b, start + 8)}`;
  },
});
