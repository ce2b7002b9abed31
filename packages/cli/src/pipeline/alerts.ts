// Alerts for findings as they are stored, and silencing, as configured in [findings] of eyrie.toml.
import { compileSilence, type RuleSeverity, SilenceError } from '@eyrie/detect';
import { Alerts, isSyslogTarget, isWebhookAddress } from '@eyrie/services/alerts';
import type { Config } from '@eyrie/services/config';
import type { Log } from '@eyrie/services/log';
import { BAD_USAGE, UserError } from '../errors.ts';
import { findingsLog } from './settings.ts';

/** Null if addresses are stored as pseudonyms, which findings would disclose. @throws UserError */
export function alertsFrom(config: Config, log: Log): Alerts | null {
  const { tell, syslog, webhook } = config.findings;
  if (syslog !== '' && !isSyslogTarget(syslog))
    throw new UserError(`[findings] syslog = "${syslog}": write HOST:PORT`, BAD_USAGE);
  if (webhook !== '' && !isWebhookAddress(webhook))
    throw new UserError('[findings] webhook: write an http or https address, without a user', BAD_USAGE);
  if (config.store.pseudonym_key !== '') return null;
  const severity = tell as RuleSeverity;
  return new Alerts({ severity, log, file: findingsLog(config), syslog, webhook });
}

/** Compiles the silence expression. @throws UserError */
export function silenceFrom({ findings: { silence } }: Config): string {
  try {
    if (silence !== '') compileSilence(silence);
    return silence;
  } catch (error) {
    if (error instanceof SilenceError) throw new UserError(`[findings] silence: ${error.message}`, BAD_USAGE);
    throw error;
  }
}
