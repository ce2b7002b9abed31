// All logs: one of another protocol is a file here, and its line in these lists.
import type { LogKind } from '../write/log-kind.ts';
import { connLog } from './conn.ts';
import { dceRpcLog, dceRpcReader } from './dce-rpc.ts';
import { dhcpLog, dhcpReader } from './dhcp.ts';
import { dnp3Log, dnp3Reader } from './dnp3.ts';
import { dnsLog, dnsReader } from './dns.ts';
import { filesLog } from './files.ts';
import { ftpLog, ftpReader } from './ftp.ts';
import { httpLog, httpReader } from './http.ts';
import { ircLog, ircReader } from './irc.ts';
import { kerberosLog, kerberosReader } from './kerberos.ts';
import { knownHostsLog, knownServicesLog } from './known.ts';
import { ldapLog, ldapReader, ldapSearchLog } from './ldap.ts';
import type { LogReader } from './log.ts';
import { modbusLog, modbusReader } from './modbus.ts';
import { mqttConnectLog, mqttPublishLog, mqttReader, mqttSubscribeLog } from './mqtt.ts';
import { mysqlLog, mysqlReader } from './mysql.ts';
import { noticeLog } from './notice.ts';
import { ntlmLog, ntlmReader } from './ntlm.ts';
import { ntpLog, ntpReader } from './ntp.ts';
import { quicLog, quicReader } from './quic.ts';
import { radiusLog, radiusReader } from './radius.ts';
import { rdpLog, rdpReader } from './rdp.ts';
import { rfbLog, rfbReader } from './rfb.ts';
import { sipLog, sipReader } from './sip.ts';
import { filesOfSmbLog, mappingLog } from './smb.ts';
import { smbContentsReader } from './smb-contents.ts';
import { smb1Reader } from './smb1.ts';
import { smb2Reader } from './smb2.ts';
import { smtpLog, smtpReader } from './smtp.ts';
import { snmpLog, snmpReader } from './snmp.ts';
import { socksLog, socksReader } from './socks.ts';
import { softwareLog } from './software.ts';
import { sshLog, sshReader } from './ssh.ts';
import { sslLog, sslReaders } from './ssl.ts';
import { syslogLog, syslogReader } from './syslog.ts';
import { tunnelLog } from './tunnel.ts';
import { weirdLog, weirdReader } from './weird.ts';
import { x509Log } from './x509.ts';

export const logReaders: readonly LogReader[] = [
  dceRpcReader,
  dhcpReader,
  dnp3Reader,
  dnsReader,
  ftpReader,
  httpReader,
  ircReader,
  kerberosReader,
  ldapReader,
  modbusReader,
  mqttReader,
  mysqlReader,
  ntlmReader,
  ntpReader,
  quicReader,
  radiusReader,
  rdpReader,
  rfbReader,
  sipReader,
  smb1Reader,
  smb2Reader,
  smbContentsReader,
  smtpReader,
  snmpReader,
  socksReader,
  sshReader,
  ...sslReaders,
  syslogReader,
  weirdReader,
];

const kinds: readonly Pick<LogKind<never>, 'path'>[] = [
  connLog,
  dceRpcLog,
  dhcpLog,
  dnp3Log,
  dnsLog,
  filesLog,
  filesOfSmbLog,
  ftpLog,
  httpLog,
  ircLog,
  kerberosLog,
  knownHostsLog,
  knownServicesLog,
  ldapLog,
  ldapSearchLog,
  mappingLog,
  modbusLog,
  mqttConnectLog,
  mqttPublishLog,
  mqttSubscribeLog,
  mysqlLog,
  noticeLog,
  ntlmLog,
  ntpLog,
  quicLog,
  radiusLog,
  rdpLog,
  rfbLog,
  sipLog,
  smtpLog,
  snmpLog,
  socksLog,
  softwareLog,
  sshLog,
  sslLog,
  syslogLog,
  tunnelLog,
  weirdLog,
  x509Log,
];

/** What the files may be called, without `.log`. */
export const logPaths: readonly string[] = kinds.map(({ path }) => path);
