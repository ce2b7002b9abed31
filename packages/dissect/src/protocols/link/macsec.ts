// MACsec (IEEE Std 802.1AE-2018 §9): authenticated-only frames are dissected further, encrypted ones are not.
import { u16 } from '../../core/bytes.ts';
import { data } from '../../core/data.ts';
import { bool, bytes, ether, type Field, uint } from '../../core/field.ts';
import type { Packet } from '../../core/packet.ts';
import { type Protocol, protocol } from '../../core/protocol.ts';
import { byEtherType } from '../ethertype.ts';
import { etherTypeNames } from '../names/ethertypes.ts';

/** Length of TCI, short length and packet number; with an SCI eight bytes more (§9.3). */
const TAG = 6;
const SCI = 8;
const ICV = 16;
const VERSION = 0x80;
const HAS_SCI = 0x20;
const ENCRYPTED = 0x08;
const CHANGED = 0x04;

const f = {
  tci: uint('macsec.TCI', 'TCI').at(0, 1).hex().mask(0xfc),
  version: uint('macsec.TCI.V', 'VER').at(0, 1).hex().mask(VERSION),
  endStation: bool('macsec.TCI.ES', 'ES').at(0, 1).mask(0x40),
  channel: bool('macsec.TCI.SC', 'SC').at(0, 1).mask(HAS_SCI),
  broadcast: bool('macsec.TCI.SCB', 'SCB').at(0, 1).mask(0x10),
  encrypted: bool('macsec.TCI.E', 'E').at(0, 1).mask(ENCRYPTED),
  changed: bool('macsec.TCI.C', 'C').at(0, 1).mask(CHANGED),
  an: uint('macsec.AN', 'AN').at(0, 1).hex().mask(0x03),
  shortLength: uint('macsec.SL', 'Short length').at(1, 1),
  number: uint('macsec.PN', 'Packet number').at(2, 4),
  system: ether('macsec.SCI.system_identifier', 'System Identifier'),
  port: uint('macsec.SCI.port_identifier', 'Port Identifier'),
  type: uint('macsec.etype', 'Ethertype').hex(2).named(etherTypeNames),
  icv: bytes('macsec.ICV', 'ICV'),
};
const fixed: readonly Field[] = [
  f.tci,
  f.version,
  f.endStation,
  f.channel,
  f.broadcast,
  f.encrypted,
  f.changed,
  f.an,
  f.shortLength,
  f.number,
];

function tagLength(b: Uint8Array, at: number): number {
  return b[at]! & HAS_SCI ? TAG + SCI : TAG;
}

/** Whether the payload is cleartext (§9.5): neither encrypted nor changed. */
function isPlain(b: Uint8Array, at: number): boolean {
  return (b[at]! & (ENCRYPTED | CHANGED)) === 0;
}

function isMacsec(p: Packet): boolean {
  const b = p.buf;
  return p.end - p.at >= TAG && (b[p.at]! & VERSION) === 0;
}

export const macsec: Protocol = protocol({
  name: 'macsec',
  title: '802.1AE Security tag',
  column: 'MACSEC',
  info: () => 'MACsec frame',
  fields: f,
  step(p) {
    const b = p.buf;
    const start = p.at;
    const length = tagLength(b, start);
    if (p.end - start < length + ICV) return p.cut(length + ICV);
    p.at = start + length;
    p.end -= ICV;
    p.wireEnd = p.end;
    if (!isPlain(b, start)) return p.at < p.end ? data : null;
    if (p.end - p.at < 2) return p.cut(2);
    const type = u16(b, p.at);
    p.at += 2;
    return byEtherType(p, type);
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const stop = p.stop[layer]!;
    const length = tagLength(b, start);
    if (stop - start < length + ICV) return;
    for (const field of fixed) out.fixed(field);
    if (length > TAG) {
      out.add(f.system, start + TAG, 6);
      out.add(f.port, start + TAG + 6, 2);
    }
    if (isPlain(b, start)) out.add(f.type, start + length, 2);
    out.add(f.icv, stop - ICV, ICV);
  },
});

/** MACsec, unless the version is unknown. */
export function macsecOf(p: Packet): Protocol | undefined {
  return isMacsec(p) ? macsec : undefined;
}
