// Radiotap: a header of optional fields before each 802.11 frame (https://www.radiotap.org).
import { u16le, u32le } from '../../core/bytes.ts';
import { double, type Field, int, none, uint, uint64 } from '../../core/field.ts';
import type { Packet } from '../../core/packet.ts';
import { type Protocol, protocol } from '../../core/protocol.ts';
import type { Sink } from '../../core/sink.ts';
import { linkTypes } from '../../core/table.ts';
import { sllHardware } from '../link/tables.ts';
import { emitParts, type Part } from '../parts.ts';
import { HAS_FCS, IS_PADDED, toRadio } from './radio.ts';
import * as bits from './radiotap-bits.ts';

const HEADER = 8;
/** Alignment and length in bytes, by bit of the present word ("Fields"); other bits are unknown. */
const layout: readonly (readonly [number, number])[] = [
  [8, 8],
  [1, 1],
  [1, 1],
  [2, 4],
  [2, 2],
  [1, 1],
  [1, 1],
  [2, 2],
  [2, 2],
  [2, 2],
  [1, 1],
  [1, 1],
  [1, 1],
  [1, 1],
  [2, 2],
  [2, 2],
  [1, 1],
  [1, 1],
  [4, 8],
  [1, 3],
  [4, 8],
  [2, 12],
  [8, 12],
  [2, 12],
  [2, 12],
  [2, 6],
  [1, 1],
  [2, 4],
];
const TSFT = 0;
const FLAGS = 1;
const RATE = 2;
const XCHANNEL = 18;
const MCS = 19;
const AMPDU = 20;
const ZERO_LENGTH = 26;
const RADIOTAP_NEXT = 29;
const MORE_WORDS = 31;
/** Maximum number of present words; more indicate a damaged header. */
const WORDS_MAX = 16;

/** Bits of the flags field. */
const FCS_AT_END = 0x10;
const DATA_PAD = 0x20;

const f = {
  version: uint('radiotap.version', 'Header revision').at(0, 1),
  pad: uint('radiotap.pad', 'Header pad').at(1, 1),
  length: uint('radiotap.length', 'Header length').at(2, 2).le(),
  presentWords: none('radiotap.present', 'Present flags'),
  present: uint('radiotap.present.word', 'Present flags word').hex(4).le(),
  ...bits.presentBits,
  tsft: uint64('radiotap.mactime', 'MAC timestamp').le(),
  flags: uint('radiotap.flags', 'Flags').hex(1),
  ...bits.flagBits,
  rate: double('radiotap.datarate', 'Data rate (Mb/s)'),
  frequency: uint('radiotap.channel.freq', 'Channel frequency').le(),
  extendedFrequency: uint('radiotap.xchannel.freq', 'Channel frequency').le(),
  channelFlags: uint('radiotap.channel.flags', 'Channel flags').hex(2).le().summed(),
  ...bits.channelBits,
  extendedChannel: uint('radiotap.xchannel.channel', 'Channel number'),
  extendedFlags: uint('radiotap.xchannel.flags', 'Channel flags').hex(4).le().summed(),
  ...bits.extendedChannelBits,
  signal: int('radiotap.dbm_antsignal', 'Antenna signal'),
  noise: int('radiotap.dbm_antnoise', 'Antenna noise'),
  quality: uint('radiotap.quality', 'Signal Quality').le(),
  txPower: int('radiotap.txpower', 'Transmit power'),
  antenna: uint('radiotap.antenna', 'Antenna'),
  signalDb: uint('radiotap.db_antsignal', 'dB antenna signal'),
  noiseDb: uint('radiotap.db_antnoise', 'dB antenna noise'),
  rxFlags: uint('radiotap.rxflags', 'RX flags').hex(2).le(),
  ...bits.rxBits,
  txFlags: uint('radiotap.txflags', 'TX flags').hex(2).le(),
  ...bits.txBits,
  retries: uint('radiotap.data_retries', 'data retries'),
  mcs: none('radiotap.mcs', 'MCS information'),
  mcsKnown: uint('radiotap.mcs.known', 'Known MCS information').hex(1).summed(),
  ...bits.mcsKnownBits,
  mcsBandwidth: uint('radiotap.mcs.bw', 'Bandwidth')
    .mask(0x03)
    .named({ 0: '20 MHz', 1: '40 MHz', 2: '20 MHz lower', 3: '20 MHz upper' }),
  mcsGuard: uint('radiotap.mcs.gi', 'Guard interval').mask(0x04).named({ 0: 'long', 1: 'short' }),
  mcsFormat: uint('radiotap.mcs.format', 'Format').mask(0x08).named({ 0: 'mixed', 1: 'greenfield' }),
  mcsFec: uint('radiotap.mcs.fec', 'FEC type').mask(0x10).named({ 0: 'BCC', 1: 'LDPC' }),
  mcsStbc: uint('radiotap.mcs.stbc', 'STBC streams').mask(0x60),
  mcsIndex: uint('radiotap.mcs.index', 'MCS index'),
  ampdu: none('radiotap.ampdu', 'A-MPDU status'),
  ampduReference: uint('radiotap.ampdu.reference', 'A-MPDU reference number').le(),
  ampduFlags: uint('radiotap.ampdu.flags', 'A-MPDU flags').hex(2).le(),
  ...bits.ampduBits,
};

/** Numeric fields shown without conversion, by bit. */
const plain: Readonly<Record<number, Field>> = {
  0: f.tsft,
  5: f.signal,
  6: f.noise,
  7: f.quality,
  10: f.txPower,
  11: f.antenna,
  12: f.signalDb,
  13: f.noiseDb,
  17: f.retries,
};

/** Fields of several parts, by bit. */
const words: Readonly<Record<number, readonly Part[]>> = {
  1: [[f.flags, 1, Object.values(bits.flagBits)]],
  3: [
    [f.frequency, 2],
    [f.channelFlags, 2, Object.values(bits.channelBits)],
  ],
  14: [[f.rxFlags, 2, Object.values(bits.rxBits)]],
  15: [[f.txFlags, 2, Object.values(bits.txBits)]],
};
const XCHANNEL_FLAGS: Part = [f.extendedFlags, 4, Object.values(bits.extendedChannelBits)];
const MCS_KNOWN: Part = [f.mcsKnown, 1, Object.values(bits.mcsKnownBits)];
/** What of the MCS flags is known, by bit of the known byte. */
const MCS_FLAGS: readonly (readonly [number, Field])[] = [
  [0x01, f.mcsBandwidth],
  [0x04, f.mcsGuard],
  [0x08, f.mcsFormat],
  [0x10, f.mcsFec],
  [0x20, f.mcsStbc],
];
const AMPDU_PARTS: readonly Part[] = [
  [f.ampduReference, 4],
  [f.ampduFlags, 2, Object.values(bits.ampduBits)],
];

/** Offset of the fields, after the present words, of which all but the last have the highest bit set. */
function fieldsAt(b: Uint8Array, start: number, end: number): number {
  let at = start + 4;
  for (let word = 0; word < WORDS_MAX; word++) {
    if (at + 4 > end) return -1;
    at += 4;
    if ((b[at - 1]! & 0x80) === 0) return at;
  }
  return -1;
}

/** Calls `see` with bit and offset of each known field in the header, until it returns true. */
function walk(b: Uint8Array, start: number, end: number, see: (bit: number, at: number) => boolean): void {
  let at = fieldsAt(b, start, end);
  if (at < 0) return;
  for (let word = start + 4, more = true; more; word += 4) {
    const present = u32le(b, word);
    more = present >>> MORE_WORDS === 1;
    for (let bit = 0; bit < RADIOTAP_NEXT; bit++) {
      if ((present & (1 << bit)) === 0) continue;
      const place = layout[bit];
      // The length of an unknown field is unknown: later fields cannot be found.
      if (place === undefined) return;
      const [align, length] = place;
      at = start + Math.ceil((at - start) / align) * align;
      if (at + length > end || see(bit, at)) return;
      at += length;
    }
    // Without this bit the next word belongs to a vendor namespace or continues the bit numbers: unknown either way.
    if ((present & (1 << RADIOTAP_NEXT)) === 0) return;
  }
}

/** Offset of field `bit` in the header of a radiotap layer, or -1. */
export function findRadiotap(p: Packet, layer: number, bit: number): number {
  const b = p.bufferOf(layer);
  const start = p.start[layer]!;
  let found = -1;
  walk(b, start, Math.min(p.stop[layer]!, start + u16le(b, start + 2)), (seen, at) => {
    if (seen === bit) found = at;
    return found >= 0;
  });
  return found;
}

/** Channel number for a frequency in MHz; 0 if it is not a channel's. */
export function channelOf(frequency: number): number {
  if (frequency === 2484) return 14;
  if (frequency >= 2412 && frequency < 2484) return (frequency - 2407) / 5;
  if (frequency >= 5000 && frequency < 5925) return (frequency - 5000) / 5;
  if (frequency >= 5955 && frequency <= 7115) return (frequency - 5950) / 5;
  return frequency >= 4915 && frequency < 5000 ? (frequency - 4000) / 5 : 0;
}

/**
 * Data rates in Mb/s of one spatial stream at 20 and at 40 MHz with long guard interval (IEEE Std 802.11-2020 §19.5),
 * by MCS index modulo 8.
 */
const rates20 = [6.5, 13, 19.5, 26, 39, 52, 58.5, 65];
const rates40 = [13.5, 27, 40.5, 54, 81, 108, 121.5, 135];
const RATE_KNOWN = 0x07;

/** Data rate in Mb/s for the MCS field at `at` (known, flags, index); 0 if undetermined. */
export function mcsRate(b: Uint8Array, at: number): number {
  const index = b[at + 2]!;
  if ((b[at]! & RATE_KNOWN) !== RATE_KNOWN || index > 31) return 0;
  const flags = b[at + 1]!;
  const rate = ((flags & 3) === 1 ? rates40 : rates20)[index & 7]! * ((index >> 3) + 1);
  return Math.round((flags & 4 ? (rate * 10) / 9 : rate) * 10) / 10;
}

function emitMcs(b: Uint8Array, at: number, out: Sink): void {
  out.open(f.mcs, at, 3);
  emitParts(out, b, at, at + 1, [MCS_KNOWN]);
  for (const [known, field] of MCS_FLAGS) if (b[at]! & known) out.add(field, at + 1, 1);
  if (b[at]! & 0x02) out.add(f.mcsIndex, at + 2, 1);
  out.close();
  const rate = mcsRate(b, at);
  if (rate > 0) out.add(f.rate, at, 0, rate);
}

export const radiotap: Protocol = protocol({
  name: 'radiotap',
  title: 'Radiotap Header',
  column: 'WLAN',
  fields: f,
  on: [
    [linkTypes, 127],
    [sllHardware, 803],
  ],
  step(p) {
    const b = p.buf;
    const start = p.at;
    if (p.end - start < 4) return p.cut(4);
    const length = u16le(b, start + 2);
    // Invalid: shorter than the fixed part of the header.
    if (length < HEADER) return null;
    if (length > p.end - start) return p.cut(length);
    const end = start + length;
    let flags = 0;
    let isEmpty = false;
    walk(b, start, end, (bit, at) => {
      if (bit === FLAGS) flags = b[at]!;
      if (bit === ZERO_LENGTH) isEmpty = true;
      return false;
    });
    p.at = end;
    if (isEmpty) return null;
    return toRadio(p, (flags & FCS_AT_END ? HAS_FCS : 0) | (flags & DATA_PAD ? IS_PADDED : 0));
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    if (p.stop[layer]! - start < HEADER) return;
    for (const field of [f.version, f.pad, f.length]) out.fixed(field);
    const end = Math.min(p.stop[layer]!, start + u16le(b, start + 2));
    const first = fieldsAt(b, start, end);
    out.open(f.presentWords, start + 4, Math.max(0, first - start - 4));
    for (let word = start + 4; word < first; word += 4) {
      out.open(f.present, word, 4);
      for (const bit of Object.values(bits.presentBits)) out.add(bit, word, 4);
      out.close();
    }
    out.close();
    walk(b, start, end, (bit, at) => {
      const field = plain[bit];
      const parts = words[bit];
      if (field !== undefined) out.add(field, at, bit === TSFT ? 8 : layout[bit]![1]);
      else if (parts !== undefined) emitParts(out, b, at, end, parts);
      else if (bit === RATE) out.add(f.rate, at, 1, b[at]! / 2);
      else if (bit === XCHANNEL) {
        out.add(f.extendedChannel, at + 6, 1);
        out.add(f.extendedFrequency, at + 4, 2);
        emitParts(out, b, at, end, [XCHANNEL_FLAGS]);
      } else if (bit === MCS) emitMcs(b, at, out);
      else if (bit === AMPDU) {
        out.open(f.ampdu, at, 8);
        emitParts(out, b, at, end, AMPDU_PARTS);
        out.close();
      }
      return false;
    });
  },
  headline: (p, layer) =>
    p.stop[layer]! - p.start[layer]! < 4
      ? ''
      : ` v${p.bufferOf(layer)[p.start[layer]!]}, Length ${u16le(p.bufferOf(layer), p.start[layer]! + 2)}`,
  info(p, layer) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    return p.stop[layer]! - start < 4 ? '' : `Radiotap Capture v${b[start]}, Length ${u16le(b, start + 2)}`;
  },
});
