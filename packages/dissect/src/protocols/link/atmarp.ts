// ARP over ATM (RFC 2225 §8.4, RFC 2022 §5): ATM numbers and subaddresses, each with type and length.
import { u16 } from '../../core/bytes.ts';
import { bytes, text, uint } from '../../core/field.ts';
import { type Protocol, protocol } from '../../core/protocol.ts';
import { hex, ipv4Address } from '../../core/text.ts';
import { marsTexts } from './mars.ts';

/**
 * Types, lengths of the sender's ATM number and subaddress, operation, lengths of the sender's protocol address and of
 * the target's.
 */
const HEADER = 12;
const IPV4 = 0x0800;
/** Type and length of an ATM number or subaddress. */
const E164 = 0x40;
const LENGTH = 0x3f;
const MARS_FIRST = 11;

const f = {
  srcLength: uint('arp.src.hlen', 'Sender ATM number length').at(4, 1).mask(LENGTH),
  srcSubLength: uint('arp.src.slen', 'Sender ATM subaddress length').at(5, 1).mask(LENGTH),
  srcProtoLength: uint('arp.src.pln', 'Sender protocol size').at(8, 1),
  dstLength: uint('arp.dst.hlen', 'Target ATM number length').at(9, 1).mask(LENGTH),
  dstSubLength: uint('arp.dst.slen', 'Target ATM subaddress length').at(10, 1).mask(LENGTH),
  dstProtoLength: uint('arp.dst.pln', 'Target protocol size').at(11, 1),
  srcE164: text('arp.src.atm_num_e164', 'Sender ATM number (E.164)'),
  srcNsap: bytes('arp.src.atm_num_nsap', 'Sender ATM number (NSAP)'),
  srcSub: bytes('arp.src.atm_subaddr', 'Sender ATM subaddress'),
  dstE164: text('arp.dst.atm_num_e164', 'Target ATM number (E.164)'),
  dstNsap: bytes('arp.dst.atm_num_nsap', 'Target ATM number (NSAP)'),
  dstSub: bytes('arp.dst.atm_subaddr', 'Target ATM subaddress'),
};
const lengths = [
  f.srcLength,
  f.srcSubLength,
  f.srcProtoLength,
  f.dstLength,
  f.dstSubLength,
  f.dstProtoLength,
];

/** Offsets of the six consecutive addresses; one object is reused. */
const at = { src: 0, srcSub: 0, srcProto: 0, dst: 0, dstSub: 0, dstProto: 0, end: 0 };

function locate(b: Uint8Array, start: number): typeof at {
  at.src = start + HEADER;
  at.srcSub = at.src + (b[start + 4]! & LENGTH);
  at.srcProto = at.srcSub + (b[start + 5]! & LENGTH);
  at.dst = at.srcProto + b[start + 8]!;
  at.dstSub = at.dst + (b[start + 9]! & LENGTH);
  at.dstProto = at.dstSub + (b[start + 10]! & LENGTH);
  at.end = at.dstProto + b[start + 11]!;
  return at;
}

function protocolText(b: Uint8Array, start: number, from: number, to: number): string {
  if (to === from) return '<No address>';
  return u16(b, start + 2) === IPV4 && to - from === 4 ? ipv4Address(b, from) : hex(b, from, to);
}

function numberText(b: Uint8Array, kind: number, from: number, sub: number, to: number): string {
  if (sub === from) return '<No address>';
  const number = kind & E164 ? digits(b, from, sub) : hex(b, from, sub);
  return to === sub ? number : `${number},${hex(b, sub, to)}`;
}

function digits(b: Uint8Array, from: number, to: number): string {
  let text = '';
  for (let i = from; i < to && b[i] !== 0; i++)
    if (b[i]! >= 0x20 && b[i]! < 0x7f) text += String.fromCharCode(b[i]!);
  return text;
}

export const atmarp: Protocol = protocol({
  name: 'atmarp',
  title: 'ATM Address Resolution Protocol',
  column(p, layer) {
    const start = p.start[layer]!;
    if (p.stop[layer]! - start < HEADER) return 'ARP';
    const operation = u16(p.bufferOf(layer), start + 6);
    if (operation === 8 || operation === 9) return 'Inverse ATMARP';
    return operation >= MARS_FIRST && marsTexts[operation] !== undefined ? 'MARS' : 'ATMARP';
  },
  fields: f,
  step(p) {
    const start = p.at;
    if (p.end - start < HEADER) return p.cutUnseen(HEADER);
    const { end } = locate(p.buf, start);
    if (end > p.end) return p.cutUnseen(end - start);
    p.narrow(p.count - 1, end - start);
    p.at = end;
    return null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    if (p.stop[layer]! - start < HEADER) return;
    for (const field of lengths) out.fixed(field);
    const { src, srcSub, srcProto, dst, dstSub, dstProto, end } = locate(b, start);
    if (end > p.stop[layer]!) return;
    if (srcSub > src) {
      if (b[start + 4]! & E164) out.add(f.srcE164, src, srcSub - src, digits(b, src, srcSub));
      else out.add(f.srcNsap, src, srcSub - src);
    }
    if (srcProto > srcSub) out.add(f.srcSub, srcSub, srcProto - srcSub);
    if (dstSub > dst) {
      if (b[start + 9]! & E164) out.add(f.dstE164, dst, dstSub - dst, digits(b, dst, dstSub));
      else out.add(f.dstNsap, dst, dstSub - dst);
    }
    if (dstProto > dstSub) out.add(f.dstSub, dstSub, dstProto - dstSub);
  },
  info(p, layer) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    if (p.stop[layer]! - start < HEADER) return '';
    const { src, srcSub, srcProto, dst, dstSub, dstProto, end } = locate(b, start);
    if (end > p.stop[layer]!) return '';
    const from = numberText(b, b[start + 4]!, src, srcSub, srcProto);
    const fromAddress = protocolText(b, start, srcProto, dst);
    const to = numberText(b, b[start + 9]!, dst, dstSub, dstProto);
    const operation = u16(b, start + 6);
    switch (operation) {
      case 1:
        return `Who has ${protocolText(b, start, dstProto, end)}? Tell ${fromAddress}`;
      case 2:
        return `${fromAddress} is at ${from}`;
      case 8:
        return `Who is ${to}? Tell ${from}`;
      case 9:
        return `${from} is at ${fromAddress}`;
      case 10:
        return `I don't know where ${fromAddress} is`;
      default: {
        const mars = marsTexts[operation];
        return mars === undefined
          ? `Unknown ATMARP opcode 0x${operation.toString(16).padStart(4, '0')}`
          : `${mars} from ${from} at ${fromAddress}`;
      }
    }
  },
});
