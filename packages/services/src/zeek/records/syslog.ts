// syslog.log: messages sent to a syslog server (https://docs.zeek.org/en/master/logs/syslog.html).
import { type Column, connColumns, type LogKind, type OfConn } from '../write/log-kind.ts';
import { type LogReader, tapOf } from './log.ts';

interface Message extends OfConn {
  readonly facility: number;
  readonly severity: number;
  readonly text: string;
}

/** RFC 5424 §6.2.1, as Zeek writes them. */
const FACILITIES = [
  ...[
    'KERN',
    'USER',
    'MAIL',
    'DAEMON',
    'AUTH',
    'SYSLOG',
    'LPR',
    'NEWS',
    'UUCP',
    'CRON',
    'AUTHPRIV',
    'FTP',
    'NTP',
  ],
  ...[
    'AUDIT',
    'ALERT',
    'CLOCK',
    'LOCAL0',
    'LOCAL1',
    'LOCAL2',
    'LOCAL3',
    'LOCAL4',
    'LOCAL5',
    'LOCAL6',
    'LOCAL7',
  ],
];
const SEVERITIES = ['EMERG', 'ALERT', 'CRIT', 'ERR', 'WARNING', 'NOTICE', 'INFO', 'DEBUG'];

const columns: readonly Column<Message>[] = [
  ...connColumns,
  ['proto', 'enum', ({ conn }) => conn.proto],
  ['facility', 'string', ({ facility }) => FACILITIES[facility] ?? `UNKNOWN-${facility}`],
  ['severity', 'string', ({ severity }) => SEVERITIES[severity]],
  ['message', 'string', ({ text }) => text],
];

export const syslogLog: LogKind<Message> = { path: 'syslog', columns };

export const syslogReader: LogReader = {
  protocols: ['syslog'],
  make(logs) {
    const tap = tapOf(['syslog'], ['syslog.facility', 'syslog.level', 'syslog.msg']);
    return (p, layer, { conn, time }) => {
      tap.take(p, layer);
      if (!tap.has('syslog.level')) return;
      const [facility, severity] = [tap.number('syslog.facility'), tap.number('syslog.level')];
      logs.write(syslogLog, { time, conn, facility, severity, text: tap.text('syslog.msg') });
    };
  },
};
