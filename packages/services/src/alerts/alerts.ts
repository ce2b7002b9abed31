// Reports findings to people and programs once they are stored: each once, and again if its severity rises or it recurs.
import { type RuleSeverity, SEVERITIES } from '@eyrie/detect';
import type { FindingRow } from '@eyrie/store';
import type { Log } from '../log/index.ts';
import { findingToEcs, isOfRule, type RuleFinding } from './ecs.ts';
import { Syslog, type SyslogLine } from './syslog.ts';
import { Webhook } from './webhook.ts';

export interface AlertsOptions {
  /** The least severity that is reported. */
  readonly severity: RuleSeverity;
  /** What people see of it. */
  readonly log: Log;
  /** `findings.log`: a line of JSON each; null: none is kept. */
  readonly file: Log | null;
  /** HOST:PORT; empty: none. */
  readonly syslog: string;
  /** An address of http or https; empty: none. */
  readonly webhook: string;
}

/** Findings remembered as reported; beyond it the oldest is evicted, and may be reported again. */
const SENT_MAX = 10_000;

const SYSLOG_SEVERITY: Readonly<Record<RuleSeverity, SyslogLine['severity']>> = {
  info: 'informational',
  low: 'notice',
  medium: 'warning',
  high: 'error',
  critical: 'critical',
};

export class Alerts {
  readonly #options: AlertsOptions;
  readonly #syslog: Syslog | null;
  readonly #webhook: Webhook | null;
  /** The reported severity, by capture and finding. */
  readonly #sent = new Map<string, number>();

  constructor(options: AlertsOptions) {
    const { syslog, webhook, log } = options;
    this.#options = options;
    this.#syslog =
      syslog === ''
        ? null
        : new Syslog(syslog, 'eyrie', (trouble) =>
            log.warn(`findings cannot be sent to the syslog server: ${trouble}`),
          );
    this.#webhook =
      webhook === ''
        ? null
        : new Webhook(webhook, (trouble) => {
            if (trouble === null) log.info('the webhook takes findings again');
            else log.warn(`findings cannot be posted to the webhook: ${trouble}`);
          });
  }

  /** @param capture its name */
  send(findings: readonly FindingRow[], capture: string): void {
    for (const finding of findings) {
      if (isOfRule(finding) && this.#isNew(finding, capture)) this.#sendOne(finding, capture);
    }
  }

  async close(): Promise<void> {
    await Promise.all([this.#syslog?.close(), this.#webhook?.close()]);
  }

  #isNew({ message, detail }: RuleFinding, capture: string): boolean {
    const grade = SEVERITIES.indexOf(detail.severity);
    if (grade < SEVERITIES.indexOf(this.#options.severity)) return false;
    const key = `${capture} ${message}`;
    if ((this.#sent.get(key) ?? -1) >= grade) return false;
    this.#sent.delete(key);
    if (this.#sent.size >= SENT_MAX) this.#sent.delete(this.#sent.keys().next().value!);
    this.#sent.set(key, grade);
    return true;
  }

  #sendOne(finding: RuleFinding, capture: string): void {
    const { group, detail } = finding;
    const { severity } = detail;
    const text = `${severity}: ${group}: ${detail.summary}`;
    const event = findingToEcs(finding, capture);
    this.#options.log.warn(text, { rule: detail.rule });
    this.#options.file?.warn(text, event);
    this.#syslog?.send({ severity: SYSLOG_SEVERITY[severity], time: Date.now(), kind: detail.rule, text });
    this.#webhook?.send(event);
  }
}
