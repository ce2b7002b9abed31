// TaZmen Sniffer Protocol: captured packets forwarded to an analyser (https://web.archive.org/web/20050404125022/
// http://www.networkchemistry.com/support/appnotes/an001_tzsp.html).
import { u16 } from '../../core/bytes.ts';
import { data } from '../../core/data.ts';
import { ether, int, uint } from '../../core/field.ts';
import { protocol } from '../../core/protocol.ts';
import { linkTypes, udpPorts } from '../../core/table.ts';

const PORT = 0x9090;
const HEADER = 4;
const CARRIES_MAX = 1;
const PAD = 0;
const END = 1;

const typeNames = {
  0: 'Received packet',
  1: 'Packet for transmit',
  3: 'Configuration',
  4: 'Keepalive',
  5: 'Port opener',
};

/** Names and link types of the encapsulations. */
const encapsulations: Readonly<Record<number, readonly [string, number]>> = {
  1: ['Ethernet', 1],
  2: ['Token Ring', 6],
  3: ['SLIP', 8],
  4: ['PPP', 9],
  5: ['FDDI', 10],
  7: ['Raw IP', 101],
  18: ['IEEE 802.11', 105],
  119: ['IEEE 802.11 with Prism headers', 119],
  126: ['IEEE 802.11 with radiotap headers', 127],
  127: ['IEEE 802.11 with AVS headers', 163],
};

const optionNames = {
  0: 'Pad',
  1: 'End',
  10: 'Signal',
  11: 'Silence',
  12: 'Rate',
  13: 'Time',
  18: 'Channel',
  40: 'packet ID',
  41: 'Original Length',
  60: 'Sensor MAC',
};

const f = {
  version: uint('tzsp.version', 'Version').at(0, 1),
  type: uint('tzsp.type', 'Type').at(1, 1).named(typeNames),
  encapsulation: uint('tzsp.encap', 'Encapsulation').at(2, 2).named(encapsulationName),
  tag: uint('tzsp.option_tag', 'Option Tag').named(optionNames),
  length: uint('tzsp.option_length', 'Option Length'),
  signal: int('tzsp.wlan.signal', 'Signal'),
  silence: int('tzsp.wlan.silence', 'Silence'),
  rate: uint('tzsp.wlan.rate', 'Rate'),
  channel: uint('tzsp.wlan.channel', 'Channel'),
  packet: uint('tzsp.packet_id', 'Packet Id'),
  originalLength: int('tzsp.original_length', 'Original Length'),
  sensor: ether('tzsp.sensormac', 'Sensor Address'),
};

const optionFields: Readonly<Record<number, readonly [(typeof f)['tag'], number]>> = {
  10: [f.signal, 1],
  11: [f.silence, 1],
  12: [f.rate, 1],
  18: [f.channel, 1],
  40: [f.packet, 4],
  41: [f.originalLength, 2],
  60: [f.sensor, 6],
};

function encapsulationName(number: number): string | undefined {
  return encapsulations[number]?.[0];
}

export const tzsp = protocol({
  name: 'tzsp',
  title: 'TZSP',
  column: 'TZSP',
  fields: f,
  on: [[udpPorts, PORT]],
  step(p) {
    const b = p.buf;
    const start = p.at;
    if (p.end - start < HEADER) return p.cut(HEADER);
    if (b[start + 1]! > CARRIES_MAX) return null;
    for (p.at = start + HEADER; ; ) {
      if (p.at >= p.end) return p.cut(1);
      const tag = b[p.at]!;
      if (tag === PAD || tag === END) p.at++;
      else if (p.at + 2 > p.end) return p.cut(2);
      else p.at += 2 + b[p.at + 1]!;
      if (tag === END) break;
    }
    const link = encapsulations[u16(b, start + 2)];
    return p.at < p.end ? ((link && linkTypes.get(link[1])) ?? data) : null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const end = Math.min(p.stop[layer]!, p.payload[layer]!);
    out.fixed(f.version);
    out.fixed(f.type);
    out.fixed(f.encapsulation);
    for (let at = p.start[layer]! + HEADER; at < end; ) {
      const tag = b[at]!;
      out.add(f.tag, at, 1);
      if (tag === END) return;
      if (tag === PAD || at + 2 > end) {
        at++;
        continue;
      }
      const length = b[at + 1]!;
      out.add(f.length, at + 1, 1);
      const known = optionFields[tag];
      if (known !== undefined && known[1] === length && at + 2 + length <= end)
        out.add(known[0], at + 2, length);
      at += 2 + length;
    }
  },
  info(p, layer) {
    const start = p.start[layer]!;
    if (p.stop[layer]! - start < HEADER) return null;
    const number = u16(p.bufferOf(layer), start + 2);
    return encapsulationName(number) ?? `Unknown (${number})`;
  },
});
