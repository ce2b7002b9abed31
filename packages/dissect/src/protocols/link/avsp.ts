// Arista vendor-specific tag: a timestamp of the switch that mirrored the frame.
import { u16 } from '../../core/bytes.ts';
import { bytes, uint } from '../../core/field.ts';
import { type Protocol, protocol } from '../../core/protocol.ts';
import { etherTypes } from '../../core/table.ts';
import { byEtherType } from '../ethertype.ts';
import { etherTypeNames } from '../names/ethertypes.ts';
import { emitTrailer, ethPadding } from './trailer.ts';

const TIMESTAMP = 1;
/** Length of subtype and version; the timestamp and the EtherType follow. */
const HEADER = 4;
const TYPE = 2;

interface Version {
  readonly text: string;
  /** Length of the seconds; nanoseconds have four bytes. */
  readonly secondsBytes: number;
}
const versions: Readonly<Record<number, Version>> = {
  0x0010: { text: '64bit TAI timestamp', secondsBytes: 4 },
  0x0110: { text: '64bit UTC timestamp', secondsBytes: 4 },
  0x0020: { text: '48bit TAI timestamp', secondsBytes: 2 },
  0x0120: { text: '48bit UTC timestamp', secondsBytes: 2 },
};

const f = {
  subtype: uint('avsp.sub_type', 'Sub Type')
    .at(0, 2)
    .named({ [TIMESTAMP]: 'timestamp' }),
  version: uint('avsp.ver', 'Version').hex(2),
  seconds64: uint('avsp.64sec', 'Seconds'),
  nanoseconds64: uint('avsp.64ns', 'Nanoseconds'),
  seconds48: uint('avsp.48sec', 'Seconds'),
  nanoseconds48: uint('avsp.48ns', 'Nanoseconds'),
  type: uint('avsp.etype', 'Type').hex(2).named(etherTypeNames),
  padding: ethPadding,
  trailer: bytes('avsp.trailer', 'Trailer'),
};

/** Length before the EtherType; 0 for an unknown timestamp version. */
function lengthBefore(b: Uint8Array, start: number): number {
  if (u16(b, start) !== TIMESTAMP) return TYPE;
  const version = versions[u16(b, start + 2)];
  return version === undefined ? 0 : HEADER + version.secondsBytes + 4;
}

export const avsp: Protocol = protocol({
  name: 'avsp',
  title: 'Arista Vendor Specific Protocol',
  column: 'AVSP',
  fields: f,
  on: [[etherTypes, 0xd28b]],
  step(p) {
    const b = p.buf;
    const start = p.at;
    if (p.end - start < HEADER) return p.cut(HEADER);
    const before = lengthBefore(b, start);
    if (before === 0) {
      p.at = p.end;
      return null;
    }
    if (p.end - start < before + TYPE) return p.cut(before + TYPE);
    p.at = start + before + TYPE;
    return byEtherType(p, u16(b, start + before));
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const length = p.stop[layer]! - start;
    if (length < HEADER) return;
    out.fixed(f.subtype);
    const isTimestamp = u16(b, start) === TIMESTAMP;
    if (isTimestamp) out.add(f.version, start + 2, 2);
    const before = lengthBefore(b, start);
    if (before === 0 || length < before + TYPE) return;
    if (isTimestamp) {
      const isShort = before === HEADER + 6;
      const nanosecondsAt = start + before - 4;
      out.add(isShort ? f.seconds48 : f.seconds64, start + HEADER, nanosecondsAt - start - HEADER);
      out.add(isShort ? f.nanoseconds48 : f.nanoseconds64, nanosecondsAt, 4);
    }
    out.add(f.type, start + before, 2);
    emitTrailer(p, layer, out, f);
  },
  info(p, layer) {
    const start = p.start[layer]!;
    const b = p.bufferOf(layer);
    if (p.stop[layer]! - start < HEADER || u16(b, start) !== TIMESTAMP) return '';
    return versions[u16(b, start + 2)]?.text ?? '';
  },
});
