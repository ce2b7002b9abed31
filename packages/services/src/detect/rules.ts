// Findings of the intrusion rules as rows for the store: each when it is new, and then the number of its recurrences.
import { isIP } from 'node:net';
import { compileSilence, type Finding } from '@eyrie/detect';
import type { Packet, Session, Severity } from '@eyrie/dissect';
import type { FindingRow } from '@eyrie/store';
import { FINDING_TEXT_MAX } from '../bus/schemas.ts';
import { PacketWatch } from './packet-watch.ts';

/** Severities on the store's scale, which is that of expert information. */
const SEVERITY: Readonly<Record<Finding['severity'], Severity>> = {
  info: 'chat',
  low: 'note',
  medium: 'warn',
  high: 'error',
  critical: 'error',
};

/** In live traffic, a recurrence after this many seconds is a new finding, which is not hidden in an old one. */
const QUIET_S = 3600;

export interface RulesOptions {
  readonly idleSeconds?: number | undefined;
  /** Whether packets come now. Default false. */
  readonly isLive?: boolean | undefined;
  /** Which findings are not made, as an expression; empty: none. */
  readonly silence?: string | undefined;
}

export class Rules {
  readonly #watch: PacketWatch;
  /** The reported state of a finding: its count, and the message that identifies its rows. */
  readonly #reported = new WeakMap<Finding, { readonly count: number; readonly message: string }>();

  /** Before the first packet of the session. @throws SilenceError */
  constructor(session: Session, { idleSeconds, isLive = false, silence = '' }: RulesOptions = {}) {
    this.#watch = new PacketWatch(session, {
      ...(idleSeconds === undefined ? {} : { idleSeconds }),
      ...(isLive ? { quietS: QUIET_S } : {}),
      ...(silence === '' ? {} : { isSilenced: compileSilence(silence) }),
    });
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
    for (const finding of this.#watch.takeChanged()) {
      const reported = this.#reported.get(finding);
      const count = finding.count - (reported?.count ?? 0);
      const message = reported?.message ?? messageOf(finding);
      this.#reported.set(finding, { count: finding.count, message });
      rows.push(rowOf(finding, count, message));
    }
    return rows;
  }
}

/** Equal ones are one in the store: so it stays as it was first, though its target be `217 addresses` and then 255. */
function messageOf({ title, technique, source, target, againAt }: Finding): string {
  const kind = technique === null ? '' : ` (${technique.id})`;
  const at = target === '' ? '' : ` → ${target}`;
  const again =
    againAt === undefined ? '' : ` (again, ${new Date(1000 * againAt).toISOString().slice(0, 16)}Z)`;
  return cut('message', `${title}${kind}: ${source}${at}${again}`);
}

function rowOf(finding: Finding, count: number, message: string): FindingRow {
  const { severity, title, technique, source, target, evidence, start, end } = finding;
  return {
    finder: 'rule',
    severity: SEVERITY[severity],
    group: title,
    protocol: '',
    message,
    address: addressIn(source),
    count,
    frame: evidence.frames[0] ?? null,
    time: start,
    last: end,
    detail: {
      rule: finding.rule,
      severity,
      confidence: finding.confidence,
      target: cut('target', target),
      summary: cut('summary', finding.summary),
      technique,
      advice: cut('advice', finding.advice),
      frames: [...evidence.frames],
      streams: [...evidence.streams],
    },
  };
}

/** Truncates untrusted names and lists to the length that the persistor accepts. */
function cut(what: keyof typeof FINDING_TEXT_MAX, text: string): string {
  const most = FINDING_TEXT_MAX[what];
  return text.length <= most ? text : `${text.slice(0, most - 1).toWellFormed()}…`;
}

const ETHERNET = /^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/i;

/** Of `192.0.2.1 (02:00:5e:00:53:01)` the first; null of `5 DNS servers`. */
function addressIn(source: string): string | null {
  const [word = ''] = source.split(' ');
  return isIP(word) !== 0 || ETHERNET.test(word) ? word : null;
}
