// Registration of routing and first-hop redundancy protocols.

import { aodv } from './aodv.ts';
import { babel } from './babel.ts';
import { bfd, bfdEcho } from './bfd.ts';
import { clnp } from './clnp.ts';
import { eigrp } from './eigrp.ts';
import { esis } from './esis.ts';
import { glbp, hsrp } from './hsrp.ts';
import { igrp } from './igrp.ts';
import { isisProtocols } from './isis.ts';
import { ldp } from './ldp.ts';
import { mplsEcho } from './mpls-echo.ts';
import { msdp } from './msdp.ts';
import { nhrp } from './nhrp.ts';
import { olsr } from './olsr.ts';
import { ospf } from './ospf.ts';
import { pim } from './pim.ts';
import { rip, ripng } from './rip.ts';
import { rsvp } from './rsvp.ts';
import { vrrp } from './vrrp.ts';
import { wccp } from './wccp.ts';

export const routingProtocols = [
  pim,
  ospf,
  vrrp,
  hsrp,
  glbp,
  eigrp,
  rip,
  ripng,
  bfd,
  bfdEcho,
  babel,
  ldp,
  rsvp,
  nhrp,
  clnp,
  esis,
  aodv,
  igrp,
  mplsEcho,
  msdp,
  olsr,
  wccp,
  ...isisProtocols,
];
