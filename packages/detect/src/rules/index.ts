// All rules. A new one is a file and a line here; docs/reference/findings.md is generated from them.
import { beacon } from './channels/beacon.ts';
import { dnsExfiltration, dnsTunnel } from './channels/dns-tunnel.ts';
import { icmpTunnel } from './channels/icmp-tunnel.ts';
import { ackFlood } from './floods/ack-flood.ts';
import { dhcpFlood } from './floods/dhcp-flood.ts';
import { httpFlood } from './floods/http-flood.ts';
import { icmpFlood } from './floods/icmp-flood.ts';
import { macFlood } from './floods/mac-flood.ts';
import { queryFlood } from './floods/query-flood.ts';
import { reflection } from './floods/reflection.ts';
import { slowHttp } from './floods/slow-http.ts';
import { synFlood } from './floods/syn-flood.ts';
import { udpFlood } from './floods/udp-flood.ts';
import { addressConflict } from './local/address-conflict.ts';
import { arpSpoof } from './local/arp-spoof.ts';
import { dnsSpoof } from './local/dns-spoof.ts';
import { icmpRedirect } from './local/icmp-redirect.ts';
import { llmnrSpoof } from './local/llmnr-spoof.ts';
import { neighbourSpoof } from './local/neighbour-spoof.ts';
import { newHost } from './local/new-host.ts';
import { rogueBridge } from './local/rogue-bridge.ts';
import { rogueDhcp } from './local/rogue-dhcp.ts';
import { rogueRouter } from './local/rogue-router.ts';
import { bruteForce } from './logins/brute-force.ts';
import { communityGuessing } from './logins/community-guessing.ts';
import { joinGuessing } from './logins/join-guessing.ts';
import { kerberoasting } from './logins/kerberoasting.ts';
import { loginConnections } from './logins/login-connections.ts';
import { passwordSpraying } from './logins/password-spraying.ts';
import { sipGuessing } from './logins/sip-guessing.ts';
import { zerologon } from './logins/zerologon.ts';
import { clearText } from './other/clear-text.ts';
import { cryptoMining } from './other/crypto-mining.ts';
import { eternalblue } from './other/eternalblue.ts';
import { land } from './other/land.ts';
import { ntpMonlist } from './other/ntp-monlist.ts';
import { unusualBehaviour } from './other/unusual-behaviour.ts';
import { wrongPort } from './other/wrong-port.ts';
import type { Rule } from './rule.ts';
import { hostSweep } from './scans/host-sweep.ts';
import { meshScan } from './scans/mesh-scan.ts';
import { portScan } from './scans/port-scan.ts';
import { protocolScan } from './scans/protocol-scan.ts';
import { slowScan } from './scans/slow-scan.ts';
import { sweep } from './scans/sweep.ts';
import { udpScan } from './scans/udp-scan.ts';
import { heartbleed } from './web/heartbleed.ts';
import { tlsCertificate } from './web/tls-certificate.ts';
import { tlsWeak } from './web/tls-weak.ts';
import { webAttack } from './web/web-attack.ts';
import { webScan } from './web/web-scan.ts';

export const RULES: readonly Rule[] = [
  portScan,
  sweep,
  slowScan,
  udpScan,
  protocolScan,
  hostSweep,
  meshScan,
  synFlood,
  ackFlood,
  udpFlood,
  dhcpFlood,
  icmpFlood,
  macFlood,
  httpFlood,
  slowHttp,
  reflection,
  ntpMonlist,
  land,
  queryFlood,
  bruteForce,
  passwordSpraying,
  loginConnections,
  communityGuessing,
  sipGuessing,
  joinGuessing,
  kerberoasting,
  zerologon,
  eternalblue,
  arpSpoof,
  addressConflict,
  rogueDhcp,
  rogueRouter,
  neighbourSpoof,
  rogueBridge,
  icmpRedirect,
  dnsSpoof,
  llmnrSpoof,
  newHost,
  dnsTunnel,
  dnsExfiltration,
  icmpTunnel,
  beacon,
  webAttack,
  webScan,
  heartbleed,
  tlsWeak,
  tlsCertificate,
  clearText,
  cryptoMining,
  wrongPort,
  unusualBehaviour,
];
