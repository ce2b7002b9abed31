// Apple packet tap (bsd/net/pktap.h of XNU): process and interface, then a packet of any link type.
import { ascii, u32le } from '../../core/bytes.ts';
import { data } from '../../core/data.ts';
import { text, uint } from '../../core/field.ts';
import { LISTED } from '../../core/packet.ts';
import { type Protocol, protocol } from '../../core/protocol.ts';
import { linkTypes } from '../../core/table.ts';
import { packetData } from './packet-data.ts';

const PKTAP = 108;
/** USER2, which Apple used before a link type was assigned. */
const USER2 = 149;

const f = {
  length: uint('pktap.hdrlen', 'Header Length').at(0, 4).le(),
  record: uint('pktap.rectype', 'Record Type').at(4, 4).le(),
  dlt: uint('pktap.dlt', 'DLT').at(8, 4).le(),
  interface: text('pktap.ifname', 'Interface Name'),
  flags: uint('pktap.flags', 'Flags').at(36, 4).le().hex(),
  family: uint('pktap.pfamily', 'Protocol Family').at(40, 4).le(),
  pid: uint('pktap.pid', 'Process ID').at(52, 4).le(),
  command: text('pktap.cmdname', 'Command Name'),
};

function textAt(b: Uint8Array, at: number, length: number): string {
  return ascii(b, at, at + length).replace(/\0.*$/s, '');
}

export const pktap: Protocol = protocol({
  name: 'pktap',
  title: 'PKTAP packet header',
  column: 'PKTAP',
  fields: f,
  on: [[linkTypes, 258]],
  step(p) {
    const b = p.buf;
    if (p.end - p.at < 4) return p.cut(4);
    const length = u32le(b, p.at);
    // Invalid: shorter than the header.
    if (length < PKTAP) return null;
    if (p.end - p.at < length) return p.cut(length);
    const type = u32le(b, p.at + 8);
    p.at += length;
    p.push(packetData, LISTED);
    return linkTypes.get(type) ?? data;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    if (p.stop[layer]! - start < PKTAP) return;
    for (const field of [f.length, f.record, f.dlt]) out.fixed(field);
    out.add(f.interface, start + 12, 24, textAt(b, start + 12, 24));
    for (const field of [f.flags, f.family, f.pid]) out.fixed(field);
    out.add(f.command, start + 56, 20, textAt(b, start + 56, 20));
  },
  info: (p, layer) =>
    p.stop[layer]! - p.start[layer]! < 4
      ? ''
      : `PKTAP, ${u32le(p.bufferOf(layer), p.start[layer]!)} byte header`,
});

/** Link types for private use, whose meaning is unknown except for Apple's. */
export const userDlt: Protocol = protocol({
  name: 'user_dlt',
  title: 'DLT User',
  column: '',
  info: () => '',
  on: [[linkTypes, 147, 148, USER2, 150, 151, 152, 153, 154, 155, 156, 157, 158, 159, 160, 161, 162]],
  step: (p) => (p.linkType === USER2 ? pktap : p.at < p.end ? data : null),
});
