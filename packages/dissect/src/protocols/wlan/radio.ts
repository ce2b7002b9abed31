// Radio metadata of a frame, from any pseudo-header, as a layer between that and 802.11: Wireshark's "802.11 radio
// information".
import { u16le, u64le } from '../../core/bytes.ts';
import { bool, double, int, uint, uint64, type Value } from '../../core/field.ts';
import type { Packet } from '../../core/packet.ts';
import { type Protocol, protocol } from '../../core/protocol.ts';
import type { Sink } from '../../core/sink.ts';
import { TRUE_FALSE } from '../bits.ts';
import { DSSS, HT, layerOf, OFDM_2_GHZ, OFDM_5_GHZ, payloadTime, preambleOf } from './air-time.ts';
import { channelOf, findRadiotap, mcsRate, radiotap } from './radiotap.ts';
import { wlan } from './wlan.ts';

const us = (value: Value): string => `${value}µs`;

const f = {
  phy: uint('wlan_radio.phy', 'PHY type').named({
    [DSSS]: '802.11b (HR/DSSS)',
    [OFDM_5_GHZ]: '802.11a (OFDM)',
    [OFDM_2_GHZ]: '802.11g (ERP)',
    [HT]: '802.11n (HT)',
  }),
  isShortPreamble: bool('wlan_radio.short_preamble', 'Short preamble').named(TRUE_FALSE),
  turbo: uint('wlan_radio.11a.turbo_type', 'Turbo type').named({ 0: 'Non-turbo' }),
  proprietary: uint('wlan_radio.11g.mode', 'Proprietary mode').named({ 0: 'None' }),
  mcsIndex: uint('wlan_radio.11n.mcs_index', 'MCS index'),
  bandwidth: uint('wlan_radio.11n.bandwidth', 'Bandwidth').named({
    0: '20 MHz',
    1: '40 MHz',
    2: '20 MHz + 20 MHz lower',
    3: '20 MHz + 20 MHz upper',
  }),
  isShortGuard: bool('wlan_radio.11n.short_gi', 'Short GI').named(TRUE_FALSE),
  isGreenfield: bool('wlan_radio.11n.greenfield', 'Greenfield').named(TRUE_FALSE),
  fec: uint('wlan_radio.11n.fec', 'FEC').named({ 0: 'BEC', 1: 'LDPC' }),
  stbc: uint('wlan_radio.11n.stbc_streams', 'Number of STBC streams'),
  rate: double('wlan_radio.data_rate', 'Data rate (Mb/s)'),
  channel: uint('wlan_radio.channel', 'Channel'),
  frequency: uint('wlan_radio.frequency', 'Frequency (MHz)'),
  signalDb: uint('wlan_radio.signal_db', 'Signal strength (dB)'),
  signal: int('wlan_radio.signal_dbm', 'Signal strength (dBm)'),
  noise: int('wlan_radio.noise_dbm', 'Noise level (dBm)'),
  signalToNoise: int('wlan_radio.snr', 'Signal/noise ratio (dB)').shownAs(
    (value) => `Signal/noise ratio (dB): ${value} dB`,
  ),
  timestamp: uint64('wlan_radio.timestamp', 'TSF timestamp'),
  duration: uint('wlan_radio.duration', 'Duration').shownAs((value) => `Duration: ${us(value)}`),
  preamble: uint('wlan_radio.preamble', 'Preamble').shownAs((value) => `Preamble: ${us(value)}`),
  startTime: uint64('wlan_radio.start_tsf', 'Start').shownAs((value) => `Start: ${us(value)}`),
  endTime: uint64('wlan_radio.end_tsf', 'End').shownAs((value) => `End: ${us(value)}`),
};

/** Bit numbers of radiotap's fields. */
const TSFT = 0;
const FLAGS = 1;
const RATE = 2;
const CHANNEL = 3;
const SIGNAL = 5;
const NOISE = 6;
const SIGNAL_DB = 12;
const MCS = 19;
/** Of radiotap's flags. */
const SHORT_PREAMBLE = 0x02;
const FCS_AT_END = 0x10;
const FCS_BYTES = 4;

export const wlanRadio: Protocol = protocol({
  name: 'wlan_radio',
  title: '802.11 radio information',
  fields: f,
  step(p) {
    // Passes the pseudo-header's marks on to the 802.11 layer.
    p.mark[p.count - 1] = p.count > 1 ? p.mark[p.count - 2]! : 0;
    return wlan;
  },
  emit(p, layer, out) {
    const below = layer - 1;
    if (below < 0 || p.protocols[below] !== radiotap) return;
    const b = p.bufferOf(below);
    const start = p.start[layer]!;
    const at = (bit: number): number => findRadiotap(p, below, bit);
    const mcs = at(MCS);
    const rate = at(RATE) >= 0 ? b[at(RATE)]! / 2 : mcs >= 0 ? mcsRate(b, mcs) : 0;
    const frequency = at(CHANNEL) >= 0 ? u16le(b, at(CHANNEL)) : 0;
    const phy = mcs >= 0 ? HT : layerOf(rate, frequency);
    const flags = at(FLAGS) >= 0 ? b[at(FLAGS)]! : -1;
    emitPhy(b, start, phy, flags, mcs, out);
    if (rate > 0) out.add(f.rate, start, 0, rate);
    if (frequency > 0) {
      const channel = channelOf(frequency);
      if (channel > 0) out.add(f.channel, start, 0, channel);
      out.add(f.frequency, start, 0, frequency);
    }
    const [signal, noise] = [at(SIGNAL), at(NOISE)];
    if (at(SIGNAL_DB) >= 0) out.add(f.signalDb, start, 0, b[at(SIGNAL_DB)]!);
    if (signal >= 0) out.add(f.signal, start, 0, signed(b[signal]!));
    if (noise >= 0) out.add(f.noise, start, 0, signed(b[noise]!));
    if (signal >= 0 && noise >= 0) out.add(f.signalToNoise, start, 0, signed(b[signal]!) - signed(b[noise]!));
    const timestamp = at(TSFT) >= 0 ? u64le(b, at(TSFT)) : null;
    if (timestamp !== null) out.add(f.timestamp, start, 0, timestamp);
    if (phy === 0 || phy === HT) return;
    const bytes = p.wireLength - (start - p.start[0]!) + (flags < 0 || flags & FCS_AT_END ? 0 : FCS_BYTES);
    const preamble = preambleOf(phy, flags < 0 || (flags & SHORT_PREAMBLE) !== 0);
    emitDuration(start, preamble, preamble + payloadTime(phy, bytes, rate), timestamp, out);
  },
});

const signed = (byte: number): number => (byte << 24) >> 24;

function emitPhy(b: Uint8Array, start: number, phy: number, flags: number, mcs: number, out: Sink): void {
  if (phy === 0) return;
  out.add(f.phy, start, 0, phy);
  if (phy === DSSS && flags >= 0) out.add(f.isShortPreamble, start, 0, (flags & SHORT_PREAMBLE) !== 0);
  else if (phy === OFDM_5_GHZ) out.add(f.turbo, start, 0, 0);
  else if (phy === OFDM_2_GHZ) out.add(f.proprietary, start, 0, 0);
  else if (phy === HT) emitMcs(b[mcs]!, b[mcs + 1]!, b[mcs + 2]!, start, out);
}

/** Radiotap's MCS field: which of its flags are known, the flags, and the index. */
function emitMcs(known: number, flags: number, index: number, start: number, out: Sink): void {
  if (known & 0x02) out.add(f.mcsIndex, start, 0, index);
  if (known & 0x01) out.add(f.bandwidth, start, 0, flags & 3);
  if (known & 0x04) out.add(f.isShortGuard, start, 0, (flags & 0x04) !== 0);
  if (known & 0x08) out.add(f.isGreenfield, start, 0, (flags & 0x08) !== 0);
  if (known & 0x10) out.add(f.fec, start, 0, (flags >> 4) & 1);
  if (known & 0x20) out.add(f.stbc, start, 0, (flags >> 5) & 3);
}

/** `timestamp` is the clock of the receiver at the end of the frame, in microseconds. */
function emitDuration(
  start: number,
  preamble: number,
  duration: number,
  timestamp: bigint | null,
  out: Sink,
): void {
  out.open(f.duration, start, 0, duration);
  out.add(f.preamble, start, 0, preamble);
  if (timestamp !== null) {
    out.add(f.startTime, start, 0, BigInt.asUintN(64, timestamp - BigInt(duration)));
    out.add(f.endTime, start, 0, timestamp);
  }
  out.close();
}

/**
 * Marks of the radio layer, for 802.11: a frame check sequence follows the frame; its header is padded to four bytes.
 */
export const HAS_FCS = 1;
export const IS_PADDED = 2;

/** Dissects the frame at p.at, using the metadata of the pseudo-header. */
export function toRadio(p: Packet, marks: number): Protocol {
  p.mark[p.count - 1] = marks;
  return wlanRadio;
}
