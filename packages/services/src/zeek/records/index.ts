// All logs: one of another protocol is a file here, and its line in these lists.
import type { LogKind } from '../write/log-kind.ts';
import { connLog } from './conn.ts';
import { dhcpLog, dhcpReader } from './dhcp.ts';
import { dnsLog, dnsReader } from './dns.ts';
import { filesLog } from './files.ts';
import { httpLog, httpReader } from './http.ts';
import type { LogReader } from './log.ts';
import { mqttConnectLog, mqttPublishLog, mqttReader, mqttSubscribeLog } from './mqtt.ts';
import { noticeLog } from './notice.ts';
import { ntpLog, ntpReader } from './ntp.ts';
import { smtpLog, smtpReader } from './smtp.ts';
import { sshLog, sshReader } from './ssh.ts';
import { sslLog, sslReaders } from './ssl.ts';
import { syslogLog, syslogReader } from './syslog.ts';
import { tunnelLog } from './tunnel.ts';
import { weirdLog, weirdReader } from './weird.ts';
import { x509Log } from './x509.ts';

export const logReaders: readonly LogReader[] = [
  ...[dhcpReader, dnsReader, httpReader, mqttReader, ntpReader, smtpReader, sshReader, syslogReader],
  ...sslReaders,
  weirdReader,
];

const kinds: readonly Pick<LogKind<never>, 'path'>[] = [
  ...[
    connLog,
    dhcpLog,
    dnsLog,
    filesLog,
    httpLog,
    mqttConnectLog,
    mqttPublishLog,
    mqttSubscribeLog,
    noticeLog,
  ],
  ...[ntpLog, smtpLog, sshLog, sslLog, syslogLog, tunnelLog, weirdLog, x509Log],
];

/** What the files may be called, without `.log`. */
export const logPaths: readonly string[] = kinds.map(({ path }) => path);
