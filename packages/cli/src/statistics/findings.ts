// `-z findings[,LEVEL][,silence=EXPRESSION][,FILTER]`: what intrusion rules find, the most severe first.
import {
  atLeast,
  compileSilence,
  type Finding,
  type RuleSeverity,
  SEVERITIES,
  SilenceError,
} from '@eyrie/detect';
import type { Packet, Session } from '@eyrie/dissect';
import { PacketWatch } from '@eyrie/services/detect';
import { UserError } from '../errors.ts';
import type { Output } from '../terminal/output.ts';
import { filtered, firstAndRest, type Statistic, type StatisticKind } from './statistic.ts';

export const findings: StatisticKind = {
  name: 'findings',
  usage: 'findings[,LEVEL][,silence=EXPRESSION][,FILTER]',
  about: `what intrusion rules find: scans, floods, spoofing, tunnels, guessed passwords …; LEVEL is the minimum severity: ${SEVERITIES.toReversed().join(', ')}; EXPRESSION selects those that are not reported, e.g. rule == port-scan && source == 10.0.0.5`,
  make(args) {
    const [first, rest] = firstAndRest(args);
    const hasLevel = (SEVERITIES as readonly string[]).includes(first);
    const [expression, filter] = silenceIn(hasLevel ? rest : args);
    const least = hasLevel ? (first as RuleSeverity) : 'info';
    return filtered('findings', filter, new FindingsStatistic(least, silencer(expression)));
  },
};

/** `silence=… , FILTER`: a comma within braces belongs to the expression. */
function silenceIn(args: string): [expression: string, filter: string] {
  const match = /^silence=((?:[^,{]|\{[^}]*\})*)(?:,(.*))?$/s.exec(args);
  return match === null ? ['', args] : [match[1]!, match[2] ?? ''];
}

function silencer(expression: string): (finding: Finding) => boolean {
  if (expression === '') return () => false;
  try {
    return compileSilence(expression);
  } catch (error) {
    if (error instanceof SilenceError) throw new UserError(`-z findings: silence ${error.message}`);
    throw error;
  }
}

class FindingsStatistic implements Statistic {
  readonly #least: RuleSeverity;
  readonly #isSilenced: (finding: Finding) => boolean;
  #watch: PacketWatch | null = null;
  #found: Finding[] | null = null;

  constructor(least: RuleSeverity, isSilenced: (finding: Finding) => boolean) {
    this.#least = least;
    this.#isSilenced = isSilenced;
  }

  begin(session: Session): void {
    this.#watch = new PacketWatch(session, { isSilenced: this.#isSilenced });
  }

  see(p: Packet): void {
    this.#watch!.add(p);
  }

  print(out: Output): void {
    const found = this.#list();
    if (found.length === 0) out.text('no findings\n');
    for (const finding of found) out.text(textOf(finding));
    const { silenced } = this.#watch!.engine.findings;
    if (silenced > 0) out.text(`silenced: ${silenced}\n`);
    const { isLearning, progress } = this.#watch!.baseline;
    if (isLearning)
      out.text(
        `the usual behaviour of hosts is not learned yet: ${progress.rows} of the ${progress.needed} host-minutes it takes\n`,
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
