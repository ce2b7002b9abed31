// IPv6 hop-by-hop and destination options headers (RFC 8200 §4.2, §4.3, §4.6).
import { u16 } from '../core/bytes.ts';
import { bool, bytes, type Field, ipv6, none, uint } from '../core/field.ts';
import { type Protocol, protocol } from '../core/protocol.ts';
import type { Sink } from '../core/sink.ts';
import { ipProtocolNames } from './names/ip-protocols.ts';

const PAD1 = 0;
const PADN = 1;
const TUNNEL_LIMIT = 4;
const ROUTER_ALERT = 5;
const CALIPSO = 7;
const PDM = 15;
const PMTU = 0x30;
const RPL = 0x63;
const MPL = 0x6d;
const JUMBO = 0xc2;
const HOME_ADDRESS = 0xc9;

/** https://www.iana.org/assignments/ipv6-parameters */
const names: Readonly<Record<number, string>> = {
  0x00: 'Pad1',
  0x01: 'PadN',
  0x04: 'Tunnel Encapsulation Limit',
  0x05: 'Router Alert',
  0x07: 'CALIPSO',
  0x08: 'SMF_DPD',
  0x0f: 'Performance and Diagnostic Metrics',
  0x26: 'Quick-Start',
  0x30: 'Path MTU Option',
  0x31: 'IOAM Option',
  0x63: 'RPL Option',
  0x6d: 'MPL Option',
  0x8a: 'Endpoint Identification',
  0x8b: 'ILNP Nonce',
  0x8c: 'Line-Identification Option',
  0xc2: 'Jumbo Payload',
  0xc9: 'Home Address',
  0xee: 'IP_DFF',
};

const actions: Readonly<Record<number, string>> = {
  0: 'Skip and continue',
  1: 'Discard',
  2: 'Discard and send ICMP Parameter Problem',
  3: 'Discard and send ICMP if not multicast',
};

/** RFC 2711 §2.1. */
const alerts: Readonly<Record<number, string>> = { 0: 'MLD', 1: 'RSVP', 2: 'Active Network' };

const f = {
  opt: none('ipv6.opt', 'IPv6 Option'),
  type: uint('ipv6.opt.type', 'Type').hex().named(names),
  action: uint('ipv6.opt.type.action', 'Action').mask(0xc0).named(actions),
  change: bool('ipv6.opt.type.change', 'May Change').mask(0x20),
  rest: uint('ipv6.opt.type.rest', 'Low-Order Bits').mask(0x1f).hex(),
  length: uint('ipv6.opt.length', 'Length'),
  pad1: none('ipv6.opt.pad1', 'Pad1'),
  padN: bytes('ipv6.opt.padn', 'PadN'),
  routerAlert: uint('ipv6.opt.router_alert', 'Router Alert').named(alerts),
  tunnelLimit: uint('ipv6.opt.tel', 'Tunnel Encapsulation Limit'),
  jumbo: uint('ipv6.opt.jumbo', 'Payload Length'),
  calipsoDoi: uint('ipv6.opt.calipso.doi', 'CALIPSO Domain of Interpretation'),
  calipsoCompartments: uint('ipv6.opt.calipso.cmpt.length', 'Compartment Length'),
  calipsoLevel: uint('ipv6.opt.calipso.sens_level', 'Sensitivity Level'),
  calipsoChecksum: uint('ipv6.opt.calipso.checksum', 'Checksum').hex(2),
  pdmScaleReceived: uint('ipv6.opt.pdm.scale_dtlr', 'Scale DTLR'),
  pdmScaleSent: uint('ipv6.opt.pdm.scale_dtls', 'Scale DTLS'),
  pdmThis: uint('ipv6.opt.pdm.psn_this_pkt', 'PSN This Packet'),
  pdmLast: uint('ipv6.opt.pdm.psn_last_recv', 'PSN Last Received'),
  pdmDeltaReceived: uint('ipv6.opt.pdm.delta_last_recv', 'Delta Time Last Received'),
  pdmDeltaSent: uint('ipv6.opt.pdm.delta_last_sent', 'Delta Time Last Sent'),
  pmtuMin: uint('ipv6.opt.pmtu.min', 'Minimum Reported PMTU'),
  pmtuReturn: uint('ipv6.opt.pmtu.rtn', 'Return Minimum PMTU'),
  rplFlags: uint('ipv6.opt.rpl.flag', 'Flag').hex(),
  rplInstance: uint('ipv6.opt.rpl.instance_id', 'RPLInstanceID').hex(),
  rplRank: uint('ipv6.opt.rpl.sender_rank', 'Sender Rank').hex(2),
  mplFlags: uint('ipv6.opt.mpl.flag', 'Flag').hex(),
  mplSequence: uint('ipv6.opt.mpl.sequence', 'Sequence').hex(),
  mplSeed: bytes('ipv6.opt.mpl.seed_id', 'Seed ID'),
  homeAddress: ipv6('ipv6.opt.mipv6.home_address', 'MIPv6 Home Address'),
  unknown: bytes('ipv6.opt.unknown', 'Unknown Option Payload'),
};

/** Fields of an option's value: offset from the type byte, and width. */
const layouts: Readonly<Record<number, readonly (readonly [Field, number, number])[]>> = {
  [TUNNEL_LIMIT]: [[f.tunnelLimit, 2, 1]],
  [ROUTER_ALERT]: [[f.routerAlert, 2, 2]],
  [JUMBO]: [[f.jumbo, 2, 4]],
  [CALIPSO]: [
    [f.calipsoDoi, 2, 4],
    [f.calipsoCompartments, 6, 1],
    [f.calipsoLevel, 7, 1],
    [f.calipsoChecksum, 8, 2],
  ],
  [PDM]: [
    [f.pdmScaleReceived, 2, 1],
    [f.pdmScaleSent, 3, 1],
    [f.pdmThis, 4, 2],
    [f.pdmLast, 6, 2],
    [f.pdmDeltaReceived, 8, 2],
    [f.pdmDeltaSent, 10, 2],
  ],
  [PMTU]: [
    [f.pmtuMin, 2, 2],
    [f.pmtuReturn, 4, 2],
  ],
  [RPL]: [
    [f.rplFlags, 2, 1],
    [f.rplInstance, 3, 1],
    [f.rplRank, 4, 2],
  ],
  [MPL]: [
    [f.mplFlags, 2, 1],
    [f.mplSequence, 3, 1],
  ],
  [HOME_ADDRESS]: [[f.homeAddress, 2, 16]],
};

function optionsHeader(name: string, title: string, info: string): Protocol {
  const own = {
    nxt: uint(`${name}.nxt`, 'Next Header').at(0, 1).named(ipProtocolNames),
    len: uint(`${name}.len`, 'Length').at(1, 1),
    lenOct: uint(`${name}.len_oct`, 'Length'),
  };
  return protocol({
    name,
    title,
    fields: { ...own, ...f },
    // The walk of the extension headers skips it; see ipv6-extensions.ts.
    step: () => null,
    info: () => info,
    emit(p, layer, out) {
      const b = p.bufferOf(layer);
      const start = p.start[layer]!;
      out.fixed(own.nxt);
      out.fixed(own.len);
      if (p.stop[layer]! - start < 2) return;
      const length = (b[start + 1]! + 1) * 8;
      out.add(own.lenOct, start + 1, 1, length);
      emitOptions(b, start + 2, Math.min(start + length, p.stop[layer]!), out);
    },
  });
}

export const hopByHop = optionsHeader('ipv6.hopopts', 'IPv6 Hop-by-Hop Option', 'IPv6 hop-by-hop options');
export const destinationOptions = optionsHeader(
  'ipv6.dstopts',
  'Destination Options for IPv6',
  'IPv6 destination options',
);

function emitOptions(b: Uint8Array, start: number, end: number, out: Sink): void {
  for (let at = start; at < end; ) {
    const type = b[at]!;
    const length = type === PAD1 || at + 1 >= end ? 1 : Math.min(2 + b[at + 1]!, end - at);
    out.open(f.opt, at, length);
    out.note(`: ${names[type] ?? `Unknown IPv6 Option (${type})`}`);
    out.open(f.type, at, 1);
    if (type !== PAD1) {
      out.add(f.action, at, 1);
      out.add(f.change, at, 1);
      out.add(f.rest, at, 1);
    }
    out.close();
    if (type === PAD1) out.add(f.pad1, at, 1);
    else if (length > 1) emitValue(type, at, length, out);
    out.close();
    at += length;
  }
}

function emitValue(type: number, at: number, length: number, out: Sink): void {
  out.add(f.length, at + 1, 1);
  const layout = layouts[type];
  if (layout === undefined) out.add(type === PADN ? f.padN : f.unknown, at + 2, length - 2);
  else
    for (const [field, offset, width] of layout)
      if (offset + width <= length) out.add(field, at + offset, width);
  if (type === MPL && length > 4) out.add(f.mplSeed, at + 4, length - 4);
}

/** RFC 2675 §2: the payload length of a jumbogram; 0 if it is not that of one; -1 without the option. */
export function jumboLength(b: Uint8Array, at: number, stop: number): number {
  if (at + 2 > stop) return -1;
  const end = Math.min(stop, at + (b[at + 1]! + 1) * 8);
  for (at += 2; at + 6 <= end; at += b[at] === PAD1 ? 1 : 2 + b[at + 1]!) {
    if (b[at] !== JUMBO || b[at + 1] !== 4) continue;
    const length = u16(b, at + 2) * 0x10000 + u16(b, at + 4);
    return length > 0xffff ? length : 0;
  }
  return -1;
}
