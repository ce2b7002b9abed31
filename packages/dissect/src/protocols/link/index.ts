// The link layer's protocols, for the protocol table.
import { arp } from '../arp.ts';
import { fabricPath } from '../cisco/fabricpath.ts';
import { isl } from '../cisco/isl.ts';
import { eth } from '../eth.ts';
import { ethertype } from '../ethertype.ts';
import { llc } from '../llc.ts';
import { ipx, ipxOthers, ipxrip, ipxsap, nbipx, nlsp } from '../oldlan/ipx.ts';
import { chdlc, slarp } from '../ppp/chdlc.ts';
import { ppp } from '../ppp/ppp.ts';
import { f5ethtrailer } from './f5ethtrailer.ts';
import { nullLoopback } from './null.ts';
import { raw } from './raw.ts';
import { sll } from './sll.ts';
import { gmtrailer, ixiatrailer } from './visibility-trailers.ts';
import { vlan } from './vlan.ts';
import { vssmonitoring } from './vssmonitoring.ts';

export const linkProtocols = [
  eth,
  ethertype,
  llc,
  arp,
  vlan,
  sll,
  nullLoopback,
  raw,
  ppp,
  chdlc,
  slarp,
  ipx,
  ipxsap,
  ipxrip,
  nbipx,
  nlsp,
  ...ipxOthers,
  fabricPath,
  isl,
  f5ethtrailer,
  vssmonitoring,
  ixiatrailer,
  gmtrailer,
];
