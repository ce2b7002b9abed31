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
import { kerberosLog, kerberosReader } from './kerberos.ts';
import type { LogReader } from './log.ts';
import { modbusLog, modbusReader } from './modbus.ts';
import { mqttConnectLog, mqttPublishLog, mqttReader, mqttSubscribeLog } from './mqtt.ts';
import { noticeLog } from './notice.ts';
import { ntlmLog, ntlmReader } from './ntlm.ts';
import { ntpLog, ntpReader } from './ntp.ts';
import { radiusLog, radiusReader } from './radius.ts';
import { sipLog, sipReader } from './sip.ts';
import { filesOfSmbLog, mappingLog } from './smb.ts';
import { smb1Reader } from './smb1.ts';
import { smb2Reader } from './smb2.ts';
import { smtpLog, smtpReader } from './smtp.ts';
import { snmpLog, snmpReader } from './snmp.ts';
import { sshLog, sshReader } from './ssh.ts';
import { sslLog, sslReaders } from './ssl.ts';
import { syslogLog, syslogReader } from './syslog.ts';
import { tunnelLog } from './tunnel.ts';
import { weirdLog, weirdReader } from './weird.ts';
import { x509Log } from './x509.ts';

export const logReaders: readonly LogReader[] = [
  ...[
    dceRpcReader,
    dhcpReader,
    dnp3Reader,
    dnsReader,
    ftpReader,
    httpReader,
    kerberosReader,
    modbusReader,
    mqttReader,
  ],
  ...[
    ntlmReader,
    ntpReader,
    radiusReader,
    sipReader,
    smb1Reader,
    smb2Reader,
    smtpReader,
    snmpReader,
    sshReader,
    syslogReader,
  ],
  ...sslReaders,
  weirdReader,
];

const kinds: readonly Pick<LogKind<never>, 'path'>[] = [
  ...[
    connLog,
    dceRpcLog,
    dhcpLog,
    dnp3Log,
    dnsLog,
    filesLog,
    ftpLog,
    httpLog,
    kerberosLog,
    modbusLog,
    mqttConnectLog,
  ],
  ...[
    mqttPublishLog,
    mqttSubscribeLog,
    noticeLog,
    ntlmLog,
    ntpLog,
    radiusLog,
    sipLog,
    mappingLog,
    filesOfSmbLog,
    smtpLog,
    snmpLog,
  ],
  ...[sshLog, sslLog, syslogLog, tunnelLog, weirdLog, x509Log],
];

/** What the files may be called, without `.log`. */
export const logPaths: readonly string[] = kinds.map(({ path }) => path);
