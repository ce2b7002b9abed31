// `-z findings[,LEVEL][,FILTER]`: what intrusion rules find, the gravest first.
import { atLeast, type Finding, type RuleSeverity, SEVERITIES } from '@eyrie/detect';
import type { Packet, Session } from '@eyrie/dissect';
import { PacketWatch } from '@eyrie/services/detect';
import type { Output } from '../terminal/output.ts';
import { filtered, firstAndRest, type Statistic, type StatisticKind } from './statistic.ts';

export const findings: StatisticKind = {
  name: 'findings',
  usage: 'findings[,LEVEL][,FILTER]',
  about: `what intrusion rules find: scans, floods, spoofing, tunnels, guessed passwords …; LEVEL leaves out what is less grave: ${SEVERITIES.toReversed().join(', ')}`,
  make(args) {
    const [first, rest] = firstAndRest(args);
    const isLevel = (SEVERITIES as readonly string[]).includes(first);
    return filtered(
      'findings',
      isLevel ? rest : args,
      new FindingsStatistic(isLevel ? (first as RuleSeverity) : 'info'),
    );
  },
};

class FindingsStatistic implements Statistic {
  readonly #least: RuleSeverity;
  #watch: PacketWatch | null = null;
  #found: Finding[] | null = null;

  constructor(least: RuleSeverity) {
    this.#least = least;
  }

  begin(session: Session): void {
    this.#watch = new PacketWatch(session);
  }

  see(p: Packet): void {
    this.#watch!.add(p);
  }

  print(out: Output): void {
    const found = this.#list();
    if (found.length === 0) out.text('no findings\n');
    for (const finding of found) out.text(textOf(finding));
    const { isLearning, progress } = this.#watch!.baseline;
    if (isLearning)
      out.text(
        `what hosts usually do is not learnt yet: ${progress.rows} of ${progress.needed} minutes of hosts seen\n`,
      );
  }

  data(): readonly Finding[] {
    return this.#list();
  }

  #list(): Finding[] {
    this.#found ??= this.#watch?.end() ?? [];
    return this.#found.filter(({ severity }) => atLeast(severity, this.#least));
  }
}

function textOf({
  severity,
  title,
  summary,
  technique,
  evidence,
  advice,
  start,
  confidence,
}: Finding): string {
  const frames = evidence.frames.length > 0 ? `packets ${evidence.frames.join(' ')}` : '';
  const streams = evidence.streams.length > 0 ? `conversations ${evidence.streams.join(' ')}` : '';
  const where = [frames, streams].filter((part) => part !== '').join('; ');
  return [
    `${severity.toUpperCase().padEnd(8)} ${title}: ${summary}`,
    `         ${new Date(start * 1000).toISOString()}  confidence ${confidence.toFixed(2)}${technique === null ? '' : `  ${technique.id} ${technique.name}`}`,
    ...(where === '' ? [] : [`         ${where}`]),
    `         ${advice}`,
    '',
  ]
    .map((line) => `${line}\n`)
    .join('');
}
