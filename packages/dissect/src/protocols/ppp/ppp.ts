// Point-to-Point Protocol (RFC 1661 §2; RFC 1662 §3 for HDLC-like framing).
import { u16 } from '../../core/bytes.ts';
import { data } from '../../core/data.ts';
import { uint } from '../../core/field.ts';
import type { Packet } from '../../core/packet.ts';
import { type Protocol, protocol } from '../../core/protocol.ts';
import { greProtocols, linkTypes, osiNlpids, pppProtocols } from '../../core/table.ts';
import { sllTypes } from '../link/tables.ts';
import { pppProtocolNames } from '../names/ppp.ts';
import { chdlc, isCiscoHdlc, showNoAddresses } from './chdlc.ts';

const ALL_STATIONS = 0xff;

const f = {
  address: uint('ppp.address', 'Address').hex(1),
  control: uint('ppp.control', 'Control').hex(1),
  protocol: uint('ppp.protocol', 'Protocol').hex(2).named(pppProtocolNames),
};

/** Length of address and control field, which may be omitted (RFC 1661 §6.6). */
function framingWidth(b: Uint8Array, at: number): number {
  return b[at] === ALL_STATIONS ? 2 : 0;
}

/** Length of the protocol field: one byte if its first byte is odd (RFC 1661 §6.5). */
function protocolWidth(b: Uint8Array, at: number): number {
  return b[at]! & 1 ? 1 : 2;
}

function protocolAt(b: Uint8Array, at: number): number {
  return b[at]! & 1 ? b[at]! : u16(b, at);
}

/** Whether the layer is PPP over PPPoE, where the columns remain PPPoE's. */
function isInSession(p: Packet, layer: number): boolean {
  return layer > 0 && p.protocols[layer - 1]!.name === 'pppoes';
}

function hex4(value: number): string {
  return value.toString(16).padStart(4, '0');
}

/** LINKTYPE_PPP_WITH_DIR: a byte before the frame says which end sent. */
const WITH_DIRECTION = 204;

export const ppp: Protocol = protocol({
  name: 'ppp',
  title: 'Point-to-Point Protocol',
  // An unknown protocol number, kept as the layer's mark, is shown as such.
  column: (p, layer) => (p.mark[layer] ? `0x${hex4(p.mark[layer]!)}` : isInSession(p, layer) ? null : 'PPP'),
  info(p, layer) {
    const number = p.mark[layer]!;
    if (number === 0) return isInSession(p, layer) ? null : '';
    return `PPP ${pppProtocolNames[number] ?? 'Unknown'} (0x${hex4(number)})`;
  },
  fields: f,
  on: [
    [linkTypes, 9, 50, WITH_DIRECTION],
    [greProtocols, 0x880b, 0x8881, 0x88d2],
    [osiNlpids, 0xcf],
    [sllTypes, 7],
  ],
  step(p) {
    const b = p.buf;
    if (p.at >= p.end) return p.cut(1);
    if (isCiscoHdlc(b[p.at]!)) return chdlc;
    if (p.count === 2 && p.linkType !== WITH_DIRECTION) showNoAddresses(p);
    p.at += framingWidth(b, p.at);
    return byPppProtocol(p);
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const stop = p.stop[layer]!;
    if (start >= stop || isCiscoHdlc(b[start]!)) return;
    const framing = framingWidth(b, start);
    if (framing === 2) {
      out.add(f.address, start, 1);
      out.add(f.control, start + 1, 1);
    }
    const at = start + framing;
    if (at >= stop || at + protocolWidth(b, at) > stop) return;
    out.add(f.protocol, at, protocolWidth(b, at), protocolAt(b, at));
  },
});

/** Dispatches on the protocol number at p.at, within the PPP layer. */
export function byPppProtocol(p: Packet): Protocol | null {
  const b = p.buf;
  const width = p.at < p.end ? protocolWidth(b, p.at) : 1;
  if (p.end - p.at < width) return p.cut(width);
  const number = protocolAt(b, p.at);
  p.at += width;
  const next = pppProtocols.get(number);
  if (next !== undefined) return next;
  p.mark[p.count - 1] = number;
  return p.at < p.end ? data : null;
}
