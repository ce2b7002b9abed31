// `-z rtp,streams`: streams of RTP with loss and jitter, as tshark lists them.
import { type Packet, type RtpStream, RtpStreams } from '@eyrie/dissect';
import { fixed } from '../terminal/numbers.ts';
import type { Output } from '../terminal/output.ts';
import { filtered, type Statistic, type StatisticKind } from './statistic.ts';

export const rtpStreams: StatisticKind = {
  name: 'rtp,streams',
  usage: 'rtp,streams[,FILTER]',
  about: 'streams of RTP: packets, loss, jitter',
  make: (filter) => filtered('rtp,streams', filter, new Rtp()),
};

const WIDTHS = [13, 13, 15, 5, 15, 5, 10, 16, 5, 12, 15, 15, 15, 15, 15, 15] as const;
const TITLES = [
  'Start time',
  'End time',
  'Src IP addr',
  'Port',
  'Dest IP addr',
  'Port',
  'SSRC',
  'Payload',
  'Pkts',
  'Lost',
  'Min Delta(ms)',
  'Mean Delta(ms)',
  'Max Delta(ms)',
  'Min Jitter(ms)',
  'Mean Jitter(ms)',
  'Max Jitter(ms)',
];

class Rtp implements Statistic {
  readonly #streams = new RtpStreams();

  see(p: Packet): void {
    this.#streams.add(p);
  }

  print(out: Output): void {
    out.text(`========================= RTP Streams ========================\n`);
    out.text(`${TITLES.map((title, i) => title.padStart(WIDTHS[i]!)).join(' ')} Problems?\n`);
    for (const stream of this.#streams.list()) out.text(line(stream));
    out.text(`==============================================================\n`);
  }

  data(): unknown {
    return this.#streams.list().map((s) => ({ ...plain(s), lost: s.expected - s.packets }));
  }
}

function plain(s: RtpStream): Partial<RtpStream> {
  const { source, sourcePort, destination, destinationPort, ssrc, payloads, start, end, packets } = s;
  const { minDelta, meanDelta, maxDelta, minJitter, meanJitter, maxJitter, hasProblem } = s;
  const ends = { source, sourcePort, destination, destinationPort, ssrc, payloads, start, end, packets };
  return { ...ends, minDelta, meanDelta, maxDelta, minJitter, meanJitter, maxJitter, hasProblem };
}

function line(s: RtpStream): string {
  const lost = s.expected - s.packets;
  const percent = s.expected === 0 ? 0 : (lost * 100) / s.expected;
  const times = [s.minDelta, s.meanDelta, s.maxDelta, s.minJitter, s.meanJitter, s.maxJitter];
  const cells = [
    fixed(s.start, 6).padStart(13),
    fixed(s.end, 6).padStart(13),
    s.source.padStart(15),
    String(s.sourcePort).padStart(5),
    s.destination.padStart(15),
    String(s.destinationPort).padStart(5),
    `0x${s.ssrc.toString(16).toUpperCase().padStart(8, '0')}`,
    s.payloads.join(', ').padStart(16),
    String(s.packets).padStart(5),
    `${String(lost).padStart(5)} (${fixed(percent, 1)}%)`,
    ...times.map((time) => fixed(time, 3).padStart(15)),
    s.hasProblem ? 'X' : '',
  ];
  return `${cells.join(' ')}\n`;
}
