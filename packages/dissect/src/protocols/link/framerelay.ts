// Frame Relay (ITU-T Q.922 §3, RFC 2427): an address of two to four bytes, then a Cisco EtherType, or a control field
// and NLPID.
import { u16, u24 } from '../../core/bytes.ts';
import { data } from '../../core/data.ts';
import { bool, uint } from '../../core/field.ts';
import type { Packet } from '../../core/packet.ts';
import { type Protocol, protocol } from '../../core/protocol.ts';
import { chdlcProtocols, etherTypes, greProtocols, linkTypes, osiNlpids } from '../../core/table.ts';
import { bySnap } from '../llc.ts';
import { etherTypeNames } from '../names/ethertypes.ts';
import { controlText, controlWidth, isInformation } from '../xdlc.ts';
import { q933 } from './lmi.ts';
import { byNlpid } from './osi.ts';
import { sllHardware } from './tables.ts';

/** Q.922 §3.3.1: the lowest bit marks the last address byte. */
const LAST = 0x01;
const ADDRESS_MAX = 4;
/** RFC 2427 §3: identifiers of SNAP headers, and of link management. */
const NLPID_SNAP = 0x80;
const NLPID_Q933 = 0x08;
const ETHERTYPES = [0x0800, 0x86dd, 0x6558];

const f = {
  dlci: uint('fr.dlci', 'DLCI'),
  cr: bool('fr.cr', 'CR').at(0, 1).mask(0x02),
  fecn: bool('fr.fecn', 'FECN').at(1, 1).mask(0x08),
  becn: bool('fr.becn', 'BECN').at(1, 1).mask(0x04),
  de: bool('fr.de', 'DE').at(1, 1).mask(0x02),
  type: uint('fr.chdlctype', 'Type').hex(2).named(etherTypeNames),
  control: uint('fr.control', 'Control Field').hex(1),
  nlpid: uint('fr.nlpid', 'NLPID').hex(1),
  oui: uint('fr.snap.oui', 'Organization Code'),
  pid: uint('fr.snap.pid', 'Protocol ID').hex(2),
  snapType: uint('fr.snaptype', 'Type').hex(2).named(etherTypeNames),
};

/** Length of the address at `at`; 0 if its end is missing. */
function addressWidth(b: Uint8Array, at: number, end: number): number {
  for (let width = 1; width <= ADDRESS_MAX && at + width <= end; width++)
    if (b[at + width - 1]! & LAST) return width;
  return 0;
}

/** DLCI (table 1 of Q.922): six bits of the first byte, four of the second, seven or six of later ones. */
function dlciOf(b: Uint8Array, at: number, width: number): number {
  let dlci = (b[at]! >> 2) & 0x3f;
  if (width >= 2) dlci = (dlci << 4) | (b[at + 1]! >> 4);
  if (width === 3) return (dlci << 6) | (b[at + 2]! >> 2);
  if (width === 4) return (((dlci << 7) | (b[at + 2]! >> 1)) << 6) | (b[at + 3]! >> 2);
  return dlci;
}

/** First control byte of RFC 2427 frames: unnumbered information, XID, or padding of link management. */
const CONTROLS = [0x03, 0xaf, 0x00];

/** Whether Cisco's EtherType follows the address, rather than a control field (RFC 2427) or an NLPID. */
function isCisco(b: Uint8Array, at: number, end: number): boolean {
  if (end - at < 2 || u16(b, at) < 0x0600 || CONTROLS.includes(b[at]!)) return false;
  const isNumbered = (b[at]! & 1) === 0 && at + 2 < end && osiNlpids.get(b[at + 2]!) !== undefined;
  return !isNumbered || ciscoPayload(u16(b, at)) !== undefined;
}

function ciscoPayload(type: number): Protocol | undefined {
  return ETHERTYPES.includes(type)
    ? etherTypes.get(type)
    : (chdlcProtocols.get(type) ?? etherTypes.get(type));
}

export const fr: Protocol = protocol({
  name: 'fr',
  title: 'Frame Relay',
  column: 'FR',
  fields: f,
  on: [
    [linkTypes, 107],
    [greProtocols, 0x6559],
    [sllHardware, 770],
  ],
  step(p) {
    const b = p.buf;
    const width = addressWidth(b, p.at, p.end);
    if (width === 0) return p.end - p.at >= ADDRESS_MAX ? p.malformed() : p.cut(p.end - p.at + 1);
    p.at += width;
    if (p.at >= p.end) return p.cut(1);
    if (isCisco(b, p.at, p.end)) {
      const next = ciscoPayload(u16(b, p.at));
      // An unknown type is dissected as data.
      if (next !== undefined) p.at += 2;
      return next ?? data;
    }
    return readControl(p);
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const stop = p.stop[layer]!;
    const width = addressWidth(b, start, stop);
    if (width === 0) return;
    out.fixed(f.cr);
    if (width >= 2) for (const flag of [f.fecn, f.becn, f.de]) out.fixed(flag);
    out.add(f.dlci, start, width, dlciOf(b, start, width));
    let at = start + width;
    if (isCisco(b, at, stop)) {
      out.add(f.type, at, 2);
      return;
    }
    if (at + 2 > stop) return;
    out.add(f.control, at, 1);
    at += controlWidth(b[at]!);
    if (at < stop && b[at] === 0) at++;
    if (at >= stop) return;
    out.add(f.nlpid, at, 1);
    if (b[at] !== NLPID_SNAP || at + 6 > stop) return;
    out.add(f.oui, at + 1, 3);
    out.add(u24(b, at + 1) === 0 ? f.snapType : f.pid, at + 4, 2);
  },
  info(p, layer) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const stop = p.stop[layer]!;
    const width = addressWidth(b, start, stop);
    if (width === 0) return '';
    const summary = `DLCI ${dlciOf(b, start, width)}`;
    const at = start + width;
    if (at >= stop || at + controlWidth(b[at]!) > stop || isCisco(b, at, stop)) return summary;
    return `${summary}, ${controlText(b, at, (b[start]! & 0x02) !== 0)}`;
  },
});

/** RFC 2427 §3: control, optional padding, NLPID, and for one of these a SNAP header. */
function readControl(p: Packet): Protocol | null {
  const b = p.buf;
  const control = b[p.at]!;
  const width = controlWidth(control);
  if (p.end - p.at < width) return p.cut(width);
  p.at += control === 0 ? 1 : width;
  if (p.at >= p.end) return p.cut(1);
  if (control !== 0 && !isInformation(control)) return data;
  if (b[p.at] === 0) p.at++;
  if (p.at >= p.end) return p.cut(1);
  if (b[p.at] !== NLPID_SNAP) {
    const before = p.at;
    // Q.933 and Q.931 share an NLPID; here it means Q.933.
    const next = b[p.at] === NLPID_Q933 ? q933 : byNlpid(p);
    if (next === undefined) p.at = before + 1;
    return next ?? (p.at < p.end ? data : null);
  }
  if (p.end - p.at < 6) return p.cut(6);
  p.at += 6;
  // RFC 2427 §4.2: bridged frames have no padding here.
  return bySnap(p, u24(b, p.at - 5), u16(b, p.at - 2), true, 0);
}
