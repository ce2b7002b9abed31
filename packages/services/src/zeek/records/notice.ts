// notice.log: what the intrusion rules found (https://docs.zeek.org/en/master/logs/weird-and-notice.html).
import { isIP } from 'node:net';
import type { FindingRow } from '@eyrie/store';
import { endpointIn, isOfRule, type RuleFinding } from '../../alerts/index.ts';
import type { RowSink } from '../write/log-files.ts';
import type { LogKind } from '../write/log-kind.ts';

/** Seconds for which a notice is suppressed; those of rules are logged once. */
const SUPPRESSED_S = 3600;

export const noticeLog: LogKind<RuleFinding> = {
  path: 'notice',
  columns: [
    ['ts', 'time', ({ time }) => time],
    ['uid', 'string', () => null],
    ['id.orig_h', 'addr', () => null],
    ['id.orig_p', 'port', () => null],
    ['id.resp_h', 'addr', () => null],
    ['id.resp_p', 'port', () => null],
    ['fuid', 'string', () => null],
    ['file_mime_type', 'string', () => null],
    ['file_desc', 'string', () => null],
    ['proto', 'enum', () => null],
    ['note', 'enum', ({ detail }) => noteOf(detail.rule)],
    ['msg', 'string', ({ detail }) => detail.summary],
    ['sub', 'string', subOf],
    ['src', 'addr', ({ address }) => (address !== null && isIP(address) !== 0 ? address : null)],
    ['dst', 'addr', ({ detail }) => endpointIn(detail.target)?.ip],
    ['p', 'port', ({ detail }) => endpointIn(detail.target)?.port],
    ['n', 'count', ({ count }) => count],
    ['peer_descr', 'string', () => 'eyrie'],
    ['actions', 'set[enum]', () => ['Notice::ACTION_LOG']],
    ['email_dest', 'set[string]', () => []],
    ['suppress_for', 'interval', () => SUPPRESSED_S],
    ['remote_location.country_code', 'string', () => null],
    ['remote_location.region', 'string', () => null],
    ['remote_location.city', 'string', () => null],
    ['remote_location.latitude', 'double', () => null],
    ['remote_location.longitude', 'double', () => null],
  ],
};

/** Findings of rules only; expert information is in weird.log. */
export function writeNotices(sink: RowSink, findings: readonly FindingRow[]): void {
  for (const finding of findings) if (isOfRule(finding)) sink.write(noticeLog, finding);
}

/** `port-scan` is `Eyrie::Port_Scan`, as Zeek names its own. */
function noteOf(rule: string): string {
  return `Eyrie::${rule.replace(/(^|-)(\w)/g, (_, dash: string, letter: string) => `${dash === '' ? '' : '_'}${letter.toUpperCase()}`)}`;
}

/** Its severity, and the technique of ATT&CK. */
function subOf({ detail: { severity, technique } }: RuleFinding): string {
  return technique === null ? severity : `${severity}, ${technique.id} ${technique.name}`;
}
