// Radio metadata of a frame, from any pseudo-header, as a layer between that and 802.11: Wireshark's "802.11 radio
// information".
import { u16le } from '../../core/bytes.ts';
import { double, int, uint } from '../../core/field.ts';
import type { Packet } from '../../core/packet.ts';
import { type Protocol, protocol } from '../../core/protocol.ts';
import { channelOf, findRadiotap, mcsRate, radiotap } from './radiotap.ts';
import { wlan } from './wlan.ts';

const f = {
  rate: double('wlan_radio.data_rate', 'Data rate (Mb/s)'),
  channel: uint('wlan_radio.channel', 'Channel'),
  frequency: uint('wlan_radio.frequency', 'Frequency (MHz)'),
  signalDb: uint('wlan_radio.signal_db', 'Signal strength (dB)'),
  signal: int('wlan_radio.signal_dbm', 'Signal strength (dBm)'),
  noise: int('wlan_radio.noise_dbm', 'Noise level (dBm)'),
};

/** Bit numbers of radiotap's fields. */
const RATE = 2;
const CHANNEL = 3;
const SIGNAL = 5;
const NOISE = 6;
const SIGNAL_DB = 12;
const MCS = 19;

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
    if (at(RATE) >= 0) out.add(f.rate, start, 0, b[at(RATE)]! / 2);
    else if (at(MCS) >= 0 && mcsRate(b, at(MCS)) > 0) out.add(f.rate, start, 0, mcsRate(b, at(MCS)));
    if (at(CHANNEL) >= 0) {
      const frequency = u16le(b, at(CHANNEL));
      const channel = channelOf(frequency);
      if (channel > 0) out.add(f.channel, start, 0, channel);
      out.add(f.frequency, start, 0, frequency);
    }
    if (at(SIGNAL_DB) >= 0) out.add(f.signalDb, start, 0, b[at(SIGNAL_DB)]!);
    if (at(SIGNAL) >= 0) out.add(f.signal, start, 0, (b[at(SIGNAL)]! << 24) >> 24);
    if (at(NOISE) >= 0) out.add(f.noise, start, 0, (b[at(NOISE)]! << 24) >> 24);
  },
});

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
