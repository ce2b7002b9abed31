// Attaches expert information to protocols that do not define their own.
import type { Protocol } from '../core/protocol.ts';
import { protocols } from '../protocols/index.ts';
import { dnsExpert, httpExpert, malformedExpert, tftpExpert, wireguardExpert } from './applications.ts';
import { ipExpert, ipv6Expert, udpExpert } from './network.ts';
import { tcpExpert } from './tcp.ts';

const experts: Readonly<Record<string, Protocol['expert']>> = {
  '_ws.malformed': malformedExpert,
  dns: dnsExpert,
  http: httpExpert,
  ip: ipExpert,
  ipv6: ipv6Expert,
  llmnr: dnsExpert,
  mdns: dnsExpert,
  ssdp: httpExpert,
  tcp: tcpExpert,
  tftp: tftpExpert,
  udp: udpExpert,
  wg: wireguardExpert,
};

for (const made of protocols) made.expert ??= experts[made.name] ?? null;
