// `-z expert[,LEVEL][,FILTER]`: expert information, the most severe first, as tshark prints it.
import type { CaptureBytes } from '@eyrie/capture';
import { ExpertFindings, type Packet, type PacketComment, type Session, type Severity } from '@eyrie/dissect';
import type { Output } from '../terminal/output.ts';
import { filtered, firstAndRest, type Statistic, type StatisticKind } from './statistic.ts';

/** The most severe first, with the words above their lists. */
const LEVELS: readonly (readonly [Severity, string])[] = [
  ['error', 'Errors'],
  ['warn', 'Warns'],
  ['note', 'Notes'],
  ['chat', 'Chats'],
  ['comment', 'Comments'],
];

export const expert: StatisticKind = {
  name: 'expert',
  usage: 'expert[,LEVEL][,FILTER]',
  about: `expert information; LEVEL is the minimum severity: ${LEVELS.map(([level]) => level).join(', ')}`,
  make(args) {
    const [first, rest] = firstAndRest(args);
    const level = LEVELS.findIndex(([name]) => name === first);
    const filter = level < 0 ? args : rest;
    return filtered('expert', filter, new Expert(level < 0 ? LEVELS.length - 1 : level));
  },
};

class Expert implements Statistic {
  /** How many of the levels are shown, less one. */
  readonly #last: number;
  readonly #findings = new ExpertFindings();
  /** Those of the file so far, and how many of them were seen. */
  #comments: readonly PacketComment[] = [];
  #comment = 0;

  constructor(last: number) {
    this.#last = last;
  }

  begin(_: Session, source: CaptureBytes): void {
    this.#comments = source.reader.comments;
  }

  see(p: Packet): void {
    this.#findings.add(p);
    for (; this.#comment < this.#comments.length; this.#comment++)
      this.#findings.addComment(p.number, this.#comments[this.#comment]!.text);
  }

  print(out: Output): void {
    const all = this.#findings.list();
    for (const [severity, title] of LEVELS.slice(0, this.#last + 1)) {
      const found = all.filter((each) => each.severity === severity);
      if (found.length === 0) continue;
      const total = found.reduce((sum, { count }) => sum + count, 0);
      out.text(`\n${title} (${total})\n=============\n`);
      out.text('   Frequency      Group           Protocol  Summary\n');
      for (const { count, group, protocol, message } of found)
        out.text(
          `${String(count).padStart(12)} ${group.padStart(10)} ${protocol.padStart(18)}  ${message}\n`,
        );
    }
  }

  data(): unknown {
    const shown = LEVELS.slice(0, this.#last + 1).map(([severity]) => severity);
    return this.#findings.list().filter(({ severity }) => shown.includes(severity));
  }
}
