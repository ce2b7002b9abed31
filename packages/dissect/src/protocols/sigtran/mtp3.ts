// Message Transfer Part level 3 (ITU-T Q.704): routing between signalling points, and network management (Q.704 §15,
// Q.707).
import { u16le } from '../../core/bytes.ts';
import { uint } from '../../core/field.ts';
import { type Protocol, protocol } from '../../core/protocol.ts';
import { linkTypes } from '../../core/table.ts';
import { thenData } from '../link/head.ts';
import { bicc, isup } from './isup.ts';
import { h248 } from './named.ts';
import { sccp } from './sccp.ts';

/** Length of service information octet and ITU routing label (Q.704 §2.2). */
const HEADER = 5;

const services: Readonly<Record<number, string>> = {
  0: 'SNM',
  1: 'MTN',
  2: 'MTNS',
  3: 'SCCP',
  4: 'TUP',
  5: 'ISUP',
  6: 'DUP (call and circuit related messages)',
  7: 'DUP (facility registration and cancellation message)',
  8: 'MTP testing user part',
  9: 'Broadband ISUP',
  10: 'Satellite ISUP',
  12: 'AAL type2 Signaling',
  13: 'BICC',
  14: 'Gateway Control Protocol',
};
const networks: Readonly<Record<number, string>> = {
  0: 'International network',
  1: 'Spare (for international use only)',
  2: 'National network',
  3: 'Reserved for national use',
};

const f = {
  network: uint('mtp3.network_indicator', 'Network indicator').at(0, 1).mask(0xc0).hex(1).named(networks),
  spare: uint('mtp3.spare', 'Spare').at(0, 1).mask(0x30).hex(1),
  service: uint('mtp3.service_indicator', 'Service indicator').at(0, 1).mask(0x0f).hex(1).named(services),
  dpc: uint('mtp3.dpc', 'DPC').at(1, 4).le().mask(0x3fff),
  opc: uint('mtp3.opc', 'OPC').at(1, 4).le().mask(0x0fffc000),
  sls: uint('mtp3.sls', 'SLS').at(4, 1).mask(0xf0),
};

/** Protocol of the user part (Q.704 §14.2.1). */
export function byServiceIndicator(indicator: number): Protocol | undefined {
  switch (indicator & 15) {
    case 0:
    case 1:
    case 2:
      return mtp3mg;
    case 3:
      return sccp;
    case 5:
      return isup;
    case 13:
      return bicc;
    case 14:
      return h248;
    default:
      return undefined;
  }
}

export const mtp3: Protocol = protocol({
  name: 'mtp3',
  title: 'Message Transfer Part Level 3',
  column: 'MTP3 (Int. ITU)',
  info: (p, layer) => {
    const start = p.start[layer]!;
    return p.stop[layer]! > start ? `${services[p.bufferOf(layer)[start]! & 15] ?? 'Unknown'} ` : '';
  },
  fields: f,
  on: [[linkTypes, 141]],
  step(p) {
    if (p.end - p.at < HEADER) return p.cut(HEADER);
    const indicator = p.buf[p.at]!;
    p.at += HEADER;
    return byServiceIndicator(indicator) ?? thenData(p);
  },
});

/** Heading codes: H0 in the lower half, H1 in the upper (Q.704 table 1). */
const headings: Readonly<Record<number, string>> = {
  0x11: 'COO',
  0x21: 'COA',
  0x51: 'CBD',
  0x61: 'CBA',
  0x12: 'ECO',
  0x22: 'ECA',
  0x13: 'RCT',
  0x23: 'TFC',
  0x14: 'TFP',
  0x34: 'TFR',
  0x54: 'TFA',
  0x15: 'RST',
  0x25: 'RSR',
  0x16: 'LIN',
  0x26: 'LUN',
  0x36: 'LIA',
  0x46: 'LUA',
  0x56: 'LID',
  0x66: 'LFU',
  0x76: 'LLI',
  0x86: 'LRI',
  0x17: 'TRA',
  0x18: 'DLC',
  0x28: 'CSS',
  0x38: 'CNS',
  0x48: 'CNP',
  0x1a: 'UPU',
};
const tests: Readonly<Record<number, string>> = { 0x11: 'SLTM', 0x21: 'SLTA' };

const m = {
  h0: uint('mtp3mg.h0', 'H0 (Message Group)').at(0, 1).mask(0x0f).hex(1),
  h1: uint('mtp3mg.h1', 'H1').at(0, 1).mask(0xf0).hex(1),
};

export const mtp3mg: Protocol = protocol({
  name: 'mtp3mg',
  title: 'Message Transfer Part Level 3 Management',
  column: 'MTP3MG (Int. ITU)',
  fields: m,
  step(p) {
    if (p.end - p.at < 1) return p.cut(1);
    p.at = p.end;
    return null;
  },
  info(p, layer) {
    const start = p.start[layer]!;
    if (p.stop[layer]! <= start) return '';
    const heading = p.bufferOf(layer)[start]!;
    return `${headings[heading] ?? tests[heading] ?? 'Unknown'} `;
  },
});

const SPARE_OR_FILL = 0x3f;
const k = {
  bsn: uint('mtp2.bsn', 'Backward sequence number').at(0, 1).mask(0x7f),
  bib: uint('mtp2.bib', 'Backward indicator bit').at(0, 1).mask(0x80),
  fsn: uint('mtp2.fsn', 'Forward sequence number').at(1, 1).mask(0x7f),
  fib: uint('mtp2.fib', 'Forward indicator bit').at(1, 1).mask(0x80),
  li: uint('mtp2.li', 'Length Indicator').at(2, 1).mask(SPARE_OR_FILL),
  sf: uint('mtp2.sf', 'Status field'),
};
const states = ['OUT OF ALIGNMENT', 'NORMAL', 'EMERGENCY', 'OUT OF SERVICE', 'PROCESSOR OUTAGE', 'BUSY'];

/** MTP2 (ITU-T Q.703 §2.2): fill-in, link status and message signal units; link type 139 has a pseudo-header. */
const PSEUDO_HEADER = 4;
export const mtp2: Protocol = protocol({
  name: 'mtp2',
  title: 'Message Transfer Part Level 2',
  column: 'MTP2',
  fields: k,
  on: [[linkTypes, 139, 140]],
  step(p) {
    // The pseudo-header is not listed as a layer.
    if (p.linkType === 139 && p.count === 2) {
      p.at += PSEUDO_HEADER;
      p.start[p.layer] = p.at;
    }
    if (p.end - p.at < 3) return p.cut(3);
    const length = p.buf[p.at + 2]! & SPARE_OR_FILL;
    p.at += 3;
    if (length > 2) return mtp3;
    p.at = p.end;
    return null;
  },
  emit(p, layer, out) {
    const start = p.start[layer]!;
    for (const field of [k.bsn, k.bib, k.fsn, k.fib, k.li]) out.fixed(field);
    const length = p.bufferOf(layer)[start + 2]! & SPARE_OR_FILL;
    if (length === 1 || length === 2)
      out.add(k.sf, start + 3, length, u16le(p.bufferOf(layer), start + 3) & 7);
  },
  info(p, layer) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    if (p.stop[layer]! - start < 4) return p.stop[layer]! - start < 3 ? '' : 'FISU ';
    const length = b[start + 2]! & SPARE_OR_FILL;
    if (length === 0) return 'FISU ';
    return length > 2 ? 'MSU ' : `LSSU ${states[b[start + 3]! & 7] ?? ''} `;
  },
});
