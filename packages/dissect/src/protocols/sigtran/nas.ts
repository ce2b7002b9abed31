// Non-access stratum messages between a phone and the core network: LTE (3GPP TS 24.301 §9) and 5G (TS 24.501 §9).
import { type Field, uint } from '../../core/field.ts';
import type { Packet } from '../../core/packet.ts';
import { type Protocol, protocol } from '../../core/protocol.ts';
import { emmMessages, esmMessages, mmMessages, smMessages } from './nas-names.ts';

/** Security header types (TS 24.301 §9.3.1): 1 and 3 are integrity protected only, 2 and 4 also ciphered. */
const securityNames: Readonly<Record<number, string>> = {
  0: 'Plain NAS message, not security protected',
  1: 'Integrity protected',
  2: 'Integrity protected and ciphered',
  3: 'Integrity protected with new EPS security context',
  4: 'Integrity protected and ciphered with new EPS security context',
  12: 'Security header for the SERVICE REQUEST message',
};
const SERVICE_REQUEST = 12;
const EMM = 7;
const ESM = 2;
const MM5 = 0x7e;
const SM5 = 0x2e;

const e = {
  security: uint('nas_eps.security_header_type', 'Security header type')
    .at(0, 1)
    .mask(0xf0)
    .named(securityNames),
  discriminator: uint('gsm_a.L3_protocol_discriminator', 'Protocol discriminator').mask(0x0f).hex(1),
  sequence: uint('nas_eps.seq_no', 'Sequence number'),
  code: uint('nas_eps.msg_auth_code', 'Message authentication code').hex(4),
  emm: uint('nas_eps.nas_msg_emm_type', 'NAS EPS Mobility Management Message Type').hex(1).named(emmMessages),
  esm: uint('nas_eps.nas_msg_esm_type', 'NAS EPS session management messages').hex(1).named(esmMessages),
};

/** Offset of the plain message after the security header; it may be ciphered. */
const plainAt = (b: Uint8Array, start: number, end: number): number =>
  b[start]! >> 4 === 0 || b[start]! >> 4 === SERVICE_REQUEST || end - start < 7 ? start : start + 6;

/** The field of the message type at `at`, and its offset; null if ciphered or unknown. */
function epsMessage(b: Uint8Array, at: number, end: number): readonly [Field, number] | null {
  if (at + 2 > end) return null;
  if (b[at] === EMM) return [e.emm, at + 1];
  if ((b[at]! & 15) === ESM && at + 3 <= end) return [e.esm, at + 2];
  return null;
}

/** Has no columns of its own: the layer below shows the message names. */
export const nasEps: Protocol = protocol({
  name: 'nas-eps',
  title: 'Non-Access-Stratum (NAS)PDU',
  fields: e,
  step(p) {
    if (p.end - p.at < 1) return p.cut(1);
    p.at = p.end;
    return null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const end = p.stop[layer]!;
    if ((b[start]! & 15) === EMM) out.fixed(e.security);
    out.add(e.discriminator, start, 1);
    const at = plainAt(b, start, end);
    if (at > start) {
      out.add(e.code, start + 1, 4);
      out.add(e.sequence, start + 5, 1);
    }
    const message = epsMessage(b, at, end);
    if (message !== null) out.add(message[0], message[1], 1);
  },
});

const g = {
  discriminator: uint('nas_5gs.epd', 'Extended protocol discriminator')
    .at(0, 1)
    .named({
      [MM5]: '5G mobility management messages',
      [SM5]: '5G session management messages',
    }),
  security: uint('nas_5gs.security_header_type', 'Security header type').mask(0x0f).named(securityNames),
  code: uint('nas_5gs.msg_auth_code', 'Message authentication code').hex(4),
  sequence: uint('nas_5gs.seq_no', 'Sequence number'),
  mm: uint('nas_5gs.mm.message_type', 'Message type').hex(1).named(mmMessages),
  sm: uint('nas_5gs.sm.message_type', 'Message type').hex(1).named(smMessages),
};

/**
 * Offset of the plain message: a protected mobility management message has a 7-octet security header (TS 24.501
 * §9.1.1).
 */
const plain5At = (b: Uint8Array, start: number, end: number): number =>
  b[start] !== MM5 || (b[start + 1]! & 15) === 0 || end - start < 9 ? start : start + 7;

function message5(b: Uint8Array, at: number, end: number): readonly [Field, number] | null {
  if (b[at] === MM5 && at + 3 <= end && (b[at + 1]! & 15) === 0) return [g.mm, at + 2];
  return b[at] === SM5 && at + 4 <= end ? [g.sm, at + 3] : null;
}

export const nas5gs: Protocol = protocol({
  name: 'nas-5gs',
  title: 'Non-Access-Stratum 5GS (NAS)PDU',
  fields: g,
  step(p) {
    if (p.end - p.at < 2) return p.cut(2);
    p.at = p.end;
    return null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const end = p.stop[layer]!;
    out.fixed(g.discriminator);
    if (b[start] === MM5) out.add(g.security, start + 1, 1);
    const at = plain5At(b, start, end);
    if (at > start) {
      out.add(g.code, start + 2, 4);
      out.add(g.sequence, start + 6, 1);
    }
    const message = message5(b, at, end);
    if (message !== null) out.add(message[0], message[1], 1);
  },
});

/** Message name for the Info column. */
export function nasText(p: Packet, layer: number): string {
  const b = p.bufferOf(layer);
  const start = p.start[layer]!;
  const end = p.stop[layer]!;
  const isEps = p.protocols[layer] === nasEps;
  if (isEps && b[start]! >> 4 === SERVICE_REQUEST && (b[start]! & 15) === EMM) return 'Service request';
  const message = isEps
    ? epsMessage(b, plainAt(b, start, end), end)
    : message5(b, plain5At(b, start, end), end);
  return message === null ? 'Ciphered message' : (message[0].nameOf(b[message[1]]!) ?? 'Unknown');
}
