// Table of all protocols. A new one is a file beside this one and a line here. Heuristics are tried in this order, and
// later entries replace earlier ones for the same port.
import { data } from '../core/data.ts';
import { expertInfo } from '../core/expert.ts';
import { malformed, short } from '../core/malformed.ts';
import { register } from '../core/protocol.ts';
import { ah } from './ah.ts';
import { appProtocols } from './apps/index.ts';
import { bgp } from './bgp/bgp.ts';
import { cotp } from './cotp.ts';
import { dccp } from './dccp.ts';
import { dhcp } from './dhcp.ts';
import { dns, llmnr, mdns } from './dns.ts';
import { esp } from './esp.ts';
import { etherip } from './etherip.ts';
import { frame } from './frame.ts';
import { ftpProtocols } from './ftp/index.ts';
import { gre } from './gre.ts';
import { gtp, gtpPrime } from './gtp/gtp.ts';
import { gtpv2 } from './gtp/gtpv2.ts';
import { hip, shim6 } from './hip.ts';
import { httpProtocols } from './http/index.ts';
import { icmp } from './icmp.ts';
import { icmpv6 } from './icmpv6.ts';
import { dvmrp, igmp, rgmp } from './igmp.ts';
import { industrialProtocols } from './industrial.ts';
import { ip } from './ip.ts';
import { ipcomp } from './ipcomp.ts';
import { ipv6 } from './ipv6.ts';
import { fragmentHeader } from './ipv6-extensions.ts';
import { destinationOptions, hopByHop } from './ipv6-options.ts';
import { routing } from './ipv6-routing.ts';
import { journal } from './journal.ts';
import { linkProtocols } from './link/index.ts';
import { mailProtocols } from './mail/index.ts';
import { mediaProtocols } from './media/index.ts';
import { mipv6 } from './mipv6.ts';
import { mptcp } from './mptcp.ts';
import { nbdgm } from './nbdgm.ts';
import { nbns } from './nbns.ts';
import { browser } from './netbios/browser.ts';
import { mailslot } from './netbios/mailslot.ts';
import { netlogon } from './netbios/netlogon.ts';
import { ntp } from './ntp.ts';
import { mms } from './osi/mms.ts';
import { acse, presentation } from './osi/presentation.ts';
import { session } from './osi/session.ts';
import { pgm } from './pgm.ts';
import { rdp } from './rdp/rdp.ts';
import { t124, t125 } from './rdp/t125.ts';
import { routingProtocols } from './routing/index.ts';
import { sctp } from './sctp/sctp.ts';
import { secureProtocols } from './secure.ts';
import { serviceProtocols } from './services.ts';
import { signallingProtocols } from './sigtran/index.ts';
import { smux, snmp } from './snmp.ts';
import { tcp } from './tcp.ts';
import { segments } from './tcp-segments.ts';
import { textProtocols } from './text/index.ts';
import { tpkt } from './tpkt.ts';
import { ayiya } from './tunnels/ayiya.ts';
import { capwap, capwapData } from './tunnels/capwap.ts';
import { geneve } from './tunnels/geneve.ts';
import { l2tp } from './tunnels/l2tp.ts';
import { lisp, lispData } from './tunnels/lisp.ts';
import { lwapp } from './tunnels/lwapp.ts';
import { mip } from './tunnels/mip.ts';
import { nsh } from './tunnels/nsh.ts';
import { pptp } from './tunnels/pptp.ts';
import { teredo } from './tunnels/teredo.ts';
import { tzsp } from './tunnels/tzsp.ts';
import { vxlan } from './tunnels/vxlan.ts';
import { udp } from './udp.ts';
import { udplite } from './udplite.ts';
import { voiceProtocols } from './voice/index.ts';
import { windowsProtocols } from './windows.ts';

export const protocols = [
  frame,
  data,
  malformed,
  short,
  expertInfo,
  journal,
  // First, so that protocols read in more detail replace it on their ports.
  ...appProtocols,
  ...linkProtocols,
  ip,
  tcp,
  udp,
  tpkt,
  cotp,
  rdp,
  t125,
  t124,
  session,
  presentation,
  acse,
  mms,
  ipv6,
  fragmentHeader,
  destinationOptions,
  hopByHop,
  routing,
  icmp,
  dns,
  mdns,
  llmnr,
  ...httpProtocols,
  ...mediaProtocols,
  ...ftpProtocols,
  ...mailProtocols,
  ...textProtocols,
  ...voiceProtocols,
  icmpv6,
  ah,
  esp,
  ipcomp,
  etherip,
  udplite,
  mipv6,
  hip,
  shim6,
  gre,
  dvmrp,
  igmp,
  rgmp,
  dhcp,
  ...secureProtocols,
  mptcp,
  segments,
  ntp,
  sctp,
  ...signallingProtocols,
  snmp,
  smux,
  geneve,
  nsh,
  teredo,
  vxlan,
  nbns,
  nbdgm,
  browser,
  mailslot,
  netlogon,
  gtp,
  gtpPrime,
  gtpv2,
  ...industrialProtocols,
  l2tp,
  capwap,
  capwapData,
  lisp,
  lispData,
  dccp,
  ...routingProtocols,
  ...windowsProtocols,
  ...serviceProtocols,
  bgp,
  pptp,
  tzsp,
  ayiya,
  mip,
  lwapp,
  pgm,
];

register(protocols);
