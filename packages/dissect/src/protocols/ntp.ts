// Network Time Protocol, versions 1 to 4 (RFC 5905), with extension fields (RFC 7822) as NTS uses them (RFC 8915).
import { ascii, u16, u32 } from '../core/bytes.ts';
import { bytes, type Field, none, time, uint } from '../core/field.ts';
import { COLUMN } from '../core/packet.ts';
import { protocol } from '../core/protocol.ts';
import type { Sink } from '../core/sink.ts';
import { tcpPorts, udpPorts } from '../core/table.ts';
import { ipv4Address } from '../core/text.ts';
import {
  CONTROL_HEADER,
  controlFields,
  emitControl,
  emitPrivate,
  PRIVATE_HEADER,
  privateFields,
} from './ntp/control.ts';
import { emitExchange, exchangeFields, track } from './ntp/exchanges.ts';
import {
  extensionName,
  leapNames,
  modeNames,
  privateRequestNames,
  stratumName,
  versionNames,
} from './ntp/names.ts';

const HEADER = 48;
const CONTROL = 6;
const PRIVATE = 7;
/** RFC 7822 §3: what follows the header is extension fields as long as it is longer than a MAC can be. */
const MAC_MAX = 24;

const f = {
  flags: uint('ntp.flags', 'Flags').at(0, 1).hex(),
  li: uint('ntp.flags.li', 'Leap Indicator').at(0, 1).mask(0xc0).named(leapNames),
  vn: uint('ntp.flags.vn', 'Version number').at(0, 1).mask(0x38).named(versionNames),
  mode: uint('ntp.flags.mode', 'Mode').at(0, 1).mask(0x07).named(modeNames),
  stratum: uint('ntp.stratum', 'Peer Clock Stratum').named(stratumName),
  ppoll: uint('ntp.ppoll', 'Peer Polling Interval'),
  precision: uint('ntp.precision', 'Peer Clock Precision'),
  rootdelay: uint('ntp.rootdelay', 'Root Delay'),
  rootdispersion: uint('ntp.rootdispersion', 'Root Dispersion'),
  refid: bytes('ntp.refid', 'Reference ID'),
  reftime: time('ntp.reftime', 'Reference Timestamp').zeroAs('NULL'),
  org: time('ntp.org', 'Origin Timestamp').zeroAs('NULL'),
  rec: time('ntp.rec', 'Receive Timestamp').zeroAs('NULL'),
  xmt: time('ntp.xmt', 'Transmit Timestamp').zeroAs('NULL'),
  ext: none('ntp.ext', 'Extension'),
  extType: uint('ntp.ext.type', 'Field Type').hex(2).named(extensionName),
  extLength: uint('ntp.ext.length', 'Length'),
  extValue: bytes('ntp.ext.value', 'Value'),
  keyid: bytes('ntp.keyid', 'Key ID'),
  mac: bytes('ntp.mac', 'Message Authentication Code'),
  ...controlFields,
  ...privateFields,
  ...exchangeFields,
};

/** Seconds from 1900 to 1970; timestamps wrap around in 2036 (RFC 5905 §6). */
const ERA_0 = 2_208_988_800;
const ERA_1 = 2_085_978_496;

/** Nanoseconds since 1970 of the 64-bit timestamp at `at`; 0 if unset. */
export function ntpTime(b: Uint8Array, at: number): bigint {
  const seconds = u32(b, at);
  const fraction = u32(b, at + 4);
  if (seconds === 0 && fraction === 0) return 0n;
  const unix = seconds >= 0x80000000 ? seconds - ERA_0 : seconds + ERA_1;
  return BigInt(unix) * 1_000_000_000n + ((BigInt(fraction) * 1_000_000_000n) >> 32n);
}

function needed(mode: number): number {
  return mode === CONTROL ? CONTROL_HEADER : mode === PRIVATE ? PRIVATE_HEADER : HEADER;
}

export const ntp = protocol({
  name: 'ntp',
  title: 'Network Time Protocol',
  column: 'NTP',
  fields: f,
  on: [
    [udpPorts, 123],
    [tcpPorts, 123],
  ],
  step(p) {
    const length = needed(p.buf[p.at]! & 7);
    if (p.end - p.at < length) return p.cut(length);
    if (p.visibility & COLUMN) track(p, p.layer, p.at);
    p.at = p.end;
    return null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const end = p.stop[layer]!;
    const mode = b[start]! & 7;
    out.openFixed(f.flags);
    if (mode === PRIVATE) {
      out.add(f.privResponse, start, 1);
      out.add(f.privMore, start, 1);
    } else out.fixed(f.li);
    out.fixed(f.vn);
    out.fixed(f.mode);
    out.close();
    if (end - start >= needed(mode)) emitExchange(p, layer, out);
    else if (mode >= CONTROL) return;
    if (mode === CONTROL) emitControl(b, start, end, out);
    else if (mode === PRIVATE) emitPrivate(b, start, end, out);
    else emitTime(b, start, end, end - start >= HEADER, out);
  },
  headline: (p, layer) => {
    const flags = p.bufferOf(layer)[p.start[layer]!]!;
    return ` (${versionNames[(flags >> 3) & 7]}, ${modeName(flags & 7)})`;
  },
  info(p, layer) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    if (start >= p.stop[layer]!) return '';
    const mode = b[start]! & 7;
    const info = `${versionNames[(b[start]! >> 3) & 7]}, ${modeName(mode)}`;
    if (mode !== PRIVATE || p.stop[layer]! - start < PRIVATE_HEADER) return info;
    const code = b[start + 3]!;
    return `${info}, ${b[start]! & 0x80 ? 'Response' : 'Request'}, ${privateRequestNames[code] ?? `Unknown (${code})`}`;
  },
});

function modeName(mode: number): string {
  return mode === CONTROL ? 'control' : mode === PRIVATE ? 'private' : modeNames[mode]!;
}

function emitTime(b: Uint8Array, start: number, end: number, isWhole: boolean, out: Sink): void {
  out.add(f.stratum, start + 1, 1);
  out.add(f.ppoll, start + 2, 1);
  if (b[start + 2]! < 32) out.note(` (${2 ** b[start + 2]!} seconds)`);
  out.add(f.precision, start + 3, 1);
  out.note(` (${(2 ** ((b[start + 3]! << 24) >> 24)).toFixed(6)} seconds)`);
  out.add(f.rootdelay, start + 4, 4);
  out.note(` (${(u32(b, start + 4) / 65536).toFixed(6)} seconds)`);
  out.add(f.rootdispersion, start + 8, 4);
  out.note(` (${(u32(b, start + 8) / 65536).toFixed(6)} seconds)`);
  out.add(f.refid, start + 12, 4);
  out.note(` (${referenceText(b, start)})`);
  if (end - start >= 24) emitTimestamp(b, f.reftime, start + 16, out);
  if (!isWhole) return;
  emitTimestamp(b, f.org, start + 24, out);
  emitTimestamp(b, f.rec, start + 32, out);
  emitTimestamp(b, f.xmt, start + 40, out);
  emitExtensions(b, start + HEADER, end, out);
}

/** Reference ID (RFC 5905 §7.3): four letters below stratum 2, else the server's address. */
function referenceText(b: Uint8Array, start: number): string {
  if (u32(b, start + 12) === 0) return 'NULL';
  return b[start + 1]! < 2
    ? ascii(b, start + 12, start + 16).replace(/\0+$/, '')
    : ipv4Address(b, start + 12);
}

function emitTimestamp(b: Uint8Array, field: Field, at: number, out: Sink): void {
  if (out.wants(field)) out.add(field, at, 8, ntpTime(b, at));
}

function emitExtensions(b: Uint8Array, at: number, end: number, out: Sink): void {
  while (end - at > MAC_MAX) {
    const length = u16(b, at + 2);
    if (length < 4 || at + length > end) break;
    out.open(f.ext, at, length);
    out.add(f.extType, at, 2);
    out.add(f.extLength, at + 2, 2);
    if (length > 4) out.add(f.extValue, at + 4, length - 4);
    out.close();
    at += length;
  }
  if (end - at < 4) return;
  out.add(f.keyid, at, 4);
  if (end - at > 4) out.add(f.mac, at + 4, end - at - 4);
}
