// The protocol table: every protocol Eyrie reads. A new one is a file beside this one and a line here.
// The order is the order in which guesses by content are tried.
import { data } from '../core/data.ts';
import { register } from '../core/protocol.ts';
import { malformed, short } from '../core/trouble.ts';
import { cotp } from './cotp.ts';
import { dns, llmnr, mdns } from './dns.ts';
import { frame } from './frame.ts';
import { httpProtocols } from './http/index.ts';
import { icmp } from './icmp.ts';
import { icmpv6 } from './icmpv6.ts';
import { ip } from './ip.ts';
import { ipv6 } from './ipv6.ts';
import { fragmentHeader } from './ipv6-extensions.ts';
import { destinationOptions, hopByHop } from './ipv6-options.ts';
import { routing } from './ipv6-routing.ts';
import { linkProtocols } from './link/index.ts';
import { mediaProtocols } from './media/index.ts';
import { tcp } from './tcp.ts';
import { tpkt } from './tpkt.ts';
import { udp } from './udp.ts';

export const protocols = [
  frame,
  data,
  malformed,
  short,
  ...linkProtocols,
  ip,
  tcp,
  udp,
  tpkt,
  cotp,
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
  icmpv6,
];

register(protocols);
