// What the intrusion rules say of packets, as rows for the store: each finding when it is new, and how often it came since.
import type { Finding } from '@eyrie/detect';
import type { Packet, Session, Severity } from '@eyrie/dissect';
import type { FindingRow } from '@eyrie/store';
import { PacketWatch } from '../detect/index.ts';

/** As the store grades what the expert says. */
const SEVERITY: Readonly<Record<Finding['severity'], Severity>> = {
  info: 'chat',
  low: 'note',
  medium: 'warn',
  high: 'error',
  critical: 'error',
};

export class Rules {
  readonly #watch: PacketWatch;
  /** Counts that were told, by finding. */
  readonly #told = new WeakMap<Finding, number>();

  /** Before the first packet of the session. */
  constructor(session: Session, idleSeconds?: number) {
    this.#watch = new PacketWatch(session, idleSeconds === undefined ? {} : { idleSeconds });
  }

  add(p: Packet): void {
    this.#watch.add(p);
  }

  /** Seconds since 1970, for when no packets come. */
  advance(now: number): void {
    this.#watch.advance(now);
  }

  end(): void {
    this.#watch.end();
  }

  /** All since the last call. */
  take(): FindingRow[] {
    const rows: FindingRow[] = [];
    for (const finding of this.#watch.list()) {
      const count = finding.count - (this.#told.get(finding) ?? 0);
      if (count === 0) continue;
      this.#told.set(finding, finding.count);
      rows.push(rowOf(finding, count));
    }
    return rows;
  }
}

function rowOf(finding: Finding, count: number): FindingRow {
  const { severity, title, technique, source, target, evidence, start, end } = finding;
  return {
    finder: 'rule',
    severity: SEVERITY[severity],
    group: title,
    protocol: '',
    // Without what grows from batch to batch: equal rows are one in the store.
    message: `${title}${technique === null ? '' : ` (${technique.id})`}: ${source}${target === '' ? '' : ` → ${target}`}`,
    address: source === '' ? null : source,
    count,
    frame: evidence.frames[0] ?? null,
    time: start,
    last: end,
    detail: {
      rule: finding.rule,
      severity,
      confidence: finding.confidence,
      target,
      summary: finding.summary,
      technique,
      advice: finding.advice,
      frames: [...evidence.frames],
      streams: [...evidence.streams],
    },
  };
}
