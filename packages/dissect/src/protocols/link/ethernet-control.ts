// Ethernet control protocols: MAC control and PAUSE (IEEE Std 802.3-2022 annex 31B, 802.1Q §36), configuration testing
// ("The Ethernet", version 2.0 §8), and Wake-on-LAN (AMD "Magic Packet Technology", 1995).
import { u16, u16le } from '../../core/bytes.ts';
import { data } from '../../core/data.ts';
import { ether, uint } from '../../core/field.ts';
import type { Packet } from '../../core/packet.ts';
import { type Protocol, protocol, REJECTED } from '../../core/protocol.ts';
import { etherTypes, udpHeuristics } from '../../core/table.ts';
import { ethernetAddress, ipv4Address } from '../../core/text.ts';

const PAUSE = 1;
const maccOpcodes: Readonly<Record<number, string>> = {
  0x0001: 'Pause',
  0x0002: 'Gate',
  0x0003: 'Report',
  0x0004: 'Register Req',
  0x0005: 'Register',
  0x0006: 'Register Ack',
  0x0101: 'Class Based Flow Control [CBFC] Pause',
};
const maccFields = {
  opcode: uint('macc.opcode', 'Opcode').at(0, 2).hex().named(maccOpcodes),
  pauseTime: uint('macc.pause_time', 'pause_time'),
  classes: uint('macc.cbfc.enbv', 'CBFC Class Enable Vector').hex(2),
};
const CLASS_PAUSE = 0x0101;

export const macc: Protocol = protocol({
  name: 'macc',
  title: 'MAC Control',
  column: 'MAC CTRL',
  fields: maccFields,
  on: [[etherTypes, 0x8808]],
  step(p) {
    if (p.end - p.at < 2) return p.cut(2);
    p.at = p.end;
    return null;
  },
  emit(p, layer, out) {
    const start = p.start[layer]!;
    if (p.stop[layer]! - start < 4) return;
    out.fixed(maccFields.opcode);
    const opcode = u16(p.bufferOf(layer), start);
    if (opcode === PAUSE) out.add(maccFields.pauseTime, start + 2, 2);
    if (opcode === CLASS_PAUSE) out.add(maccFields.classes, start + 2, 2);
  },
  info(p, layer) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    if (p.stop[layer]! - start < 4) return '';
    const opcode = u16(b, start);
    const name = maccOpcodes[opcode] ?? 'Unknown';
    return opcode === PAUSE ? `${name}: pause_time: ${u16(b, start + 2)} quanta` : name;
  },
});

const REPLY = 1;
const FORWARD = 2;
/** Maximum number of chained functions followed. */
const FUNCTIONS_MAX = 64;
const loopFields = {
  skip: uint('loop.skipcount', 'skipCount').at(0, 2).le(),
  function: uint('loop.function', 'Function').le().named({ 1: 'Reply', 2: 'Forward Data' }),
  receipt: uint('loop.receipt_number', 'Receipt number').le(),
  forward: ether('loop.forwarding_address', 'Forwarding address'),
};

/** Configuration test: number of bytes to skip, then functions, little-endian. */
export const loop: Protocol = protocol({
  name: 'loop',
  title: 'Configuration Test Protocol (loopback)',
  column: 'LOOP',
  fields: loopFields,
  on: [[etherTypes, 0x9000]],
  step(p) {
    if (p.end - p.at < 2) return p.cut(2);
    let at = p.at + 2 + u16le(p.buf, p.at);
    for (let i = 0; i < FUNCTIONS_MAX && at + 2 <= p.end; i++) {
      const kind = u16le(p.buf, at);
      at += 2;
      if (kind !== FORWARD) {
        if (kind === REPLY) at += 2;
        break;
      }
      at += 6;
    }
    if (at > p.end) return p.cut(at - p.at);
    p.at = at;
    return p.at < p.end ? data : null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const stop = p.stop[layer]!;
    if (stop - start < 4) return;
    out.fixed(loopFields.skip);
    for (let at = start + 2 + u16le(b, start); at + 4 <= stop; at += 8) {
      const kind = u16le(b, at);
      out.add(loopFields.function, at, 2);
      if (kind === REPLY) out.add(loopFields.receipt, at + 2, 2);
      if (kind !== FORWARD) return;
      out.add(loopFields.forward, at + 2, 6);
    }
  },
  info(p, layer) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    if (p.stop[layer]! - start < 4) return '';
    const at = start + 2 + u16le(b, start);
    if (at + 2 > p.stop[layer]!) return 'No valid function found';
    const kind = u16le(b, at);
    return kind === REPLY ? 'Reply' : kind === FORWARD ? 'Forward Data' : `Unknown function (${kind})`;
  },
});

/** A magic packet: six 0xff bytes, the MAC address sixteen times, and an optional password. */
const SYNC = 6;
const MAGIC = SYNC + 16 * 6;
const wolFields = { mac: ether('wol.mac', 'MAC').at(SYNC, 6) };

function isMagic(p: Packet): boolean {
  const b = p.buf;
  if (p.end - p.at < MAGIC) return false;
  for (let i = 0; i < SYNC; i++) if (b[p.at + i] !== 0xff) return false;
  for (let i = SYNC + 6; i < MAGIC; i++) if (b[p.at + i] !== b[p.at + i - 6]) return false;
  return true;
}

export const wol: Protocol = protocol({
  name: 'wol',
  title: 'Wake On LAN',
  column: 'WOL',
  fields: wolFields,
  on: [],
  heuristics: [[udpHeuristics, isMagic]],
  step(p) {
    // Other datagrams on these ports are possible.
    if (!isMagic(p)) return REJECTED;
    p.at = p.end;
    return null;
  },
  info(p, layer) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const summary = `MagicPacket for ${ethernetAddress(b, start + SYNC)}`;
    const password = start + MAGIC;
    const length = p.stop[layer]! - password;
    if (length === 4) return `${summary}, password ${ipv4Address(b, password)}`;
    return length === 6 ? `${summary}, password ${ethernetAddress(b, password)}` : summary;
  },
});

/** Dissects Wake-on-LAN: the EtherType alone does not suffice. */
export function wakeOnLan(p: Packet): Protocol | undefined {
  return isMagic(p) ? wol : undefined;
}
