// `-z radius,rtd`: how long servers took to answer, as tshark prints it.
import { type Packet, type RadiusDelays, RadiusTimes } from '@eyrie/dissect';
import { fixed } from '../terminal/numbers.ts';
import type { Output } from '../terminal/output.ts';
import { filtered, type Statistic, type StatisticKind } from './statistic.ts';

const RULE = `${'='.repeat(101)}\n`;
const HEADER =
  'Type    | Messages   |    Min RTD    |    Max RTD    |    Avg RTD    | Min in Frame | Max in Frame ' +
  '| Open Requests | Discarded responses | Duplicate requests | Duplicate responses\n';

export const radiusDelays: StatisticKind = {
  name: 'radius,rtd',
  usage: 'radius,rtd[,FILTER]',
  about: 'RADIUS response times, open and repeated requests',
  make: (filter) => filtered('radius,rtd', filter, new DelayTable(filter)),
};

class DelayTable implements Statistic {
  readonly #filter: string;
  readonly #times = new RadiusTimes();

  constructor(filter: string) {
    this.#filter = filter;
  }

  see(p: Packet): void {
    this.#times.add(p);
  }

  print(out: Output): void {
    out.text(`\n${RULE}RADIUS Response Time Delay (RTD) Statistics:\n`);
    out.text(`Filter for statistics: ${this.#filter}\n${HEADER}`);
    for (const each of this.#times.list()) out.text(row(each));
    out.text(RULE);
  }

  data(): RadiusDelays[] {
    return this.#times.list();
  }
}

function row(each: RadiusDelays): string {
  const time = (nanoseconds: number): string => ` ${fixed(nanoseconds / 1e6, 2).padStart(8)} msec |`;
  const number = (value: number): string => ` ${String(value).padStart(11)}  |`;
  const share = (count: number): string =>
    ` ${String(count).padStart(4)} (${fixed((100 * count) / each.answered, 2).padStart(4)}%)`;
  return (
    `${each.name} | ${String(each.answered).padStart(7)}    |` +
    `${time(each.min)}${time(each.max)}${time(each.sum / each.answered)}` +
    `${number(each.minFrame)}${number(each.maxFrame)}${number(each.open)}${number(each.discarded)}` +
    `${share(each.repeatedRequests)} |${share(each.repeatedResponses)}  |\n`
  );
}
