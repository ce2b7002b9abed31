// The list of all readers: to give rules another protocol, add a file here and a line in this list.
import type { ReaderMaker } from '../reader.ts';
import { arpReader } from './arp.ts';
import { dhcpReader } from './dhcp.ts';
import { dnsReader } from './dns.ts';
import { httpReader } from './http.ts';
import { icmp6Reader, icmpReader } from './icmp.ts';
import { ipReader } from './ip.ts';
import { kerberosReader } from './kerberos.ts';
import { loginReaders } from './logins.ts';
import { netlogonReader } from './netlogon.ts';
import { ntpReader } from './ntp.ts';
import { sipReader } from './sip.ts';
import { smb1Reader } from './smb1.ts';
import { snmpReader } from './snmp.ts';
import { sshReader } from './ssh.ts';
import { stpReader } from './stp.ts';
import { stratumReader } from './stratum.ts';
import { tlsReader } from './tls.ts';

export const readers: readonly ReaderMaker[] = [
  arpReader,
  dhcpReader,
  dnsReader,
  httpReader,
  icmpReader,
  icmp6Reader,
  ipReader,
  kerberosReader,
  netlogonReader,
  ntpReader,
  sipReader,
  smb1Reader,
  snmpReader,
  sshReader,
  stpReader,
  stratumReader,
  tlsReader,
  ...loginReaders,
];
