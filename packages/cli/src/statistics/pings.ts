// `-z icmp,srt` and `-z icmpv6,srt`: how long echo replies took, as tshark prints it.
import { type Packet, Pings } from '@eyrie/dissect';
import { fixed } from '../terminal/numbers.ts';
import type { Output } from '../terminal/output.ts';
import { filtered, type Statistic, type StatisticKind } from './statistic.ts';

const RULE = `${'='.repeat(74)}\n`;
const TITLES = { icmp: 'ICMP', icmpv6: 'ICMPv6' } as const;

export const pings: readonly StatisticKind[] = (['icmp', 'icmpv6'] as const).map((protocol) => ({
  name: `${protocol},srt`,
  usage: `${protocol},srt[,FILTER]`,
  about: `${TITLES[protocol]} echo: requests, replies, response times`,
  make: (filter) => filtered(`${protocol},srt`, filter, new PingStatistic(protocol, filter)),
}));

class PingStatistic implements Statistic {
  readonly #protocol: 'icmp' | 'icmpv6';
  readonly #filter: string;
  readonly #pings: Pings;

  constructor(protocol: 'icmp' | 'icmpv6', filter: string) {
    this.#protocol = protocol;
    this.#filter = filter;
    this.#pings = new Pings(protocol);
  }

  see(p: Packet): void {
    this.#pings.add(p);
  }

  print(out: Output): void {
    const { requests, replies } = this.#pings;
    const { min, max, mean, median, deviation, minFrame, maxFrame } = this.#pings.times();
    const cell = (value: number | string): string => String(value).padEnd(10);
    const lost = requests === 0 ? 0 : ((requests - replies) * 100) / requests;
    out.text(
      `\n${RULE}${TITLES[this.#protocol]} Service Response Time (SRT) Statistics (all times in ms):\n`,
    );
    out.text(`Filter: ${this.#filter || '<none>'}\n\nRequests  Replies   Lost      % Loss\n`);
    out.text(
      `${cell(requests)}${cell(replies)}${cell(requests - replies)}${fixed(lost, 1).padStart(5)}%\n\n`,
    );
    out.text('Minimum   Maximum   Mean      Median    SDeviation     Min Frame Max Frame\n');
    const times = [min, max, mean, median, deviation].map((time) => cell(fixed(time, 3))).join('');
    out.text(`${times}     ${cell(minFrame)}${replies === 0 ? maxFrame : cell(maxFrame)}\n${RULE}`);
  }

  data(): unknown {
    const { requests, replies } = this.#pings;
    return { requests, replies, timesMs: this.#pings.times() };
  }
}
