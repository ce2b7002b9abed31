// Pseudo-headers of BSD packet filter logs (LINKTYPE_PFLOG) and IPsec (LINKTYPE_ENC).
import { ascii, u32, u32le } from '../../core/bytes.ts';
import { data } from '../../core/data.ts';
import { bool, int, text, uint } from '../../core/field.ts';
import { type Protocol, protocol } from '../../core/protocol.ts';
import { etherTypes, linkTypes } from '../../core/table.ts';

/** BSD address families as EtherTypes; each BSD has its own number for IPv6. */
const families: Readonly<Record<number, number>> = { 2: 0x0800, 24: 0x86dd, 28: 0x86dd, 30: 0x86dd };

function byFamily(family: number): Protocol | undefined {
  const type = families[family];
  return type === undefined ? undefined : etherTypes.get(type);
}

/** Minimum header length; the actual one is in the first byte, and is padded to a multiple of four. */
const PFLOG_MIN = 48;
const NAME = 16;
const actions: Readonly<Record<number, string>> = { 0: 'pass', 1: 'block', 2: 'scrub' };
const log = {
  length: uint('pflog.length', 'Header Length').at(0, 1),
  family: uint('pflog.af', 'Address Family').at(1, 1),
  action: uint('pflog.action', 'Action').at(2, 1).named(actions),
  reason: uint('pflog.reason', 'Reason').at(3, 1),
  interface: text('pflog.ifname', 'Interface'),
  ruleset: text('pflog.ruleset', 'Ruleset'),
  rule: int('pflog.rulenr', 'Rule Number').at(36, 4),
  direction: uint('pflog.dir', 'Direction').at(60, 1).named({ 0: 'inout', 1: 'in', 2: 'out' }),
};

function nameAt(b: Uint8Array, at: number): string {
  return ascii(b, at, at + NAME).replace(/\0.*$/s, '');
}

export const pflog: Protocol = protocol({
  name: 'pflog',
  title: 'PF Log',
  column: 'PFLOG',
  fields: log,
  on: [[linkTypes, 117]],
  step(p) {
    if (p.end - p.at < PFLOG_MIN) return p.cut(PFLOG_MIN);
    const length = (p.buf[p.at]! + 3) & ~3;
    if (p.end - p.at < length) return p.cut(length);
    const family = p.buf[p.at + 1]!;
    p.at += Math.max(length, PFLOG_MIN);
    return byFamily(family) ?? (p.at < p.end ? data : null);
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const length = p.stop[layer]! - start;
    if (length < PFLOG_MIN) return;
    for (const field of [log.length, log.family, log.action, log.reason]) out.fixed(field);
    out.add(log.interface, start + 4, NAME, nameAt(b, start + 4));
    out.add(log.ruleset, start + 20, NAME, nameAt(b, start + 20));
    out.fixed(log.rule);
    if (b[start]! > 60) out.fixed(log.direction);
  },
  info(p, layer) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    if (p.stop[layer]! - start < PFLOG_MIN) return '';
    return `[${actions[b[start + 2]!] ?? 'unknown'} ${nameAt(b, start + 4)}/${u32(b, start + 36)}] `;
  },
});

const ENC = 12;
const ipsec = {
  family: uint('enc.af', 'Address Family'),
  spi: uint('enc.spi', 'SPI').at(4, 4).hex(),
  flags: uint('enc.flags', 'Flags').at(8, 4).hex(),
  encrypted: bool('enc.flags.payload_enc', 'Payload encrypted').at(8, 4).mask(0x400),
};

/** The address family, which is in host byte order: the smaller interpretation is right. */
function encFamily(b: Uint8Array, at: number): number {
  return Math.min(u32(b, at), u32le(b, at));
}

export const enc: Protocol = protocol({
  name: 'enc',
  title: 'Enc (IPsec) Encapsulation',
  column: 'ENC',
  fields: ipsec,
  on: [[linkTypes, 109]],
  step(p) {
    if (p.end - p.at < ENC) return p.cut(ENC);
    const family = encFamily(p.buf, p.at);
    p.at += ENC;
    return byFamily(family) ?? (p.at < p.end ? data : null);
  },
  emit(p, layer, out) {
    const start = p.start[layer]!;
    if (p.stop[layer]! - start < ENC) return;
    out.add(ipsec.family, start, 4, encFamily(p.bufferOf(layer), start));
    for (const field of [ipsec.spi, ipsec.flags, ipsec.encrypted]) out.fixed(field);
  },
  info: () => '',
});
